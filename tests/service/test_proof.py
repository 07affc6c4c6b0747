"""What is proven of a contact by the ledger's row and the org's Tasks: a table."""

import pytest

from connector.ports.crm import Sighting
from connector.ports.store import LedgerRow
from connector.service.proof import GAPS, LEFT, Proof, Verdict, proof_of

US, KIM = "005US", "005KIM"
ONE, TWO, THREE = "00T000000000001AAA", "00T000000000002AAA", "00T000000000003AAA"


def row(state: str = "written", wanted: int = 2, written: int = 2, task_id: str | None = ONE) -> LedgerRow:
    return LedgerRow("k", state, wanted, written, task_id, 7)


def seen(task_id: str = ONE, revision: int | None = 2, maker: str = US, editor: str = "", **more: bool) -> Sighting:
    return Sighting("k", task_id, revision, maker, editor or maker, **more)


TABLE: dict[str, tuple[LedgerRow, list[Sighting], Proof]] = {
    # Exactly one Task.
    "as the ledger has it": (row(), [seen()], Proof("k", Verdict.PROVEN, 2, ONE, 2)),
    "known by 15 characters": (row(task_id=ONE[:15]), [seen()], Proof("k", Verdict.PROVEN, 2, ONE, 2)),
    "no field for revisions": (row(), [seen(revision=None)], Proof("k", Verdict.PROVEN, 2, ONE, None)),
    "a person edited it": (row(), [seen(editor=KIM)], Proof("k", Verdict.EDITED, 2, ONE, 2)),
    "a double is in the bin": (row(), [seen(), seen(TWO, 1, deleted=True)], Proof("k", Verdict.PROVEN, 2, ONE, 2)),
    "a person's clone": (row(), [seen(), seen(TWO, 2, KIM)], Proof("k", Verdict.PROVEN, 2, ONE, 2)),
    "our late double, edited": (row(), [seen(), seen(TWO, 1, editor=KIM)], Proof("k", Verdict.PROVEN, 2, ONE, 2)),
    # Newer, older.
    "newer than the ledger": (row(), [seen(revision=3)], Proof("k", Verdict.AHEAD, 2, ONE, 3)),
    "older": (row(), [seen(revision=1)], Proof("k", Verdict.BEHIND, 2, ONE, 1)),
    "older, and edited": (row(), [seen(revision=1, editor=KIM)], Proof("k", Verdict.BEHIND, 2, ONE, 1)),
    "it has lost its key": (row(), [seen(keyed=False)], Proof("k", Verdict.BEHIND, 2, ONE, 2)),
    # Doubles.
    "a late double": (row(), [seen(), seen(TWO, 1)], Proof("k", Verdict.DOUBLE, 2, ONE, 2, (TWO,))),
    "two, the ledger's is younger": (
        row(task_id=TWO),
        [seen(ONE, 1), seen(TWO), seen(THREE, 1)],
        Proof("k", Verdict.DOUBLE, 2, TWO, 2, (ONE, THREE)),
    ),
    "a double, and ours edited": (
        row(),
        [seen(editor=KIM), seen(TWO, 1)],
        Proof("k", Verdict.DOUBLE, 2, ONE, 2, (TWO,)),
    ),
    "a double, and ours older": (
        row(),
        [seen(revision=1), seen(TWO, 1)],
        Proof("k", Verdict.BEHIND, 2, ONE, 1, (TWO,)),
    ),
    "a double of one that people deleted": (
        row(),
        [seen(deleted=True), seen(TWO, 1)],
        Proof("k", Verdict.DOUBLE, 2, ONE, None, (TWO,)),
    ),
    # Gone.
    "no trace of it": (row(), [], Proof("k", Verdict.MISSING, 2, ONE)),
    "in the bin": (row(), [seen(deleted=True)], Proof("k", Verdict.DELETED, 2, ONE)),
    "in the bin, and a clone": (row(), [seen(deleted=True), seen(TWO, 2, KIM)], Proof("k", Verdict.DELETED, 2, ONE)),
    "deleted when it was to be written": (row(task_id=None), [], Proof("k", Verdict.DELETED, 2)),
    "deleted then, and put back": (row(task_id=None), [seen()], Proof("k", Verdict.EDITED, 2)),
    "gone for good, a double in the bin": (row(), [seen(TWO, 1, deleted=True)], Proof("k", Verdict.DELETED, 2, ONE)),
    "gone for good, somebody's clone is there": (row(), [seen(TWO, 2, KIM)], Proof("k", Verdict.EDITED, 2, ONE)),
    # Not written.
    "due": (row("due", 2, 1), [seen(revision=1)], Proof("k", Verdict.WAITING, 2, ONE, 1)),
    "later": (row("later", 1, 0, None), [], Proof("k", Verdict.WAITING, 1)),
    "being written, twice by now": (
        row("writing", 1, 0, None),
        [seen(revision=1), seen(TWO, 1)],
        Proof("k", Verdict.WAITING, 1),
    ),
    "parked": (row("parked", 2, 1), [seen(revision=1)], Proof("k", Verdict.PARKED, 2, ONE, 1)),
    "parked, and in the bin": (row("parked", 2, 1), [seen(deleted=True)], Proof("k", Verdict.PARKED, 2, ONE)),
    "discarded": (row("discarded", 1, 0, None), [], Proof("k", Verdict.DISCARDED, 1)),
}


@pytest.mark.parametrize("name", TABLE)
def test_what_is_proven(name: str) -> None:
    ledger, tasks, expected = TABLE[name]
    assert proof_of(ledger, tasks) == expected


def test_each_verdict_is_in_the_table_but_for_the_one_that_is_none() -> None:
    assert {proof.verdict for _, _, proof in TABLE.values()} == set(Verdict) - {Verdict.UNPROVEN}
    assert not set(GAPS) & set(LEFT)


def test_nothing_of_a_persons_is_ever_a_double() -> None:
    for ledger, tasks, _ in TABLE.values():
        theirs = {task.task_id for task in tasks if KIM in (task.maker, task.editor)}
        assert not theirs & set(proof_of(ledger, tasks).doubles)
