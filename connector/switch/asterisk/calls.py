"""How Asterisk rings phones, calls numbers and brings the two sides together."""

import logging
from functools import partial

from msgspec import structs

from connector.domain.effects import CallParty, Connect, Offer, PlaceCall
from connector.domain.model import LegState, Role
from connector.switch.asterisk.floor import Floor, Job
from connector.switch.asterisk.notes import note_of
from connector.switch.asterisk.socket import AriRefusal
from connector.switch.register import refusals
from connector.switch.register.admission import of_a_colleague
from connector.switch.register.channel import Channel
from connector.switch.register.exchange import Exchange
from connector.switch.register.refusals import gone, refuse, there

log = logging.getLogger(__name__)


async def offer(floor: Floor, ask: Offer) -> None:
    customer = there(floor.exchange, ask.customer_leg)
    await _ring(floor, _phone(ask, customer.line, floor.exchange.clock.now()), customer.number, "offered")


async def _ring(floor: Floor, phone: Channel, shown: str, what: str) -> None:
    """The phone is in the register before Asterisk is asked: its first news may be here before the answer."""
    floor.exchange.add(phone, what)
    itself = partial(_ring_itself, floor, phone, shown)
    if not await floor.lines.can_ring(phone.device):
        await itself()
        return
    floor.second_ways[phone.leg] = itself
    try:
        await floor.lines.ring(phone.leg, phone.device, note_of(phone))
    except AriRefusal:
        del floor.second_ways[phone.leg]
        await itself()


async def _ring_itself(floor: Floor, phone: Channel, shown: str) -> None:
    """The phone rings for the leg, kept or not: lifting it is the answer."""
    if not phone.live:
        return
    await floor.lines.give_up(phone.device)
    await floor.lines.free(phone.device)
    try:
        await floor.machine.ring_phone(phone.leg, phone.device, shown, note_of(phone))
    except AriRefusal:
        # A phone that is not registered: Asterisk makes no channel, and says no more than that (500).
        floor.exchange.end(phone, "failed", by="network")


async def connect(floor: Floor, ask: Connect) -> None:
    phone = there(floor.exchange, ask.agent_leg)
    if phone.up:
        floor.exchange.report(phone)
        await _bridge(floor, ask)
    else:
        floor.when_up[phone.leg] = partial(_bridge, floor, ask)
        await floor.lines.lift(phone.leg)


async def _bridge(floor: Floor, ask: Connect) -> None:
    exchange = floor.exchange
    if gone(exchange, (ask.agent_leg, ask.customer_leg)):
        refuse(exchange, ask, refusals.NO_SUCH_LEG)
        return
    customer, phone = there(exchange, ask.customer_leg), there(exchange, ask.agent_leg)
    if exchange.parties.taken(customer, phone, ask.contact):
        refuse(exchange, ask, refusals.TAKEN)
        return
    exchange.parties.belongs(phone, customer.leg)
    told, mix = customer.up, exchange.parties.mixes.of(phone.leg)
    together = mix.legs if mix is not None and customer.leg in mix.legs else (customer.leg, phone.leg)
    if not customer.up:
        await floor.machine.answer(customer.leg)
        await floor.queue_music.over(customer.leg)
    await floor.together(together)
    for held in (customer, phone):
        if held.state is LegState.HELD:
            await floor.machine.music(held.leg, on=False)
    if customer.live and phone.live:
        exchange.hear(customer)
        if phone.state is LegState.HELD:
            exchange.resume(phone)
        exchange.mix(together, told=told)
        await floor.recorder.follow(*together)
        await floor.noted(customer, phone)


async def place(floor: Floor, ask: PlaceCall) -> None:
    exchange, now = floor.exchange, floor.exchange.clock.now()
    if not of_a_colleague(exchange, ask):
        floor.when_up[ask.agent_leg] = _to_be_dialled(floor, ask)
    await _ring(floor, _phone(ask, ask.caller_id, now), ask.number, "placed")
    await floor.lines.lift(ask.agent_leg)


