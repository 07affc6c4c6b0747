"""The simulated switch's machine: a register of legs in which numbers behave by rules and things take their time."""

from collections.abc import Callable, Iterable
from typing import Final

from connector.domain.events import SwitchEvent
from connector.domain.model import Line, Recording
from connector.switch.register.channel import Channel
from connector.switch.register.clock import Clock
from connector.switch.register.consents import Consents, Hearing
from connector.switch.register.entry import Entry
from connector.switch.register.exchange import Exchange
from connector.switch.simulated.destinations import Rule
from connector.switch.simulated.timing import Timing

ROUTES: Final = ("sim-local", "sim-national")
"""The routes of emergency calls where none are given; they lead nowhere but to a simulated answering point."""


ANNOUNCEMENTS: Final = ("consent",)
"""What can be played to those who talk before they are recorded."""


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
        announcements: Iterable[str] = ANNOUNCEMENTS,
    ) -> None:
        super().__init__(clock, devices, tell=tell, journal=journal, follow=timing.follow)
        self.to_lift: set[str] = set()
        self.when_lifted: dict[str, Callable[[], None]] = {}
        self.rules = rules
        self.timing = timing
        self.routes = frozenset(routes)
        self.announcements = frozenset(announcements)
        self.consents = Consents(self, self._announce)
        self.moved = self.consents.follow

    def _announce(self, hearing: Hearing, _leg: Channel) -> None:
        """All who talk hear the announcement, which takes its time; then the recording starts."""
        ask = hearing.ask
        self.journal(Entry(self.clock.now(), "announced", contact=ask.contact, cause=ask.announcement))

        def over() -> None:
            if self.consents.heard(hearing) is not None:
                self.record(ask.contact, Recording.ON)

        self.clock.after(self.timing.announce, over)

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
