"""Versions that overtake each other, people in between, two connectors, clocks, and certificates."""

import asyncio
import ssl
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from connector.service.clock import ManualClock
from tests.faults.conftest import laboratory
from tests.faults.lab import Lab
from tests.faults.proxy import Fault, Proxy
from tests.ports.crm_contract import Desk
from tests.salesforce.test_tls import certificate_for
from tests.sandbox.org.rig import RunningOrg

pytestmark = pytest.mark.slow
CONTACTS = 5
HOUR = 3_600_000


async def test_the_org_commits_after_the_client_gave_up_and_a_newer_version_was_sent(
    lab: Lab, external_id: str
) -> None:
    lab.proxy.faults = [Fault("late")]
    keys = await lab.call(CONTACTS)
    assert (await lab.settled()).recovered_ms > 0
    await lab.type(keys)
    await lab.settled()
    await lab.proxy.release()
    late = await lab.figures(0)
    if external_id == "unique":
        assert late.doubles == 0
        await lab.settled()
    else:
        # Salesforce keeps nothing apart here: the next look at the contact does.
        assert late.doubles == CONTACTS
        await lab.type(keys)
    await lab.settled()


async def test_a_late_update_does_not_come_over_a_newer_version(lab: Lab) -> None:
    keys = await lab.call(CONTACTS)
    await lab.settled()
    lab.proxy.faults = [Fault("late")]
    await lab.type(keys)
    await lab.settled()
    await lab.type(keys, CallDisposition="Escalated")
    await lab.settled()
    await lab.proxy.release()
    await lab.settled()
    assert all([(await lab.task(key))["CallDisposition"] == "Escalated" for key in keys])


async def test_restarted_while_a_request_is_under_way(lab: Lab, external_id: str) -> None:
    lab.proxy.faults = [Fault("late")]
    keys = await lab.call(CONTACTS)
    await lab.connector.outbox.round()
    await lab.connector.restart()
    await lab.settled()
    await lab.proxy.release()
    await lab.type(keys)
    await lab.settled()


@pytest.mark.parametrize("before", [0, 1], ids=["its first version", "a later version"])
async def test_what_a_killed_process_sent_lands_after_the_next_one_has_sent(
    lab: Lab, external_id: str, before: int
) -> None:
    """The next process does not know what was sent before it; that is no person's edit."""
    keys = await lab.call(CONTACTS)
    if before:
        await lab.settled()
        await lab.type(keys, CallDisposition="Escalated")
    lab.proxy.faults = [Fault("late"), Fault("cut_before")]
    await lab.connector.outbox.round()
    await lab.type(keys, CallDisposition="Callback Promised")
    await lab.connector.restart()
    while lab.proxy.faults:
        due = await lab.connector.store.next_due()
        assert due is not None
        lab.connector.clock.advance(max(0, due - lab.connector.clock.now()))
        await lab.connector.outbox.round()
    await lab.proxy.release()
    await lab.settled()


async def test_a_person_edits_between_versions(lab: Lab) -> None:
    keys = await lab.call(CONTACTS)
    await lab.settled()
    for key in keys:
        await lab.desk.edit("Task", (await lab.task(key))["Id"], Subject="A person's words", Priority="High")
        lab.must_be[key] |= {"Subject": "Call with somebody"}
    lab.proxy.faults = [Fault("cut_after"), Fault("cut_before"), Fault("late")]
    await lab.type(keys)
    for key in keys:
        lab.must_be[key] |= {"Subject": "A person's words", "Priority": "High"}
    await lab.settled()
    await lab.proxy.release()
    await lab.settled()


async def test_a_person_deletes_between_versions(lab: Lab) -> None:
    keys = await lab.call(CONTACTS)
    await lab.settled()
    lab.deleted = set(keys[:2])
    for key in lab.deleted:
        await lab.desk.delete("Task", (await lab.task(key))["Id"])
    lab.proxy.faults = [Fault("cut_after"), Fault("slow")]
    await lab.type(keys)
    await lab.settled()


