"""Recordings: a spy on the customer's leg writes what they say and hear, under the contact's key.

A pause mutes the recording: the time goes on, and what is said meanwhile is silence in the file. So does a hold, whose
music is nobody's business, and so does whatever one of two colleagues talks about with somebody else.
"""

import logging
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Final

import msgspec
from msgspec import Struct

from connector.domain.effects import Mix
from connector.domain.model import LegState, Recording
from connector.switch.asterisk.machine import Machine
from connector.switch.asterisk.parse import RecordingFailed, RecordingStarted
from connector.switch.register.exchange import Exchange

SPY: Final = "spy-"
"""With this the channel id of a spy begins."""

log = logging.getLogger(__name__)


class Tape(Struct, eq=False):
    """One recording that runs or is about to: `legs` whom it is of, the first one spied on.

    `running` once it was asked for, `begun` once Asterisk writes; `silent` as Asterisk was told.
    """

    contact: str
    legs: tuple[str, ...]
    name: str
    wanted: Recording = Recording.ON
    running: bool = False
    silent: bool = False
    begun: bool = False


def _tape_of(note: str) -> Tape | None:
    try:
        return msgspec.json.decode(note, type=Tape)
    except msgspec.DecodeError:
        return None


class Recorder:
    """All of them, by contact."""

    def __init__(self, exchange: Exchange, machine: Callable[[], Machine], do: Callable[..., None]) -> None:
        self._exchange = exchange
        self._machine = machine
        self._do = do
        self._tapes: dict[str, Tape] = {}
        self._last = 0

    def has(self, contact: str) -> bool:
        """Whether the contact is being recorded, be it silence for now, or is about to be."""
        return contact in self._tapes

    async def want(self, contact: str, recording: Recording) -> None:
        """The recording is to be like that; it is told when it is, also when it is so already.

        What is off and paused, or paused before it runs, has no file: what is to be silent is not begun.
        """
        tape = self._tapes.get(contact)
        if recording is Recording.ON and tape is None:
            await self._start(contact)
        elif tape is not None and tape.running and recording is not Recording.OFF:
            tape.wanted = recording
            await self._note(tape)
            if tape.begun:
                await self._follow(tape)
        elif recording is not Recording.ON:
            if tape is not None:
                await self._stop(tape)
            self._exchange.record(contact, recording)

    async def _start(self, contact: str) -> None:
        legs = self._exchange.parties.recorded_of(contact)
        if legs:
            # One contact may have several, and each has a name of its own.
            self._last = max(self._exchange.clock.now(), self._last + 1)
            tape = self._tapes[contact] = Tape(contact, legs, f"{contact}-{self._last}")
            await self._machine().spy(f"{SPY}{tape.name}", legs[0])

    def spy_is_up(self, spy: str) -> Callable[[], Awaitable[None]] | None:
        """What is to be done now that this spy listens, or None for one that is not ours (any more)."""
        tape = next((tape for tape in self._tapes.values() if f"{SPY}{tape.name}" == spy), None)
        if tape is None:
            return None
        return partial(self._begin, tape)

    async def _begin(self, tape: Tape) -> None:
        if self._tapes.get(tape.contact) is not tape or tape.running:
            return
        tape.running = True
        await self._note(tape)
        await self._machine().record(f"{SPY}{tape.name}", tape.name)

    def take(self, event: RecordingStarted | RecordingFailed) -> None:
        """A recording that was asked for is written from now on, or never will be.

        Asterisk answers before it writes, and refuses to silence (409) what it does not write yet.
        """
        tape = next((tape for tape in self._tapes.values() if tape.name == event.recording.name), None)
        if tape is None:
            return
        if isinstance(event, RecordingStarted):
            tape.begun = True
            self._do(partial(self._follow, tape))
        else:
            log.error("Asterisk could not record: %s", event.recording.cause, extra={"contact": tape.contact})
            self._do(partial(self._give_up, tape))

    async def _give_up(self, tape: Tape) -> None:
        if self._tapes.get(tape.contact) is tape:
            await self._stop(tape)
            self._exchange.record(tape.contact, Recording.OFF)

    async def _follow(self, tape: Tape) -> None:
        """It is as it is to be, and told."""
        await self._obey(tape)
        if self._tapes.get(tape.contact) is tape:
            self._exchange.record(tape.contact, tape.wanted)

    async def restore(self, spies: dict[str, str]) -> None:
        """The recordings are those of the spies that are there, each with our note on it, or ""."""
        for tape in list(self._tapes.values()):
            if f"{SPY}{tape.name}" not in spies:
                del self._tapes[tape.contact]
                self._exchange.record(tape.contact, Recording.OFF)
        for note in spies.values():
            noted = _tape_of(note)
            if noted is not None:
                self._tapes.setdefault(noted.contact, noted)
        for tape in self._tapes.values():
            state = await self._machine().recording(tape.name)
            tape.running, tape.begun = state != "", state not in ("", "queued")
            if tape.begun:
                self._exchange.record(tape.contact, tape.wanted)
                self._do(partial(self._obey, tape))
            elif not tape.running:
                self._do(partial(self._begin, tape))

    async def _note(self, tape: Tape) -> None:
        """What Asterisk does not tell of a recording is on the channel that is heard, for whoever looks after us."""
        note = msgspec.json.encode(tape).decode()
        await self._machine().note(tape.legs[0], note, of=f"{SPY}{tape.name}")

    def has_spy(self, spy: str) -> bool:
        """Whether that channel listens for one of them."""
        return any(f"{SPY}{tape.name}" == spy for tape in self._tapes.values())

    async def before(self, ask: Mix) -> None:
        """Of whom the recording is to be silent then, it is so before they are moved: not a word too late."""
        for tape in self._of({*ask.talking, *ask.parked}):
            together = all(leg in ask.talking for leg in tape.legs)
            if not together:
                await self._silence(tape, on=True)

    async def follow(self, *legs: str) -> None:
        """Of these legs some were parked, or are back, or talk with somebody else."""
        for tape in self._of({*legs}):
            await self._obey(tape)

    def _of(self, legs: set[str]) -> list[Tape]:
        return [tape for tape in self._tapes.values() if tape.begun and not legs.isdisjoint(tape.legs)]

    def ended(self, leg: str) -> None:
        """Whose leg has ended is not recorded any more; Asterisk closes the file by itself."""
        for tape in [tape for tape in self._tapes.values() if tape.legs[0] == leg]:
            del self._tapes[tape.contact]

    def over(self, contact: str) -> None:
        """Nobody is left of that contact to be recorded, though who was may be there for another one."""
        tape = self._tapes.get(contact)
        if tape is not None and not self._exchange.parties.recordable(contact):
            self._do(lambda: self._stop(tape))

    async def _obey(self, tape: Tape) -> None:
        exchange = self._exchange
        channels = [exchange.channel(leg) for leg in tape.legs]
        held = any(channel is None or channel.state is LegState.HELD for channel in channels)
        apart = not exchange.parties.mixes.same(tape.legs[0], tape.legs[-1]) and len(tape.legs) > 1
        await self._silence(tape, on=tape.wanted is Recording.PAUSED or held or apart)

    async def _silence(self, tape: Tape, *, on: bool) -> None:
        if on is not tape.silent:
            await self._machine().silence(tape.name, on=on)
            tape.silent = on
            await self._note(tape)

    async def _stop(self, tape: Tape) -> None:
        if self._tapes.get(tape.contact) is tape:
            del self._tapes[tape.contact]
        await self._machine().hang_up(f"{SPY}{tape.name}", "normal")
