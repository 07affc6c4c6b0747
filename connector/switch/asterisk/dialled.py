"""Emergency numbers that were dialled on a phone itself: the dialplan calls them, and tells of it here."""

import logging
from collections.abc import Awaitable, Callable, Iterable
from functools import partial
from typing import Final

from connector.domain.events import EmergencyDialled
from connector.switch.asterisk import parse as p
from connector.switch.asterisk.machine import Machine

log = logging.getLogger(__name__)

Job = Callable[[], Awaitable[None]]

EMERGENCY: Final = "emergency"
"""The first argument of the channel by which the dialplan tells; it is there for nothing else."""

CONTEXT: Final = "phone-panel-emergency"
"""Where in the dialplan the phone's own channel is while the call goes on."""

TOLD: Final = "PHONE_PANEL_TOLD_"
"""With this, before the name of a phone's channel, a variable of Asterisk begins: a connector knows of the call.  It is
no variable of the channel, since ARI sets none of a channel that is in the dialplan.
"""


class DialledOnPhones:
    """Tells of each such call once, also of those that were made while no connector ran and still go on."""

    def __init__(
        self, tell: Callable[[EmergencyDialled], None], machine: Callable[[], Machine], do: Callable[[Job], None]
    ) -> None:
        self._tell = tell
        self._machine = machine
        self._do = do
        self._told: set[str] = set()

    def take(self, event: p.StasisStart) -> None:
        """The dialplan tells of one: emergency, number, whether the address is sent, callback, phone, its channel."""
        self._do(lambda: self._machine().hang_up(event.channel.id, "normal"))
        if len(event.args) == 6:
            _, number, sent, callback, device, channel = event.args
            news = EmergencyDialled(device, number, callback, sent == "1", event.at)
            self._do(partial(self._tell_unless_told, channel, news))
        else:
            log.error(
                "an emergency call that the dialplan does not tell as documented", extra={"arguments": len(event.args)}
            )

    def found(self, channels: Iterable[p.Channel]) -> None:
        """These are in the context of emergency calls at a new connection."""
        for channel in channels:
            if channel.device:
                self._do(partial(self._tell_late, channel))

    async def _tell_late(self, channel: p.Channel) -> None:
        machine = self._machine()
        number = await machine.variable(channel.id, "HELP_NUMBER")
        if not number:
            return
        callback = await machine.variable(channel.id, "HELP_CALLBACK") or ""
        sent = await machine.variable(channel.id, "HELP_SENT") == "1"
        at = p.milliseconds(channel.creationtime)
        await self._tell_unless_told(channel.id, EmergencyDialled(channel.device, number, callback, sent, at))

    async def _tell_unless_told(self, channel: str, news: EmergencyDialled) -> None:
        """The dialplan's own news is half a second old: the connector before this one may have found the call."""
        if channel not in self._told and not await self._machine().global_variable(TOLD + channel):
            self._told.add(channel)
            self._do(lambda: self._machine().set_global(TOLD + channel, "1"))
            self._tell(news)
