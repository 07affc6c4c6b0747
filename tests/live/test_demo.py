"""The demo on a real Asterisk: a customer calls, an agent answers, the two hear each other, and nothing is left."""

import asyncio
import os
import signal
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio

from connector.cli import main
from connector.sandbox import simulate
from connector.sandbox.asterisk.world import Programs
from connector.sandbox.demo import Demo, ports
from tests.e2e.product import ANY_PORT, SAM, Product
from tests.e2e.robot import Robot, contact_in, contact_of
from tests.live.handset import Handset
from tests.sandbox.test_demo import alive, command

pytestmark = [pytest.mark.live, pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]

MIA = "+14155550143"


@pytest.fixture(scope="module")
def programs(needs: Callable[[str], str]) -> Programs:
    needs("panel")
    return Programs(Path(needs("asterisk")), Path(needs("phones")))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def product(tmp_path_factory: pytest.TempPathFactory, programs: Programs) -> AsyncIterator[Product]:
    """A running demo on Asterisk, in which nobody calls by themselves and phones are lifted at once."""
    folder = tmp_path_factory.mktemp("d")
    options = ["--lift-after", "0.2", "--dumps", str(folder / "dumps")]
    demo = Demo(folder, ports(ANY_PORT), customers=False, programs=programs, switch_options=options)
    try:
        await demo.start()
        async with aiohttp.ClientSession() as http:
            yield Product(demo, http)
    finally:
        await demo.stop()


@pytest_asyncio.fixture(loop_scope="module")
async def sam(product: Product) -> AsyncIterator[Robot]:
    """Sam, without a face, available; afterwards nothing is open."""
    async with product.connected(SAM) as robot:
        await robot.command("set_state", state="AVAILABLE")
        yield robot
        await product.clear()


async def answered(robot: Robot, number: str) -> dict[str, Any]:
    """The offer of that caller is taken, by the panel's Answer where the phone is not enough."""

    def offered(state: dict[str, Any]) -> dict[str, Any] | None:
        return next((c for c in state["contacts"] if c["number"] == number and c["phase"] != "WRAP_UP"), None)

    contact = await robot.until(offered, "the call is offered")
    if contact["phase"] == "OFFERED" and contact["controls"].get("answer", "") is None:
        await robot.command("answer", contact=contact["key"])

    def talking(state: dict[str, Any]) -> dict[str, Any] | None:
        # The agent's phone is up before the caller is: only then can they be put on hold.
        found = contact_of(contact["key"], phase="ACTIVE")(state)
        return found if found is not None and found["controls"].get("hold", "") is None else None

    found: dict[str, Any] = await robot.until(talking, "the two talk")
    return found


async def test_a_customer_is_answered_heard_and_hung_up_on(product: Product, sam: Robot) -> None:
    handset = Handset(product)
    await product.ring(MIA)
    contact = await answered(sam, MIA)
    await product.until(handset.hears, "the agent hears the customer")
    async with asyncio.timeout(10):
        while True:
            if await traffic(product, MIA) > 50:
                break  # a second of what the agent says has been sent to the customer
            await asyncio.sleep(0.05)  # another process: there is no event to wait for
    await sam.command("end", contact=contact["key"])
    await sam.until(contact_of(contact["key"], phase="WRAP_UP"), "the call is over")
    await sam.command("done", contact=contact["key"])
    await sam.until(lambda state: not state["contacts"], "nothing is open")
    await no_calls(product)


async def traffic(product: Product, number: str) -> int:
    """How many packets of audio Asterisk has sent to who has that number."""
    found = next(leg for leg in await legs(product) if leg["number"] == number)
    settings = (product.demo.folder / "switch.toml").read_text()
    url = settings.partition('url = "')[2].partition('"')[0]
    password = (product.demo.folder / "pbx" / "ari.password").read_text()
    headers = {"Authorization": aiohttp.encode_basic_auth("connector", password)}
    path = f"{url}/channels/{found['leg']}/variable?variable=CHANNEL(rtcp,txcount)"
    async with product.http.get(path, headers=headers) as answer:
        return int((await answer.json())["value"])


