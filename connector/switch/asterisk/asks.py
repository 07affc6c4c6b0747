"""How Asterisk carries out what the connector asks.  An ask may come twice, late, or about a leg that is gone."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, Final

from connector.domain.effects import (
    Adopt,
    Announce,
    CallParty,
    Connect,
    EndLeg,
    KeepLine,
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
from connector.switch.asterisk.floor import SAID, Floor
from connector.switch.asterisk.notes import note_of
from connector.switch.asterisk.socket import AriRefusal
from connector.switch.register import refusals
from connector.switch.register.admission import Ways, admit
from connector.switch.register.refusals import gone, refuse, there


async def carry_out(floor: Floor, ask: SwitchAsk) -> None:
    """Does what is asked, or refuses it.  Raises AriRefusal where Asterisk will not."""
    if isinstance(ask, PlaceCall) and calls.half_placed(floor.exchange, ask):
        await calls.place_the_rest(floor, ask)
    elif admit(floor.exchange, Ways(floor.routes, floor.sounds, floor.sounds), ask):
        await _CARRY_OUT[type(ask)](floor, ask)


async def _adopt(floor: Floor, ask: Adopt) -> None:
    channel = there(floor.exchange, ask.leg)
    floor.exchange.adopt(channel, ask.contact)
    await floor.machine.note(ask.leg, note_of(channel))


async def _mix(floor: Floor, ask: Mix) -> None:
    """All of it or nothing: also a leg that goes while it is done refuses the whole ask."""
    exchange = floor.exchange
    await floor.recorder.before(ask)
    try:
        await _move(floor, ask)
    except AriRefusal:
        # Asterisk says so at once of a channel whose end it has not told us yet.  Who was moved before that is put
        # where the register has them; whose channel has gone is told when its end is.
        await _move_back(floor, ask)
        await floor.recorder.follow(*ask.parked, *ask.talking)
        raise
    if gone(exchange, (*ask.parked, *ask.talking)):
        refuse(exchange, ask, refusals.NO_SUCH_LEG)
        return
    parked, talking = ([there(exchange, leg) for leg in legs] for legs in (ask.parked, ask.talking))
    # What changes comes first: what was true before is old news, and must not be taken for the goal.
    for channel in sorted(parked, key=lambda c: c.state is LegState.HELD):
        exchange.hold(channel)
    for channel in sorted(talking, key=lambda c: c.state is LegState.CONNECTED):
        exchange.resume(channel)
    exchange.mix(ask.talking)
    await floor.recorder.follow(*ask.parked, *ask.talking)
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


async def _move_back(floor: Floor, ask: Mix) -> None:
    """Each leg that is still there hears what it heard before."""
    for leg in (*ask.parked, *ask.talking):
        channel = there(floor.exchange, leg)
        mix = floor.exchange.parties.mixes.of(leg)
        with suppress(AriRefusal):
            await floor.machine.music(leg, on=channel.state is LegState.HELD)
        with suppress(AriRefusal):
            if mix is not None:
                await floor.rejoin(mix.legs)


async def _mute(floor: Floor, ask: SetMute) -> None:
    channel = there(floor.exchange, ask.leg)
    if channel.muted is not ask.muted:
        await floor.machine.mute(ask.leg, on=ask.muted)
    floor.exchange.mute(channel, ask.muted)
    await floor.noted(channel)


async def _play(floor: Floor, ask: PlayDigits) -> None:
    await floor.machine.tones(ask.leg, ask.digits)


async def _record(floor: Floor, ask: SetRecording) -> None:
    if ask.recording is Recording.ON and ask.announcement and not floor.recorder.has(ask.contact):
        floor.consents.ask(ask)
    else:
        floor.consents.call_off(ask.contact)
        await floor.recorder.want(ask.contact, ask.recording)


async def _announce(floor: Floor, ask: Announce) -> None:
    channel = there(floor.exchange, ask.leg)
    channel.announced = True
    await floor.machine.answer(ask.leg)
    await floor.queue_music.over(ask.leg)
    floor.exchange.hear(channel)
    await floor.noted(channel)
    playback = f"{SAID}{ask.leg}"
    floor.announced[playback] = ask.leg
    await floor.machine.play(playback, ask.leg, floor.sounds[ask.message])


async def _end(floor: Floor, ask: EndLeg) -> None:
    channel = there(floor.exchange, ask.leg)
    cause = ask.cause or ("normal" if channel.up else "cancelled")
    floor.asked_causes[ask.leg] = cause
    await floor.keys.leg_ends(ask.leg)
    if not await floor.machine.end(ask.leg):
        # It was not dialled yet, or the news of its end is on the way.
        floor.gone(ask.leg)
        floor.exchange.end(channel, cause, by="asked")


async def _keep_line(floor: Floor, ask: KeepLine) -> None:
    await floor.lines.keep(ask.device, on=ask.on)


_CARRY_OUT: Final[dict[type, Callable[[Floor, Any], Awaitable[None]]]] = {
    Adopt: _adopt,
    Offer: calls.offer,
    Connect: calls.connect,
    PlaceCall: calls.place,
    CallParty: calls.call_party,
    Announce: _announce,
    Mix: _mix,
    SetMute: _mute,
    PlayDigits: _play,
    SetRecording: _record,
    EndLeg: _end,
    KeepLine: _keep_line,
}
