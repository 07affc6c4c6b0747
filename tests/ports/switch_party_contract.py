"""What every switch must do among more than two: consults, conferences, transfers, second calls, emergencies.

A suite subclasses `PartyContract` and gives it a fixture `rig`.
"""

from typing import Any

import pytest

from connector.domain.address import CivicAddress
from connector.domain.effects import Adopt, Announce, CallParty, Connect, EndLeg, Mix, Offer, PlaceCall
from connector.domain.emergency import PhonePlan
from connector.domain.events import AskRefused, EmergencyDialled, LegEnded, LegsMixed
from connector.domain.model import LegState, Role
from connector.switch.simulated.faults import Number, Refuse
from tests.ports.switch_contract import expect, now
from tests.ports.switch_party_news import AFTER_ASKS, AFTER_HANG_UPS
from tests.ports.switch_party_scenes import (
    FRAUD,
    PARTY_ASKS,
    PARTY_SCENES,
    Party,
    PartyAsk,
    alone,
    announce,
    apart,
    call_k,
    cast,
    colleagues,
    connect_j,
    end_a,
    four,
    j_rings,
    merge_all,
    merge_j,
    pass_to_j,
    record_request,
    swap_j,
    three,
    tones_j,
    tones_k,
    with_j,
    with_k,
)
from tests.ports.switch_rig import CALLER, GONE, JONAS, LINE, SAM, Rig, Scene, fresh, told
from tests.ports.switch_scenes import ringing, talking, waiting

QUICK = Number("0191=answer:0.02")


async def left(rig: Rig, s: Party) -> str:
    """Who is there: `a+c k` when a and c hear each other and k nobody."""
    legs, names = await now(rig), s.names()
    live = {names[leg]: found for leg, found in legs.items() if leg in names and found.state is not LegState.ENDED}
    mixes: dict[str, list[str]] = {}
    for name in sorted(live):
        mixes.setdefault(live[name].mix or name, []).append(name)
    assert all(found.state is LegState.CONNECTED for found in live.values() if found.mix)
    return " ".join(sorted("+".join(mix) for mix in mixes.values()))


MISSION = CivicAddress("US", "CA", "San Francisco", "Mission St", "415", postal_code="94105")


