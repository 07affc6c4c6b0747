"""What comes from outside, read: a message that is not as it must be becomes an error that names the field."""

import re
from collections.abc import Callable
from typing import Final, TypeVar

import msgspec

from connector.errors import BadInput

T = TypeVar("T")

_FIELD: Final = re.compile(r"at `\$\.([^`]+)`|field `(\w+)`")


def read(decode: Callable[[str | bytes], T], data: str | bytes) -> T:
    """The message.  Raises `BadInput` with the code message_invalid and the field, "" when it is about none."""
    try:
        return decode(data)
    except RecursionError:
        raise BadInput("message_invalid", "", "The message is nested too deeply.") from None
    except (msgspec.ValidationError, msgspec.DecodeError) as error:
        found = _FIELD.search(str(error))
        # Of a value whose name was chosen by the sender msgspec does not say which one it is.
        field = (found[1] or found[2]).removesuffix("[...]") if found else ""
        raise BadInput("message_invalid", field, str(error)) from error
