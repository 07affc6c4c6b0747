"""What the running product keeps of a person: nothing in its logs, files that are its owner's, and all is erasable."""

import asyncio
import stat
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import aiohttp
import pytest

from connector.sandbox.demo import Demo, ports
from tests.e2e.product import ANY_PORT, SAM, Product
from tests.e2e.robot import Robot, State, contact_in, contact_of

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
CALLER = "+442079460190"
ASKED_BACK = "+442079460191"
CANARIES = {
    "the caller's number": "79460190",
    "the number to call back": "79460191",
    "a note": "canaryfinch",
    "a second note": "canarysparrow",
    "a name": "Canaryweaver",
    "a search": "canarylinnet",
    "a work item's title": "canaryserin",
    "a work item's detail": "canarysiskin",
    "digits": "93817245",
}


@pytest.fixture
async def product(
    tmp_path: Path, needs: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Product]:
    """The product with the log at its most talkative."""
    needs("panel")
    monkeypatch.setenv("PANEL_LOG_LEVEL", "debug")
    demo = Demo(tmp_path, ports(ANY_PORT), customers=False)
    try:
        await demo.start()
        async with aiohttp.ClientSession() as http:
            yield Product(demo, http)
    finally:
        await demo.stop()


def _may(key: str, order: str) -> Callable[[State], bool]:
    def may(state: State) -> bool:
        contact = contact_of(key)(state)
        return contact is not None and contact["controls"].get(order, "not shown") is None

    return may


async def a_whole_contact(product: Product, sam: Robot) -> str:
    """Everything in which words of a person go through the connector; returns the call's key."""
    await sam.command("set_state", state="AVAILABLE")
    await product.ring(CALLER)
    key = str((await sam.until(contact_in("OFFERED"), "an offer"))["key"])
    await sam.command("answer", contact=key)
    await sam.until(_may(key, "digits"), "the call")
    sam.type(key, "canaryfinch has paid twice")
    for digit in CANARIES["digits"]:
        await sam.command("digits", contact=key, digits=digit)
    assert sam._ws is not None
    await sam._ws.send_json({"type": "find", "id": "f1", "what": "people", "text": "canarylinnet"})
    await sam._ws.send_json({"type": "preview", "id": "p1", "number": CALLER})
    await sam._ws.send_json(
        {"type": "command", "id": "bad", "name": "dial", "number": f"{CALLER}x", "x": "canaryfinch"}
    )
    await sam._ws.send_json({"type": "draft", "contact": key, "field": "comments", "revision": "canaryfinch"})
    await sam.until(lambda _: sam.acked.get(key), "the note is on disk")
    await sam.command("end", contact=key)
    await sam.until(contact_of(key, phase="WRAP_UP"), "wrap-up")
    sam.type(key, "canarysparrow")
    sam.draft(key, "disposition", 1, text="Answered")
    await sam.until(lambda _: sam.acked[key][1] == "canarysparrow", "the note is on disk")
    await sam.until(_may(key, "done"), "the disposition is there")
    await sam.command("done", contact=key)
    await product.task(lambda task: task["Description"] == "canarysparrow", "with the note")
    work = {"title": "canaryserin", "skill": "Support_EN", "payload": {"What": "canarysiskin"}}
    item = await product.deliver("work-items", work)
    await sam.until(contact_of(item, phase="OFFERED"), "the work item is offered")
    await sam.command("answer", contact=item)
    await sam.until(_may(item, "finish"), "it is at hand")
    await sam.command("finish", contact=item)
    await sam.until(contact_of(item, phase="WRAP_UP"), "wrap-up")
    sam.draft(item, "disposition", 1, text="Answered")
    await sam.until(_may(item, "done"), "the disposition is there")
    await sam.command("done", contact=item)
    await sam.until(lambda state: not state["contacts"], "it is closed")
    asked = {"number": ASKED_BACK, "name": "Canaryweaver", "skill": "Support_EN"}
    callback = await product.deliver("callbacks", asked)
    await sam.until(contact_of(callback, phase="OFFERED"), "the callback is offered")
    await sam.command("decline", contact=callback)
    await product.none_left("outbox")
    headers = {"Authorization": f"Bearer {product.demo.api_key}"}
    address = f"{product.demo.connector_address}/api/callbacks"
    body = {"number": f"{CALLER}9999999999999", "name": "Canaryweaver", "skill": "canaryserin"}
    async with product.http.post(address, json=body, headers=headers) as answer:
        assert answer.status in (400, 404)
    return key


