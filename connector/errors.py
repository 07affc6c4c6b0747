"""The error tree.  Each class has a stable code; a message names what is wrong and the cure.

ConnectorError
├── NotAllowed            a command that the rules refuse now; the state is untouched
├── BadInput              a value that cannot be used; `field` names it
├── ConfigError           a setting that cannot be used, or is missing
├── SwitchUnavailable     the switch cannot be asked
├── SwitchTaken           another connector has taken the switch: this one must end
├── RecordingGone         there is no such recording (any more)
├── RecognizerUnavailable speech cannot be made text of now
│   └── RecognizerBusy    it has no room for one more
├── CrmUnavailable        Salesforce cannot be asked; says whether a write may have been carried out
├── SignInRefused         a session token that is not accepted
└── StoreError            the store cannot be opened or written
    └── StoreLocked       another connector has it open
"""

from typing import Final


class ConnectorError(Exception):
    """The root.  `code` is stable and documented; the text is for people."""

    code = "internal"


class NotAllowed(ConnectorError):
    """A command that is refused now.  `code` is the reason that the panel's control shows."""

    def __init__(self, code: str, message: str = "") -> None:
        super().__init__(message or code)
        self.code = code


class BadInput(ConnectorError):
    """A value that cannot be used; `field` is its wire name."""

    def __init__(self, code: str, field: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.field = field


class ConfigError(ConnectorError):
    """A setting that is missing or cannot be used."""

    code = "config"


class SwitchUnavailable(ConnectorError):
    """The switch cannot be asked now."""

    code = "switch_unavailable"


class SwitchTaken(ConnectorError):
    """Another connector has taken the switch, and this one is told nothing any more."""

    code = "switch_taken"


class RecordingGone(ConnectorError):
    """There is no such recording, or no more."""

    code = "no_such_recording"


class RecognizerUnavailable(ConnectorError):
    """Nothing that is said can be written down now; calls are not touched by that."""

    code = "recognizer_unavailable"


class RecognizerBusy(RecognizerUnavailable):
    """There is no room for one more; who has a transcript keeps it."""

    code = "recognizer_busy"


DAILY_LIMIT: Final = "daily_limit"
"""The code of a `CrmUnavailable`: the org has used up its API requests."""

BUDGET: Final = "budget"
"""Likewise: few are left, and we keep them for what is more urgent; the org was not asked."""


class CrmUnavailable(ConnectorError):
    """Salesforce cannot be asked now.

    `code` says why (connection, session, daily_limit, busy, ...); `doubtful` is True when a write may have been carried
    out all the same; `retry_after` is in ms, when Salesforce or the reason suggests one.
    """

    def __init__(self, code: str, message: str, *, doubtful: bool = False, retry_after: int | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.doubtful = doubtful
        self.retry_after = retry_after


class SignInRefused(ConnectorError):
    """A session token that is not accepted."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class StoreError(ConnectorError):
    """The store cannot be opened, read or written.

    `reason` says why without the file's path, "" when only the text does; `damaged`: other parts may still be good.
    """

    code = "store"

    def __init__(self, message: str, *, reason: str = "", damaged: bool = False) -> None:
        super().__init__(message)
        self.reason = reason
        self.damaged = damaged


class StoreLocked(StoreError):
    """Another connector has the store open."""

    code = "store_locked"
