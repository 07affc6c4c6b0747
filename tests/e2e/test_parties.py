"""Consults, transfers, conferences and second calls through every layer, without a browser."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from tests.e2e.product import JONAS, SAM, Product
from tests.e2e.robot import Robot, State, contact_in

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="session")]

MIA = "+14155550143"
ROSA = "+14155550188"


@pytest_asyncio.fixture(loop_scope="session")
async def jonas(product: Product) -> AsyncIterator[Robot]:
    """Jonas, without a face, in a training: he is called directly only."""
    async with product.connected(JONAS) as robot:
        await robot.command("set_state", state="UNAVAILABLE", reason="Training")
        yield robot


def one(key: str, **values: Any) -> Any:
    """That contact, when these values of it are so; `can` names a control that must be allowed."""
    can = values.pop("can", None)

    def found(state: State) -> Any:
        for contact in state["contacts"]:
            so = contact["key"] == key and all(contact.get(name) == value for name, value in values.items())
            if so and (can is None or contact["controls"].get(can, "none") is None):
                return contact
        return None

    return found


async def do(robot: Robot, name: str, **values: Any) -> None:
    answer = await robot.command(name, **values)
    assert answer.get("error") is None, answer


async def on_a_call(product: Product, sam: Robot) -> str:
    """Sam talks to Mia."""
    await product.ring(MIA)
    key = str((await sam.until(contact_in("OFFERED"), "an offer"))["key"])
    await do(sam, "answer", contact=key)
    await sam.until(one(key, can="hold"), "a live call")
    await sam.until(lambda s: s["contacts"][0]["match"]["state"] == "one", "Mia is found")
    return key


async def asked_jonas(product: Product, sam: Robot, jonas: Robot) -> tuple[str, str]:
    """Jonas has answered Sam's question; Mia is on hold.  Their contacts."""
    key = await on_a_call(product, sam)
    sam.type(key, "Charged twice.")
    await do(sam, "consult", contact=key, to={"kind": "agent", "id": await product.user(JONAS)})
    theirs = str((await jonas.until(contact_in("OFFERED"), "the request"))["key"])
    held = await sam.until(lambda s: s["contacts"][0]["held_since"] and s["contacts"][0], "Mia is on hold")
    assert held["consult"]["name"] == "Jonas Weber"
    await do(jonas, "answer", contact=theirs)
    await sam.until(one(key, can="merge"), "a connected consult")

    return key, theirs


async def finish(robot: Robot, key: str) -> None:
    await robot.until(one(key, phase="WRAP_UP"), "wrap-up")
    await do(robot, "done", contact=key)


async def test_a_transfer_makes_two_tasks_of_one_interaction(product: Product, sam: Robot, jonas: Robot) -> None:
    key, theirs = await asked_jonas(product, sam, jonas)
    asked = await jonas.until(one(theirs, phase="ACTIVE", asked_by="Sam Rivera"), "who asks")
    assert asked["controls"]["hold"] == "consulted"
    await do(sam, "transfer", contact=key)
    await finish(sam, key)
    received = await jonas.until(one(theirs, sender="Sam Rivera", can="hold"), "the customer")
    assert received["number"] == MIA
    assert received["draft"]["comments"]["value"] == "Sam Rivera:\nCharged twice.\n\n"
    # Who called is found for Jonas himself, who may see others than Sam.
    await jonas.until(lambda s: s["contacts"][0]["draft"]["who"]["by"] == "match", "Mia is found for Jonas")
    await do(jonas, "end", contact=theirs)
    await finish(jonas, theirs)
    second = await product.task(lambda task: task["Phone_Contact_Key__c"] == theirs, "of Jonas")
    first = await product.task(lambda task: task["Phone_Contact_Key__c"] == key, "of Sam")
    await product.only_tasks(2)
    assert (first["OwnerId"], second["OwnerId"]) == (await product.user(SAM), await product.user(JONAS))
    assert {task["Phone_Interaction_Key__c"] for task in (first, second)} == {key}
    assert first["WhoId"] == second["WhoId"] is not None


async def test_a_consult_that_comes_to_nothing_has_no_task_and_keeps_the_customer(
    product: Product, sam: Robot, jonas: Robot
) -> None:
    key, theirs = await asked_jonas(product, sam, jonas)
    await do(jonas, "end", contact=theirs)
    state = await sam.until(lambda s: not s["contacts"][0].get("consult") and s["contacts"][0], "the consult is over")
    assert state["held_since"]
    assert state["problem"]["code"] == "consult_hung_up"
    await jonas.until(lambda s: s["agent"]["state"] == "UNAVAILABLE" and not s["contacts"], "Jonas is as before")
    await do(sam, "resume", contact=key)
    await sam.until(one(key, held_since=None, can="end"), "Mia is back")
    await do(sam, "end", contact=key)
    await finish(sam, key)
    await product.task(lambda task: task["Phone_Contact_Key__c"] == key, "of Sam")
    await product.only_tasks(1)


