"""What every switch must do with agents' phones that are kept connected between calls, and with those that are not.

A suite subclasses `LineContract` and gives it a fixture `rig`.
"""

from connector.domain.effects import Adopt, Connect, EndLeg, KeepLine, Mix, Offer, PlaceCall, SetMute
from connector.domain.events import PhoneChanged
from connector.domain.model import LegState, Line, Role
from connector.switch.simulated.faults import Number, Phone
from tests.ports.switch_contract import expect, now
from tests.ports.switch_rig import JONAS, LINE, SAM, Heard, Rig, Scene, fresh, told
from tests.ports.switch_scenes import connect, end_agent, hold, offer, ringing, talking, waiting

CONNECTED, HELD, ENDED = LegState.CONNECTED, LegState.HELD, LegState.ENDED


def lines(rig: Rig) -> list[Line]:
    """How the switch said that SAM's phone takes calls."""
    return [event.line for event in rig.heard.news if isinstance(event, PhoneChanged) and event.device == SAM]


async def to_lift(rig: Rig) -> None:
    """SAM's phone is one that has to be lifted."""
    await rig.inflict(Phone(SAM, ready=True, lifted=True))


async def kept(rig: Rig) -> None:
    """SAM's phone is connected."""
    await to_lift(rig)
    await rig.switch.ask(KeepLine(SAM, on=True))
    await rig.until(lambda: lines(rig)[-1:] == [Line.KEPT])


