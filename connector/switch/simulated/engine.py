"""The simulated switch: an exchange with customers, faults on demand and one connector that is told what happens."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Final

from msgspec import structs

from connector.domain.effects import SwitchAsk
from connector.domain.emergency import PhonePlan
from connector.domain.events import CallArrived, EmergencyDialled, SwitchEvent
from connector.domain.model import LegState, Line, Role
from connector.errors import BadInput, SwitchUnavailable
from connector.ports.switch import LegNow, Snapshot, SwitchListener
from connector.switch.register.channel import Channel
from connector.switch.register.clock import Clock
from connector.switch.register.entry import Entry
from connector.switch.register.refusals import refuse
from connector.switch.simulated.asks import carry_out
from connector.switch.simulated.destinations import TRY_OUT, Rule, parse_rules
from connector.switch.simulated.exchange import ROUTES, SimulatedExchange
from connector.switch.simulated.faults import Delay, Down, Fault, Number, PendingFaults, Phone, Refuse, Silent, Up
from connector.switch.simulated.new_call import NewCall, caller_of, line_of, record_of, times_of
from connector.switch.simulated.takes import Takes
from connector.switch.simulated.timing import USUAL, Timing

REPLACED: Final = "replaced"
"""Why a connector is told `down` when another one takes its place."""


class Engine:
    """A switch without a network.

    `devices` are the agents' phones, all registered; `lines` maps skills to our numbers, the first one being the usual;
    `routes` are those that emergency calls can take; `journal` is given what the switch saw, and `takes` are what it
    recorded.  What `attach`, `call`, `ring`, `hang_up`, `lift`, `lay_down`, `dial` and `inflict` bring about is told
    before they return; what `ask` does, never.
    """

    def __init__(
        self,
        clock: Clock,
        devices: Iterable[str] = (),
        *,
        lines: dict[str, str] | None = None,
        rules: tuple[Rule, ...] = TRY_OUT,
        timing: Timing = USUAL,
        journal: Callable[[Entry], None] = lambda _entry: None,
        routes: Iterable[str] = ROUTES,
    ) -> None:
        self.clock = clock
        self.lines = lines or {}
        self._timing = timing
        self.takes = Takes(clock)

        def seen(entry: Entry) -> None:
            self.takes.see(entry)
            journal(entry)

        self._journal = seen
        self._exchange = SimulatedExchange(
            clock, devices, rules=rules, timing=timing, tell=self._tell, journal=seen, routes=routes
        )
        self._faults = PendingFaults()
        self._listener: SwitchListener | None = None
        self._down: str | None = None
        self._calls = 0
        self._plans: dict[str, PhonePlan] = {}

    # --- for the connector -----------------------------------------------------------------------------------------

    def attach(self, listener: SwitchListener) -> None:
        """From now on `listener` is told what happens; it was told `up`, and the one before it `down`.

        Raises SwitchUnavailable while the switch is down.
        """
        if self._down is not None:
            raise SwitchUnavailable(f"the simulated switch is down: {self._down}")
        if self._listener is not None and self._listener is not listener:
            self._listener.down(REPLACED)
        self._listener = listener
        listener.up(self._exchange.snapshot())

    def detach(self, listener: SwitchListener) -> None:
        """`listener` is told nothing more; calls go on."""
        if self._listener is listener:
            self._listener = None

    def ask(self, ask: SwitchAsk) -> None:
        """The ask will be carried out soon, after those before it.  Raises SwitchUnavailable while down."""
        if self._down is not None:
            raise SwitchUnavailable(f"the simulated switch is down: {self._down}")
        fault = self._faults.take(ask)
        soon = self._timing.ask
        match fault:
            case None:
                self.clock.after(soon, partial(carry_out, self._exchange, ask))
            case Refuse():
                self.clock.after(soon, partial(refuse, self._exchange, ask, fault.code))
            case Delay():
                self.clock.after(soon + fault.ms, partial(carry_out, self._exchange, ask))
            case Silent():
                pass

    def watch(self, devices: Iterable[str]) -> None:
        """There are these phones, too; the new ones are registered, and that is told."""
        for device in devices:
            if device not in self._exchange.phones:
                self._exchange.register(device, True)

    def provide(self, plans: Iterable[PhonePlan]) -> None:
        """Emergency numbers dialled on these phones leave so; on all others nothing can be dialled."""
        self._plans = {plan.device: plan for plan in plans}

    def snapshot(self) -> Snapshot:
        """All that the switch knows now."""
        return self._exchange.snapshot()

    @property
    def down(self) -> str | None:
        """Why the switch cannot be asked, or None."""
        return self._down

    # --- for customers, phones and tests ---------------------------------------------------------------------------

    def call(self, call: NewCall) -> str:
        """A customer calls; returns their leg.  Raises BadInput for what cannot be called or called from."""
        talk, patience = times_of(call)
        caller, line, record = caller_of(call.caller), line_of(call, self.lines), record_of(call)
        return self.ring(caller, line, talk=talk, patience=patience, record=record)

    def ring(
        self, number: str, line: str, *, talk: int | None = None, patience: int | None = None, record: str = ""
    ) -> str:
        """A customer calls `line`; returns their leg, after it was told.

        They hang up `talk` ms after the answer, or when they have waited for `patience` ms; None is never.
        """
        self._calls += 1
        now = self.clock.now()
        leg = f"{now}.{self._calls}"
        state = LegState.RINGING
        customer = Channel(leg, Role.CUSTOMER, number, line, now, state, inbound=True, talk=talk, record=record)
        self._exchange.add(customer, "arrived")
        if patience is not None:
            self.clock.after(patience, lambda: None if customer.up else self.hang_up(leg))
        self._tell(CallArrived(leg, number, line, now, record=record))
        return leg

    def hang_up(self, leg: str) -> None:
        """The far end of a leg hangs up: a customer at any time, or an agent's phone.

        A leg that has ended already stays so.  Raises BadInput for one that never was.
        """
        channel = self._exchange.channel(leg)
        if channel is None:
            raise BadInput("leg_unknown", "leg", f"there is no leg {leg!r}")
        phone = channel.role is Role.AGENT
        unanswered = "cancelled" if channel.inbound else "declined"
        self._exchange.end(channel, "normal" if channel.up else unanswered, by="phone" if phone else "customer")

    def lay_down(self, device: str) -> None:
        """The handset of a phone is laid down: all its legs end, and its line is not kept any more.

        Raises BadInput for a device that is none.
        """
        if device not in self._exchange.phones:
            raise BadInput("device_unknown", "device", f"there is no phone {device!r}")
        for channel in self.live():
            if channel.device == device:
                self.hang_up(channel.leg)
        if self._exchange.lines.get(device) is Line.KEPT:
            self._exchange.line(device, self._exchange.unkept(device))

    def lift(self, leg: str) -> None:
        """The phone of an agent's leg is lifted, if it rings.  Raises BadInput for a leg that is none of an agent's."""
        channel = self._exchange.channel(leg)
        if channel is None or channel.external:
            raise BadInput("leg_unknown", "leg", f"no phone rings for {leg!r}")
        self._exchange.lift(channel)

    def phone_hold(self, leg: str) -> None:
        """Whoever has the phone of an agent's leg presses its own hold key.  Raises BadInput for a leg that is none."""
        self._exchange.phone_holds(self._phone_of(leg), True)

    def phone_resume(self, leg: str) -> None:
        """They take the call back.  Raises BadInput for a leg that is none of an agent's."""
        self._exchange.phone_holds(self._phone_of(leg), False)

    def phone_transfer(self, leg: str, number: str, other: str = "") -> None:
        """They pass the far end on: to `number`, or, with `other`, to the far end of that leg of the same phone.

        Raises BadInput for a leg that is none of an agent's.
        """
        self._exchange.phone_transfers(self._phone_of(leg), number, other)

    def _phone_of(self, leg: str) -> Channel:
        channel = self._exchange.channel(leg)
        if channel is None or channel.external:
            raise BadInput("leg_unknown", "leg", f"{leg!r} is no leg of a phone of an agent's")
        return channel

    def dial(self, device: str, typed: str) -> None:
        """Somebody dials an emergency number on a phone itself: it leaves at once, and the connector is told.

        Raises BadInput for a phone without a plan, and for a number that its plan does not have.
        """
        plan = self._plans.get(device)
        if plan is None:
            raise BadInput("device_unknown", "device", f"nothing is known of emergency numbers on the phone {device!r}")
        number = plan.numbers.get(typed)
        if number is None:
            raise BadInput("number_invalid", "number", f"{typed!r} is no emergency number on the phone {device!r}")
        now, sent = self.clock.now(), plan.address is not None
        where = plan.address.line if plan.address is not None else ""
        seen = Entry(now, "emergency", device=device, number=number, line=plan.callback, by="phone")
        self._journal(structs.replace(seen, route=plan.route, address=where))
        self._tell(EmergencyDialled(device, number, plan.callback, sent, now))

    def now(self, channel: Channel) -> LegNow:
        """The leg as the snapshot shows it."""
        return self._exchange.now(channel)

    def inflict(self, fault: Fault) -> None:
        """The fault happens now, or befalls the next ask of its kind.  Raises BadInput for one that makes no sense."""
        match fault:
            case Refuse() | Silent() | Delay():
                self._faults.add(fault)
            case Down():
                self._go_down(fault.reason)
            case Up():
                self._come_up()
            case Phone():
                self._exchange.phone(fault.device, fault.ready, fault.lifted)
            case Number():
                self._exchange.rules = (*parse_rules(fault.rules), *self._exchange.rules)

    def live(self) -> list[Channel]:
        """The legs that have not ended, the oldest first."""
        return [channel for channel in self._exchange.channels() if channel.live]

    def waiting(self) -> list[Channel]:
        """The customers who called and were not answered yet, the oldest first."""
        return [channel for channel in self.live() if channel.inbound and not channel.up]

    # --- inside ----------------------------------------------------------------------------------------------------

    def _tell(self, event: SwitchEvent) -> None:
        if self._listener is not None and self._down is None:
            self._listener.event(event)

    def _go_down(self, reason: str) -> None:
        if self._down is None:
            self._down = reason
            self._journal(Entry(self.clock.now(), "down", cause=reason))
            if self._listener is not None:
                self._listener.down(reason)

    def _come_up(self) -> None:
        if self._down is not None:
            self._down = None
            self._journal(Entry(self.clock.now(), "up"))
            if self._listener is not None:
                self._listener.up(self._exchange.snapshot())