async def test_a_conference_of_four_and_what_is_left_of_it(product: Product, sam: Robot, jonas: Robot) -> None:
    key, theirs = await asked_jonas(product, sam, jonas)
    await do(sam, "merge", contact=key)
    for robot, contact in ((sam, key), (jonas, theirs)):
        seen = await robot.until(one(contact, conference=True), "a conference")
        assert seen["controls"]["hold"] == seen["controls"]["digits"] == seen["controls"]["mask"] == "conference"
    await do(sam, "consult", contact=key, to={"kind": "number", "id": "4155550190"})
    await sam.until(one(key, can="merge"), "the number answers")
    still = await jonas.until(one(theirs, conference=True), "the others talk on")
    assert still["held_since"] is None
    await do(sam, "merge", contact=key)
    await sam.until(lambda s: len(s["contacts"][0]["legs"]) == 4, "four")
    four = await sam.until(one(key, in_ear=True), "all hear all")
    await jonas.until(lambda s: len(s["contacts"][0]["legs"]) == 4, "four")
    number = next(leg for leg in four["legs"] if leg.get("number_shown", "").endswith("0190"))
    assert number["droppable"]
    await do(sam, "drop", contact=key, leg=number["id"])
    await jonas.until(lambda s: len(s["contacts"][0]["legs"]) == 3, "three")
    await do(sam, "end", contact=key)
    await finish(sam, key)
    await jonas.until(one(theirs, can="hold"), "two are left")
    await do(jonas, "end", contact=theirs)
    await finish(jonas, theirs)
    await product.task(lambda task: task["Phone_Contact_Key__c"] == theirs, "of Jonas")
    await product.only_tasks(2)


async def test_a_transfer_into_a_queue_brings_the_notes_to_who_takes_it(
    product: Product, sam: Robot, jonas: Robot
) -> None:
    key = await on_a_call(product, sam)
    sam.type(key, "Wants a group pass.")
    await do(sam, "consult", contact=key, to={"kind": "skill", "id": "Sales"})
    queued = await sam.until(one(key, can="transfer"), "the queue has the request")
    assert queued["consult"]["state"] == "queued"
    await do(sam, "set_state", state="UNAVAILABLE", reason="Lunch")
    await do(sam, "transfer", contact=key)
    await finish(sam, key)
    await do(jonas, "set_state", state="AVAILABLE")
    offered = await jonas.until(contact_in("OFFERED"), "the customer of the queue")
    assert (offered["skill"], offered["number"], offered["sender"]) == ("Sales", MIA, "Sam Rivera")
    await do(jonas, "answer", contact=offered["key"])
    live = await jonas.until(one(offered["key"], can="hold"), "a live call")
    assert live["draft"]["comments"]["value"].startswith("Sam Rivera:\nWants")
    await do(jonas, "end", contact=offered["key"])
    await finish(jonas, offered["key"])
    await product.task(lambda task: task["Phone_Contact_Key__c"] == offered["key"], "of Jonas")
    await product.only_tasks(2)


async def test_two_calls_are_swapped_and_merged(product: Product, sam: Robot) -> None:
    first = await on_a_call(product, sam)
    refused = await sam.command("dial", number=ROSA, skill="Sales")
    assert refused["error"] == "hold_first"
    second = str((await sam.command("dial", number=ROSA, skill="Sales", hold=True))["contact"])
    await sam.until(one(second, can="hold"), "Rosa answers")
    await sam.until(one(first, can="swap"), "Mia is on hold")
    await do(sam, "swap", contact=first)
    await sam.until(one(first, held_since=None, in_ear=True), "Mia again")
    await sam.until(one(second, can="swap"), "Rosa on hold")
    await do(sam, "merge", contact=second)
    for key in (first, second):
        await sam.until(one(key, conference=True, in_ear=True), "all hear all")
    await do(sam, "end", contact=first)
    for key in (first, second):
        await finish(sam, key)
    await product.only_tasks(2)
    assert {task["Phone_Contact_Key__c"] for task in product.tasks()} == {first, second}


async def test_a_direct_call_of_a_colleague_while_a_customer_is_there(
    product: Product, sam: Robot, jonas: Robot
) -> None:
    first = await on_a_call(product, sam)
    theirs = str((await jonas.command("dial", number="2041", skill="Sales"))["contact"])
    second = str((await sam.until(contact_in("OFFERED"), "Jonas calls"))["key"])
    await do(sam, "answer", contact=second)
    await sam.until(one(second, can="hold"), "Jonas")
    await sam.until(one(first, can="transfer"), "Mia is on hold")
    await do(sam, "transfer", contact=first)
    for key in (first, second):
        await finish(sam, key)
    got = await jonas.until(one(theirs, sender="Sam Rivera"), "Mia comes to Jonas")
    assert got["number"] == MIA
    await do(jonas, "end", contact=theirs)
    await finish(jonas, theirs)
    await product.task(lambda task: task["Phone_Contact_Key__c"] == theirs, "of Jonas")
    await product.only_tasks(3)
