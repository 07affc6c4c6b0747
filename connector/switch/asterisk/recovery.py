"""At each connection the register is made as Asterisk is: who is there, who hears whom, what was left undone.

Events between two connections are lost, and after a restart of the connector the register is empty: what is known then
is what Asterisk shows, the notes on the channels, and what the core asks again.
"""

import asyncio
import logging
from functools import partial
from typing import Final

from connector.domain.model import LegState, Role
from connector.switch.asterisk import calls
from connector.switch.asterisk.dialled import CONTEXT
from connector.switch.asterisk.floor import SAID, Floor
from connector.switch.asterisk.lines import is_of_a_line
from connector.switch.asterisk.machine import MIX, Machine
from connector.switch.asterisk.notes import leg_of
from connector.switch.asterisk.parse import Bridge, PlaybackOf
from connector.switch.asterisk.parse import Channel as AriChannel
from connector.switch.asterisk.recorder import SPY
from connector.switch.asterisk.taps import TAP
from connector.switch.register.channel import Channel

log = logging.getLogger(__name__)

ALONE: Final = 2_000
"""For how long after a connection somebody may hear nothing, in ms: the core asks again for what was under way."""

Found = list[tuple[AriChannel, str]]


async def reconcile(floor: Floor, machine: Machine, devices: tuple[str, ...], lost: int) -> None:
    """The register is as Asterisk is, and nothing is left that nobody wants.

    `lost` is when the last connection was: what has ended since has ended then if Asterisk was started anew, for its
    calls ended with it.  Else the time is not known, and is taken to be now.
    """
    floor.connected(machine)
    await machine.watch(devices)
    for device in devices:
        floor.exchange.phones[device] = await machine.ready(device)
    floor.started = await machine.started()
    # Bridges first: who has gone from one meanwhile is gone from the channels, too, and told by an event else.
    bridges = await machine.bridges()
    there, every = await machine.channels()
    found = [one for one in every if not is_of_a_line(one[0].id)]
    _end_the_gone(floor, there, lost if floor.started > lost else None)
    known = [_take_in(floor, channel, note) for channel, note in found]
    await _bring_together(floor, machine, bridges, known)
    await floor.lines.reconcile([channel for channel, _ in every], bridges)
    floor.lines.known(devices)
    await floor.recorder.restore({channel.id: note for channel, note in found if channel.id.startswith(SPY)})
    await _hold_on(floor, machine)
    await _go_on(floor, machine)
    await _sweep(floor, machine, found, bridges)
    _leave_nobody_alone(floor)
    floor.dialled.found(await machine.calls_in(CONTEXT))


def _end_the_gone(floor: Floor, there: set[str], at: int | None) -> None:
    """Legs that Asterisk has no more; one that it never had is forgotten, and made when it is asked for again."""
    for known in floor.exchange.channels():
        if not known.live or known.leg in there:
            floor.hung_up.pop(known.leg, None)
        elif known.inbound or known.dialled:
            asked = floor.asked_causes.get(known.leg)
            floor.gone(known.leg)
            floor.exchange.end(known, asked or ("normal" if known.up else "cancelled"), by="network", at=at)
        else:
            floor.gone(known.leg)
            floor.exchange.parties.forget(known.leg)
    # Hang-ups that were asked for and not carried out are asked for again by whoever wants them.
    floor.asked_causes.clear()


def _take_in(floor: Floor, found: AriChannel, note: str) -> Channel | None:
    """What a channel is to us: a leg, or None."""
    known = floor.exchange.channel(found.id)
    if known is not None and not known.live:
        return None
    if known is None:
        known = leg_of(found, note)
        if known is None:
            return None
        floor.exchange.add(known, "arrived")
    elif found.state in ("Ring", "Ringing"):
        floor.exchange.ring(known)
    if found.state == "Up" and not known.inbound:
        floor.is_up(known)
    return known


