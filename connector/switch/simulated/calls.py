"""How the simulated switch rings phones, calls numbers and brings the two sides together."""

from collections.abc import Callable
from functools import partial

from connector.domain.effects import CallParty, Connect, Offer, PlaceCall
from connector.domain.model import LegState, Line, Role
from connector.switch.register import refusals
from connector.switch.register.admission import of_a_colleague
from connector.switch.register.channel import Channel
from connector.switch.register.entry import Entry
from connector.switch.register.refusals import refuse, there
from connector.switch.simulated.destinations import RINGS, Fate, Rule, rule_of
from connector.switch.simulated.exchange import SimulatedExchange


def offer(exchange: SimulatedExchange, ask: Offer) -> None:
    """The phone rings after a while, under the leg's name that we chose."""
    line = there(exchange, ask.customer_leg).line
    phone = exchange.add(_phone(ask, line, exchange.clock.now()), "offered")
    exchange.clock.after(exchange.timing.ring, lambda: exchange.ring(phone))


def _phone(ask: Offer | PlaceCall, line: str, now: int) -> Channel:
    leg, device = ask.agent_leg, ask.device
    return Channel(leg, Role.AGENT, device, line, now, contact=ask.contact, customer=ask.customer_leg, device=device)


# --- bringing two together -------------------------------------------------------------------------------------------


def connect(exchange: SimulatedExchange, ask: Connect) -> None:
    """The phone is answered after a while, or when it is lifted, and then it and the customer hear each other."""
    phone = there(exchange, ask.agent_leg)
    if phone.up:
        exchange.report(phone)
        exchange.clock.after(exchange.timing.bridge, partial(_bridge, exchange, ask))
    elif exchange.lines.get(phone.device) is Line.LIFTED:
        exchange.when_lifted[phone.leg] = partial(_pick_up, exchange, ask)
    else:
        exchange.clock.after(exchange.timing.pick_up, partial(_pick_up, exchange, ask))


def _pick_up(exchange: SimulatedExchange, ask: Connect) -> None:
    phone, customer = there(exchange, ask.agent_leg), there(exchange, ask.customer_leg)
    if not phone.live:
        refuse(exchange, ask, refusals.NO_SUCH_LEG)
    elif exchange.parties.taken(customer, phone, ask.contact):
        refuse(exchange, ask, refusals.TAKEN)
    else:
        exchange.parties.belongs(phone, customer.leg)
        exchange.answer(phone)
        exchange.clock.after(exchange.timing.bridge, partial(_bridge, exchange, ask))


def _bridge(exchange: SimulatedExchange, ask: Connect) -> None:
    """The two talk, if both are still there.  Who was up before is told to be heard: nothing else would say so."""
    phone, customer = there(exchange, ask.agent_leg), there(exchange, ask.customer_leg)
    if not phone.up:
        return
    if not customer.live:
        exchange.follow(phone)
        return
    exchange.parties.belongs(phone, customer.leg)
    told = customer.up
    exchange.hear(customer)
    if phone.state is LegState.HELD:
        exchange.resume(phone)
    mix = exchange.parties.mixes.of(phone.leg)
    together = mix is not None and customer.leg in mix.legs
    exchange.mix(mix.legs if mix is not None and together else (customer.leg, phone.leg), told=told)


# --- calling ---------------------------------------------------------------------------------------------------------


def place(exchange: SimulatedExchange, ask: PlaceCall) -> None:
    """The agent's phone is rung and answers by itself; then the number is called, unless it is a colleague's phone."""
    if of_a_colleague(exchange, ask):
        _ring_caller(exchange, ask, lambda _phone: None)
    else:
        _call(exchange, ask)


def _call(exchange: SimulatedExchange, ask: PlaceCall) -> None:
    """The number is called when the agent's phone is up: by its rule, or by the route that an emergency call takes."""
    now, timing = exchange.clock.now(), exchange.timing
    customer = Channel(ask.customer_leg, Role.CUSTOMER, ask.number, ask.caller_id, now, contact=ask.contact)
    exchange.add(customer, "placed")
    if ask.route:
        exchange.journal(_emergency(ask, now))

    def dial(phone: Channel) -> None:
        rule = Rule("", Fate.ANSWER, timing.answering_point) if ask.route else rule_of(exchange.rules, ask.number)
        exchange.clock.after(timing.dial, partial(_reach, exchange, customer, rule, phone))

    _ring_caller(exchange, ask, dial)


def _emergency(ask: PlaceCall, now: int) -> Entry:
    return Entry(
        now,
        "emergency",
        ask.customer_leg,
        ask.contact,
        device=ask.device,
        number=ask.number,
        line=ask.caller_id,
        route=ask.route,
        address=ask.address.line if ask.address is not None else "",
    )


def _ring_caller(exchange: SimulatedExchange, ask: PlaceCall, then: Callable[[Channel], None]) -> None:
    """The agent's phone rings and answers by itself; `then` is done if it did."""
    timing = exchange.timing
    phone = exchange.add(_phone(ask, ask.caller_id, exchange.clock.now()), "placed")

    def pick_up() -> None:
        exchange.answer(phone)
        if phone.up:
            then(phone)

    exchange.clock.after(timing.ring, lambda: exchange.ring(phone))
    exchange.clock.after(timing.ring + timing.auto_answer, pick_up)


def call_party(exchange: SimulatedExchange, ask: CallParty) -> None:
    """The number is called; who hears it is asked for apart."""
    now, asker = exchange.clock.now(), ask.agent_leg
    channel = Channel(ask.leg, Role.CONSULTED, ask.number, ask.caller_id, now, contact=ask.contact, customer=asker)
    exchange.add(channel, "placed")
    rule = rule_of(exchange.rules, ask.number)
    exchange.clock.after(exchange.timing.dial, partial(_reach, exchange, channel, rule, None))


def _reach(exchange: SimulatedExchange, called: Channel, rule: Rule, phone: Channel | None) -> None:
    """The network has found the number, or not.  Who answers hears `phone`, if that waits for nothing else."""
    if rule.fate not in RINGS:
        exchange.end(called, rule.fate.value, by="network")
        return
    exchange.ring(called)
    called.talk = rule.talk

    def answer() -> None:
        exchange.answer(called)
        alone = phone is not None and exchange.parties.mixes.of(phone.leg) is None
        if phone is not None and alone and phone.state is called.state is LegState.CONNECTED:
            exchange.mix((called.leg, phone.leg), told=False)

    if rule.fate is Fate.ANSWER:
        exchange.clock.after(rule.rings_for, answer)
    else:
        by = "customer" if rule.fate is Fate.DECLINED else "network"
        exchange.clock.after(rule.rings_for, lambda: exchange.end(called, rule.fate.value, by=by))