async def legs(product: Product) -> list[dict[str, Any]]:
    headers = {"X-Sandbox-Key": product.demo.key}
    async with product.http.get(f"{product.demo.switch_control}/calls", headers=headers) as answer:
        return list(await answer.json())


async def no_calls(product: Product) -> None:
    async with asyncio.timeout(10):
        while True:
            if not await legs(product):
                return
            await asyncio.sleep(0.05)  # another process: there is no event to wait for


async def test_a_phone_that_is_kept_connected_is_answered_in_the_panel(product: Product, sam: Robot) -> None:
    await sam.command("line", on=True)
    await sam.until(lambda state: state["agent"]["line"] == "kept", "the phone is lifted, and stays so")
    await product.ring("+16285550144")
    contact = await sam.until(contact_in("OFFERED"), "the call is offered")
    await sam.command("answer", contact=contact["key"])
    await sam.until(contact_of(contact["key"], phase="ACTIVE"), "the two talk")
    await sam.command("end", contact=contact["key"])
    await sam.until(contact_of(contact["key"], phase="WRAP_UP"), "the call is over")
    await sam.command("line", on=False)
    await sam.until(lambda state: state["agent"]["line"] == "lifted", "the phone is hung up")
    await no_calls(product)


async def test_the_customer_hangs_up(product: Product, sam: Robot) -> None:
    leg = await product.ring("+12125550163")
    contact = await answered(sam, "+12125550163")
    await product.switch("hangup", {"leg": leg})
    await sam.until(contact_of(contact["key"], phase="WRAP_UP"), "the customer is gone")
    await no_calls(product)


async def test_a_caller_may_withhold_their_number(product: Product, sam: Robot) -> None:
    await product.ring("anonymous", talk=1)
    contact = await answered(sam, "")
    await sam.until(contact_of(contact["key"], phase="WRAP_UP"), "they hang up by themselves")
    await no_calls(product)


async def test_who_is_called_answers_speaks_and_hangs_up(product: Product, sam: Robot) -> None:
    handset = Handset(product)
    await sam.command("dial", number="+14155550177", skill="Support_EN")
    contact = await sam.until(contact_in("ACTIVE"), "they are called")
    await product.until(handset.hears, "the agent hears them")
    there = next(leg for leg in await legs(product) if leg["role"] != "AGENT")
    assert there["number"] == "+14155550177"
    await product.switch("hangup", {"leg": there["leg"]})
    await sam.until(contact_of(contact["key"], phase="WRAP_UP"), "they are gone")
    await no_calls(product)


async def test_an_emergency_call_goes_to_the_answering_point_on_this_machine(product: Product, sam: Robot) -> None:
    await sam.command("dial_emergency", number="911")
    contact = await sam.until(contact_in("ACTIVE"), "the call is made")

    await answering_point(product)
    await sam.command("end", contact=contact["key"])
    await no_calls(product)


async def test_the_keys_of_the_phone_itself(product: Product, sam: Robot) -> None:
    handset = Handset(product)
    await product.ring(MIA)
    contact = await answered(sam, MIA)
    await product.until(handset.hears, "the two talk")
    phone = next(leg["leg"] for leg in await legs(product) if leg["role"] == "AGENT")
    await product.switch("phones", {"leg": phone, "does": "hold"})
    await sam.until(lambda state: held(state, contact["key"]), "Mia is on hold, by the phone's own key")
    await product.switch("phones", {"leg": phone, "does": "resume"})
    await sam.until(lambda state: not held(state, contact["key"]), "she is back")
    await sam.command("end", contact=contact["key"])
    await no_calls(product)


def held(state: dict[str, Any], key: str) -> bool:
    contact = contact_of(key)(state)
    return contact is not None and "HELD" in {leg["state"] for leg in contact["legs"]}


async def test_an_emergency_number_dialled_on_the_phone_reaches_the_answering_point(
    product: Product, sam: Robot
) -> None:
    await product.switch("dial", {"device": "2041", "number": "911"})
    await answering_point(product)
    await product.switch("hangup", {"device": "2041"})
    await no_calls(product)


