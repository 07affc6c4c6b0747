"""What `connector doctor` finds out about an org."""

from enum import StrEnum

from msgspec import Struct


class State(StrEnum):
    """How it is: as it should be, worth knowing, wrong, or not to be looked at."""

    OK = "ok"
    HINT = "hint"
    WRONG = "wrong"
    UNKNOWN = "unknown"


class Diagnosis(Struct, frozen=True):
    """One thing that was looked at: what it is, what fails by it, for whom, and the clicks or command that mend it."""

    about: str
    state: State
    what: str
    fails: str = ""
    whom: str = ""
    cure: str = ""


def well(about: str, what: str) -> Diagnosis:
    """It is as it should be."""
    return Diagnosis(about, State.OK, what)


def wrong(about: str, what: str, fails: str, whom: str, cure: str) -> Diagnosis:
    """Something will fail by it."""
    return Diagnosis(about, State.WRONG, what, fails, whom, cure)


def hint(about: str, what: str, fails: str = "", whom: str = "", cure: str = "") -> Diagnosis:
    """Nothing is wrong, or nothing can be known; whoever asks should read it."""
    return Diagnosis(about, State.HINT, what, fails, whom, cure)


def unknown(about: str, what: str, cure: str) -> Diagnosis:
    """It cannot be looked at; `what` says why."""
    return Diagnosis(about, State.UNKNOWN, what, "not known", "", cure)
