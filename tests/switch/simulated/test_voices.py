"""What is said on the simulated switch: the contract in virtual time, and the turns that the two take."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from connector.domain.effects import Adopt, Connect, Mix, Offer, PlaceCall, SetMute
from connector.domain.model import LegState
from connector.errors import SwitchUnavailable
from connector.ports.audio import PIECE, Audio
from connector.switch import open_audio
from connector.switch.simulated.driver import RemoteSwitch, SimulatedSwitch
from connector.switch.simulated.faults import Down, Up
from connector.switch.simulated.lines import FOLDER, SILENCE, script, sound
from tests.ports.audio_contract import AudioContract, some
from tests.ports.switch_rig import CALLER, JONAS, LINE, SAM, Heard
from tests.switch.simulated.server_process import PHONES, RemoteRig, ServerProcess
from tests.switch.simulated.test_in_process import VirtualRig

WHOLE_S = script("called_us").length / 1000


def said(which: str, heard: bytes) -> list[tuple[str, str]]:
    """The lines of that script that are whole in what was heard, with their sides; more than once counts so."""
    found = []
    lines = script(which)
    for number, line in enumerate(lines.lines):
        begins = lines._starts[number]
        pieces = range(begins, begins + len(sound(line.file)) // 8, 20)
        whole = b"".join(lines.piece(at, line.side) for at in pieces)
        found += [(line.side, line.file)] * heard.count(whole)
    return found


class Talk:
    """The two of the contract, and a clock that goes on while somebody listens."""

    def __init__(self, rig: VirtualRig) -> None:
        self.rig = rig
        self.audio: Audio = voices_of(rig)
        self.customer, self.agent = "", "agent"
        self._passing = asyncio.create_task(self._pass())

    async def _pass(self) -> None:
        while True:
            await asyncio.sleep(0)
            self.rig.clock.advance(20)

    async def connect(self) -> None:
        self.customer = await self.rig.ring()
        await self.rig.switch.ask(Adopt(self.customer, "contact"))
        await self.rig.switch.ask(Offer("contact", self.customer, self.agent, SAM))
        await self.rig.switch.ask(Connect("ask", "contact", self.customer, self.agent))
        legs = self.rig.heard.legs
        await self.rig.until(lambda: legs.get(self.customer) is legs.get(self.agent) is LegState.CONNECTED)

    async def both(self, seconds: float) -> tuple[bytes, bytes]:
        """What customer and agent say in that time."""
        customer, agent = (some(self.audio.listen(leg), seconds) for leg in (self.customer, self.agent))
        found = await asyncio.gather(customer, agent)
        return found[0], found[1]

    def speakers(self, heard: bytes) -> set[str]:
        return {side for side, _ in said("called_us", heard)}

    async def hang_up(self) -> None:
        await self.rig.hang_up(self.customer)

    async def mix(self, *talking: str, parked: tuple[str, ...] = ()) -> None:
        await self.rig.switch.ask(Mix("mix", "contact", talking, parked))
        self.rig.clock.advance(40)

    async def close(self) -> None:
        self._passing.cancel()
        await self.rig.switch.close()


def voices_of(rig: VirtualRig | RemoteRig) -> Audio:
    assert isinstance(rig.switch, SimulatedSwitch | RemoteSwitch)
    return open_audio(rig.switch)


@pytest.fixture
async def talking() -> AsyncIterator[Talk]:
    rig = VirtualRig()
    await rig.switch.start(rig.heard)
    talk = Talk(rig)
    await talk.connect()
    yield talk
    await talk.close()


class TestInProcess(AudioContract):
    """The contract."""

    seconds = 10


async def test_the_two_take_turns_to_the_end_and_are_silent_then(talking: Talk) -> None:
    customer, agent = await talking.both(WHOLE_S + 2)
    lines = script("called_us").lines
    assert said("called_us", customer) == [("customer", one.file) for one in lines if one.side == "customer"]
    assert said("called_us", agent) == [("agent", one.file) for one in lines if one.side == "agent"]
    for at in range(0, len(customer), PIECE):
        assert SILENCE in (customer[at : at + PIECE], agent[at : at + PIECE]), "one at a time"
    assert not any(customer[-PIECE * 100 :] + agent[-PIECE * 100 :])


async def test_nobody_speaks_before_the_call_is_answered(talking: Talk) -> None:
    rings = await talking.rig.ring()
    assert not any(await some(talking.audio.listen(rings), 5))


async def test_hold_stops_them_and_the_line_is_said_anew(talking: Talk) -> None:
    first = len(sound("a1")) / 8_000 + 0.9
    _, agent = await talking.both(first + 2.5)
    assert said("called_us", agent) == [("agent", "a1")]
    await talking.mix(talking.agent, parked=(talking.customer,))
    customer, agent = await talking.both(5)
    assert not any(customer + agent)
    await talking.mix(talking.customer, talking.agent)
    customer, agent = await talking.both(5)
    assert said("called_us", customer) == [("customer", "c1")]
    assert not any(agent[: PIECE * 100])


async def test_who_is_muted_is_not_heard(talking: Talk) -> None:
    await talking.rig.switch.ask(SetMute("mute", "contact", talking.agent, True))
    talking.rig.clock.advance(40)
    customer, agent = await talking.both(10)
    assert not any(agent)
    assert said("called_us", customer) == [("customer", "c1")]


async def test_another_agent_goes_on_with_the_customer(talking: Talk) -> None:
    await talking.both(10)
    await talking.rig.switch.ask(Offer("other", talking.agent, "jonas", JONAS))
    await talking.rig.switch.ask(Connect("ask-2", "other", talking.agent, "jonas"))
    await talking.rig.until(lambda: talking.rig.heard.legs.get("jonas") is LegState.CONNECTED)
    await talking.mix(talking.customer, talking.agent, "jonas")
    assert not any(await some(talking.audio.listen("jonas"), 5)), "the first one has the customer still"
    await talking.mix(talking.customer, "jonas")
    talking.agent = "jonas"
    _, agent = await talking.both(30)
    assert ("agent", "a5") in said("called_us", agent)


async def test_who_is_called_begins_otherwise(talking: Talk) -> None:
    await talking.rig.switch.ask(PlaceCall("call", "placed", "mine", "theirs", JONAS, CALLER, LINE))
    talking.rig.clock.advance(10_000)
    talking.customer, talking.agent = "theirs", "mine"
    customer, _ = await talking.both(60)
    assert ("customer", "c7") in said("called_by_us", customer)
    assert ("customer", "c1") not in said("called_us", customer)


async def test_colleagues_who_call_each_other_do_not_speak_as_customers(talking: Talk) -> None:
    await talking.rig.switch.ask(PlaceCall("call", "placed", "mine", "theirs", SAM, JONAS, LINE))
    await talking.rig.switch.ask(Offer("placed", "mine", "theirs", JONAS))
    legs = talking.rig.heard.legs
    await talking.rig.until(lambda: legs.get("mine") is LegState.CONNECTED)
    await talking.rig.switch.ask(Connect("ask-2", "placed", "mine", "theirs"))
    await talking.rig.until(lambda: legs.get("mine") is legs.get("theirs") is LegState.CONNECTED)
    talking.customer, talking.agent = "theirs", "mine"
    customer, agent = await talking.both(10)
    assert not any(customer + agent)


async def test_a_switch_that_goes_away_is_told_and_goes_on_when_it_is_back(talking: Talk) -> None:
    hears = talking.audio.listen(talking.customer)
    await anext(hears)
    talking.rig.engine.inflict(Down("power"))
    with pytest.raises(SwitchUnavailable, match="power"):
        async for _ in hears:
            pass
    with pytest.raises(SwitchUnavailable, match="power"):
        await anext(talking.audio.listen(talking.customer))
    talking.rig.engine.inflict(Up())
    customer, agent = await talking.both(10)
    assert talking.speakers(customer) == {"customer"}
    assert any(agent)


async def test_a_connector_that_starts_anew_hears_how_it_goes_on(talking: Talk) -> None:
    again = SimulatedSwitch(talking.rig.engine)
    await again.start(Heard())
    talking.audio = again.voices
    customer, agent = await talking.both(12)
    assert said("", customer) == [("customer", "c3")]
    assert said("", agent) == [("agent", "a4")]
    await again.close()
    with pytest.raises(SwitchUnavailable, match="closed"):
        await anext(talking.audio.listen(talking.customer))


async def test_a_machine_that_was_asleep_says_a_second_of_it(talking: Talk) -> None:
    talking._passing.cancel()
    hears = talking.audio.listen(talking.customer)
    first = asyncio.ensure_future(anext(hears))
    await asyncio.sleep(0)
    talking.rig.clock.advance(3_600_000)
    await first
    count = 1
    waiting = asyncio.ensure_future(anext(hears))
    while True:
        await asyncio.sleep(0)
        if not waiting.done():
            break
        waiting.result()
        count += 1
        waiting = asyncio.ensure_future(anext(hears))
    assert count == 50
    waiting.cancel()


@pytest.mark.slow
async def test_a_switch_in_a_process_of_its_own_is_heard_too(tmp_path: Path) -> None:
    server = ServerProcess(tmp_path, *PHONES)
    rig = RemoteRig(server)
    try:
        await rig.start()
        leg = await rig.ring()
        await rig.until(lambda: leg in rig.heard.legs)
        await rig.switch.ask(Adopt(leg, "contact"))
        await rig.switch.ask(Offer("contact", leg, "agent", SAM))
        await rig.switch.ask(Connect("ask", "contact", leg, "agent"))
        await rig.until(lambda: rig.heard.legs.get(leg) is rig.heard.legs.get("agent") is LegState.CONNECTED)
        audio = voices_of(rig)
        customer, agent = await asyncio.gather(some(audio.listen(leg), 2), some(audio.listen("agent"), 2))
        assert any(agent)
        assert not any(customer)
        hears = audio.listen(leg)
        await anext(hears)
        await rig.hang_up(leg)
        async with asyncio.timeout(5):
            assert not any([any(piece) async for piece in hears])
    finally:
        await rig.close()
        server.stop()


def test_all_of_it_is_small_and_there() -> None:
    lines = {line.file for which in ("called_us", "called_by_us") for line in script(which).lines}
    files = {path.stem: path.stat().st_size for path in FOLDER.glob("*.ulaw")}
    assert set(files) == lines
    assert sum(files.values()) < 500_000
