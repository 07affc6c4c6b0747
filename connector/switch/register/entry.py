"""One line of what a switch saw."""

from msgspec import Struct

from connector.domain.model import Recording, Role


class Entry(Struct, frozen=True, omit_defaults=True):
    """One thing that happened at `at`.

    `what`: arrived, adopted, offered, placed, emergency, ringing, answered, announced, mixed, held, resumed, muted,
    unmuted, recording, digits, ended, refused, phone, line, phone_held, phone_resumed, phone_transferred, up, down.
    `by` says who ended a leg: asked, customer, phone, network, follows.  `legs` are those that hear each other from
    then on, or whom a recording is of.  `route` and `address` are those of an emergency call, whose `line` is the
    caller id that is shown.
    """

    at: int
    what: str
    leg: str = ""
    contact: str | None = None
    role: Role | None = None
    device: str = ""
    number: str = ""
    line: str = ""
    cause: str = ""
    by: str = ""
    recording: Recording | None = None
    count: int = 0
    legs: tuple[str, ...] = ()
    route: str = ""
    address: str = ""
