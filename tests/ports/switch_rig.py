"""A switch under test, who listens to it, and the words for what was told."""

import asyncio
from collections.abc import Callable
from typing import Final, Protocol

from msgspec import Struct

from connector.domain.events import (
    AskRefused,
    CallArrived,
    LegAnswered,
    LegEnded,
    LegHeld,
    LegMuted,
    LegResumed,
    LegRinging,
    LegsMixed,
    PhoneHeld,
    PhoneResumed,
    PhoneTransferred,
    RecordingChanged,
    SwitchEvent,
)
from connector.domain.model import LegState
from connector.domain.transitions import LEG, LegTrigger
from connector.errors import SwitchTaken
from connector.ports.switch import Snapshot, Switch
from connector.switch.simulated.faults import Fault

CALLER: Final = "+14155550143"
LINE: Final = "+14155550100"
SAM: Final = "2041"
JONAS: Final = "2042"
GONE: Final = "2049"
"""A phone of the rig that is not registered."""

TRIGGERS: Final[dict[type, LegTrigger]] = {
    LegRinging: LegTrigger.RINGING,
    LegAnswered: LegTrigger.ANSWERED,
    LegHeld: LegTrigger.HELD,
    LegResumed: LegTrigger.RESUMED,
    LegEnded: LegTrigger.ENDED,
}


class Heard:
    """A listener that keeps what it is told, and insists that it is possible: the core's table of legs is the judge."""

    def __init__(self) -> None:
        self.news: list[SwitchEvent] = []
        self.snapshots: list[Snapshot] = []
        self.downs: list[str] = []
        self.legs: dict[str, LegState] = {}
        self.impossible: list[str] = []
        self.woken = asyncio.Event()
        self.lost: SwitchTaken | None = None

    def up(self, snapshot: Snapshot) -> None:
        assert len(self.snapshots) == len(self.downs), "up again without down"
        self.snapshots.append(snapshot)
        self.legs = {leg.leg: leg.state for leg in snapshot.legs}
        self.woken.set()

    def event(self, event: SwitchEvent) -> None:
        if len(self.snapshots) != len(self.downs) + 1:
            self.impossible.append(f"{event} while the switch is down")
        self.news.append(event)
        if isinstance(event, CallArrived):
            self._move(event.leg, None, LegState.RINGING)
        elif isinstance(event, LegMuted):
            if self.legs.get(event.leg) not in (LegState.CONNECTED, LegState.HELD):
                self.impossible.append(f"{event} of a leg that is {self.legs.get(event.leg)}")
        elif isinstance(event, LegsMixed):
            if len(event.legs) < 2 or {self.legs.get(leg) for leg in event.legs} != {LegState.CONNECTED}:
                self.impossible.append(f"{event} of legs that are {[self.legs.get(leg) for leg in event.legs]}")
        elif isinstance(event, LegRinging | LegAnswered | LegHeld | LegResumed | LegEnded):
            old = self.legs.get(event.leg, LegState.DIALING)
            new = LEG.get((old, TRIGGERS[type(event)]))
            if old is LegState.ENDED and not isinstance(event, LegEnded):
                new = None
            self._move(event.leg, old, new)
        self.woken.set()

    def down(self, reason: str) -> None:
        self.downs.append(reason)
        self.woken.set()

    def taken(self, error: SwitchTaken) -> None:
        self.lost = error
        self.woken.set()

    def _move(self, leg: str, old: LegState | None, new: LegState | None) -> None:
        if new is None or (old is None and leg in self.legs):
            self.impossible.append(f"{self.news[-1]} of a leg that is {self.legs.get(leg)}")
        else:
            self.legs[leg] = new


class Rig(Protocol):
    """A switch under test with its phones SAM and JONAS, and a hand on the outside world."""

    switch: Switch
    heard: Heard

    async def connect(self, heard: Heard) -> Switch:
        """Another connector of the same switch, started."""

    async def ring(self, record: str = "") -> str:
        """CALLER calls LINE; returns the leg.  `record`: the id of the record that their call is about."""

    async def hang_up(self, leg: str) -> None:
        """The far end of a leg hangs up."""

    async def lift(self, leg: str) -> None:
        """The phone of a leg, which rings, is lifted."""

    async def lay_down(self, device: str) -> None:
        """The handset of a phone is laid down."""

    async def phone_hold(self, leg: str) -> None:
        """The agent at that leg presses the phone's own hold key."""

    async def phone_resume(self, leg: str) -> None:
        """The agent takes the call back on the phone."""

    async def phone_transfer(self, leg: str, number: str, other: str = "") -> None:
        """The agent passes the far end on with the phone's own keys."""

    async def dial(self, device: str, number: str) -> None:
        """Somebody dials that on a phone itself, of which the switch was given a plan."""

    async def inflict(self, fault: Fault) -> None:
        """The switch misbehaves."""

    async def until(self, condition: Callable[[], bool]) -> None:
        """Returns when it is so; fails when it does not become so."""

    async def settle(self) -> None:
        """All asks so far have been carried out, but for what takes time."""


class Named(Protocol):
    """A situation whose legs have names in tests."""

    def names(self) -> dict[str, str]:
        """What tests call the legs."""

    def contacts(self) -> tuple[str, ...]:
        """The keys of its contacts."""


class Scene(Struct):
    """A situation: the names of a contact and its legs (one that was not made yet, too)."""

    contact: str
    customer: str
    agent: str
    other: str

    def names(self) -> dict[str, str]:
        """What tests call the legs."""
        return {self.customer: "customer", self.agent: "agent", self.other: "other"}

    def contacts(self) -> tuple[str, ...]:
        """The only one."""
        return (self.contact,)


_made = 0


def fresh(kind: str) -> str:
    """A name that no test used before: the switch under test may be shared."""
    global _made  # noqa: PLW0603
    _made += 1
    return f"{kind}-{_made}"


def told(heard: Heard, scene: Named) -> list[str]:
    """What was told of the scene, in short words."""
    names = scene.names()
    return [words for event in heard.news if (words := _words(event, names, scene.contacts()))]


def _words(event: SwitchEvent, names: dict[str, str], contacts: tuple[str, ...]) -> str:
    match event:
        case AskRefused(contact=of, code=code) if of in contacts:
            return f"refused {code}"
        case RecordingChanged(contact=of, recording=recording) if of in contacts:
            return f"recording {recording}"
        case LegEnded(leg=leg, cause=cause) if leg in names:
            return f"ended {names[leg]} {cause}"
        case LegMuted(leg=leg, muted=muted) if leg in names:
            return f"{'muted' if muted else 'unmuted'} {names[leg]}"
        case LegsMixed(legs=legs) if any(leg in names for leg in legs):
            return f"mixed {' '.join(names.get(leg, leg) for leg in legs)}"
        case PhoneHeld(leg=leg) | PhoneResumed(leg=leg) if leg in names:
            return f"phone {type(event).__name__.removeprefix('Phone').lower()} {names[leg]}"
        case PhoneTransferred(leg=leg, number=number, other=other) if leg in names:
            return f"phone transferred {names[leg]} {names.get(other, other) or number}"
        case LegRinging(leg=leg) | LegAnswered(leg=leg) | LegHeld(leg=leg) | LegResumed(leg=leg) if leg in names:
            return f"{type(event).__name__.removeprefix('Leg').lower()} {names[leg]}"
    return ""
