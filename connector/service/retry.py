"""What to do about a Task that was not written: a table of Salesforce's error codes, and how long to wait.  Pure.

The rule behind the table: a fault of the connection or of the org never parks a row and never gives up; what only
people can mend (the data, a validation rule, a picklist) is never tried again unchanged.  An expired session is the
adapter's affair, which refreshes it once; what still arrives here is a fault of the org.
"""

import re
from enum import StrEnum
from typing import Final

from msgspec.structs import replace

from connector.domain.given import IN_THE_PANEL
from connector.ports.crm import TaskError
from connector.ports.store import LONGEST_WAIT


class Verdict(StrEnum):
    """RETRY this row later · LOOK_UP the Task, then try again · PAUSE the whole queue · PARK until a newer revision."""

    RETRY = "retry"
    LOOK_UP = "look_up"
    PAUSE = "pause"
    PARK = "park"


_RETRY, _LOOK_UP, _PAUSE, _PARK = Verdict

OUR_FAULT: Final = "INTERNAL"
"""The code of a failure that is neither Salesforce's nor the connection's."""

OLDER_VERSION: Final = "OLDER_VERSION"
"""The adapter's code of a version that came after a newer one."""

VERDICTS: Final[dict[str, Verdict]] = {
    # Contention and overload: over by itself.
    "UNABLE_TO_LOCK_ROW": _RETRY,
    "QUERY_TIMEOUT": _RETRY,
    "REQUEST_RUNNING_TOO_LONG": _RETRY,
    "SERVER_UNAVAILABLE": _RETRY,
    "UNKNOWN_EXCEPTION": _RETRY,
    # A mistake of the connector, which a newer one mends.
    OUR_FAULT: _RETRY,
    # Undone on account of others in its request.
    "ALL_OR_NONE_OPERATION_ROLLED_BACK": _RETRY,
    "PROCESSING_HALTED": _RETRY,
    # A field that the org no longer has: the adapter describes Task anew and leaves it out.
    "INVALID_FIELD": _RETRY,
    # Our user may not write this Task: an administrator mends that, and the agent cannot.
    "INSUFFICIENT_ACCESS_OR_READONLY": _RETRY,
    # Our own earlier try, most likely.
    "DUPLICATE_VALUE": _LOOK_UP,
    "DUPLICATE_EXTERNAL_ID": _LOOK_UP,
    # Our own rule in the package: the Task has a newer version than this one.
    OLDER_VERSION: _LOOK_UP,
    # The org as a whole; administrators mend it, or the next day does.
    "INVALID_SESSION_ID": _PAUSE,
    "REQUEST_LIMIT_EXCEEDED": _PAUSE,
    "STORAGE_LIMIT_EXCEEDED": _PAUSE,
    "API_CURRENTLY_DISABLED": _PAUSE,
    "API_DISABLED_FOR_ORG": _PAUSE,
    "FUNCTIONALITY_NOT_ENABLED": _PAUSE,
    "INSUFFICIENT_ACCESS": _PAUSE,
    "INVALID_TYPE": _PAUSE,
    "NOT_FOUND": _PAUSE,
    # A related record, or the Task, is not there for us; links are kept as the agent chose them.
    "ENTITY_IS_DELETED": _PARK,
    "CANNOT_UPDATE_CONVERTED_LEAD": _PARK,
    "INVALID_CROSS_REFERENCE_KEY": _PARK,
    "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY": _PARK,
    # The values.
    "FIELD_INTEGRITY_EXCEPTION": _PARK,
    "FIELD_CUSTOM_VALIDATION_EXCEPTION": _PARK,
    "REQUIRED_FIELD_MISSING": _PARK,
    "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST": _PARK,
    "STRING_TOO_LONG": _PARK,
    "INVALID_FIELD_FOR_INSERT_UPDATE": _PARK,
    "MALFORMED_ID": _PARK,
    "INACTIVE_OWNER_OR_USER": _PARK,
    "DUPLICATES_DETECTED": _PARK,
    # A trigger or flow failed: see `verdict`.
    "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY": _PARK,
}
"""reference: Open CTI and Task, section 8 (error codes of the REST API and what is to be done about each)."""

UNSURE: Final = frozenset({"SERVER_UNAVAILABLE", "UNKNOWN_EXCEPTION", OUR_FAULT})
"""After these the row may have been written all the same."""

