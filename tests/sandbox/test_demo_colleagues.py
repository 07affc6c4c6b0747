"""One person in one browser meets colleagues in the demo: they answer, decline, help, call, and pass a customer on."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import aiohttp
import pytest
import pytest_asyncio

from connector.sandbox.demo import Demo, ports
from tests.e2e.product import ANY_PORT, JONAS, PRIYA, SAM, Product
from tests.e2e.robot import Robot, State, contact_in

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]

MIA = "+14155550143"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def product(tmp_path_factory: pytest.TempPathFactory, needs: Callable[[str], str]) -> AsyncIterator[Product]:
    """A demo with colleagues, in which no customer calls by themselves."""
    needs("panel")
    demo = Demo(tmp_path_factory.mktemp("demo"), ports(ANY_PORT), customers=False, colleagues=True)
    try:
        await demo.start()
        async with aiohttp.ClientSession() as http:
            yield Product(demo, http)
    finally:
        await demo.stop()


@pytest_asyncio.fixture(loop_scope="module")
async def sam(product: Product) -> AsyncIterator[Robot]:
    async with product.connected(SAM) as robot:
        await robot.command("set_state", state="AVAILABLE")
        yield robot


def ringing(state: State) -> dict[str, Any] | None:
    """The contact that rings Sam's phone."""
    for contact in state["contacts"]:
        rings = any(leg["role"] == "AGENT" and leg["state"] == "RINGING" for leg in contact["legs"])
        if contact["phase"] == "OFFERED" and rings:
            return dict(contact)
    return None


async def answer(sam: Robot) -> str:
    """Sam takes what rings; the contact's key."""
    offered = await sam.until(ringing, "the phone rings", 30)
    await sam.command("answer", contact=offered["key"])
    await sam.until(contact_in("ACTIVE"), "the call is up")
    return str(offered["key"])


async def wrap_up(sam: Robot, key: str) -> None:
    await sam.until(contact_in("WRAP_UP"), "wrap-up")
    await sam.command("done", contact=key)
    await sam.until(lambda state: not state["contacts"], "the card is closed")


async def consult(sam: Robot, key: str, kind: str, target: str) -> None:
    """Sam asks somebody, as soon as that is allowed."""
    await sam.until(lambda state: state["contacts"][0]["controls"].get("consult", "") is None, "a consult is allowed")
    reply = await sam.command("consult", contact=key, to={"kind": kind, "id": target})
    assert "error" not in reply, reply


def consulted(state: State) -> Any:
    return (state["contacts"][0].get("consult") or {}).get("state") == "connected"


def declined(state: State) -> bool:
    problem = state["contacts"][0]["problem"]
    return problem is not None and problem["code"] == "consult_declined"


async def asked(product: Product, act: str) -> None:
    """The Demo menu's wish of Jonas, as soon as he has time for it."""
    async with asyncio.timeout(30):
        while True:
            wish = {"who": "jonas", "act": act}
            async with product.http.post(f"{product.demo.console}/api/colleagues", json=wish) as reply:
                if reply.status == 202:
                    return
                assert "busy" in await reply.text()
            await asyncio.sleep(0.1)  # another process: there is no event to wait for


async def test_jonas_answers_priya_declines_and_a_queue_finds_help(product: Product, sam: Robot) -> None:
    await product.ring(MIA, talk=300)
    key = await answer(sam)
    await consult(sam, key, "agent", await product.user(JONAS))
    await sam.until(consulted, "Jonas answers")
    await sam.command("abandon", contact=key)
    await sam.until(lambda state: not state["contacts"][0].get("consult"), "Jonas is let go")
    await consult(sam, key, "agent", await product.user(PRIYA))
    await sam.until(declined, "Priya declines")
    await consult(sam, key, "skill", "Sales")
    await sam.until(consulted, "Jonas takes what waits for Sales", 30)
    await sam.command("transfer", contact=key)
    await wrap_up(sam, key)
    async with product.http.get(f"{product.demo.switch_control}/calls", headers=product._key) as reply:
        legs = [leg["leg"] for leg in await reply.json() if leg["number"] == MIA]
    for leg in legs:
        await product.switch("hangup", {"leg": leg})


async def test_jonas_calls_and_passes_a_customer_on(product: Product, sam: Robot) -> None:
    await asked(product, "call")
    key = await answer(sam)
    await sam.command("end", contact=key)
    await wrap_up(sam, key)
    await asked(product, "pass")
    key = await answer(sam)
    assert sam.state is not None
    assert sam.state["contacts"][0]["asked_by"] == "Jonas Weber"
    contact = await sam.until(
        lambda state: next((known for known in state["contacts"] if known["number"].startswith("+")), None),
        "the customer",
    )
    assert contact["sender"] == "Jonas Weber"
    assert "the invoice" in contact["draft"]["comments"]["value"]
    await sam.command("end", contact=contact["key"])
    await wrap_up(sam, contact["key"])


async def test_who_answers_an_emergency_call_reaches_the_agent_in_any_state(product: Product, sam: Robot) -> None:
    await sam.command("set_state", state="UNAVAILABLE", reason="Lunch")
    reply = await sam.command("dial_emergency", number="911")
    assert "error" not in reply, reply
    contact = await sam.until(contact_in("ACTIVE"), "the emergency call")
    assert (contact["emergency"], contact["address"][:15]) == ("local", "1 Market Street")
    await sam.command("end", contact=contact["key"])
    await wrap_up(sam, contact["key"])
    note = product.demo.note()
    wanted = {"from": "+14155550143", "to": "+14155550161", "talk": 1}
    async with product.http.post(f"{note.switch}/calls", json=wanted, headers={"X-Sandbox-Key": note.key}) as answered:
        assert answered.status == 201, await answered.text()
    key = await answer(sam)
    await wrap_up(sam, key)


async def test_a_person_at_the_console_has_the_panel_alone(product: Product) -> None:
    console = product.demo.console

    async def there() -> bool:
        async with product.http.get(f"{console}/api/colleagues") as reply:
            (jonas,) = [known for known in (await reply.json())["colleagues"] if known["key"] == "jonas"]
            return bool(jonas["free"])

    async with asyncio.timeout(30):
        while not await there():  # noqa: ASYNC110  # another process: there is no event to wait for
            await asyncio.sleep(0.1)
    async with (
        aiohttp.ClientSession(cookies={"phone_panel_console_user": "jonas"}) as browser,
        browser.get(f"{console}/api/stream") as page,
    ):
        assert await page.content.readline() == b"event: here\n"
        assert not await there()
        async with product.http.post(f"{console}/api/colleagues", json={"who": "jonas", "act": "call"}) as reply:
            assert reply.status == 400
            assert "somebody has that console open" in await reply.text()


@pytest.mark.parametrize("wish", [{"who": "jonas", "act": "sing"}, {"who": "jonas"}, {"act": "call"}, []])
async def test_a_wish_that_cannot_be_read_is_told(product: Product, wish: object) -> None:
    async with product.http.post(f"{product.demo.console}/api/colleagues", json=wish) as reply:
        assert reply.status == 400
        assert "request body is wrong" in await reply.text()
