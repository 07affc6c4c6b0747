"""What is to be heard before a recording starts: heard whole by all who talk, or begun anew when that changes."""

from collections.abc import Callable

from msgspec import Struct

from connector.domain.effects import SetRecording
from connector.domain.model import LegState
from connector.switch.register import refusals
from connector.switch.register.channel import Channel
from connector.switch.register.exchange import Exchange


class Hearing(Struct, eq=False):
    """An announcement that is being heard, unless `mix` is "": then those who are to hear it do not talk now."""

    ask: SetRecording
    mix: str = ""


class Consents:
    """All of them, by contact.

    `play` lets those who talk with that leg hear a message, of which `heard` or `missing` is to be called then; `hush`
    ends one that is not to be heard any more.
    """

    def __init__(
        self,
        exchange: Exchange,
        play: Callable[[Hearing, Channel], None],
        hush: Callable[[Hearing], None] = lambda _hearing: None,
    ) -> None:
        self._exchange = exchange
        self._play = play
        self._hush = hush
        self._waiting: dict[str, SetRecording] = {}
        self._hearings: dict[str, Hearing] = {}

    def ask(self, ask: SetRecording) -> None:
        """The recording starts when its announcement was heard; asked twice, it is heard once."""
        self._waiting[ask.contact] = ask
        self._tend(ask)

    def call_off(self, contact: str) -> None:
        """That contact's recording is not to start, or need not wait any more."""
        self._waiting.pop(contact, None)
        hearing = self._hearings.pop(contact, None)
        if hearing is not None:
            self._hush(hearing)

    def forget(self) -> None:
        """Nothing is waited for."""
        self._waiting.clear()
        self._hearings.clear()

    def current(self, hearing: Hearing) -> bool:
        """Whether that is still what they are to hear."""
        return self._hearings.get(hearing.ask.contact) is hearing

    def heard(self, hearing: Hearing) -> SetRecording | None:
        """It was played to its end: what is to be recorded now, or None if that was called off."""
        if not self.current(hearing):
            return None
        del self._hearings[hearing.ask.contact]
        return self._waiting.pop(hearing.ask.contact)

    def missing(self, hearing: Hearing) -> None:
        """It cannot be played."""
        if self.current(hearing):
            ask = self._waiting[hearing.ask.contact]
            self.call_off(ask.contact)
            refusals.refuse(self._exchange, ask, refusals.NO_SUCH_MESSAGE)

    def follow(self) -> None:
        """Who talks with whom may be different."""
        for ask in list(self._waiting.values()):
            self._tend(ask)

    def _tend(self, ask: SetRecording) -> None:
        parties = self._exchange.parties
        leg = parties.heard_of(ask.contact)
        if leg is None and not parties.has(ask.contact):
            self.call_off(ask.contact)
            refusals.refuse(self._exchange, ask, refusals.NO_SUCH_CONTACT)
            return
        mix = None if leg is None or leg.state is LegState.HELD else parties.mixes.of(leg.leg)
        known = self._hearings.get(ask.contact)
        heard_by = "" if mix is None else mix.id
        if known is None or known.mix != heard_by:
            if known is not None:
                self._hush(known)
            hearing = self._hearings[ask.contact] = Hearing(ask, heard_by)
            if leg is not None and mix is not None:
                self._play(hearing, leg)
