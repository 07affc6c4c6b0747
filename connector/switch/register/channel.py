"""One leg as a driver knows it."""

from typing import Final

from msgspec import Struct

from connector.domain.model import LegState, Role
from connector.ports.switch import LegNow

UP: Final = frozenset({LegState.CONNECTED, LegState.HELD})
"""The states of a leg that was answered."""


class Channel(Struct):
    """One leg.  `device` belongs to an agent's leg; `customer` is the leg that this one was rung for.

    `number` is the far end: the customer's number, or the device.  `talk`: how long after the answer the customer hangs
    up, in ms.  `tones_until` is when the last tone asked for will have been played; `announced`: they are being told
    why they cannot be taken; `dialled`: the network was asked to ring the far end of a leg of ours; `record`: the id of
    the Salesforce record that a caller's call is about, where it is known.
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
    dialled: bool = False
    record: str = ""

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
            self.record,
        )
