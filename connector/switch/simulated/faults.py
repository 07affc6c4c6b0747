"""Failure on demand: what the simulated switch does wrong when it is told to."""

from typing import Final, get_args

from msgspec import Struct

from connector.domain.effects import SwitchAsk
from connector.errors import BadInput

ASKS: Final = {kind.__name__: kind for kind in get_args(SwitchAsk)}
"""The asks by name."""


class Refuse(Struct, frozen=True, tag="refuse", tag_field="fault", forbid_unknown_fields=True):
    """The next `times` asks of that kind are refused with `code`."""

    ask: str
    code: str = "refused"
    times: int = 1


class Silent(Struct, frozen=True, tag="silent", tag_field="fault", forbid_unknown_fields=True):
    """The next `times` asks of that kind are neither carried out nor answered."""

    ask: str
    times: int = 1


class Delay(Struct, frozen=True, tag="delay", tag_field="fault", forbid_unknown_fields=True):
    """The next `times` asks of that kind are carried out `ms` later than usual; others overtake them."""

    ask: str
    ms: int
    times: int = 1


class Down(Struct, frozen=True, tag="down", tag_field="fault", forbid_unknown_fields=True):
    """The switch cannot be asked and tells nothing, until `Up`; its calls go on."""

    reason: str = "taken down on demand"


class Up(Struct, frozen=True, tag="up", tag_field="fault", forbid_unknown_fields=True):
    """The switch can be asked again."""


class Phone(Struct, frozen=True, tag="phone", tag_field="fault", forbid_unknown_fields=True):
    """An agent's phone registers, or is no longer registered; `lifted`: it has to be lifted to take a call."""

    device: str
    ready: bool
    lifted: bool = False


class Number(Struct, frozen=True, tag="number", tag_field="fault", forbid_unknown_fields=True):
    """Calls of a number end as `rules` say (`0181=busy`), before any other rule."""

    rules: str


Fault = Refuse | Silent | Delay | Down | Up | Phone | Number
AskFault = Refuse | Silent | Delay


class PendingFaults:
    """The faults that wait for an ask."""

    def __init__(self) -> None:
        self._left: list[tuple[AskFault, int]] = []

    def add(self, fault: AskFault) -> None:
        """Waits for asks of its kind, after the faults that wait for them already.

        Raises BadInput for a name that is no ask, for a count or delay that makes no sense, and for a refused `Adopt`:
        that ask has no answer.
        """
        if fault.ask not in ASKS:
            raise BadInput("ask_unknown", "ask", f"{fault.ask!r} is no ask; choose one of {', '.join(ASKS)}")
        if isinstance(fault, Refuse) and fault.ask == "Adopt":
            raise BadInput("ask_unknown", "ask", "Adopt has no answer and cannot be refused; use the fault silent")
        if fault.times < 1:
            raise BadInput("value_invalid", "times", "times must be 1 or more")
        if isinstance(fault, Delay) and fault.ms < 0:
            raise BadInput("value_invalid", "ms", "ms must be 0 or more")
        self._left.append((fault, fault.times))

    def take(self, ask: SwitchAsk) -> AskFault | None:
        """The fault that befalls this ask, or None."""
        for index, (fault, times) in enumerate(self._left):
            if fault.ask == type(ask).__name__:
                self._left[index : index + 1] = [(fault, times - 1)] if times > 1 else []
                return fault
        return None
