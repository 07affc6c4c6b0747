"""What `connector check` finds out, whoever it asked."""

from msgspec import Struct


class Finding(Struct, frozen=True):
    """One thing that was tried, in plain words, with the cure of what is wrong.

    `hint`: nothing is wrong, or nothing can be known, but whoever checks should read it.
    """

    ok: bool
    what: str
    cure: str = ""
    hint: bool = False
