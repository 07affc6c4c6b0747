"""The contract on the switch in this process, in virtual time."""

from collections.abc import AsyncIterator, Callable

import pytest

from connector.domain.model import LegState
from connector.ports.recordings import RecordingStore
from connector.ports.switch import Switch
from connector.switch.register.clock import VirtualClock
from connector.switch.simulated.driver import SimulatedSwitch
from connector.switch.simulated.engine import Engine
from connector.switch.simulated.faults import Fault, Phone
from connector.switch.simulated.timing import Timing
from tests.ports.recordings_contract import RecordingsContract
from tests.ports.switch_contract import SwitchContract, expect
from tests.ports.switch_line_contract import LineContract
from tests.ports.switch_party_contract import PartyContract
from tests.ports.switch_phone_contract import PhoneContract
from tests.ports.switch_recording_contract import RecordingContract
from tests.ports.switch_rig import CALLER, GONE, JONAS, LINE, SAM, Heard, Scene, fresh
from tests.ports.switch_scenes import Ask, connect, end_agent, end_customer, hold, mute, offer, place

SLOW_TO_RING = Timing(ring=5_000)


class VirtualRig:
    """The switch and its clock, which moves only here."""

    def __init__(self, timing: Timing = Timing()) -> None:  # noqa: B008 - a frozen value
        self.clock = VirtualClock()
        self.engine = Engine(self.clock, (SAM, JONAS), lines={"Support_EN": LINE}, timing=timing)
        self.engine.inflict(Phone(GONE, ready=False))
        self.switch: Switch = SimulatedSwitch(self.engine)
        self.heard = Heard()

    async def connect(self, heard: Heard) -> Switch:
        switch = SimulatedSwitch(self.engine)
        await switch.start(heard)
        return switch

    async def ring(self, record: str = "") -> str:
        return self.engine.ring(CALLER, LINE, record=record)

    async def hang_up(self, leg: str) -> None:
        self.engine.hang_up(leg)

    async def lift(self, leg: str) -> None:
        self.engine.lift(leg)

    async def lay_down(self, device: str) -> None:
        self.engine.lay_down(device)

    async def phone_hold(self, leg: str) -> None:
        self.engine.phone_hold(leg)

    async def phone_resume(self, leg: str) -> None:
        self.engine.phone_resume(leg)

    async def phone_transfer(self, leg: str, number: str, other: str = "") -> None:
        self.engine.phone_transfer(leg, number, other)

    async def dial(self, device: str, number: str) -> None:
        self.engine.dial(device, number)

    async def inflict(self, fault: Fault) -> None:
        self.engine.inflict(fault)

    async def until(self, condition: Callable[[], bool]) -> None:
        for _ in range(1_000):
            if condition():
                return
            self.clock.advance(5)
        pytest.fail(f"did not happen; told so far: {self.heard.news}")

    async def settle(self) -> None:
        self.clock.advance(1_000)


class TestInProcess(SwitchContract, PartyContract, LineContract, PhoneContract, RecordingContract, RecordingsContract):
    @pytest.fixture
    def recordings(self, rig: VirtualRig) -> RecordingStore:
        return rig.engine.takes

    @pytest.fixture
    async def rig(self) -> AsyncIterator[VirtualRig]:
        rig = VirtualRig()
        await rig.switch.start(rig.heard)
        yield rig
        await rig.switch.close()
        assert not rig.heard.impossible


DIALLING: dict[Ask, tuple[str, ...]] = {
    connect: ("refused not_answered",),
    offer: (),
    place: (),
    hold: ("refused not_answered",),
    mute: ("refused not_answered",),
    end_customer: ("ended customer cancelled", "ended agent cancelled"),
    end_agent: ("ended agent cancelled", "ended customer cancelled"),
}


@pytest.mark.parametrize("ask", DIALLING)
async def test_a_call_that_does_not_ring_yet(ask: Ask) -> None:
    rig = VirtualRig(SLOW_TO_RING)
    await rig.switch.start(rig.heard)
    scene = Scene(fresh("contact"), fresh("customer"), fresh("agent"), fresh("other"))
    await rig.switch.ask(place(scene))
    rig.clock.advance(100)
    assert {leg.state for leg in rig.engine.snapshot().legs} == {LegState.DIALING}
    await rig.switch.ask(ask(scene))
    await expect(rig, scene, DIALLING[ask])


async def test_nothing_is_told_before_an_ask_returns() -> None:
    rig = VirtualRig(Timing(ask=0, ring=0))
    await rig.switch.start(rig.heard)
    leg = await rig.ring()
    rig.heard.news.clear()
    await rig.switch.ask(offer(Scene("c", leg, "a", "o")))
    assert not rig.heard.news
    rig.clock.advance(0)
    assert rig.heard.legs["a"] is LegState.RINGING