class LineContract:
    """The tests."""

    async def test_lifting_the_phone_is_the_answer(self, rig: Rig) -> None:
        await to_lift(rig)
        scene = await ringing(rig)
        await rig.settle()
        assert rig.heard.legs[scene.agent] is LegState.RINGING
        rig.heard.news.clear()
        await rig.lift(scene.agent)
        await expect(rig, scene, ("answered agent",))
        await rig.switch.ask(connect(scene))
        await expect(rig, scene, ("answered agent", "answered agent", "answered customer"))

    async def test_a_kept_phone_needs_not_be_lifted(self, rig: Rig) -> None:
        await kept(rig)
        scene = await ringing(rig)
        assert (await now(rig))[scene.agent].state is LegState.RINGING
        assert rig.heard.snapshots[-1].lines[SAM] is Line.KEPT
        rig.heard.news.clear()
        await rig.switch.ask(connect(scene))
        await expect(rig, scene, ("answered agent", "answered customer"))
        customer, agent = (await now(rig))[scene.customer], (await now(rig))[scene.agent]
        assert customer.mix == agent.mix != ""
        assert (agent.role, agent.number, agent.contact) == (Role.AGENT, SAM, scene.contact)

    async def test_an_answer_that_is_asked_for_at_once(self, rig: Rig) -> None:
        await kept(rig)
        scene = await waiting(rig)
        await rig.settle()
        rig.heard.news.clear()
        await rig.switch.ask(offer(scene))
        await rig.switch.ask(connect(scene))
        await rig.until(lambda: rig.heard.legs[scene.customer] is CONNECTED)
        assert told(rig.heard, scene)[-2:] == ["answered agent", "answered customer"]

    async def test_the_line_stays_when_a_call_is_over(self, rig: Rig) -> None:
        await kept(rig)
        for _ in range(2):
            scene = await talking(rig)
            rig.heard.news.clear()
            await rig.switch.ask(end_agent(scene))
            await expect(rig, scene, ("ended agent normal", "ended customer normal"))
            assert not lines(rig)
        scene = await ringing(rig)
        rig.heard.news.clear()
        await rig.hang_up(scene.customer)
        await expect(rig, scene, ("ended customer cancelled", "ended agent cancelled"))
        assert not lines(rig)

    async def test_a_call_is_placed_at_once(self, rig: Rig) -> None:
        await kept(rig)
        scene = Scene(fresh("contact"), fresh("customer"), fresh("agent"), fresh("other"))
        await rig.inflict(Number("0171=answer:0.02"))
        ask = PlaceCall(fresh("ask"), scene.contact, scene.agent, scene.customer, SAM, "+14155550171", LINE)
        await rig.switch.ask(ask)
        await expect(rig, scene, ("ringing agent", "answered agent", "ringing customer", "answered customer"))
        legs = await now(rig)
        assert legs[scene.customer].mix == legs[scene.agent].mix != ""

    async def test_a_second_call_on_the_same_line(self, rig: Rig) -> None:
        await kept(rig)
        first = await talking(rig)
        await rig.switch.ask(hold(first))
        await rig.until(lambda: rig.heard.legs[first.customer] is HELD)
        second = await talking(rig)
        legs = await now(rig)
        assert legs[second.customer].mix == legs[second.agent].mix != ""
        assert (legs[first.agent].state, legs[first.agent].mix) == (CONNECTED, "")
        rig.heard.news.clear()
        await rig.switch.ask(Mix(fresh("ask"), second.contact, (second.agent,), (second.customer,)))
        await rig.switch.ask(Mix(fresh("ask"), first.contact, (first.agent, first.customer), ()))
        await expect(rig, first, ("resumed customer", "resumed agent", "mixed agent customer"))
        rig.heard.news.clear()
        await rig.switch.ask(EndLeg(fresh("ask"), first.contact, first.agent))
        await expect(rig, first, ("ended agent normal", "ended customer normal"))
        assert rig.heard.legs[second.agent] is CONNECTED

    async def test_a_leg_of_the_line_is_muted_alone(self, rig: Rig) -> None:
        await kept(rig)
        scene = await talking(rig)
        rig.heard.news.clear()
        await rig.switch.ask(SetMute(fresh("ask"), scene.contact, scene.agent, True))
        await expect(rig, scene, ("muted agent",))
        await rig.switch.ask(end_agent(scene))
        await rig.until(lambda: rig.heard.legs[scene.agent] is ENDED)
        after = await talking(rig)
        assert (await now(rig))[after.agent].muted is False

    async def test_a_phone_that_is_laid_down_ends_its_calls(self, rig: Rig) -> None:
        await kept(rig)
        held = await talking(rig)
        await rig.switch.ask(hold(held))
        await rig.until(lambda: rig.heard.legs[held.customer] is HELD)
        scene = await talking(rig)
        await rig.settle()
        rig.heard.news.clear()
        await rig.lay_down(SAM)
        await rig.until(lambda: rig.heard.legs[held.agent] is rig.heard.legs[scene.agent] is ENDED)
        await rig.until(lambda: lines(rig)[-1:] == [Line.LIFTED])
        await expect(rig, scene, ("ended agent normal", "ended customer normal"))
        assert rig.heard.legs[held.customer] is HELD
        again = await ringing(rig)
        await rig.lift(again.agent)
        await rig.until(lambda: rig.heard.legs[again.agent] is CONNECTED)

    async def test_a_phone_is_no_longer_kept(self, rig: Rig) -> None:
        await kept(rig)
        await rig.switch.ask(KeepLine(SAM, on=False))
        await rig.until(lambda: lines(rig)[-1:] == [Line.LIFTED])
        await rig.switch.ask(KeepLine(SAM, on=False))
        await rig.settle()
        assert lines(rig)[-1] is Line.LIFTED
        scene = await ringing(rig)
        await rig.lift(scene.agent)
        await rig.until(lambda: rig.heard.legs[scene.agent] is CONNECTED)

    async def test_a_phone_that_is_let_go_in_a_call_keeps_it(self, rig: Rig) -> None:
        await kept(rig)
        scene = await talking(rig)
        rig.heard.news.clear()
        await rig.switch.ask(KeepLine(SAM, on=False))
        await rig.settle()
        assert rig.heard.legs[scene.agent] is CONNECTED
        await rig.switch.ask(end_agent(scene))
        await expect(rig, scene, ("ended agent normal", "ended customer normal"))
        await rig.until(lambda: lines(rig)[-1:] == [Line.LIFTED])

    async def test_kept_twice_is_told_twice_and_done_once(self, rig: Rig) -> None:
        await kept(rig)
        rig.heard.news.clear()
        await rig.switch.ask(KeepLine(SAM, on=True))
        await rig.until(lambda: lines(rig) == [Line.KEPT])

    async def test_the_next_connector_finds_the_line(self, rig: Rig) -> None:
        await kept(rig)
        held = await talking(rig)
        await rig.switch.ask(hold(held))
        await rig.until(lambda: rig.heard.legs[held.customer] is HELD)
        scene = await ringing(rig)
        await rig.settle()
        await rig.switch.close()
        after = Heard()
        rig.switch, rig.heard = await rig.connect(after), after
        assert after.snapshots[0].lines[SAM] is Line.KEPT
        found = {leg.leg: leg for leg in after.snapshots[0].legs if leg.state is not ENDED}
        assert {leg.role for leg in found.values()} == {Role.CUSTOMER, Role.AGENT}
        assert {held.agent, held.customer, scene.agent, scene.customer} <= set(found)
        await rig.switch.ask(Connect(fresh("ask"), scene.contact, scene.customer, scene.agent))
        await expect(rig, scene, ("answered agent", "answered customer"))
        await rig.switch.ask(end_agent(scene))
        await rig.until(lambda: after.legs[scene.agent] is after.legs[scene.customer] is ENDED)
        await rig.switch.ask(Mix(fresh("ask"), held.contact, (held.agent, held.customer), ()))
        await rig.until(lambda: after.legs[held.customer] is CONNECTED)

    async def test_a_colleague_at_a_kept_line_is_asked(self, rig: Rig) -> None:
        """The agent at one phone asks the one whose line is kept."""
        await kept(rig)
        contact, customer, mine = fresh("contact"), await rig.ring(), fresh("agent")
        await rig.until(lambda: customer in rig.heard.legs)
        await rig.switch.ask(Adopt(customer, contact))
        await rig.switch.ask(Offer(contact, customer, mine, JONAS))
        await rig.until(lambda: rig.heard.legs.get(mine) is LegState.RINGING)
        await rig.switch.ask(Connect(fresh("ask"), contact, customer, mine))
        await rig.until(lambda: rig.heard.legs[customer] is CONNECTED)
        asked = Scene(fresh("contact"), mine, fresh("agent"), fresh("other"))
        await rig.switch.ask(Mix(fresh("ask"), contact, (mine,), (customer,)))
        await rig.switch.ask(Offer(asked.contact, mine, asked.agent, SAM))
        await rig.until(lambda: rig.heard.legs.get(asked.agent) is LegState.RINGING)
        await rig.switch.ask(connect(asked))
        await rig.until(lambda: rig.heard.legs[asked.agent] is CONNECTED)
        await rig.settle()
        legs = await now(rig)
        assert legs[mine].mix == legs[asked.agent].mix != ""
