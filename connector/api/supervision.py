"""What supervisors see of all Tasks and do about them; whether somebody is one is looked at each time.

While a panel shows the Tasks they are worked out once a second, and sent when they are others; else not at all.
"""

import asyncio
import logging
from collections.abc import Callable
from typing import Final

from connector.api.lists import LISTS_EVERY, Lists, Reader
from connector.api.view import number_shown
from connector.domain.directory import Directory, Profile
from connector.domain.model import Contact
from connector.errors import BadInput, NotAllowed, StoreError
from connector.ports.store import OutboxEntry
from connector.service.admin import Admin
from connector.service.clock import Clock
from connector.service.explain import explained
from connector.service.overview import Overview, TasksSeen
from connector.wire import state as wire
from connector.wire.commands import Command

log = logging.getLogger(__name__)

ORDERS: Final = frozenset({"retry_task", "retry_tasks", "discard_task"})
"""The commands of supervisors; each is harmless when it comes twice."""


class Supervision:
    """`admin` is what `connector outbox` acts with, too; `directory` gives the one of now."""

    def __init__(
        self, lists: Lists, overview: Overview, admin: Admin, clock: Clock, directory: Callable[[], Directory]
    ) -> None:
        self._lists = lists
        self._overview = overview
        self._admin = admin
        self._clock = clock
        self._directory = directory
        self._wake = asyncio.Event()
        self._showing: asyncio.Task[None] | None = None
        lists.tasks = self._begun

    async def stop(self) -> None:
        """Nobody is shown anything any more."""
        if self._showing is not None:
            self._showing.cancel()
            await asyncio.gather(self._showing, return_exceptions=True)

    # What is done ------------------------------------------------------------------------------------------------

    async def act(self, agent: str, message: Command) -> None:
        """Carries out one of `ORDERS`.  Raises `NotAllowed` for who is no supervisor, and what `Admin` raises."""
        profile = self._directory().agents.get(agent)
        if profile is None or not profile.supervisor:
            raise NotAllowed("not_a_supervisor", "Ask for the permission Phone Panel Supervisor.")
        if message.name == "retry_tasks":
            await self._admin.retry()
        elif message.contact is None:
            raise BadInput("field_missing", "contact", f"The command {message.name!r} needs 'contact'.")
        elif message.name == "retry_task":
            await self._retry(message.contact)
        else:
            await self._admin.discard(message.contact, profile.name, message.reason or "")
        log.info("a supervisor acts on Tasks", extra={"event": message.name, "agent": agent})
        self._wake.set()

    async def _retry(self, contact: str) -> None:
        try:
            await self._admin.retry(contact)
        except BadInput as error:
            if error.code != "not_waiting":
                raise
            # Pressed twice: it is written, or on its way.

    # What is shown -----------------------------------------------------------------------------------------------

    def _begun(self, _panel: Reader) -> None:
        self._wake.set()
        if self._showing is None or self._showing.done():
            self._showing = asyncio.get_running_loop().create_task(self._show(), name="supervision")

    async def _show(self) -> None:
        while self._lists.readers("tasks"):
            self._wake.clear()
            try:
                seen = await self._overview.tasks()
            except StoreError as error:
                log.warning("supervisors cannot be shown the Tasks: %s", error)
            except Exception:
                # Who looks is shown the next one without a new panel.
                log.exception("supervisors cannot be shown the Tasks")
            else:
                self._send(seen)
            again = self._clock.call_at(self._clock.now() + LISTS_EVERY, self._wake.set)
            try:
                await self._wake.wait()
            finally:
                again.cancel()

    def _send(self, seen: TasksSeen) -> None:
        """Supervisors of the same language and country are sent the same text, and nobody what they have already."""
        directory = self._directory()
        texts: dict[tuple[str, str], bytes] = {}
        for panel in self._lists.readers("tasks"):
            profile = directory.agents[panel.agent]
            reads = profile.language, profile.country
            if reads not in texts:
                texts[reads] = wire.encode(tasks_view(directory, seen, profile))
            if panel.listed.get("tasks") != texts[reads]:
                panel.listed["tasks"] = texts[reads]
                panel.send_text(texts[reads])


def tasks_view(directory: Directory, seen: TasksSeen, profile: Profile) -> wire.Tasks:
    """As that supervisor reads it."""
    budget, rest = seen.budget, seen.rest
    used, limit, mode = (budget.used, budget.limit, budget.mode) if budget else (None, None, None)
    proof = seen.proof
    until, why = (rest.until, explained(rest.code, "later", profile.language)[0]) if rest else (None, None)
    return wire.Tasks(
        tuple(_parked(directory, entry, contact, profile) for entry, contact in seen.parked),
        seen.parked_total,
        seen.waiting,
        seen.oldest,
        wire.BudgetView(used, limit, mode, seen.batch, until, why),
        wire.ProofView(proof.at, proof.contacts, proof.gaps, proof.unproven, proof.why) if proof else None,
    )


def _parked(directory: Directory, entry: OutboxEntry, contact: Contact | None, profile: Profile) -> wire.ParkedRow:
    what, cure = explained(entry.code, entry.state, profile.language)
    who = directory.agents.get(entry.agent or "")
    customer = contact.draft.who.value if contact else None
    return wire.ParkedRow(
        contact=entry.contact,
        kind=contact.kind if contact else "",
        name=customer.name if customer else contact.caller or contact.title if contact else "",
        number_shown=number_shown(contact, profile) if contact else "",
        agent=who.name if who else entry.agent or "",
        at=entry.started or 0,
        subject=str(entry.fields.get("Subject") or ""),
        code=entry.code,
        field=entry.field,
        message=entry.message,
        what=what,
        cure=cure,
        doubtful=entry.doubtful,
    )
