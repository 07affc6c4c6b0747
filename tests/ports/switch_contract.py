"""What every switch must do, whatever it is: the contract of `connector.ports.switch.Switch`.

A suite subclasses `SwitchContract` and gives it a fixture `rig`.
"""

from typing import Any, Final

import pytest

from connector.domain.effects import (
    Adopt,
    Connect,
    Mix,
    Offer,
    PlaceCall,
    PlayDigits,
)
from connector.domain.events import (
    AskRefused,
    CallArrived,
    LegEnded,
    PhoneChanged,
)
from connector.domain.model import LegState, Recording, Role
from connector.errors import SwitchUnavailable
from connector.ports.switch import LegNow
from connector.switch.simulated.faults import Delay, Down, Number, Phone, Refuse, Silent, Up
from tests.ports.switch_rig import CALLER, GONE, JONAS, LINE, SAM, Heard, Named, Rig, Scene, fresh, told
from tests.ports.switch_scenes import (
    ASKS,
    SCENES,
    WHAT_FOLLOWS,
    Ask,
    adopt,
    connect,
    digits,
    end_agent,
    held,
    hold,
    left_on_hold,
    mute,
    offer,
    offer_other,
    pause,
    place,
    record,
    resume,
    ringing,
    talking,
    waiting,
)

OUTBOUND: Final[dict[str, tuple[str, ...]]] = {
    "0171=answer:0.02": ("ringing agent", "answered agent", "ringing customer", "answered customer"),
    "0171=busy": ("ringing agent", "answered agent", "ended customer busy", "ended agent normal"),
    "0171=wrong_number": ("ringing agent", "answered agent", "ended customer wrong_number", "ended agent normal"),
    "0171=failed": ("ringing agent", "answered agent", "ended customer failed", "ended agent normal"),
    "0171=no_answer:0.02": (
        "ringing agent",
        "answered agent",
        "ringing customer",
        "ended customer no_answer",
        "ended agent normal",
    ),
    "0171=declined:0.02": (
        "ringing agent",
        "answered agent",
        "ringing customer",
        "ended customer declined",
        "ended agent normal",
    ),
}

HANG_UPS: Final[tuple[tuple[str, str, tuple[str, ...]], ...]] = (
    ("waiting", "customer", ("ended customer cancelled",)),
    ("ringing", "customer", ("ended customer cancelled", "ended agent cancelled")),
    ("ringing", "agent", ("ended agent declined",)),
    ("talking", "customer", ("ended customer normal", "ended agent normal")),
    ("talking", "agent", ("ended agent normal", "ended customer normal")),
    ("held", "customer", ("ended customer normal", "ended agent normal")),
    ("held", "agent", ("ended agent normal",)),
    ("left_on_hold", "customer", ("ended customer normal",)),
    ("calling", "customer", ("ended customer declined", "ended agent normal")),
    ("calling", "agent", ("ended agent normal", "ended customer cancelled")),
)


async def expect(rig: Rig, scene: Named, expected: tuple[str, ...]) -> None:
    """Exactly that has been told of the scene since `rig.heard.news` was cleared, in that order, and nothing more."""
    await rig.until(lambda: len(told(rig.heard, scene)) >= len(expected))
    await rig.settle()
    assert tuple(told(rig.heard, scene)) == expected
    assert not rig.heard.impossible


def phones(rig: Rig) -> list[tuple[str, bool]]:
    """The phones that were told of, and whether each can be rung."""
    return [(event.device, event.ready) for event in rig.heard.news if isinstance(event, PhoneChanged)]


async def now(rig: Rig) -> dict[str, LegNow]:
    """The legs of a fresh snapshot, by name."""
    await rig.inflict(Down())
    await rig.until(lambda: len(rig.heard.downs) == len(rig.heard.snapshots))
    await rig.inflict(Up())
    await rig.until(lambda: len(rig.heard.snapshots) > len(rig.heard.downs))
    return {leg.leg: leg for leg in rig.heard.snapshots[-1].legs}