class PartyContract:
    """The tests."""

    @pytest.mark.parametrize(
        "situation,ask", [pytest.param(s, a, id=f"{s}-{a.__name__}") for s in PARTY_SCENES for a in PARTY_ASKS]
    )
    async def test_each_ask_among_several(self, rig: Rig, situation: str, ask: PartyAsk) -> None:
        scene = await PARTY_SCENES[situation](rig)
        await rig.settle()
        await rig.inflict(QUICK)
        rig.heard.news.clear()
        await rig.switch.ask(ask(scene))
        await expect(rig, scene, AFTER_ASKS[situation][ask])

    @pytest.mark.parametrize("situation,who,expected,rest", AFTER_HANG_UPS)
    async def test_one_of_several_hangs_up(
        self, rig: Rig, situation: str, who: str, expected: tuple[str, ...], rest: str
    ) -> None:
        scene = await PARTY_SCENES[situation](rig)
        await rig.settle()
        rig.heard.news.clear()
        await rig.hang_up(getattr(scene, who))
        await expect(rig, scene, expected)
        assert await left(rig, scene) == rest

    @pytest.mark.parametrize("ask", PARTY_ASKS)
    async def test_among_several_asked_twice_is_done_once(self, rig: Rig, ask: PartyAsk) -> None:
        scene = await four(rig)
        await rig.settle()
        await rig.switch.ask(ask(scene))
        await rig.settle()
        before = await now(rig)
        rig.heard.news.clear()
        await rig.switch.ask(ask(scene))
        await rig.settle()
        assert [e for e in rig.heard.news if isinstance(e, AskRefused)] == [] or ask is announce
        assert await now(rig) == before

    async def test_those_who_are_left_go_on_talking(self, rig: Rig) -> None:
        scene = await four(rig)
        for ask, expected in (
            (Mix(fresh("ask"), scene.contact, (scene.a, scene.k), ()), "a+k c+j"),
            (merge_all(scene), "a+c+j+k"),
            (Mix(fresh("ask"), scene.contact, (scene.a,), ()), "a c+j+k"),
            (Mix(fresh("ask"), scene.contact, (scene.a, scene.k), (scene.c,)), "a+k c j"),
            (swap_j(scene), "a+c j k"),
            (merge_j(scene), "a+c+j k"),
        ):
            await rig.switch.ask(ask)
            await rig.settle()
            assert await left(rig, scene) == expected

    async def test_a_transfer_as_it_is_asked(self, rig: Rig) -> None:
        """All at once: nobody ends who should not."""
        scene = await with_j(rig)
        rig.heard.news.clear()
        await rig.switch.ask(pass_to_j(scene))
        await rig.switch.ask(end_a(scene))
        await expect(rig, scene, ("resumed c", "resumed j", "mixed c j", "ended a normal"))
        assert await left(rig, scene) == "c+j"
        await rig.switch.ask(Adopt(scene.c, scene.request))
        await rig.settle()
        rig.heard.news.clear()
        await rig.hang_up(scene.c)
        await expect(rig, scene, ("ended c normal", "ended j normal"))

    async def test_two_customers_are_put_through_to_each_other(self, rig: Rig) -> None:
        scene = await PARTY_SCENES["second"](rig)
        rig.heard.news.clear()
        await rig.switch.ask(Mix(fresh("ask"), scene.contact, (scene.c, scene.c2), ()))
        for leg, contact in ((scene.a, scene.contact), (scene.a2, scene.second)):
            await rig.switch.ask(EndLeg(fresh("ask"), contact, leg))
        await expect(rig, scene, ("resumed c", "resumed c2", "mixed c c2", "ended a normal", "ended a2 normal"))
        assert await left(rig, scene) == "c+c2"

    async def test_who_rings_for_a_colleague_gets_the_customer_instead(self, rig: Rig) -> None:
        """A transfer into a queue whose request is being offered: the agent leaves, and the phone goes on ringing."""
        scene = await j_rings(rig)
        rig.heard.news.clear()
        await rig.switch.ask(Adopt(scene.c, scene.request))
        await rig.switch.ask(end_a(scene))
        await expect(rig, scene, ("ended a normal",))
        rig.heard.news.clear()
        await rig.switch.ask(Connect(fresh("ask"), scene.request, scene.c, scene.j))
        await expect(rig, scene, ("answered j", "resumed c", "mixed c j"))
        rig.heard.news.clear()
        await rig.hang_up(scene.c)
        await expect(rig, scene, ("ended c normal", "ended j normal"))

    async def test_a_phone_gets_the_customer_it_is_connected_with(self, rig: Rig) -> None:
        """Whomever it was offered for; and that one leaves whoever they are with."""
        scene = await j_rings(rig)
        rig.heard.news.clear()
        await rig.switch.ask(Connect(fresh("ask"), scene.request, scene.c, scene.j))
        await expect(rig, scene, ("answered j", "resumed c", "mixed c j"))
        assert await left(rig, scene) == "a c+j"

    async def test_a_colleague_asked_out_of_a_conversation_takes_the_agent_out_of_it(self, rig: Rig) -> None:
        scene = await three(rig)
        other, request = fresh("other"), fresh("request")
        await rig.switch.ask(Offer(request, scene.a, other, JONAS))
        await rig.until(lambda: rig.heard.legs.get(other) is LegState.RINGING)
        rig.heard.news.clear()
        await rig.switch.ask(Connect(fresh("ask"), request, scene.a, other))
        await rig.until(lambda: any(isinstance(e, LegsMixed) and {*e.legs} == {scene.a, other} for e in rig.heard.news))
        assert await left(rig, scene) == "a c+j"

    async def test_only_one_colleague_answers_a_request(self, rig: Rig) -> None:
        scene = await with_j(rig)
        other = fresh("other")
        await rig.switch.ask(Offer(scene.request, scene.a, other, JONAS))
        await rig.until(lambda: rig.heard.legs.get(other) is LegState.RINGING)
        rig.heard.news.clear()
        await rig.switch.ask(Connect(fresh("ask"), scene.request, scene.a, other))
        await expect(rig, scene, ("refused taken",))

    # --- parties ---------------------------------------------------------------------------------------------------

    @pytest.mark.parametrize("fate", ["busy", "wrong_number", "failed", "no_answer:0.02", "declined:0.02"])
    async def test_a_party_that_does_not_answer_costs_nobody_else(self, rig: Rig, fate: str) -> None:
        scene = await alone(rig)
        await rig.inflict(Number(f"0191={fate}"))
        rig.heard.news.clear()
        await rig.switch.ask(call_k(scene))
        rings = ("ringing k",) if ":" in fate else ()
        await expect(rig, scene, (*rings, f"ended k {fate.partition(':')[0]}"))
        assert await left(rig, scene) == "a c"

    async def test_a_party_in_the_snapshot(self, rig: Rig) -> None:
        scene = await with_k(rig)
        found = (await now(rig))[scene.k]
        assert (found.contact, found.role, found.number, found.line) == (scene.contact, Role.CONSULTED, FRAUD, LINE)
        assert await left(rig, scene) == "a+k c"

    @pytest.mark.parametrize("number", [JONAS, GONE, "4", "tel:+1415"])
    async def test_a_party_that_cannot_be_called(self, rig: Rig, number: str) -> None:
        scene = await alone(rig)
        rig.heard.news.clear()
        await rig.switch.ask(CallParty(fresh("ask"), scene.contact, scene.k, scene.a, number, LINE))
        await expect(rig, scene, ("refused number_invalid", "ended k failed"))

    async def test_a_party_is_called_for_an_agent_who_is_there(self, rig: Rig) -> None:
        before = await ringing(rig)
        scene = cast(before.contact, before.customer, before.agent)
        rig.heard.news.clear()
        await rig.switch.ask(call_k(scene))
        await expect(rig, scene, ("refused not_answered", "ended k failed"))

    async def test_tones_to_each(self, rig: Rig) -> None:
        scene = await four(rig)
        rig.heard.news.clear()
        for ask in (tones_j, tones_k):
            await rig.switch.ask(ask(scene))
        await expect(rig, scene, ())
        await rig.switch.ask(swap_j(scene))
        await rig.settle()
        rig.heard.news.clear()
        await rig.switch.ask(tones_j(scene))
        await expect(rig, scene, ("refused held",))

    @pytest.mark.parametrize("ask", [a for a in PARTY_ASKS if a.__name__ not in ("adopt_c", "offer_j", "call_k")])
    async def test_among_several_refused_on_demand_changes_nothing(self, rig: Rig, ask: PartyAsk) -> None:
        scene = await apart(rig)
        before = await now(rig)
        rig.heard.news.clear()
        asked: Any = ask(scene)
        await rig.inflict(Refuse(type(asked).__name__, "busy"))
        await rig.switch.ask(asked)
        await expect(rig, scene, ("refused busy",))
        assert await now(rig) == before

    async def test_a_party_that_was_refused_has_failed(self, rig: Rig) -> None:
        scene = await alone(rig)
        await rig.inflict(Refuse("CallParty", "no_channels"))
        rig.heard.news.clear()
        await rig.switch.ask(call_k(scene))
        await expect(rig, scene, ("refused no_channels", "ended k failed"))
        rig.heard.news.clear()
        await rig.switch.ask(call_k(scene))
        await expect(rig, scene, ("ended k failed",))

    @pytest.mark.parametrize("talking,parked", [("aa", ""), ("a", "a"), ("aj", "j"), ("", "cc")])
    async def test_a_mix_that_contradicts_itself(self, rig: Rig, talking: str, parked: str) -> None:
        scene = await with_j(rig)
        rig.heard.news.clear()
        legs = [tuple(getattr(scene, name) for name in names) for names in (talking, parked)]
        await rig.switch.ask(Mix(fresh("ask"), scene.contact, *legs))
        await expect(rig, scene, ("refused contradiction",))

    # --- colleagues ------------------------------------------------------------------------------------------------

    async def test_a_colleague_is_called(self, rig: Rig) -> None:
        scene = cast(fresh("contact"), fresh("c"), fresh("a"))
        ask = PlaceCall(fresh("ask"), scene.contact, scene.a, scene.j, SAM, JONAS, LINE)
        rig.heard.news.clear()
        await rig.switch.ask(ask)
        await expect(rig, scene, ("ringing a", "answered a"))
        await rig.switch.ask(ask)
        await expect(rig, scene, ("ringing a", "answered a", "answered a"))
        assert scene.j not in await now(rig)
        rig.heard.news.clear()
        await rig.switch.ask(Offer(scene.request, scene.a, scene.j, JONAS))
        await expect(rig, scene, ("ringing j",))
        rig.heard.news.clear()
        await rig.switch.ask(connect_j(scene))
        await expect(rig, scene, ("answered j", "answered a", "mixed a j"))
        found = (await now(rig))[scene.j]
        assert (found.contact, found.role, found.number) == (scene.request, Role.AGENT, JONAS)
        assert await left(rig, scene) == "a+j"

    async def test_a_colleague_whose_phone_is_gone(self, rig: Rig) -> None:
        scene = cast(fresh("contact"), fresh("c"), fresh("a"))
        ask = PlaceCall(fresh("ask"), scene.contact, scene.a, scene.j, SAM, GONE, LINE)
        rig.heard.news.clear()
        await rig.switch.ask(ask)
        await rig.until(lambda: rig.heard.legs.get(scene.a) is LegState.CONNECTED)
        rig.heard.news.clear()
        await rig.switch.ask(Offer(scene.request, scene.a, scene.j, GONE))
        await expect(rig, scene, ("ended j failed", "ended a normal"))

    async def test_a_call_of_a_colleague_that_was_refused(self, rig: Rig) -> None:
        scene = cast(fresh("contact"), fresh("c"), fresh("a"))
        await rig.inflict(Refuse("PlaceCall", "no_channels"))
        rig.heard.news.clear()
        await rig.switch.ask(PlaceCall(fresh("ask"), scene.contact, scene.a, scene.j, SAM, JONAS, LINE))
        await expect(rig, scene, ("refused no_channels", "ended j failed", "ended a failed"))

    async def test_a_call_of_oneself(self, rig: Rig) -> None:
        scene = cast(fresh("contact"), fresh("c"), fresh("a"))
        rig.heard.news.clear()
        await rig.switch.ask(PlaceCall(fresh("ask"), scene.contact, scene.a, scene.a, SAM, FRAUD, LINE))
        await expect(rig, scene, ("refused contradiction", "ended a failed", "ended a failed"))
        scene = await j_rings(rig)
        rig.heard.news.clear()
        await rig.switch.ask(Connect(fresh("ask"), scene.request, scene.j, scene.j))
        await expect(rig, scene, ("refused contradiction",))

    async def test_a_colleague_is_called_while_a_customer_is_parked(self, rig: Rig) -> None:
        """A phone can have several legs, and each is its own."""
        scene = await alone(rig)
        await rig.switch.ask(PlaceCall(fresh("ask"), scene.second, scene.a2, scene.c2, SAM, JONAS, LINE))
        await rig.until(lambda: rig.heard.legs.get(scene.a2) is LegState.CONNECTED)
        await rig.switch.ask(Offer(scene.request, scene.a2, scene.c2, JONAS))
        await rig.until(lambda: rig.heard.legs.get(scene.c2) is LegState.RINGING)
        await rig.switch.ask(Connect(fresh("ask"), scene.request, scene.a2, scene.c2))
        await rig.until(lambda: rig.heard.legs.get(scene.c2) is LegState.CONNECTED)
        await rig.settle()
        assert await left(rig, scene) == "a a2+c2 c"
        rig.heard.news.clear()
        await rig.switch.ask(EndLeg(fresh("ask"), scene.second, scene.a2))
        await expect(rig, scene, ("ended a2 normal", "ended c2 normal"))
        assert await left(rig, scene) == "a c"

    async def test_the_causes_that_an_end_is_asked_with(self, rig: Rig) -> None:
        scene = await with_j(rig)
        for leg, cause in ((scene.j, "declined"), (scene.a, "no_answer")):
            await rig.switch.ask(EndLeg(fresh("ask"), scene.contact, leg, cause))
            await rig.until(lambda leg=leg: rig.heard.legs[leg] is LegState.ENDED)  # type: ignore[misc]  # bound now
            ended = next(e for e in rig.heard.news if isinstance(e, LegEnded) and e.leg == leg)
            assert ended.cause == cause
            assert (await now(rig))[leg].cause == cause

    async def test_colleagues_who_talk_can_be_recorded_and_are_no_more_when_it_is_over(self, rig: Rig) -> None:
        scene = await colleagues(rig)
        await rig.switch.ask(record_request(scene))
        await rig.until(lambda: "recording on" in told(rig.heard, scene))
        rig.heard.news.clear()
        await rig.hang_up(scene.a)
        await expect(rig, scene, ("ended a normal", "ended j normal", "recording off"))

    # --- announcements ---------------------------------------------------------------------------------------------

    @pytest.mark.parametrize("message", ["closed", "full"])
    async def test_a_caller_is_told_why_and_hung_up_on(self, rig: Rig, message: str) -> None:
        scene = await waiting(rig)
        await rig.settle()
        rig.heard.news.clear()
        ask = Announce(fresh("ask"), scene.contact, scene.customer, message)
        await rig.switch.ask(ask)
        await expect(rig, scene, ("answered customer", "ended customer normal"))
        rig.heard.news.clear()
        await rig.switch.ask(ask)
        await expect(rig, scene, ("ended customer normal",))

    async def test_a_caller_does_not_listen_to_the_end(self, rig: Rig) -> None:
        scene = await waiting(rig)
        await rig.settle()
        rig.heard.news.clear()
        await rig.switch.ask(Announce(fresh("ask"), scene.contact, scene.customer, "full"))
        await rig.until(lambda: rig.heard.legs[scene.customer] is LegState.CONNECTED)
        await rig.hang_up(scene.customer)
        await expect(rig, scene, ("answered customer", "ended customer normal"))

    async def test_what_cannot_be_announced(self, rig: Rig) -> None:
        scene = await waiting(rig)
        await rig.settle()
        rig.heard.news.clear()
        await rig.switch.ask(Announce(fresh("ask"), scene.contact, scene.customer, "on fire"))
        await expect(rig, scene, ("refused no_such_message",))
        scene = await talking(rig)
        rig.heard.news.clear()
        await rig.switch.ask(Announce(fresh("ask"), scene.contact, scene.customer, "closed"))
        await expect(rig, scene, ("refused taken",))

    # --- emergencies -----------------------------------------------------------------------------------------------

    @pytest.mark.parametrize("number", ["911", "112", "999", "933", "+31112"])
    @pytest.mark.parametrize("route", ["sim-local", "sim-national"])
    async def test_an_emergency_call_goes_by_its_route_and_is_answered(self, rig: Rig, number: str, route: str) -> None:
        scene = Scene(fresh("contact"), fresh("customer"), fresh("agent"), fresh("other"))
        await rig.inflict(Number("11=busy,12=busy,33=busy,99=busy"))
        rig.heard.news.clear()
        await rig.switch.ask(
            PlaceCall(fresh("ask"), scene.contact, scene.agent, scene.customer, SAM, number, CALLER, route, MISSION)
        )
        await expect(rig, scene, ("ringing agent", "answered agent", "ringing customer", "answered customer"))
        found = (await now(rig))[scene.customer]
        assert (found.number, found.line) == (number, CALLER)
        assert found.mix == (await now(rig))[scene.agent].mix != ""

    @pytest.mark.parametrize("address", [MISSION, None], ids=["with an address", "without one"])
    async def test_an_emergency_number_dialled_on_a_phone_itself_is_told(
        self, rig: Rig, address: CivicAddress | None
    ) -> None:
        plan = PhonePlan(SAM, CALLER, "sim-local", "sim-national", {"9911": "911"}, address)
        rig.switch.provide((plan, PhonePlan(JONAS, LINE, "sim-local", "sim-local", {"112": "112"})))
        await rig.settle()
        rig.heard.news.clear()
        await rig.dial(SAM, "9911")
        await rig.until(lambda: any(isinstance(news, EmergencyDialled) for news in rig.heard.news))
        (found,) = [news for news in rig.heard.news if isinstance(news, EmergencyDialled)]
        assert found == EmergencyDialled(SAM, "911", CALLER, address is not None, found.at)

    async def test_a_route_that_is_none(self, rig: Rig) -> None:
        scene = Scene(fresh("contact"), fresh("customer"), fresh("agent"), fresh("other"))
        await rig.switch.ask(
            PlaceCall(fresh("ask"), scene.contact, scene.agent, scene.customer, SAM, "911", CALLER, "sim-carrier")
        )
        await expect(rig, scene, ("refused no_route", "ended customer failed", "ended agent failed"))

    async def test_without_a_route_it_is_a_number_as_any_other(self, rig: Rig) -> None:
        scene = Scene(fresh("contact"), fresh("customer"), fresh("agent"), fresh("other"))
        await rig.inflict(Number("911=wrong_number"))
        await rig.switch.ask(PlaceCall(fresh("ask"), scene.contact, scene.agent, scene.customer, SAM, "911", CALLER))
        await expect(
            rig, scene, ("ringing agent", "answered agent", "ended customer wrong_number", "ended agent normal")
        )