async def answering_point(product: Product) -> None:
    """Returns when somebody talks to it."""
    async with asyncio.timeout(10):
        while True:
            if any(leg["host"] == "127.0.0.4" and leg["up"] for leg in await legs(product)):
                return
            await asyncio.sleep(0.05)  # another process: there is no event to wait for


async def test_numbers_have_the_fates_of_the_simulated_switch(product: Product, sam: Robot) -> None:
    for number, cause in (("+14155550181", "busy"), ("+14155550184", "wrong_number")):
        await sam.command("dial", number=number, skill="Support_EN")
        contact = await sam.until(contact_in("WRAP_UP"), f"{number} is {cause}")
        assert contact["outcome"] == cause
        await sam.command("done", contact=contact["key"])
        await sam.until(lambda state: not state["contacts"], "nothing is open")


async def test_a_connector_that_dies_finds_the_two_still_talking(product: Product, sam: Robot) -> None:
    await product.ring("+15035550127")
    contact = await answered(sam, "+15035550127")

    async def meanwhile() -> None:
        assert {leg["up"] for leg in await legs(product)} == {True}

    seen = sam.fresh
    await product.restart_connector_after(meanwhile())
    await sam.news(seen)
    await sam.until(contact_of(contact["key"], phase="ACTIVE"), "the call goes on")
    await sam.command("end", contact=contact["key"])
    await sam.until(contact_of(contact["key"], phase="WRAP_UP"), "and is ended as ever")
    await no_calls(product)


async def test_the_settings_of_the_demo_are_right(product: Product, capsys: pytest.CaptureFixture[str]) -> None:
    assert await asyncio.to_thread(main, ["check", "--config", str(product.demo.config)]) == 0
    told = capsys.readouterr().out
    assert "WRONG" not in told
    for words in ("ok     Asterisk 22.", "ok     phone '2043' is registered", "ok     modules for recordings"):
        assert words in told, told


# --- as a command ----------------------------------------------------------------------------------------------------


def descendants(pid: int) -> dict[int, str]:
    """All processes below that one, each with its command."""
    found: dict[int, str] = {}
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in map(int, (task / "children").read_text().split()):
            found[child] = Path(f"/proc/{child}/cmdline").read_bytes().decode().replace("\0", " ")
            found |= descendants(child)
    return found


@pytest.fixture
def folder() -> Iterator[Path]:
    """A short one: the path of Asterisk's control socket is limited."""
    with tempfile.TemporaryDirectory(prefix="d") as name:
        yield Path(name)


def environment(programs: Programs) -> dict[str, str]:
    return {"SWITCH": "asterisk", "ASTERISK": str(programs.asterisk), "PHONES": str(programs.phones)}


async def test_ctrl_c_ends_every_process(folder: Path, programs: Programs) -> None:
    async with command(folder, COLLEAGUES="none", **environment(programs)) as demo:
        await demo.line("ready: ")
        told = await asyncio.to_thread(simulate.call, demo.environment, MIA, None, 60)
        assert told.startswith(f"{MIA} calls Support_EN (")
        running = descendants(demo.process.pid)
        names = " ".join(running.values())
        assert names.count("usr/bin/baresip") == 3
        assert names.count("usr/bin/sipp") == 3, "who is called, the answering point, and the caller"
        assert "usr/sbin/asterisk" in names
        assert await demo.end(signal.SIGINT) == 0
        assert [name for pid, name in running.items() if alive(pid)] == []
        assert list(folder.glob("phone-panel-demo-*")) == []


@pytest.mark.parametrize("killed", ["usr/bin/baresip", "usr/sbin/asterisk", "connector.sandbox.asterisk"])
async def test_a_part_that_is_killed_is_reported_and_takes_the_rest_along(
    folder: Path, programs: Programs, killed: str, capfd: pytest.CaptureFixture[str]
) -> None:
    async with command(folder, COLLEAGUES="none", **environment(programs)) as demo:
        await demo.line("ready: ")
        running = descendants(demo.process.pid)
        os.kill(next(pid for pid, name in running.items() if killed in name), signal.SIGKILL)
        assert await asyncio.wait_for(demo.process.wait(), 20) == 1
        assert "switch ended by itself" in capfd.readouterr().err
        assert [name for pid, name in running.items() if alive(pid)] == []