ROW_CAP: Final = 300_000
"""The longest wait for one row, in ms."""

ORG_CAP: Final = 60_000
"""The longest wait after a fault of the connection, in ms: Tasks are to be there soon after it is back."""

PAUSE: Final = 300_000
"""How long the queue rests, in ms, after a fault that does not pass within seconds, when nothing says how long."""

TOO_LONG: Final = "timeout"
"""The code of a request that took too long, ours or Salesforce's patience: a smaller one may not."""

_OF_THE_ADAPTER: Final = frozenset({"session", "login", "access"})
_TRANSIENT: Final = frozenset({"UNABLE_TO_LOCK_ROW", "QUERY_TIMEOUT", "REQUEST_RUNNING_TOO_LONG", "SERVER_UNAVAILABLE",
                               "REQUEST_LIMIT_EXCEEDED", "STORAGE_LIMIT_EXCEEDED"})  # fmt: skip
"""What a trigger or flow may have met that is no fault of the Task."""

_TRIGGER: Final = "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY"
_NO_RIGHT: Final = re.compile(r"entity type cannot be (?:inserted|updated)")
"""Said under a trigger's code where our user may not write Tasks at all."""

_SLOW_TO_PASS: Final = frozenset({"daily_limit", *(code for code, verdict in VERDICTS.items() if verdict is _PAUSE)})
_CODE = re.compile(r"[A-Z]+(?:_[A-Z]+)+")


def verdict(error: TaskError, *, looked_up: bool) -> Verdict:
    """What to do about a refused row; an unknown code is taken for one that people must look at.

    Of a whole request, whose rows may all be well, it is not: that is tried again.
    `looked_up`: the Task had been looked for before this try, so that a duplicate is another record's, not ours.
    """
    found = VERDICTS.get(error.code, Verdict.RETRY if error.request else Verdict.PARK)
    if error.code == "REQUEST_LIMIT_EXCEEDED" and "Concurrent" in error.message:
        # Same code, other meaning: too many long requests at this moment, not the end of the daily budget.
        return Verdict.RETRY
    if error.code == _TRIGGER and not _TRANSIENT.isdisjoint(_CODE.findall(error.message)):
        return Verdict.RETRY
    if error.code == OLDER_VERSION and looked_up:
        # It came between the look and the write; people cannot mend that.
        return Verdict.RETRY
    if found is Verdict.LOOK_UP and looked_up:
        return Verdict.PARK
    return found


def meant(error: TaskError) -> TaskError:
    """The error under the code of what it is, where Salesforce gives it another."""
    if error.code == _TRIGGER and _NO_RIGHT.search(error.message):
        return replace(error, code="INSUFFICIENT_ACCESS")
    return error


def needs_people(code: str) -> bool:
    """Whether Salesforce takes Tasks again only after an administrator has mended something."""
    return code in _OF_THE_ADAPTER or (VERDICTS.get(code) is Verdict.PAUSE and code != "REQUEST_LIMIT_EXCEEDED")


def backoff(failures: int, random: float, cap: int = ROW_CAP) -> int:
    """How many ms to wait after that many failures in a row (at least 1): doubling from a second up to `cap`.

    `random` (0 to 1) spreads it over the upper half, so that those who failed together do not come back together.
    """
    full = min(cap, 1_000 << min(failures - 1, 30))
    return round(full * (0.5 + random / 2))


def pause(code: str, failures: int, random: float, retry_after: int | None = None) -> int:
    """How many ms the whole queue rests after that many faults in a row; as long as Salesforce asked for at least.

    More than that as it goes on: to ask every few seconds for days would itself use up the requests of the day.  Never
    more than `LONGEST_WAIT`: a proxy in between may ask for days.
    """
    if code in _SLOW_TO_PASS and retry_after is None:
        return backoff(30, random, PAUSE)
    least = 0 if retry_after is None else retry_after + round(min(retry_after, 10_000) * random / 10)
    return min(LONGEST_WAIT, max(least, backoff(failures, random, ORG_CAP)))


def fields_of(error: TaskError) -> str:
    """The fields that were named, those with a place in the panel first, as `TaskRefused` has them."""
    return ", ".join(sorted(dict.fromkeys(error.fields), key=lambda field: field not in IN_THE_PANEL))