async def _bring_together(floor: Floor, machine: Machine, bridges: list[Bridge], known: list[Channel | None]) -> None:
    """Who is in a bridge with others hears them, whatever a note says: it is written after they were brought there."""
    mixes, now = floor.exchange.parties.mixes, floor.exchange.clock.now()
    legs = {channel.leg: channel for channel in known if channel is not None}
    floor.bridges = {leg: bridge.id for bridge in bridges for leg in bridge.channels if leg in legs}
    for bridge in bridges:
        talking = tuple(leg for leg in bridge.channels if leg in legs)
        if len(talking) > 1:
            mixes.together(talking, now)
            for leg in talking:
                floor.exchange.answer(legs[leg])
                if legs[leg].state is LegState.HELD:
                    await machine.music(leg, on=False)
                    floor.exchange.resume(legs[leg])
        else:
            for leg in talking:
                mixes.leave(leg)
    for leg, channel in legs.items():
        if leg not in floor.bridges:
            mixes.leave(leg)
        if mixes.of(leg) is None and channel.state is LegState.HELD:
            # It may have been cut off between the note and the music.
            await machine.music(leg, on=True)


async def _hold_on(floor: Floor, machine: Machine) -> None:
    """A phone's hold is told, in case it began while nobody listened."""
    phones = [one for one in floor.exchange.channels() if one.role is Role.AGENT and one.state is LegState.CONNECTED]
    heard = {one.leg: floor.lines.hears(one.leg) for one in phones}
    holding = await asyncio.gather(*(machine.holds(other) for other in heard.values() if other))
    for leg, holds in zip([leg for leg, other in heard.items() if other], holding, strict=True):
        if holds:
            floor.do(partial(_told_held, floor, leg))


async def _told_held(floor: Floor, leg: str) -> None:
    floor.keys.held(leg)


async def _go_on(floor: Floor, machine: Machine) -> None:
    """What was to happen to a leg goes on, though the one who was to do it is gone."""
    for channel in floor.exchange.channels():
        if channel.announced and channel.live:
            await _hear_out(floor, machine, channel)
        elif channel.inbound and channel.state is LegState.RINGING:
            floor.welcome(channel)
        elif channel.role is Role.AGENT and channel.live:
            calls.go_on(floor, channel)
        if channel.state is LegState.DIALING and not channel.dialled:
            floor.do(partial(floor.dial, channel))


async def _hear_out(floor: Floor, machine: Machine, caller: Channel) -> None:
    """One who cannot be taken is hung up on when they have heard why."""
    playback = f"{SAID}{caller.leg}"
    floor.announced[playback] = caller.leg
    if not await machine.playing(playback):
        floor.heard(PlaybackOf(playback))


async def _sweep(floor: Floor, machine: Machine, found: Found, bridges: list[Bridge]) -> None:
    """Channels in our hands that are none of ours, and bridges with nobody in them."""
    for channel, _note in found:
        mine = floor.exchange.channel(channel.id)
        ours = mine is not None and mine.live
        if not ours and not await _spies_on(floor, channel):
            log.warning("a channel that nobody wants is hung up", extra={"channel": channel.name})
            await machine.hang_up(channel.id, "normal")
    for bridge in bridges:
        if bridge.id.startswith(TAP) or (bridge.id.startswith(MIX) and not bridge.channels):
            await machine.remove_bridge(bridge.id)


async def _spies_on(floor: Floor, channel: AriChannel) -> bool:
    return channel.id.startswith(SPY) and floor.recorder.has_spy(channel.id)


def _leave_nobody_alone(floor: Floor) -> None:
    """Somebody from outside who hears nobody, and of whom the core asks nothing before long, hears music."""
    lonely = [channel for channel in floor.exchange.channels() if _alone(floor, channel)]

    def look() -> None:
        for channel in lonely:
            if _alone(floor, channel):
                floor.do(partial(_park, floor, channel))

    if lonely:
        floor.exchange.clock.after(ALONE, look)


def _alone(floor: Floor, channel: Channel) -> bool:
    connected = channel.external and channel.state is LegState.CONNECTED and not channel.announced
    return connected and floor.exchange.parties.mixes.of(channel.leg) is None


async def _park(floor: Floor, channel: Channel) -> None:
    if not _alone(floor, channel):
        return
    bridge = floor.bridges.get(channel.leg)
    if bridge is not None:
        await floor.machine.unmix(bridge, channel.leg)
    await floor.machine.music(channel.leg, on=True)
    floor.exchange.hold(channel)
    await floor.noted(channel)
