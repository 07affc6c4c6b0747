"""The music of callers: while they are on hold, and while they wait for an agent and nobody has answered yet."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Final

from msgspec import Struct

from connector.switch.asterisk.machine import Machine
from connector.switch.register.channel import Channel
from connector.switch.register.clock import Clock


class Music(Struct, frozen=True):
    """The classes of musiconhold.conf, `hold` and `queue`, and after how many ms of ringing who waits hears the latter.

    `hold` "" is what Asterisk chooses; with `queue` "" it just rings.
    """

    hold: str = ""
    queue: str = "default"
    after: int = 4_000


USUAL: Final = Music()


class QueueMusic:
    """Plays to callers before they are answered (183 with audio): for the carrier and the core the call still rings."""

    def __init__(
        self,
        music: Music,
        clock: Clock,
        machine: Callable[[], Machine],
        do: Callable[[Callable[[], Awaitable[None]]], None],
    ) -> None:
        self._music = music
        self._clock = clock
        self._machine = machine
        self._do = do

    def awaited_by(self, caller: Channel) -> None:
        """The caller hears music in a moment, should nobody have answered by then."""
        if self._music.queue:
            self._clock.after(self._music.after, lambda: self._do(partial(self._begin, caller)))

    async def _begin(self, caller: Channel) -> None:
        if caller.live and not caller.up and not caller.announced:
            await self._machine().music(caller.leg, on=True, kind=self._music.queue)

    async def over(self, leg: str) -> None:
        """The caller, who is answered now, hears no music, whoever began it."""
        if self._music.queue:
            await self._machine().music(leg, on=False)
