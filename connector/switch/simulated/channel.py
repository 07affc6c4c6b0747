"""One channel of the simulated switch, and how long things take there."""

from typing import Final

from msgspec import Struct

from connector.domain.model import LegState, Role
from connector.ports.switch import LegNow

UP: Final = frozenset({LegState.CONNECTED, LegState.HELD})
"""The states of a leg that was answered."""


class Timing(Struct, frozen=True):
    """How long things take, in ms: about what a private network and a public one behind it need.

    `ask` an ask until it is carried out; `ring` a phone of ours until it rings; `pick_up` and `auto_answer` until it is
    answered, for an offer and for a call that the agent places; `bridge` from the answer of the phone until the other
    side hears it; `dial` until a called number rings or turns out busy; `follow` until the leg of the one who is left
    ends; `digit` one tone with its pause; `announce` what a caller is told who cannot be taken; `answering_point` until
    an emergency call is answered.
    """

    ask: int = 6
    ring: int = 120
    pick_up: int = 80
    auto_answer: int = 150
    bridge: int = 8
    dial: int = 900
    follow: int = 20
    digit: int = 160
    announce: int = 2_000
    answering_point: int = 1_000

    def faster(self, times: float) -> "Timing":
        """The same, `times` times as fast."""
        return Timing(*(int(getattr(self, name) / times) for name in self.__struct_fields__))


USUAL: Final = Timing()


class Channel(Struct):
    """One leg.  `device` belongs to an agent's leg; `customer` is the leg that this one was rung for.

    `number` is the far end: the customer's number, or the device.  `talk`: how long after the answer the customer hangs
    up, in ms.  `tones_until` is when the last tone asked for will have been played; `announced`: they are being told
    why they cannot be taken.
    """

    leg: str
    role: Role
    number: str
    line: str
    since: int
    state: LegState = LegState.DIALING
    contact: str | None = None
    device: str = ""
    customer: str = ""
    inbound: bool = False
    answered: int | None = None
    muted: bool = False
    cause: str = ""
    talk: int | None = None
    tones_until: int = 0
    announced: bool = False

    @property
    def live(self) -> bool:
        """Whether it has not ended."""
        return self.state is not LegState.ENDED

    @property
    def up(self) -> bool:
        """Whether it was answered and has not ended."""
        return self.state in UP

    @property
    def external(self) -> bool:
        """Whether it is the channel of somebody who is no agent of ours."""
        return self.role is not Role.AGENT

    def now(self, mix: str = "") -> LegNow:
        """The leg as a snapshot shows it that says who hears it by `mix`."""
        return LegNow(
            self.leg,
            self.contact,
            self.role,
            self.state,
            self.number,
            self.line,
            self.since,
            self.muted,
            self.cause,
            self.answered,
            mix,
        )
