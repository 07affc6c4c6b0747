"""`connector reconcile` after the faults that nothing else mends by itself."""

import pytest

from connector.domain.directory import Directory
from connector.service.proof import Verdict
from connector.service.proving import Outcome, Proving
from tests.faults.lab import Lab
from tests.faults.proxy import Asked, Fault
from tests.ports.store_contract import DAY, NOON

pytestmark = pytest.mark.slow
CONTACTS = 5


async def prove(lab: Lab, *, mend: bool = False) -> Outcome:
    connector = lab.connector

    async def retry(contact: str) -> int:
        return await connector.store.try_again([contact])

    parts = connector.store, connector.crm, connector.clock
    proving = Proving(*parts, Directory, retry=retry, kept_ms=8 * DAY, pause_ms=0)
    return await proving.prove(NOON, mend=mend)


@pytest.mark.parametrize("external_id", ["plain"], indirect=True)
async def test_with_a_plain_key_a_create_arriving_once_more_later_is_a_double_and_removed(
    lab: Lab, external_id: str
) -> None:
    lab.proxy.faults = [Fault("again_late")]
    await lab.call(CONTACTS)
    await lab.settled()
    assert (await prove(lab)).counts == {"proven": CONTACTS}
    await lab.proxy.release()
    assert (await lab.figures(0)).doubles == CONTACTS
    assert (await prove(lab)).counts == {"double": CONTACTS}
    outcome = await prove(lab, mend=True)
    assert (outcome.gaps, outcome.mended) == (0, {"double": CONTACTS})
    await lab.settled()
    assert (await prove(lab)).counts == {"proven": CONTACTS}


@pytest.mark.parametrize("external_id", ["plain"], indirect=True)
async def test_a_late_double_that_a_person_edited_stays(lab: Lab, external_id: str) -> None:
    lab.proxy.faults = [Fault("again_late")]
    (key,) = await lab.call()
    await lab.settled()
    first = (await lab.task(key))["Id"]
    await lab.proxy.release()
    (late,) = [task["Id"] for task in await lab.desk.tasks(key) if task["Id"] != first]
    await lab.desk.edit("Task", late, Subject="A person's words")
    assert (await prove(lab, mend=True)).gaps == 0
    assert len(await lab.desk.tasks(key)) == 2


@pytest.mark.parametrize("external_id", ["plain"], indirect=True)
async def test_a_create_that_comes_after_people_deleted_the_task_leaves_it_deleted(lab: Lab, external_id: str) -> None:
    lab.proxy.faults = [Fault("again_late")]
    (key,) = await lab.call()
    await lab.settled()
    await lab.desk.delete("Task", (await lab.task(key))["Id"])
    lab.deleted = {key}
    await lab.proxy.release()
    assert (await prove(lab, mend=True)).mended == {"double": 1}
    await lab.settled()
    assert (await prove(lab)).counts == {"deleted": 1}


async def test_a_task_deleted_by_a_person_stays_deleted(lab: Lab) -> None:
    keys = await lab.call(CONTACTS)
    await lab.settled()
    lab.deleted = set(keys[:2])
    for key in lab.deleted:
        await lab.desk.delete("Task", (await lab.task(key))["Id"])
    outcome = await prove(lab, mend=True)
    assert (outcome.counts, outcome.gaps) == ({"proven": CONTACTS - 2, "deleted": 2}, 0)
    await lab.settled()


async def test_an_edit_stays(lab: Lab) -> None:
    keys = await lab.call(CONTACTS)
    await lab.settled()
    edits = {"Subject": "A person's words", "Description": None}
    await lab.desk.edit("Task", (await lab.task(keys[0]))["Id"], **edits)
    outcome = await prove(lab, mend=True)
    assert (outcome.counts, outcome.gaps) == ({"proven": CONTACTS - 1, "edited": 1}, 0)
    lab.must_be[keys[0]] |= edits
    await lab.settled()


async def test_a_key_that_was_taken_off_is_put_back_and_a_persons_words_stay(lab: Lab) -> None:
    (key,) = await lab.call()
    await lab.settled()
    task = (await lab.task(key))["Id"]
    await lab.desk.edit("Task", task, Phone_Contact_Key__c=None, Subject="A person's words")
    outcome = await prove(lab, mend=True)
    assert (outcome.counts, outcome.mended) == ({"behind": 1}, {"behind": 1})
    lab.must_be[key] |= {"Subject": "A person's words"}
    await lab.settled()
    assert [one.verdict for one in (await prove(lab)).told] in ([], [Verdict.EDITED])


async def test_what_cannot_be_looked_at_is_unproven(lab: Lab) -> None:
    await lab.call(CONTACTS)
    await lab.settled()
    lab.proxy.faults = [Fault("cut_before", 2, meets=_looks)]
    outcome = await prove(lab)
    assert (outcome.counts, outcome.unproven) == ({"unproven": CONTACTS}, CONTACTS)
    assert outcome.why.startswith("Salesforce cannot be asked (")
    lab.proxy.faults = []
    assert (await prove(lab)).counts == {"proven": CONTACTS}


def _looks(asked: Asked) -> bool:
    return asked.path.endswith("/composite") or "/composite/?" in asked.path


async def test_two_hundred_contacts_in_one_request(lab: Lab) -> None:
    await lab.call(200)
    await lab.connector.settle()
    before = lab.proxy.requests
    assert (await prove(lab)).counts == {"proven": 200}
    assert lab.proxy.requests == before + 2, "and one for Tasks that nothing here speaks of"