def _to_be_dialled(floor: Floor, ask: PlaceCall) -> Job:
    now = floor.exchange.clock.now()
    customer = Channel(ask.customer_leg, Role.CUSTOMER, ask.number, ask.caller_id, now, contact=ask.contact)
    floor.exchange.add(customer, "placed")
    return partial(_dial, floor, customer, ask)


async def _dial(floor: Floor, customer: Channel, ask: PlaceCall) -> None:
    if not customer.live:
        return
    floor.when_up[customer.leg] = partial(_answered, floor, customer, ask.agent_leg)
    if ask.other in floor.routes:
        other = structs.replace(ask, route=ask.other, address=None, other="")
        floor.second_ways[customer.leg] = partial(_dial_by_the_other, floor, customer, other)
    try:
        trunk = floor.routes[ask.route] if ask.route else floor.trunk
        called = customer.leg, ask.number, trunk, ask.caller_id, note_of(customer)
        if ask.address is None:
            await floor.machine.call(*called)
        elif not await floor.machine.call_for_help(*called, ask.address):
            log.error("an emergency call leaves without the caller's address", extra={"contact": ask.contact})
    except AriRefusal:
        floor.failed(customer)


async def _dial_by_the_other(floor: Floor, customer: Channel, ask: PlaceCall) -> None:
    log.error("an emergency call cannot leave by its route, and is called by the other")
    await _dial(floor, customer, ask)


async def _answered(floor: Floor, customer: Channel, agent_leg: str) -> None:
    phone, mixes = floor.exchange.channel(agent_leg), floor.exchange.parties.mixes
    alone = phone is not None and mixes.of(phone.leg) is mixes.of(customer.leg) is None
    if phone is not None and alone and phone.state is customer.state is LegState.CONNECTED:
        await floor.together((customer.leg, phone.leg))
        if phone.up and customer.up:
            floor.exchange.mix((customer.leg, phone.leg), told=False)
        await floor.noted(customer, phone)


def half_placed(exchange: Exchange, ask: PlaceCall) -> bool:
    """Whether the phone of a call that is asked for again is there, and the number was never called."""
    phone = exchange.channel(ask.agent_leg)
    called = exchange.knows(ask.customer_leg) or of_a_colleague(exchange, ask)
    return phone is not None and phone.live and not called


async def place_the_rest(floor: Floor, ask: PlaceCall) -> None:
    """The number is called once the phone is up, be it now."""
    phone = there(floor.exchange, ask.agent_leg)
    dial = _to_be_dialled(floor, ask)
    floor.exchange.report(phone)
    if phone.up:
        await dial()
    else:
        floor.when_up[phone.leg] = dial
        await floor.lines.lift(phone.leg)


def go_on(floor: Floor, phone: Channel) -> None:
    """After a connection: a call that was placed for that phone is theirs when, or because, it was answered."""
    customer = floor.exchange.channel(phone.customer)
    if customer is None or customer.inbound or customer.role is not Role.CUSTOMER or not customer.live:
        return
    answered = partial(_answered, floor, customer, phone.leg)
    if customer.up:
        floor.do(answered)
    else:
        floor.when_up[customer.leg] = answered


async def call_party(floor: Floor, ask: CallParty) -> None:
    exchange, now = floor.exchange, floor.exchange.clock.now()
    called = Channel(
        ask.leg, Role.CONSULTED, ask.number, ask.caller_id, now, contact=ask.contact, customer=ask.agent_leg
    )
    exchange.add(called, "placed")
    try:
        await floor.machine.call(ask.leg, ask.number, floor.trunk, ask.caller_id, note_of(called))
    except AriRefusal:
        exchange.end(called, "failed", by="network")


def _phone(ask: Offer | PlaceCall, line: str, now: int) -> Channel:
    leg, device = ask.agent_leg, ask.device
    return Channel(leg, Role.AGENT, device, line, now, contact=ask.contact, customer=ask.customer_leg, device=device)
