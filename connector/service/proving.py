"""Proves that each contact of the ledger has exactly one Task, and mends what is not so on request.

It gives way to everything else: it asks for a few hundred contacts at a time, with a pause in between.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Final

from msgspec import Struct

from connector.domain.directory import Directory
from connector.domain.model import Contact
from connector.domain.tasks import fields
from connector.errors import BadInput, CrmUnavailable
from connector.ports.crm import Crm, Sighting, Sought
from connector.ports.store import LedgerRow, Store, TaskFields
from connector.service.clock import Clock
from connector.service.proof import GAPS, Proof, Verdict, proof_of

log = logging.getLogger(__name__)

AT_A_TIME: Final = 600
"""Contacts of one look at the org: one request."""

LOOKS: Final = 3
"""How often a contact is looked at whose row changes while the org is asked; then the outbox is at it."""

_QUIET: Final = frozenset({Verdict.PROVEN, Verdict.WAITING, Verdict.UNPROVEN})
"""What is counted only; all else is told by contact."""


class Told(Struct, frozen=True):
    """A contact that is not simply proven.  `mended`: what was done about it, "" for nothing."""

    contact: str
    verdict: Verdict
    task_id: str | None
    revision: int
    held: int | None
    doubles: tuple[str, ...] = ()
    mended: str = ""


class Stranger(Struct, frozen=True):
    """A Task of ours whose contact is not in the ledger."""

    contact: str
    task_id: str
    revision: int | None


class Outcome(Struct, frozen=True):
    """What came of it: `counts` by verdict, `mended` of them, `told` one by one.  Times are ms since 1970 UTC.

    `why`: what kept the rest from being looked at; "" when all was.
    """

    since: int
    at: int
    took: int
    counts: dict[str, int]
    mended: dict[str, int]
    told: tuple[Told, ...] = ()
    why: str = ""
    strangers: tuple[Stranger, ...] = ()

    @property
    def contacts(self) -> int:
        """How many were looked at, or were to be."""
        return sum(self.counts.values())

    @property
    def gaps(self) -> int:
        """How many have no proof, and were not mended: people must look at them."""
        return sum(map(self.left, GAPS))

    def left(self, kind: Verdict) -> int:
        """How many gaps of that kind were not mended."""
        return self.counts.get(kind, 0) - self.mended.get(kind, 0)

    @property
    def unproven(self) -> int:
        """How many could not be looked at."""
        return self.counts.get(Verdict.UNPROVEN, 0)


class Proving:
    """One proof at a time.  `last` is the newest outcome.  The ledger keeps contacts for `kept_ms`.

    `retry` tries a parked row again as `connector outbox retry` does; `adopt` and `wake` reach a running connector:
    the contact is on its floor again, and its outbox looks for what is due.
    """

    def __init__(
        self,
        store: Store,
        crm: Crm,
        clock: Clock,
        directory: Callable[[], Directory],
        *,
        retry: Callable[[str], Awaitable[object]],
        adopt: Callable[[Contact], None] = lambda contact: None,
        wake: Callable[[], None] = lambda: None,
        kept_ms: int,
        pause_ms: int = 250,
    ) -> None:
        self.last: Outcome | None = None
        self._store = store
        self._crm = crm
        self._clock = clock
        self._directory = directory
        self._retry = retry
        self._adopt = adopt
        self._wake = wake
        self._kept_ms = kept_ms
        self._pause_ms = pause_ms
        self._turn = asyncio.Lock()

    async def prove(self, since: int, *, mend: bool) -> Outcome:
        """Looks at each contact that was closed since then, or is open.

        Raises `StoreError`.  A Salesforce that cannot be asked leaves contacts unproven.
        """
        if since > self._clock.now():
            raise BadInput("time_invalid", "since", "since: is in the future; give a day that is over or has begun.")
        async with self._turn:
            began = self._clock.now()
            counts, proofs, why = await self._proofs(since)
            strangers, unasked = ((), why) if why else await self._strangers(since)
            mended = await self._mended(proofs) if mend else {}
            told = _told(proofs, mended)
            self.last = outcome = Outcome(
                since,
                began,
                self._clock.now() - began,
                counts=dict(counts),
                mended=dict(Counter(one.verdict.value for one in told if one.mended)),
                told=told,
                why=why or unasked,
                strangers=strangers,
            )
        _note(outcome)
        return outcome

    async def _proofs(self, since: int) -> tuple[Counter[str], list[Proof], str]:
        """How many there are by verdict, those that are told one by one, and why some say that nothing is proven.

        Of a ledger of a million no more is kept than what is told.
        """
        counts: Counter[str] = Counter()
        proofs: list[Proof] = []
        after: LedgerRow | None = None
        why = ""
        while rows := await self._store.ledger(since, after, AT_A_TIME):
            if why:
                counts[Verdict.UNPROVEN.value] += len(rows)
            else:
                if after is not None and self._pause_ms:
                    await self._pause()
                found, why = await self._page(rows)
                counts.update(proof.verdict.value for proof in found)
                proofs += (proof for proof in found if proof.verdict not in _QUIET)
            after = rows[-1]
        return counts, proofs, why

    async def _strangers(self, since: int) -> tuple[tuple[Stranger, ...], str]:
        """Tasks of ours that nothing here speaks of, and why they could not be asked for.

        Older ones are left out: the ledger does not keep their contacts.
        """
        try:
            tasks = await self._crm.made_since(max(since, self._clock.now() - self._kept_ms))
        except CrmUnavailable as error:
            return (), _away(error)
        keys = list(dict.fromkeys(task.contact for task in tasks))
        known: set[str] = set()
        for first in range(0, len(keys), AT_A_TIME):
            known.update(row.contact for row in await self._store.ledger_of(keys[first : first + AT_A_TIME]))
        found = (Stranger(task.contact, task.task_id, task.revision) for task in tasks if task.contact not in known)
        return tuple(found), ""

    async def _page(self, rows: Sequence[LedgerRow]) -> tuple[list[Proof], str]:
        """What is proven of these rows, and why not all of it."""
        proofs: dict[str, Proof] = {}
        for _ in range(LOOKS):
            try:
                looked = await self._look(rows)
            except CrmUnavailable as error:
                unproven = {row.contact: _unproven(row) for row in rows}
                return [*(unproven | proofs).values()], _away(error)
            # A row that has changed since it was read was written meanwhile; then the two do not belong together.
            doubted = [
                proof.contact for proof in looked.values() if proof.verdict not in (Verdict.PROVEN, Verdict.WAITING)
            ]
            before = {row.contact: row for row in rows}
            now = {row.contact: row for row in await self._store.ledger_of(doubted)}
            changed = {contact for contact in doubted if now.get(contact) != before[contact]}
            proofs |= {contact: proof for contact, proof in looked.items() if contact not in changed}
            # What is not in the ledger any more, its time being over, needs no proof.
            rows = [row for contact, row in now.items() if contact in changed]
            if not rows:
                break
        proofs |= {row.contact: Proof(row.contact, Verdict.WAITING, row.wanted, row.task_id) for row in rows}
        return [*proofs.values()], ""

    async def _look(self, rows: Sequence[LedgerRow]) -> dict[str, Proof]:
        seen: dict[str, list[Sighting]] = {}
        for task in await self._crm.sightings([Sought(row.contact, row.task_id) for row in rows]):
            seen.setdefault(task.contact, []).append(task)
        return {row.contact: proof_of(row, seen.get(row.contact, ())) for row in rows}

    async def _pause(self) -> None:
        over = asyncio.Event()
        timer = self._clock.call_at(self._clock.now() + self._pause_ms, over.set)
        try:
            await over.wait()
        finally:
            timer.cancel()

    # Mending ----------------------------------------------------------------------------------------------------

    async def _mended(self, proofs: Iterable[Proof]) -> dict[str, str]:
        """What was done about which contact."""
        gaps = [proof for proof in proofs if proof.verdict in GAPS]
        done = await self._removed(gaps)
        for proof in gaps:
            if proof.verdict in (Verdict.MISSING, Verdict.BEHIND) and await self._write_again(proof):
                done[proof.contact] = "it is written again"
            elif proof.verdict is Verdict.PARKED and await self._retried(proof.contact):
                done[proof.contact] = "it is tried again"
        if done:
            self._wake()
        return done

    async def _removed(self, gaps: Iterable[Proof]) -> dict[str, str]:
        """The contacts whose doubles are gone."""
        doubles = {proof.contact: proof.doubles for proof in gaps if proof.doubles}
        if not doubles:
            return {}
        try:
            gone = await self._crm.remove_doubles([task_id for ids in doubles.values() for task_id in ids])
        except CrmUnavailable as error:
            log.warning("doubles of Tasks could not be removed: %s", error)
            return {}
        return {contact: "the double is removed" for contact, ids in doubles.items() if set(ids) <= set(gone)}

    async def _write_again(self, proof: Proof) -> bool:
        (row,) = await self._store.ledger_of([proof.contact]) or (None,)
        anew = proof.verdict is Verdict.MISSING
        if row is None or row.state != "written" or row.written != proof.revision:
            return False
        contact = await self._store.contact(proof.contact)
        (entry,) = await self._store.outbox_entries(proof.contact)
        values = entry.written_fields or self._as_now(contact)
        if not values or not await self._store.write_again(row, values, anew=anew):
            return False
        if anew and contact is not None:
            # It is to hear the new Task's id.
            self._adopt(contact)
        return True

    def _as_now(self, contact: Contact | None) -> TaskFields:
        """What its Task would be, were it wanted now; what was written is not kept for ever."""
        return {} if contact is None or contact.agent is None else fields(contact, self._directory())

    async def _retried(self, contact: str) -> bool:
        try:
            await self._retry(contact)
        except BadInput:
            return False  # it has changed meanwhile
        return True


def _away(error: CrmUnavailable) -> str:
    return f"Salesforce cannot be asked ({error.code}): {error}"


def _unproven(row: LedgerRow) -> Proof:
    return Proof(row.contact, Verdict.UNPROVEN, row.wanted, row.task_id)


def _told(proofs: Iterable[Proof], mended: dict[str, str]) -> tuple[Told, ...]:
    return tuple(
        Told(it.contact, it.verdict, it.task_id, it.revision, it.held, it.doubles, mended.get(it.contact, ""))
        for it in proofs
    )


def _note(outcome: Outcome) -> None:
    """The log has how many, and whose: never a number or a note."""
    told = {**outcome.counts, "gaps": outcome.gaps, "unknown": len(outcome.strangers), "took_ms": outcome.took}
    level = logging.WARNING if outcome.gaps or outcome.why else logging.INFO
    log.log(level, "the ledger was compared with the org", extra=told)
    for one in outcome.told:
        if one.verdict in GAPS:
            log.warning(
                "a Task is %s%s",
                one.verdict.value,
                f": {one.mended}" if one.mended else "",
                extra={"contact": one.contact},
            )
