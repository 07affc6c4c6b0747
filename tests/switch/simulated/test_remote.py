"""The contract on the switch in a process of its own, and what only such a one can show."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import aiohttp
import pytest

from connector.domain.events import CallArrived
from connector.domain.model import LegState
from connector.errors import SwitchUnavailable
from connector.ports.recordings import RecordingStore
from connector.switch import SwitchConfig, open_recordings
from connector.switch.simulated import journal
from connector.switch.simulated.driver import RemoteSwitch
from connector.switch.simulated.faults import Phone
from connector.switch.simulated.wire import KEY_HEADER, Rejected, decode_from_switch
from tests.ports.recordings_contract import RecordingsContract
from tests.ports.switch_contract import SwitchContract, expect
from tests.ports.switch_line_contract import LineContract
from tests.ports.switch_party_contract import PartyContract
from tests.ports.switch_phone_contract import PhoneContract
from tests.ports.switch_recording_contract import RecordingContract
from tests.ports.switch_rig import CALLER, GONE, LINE, SAM, Heard, Scene
from tests.ports.switch_scenes import held, hold, over, resume, ringing, talking
from tests.switch.simulated.server_process import PHONES, RemoteRig, ServerProcess

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    started = ServerProcess(tmp_path_factory.mktemp("switch"), *PHONES, "--speed", "200")
    yield started
    assert started.stop() == 0


@pytest.fixture
async def rig(server: ServerProcess) -> AsyncIterator[RemoteRig]:
    rig = RemoteRig(server)
    await rig.inflict(Phone(GONE, ready=False))
    await rig.start()
    yield rig
    await rig.lay_down(SAM)
    await rig.inflict(Phone(SAM, ready=True))
    await rig.close()
    assert not rig.heard.impossible


class TestRemote(SwitchContract, PartyContract, LineContract, PhoneContract, RecordingContract, RecordingsContract):
    @pytest.fixture
    async def rig(self, rig: RemoteRig) -> RemoteRig:
        return rig

    @pytest.fixture
    async def recordings(self, rig: RemoteRig) -> AsyncIterator[RecordingStore]:
        config = SwitchConfig("remote", rig.server.url, rig.server.key)
        opened = open_recordings(config, rig.switch)
        yield opened
        await opened.close()


def scene_of(leg: str) -> Scene:
    return Scene("contact", leg, "agent", "other")


async def test_a_connector_that_is_killed_leaves_the_calls_up(rig: RemoteRig) -> None:
    scene = await held(rig)
    await rig.switch.close()
    abrupt = Heard()
    switch = await rig.connect(abrupt)
    assert isinstance(switch, RemoteSwitch)
    assert switch._socket is not None
    switch._socket.get_extra_info("socket").shutdown(socket.SHUT_RDWR)
    await asyncio.wait_for(abrupt.woken.wait(), 5)
    while len(abrupt.snapshots) < 2:
        abrupt.woken.clear()
        await asyncio.wait_for(abrupt.woken.wait(), 5)
    assert len(abrupt.downs) == 1
    assert abrupt.legs[scene.customer] is LegState.HELD
    rig.switch, rig.heard = switch, abrupt
    await switch.ask(resume(scene))
    await expect(rig, scene, ("resumed customer", "resumed agent", "mixed agent customer"))


async def test_a_switch_that_comes_back_is_found_again(tmp_path: Path) -> None:
    first = ServerProcess(tmp_path, *PHONES)
    rig = RemoteRig(first)
    try:
        await rig.start()
        leg = await rig.ring()
        await rig.until(lambda: leg in rig.heard.legs)
        first.kill()
        await rig.until(lambda: len(rig.heard.downs) == 1)
        with pytest.raises(SwitchUnavailable):
            await rig.switch.ask(hold(scene_of(leg)))
        second = ServerProcess(tmp_path, *PHONES, port=first.port)
        try:
            await rig.until(lambda: len(rig.heard.snapshots) == 2)
            assert rig.heard.snapshots[1].legs == ()
            assert [entry.leg for entry in journal.read(second.journal)] == [leg]
        finally:
            assert second.stop() == 0
    finally:
        await rig.close()
        if first.process.returncode is None:
            first.kill()


async def test_another_connector_is_not_fought(rig: RemoteRig) -> None:
    first, after = rig.switch, Heard()
    await rig.connect(after)
    await rig.until(lambda: bool(rig.heard.downs))
    assert rig.heard.downs == ["another connector took its place"]
    assert "another connector has taken the switch" in str(rig.heard.lost)
    leg = await rig.ring()
    rig.heard = after
    await rig.until(lambda: leg in after.legs)
    assert after.downs == []
    with pytest.raises(SwitchUnavailable, match="another connector took its place"):
        await first.ask(hold(scene_of(leg)))


async def test_a_wrong_key_is_told_at_once(server: ServerProcess) -> None:
    switch = RemoteSwitch(server.url, "guessed")
    async with asyncio.timeout(2):
        with pytest.raises(SwitchUnavailable, match="refuses the key"):
            await switch.start(Heard())


async def test_a_switch_that_is_not_there(unused_tcp_port: int) -> None:
    switch = RemoteSwitch(f"ws://127.0.0.1:{unused_tcp_port}", "key", start_within=0.1)
    with pytest.raises(SwitchUnavailable, match=f"{unused_tcp_port}"):
        await switch.start(Heard())


async def test_a_switch_that_is_away_at_first_is_waited_for(tmp_path: Path, unused_tcp_port: int) -> None:
    (tmp_path / "key").write_text("key")
    heard = Heard()
    switch = RemoteSwitch(f"ws://127.0.0.1:{unused_tcp_port}", "key")
    starting = asyncio.create_task(switch.start(heard))
    server = await asyncio.to_thread(ServerProcess, tmp_path, *PHONES, port=unused_tcp_port)
    try:
        await starting
        assert heard.snapshots[0].phones == {"2041": True, "2042": True}
    finally:
        await switch.close()
        assert server.stop() == 0


async def test_what_the_switch_cannot_read_costs_nothing(rig: RemoteRig) -> None:
    await rig.switch.close()
    async with rig.http.ws_connect("/") as connection:
        await connection.receive_str()
        for text in ("{", '{"type":"Explode"}', '{"type":"EndLeg","id":1}'):
            await connection.send_str(text)
            assert isinstance(decode_from_switch(await connection.receive_str()), Rejected)


@pytest.mark.parametrize(
    "path,body,status,field",
    [
        ("/calls", {}, 400, "from"),
        ("/calls", {"from": "5550143"}, 400, "from"),
        ("/calls", {"from": 4155550143}, 400, "from"),
        ("/calls", {"from": CALLER, "skill": "Sails"}, 400, "skill"),
        ("/calls", {"from": CALLER, "to": LINE, "skill": "Sales"}, 400, "skill"),
        ("/calls", {"from": CALLER, "to": "+14155550199"}, 400, "to"),
        ("/calls", {"from": CALLER, "to": "100"}, 400, "to"),
        ("/calls", {"from": CALLER, "talk": -1}, 400, "talk"),
        ("/calls", {"from": CALLER, "patience": 1e9}, 400, "patience"),
        ("/calls", {"from": CALLER, "talks": 1}, 400, "talks"),
        ("/calls", [], 400, "body"),
        ("/hangup", {"leg": "no such"}, 404, "leg"),
        ("/hangup", {}, 400, "leg"),
        ("/hangup", {"device": "2099"}, 404, "device"),
        ("/hangup", {"leg": "1.1", "device": SAM}, 400, "leg"),
        ("/hangup", {"phone": SAM}, 400, "phone"),
        ("/phones", {"leg": "no such", "does": "hold"}, 404, "leg"),
        ("/phones", {"leg": "1.1", "does": "sing"}, 400, "does"),
        ("/faults", {"fault": "refuse", "ask": "Hold"}, 400, "ask"),
        ("/faults", {"fault": "refuse", "ask": "Adopt"}, 400, "ask"),
        ("/faults", {"fault": "refuse", "ask": "Mix", "times": 0}, 400, "times"),
        ("/faults", {"fault": "delay", "ask": "Mix", "ms": -1}, 400, "ms"),
        ("/faults", {"fault": "number", "rules": "0181=gone"}, 400, "rules"),
        ("/faults", {"fault": "explode"}, 400, "fault"),
        ("/faults", {}, 400, "fault"),
    ],
)
async def test_bad_control_names_the_field(rig: RemoteRig, path: str, body: object, status: int, field: str) -> None:
    got, problem = await rig.post(path, body)
    assert (got, problem["field"]) == (status, field), problem
    assert problem["code"]
    assert problem["message"]


async def test_a_customer_calls_a_skill_with_a_number_as_people_write_it(rig: RemoteRig) -> None:
    status, reply = await rig.post("/calls", {"from": "+1 (415) 555-0143", "skill": "Sales"})
    assert status == 201
    await rig.until(lambda: reply["leg"] in rig.heard.legs)
    arrived = rig.heard.news[-1]
    assert isinstance(arrived, CallArrived)
    assert (arrived.number, arrived.line) == (CALLER, "+14155550102")
    status, reply = await rig.post("/calls", {"from": "anonymous"})
    await rig.until(lambda: reply["leg"] in rig.heard.legs)
    arrived = rig.heard.news[-1]
    assert isinstance(arrived, CallArrived)
    assert (arrived.number, arrived.line) == ("", LINE)


async def test_a_handset_is_laid_down(rig: RemoteRig) -> None:
    scene = await talking(rig)
    status, reply = await rig.post("/hangup", {"device": SAM})
    assert (status, reply) == (200, {})
    await rig.until(lambda: rig.heard.legs[scene.agent] is rig.heard.legs[scene.customer] is LegState.ENDED)


async def test_a_phone_that_nobody_has_is_not_lifted(rig: RemoteRig) -> None:
    status, reply = await rig.post("/lift", {"leg": await rig.ring()})
    assert (status, reply["code"], reply["field"]) == (404, "leg_unknown", "leg")


async def test_control_needs_the_key(server: ServerProcess) -> None:
    address = server.url.replace("ws", "http", 1)
    async with aiohttp.ClientSession(address) as session:
        for headers in ({}, {KEY_HEADER: "guessed"}, {KEY_HEADER: "schlüssel"}):
            for path in ("/", "/calls", "/journal"):
                async with session.get(path, headers=headers) as reply:
                    assert reply.status == 401
            for path in ("/calls", "/hangup", "/lift", "/phones", "/faults"):
                async with session.post(path, headers=headers, data=b"{}") as reply:
                    assert reply.status == 401


async def test_calls_and_journal_can_be_read(rig: RemoteRig) -> None:
    scene = await talking(rig)
    async with rig.http.get("/calls") as reply:
        live = {leg["leg"]: leg for leg in await reply.json()}
    assert live[scene.customer]["state"] == "CONNECTED"
    assert live[scene.agent]["number"] == SAM
    assert live[scene.agent]["mix"] == live[scene.customer]["mix"] != ""
    async with rig.http.get("/journal") as reply:
        assert reply.content_type == "application/x-ndjson"
        assert await reply.read() == rig.server.journal.read_bytes()


async def test_the_journal_outlives_a_switch_that_is_killed(tmp_path: Path) -> None:
    server = ServerProcess(tmp_path, *PHONES, "--speed", "200")
    rig = RemoteRig(server)
    try:
        await rig.start()
        ended, parked, offered = await over(rig), await held(rig), await ringing(rig)
    finally:
        server.kill()
        await rig.close()
    calls = journal.calls_by_contact(journal.read(server.journal))
    assert list(calls) == [ended.contact, parked.contact, offered.contact]
    assert calls[ended.contact].spoke
    assert (calls[ended.contact].cause, calls[ended.contact].device) == ("normal", SAM)
    assert calls[parked.contact].held[0][1] is None
    assert calls[parked.contact].ended is None
    assert not calls[offered.contact].spoke
    assert calls[offered.contact].offers == (SAM,)


def test_it_listens_on_loopback_only(server: ServerProcess) -> None:
    rows = [row.split() for row in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    listening = [row[1] for row in rows if row[3] == "0A" and row[1].endswith(f":{server.port:04X}")]
    assert listening == [f"0100007F:{server.port:04X}"]


def test_a_switch_that_is_told_to_end_as_soon_as_it_is_ready_ends_well(tmp_path: Path) -> None:
    assert ServerProcess(tmp_path, *PHONES).stop() == 0