async def test_no_number_name_or_note_is_in_the_log(product: Product) -> None:
    # The org fails once, and once the answer is lost: what is said of a Task then has none of its words.
    faults = [{"kind": kind, "count": 1, "path": "composite/sobjects"} for kind in ("unavailable", "drop_after")]
    await product.control("faults", faults)
    async with product.connected(SAM) as sam:
        await a_whole_contact(product, sam)
    told = (product.demo.folder / "connector.log").read_text(encoding="utf-8")
    assert '"level": "debug"' in told, "the log was not at its most talkative: this proves nothing"
    assert "work was taken" in told
    assert "a request was refused" in told
    for what, word in CANARIES.items():
        lines = [line for line in told.splitlines() if word.lower() in line.lower()]
        assert lines == [], f"{what} is in the log"


async def test_the_files_are_their_owners_only(product: Product) -> None:
    async with product.connected(SAM) as sam:
        await a_whole_contact(product, sam)
    files = {file.name.removeprefix("phone-panel.db"): file for file in product.demo.folder.glob("phone-panel.db*")}
    assert {"", "-wal", "-shm", ".lock", ".admin", ".numbers", ".numbers-wal"} <= set(files)
    modes = {name: oct(stat.S_IMODE(file.stat().st_mode)) for name, file in files.items()}
    assert modes == dict.fromkeys(files, "0o600")


async def erase(product: Product, *arguments: str) -> tuple[int | None, str]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "connector", "erase", *arguments, "--config", str(product.demo.config)),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    told, _ = await process.communicate()
    return process.returncode, told.decode()


def kept(product: Product) -> set[str]:
    """What of the canaries is in any file of the connector's."""
    files = product.demo.folder.glob("phone-panel.db*")
    data = b"".join(file.read_bytes() for file in files if not file.is_socket())
    return {what for what, word in CANARIES.items() if word.encode() in data}


async def test_a_person_is_erased_while_the_connector_runs(product: Product) -> None:
    async with product.connected(SAM) as sam:
        key = await a_whole_contact(product, sam)
        assert {"the caller's number", "a second note", "the number to call back", "a name"} <= kept(product)
        code, told = await erase(product, "--number", CALLER, "--number", ASKED_BACK)
        assert code == 1, told
        assert f"erased: 1 contacts, 0 recordings, 0 records of the index\n  {key}\n" in told
        assert "it is under way, or waits: erase again when it is over" in told, "the callback still waits"
        assert {"the number to call back", "a name"} <= kept(product)
        assert not {"the caller's number", "a note", "a second note"} & kept(product)
        # The agent takes the callback after all, and ends it.
        await sam.command("set_state", state="AVAILABLE")
        callback = await sam.until(lambda state: _offered(state, "callback"), "the callback is offered")
        await sam.command("answer", contact=callback["key"])
        await sam.until(_may(callback["key"], "end"), "the call")
        await sam.command("end", contact=callback["key"])
        await sam.until(contact_of(callback["key"], phase="WRAP_UP"), "wrap-up")
        sam.draft(callback["key"], "disposition", 1, text="Answered")
        await sam.until(_may(callback["key"], "done"), "the disposition is there")
        await sam.command("done", contact=callback["key"])
        await product.none_left("outbox")
        code, told = await erase(product, "--number", ASKED_BACK)
        assert (code, callback["key"] in told) == (0, True), told
    assert not {"the number to call back", "a name"} & kept(product)
    assert (await erase(product, "--number", CALLER))[0] == 0, "once more does no harm"


def _offered(state: State, kind: str) -> State | None:
    return next((c for c in state["contacts"] if c["phase"] == "OFFERED" and c["kind"] == kind), None)
