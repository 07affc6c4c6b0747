"""How Asterisk carries out what the connector asks.  An ask may come twice, late, or about a leg that is gone."""

import re
from typing import Final

from connector.domain.effects import (
    Adopt,
    Announce,
    CallParty,
    Connect,
    EndLeg,
    Mix,
    Offer,
    PlaceCall,
    PlayDigits,
    SetMute,
    SetRecording,
    SwitchAsk,
)
from connector.domain.model import LegState, Recording
from connector.switch.asterisk import calls
from connector.switch.asterisk.floor import Floor
from connector.switch.asterisk.notes import note_of
from connector.switch.register import refusals
from connector.switch.register.refusals import gone, refuse, there

_DIGITS: Final = re.compile(r"[0-9*#A-D]+")


async def carry_out(floor: Floor, ask: SwitchAsk) -> None:
    """Does what is asked, or refuses it.  Raises AriRefusal where Asterisk will not."""
    match ask:
        case Adopt():
            await _adopt(floor, ask)
        case Offer():
            await calls.offer(floor, ask)
        case Connect():
            await calls.connect(floor, ask)
        case Mix():
            await _mix(floor, ask)
        case SetMute():
            await _mute(floor, ask)
        case PlayDigits():
            await _play(floor, ask)
        case EndLeg():
            await _end(floor, ask)
        case PlaceCall():
            await calls.place(floor, ask)
        case CallParty():
            await calls.call_party(floor, ask)
        case SetRecording():
            await _record(floor, ask)
        case Announce():
            await _announce(floor, ask)


async def _adopt(floor: Floor, ask: Adopt) -> None:
    if not gone(floor.exchange, (ask.leg,)):
        channel = there(floor.exchange, ask.leg)
        floor.exchange.adopt(channel, ask.contact)
        await floor.machine.note(ask.leg, note_of(channel))


def _cannot_mix(floor: Floor, ask: Mix) -> str | None:
    legs = (*ask.parked, *ask.talking)
    if len(set(legs)) < len(legs):
        return refusals.CONTRADICTION
    if gone(floor.exchange, legs):
        return refusals.NO_SUCH_LEG
    return None if all(there(floor.exchange, leg).up for leg in legs) else refusals.NOT_ANSWERED


async def _mix(floor: Floor, ask: Mix) -> None:
    """All of it or nothing: one leg that cannot be had refuses the whole ask, also one that goes while it is done."""
    exchange = floor.exchange
    why = _cannot_mix(floor, ask)
    if why is None:
        await _move(floor, ask)
        why = refusals.NO_SUCH_LEG if gone(exchange, (*ask.parked, *ask.talking)) else None
    if why is not None:
        refuse(exchange, ask, why)
        return
    parked, talking = ([there(exchange, leg) for leg in legs] for legs in (ask.parked, ask.talking))
    # What changes comes first: what was true before is old news, and must not be taken for the goal.
    for channel in sorted(parked, key=lambda c: c.state is LegState.HELD):
        exchange.hold(channel)
    for channel in sorted(talking, key=lambda c: c.state is LegState.CONNECTED):
        exchange.resume(channel)
    exchange.mix(ask.talking)
    await floor.recorder.follow(*parked, *talking)
    await floor.noted(*parked, *talking)


async def _move(floor: Floor, ask: Mix) -> None:
    """Asterisk brings those together who are to talk, and plays music to those who wait."""
    for leg in ask.parked:
        await _out_of_its_bridge(floor, leg)
        if there(floor.exchange, leg).state is not LegState.HELD:
            await floor.machine.music(leg, on=True)
    for leg in ask.talking:
        if there(floor.exchange, leg).state is LegState.HELD:
            await floor.machine.music(leg, on=False)
    if len(ask.talking) > 1:
        await floor.together(ask.talking)
    elif ask.talking:
        await _out_of_its_bridge(floor, ask.talking[0])


async def _out_of_its_bridge(floor: Floor, leg: str) -> None:
    bridge = floor.bridges.get(leg)
    if bridge is not None:
        await floor.machine.unmix(bridge, leg)


async def _mute(floor: Floor, ask: SetMute) -> None:
    exchange = floor.exchange
    if gone(exchange, (ask.leg,)):
        refuse(exchange, ask, refusals.NO_SUCH_LEG)
    elif not there(exchange, ask.leg).up:
        refuse(exchange, ask, refusals.NOT_ANSWERED)
    else:
        channel = there(exchange, ask.leg)
        if channel.muted is not ask.muted:
            await floor.machine.mute(ask.leg, on=ask.muted)
        exchange.mute(channel, ask.muted)
        await floor.noted(channel)


async def _play(floor: Floor, ask: PlayDigits) -> None:
    exchange = floor.exchange
    if gone(exchange, (ask.leg,)):
        refuse(exchange, ask, refusals.NO_SUCH_LEG)
        return
    channel = there(exchange, ask.leg)
    if not _DIGITS.fullmatch(ask.digits):
        refuse(exchange, ask, refusals.DIGITS_INVALID)
    elif not channel.up:
        refuse(exchange, ask, refusals.NOT_ANSWERED)
    elif channel.state is LegState.HELD:
        refuse(exchange, ask, refusals.HELD)
    else:
        await floor.machine.tones(ask.leg, ask.digits)


async def _record(floor: Floor, ask: SetRecording) -> None:
    exchange = floor.exchange
    if ask.recording is Recording.OFF or exchange.parties.recordable(ask.contact):
        await floor.recorder.want(ask.contact, exchange.parties.heard_of(ask.contact), ask.recording)
    else:
        why = refusals.NOT_ANSWERED if exchange.parties.has(ask.contact) else refusals.NO_SUCH_CONTACT
        refuse(exchange, ask, why)


async def _announce(floor: Floor, ask: Announce) -> None:
    exchange = floor.exchange
    if gone(exchange, (ask.leg,)):
        return
    channel = there(exchange, ask.leg)
    if ask.message not in floor.sounds:
        refuse(exchange, ask, refusals.NO_SUCH_MESSAGE)
    elif exchange.parties.mixes.of(ask.leg) is not None:
        refuse(exchange, ask, refusals.TAKEN)
    elif channel.announced:
        exchange.report(channel)
    else:
        channel.announced = True
        await floor.machine.answer(ask.leg)
        exchange.hear(channel)
        playback = f"said-{ask.leg}"
        floor.announced[playback] = ask.leg
        await floor.machine.play(playback, ask.leg, floor.sounds[ask.message])


async def _end(floor: Floor, ask: EndLeg) -> None:
    if not gone(floor.exchange, (ask.leg,)):
        channel = there(floor.exchange, ask.leg)
        floor.asked_causes[ask.leg] = ask.cause or ("normal" if channel.up else "cancelled")
        await floor.machine.hang_up(ask.leg, "normal")
