"""Who called, as the agent may see it who has the call: looked up once it has one, and again for the next one."""

import asyncio
import logging
import random as dice
from collections.abc import Callable
from typing import Final

from connector.domain.directory import Directory, Profile
from connector.domain.effects import MatchCaller
from connector.domain.events import CallerMatched
from connector.domain.model import Contact, Floor, MatchState, Phase
from connector.domain.rules.lookups import named, number_of
from connector.domain.step import Change
from connector.errors import CrmUnavailable
from connector.ports.crm import CallerMatch, Crm
from connector.service.clock import Clock
from connector.service.retry import pause

log = logging.getLogger(__name__)

NOBODY: Final = CallerMatch((), ())


class Matching:
    """The look-ups of one floor; on the loop only.  `tell` is given their answers, `fault` is called for mistakes."""

    def __init__(
        self,
        floor: Floor,
        crm: Crm,
        directory: Callable[[], Directory],
        tell: Callable[[CallerMatched], None],
        fault: Callable[[], None],
        clock: Clock,
        random: Callable[[], float] = dice.random,
    ) -> None:
        self._random = random
        self._clock = clock
        self._floor = floor
        self._crm = crm
        self._directory = directory
        self._tell = tell
        self._fault = fault
        self._waiting: dict[str, asyncio.Future[None]] = {}
        self._under_way: set[str] = set()

    async def look_up(self, effect: MatchCaller) -> None:
        """The floor is told who called, or that it cannot be known; it is not when the contact is over before.

        While Salesforce cannot be asked it is told so, and asked again until the contact is over.
        """
        key = effect.contact
        if key in self._under_way:
            self._go_on(key)
            return
        self._under_way.add(key)
        failures = 0
        try:
            while (contact := self._open(key)) is not None:
                if contact.agent is None:
                    await self._news(key)
                    continue
                wanted = _wanted(contact)
                answer, retry_after = await self._asked(key, *wanted)
                contact = self._open(key)
                if contact is None or _wanted(contact) != wanted:
                    continue
                if retry_after is None:
                    self._under_way.discard(key)
                    self._tell(answer)
                    return
                self._tell(answer)
                failures += 1
                await self._news(key, pause("connection", failures, self._random(), retry_after or None))
        finally:
            self._under_way.discard(key)
            self._waiting.pop(key, None)

    async def _news(self, key: str, within: int | None = None) -> None:
        """Returns when there is reason to look at the contact again, or after so many ms."""
        news = self._waiting[key] = asyncio.get_running_loop().create_future()
        timer = None if within is None else self._clock.call_at(self._clock.now() + within, lambda: self._go_on(key))
        try:
            await news
        finally:
            if timer is not None:
                timer.cancel()

    def _go_on(self, key: str) -> None:
        news = self._waiting.get(key)
        if news is not None and not news.done():
            news.set_result(None)

    def follow(self, change: Change) -> None:
        """A contact that was waited for has an agent now, another one than before, or is over."""
        for key in (*(contact.key for contact in change.contacts), *change.forgotten):
            if key in self._waiting:
                contact = self._open(key)
                if contact is None or (contact.agent is not None and contact.match.state is not MatchState.FAILED):
                    self._go_on(key)

    def _open(self, key: str) -> Contact | None:
        contact = self._floor.contacts.get(key)
        return None if contact is None or contact.phase is Phase.CLOSED else contact

    async def _asked(
        self, key: str, agent: str, number: str, along: tuple[str, ...], record: str
    ) -> tuple[CallerMatched, int | None]:
        """The answer, and after how many ms at least to ask again (0: soon), None for never."""
        try:
            found = await self._crm.match(number, self._country(agent), agent) if number else NOBODY
            seen = await self._crm.visible(agent, along) if along else ()
            about = await self._crm.named(agent, record) if record else None
        except CrmUnavailable as error:
            log.warning("caller could not be looked up: %s", error, extra={"contact": key})
            return CallerMatched(key, failed=True), error.retry_after or 0
        except Exception:
            self._fault()
            log.exception("caller could not be looked up", extra={"contact": key})
            return CallerMatched(key, failed=True), None
        people, related = found.people, found.related
        return CallerMatched(key, people, related, hidden=found.hidden, seen=tuple(seen), about=about), None

    def _country(self, agent: str) -> str:
        """Where records are written whose numbers have no country code: in the agent's country."""
        return (self._directory().agents.get(agent) or Profile("", "")).country


def _wanted(contact: Contact) -> tuple[str, str, tuple[str, ...], str]:
    """For whom, whose number, which records, and which one that the switch named are asked about."""
    return contact.agent or "", number_of(contact), tuple(record.id for record in contact.along), named(contact)
