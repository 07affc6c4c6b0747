"""What a panel asks and nothing changes by: searches, and what would be dialled."""

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any, Final, Protocol

from connector.api import view
from connector.api.book import Book
from connector.api.forms import Forms
from connector.domain import numbers
from connector.domain.dial_plan import dialled
from connector.domain.emergency import emergency_of
from connector.domain.model import Agent, Contact
from connector.errors import BadInput, CrmUnavailable
from connector.ports.crm import Crm
from connector.service.runner import Runner
from connector.wire import commands, state

log = logging.getLogger(__name__)

SHORTEST: Final = 2
"""Characters with which Salesforce is searched; its own search takes no fewer."""


class Asker(Protocol):
    """The panel that asks."""

    agent: str

    def send(self, message: Any) -> None:
        """The answer."""


class Questions:
    """The questions of one panel."""

    __slots__ = ("_book", "_crm", "_describing", "_finding", "_forms", "_panel", "_runner")

    def __init__(self, runner: Runner, crm: Crm, book: Book, forms: Forms, panel: Asker) -> None:
        self._runner = runner
        self._crm = crm
        self._book = book
        self._forms = forms
        self._panel = panel
        self._finding: asyncio.Task[None] | None = None
        self._describing: asyncio.Task[None] | None = None

    def end(self) -> None:
        """Nobody waits for answers any more."""
        for asking in (self._finding, self._describing):
            if asking is not None:
                asking.cancel()

    def take(self, message: commands.Find | commands.Preview | commands.Describe) -> None:
        """The question will be answered."""
        match message:
            case commands.Find():
                self.find(message)
            case commands.Preview():
                self.preview(message)
            case commands.Describe():
                self.describe(message)

    def find(self, message: commands.Find) -> None:
        """Only the newest search of a panel is answered: what was typed before is of no use any more."""
        if self._finding is not None:
            self._finding.cancel()
        if message.what == "book":
            self._panel.send(self._in_book(message))
        elif len(message.text.strip()) < SHORTEST:
            why = f"Search with at least {SHORTEST} characters."
            self._panel.send(state.Found(message.id, (), "text_too_short", "text", why))
        else:
            self._finding = _spawn(self._found(message))

    def _in_book(self, message: commands.Find) -> state.Found:
        directory = self._runner.directory
        profile = directory.agents.get(self._panel.agent)
        if profile is None:  # taken off the directory since the sign-in
            return state.Found(message.id, error="unknown_agent")
        agent = self._runner.floor.agents.get(profile.id) or Agent(profile.id)
        return state.Found(message.id, tuple(self._book.find(directory, agent.favourites, message.text, profile)))

    async def _found(self, message: commands.Find) -> None:
        try:
            records = await self._crm.find(message.what, message.text, self._panel.agent)
        except CrmUnavailable as error:
            log.warning("search failed: %s", error)
            self._panel.send(state.Found(message.id, error="crm_unavailable"))
        except Exception:
            self._runner.fault()
            log.exception("search failed")
            self._panel.send(state.Found(message.id, error="internal"))
        else:
            self._panel.send(state.Found(message.id, tuple(view.record_view(record) for record in records)))

    def check(self, contact: Contact, field: str, text: str) -> None:
        """Raises `BadInput` when the value is known not to fit that field."""
        self._forms.check(self._runner.directory, contact, field, text)

    def describe(self, message: commands.Describe) -> None:
        """How the contact's fields are filled in; likewise, only the newest question of a panel is answered."""
        if self._describing is not None:
            self._describing.cancel()
        contact = self._runner.floor.contacts.get(message.contact)
        if contact is None or contact.agent != self._panel.agent:
            self._panel.send(state.Described(message.id, message.contact, error="no_such_contact"))
        else:
            self._describing = _spawn(self._described(message, contact))

    async def _described(self, message: commands.Describe, contact: Contact) -> None:
        try:
            forms = await self._forms.of(self._runner.directory, contact)
        except CrmUnavailable as error:
            log.warning("fields could not be described: %s", error)
            self._panel.send(state.Described(message.id, message.contact, error="crm_unavailable"))
        except Exception:
            self._runner.fault()
            log.exception("fields could not be described")
            self._panel.send(state.Described(message.id, message.contact, error="internal"))
        else:
            self._panel.send(state.Described(message.id, message.contact, tuple(map(view.field_view, forms))))

    def preview(self, message: commands.Preview) -> None:
        """What would be dialled, or why nothing would be."""
        self._panel.send(self._previewed(message))

    def _previewed(self, message: commands.Preview) -> state.Previewed:
        directory = self._runner.directory
        profile = directory.agents.get(self._panel.agent)
        if profile is None:  # as above
            return state.Previewed(message.id, error="unknown_agent")
        emergency = emergency_of(directory, profile, message.number)
        if emergency is not None:
            kind, number, address = emergency
            return state.Previewed(message.id, number, number, emergency=kind, address=address)
        try:
            number, internal = dialled(directory, message.number, profile, message.skill or "")
        except BadInput as error:
            return state.Previewed(message.id, error=error.code)
        if internal:
            colleague = directory.agent_of_device(number)
            return state.Previewed(message.id, number, number, colleague.name if colleague else "")
        place = numbers.place(number, profile.language)
        return state.Previewed(message.id, number, numbers.shown(number, profile.country), place)


def _spawn(work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
    return asyncio.get_running_loop().create_task(work)
