"""The simulated switch's machine: a register of legs in which numbers behave by rules and things take their time."""

from collections.abc import Callable, Iterable
from typing import Final

from connector.domain.events import SwitchEvent
from connector.domain.model import Line
from connector.switch.register.channel import Channel
from connector.switch.register.clock import Clock
from connector.switch.register.entry import Entry
from connector.switch.register.exchange import Exchange
from connector.switch.simulated.destinations import Rule
from connector.switch.simulated.timing import Timing

ROUTES: Final = ("sim-local", "sim-national")
"""The routes of emergency calls where none are given; they lead nowhere but to a simulated answering point."""


class SimulatedExchange(Exchange):
    """The machine.  `tell` is given each event, `journal` each entry, in the order in which things happen."""

    def __init__(
        self,
        clock: Clock,
        devices: Iterable[str],
        *,
        rules: tuple[Rule, ...],
        timing: Timing,
        tell: Callable[[SwitchEvent], None],
        journal: Callable[[Entry], None],
        routes: Iterable[str] = ROUTES,
    ) -> None:
        super().__init__(clock, devices, tell=tell, journal=journal, follow=timing.follow)
        self.to_lift: set[str] = set()
        self.when_lifted: dict[str, Callable[[], None]] = {}
        self.rules = rules
        self.timing = timing
        self.routes = frozenset(routes)

    def phone(self, device: str, ready: bool, lifted: bool) -> None:
        """A phone can be rung or cannot, and has to be lifted or not."""
        (self.to_lift.add if lifted else self.to_lift.discard)(device)
        if self.lines.get(device) is not Line.KEPT:
            self.lines[device] = self.unkept(device)
        self.register(device, ready)

    def unkept(self, device: str) -> Line:
        """How the phone takes calls while its line is not kept."""
        return Line.LIFTED if device in self.to_lift else Line.ALWAYS

    def lift(self, phone: Channel) -> None:
        """Whoever has the phone lifts it."""
        self.when_lifted.pop(phone.leg, lambda: self.answer(phone))()
