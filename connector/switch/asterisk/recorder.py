"""Recordings: a spy on the customer's leg writes what they say and hear, under the contact's key.

A pause mutes the recording: the time goes on, and what is said meanwhile is silence in the file. So does a hold: its
music is nobody's business.
"""

from collections.abc import Awaitable, Callable

from msgspec import Struct

from connector.domain.model import LegState, Recording
from connector.switch.asterisk.machine import Machine
from connector.switch.register.channel import Channel
from connector.switch.register.exchange import Exchange

SPY = "spy-"
"""With this the channel id of a spy begins."""


class Tape(Struct):
    """One recording that runs or is about to: `wanted` as asked, `silent` as Asterisk was told."""

    contact: str
    leg: str
    name: str
    wanted: Recording
    running: bool = False
    silent: bool = False


class Recorder:
    """All of them, by contact."""

    def __init__(self, exchange: Exchange, machine: Callable[[], Machine], do: Callable[..., None]) -> None:
        self._exchange = exchange
        self._machine = machine
        self._do = do
        self._tapes: dict[str, Tape] = {}

    async def want(self, contact: str, leg: Channel | None, recording: Recording) -> None:
        """The recording is to be like that; it is told when it is, also when it is so already."""
        tape = self._tapes.get(contact)
        if recording is Recording.OFF:
            if tape is not None:
                await self._stop(tape)
            self._exchange.record(contact, recording)
            return
        if tape is None:
            assert leg is not None
            name = f"{contact}-{self._exchange.clock.now()}"
            tape = self._tapes[contact] = Tape(contact, leg.leg, name, recording)
            await self._machine().spy(f"{SPY}{name}", leg.leg)
            return
        tape.wanted = recording
        if tape.running:
            await self._obey(tape)
            self._exchange.record(contact, recording)

    def spy_is_up(self, spy: str) -> Callable[[], Awaitable[None]] | None:
        """What is to be done now that this spy listens, or None for one that is not ours (any more)."""
        tape = next((tape for tape in self._tapes.values() if f"{SPY}{tape.name}" == spy), None)
        if tape is None:
            return None

        async def begin() -> None:
            await self._machine().record(spy, tape.name)
            tape.running = True
            await self._obey(tape)
            if tape.contact in self._tapes:
                self._exchange.record(tape.contact, tape.wanted)

        return begin

    async def follow(self, *channels: Channel) -> None:
        """Who is recorded was parked, or is back."""
        legs = {channel.leg for channel in channels}
        for tape in list(self._tapes.values()):
            if tape.running and tape.leg in legs:
                await self._obey(tape)

    def ended(self, leg: str) -> None:
        """Whose leg has ended is not recorded any more; Asterisk closes the file by itself."""
        for tape in [tape for tape in self._tapes.values() if tape.leg == leg]:
            del self._tapes[tape.contact]

    async def _obey(self, tape: Tape) -> None:
        channel = self._exchange.channel(tape.leg)
        held = channel is not None and channel.state is LegState.HELD
        silent = tape.wanted is Recording.PAUSED or held
        if silent is not tape.silent:
            await self._machine().silence(tape.name, on=silent)
            tape.silent = silent

    async def _stop(self, tape: Tape) -> None:
        del self._tapes[tape.contact]
        await self._machine().hang_up(f"{SPY}{tape.name}", "normal")
