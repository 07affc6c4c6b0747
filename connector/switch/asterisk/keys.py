"""The keys of an agent's phone itself: what they ask of Asterisk is told to the connector, and nothing else is done."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
from typing import Final

from connector.domain.model import LegState
from connector.switch.asterisk import parse as p
from connector.switch.asterisk.lines import Lines
from connector.switch.asterisk.machine import Machine
from connector.switch.asterisk.socket import AriRefusal
from connector.switch.register.exchange import Exchange

ANSWER_WITHIN: Final = 3_000
"""In ms, by when a phone whose leg was not asked to end is told that its transfer came to nothing."""


class PhoneKeys:
    """Holds and transfers (REFER) of phones; a transfer that was asked for waits until its leg is asked to end."""

    def __init__(
        self,
        exchange: Exchange,
        machine: Callable[[], Machine],
        do: Callable[[Callable[[], Awaitable[None]]], None],
        lines: Lines,
    ) -> None:
        self._exchange = exchange
        self._lines = lines
        self._machine = machine
        self._do = do
        self._asked: set[str] = set()

    def take(self, event: p.ChannelHold | p.ChannelUnhold | p.ChannelTransfer) -> None:
        """A key was pressed."""
        match event:
            case p.ChannelHold():
                self.held(self._lines.leg_of(event.channel.id))
            case p.ChannelUnhold():
                self._resumed(self._lines.leg_of(event.channel.id))
            case p.ChannelTransfer():
                self._transfers(event)

    def held(self, leg: str) -> None:
        """A phone holds its call.  Among two Asterisk plays music to the other by itself; that is stopped."""
        channel = self._exchange.channel(leg)
        if channel is None or channel.external:
            return
        self._do(partial(self._hush, leg))
        self._exchange.phone_holds(channel, True)

    async def _hush(self, leg: str) -> None:
        mix = self._exchange.parties.mixes.of(leg)
        for other in mix.legs if mix is not None and len(mix.legs) == 2 else ():
            channel = self._exchange.channel(other)
            if other != leg and channel is not None and channel.state is LegState.CONNECTED:
                with suppress(AriRefusal):
                    await self._machine().music(other, on=False)

    def _resumed(self, leg: str) -> None:
        """A phone has taken its call back."""
        channel = self._exchange.channel(leg)
        if channel is not None:
            self._exchange.phone_holds(channel, False)

    def _transfers(self, event: p.ChannelTransfer) -> None:
        """A phone wants its far end passed on; what Asterisk says of how that goes on is no news."""
        leg = self._lines.leg_of(event.referred_by.source_channel.id)
        channel = self._exchange.channel(leg)
        if event.state or leg in self._asked or channel is None:
            return
        self._asked.add(leg)
        self._exchange.clock.after(ANSWER_WITHIN, lambda: self._do(partial(self._answer, leg, "channel_declined")))
        wanted, other = event.refer_to.requested_destination, event.refer_to.destination_channel
        self._exchange.phone_transfers(channel, wanted.destination, wanted.protocol_id if other is None else other.id)

    async def leg_ends(self, leg: str) -> None:
        """The connector lets go of that leg: if its phone wants to transfer, it has."""
        await self._answer(leg, "channel_answered")

    async def _answer(self, leg: str, state: str) -> None:
        if leg in self._asked:
            self._asked.discard(leg)
            # A phone that has hung up meanwhile needs no answer.
            with suppress(AriRefusal):
                await self._machine().transferred(self._lines.phone_of(leg), state)

    def ended(self, leg: str) -> None:
        """The leg is gone."""
        self._asked.discard(leg)
