"""The ledger is compared with the org, in few requests; what is not as it must be is mended when that is asked."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path

import pytest

from connector.errors import BadInput
from connector.ports.crm import Sighting, Sought
from connector.ports.store import Settled
from connector.service.clock import Timer
from connector.service.proof import Verdict
from connector.service.proving import AT_A_TIME, Outcome, Stranger
from tests.ports.store_contract import DAY, HOUR, NOON
from tests.service.proving_rig import KIM, ProvingRig


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[ProvingRig]:
    rig = ProvingRig(tmp_path)
    await rig.store.open()
    yield rig
    await rig.store.close()


def verdicts(outcome: Outcome) -> dict[str, Verdict]:
    return {one.contact: one.verdict for one in outcome.told}


async def test_all_is_proven(rig: ProvingRig) -> None:
    await rig.written("k1", "k2")
    outcome = await rig.prove()
    assert (outcome.counts, outcome.told, outcome.gaps, outcome.contacts) == ({"proven": 2}, (), 0, 2)
    assert rig.proving.last is outcome
    assert rig.woken == 0


async def test_an_empty_ledger_asks_for_nothing(rig: ProvingRig) -> None:
    outcome = await rig.prove()
    assert (outcome.contacts, rig.org.looks) == (0, [])


async def test_only_since_then(rig: ProvingRig) -> None:
    await rig.written("k1")
    rig.clock.advance(HOUR)
    assert (await rig.prove(since=NOON + HOUR)).contacts == 0
    with pytest.raises(BadInput, match="since: is in the future"):
        await rig.prove(since=NOON + HOUR + 1)


async def test_what_people_did_is_told_and_left(rig: ProvingRig) -> None:
    edited, deleted = await rig.written("edited", "deleted")
    rig.org.editors[edited] = KIM
    rig.org.delete(deleted)
    before = dict(rig.org.tasks)
    outcome = await rig.prove(mend=True)
    assert verdicts(outcome) == {"edited": Verdict.EDITED, "deleted": Verdict.DELETED}
    assert (outcome.gaps, outcome.mended, rig.org.tasks) == (0, {}, before)
    assert await rig.store.next_due() is None


async def test_what_is_not_written_yet_is_no_gap(rig: ProvingRig) -> None:
    await rig.wanted("k1")
    assert (await rig.prove()).counts == {"waiting": 1}


async def test_a_parked_one_is_a_gap_and_is_tried_again_on_request(rig: ProvingRig) -> None:
    await rig.wanted("k1")
    await rig.store.claim(NOON, 1, HOUR)
    await rig.store.settle([Settled("k1", 1, "parked", code="STRING_TOO_LONG")])
    outcome = await rig.prove()
    assert (verdicts(outcome), outcome.gaps) == ({"k1": Verdict.PARKED}, 1)
    outcome = await rig.prove(mend=True)
    assert (outcome.gaps, outcome.mended, rig.retried) == (0, {"parked": 1}, ["k1"])


async def test_a_late_double_is_removed_the_ledgers_stays(rig: ProvingRig) -> None:
    (task,) = await rig.written("k1", revision=2)
    late = rig.org.make({"Phone_Contact_Key__c": "k1", "Phone_Revision__c": 1})
    clone = rig.org.make({"Phone_Contact_Key__c": "k1", "Phone_Revision__c": 2}, KIM)
    outcome = await rig.prove()
    (told,) = outcome.told
    assert (told.verdict, told.doubles, told.mended, outcome.gaps) == (Verdict.DOUBLE, (late,), "", 1)
    outcome = await rig.prove(mend=True)
    assert (outcome.gaps, outcome.mended) == (0, {"double": 1})
    assert set(rig.org.tasks) == {task, clone}
    assert (await rig.prove()).counts == {"proven": 1}


async def test_a_double_that_somebody_edits_just_then_stays(rig: ProvingRig) -> None:
    await rig.written("k1")
    late = rig.org.make({"Phone_Contact_Key__c": "k1", "Phone_Revision__c": 1})
    look = rig.org.sightings

    async def edited_after(sought: Sequence[Sought]) -> Sequence[Sighting]:
        found = await look(sought)
        rig.org.editors[late] = KIM
        return found

    rig.org.sightings = edited_after  # type: ignore[method-assign]  # somebody is quick
    outcome = await rig.prove(mend=True)
    assert (outcome.gaps, outcome.mended) == (1, {})
    assert late in rig.org.tasks


async def test_one_that_is_behind_is_written_again(rig: ProvingRig) -> None:
    (task,) = await rig.written("k1", revision=2)
    rig.org.tasks[task] |= {"Phone_Revision__c": 1, "Description": "v1"}
    outcome = await rig.prove()
    (told,) = outcome.told
    assert (told.verdict, told.revision, told.held) == (Verdict.BEHIND, 2, 1)
    outcome = await rig.prove(mend=True)
    assert (outcome.mended, rig.woken, rig.adopted) == ({"behind": 1}, 1, [])
    assert (await rig.prove()).counts == {"waiting": 1}
    await rig.outbox.round()
    assert rig.org.tasks[task]["Description"] == "v2"
    assert (await rig.prove()).counts == {"proven": 1}


async def test_one_that_is_missing_is_made_once_more_and_its_contact_hears_of_it(rig: ProvingRig) -> None:
    (task,) = await rig.written("k1")
    del rig.org.tasks[task]
    assert verdicts(await rig.prove(mend=True)) == {"k1": Verdict.MISSING}
    assert [it.key for it in rig.adopted] == ["k1"]
    await rig.outbox.round()
    (made,) = rig.org.tasks
    assert (await rig.rows("k1"))[0].task_id == made != task
    assert rig.org.tasks[made]["Description"] == "v1"
    assert (await rig.prove()).counts == {"proven": 1}


async def test_one_that_comes_after_all_before_it_is_made_again_stays_the_only_one(rig: ProvingRig) -> None:
    (task,) = await rig.written("k1")
    kept = rig.org.tasks.pop(task)
    await rig.prove(mend=True)
    rig.org.tasks[task] = kept
    await rig.outbox.round()
    assert set(rig.org.tasks) == {task}
    assert (await rig.prove()).counts == {"proven": 1}


async def test_what_was_written_is_made_of_the_contact_where_it_is_not_kept(rig: ProvingRig) -> None:
    (task,) = await rig.written("k1")
    rig.store.keep = rig.store.keep.__class__(task_fields=0)
    rig.clock.advance(2 * HOUR)
    await rig.store.prune(rig.clock.now())
    (entry,) = await rig.store.outbox_entries("k1")
    assert entry.written_fields == {}
    del rig.org.tasks[task]
    await rig.prove(mend=True)
    await rig.outbox.round()
    (fields,) = rig.org.tasks.values()
    assert (fields["Phone_Contact_Key__c"], fields["Phone_Revision__c"]) == ("k1", 1)
    assert fields["Description"] == "Betaald, twee keer – 50 €\n☎"


async def test_a_row_that_is_written_while_the_org_is_asked_is_looked_at_again(rig: ProvingRig) -> None:
    (task,) = await rig.written("k1")
    look = rig.org.sightings

    async def slow(sought: Sequence[Sought]) -> Sequence[Sighting]:
        rig.org.sightings = look  # type: ignore[method-assign]
        await rig.written("k1", revision=2)
        return await look(sought)

    rig.org.sightings = slow  # type: ignore[method-assign]
    outcome = await rig.prove(mend=True)
    assert (outcome.counts, len(rig.org.looks)) == ({"proven": 1}, 2)
    assert rig.org.tasks[task]["Phone_Revision__c"] == 2


async def test_one_that_never_rests_is_waiting(rig: ProvingRig) -> None:
    await rig.written("k1")
    look, revisions = rig.org.sightings, iter(range(2, 10))

    async def busy(sought: Sequence[Sought]) -> Sequence[Sighting]:
        await rig.written("k1", revision=next(revisions))
        return await look(sought)

    rig.org.sightings = busy  # type: ignore[method-assign]
    assert (await rig.prove()).counts == {"waiting": 1}


async def test_five_thousand_contacts_in_a_few_looks(rig: ProvingRig) -> None:
    keys = [f"k{n:05}" for n in range(5_000)]
    await rig.written(*keys)
    rig.org.delete((await rig.rows("k02345"))[0].task_id or "")
    outcome = await rig.prove()
    assert outcome.counts == {"proven": 4_999, "deleted": 1}
    assert len(rig.org.looks) == -(-5_000 // AT_A_TIME) == 9


async def test_salesforce_goes_away_in_the_middle(rig: ProvingRig) -> None:
    keys = [f"k{n:05}" for n in range(2 * AT_A_TIME + 10)]
    tasks = dict(zip(keys, await rig.written(*keys), strict=True))
    del rig.org.tasks[tasks[keys[0]]], rig.org.tasks[tasks[keys[-1]]]
    rig.org.away = 1
    outcome = await rig.prove(mend=True)
    assert outcome.counts == {"proven": AT_A_TIME - 1, "missing": 1, "unproven": AT_A_TIME + 10}
    assert outcome.unproven == AT_A_TIME + 10
    assert outcome.why == "Salesforce cannot be asked (connection): There is no connection."
    assert verdicts(outcome) == {keys[0]: Verdict.MISSING}, "and what was found is mended"
    assert outcome.mended == {"missing": 1}


async def test_tasks_of_ours_that_the_ledger_does_not_know_are_told_and_left(rig: ProvingRig) -> None:
    """Of another connector, of a person who was erased, or from after the backup that was restored."""
    await rig.written("k1")
    task = rig.org.make({"Phone_Contact_Key__c": "of yesterday", "Phone_Revision__c": 3})
    rig.org.make({"Phone_Contact_Key__c": "a person's", "Phone_Revision__c": 3}, KIM)
    outcome = await rig.prove(mend=True)
    assert outcome.strangers == (Stranger("of yesterday", task, 3),)
    assert (outcome.counts, outcome.gaps, outcome.why) == ({"proven": 1}, 0, "")
    assert task in rig.org.tasks


async def test_contacts_that_are_not_kept_any_more_are_not_missed(rig: ProvingRig) -> None:
    await rig.prove(since=NOON - DAY)
    await rig.prove(since=NOON - 30 * DAY)
    assert rig.org.asked_since == [NOON - DAY, NOON - 8 * DAY]


async def test_it_is_said_when_these_could_not_be_asked_for(rig: ProvingRig) -> None:
    await rig.written("k1")
    rig.org.away = 1
    outcome = await rig.prove()
    assert (outcome.counts, outcome.why) == (
        {"proven": 1},
        "Salesforce cannot be asked (connection): There is no connection.",
    )


async def test_it_waits_between_two_looks(rig: ProvingRig) -> None:
    await rig.written(*(f"k{n:05}" for n in range(AT_A_TIME + 1)))
    rig.proving._pause_ms = 1_000
    waits = asyncio.Event()
    call_at = rig.clock.call_at

    def noted(at: int, call: Callable[[], None]) -> Timer:
        waits.set()
        return call_at(at, call)

    rig.clock.call_at = noted  # type: ignore[method-assign]  # to know when it waits
    proving = asyncio.ensure_future(rig.prove())
    await waits.wait()
    assert len(rig.org.looks) == 1
    rig.clock.advance(1_000)
    assert (await proving).counts == {"proven": AT_A_TIME + 1}


async def test_the_log_says_how_many_and_whose_and_nothing_else(
    rig: ProvingRig, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    (task, _) = await rig.written("k1", "k2")
    del rig.org.tasks[task]
    await rig.prove()
    summary, gap = caplog.records[-2:]
    assert (summary.getMessage(), summary.levelname) == ("the ledger was compared with the org", "WARNING")
    assert (vars(summary)["proven"], vars(summary)["missing"], vars(summary)["gaps"]) == (1, 1, 1)
    assert (gap.getMessage(), vars(gap)["contact"]) == ("a Task is missing", "k1")