@pytest.mark.parametrize("external_id", ["plain"], indirect=True)
async def test_what_a_person_made_of_our_task_is_left_alone(lab: Lab, external_id: str) -> None:
    """Where the key is unique, a clone cannot have it."""
    (key,) = await lab.call()
    await lab.settled()
    clone = await lab.desk.make("Task", Subject="A person's clone", Phone_Contact_Key__c=key)
    await lab.type([key])
    await lab.connector.settle()
    assert {task["Subject"] for task in await lab.desk.tasks(key)} == {"A person's clone", "Call with Mia Chen"}
    await lab.desk.delete("Task", clone)
    await lab.settled()


async def test_two_connectors_at_once(lab: Lab, folder: Path) -> None:
    """The store was copied, and both copies go on: one knows less, and writes nothing older over anything newer."""
    keys = await lab.call(CONTACTS)
    await lab.settled()
    other = await lab.connector.copied(folder / "copy.db")
    try:
        await lab.type_at(other, keys, Phone_Revision__c=2, Description="of the copy")
        await lab.type(keys)
        await lab.type(keys)
        await lab.connector.settle()
        await other.settle()
        await lab.settled()
        assert other.parked == []
        both = await lab.call(CONTACTS)
        await lab.type_at(other, both)
        await asyncio.gather(lab.connector.settle(), other.settle())
        await lab.type(both)
        await lab.settled()
    finally:
        await other.stop()


async def test_a_copy_that_knows_of_no_task_does_not_put_its_first_version_over_a_later_one(
    lab: Lab, folder: Path
) -> None:
    keys = await lab.call(CONTACTS)
    other = await lab.connector.copied(folder / "copy.db")
    try:
        await lab.connector.settle()
        await lab.type(keys)
        await lab.settled()
        await other.settle()
        assert other.parked == []
        await lab.settled()
    finally:
        await other.stop()


async def test_a_row_with_nothing_to_write_does_not_make_the_trigger_s_fault_the_others_own(lab: Lab) -> None:
    """The Tasks are there, but nobody was told; some are typed on, and those are refused together."""
    lab.proxy.faults = [Fault("cut_after")]
    keys = await lab.call(CONTACTS)
    await lab.connector.outbox.round()
    await lab.type(keys[1:])
    lab.proxy.faults = [Fault("not_bulk_safe", 100)]
    await lab.settled()
    assert lab.proxy.met > 2


@pytest.mark.parametrize("jump", [30 * 24 * HOUR, -HOUR], ids=["ahead", "back"])
async def test_the_clock_jumps(lab: Lab, jump: int) -> None:
    lab.proxy.faults = [Fault("cut_after"), Fault("slow")]
    keys = await lab.call(CONTACTS)
    await lab.connector.outbox.round()
    # In one process a clock that is set back only goes slower, so it is another process that has the earlier time.
    lab.connector.clock = ManualClock(lab.connector.clock.now() + jump)
    await lab.connector.restart()
    took = (await lab.settled()).recovered_ms
    assert took <= 60_000
    await lab.type(keys)
    await lab.settled()


@pytest.mark.usefixtures("external_id")
async def test_a_certificate_expires_and_is_renewed(
    desk: Desk,
    org: RunningOrg,
    folder: Path,
    private_pem: str,
    private_key: rsa.RSAPrivateKey,
    request: pytest.FixtureRequest,
) -> None:
    def use(name: str) -> None:
        (folder / f"{name}.pem").write_bytes(good if name == "good" else expired)
        (folder / "key.pem").write_text(private_pem)
        tls.load_cert_chain(folder / f"{name}.pem", folder / "key.pem")

    good, expired = certificate_for(private_key), certificate_for(private_key, days=(-3, -1))
    (folder / "trusted.pem").write_bytes(good + expired)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    use("good")
    proxy = Proxy(org.url, tls)
    await proxy.start()
    lab = await laboratory(proxy, desk, folder, private_pem, str(folder / "trusted.pem"))
    try:
        keys = await lab.call(CONTACTS)
        await lab.settled()
        use("expired")
        proxy.hang_up()
        await lab.type(keys)
        for _ in range(5):
            await lab.connector.outbox.round()
            rest = lab.connector.outbox.rest
            assert rest is not None
            assert rest.code == "connection"
            lab.connector.clock.advance(60_000)
        use("good")
        await lab.settled()
        await lab.tell(request.node.name)
    finally:
        await lab.connector.stop()
        await proxy.stop()