class SwitchContract:
    """The tests."""

    @pytest.mark.parametrize(
        "situation,ask", [pytest.param(s, a, id=f"{s}-{a.__name__}") for s in SCENES for a in ASKS]
    )
    async def test_each_ask_in_each_situation(self, rig: Rig, situation: str, ask: Ask) -> None:
        scene = await SCENES[situation](rig)
        await rig.settle()
        rig.heard.news.clear()
        await rig.switch.ask(ask(scene))
        await expect(rig, scene, WHAT_FOLLOWS[situation][ask])

    @pytest.mark.parametrize("ask", ASKS)
    async def test_asked_twice_is_told_twice_and_done_once(self, rig: Rig, ask: Ask) -> None:
        scene = await talking(rig)
        await rig.settle()
        rig.heard.news.clear()
        await rig.switch.ask(ask(scene))
        await expect(rig, scene, WHAT_FOLLOWS["talking"][ask])
        legs = set(await now(rig))
        rig.heard.news.clear()
        await rig.switch.ask(ask(scene))
        await rig.settle()
        assert not [event for event in rig.heard.news if isinstance(event, AskRefused)]
        assert bool(told(rig.heard, scene)) == (ask not in (adopt, digits))
        assert set(await now(rig)) == legs

    async def test_a_call_arrives(self, rig: Rig) -> None:
        leg = await rig.ring()
        await rig.until(lambda: leg in rig.heard.legs)
        arrived = next(event for event in rig.heard.news if isinstance(event, CallArrived) and event.leg == leg)
        assert (arrived.number, arrived.line, arrived.contact_key) == (CALLER, LINE, None)
        as_seen = (await now(rig))[leg]
        assert as_seen == LegNow(leg, None, Role.CUSTOMER, LegState.RINGING, CALLER, LINE, arrived.at)

    async def test_a_call_may_name_the_record_that_it_is_about(self, rig: Rig) -> None:
        leg = await rig.ring("500000000000001AAA")
        await rig.until(lambda: leg in rig.heard.legs)
        arrived = next(event for event in rig.heard.news if isinstance(event, CallArrived) and event.leg == leg)
        assert arrived.record == "500000000000001AAA"
        assert (await now(rig))[leg].record == "500000000000001AAA"

    async def test_the_snapshot_has_everything(self, rig: Rig) -> None:
        scene = await talking(rig)
        await rig.switch.ask(mute(scene))
        await rig.switch.ask(pause(scene))
        await rig.switch.ask(hold(scene))
        await rig.until(lambda: rig.heard.legs[scene.customer] is LegState.HELD)
        legs = await now(rig)
        customer, agent = legs[scene.customer], legs[scene.agent]
        assert (customer.contact, customer.role, customer.state) == (scene.contact, Role.CUSTOMER, LegState.HELD)
        assert (agent.contact, agent.role, agent.state) == (scene.contact, Role.AGENT, LegState.CONNECTED)
        assert (agent.number, agent.line, agent.muted) == (SAM, LINE, True)
        snapshot = rig.heard.snapshots[-1]
        assert snapshot.recordings[scene.contact] is Recording.PAUSED
        assert [snapshot.phones[device] for device in (SAM, JONAS, GONE)] == [True, True, False]

    async def test_a_leg_that_ended_while_nobody_listened_is_in_the_snapshot_with_its_cause(self, rig: Rig) -> None:
        scene = await ringing(rig)
        await rig.inflict(Down("maintenance"))
        await rig.until(lambda: bool(rig.heard.downs))
        with pytest.raises(SwitchUnavailable):
            await rig.switch.ask(connect(scene))
        await rig.hang_up(scene.customer)
        await rig.inflict(Up())
        await rig.until(lambda: len(rig.heard.snapshots) == 2)
        legs = {leg.leg: leg for leg in rig.heard.snapshots[-1].legs}
        assert (legs[scene.customer].state, legs[scene.customer].cause) == (LegState.ENDED, "cancelled")
        await rig.until(lambda: rig.heard.legs[scene.agent] is LegState.ENDED)

    async def test_a_key_can_be_set_anew(self, rig: Rig) -> None:
        scene = await left_on_hold(rig)
        again = fresh("contact")
        await rig.switch.ask(Adopt(scene.customer, again))
        await rig.settle()
        assert (await now(rig))[scene.customer].contact == again

    async def test_a_customer_left_on_hold_is_connected_with_another_agent(self, rig: Rig) -> None:
        scene = await left_on_hold(rig)
        rig.heard.news.clear()
        await rig.switch.ask(offer_other(scene))
        await rig.until(lambda: rig.heard.legs.get(scene.other) is LegState.RINGING)
        await rig.switch.ask(Connect(fresh("ask"), scene.contact, scene.customer, scene.other))
        await expect(rig, scene, ("ringing other", "answered other", "resumed customer", "mixed customer other"))

    @pytest.mark.parametrize("situation,who,expected", HANG_UPS)
    async def test_the_far_end_hangs_up(self, rig: Rig, situation: str, who: str, expected: tuple[str, ...]) -> None:
        scene = await SCENES[situation](rig)
        await rig.settle()
        rig.heard.news.clear()
        await rig.hang_up(getattr(scene, who))
        await expect(rig, scene, expected)

    @pytest.mark.parametrize("rules", OUTBOUND)
    async def test_a_call_is_placed(self, rig: Rig, rules: str) -> None:
        scene = Scene(fresh("contact"), fresh("customer"), fresh("agent"), fresh("other"))
        await rig.inflict(Number(rules))
        ask = PlaceCall(fresh("ask"), scene.contact, scene.agent, scene.customer, SAM, "+14155550171", LINE)
        await rig.switch.ask(ask)
        await expect(rig, scene, OUTBOUND[rules])
        legs = await now(rig)
        assert (legs[scene.customer].number, legs[scene.customer].line) == ("+14155550171", LINE)

    @pytest.mark.parametrize("number", ["4711", "914155550171", "*914155550171", "#914155550171"])
    async def test_what_a_dial_plan_makes_of_a_number_is_called_as_it_is(self, rig: Rig, number: str) -> None:
        scene = Scene(fresh("contact"), fresh("customer"), fresh("agent"), fresh("other"))
        await rig.inflict(Number(f"{number[-4:]}=answer:0.02"))
        await rig.switch.ask(PlaceCall(fresh("ask"), scene.contact, scene.agent, scene.customer, SAM, number, LINE))
        await expect(rig, scene, OUTBOUND["0171=answer:0.02"])
        legs = await now(rig)
        assert legs[scene.customer].number == number

    async def test_a_recording_ends_with_its_call(self, rig: Rig) -> None:
        scene = await talking(rig)
        await rig.switch.ask(record(scene))
        await rig.until(lambda: "recording on" in told(rig.heard, scene))
        rig.heard.news.clear()
        await rig.hang_up(scene.customer)
        await expect(rig, scene, ("ended customer normal", "recording off", "ended agent normal"))
        await now(rig)
        assert scene.contact not in rig.heard.snapshots[-1].recordings

    async def test_a_phone_that_nobody_answered_takes_no_customer_with_it(self, rig: Rig) -> None:
        scene = await left_on_hold(rig)
        await rig.switch.ask(Mix(fresh("ask"), scene.contact, (scene.customer,), ()))
        await rig.switch.ask(offer_other(scene))
        await rig.until(lambda: rig.heard.legs.get(scene.other) is LegState.RINGING)
        rig.heard.news.clear()
        await rig.hang_up(scene.other)
        await expect(rig, scene, ("ended other declined",))
        assert (await now(rig))[scene.customer].state is LegState.CONNECTED

    async def test_only_one_agent_gets_the_customer(self, rig: Rig) -> None:
        scene = await ringing(rig)
        await rig.switch.ask(offer_other(scene))
        await rig.until(lambda: rig.heard.legs.get(scene.other) is LegState.RINGING)
        await rig.switch.ask(connect(scene))
        await rig.until(lambda: rig.heard.legs[scene.customer] is LegState.CONNECTED)
        rig.heard.news.clear()
        await rig.switch.ask(Connect(fresh("ask"), scene.contact, scene.customer, scene.other))
        await expect(rig, scene, ("refused taken",))

    async def test_a_phone_that_cannot_be_rung(self, rig: Rig) -> None:
        scene = await waiting(rig)
        rig.heard.news.clear()
        await rig.switch.ask(Offer(scene.contact, scene.customer, scene.agent, GONE))
        await expect(rig, scene, ("ended agent failed",))
        out = Scene(fresh("contact"), fresh("customer"), fresh("agent"), fresh("other"))
        ask = PlaceCall(fresh("ask"), out.contact, out.agent, out.customer, GONE, CALLER, LINE)
        await rig.switch.ask(ask)
        await expect(rig, out, ("refused no_phone", "ended customer failed", "ended agent failed"))
        refused = next(event for event in rig.heard.news if isinstance(event, AskRefused))
        assert (refused.ask, refused.contact) == (ask.id, out.contact)

    async def test_a_phone_comes_and_goes(self, rig: Rig) -> None:
        await rig.inflict(Phone(JONAS, ready=False))
        await rig.until(lambda: (JONAS, False) in phones(rig))
        await now(rig)
        assert rig.heard.snapshots[-1].phones[JONAS] is False
        await rig.inflict(Phone(JONAS, ready=True))
        await rig.until(lambda: (JONAS, True) in phones(rig))

    @pytest.mark.parametrize("number", ["", "4", "tel:+1415", "+1 415 555 0143", "+" + "1" * 16])
    async def test_a_number_that_cannot_be_called(self, rig: Rig, number: str) -> None:
        scene = Scene(fresh("contact"), fresh("customer"), fresh("agent"), fresh("other"))
        await rig.switch.ask(PlaceCall(fresh("ask"), scene.contact, scene.agent, scene.customer, SAM, number, LINE))
        await expect(rig, scene, ("refused number_invalid", "ended customer failed", "ended agent failed"))

    @pytest.mark.parametrize("text", ["", "1a", "E", "1,2"])
    async def test_digits_that_are_none(self, rig: Rig, text: str) -> None:
        scene = await talking(rig)
        rig.heard.news.clear()
        await rig.switch.ask(PlayDigits(fresh("ask"), scene.contact, scene.customer, text))
        await expect(rig, scene, ("refused digits_invalid",))

    async def test_a_goal_that_contradicts_itself(self, rig: Rig) -> None:
        scene = await talking(rig)
        rig.heard.news.clear()
        await rig.switch.ask(Mix(fresh("ask"), scene.contact, (scene.agent,), (scene.agent, scene.customer)))
        await expect(rig, scene, ("refused contradiction",))

    @pytest.mark.parametrize("ask", [a for a in ASKS if a not in (adopt, offer, offer_other, place)])
    async def test_refused_on_demand_changes_nothing(self, rig: Rig, ask: Ask) -> None:
        scene = await talking(rig)
        before = await now(rig)
        rig.heard.news.clear()
        asked: Any = ask(scene)
        await rig.inflict(Refuse(type(asked).__name__, "busy"))
        await rig.switch.ask(asked)
        await expect(rig, scene, ("refused busy",))
        assert {asked.id} == {event.ask for event in rig.heard.news if isinstance(event, AskRefused)}
        assert await now(rig) == before

    async def test_legs_that_were_refused_have_failed(self, rig: Rig) -> None:
        scene = await waiting(rig)
        await rig.settle()
        rig.heard.news.clear()
        await rig.inflict(Refuse("Offer"))
        await rig.switch.ask(offer(scene))
        await rig.switch.ask(end_agent(scene))
        await expect(rig, scene, ("ended agent failed", "ended agent failed"))
        first, again = (event for event in rig.heard.news if isinstance(event, LegEnded) and event.leg == scene.agent)
        assert first == again
        out = Scene(fresh("contact"), fresh("customer"), fresh("agent"), fresh("other"))
        await rig.inflict(Refuse("PlaceCall", "no_channels"))
        await rig.switch.ask(place(out))
        await expect(rig, out, ("refused no_channels", "ended customer failed", "ended agent failed"))

    async def test_a_switch_that_keeps_silent_is_asked_again(self, rig: Rig) -> None:
        scene = await talking(rig)
        rig.heard.news.clear()
        await rig.inflict(Silent("Mix", times=2))
        for _ in range(2):
            await rig.switch.ask(hold(scene))
            await expect(rig, scene, ())
        await rig.switch.ask(hold(scene))
        await expect(rig, scene, ("held customer", "resumed agent"))

    async def test_an_ask_that_is_carried_out_late_still_counts(self, rig: Rig) -> None:
        scene = await talking(rig)
        rig.heard.news.clear()
        await rig.inflict(Delay("Mix", 30))
        await rig.switch.ask(hold(scene))
        await rig.switch.ask(mute(scene))
        await expect(rig, scene, ("muted agent", "held customer", "resumed agent"))

    async def test_calls_go_on_when_the_connector_goes(self, rig: Rig) -> None:
        scene = await held(rig)
        await rig.switch.close()
        with pytest.raises(SwitchUnavailable):
            await rig.switch.ask(resume(scene))
        rig.heard.news.clear()
        after = Heard()
        switch = await rig.connect(after)
        assert after.legs[scene.customer] is LegState.HELD
        await switch.ask(resume(scene))
        rig.switch, rig.heard = switch, after
        await expect(rig, scene, ("resumed customer", "resumed agent", "mixed agent customer"))

    async def test_the_second_connector_has_it(self, rig: Rig) -> None:
        scene, first, after = await held(rig), rig.heard, Heard()
        switch = await rig.connect(after)
        await rig.until(lambda: bool(first.downs))
        first.news.clear()
        await switch.ask(resume(scene))
        before, rig.switch, rig.heard = rig.switch, switch, after
        await expect(rig, scene, ("resumed customer", "resumed agent", "mixed agent customer"))
        assert not first.news
        assert len(first.downs) == len(first.snapshots)
        await before.close()
        leg = await rig.ring()
        await rig.until(lambda: leg in after.legs)

    async def test_a_name_that_was_told_as_ended_stays_so(self, rig: Rig) -> None:
        scene = await waiting(rig)
        await rig.settle()
        rig.heard.news.clear()
        await rig.switch.ask(end_agent(scene))
        await rig.switch.ask(offer(scene))
        await expect(rig, scene, ("ended agent normal", "ended agent normal"))
        assert scene.agent not in await now(rig)
