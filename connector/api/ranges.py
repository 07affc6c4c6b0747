"""The part of a file that a request asks for (RFC 9110, section 14)."""

import re
from typing import Final

_RANGE: Final = re.compile(r"bytes=(?P<first>\d{0,18})-(?P<last>\d{0,18})\Z")


class Unsatisfiable(Exception):
    """No byte of what is asked for is there: 416."""


def asked(header: str | None, size: int) -> tuple[int, int] | None:
    """From which byte up to, not with, which; None for the whole file.

    What is no range of one part is passed over, as the standard permits: the answer is then the whole.  Raises
    `Unsatisfiable`.
    """
    found = None if header is None else _RANGE.match(header.strip())
    if found is None or not (found["first"] or found["last"]):
        return None
    if not found["first"]:
        count = min(int(found["last"]), size)
        if count == 0:
            raise Unsatisfiable
        return size - count, size
    first = int(found["first"])
    if found["last"] and int(found["last"]) < first:
        return None
    if first >= size:
        raise Unsatisfiable
    return first, min(int(found["last"]) + 1, size) if found["last"] else size
