"""The telephone switch."""

from typing import Protocol

from msgspec import Struct

from connector.domain.effects import SwitchAsk
from connector.domain.emergency import PhonePlan
from connector.domain.events import SwitchEvent
from connector.domain.model import LegState, Line, Recording, Role
from connector.errors import SwitchTaken


class LegNow(Struct, frozen=True):
    """One channel as the switch has it.  `contact` is our key as set by `Adopt` or by a leg of our own making.

    `answered` is when it was, if it was and the switch remembers; so a call that came and went unheard still counts.
    Legs with the same `mix` (not "") hear each other.  `record` is the id of the record that a caller's call is about.
    """

    leg: str
    contact: str | None
    role: Role
    state: LegState
    number: str
    line: str
    since: int
    muted: bool = False
    cause: str = ""
    answered: int | None = None
    mix: str = ""
    record: str = ""


class Snapshot(Struct, frozen=True):
    """All the switch knows: live legs, legs that ended within the last hour (state ENDED, `since` is when, `cause`),
    recordings by contact, and by device which phones can be rung and how they take calls (`Line.ALWAYS` where nothing
    is said).  What is older than `began` and not in here has ended by then: the switch was started anew."""

    legs: tuple[LegNow, ...] = ()
    recordings: dict[str, Recording] = {}
    phones: dict[str, bool] = {}
    lines: dict[str, Line] = {}
    began: int = 0


class SwitchListener(Protocol):
    """Who is told.  All calls come on the event loop, in the order in which things happened."""

    def up(self, snapshot: Snapshot) -> None:
        """The switch can be asked (again).  Every event that follows is not older than the snapshot or already true."""

    def event(self, event: SwitchEvent) -> None:
        """Something happened."""

    def down(self, reason: str) -> None:
        """The switch cannot be asked; `up` follows when it can."""

    def taken(self, error: SwitchTaken) -> None:
        """Another connector has the switch from now on: `down` was told, and nothing follows."""


class Switch(Protocol):
    """A switch carries out asks and reports what happened.

    Every ask states a goal and is harmless when made twice; legs of our own are named by ids that we chose, so that a
    repeated `Offer`, `PlaceCall` or `CallParty` makes no second channel.  What an ask brings about is reported as
    events, also when it was true already, or refused with `AskRefused`; a leg that was not made has ended then.

    `Connect` and an answered `PlaceCall` let the two hear each other by themselves.  `LegsMixed` is told of each `Mix`
    of two or more, and of a `Connect` with a far end that was up before.  A switch may end a leg that is left alone in
    a call of two, but never one that is parked, nor an agent's because a colleague hung up whom the agent had asked.

    A phone that has to be lifted (`Line.LIFTED`) is told as answered when it is, asked for by `Connect` or not.  The
    legs of a kept line (`KeepLine`) come and go while it stays; when the phone hangs it up, all of them end.
    """

    async def start(self, listener: SwitchListener) -> None:
        """Connects, and keeps connecting; returns when `up` was called once.

        Raises `SwitchUnavailable`, or `SwitchTaken` when another connector came between.
        """

    async def ask(self, ask: SwitchAsk) -> None:
        """Hands the ask over, in order; returns before it is fulfilled.  Raises `SwitchUnavailable` while down."""

    def watch(self, devices: tuple[str, ...]) -> None:
        """These are the agents' phones from now on: of each it is told whether it can be rung, and when that changes.

        May be called at any time after `start`, also while down.
        """

    def provide(self, plans: tuple[PhonePlan, ...]) -> None:
        """From now on an emergency number that is dialled on one of these phones itself leaves as its plan says.

        Whether anybody is connected or not, and also after a restart of the switch; `EmergencyDialled` is told to who
        is.  A phone that has a plan no more is treated as one that never had any.  May be called at any time, also
        while down.
        """

    async def close(self) -> None:
        """Lets go of the switch; its calls go on."""
