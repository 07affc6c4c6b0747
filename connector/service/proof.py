"""From what the ledger says of a contact's Task, and what the org has of it, to what is proven.  Pure."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Final

from msgspec import Struct

from connector.ports.crm import Sighting
from connector.ports.store import LedgerRow


class Verdict(StrEnum):
    """What is true of a contact's Task; a name that ends a sentence "this contact's Task is …".

    PROVEN: exactly one Task with the same key and revision.  Left to people and to what they decided: EDITED (the
    same, and somebody has edited it since), DELETED, AHEAD (newer than the ledger, which comes from a backup),
    DISCARDED (it is not written).  WAITING: the outbox is at it.  Gaps: MISSING (there is no trace of it), BEHIND (an
    older revision, or it has lost its key), DOUBLE (a late create of ours made one more), PARKED (Salesforce refuses
    it).  UNPROVEN: the org could not be asked.
    """

    PROVEN = "proven"
    EDITED = "edited"
    DELETED = "deleted"
    AHEAD = "ahead"
    DISCARDED = "discarded"
    WAITING = "waiting"
    MISSING = "missing"
    BEHIND = "behind"
    DOUBLE = "double"
    PARKED = "parked"
    UNPROVEN = "unproven"


GAPS: Final = (Verdict.MISSING, Verdict.BEHIND, Verdict.DOUBLE, Verdict.PARKED)
LEFT: Final = (Verdict.EDITED, Verdict.DELETED, Verdict.AHEAD, Verdict.DISCARDED)

_UNWRITTEN: Final = {"parked": Verdict.PARKED, "discarded": Verdict.DISCARDED}


class Proof(Struct, frozen=True, gc=False):
    """A contact's verdict.  `revision` is the ledger's, `held` the org's (None: it has none, or no field for it).

    `doubles` are further Tasks that are ours, and that nobody edited.
    """

    contact: str
    verdict: Verdict
    revision: int = 0
    task_id: str | None = None
    held: int | None = None
    doubles: tuple[str, ...] = ()


def proof_of(row: LedgerRow, seen: Sequence[Sighting]) -> Proof:
    """What is proven of a row by all Tasks of its contact."""
    known = next((task for task in seen if row.task_id and _same(task.task_id, row.task_id)), None)
    alive = [task for task in seen if not task.deleted]
    if row.state != "written":
        # The outbox looks for the Task, and for doubles of it, when it writes it or is told to try it again.
        held = None if known is None or known.deleted else known.revision
        return Proof(row.contact, _UNWRITTEN.get(row.state, Verdict.WAITING), row.wanted, row.task_id, held)
    if row.task_id is None or known is None:
        # Deleted by people, from the bin too perhaps.  What has the key all the same is theirs: put back, or a clone.
        verdict = Verdict.EDITED if alive else Verdict.DELETED if row.task_id is None or seen else Verdict.MISSING
        return Proof(row.contact, verdict, row.written, row.task_id)
    doubles = tuple(task.task_id for task in alive if task is not known and _left_so(task, known))
    verdict = _verdict(row.written, known, doubles)
    held = None if known.deleted else known.revision
    return Proof(row.contact, verdict, row.written, known.task_id, held, doubles)


def _verdict(written: int, task: Sighting, doubles: tuple[str, ...]) -> Verdict:
    if task.deleted:
        return Verdict.DOUBLE if doubles else Verdict.DELETED
    if not task.keyed or (task.revision is not None and task.revision < written):
        return Verdict.BEHIND
    if doubles:
        return Verdict.DOUBLE
    if task.revision is not None and task.revision > written:
        return Verdict.AHEAD
    return Verdict.PROVEN if task.editor == task.maker else Verdict.EDITED


def _same(one: str, other: str) -> bool:
    """Ids of 15 and of 18 characters name the same record."""
    return one[:15] == other[:15]


def _left_so(task: Sighting, ours: Sighting) -> bool:
    """Whether it was made by the same hand, and nobody else has touched it: what people made of our Task is theirs."""
    return task.keyed and {task.maker, task.editor} == {ours.maker}
