"""What the engine does by itself: customers who lose patience or finish, tones, memory, faults in number."""

import pytest

from connector.domain.effects import Adopt, Connect, EndLeg, Mix, Offer, PlaceCall, PlayDigits, SetMute
from connector.domain.events import AskRefused, LegEnded
from connector.domain.model import LegState
from connector.errors import BadInput, SwitchUnavailable
from connector.switch.register.clock import VirtualClock
from connector.switch.register.entry import Entry
from connector.switch.simulated.destinations import Fate, Rule
from connector.switch.simulated.engine import Engine
from connector.switch.simulated.faults import Down, Refuse, Silent, Up
from connector.switch.simulated.journal import calls_by_contact
from connector.switch.simulated.new_call import NewCall
from tests.ports.switch_rig import CALLER, LINE, SAM, Heard

SALES = "+14155550102"


class Floor:
    """An engine in virtual time, with who listens and its journal."""

    def __init__(self, *rules: Rule) -> None:
        self.clock = VirtualClock()
        self.entries: list[Entry] = []
        self.engine = Engine(
            self.clock,
            (SAM,),
            lines={"Support_EN": LINE, "Sales": SALES},
            rules=rules,
            journal=self.entries.append,
        )
        self.heard = Heard()
        self.engine.attach(self.heard)

    def state(self, leg: str) -> LegState:
        return next(now.state for now in self.engine.snapshot().legs if now.leg == leg)

    def answer(self, customer: str) -> None:
        self.engine.ask(Offer("contact", customer, "agent", SAM))
        self.engine.ask(Connect("1", "contact", customer, "agent"))
        self.clock.advance(1_000)
        assert self.state(customer) is LegState.CONNECTED

    def ended(self, leg: str) -> LegEnded:
        return next(event for event in self.heard.news if isinstance(event, LegEnded) and event.leg == leg)


def test_a_customer_gives_up() -> None:
    floor = Floor()
    leg = floor.engine.ring(CALLER, LINE, patience=60_000)
    floor.clock.advance(59_999)
    assert floor.state(leg) is LegState.RINGING
    floor.clock.advance(1)
    assert floor.ended(leg).cause == "cancelled"


def test_a_customer_who_was_answered_does_not_give_up_and_hangs_up_in_the_end() -> None:
    floor = Floor()
    leg = floor.engine.call(NewCall(CALLER, skill="Sales", talk=90, patience=30))
    floor.answer(leg)
    answered = floor.clock.now()
    floor.clock.advance(89_000)
    assert floor.state(leg) is LegState.CONNECTED
    floor.clock.advance(2_000)
    assert floor.ended(leg).cause == "normal"
    assert answered + 88_000 < floor.ended(leg).at < answered + 91_000
    assert floor.state("agent") is LegState.ENDED


def test_a_called_customer_hangs_up_too_where_the_rule_says_so() -> None:
    floor = Floor(Rule("0143", Fate.ANSWER, ring=1_000, talk=5_000))
    floor.engine.ask(PlaceCall("1", "contact", "agent", "customer", SAM, CALLER, LINE))
    floor.clock.advance(10_000)
    assert floor.ended("customer").cause == "normal"
    assert floor.state("agent") is LegState.ENDED


def test_an_unruled_number_is_answered_after_three_seconds() -> None:
    floor = Floor()
    floor.engine.ask(PlaceCall("1", "contact", "agent", "customer", SAM, CALLER, LINE))
    floor.clock.advance(2_000)
    assert floor.state("customer") is LegState.RINGING
    floor.clock.advance(3_000)
    assert floor.state("customer") is LegState.CONNECTED


def test_the_journal_counts_tones_and_never_says_which() -> None:
    floor = Floor()
    leg = floor.engine.ring(CALLER, LINE)
    floor.answer(leg)
    floor.engine.ask(PlayDigits("2", "contact", leg, "4929"))
    floor.engine.ask(PlayDigits("3", "contact", leg, "77"))
    floor.clock.advance(6 + 5 * 160)
    assert [entry.count for entry in floor.entries if entry.what == "digits"] == [4]
    floor.clock.advance(160)
    assert [entry.count for entry in floor.entries if entry.what == "digits"] == [4, 2]
    assert not [event for event in floor.heard.news if isinstance(event, AskRefused)]
    assert "4929" not in repr(floor.entries)


@pytest.mark.parametrize("heard,counts", [(0, []), (1, [1]), (3, [3])])
def test_tones_that_nobody_heard_any_more_are_not_counted(heard: int, counts: list[int]) -> None:
    floor = Floor()
    leg = floor.engine.ring(CALLER, LINE)
    floor.answer(leg)
    floor.engine.ask(PlayDigits("2", "contact", leg, "123"))
    floor.clock.advance(6 + heard * 160)
    floor.engine.hang_up(leg)
    floor.clock.advance(5_000)
    assert [entry.count for entry in floor.entries if entry.what == "digits"] == counts


def test_a_leg_is_remembered_for_an_hour_after_its_end() -> None:
    floor = Floor()
    leg = floor.engine.ring(CALLER, LINE, patience=1_000)
    floor.clock.advance(1_000 + 3_600_000)
    assert floor.state(leg) is LegState.ENDED
    floor.clock.advance(1)
    assert floor.engine.snapshot().legs == ()
    floor.engine.ask(EndLeg("1", "contact", leg))
    floor.clock.advance(100)
    assert floor.heard.news[-1] == LegEnded(leg, "normal", floor.clock.now() - 94)


def test_nothing_is_kept_longer_than_that() -> None:
    floor = Floor()
    leg = floor.engine.ring(CALLER, LINE, talk=5_000)
    floor.engine.ask(Adopt(leg, "contact"))
    floor.engine.ask(EndLeg("1", "contact", "never was"))
    floor.answer(leg)
    floor.engine.ask(Adopt(leg, "second"))
    floor.clock.advance(10_000)
    exchange = floor.engine._exchange
    parties = exchange.parties
    assert {*parties._of_contact} == {"contact", "second"}
    floor.clock.advance(3_600_000)
    assert floor.engine.snapshot().legs == ()
    assert not parties.channels
    assert not parties._of_contact
    assert not parties._rung_for
    assert not parties.mixes._of
    assert not exchange._never
    assert floor.clock.idle()


def test_faults_befall_as_many_asks_as_they_say_and_in_their_order() -> None:
    floor = Floor()
    leg = floor.engine.ring(CALLER, LINE)
    floor.answer(leg)
    floor.engine.inflict(Refuse("SetMute", "one"))
    floor.engine.inflict(Refuse("SetMute", "two", times=2))
    floor.engine.inflict(Silent("Mix"))
    for ask in range(4):
        floor.engine.ask(SetMute(f"mute-{ask}", "contact", "agent", True))
    floor.clock.advance(1_000)
    refused = [(event.ask, event.code) for event in floor.heard.news if isinstance(event, AskRefused)]
    assert refused == [("mute-0", "one"), ("mute-1", "two"), ("mute-2", "two")]
    assert next(now for now in floor.engine.snapshot().legs if now.leg == "agent").muted
    floor.engine.ask(Mix("hold", "contact", ("agent",), (leg,)))
    floor.clock.advance(1_000)
    assert floor.state(leg) is LegState.CONNECTED


def test_what_was_asked_before_it_went_down_is_done_and_what_is_asked_then_is_not() -> None:
    floor = Floor()
    leg = floor.engine.ring(CALLER, LINE)
    floor.answer(leg)
    floor.engine.ask(Mix("hold", "contact", ("agent",), (leg,)))
    floor.engine.inflict(Down("a cable was pulled"))
    floor.engine.inflict(Down("again"))
    with pytest.raises(SwitchUnavailable, match="a cable was pulled"):
        floor.engine.ask(EndLeg("end", "contact", leg))
    with pytest.raises(SwitchUnavailable, match="a cable was pulled"):
        floor.engine.attach(Heard())
    floor.clock.advance(1_000)
    floor.engine.inflict(Up())
    floor.engine.inflict(Up())
    assert floor.heard.downs == ["a cable was pulled"]
    assert len(floor.heard.snapshots) == 2
    assert floor.heard.legs[leg] is LegState.HELD


def test_waiting_are_those_who_called_and_were_not_answered() -> None:
    floor = Floor(Rule("0143", Fate.NO_ANSWER))
    first = floor.engine.ring(CALLER, LINE)
    second = floor.engine.ring("+14155550144", SALES)
    floor.engine.ask(PlaceCall("1", "other", "phone", "called", SAM, CALLER, LINE))
    floor.clock.advance(2_000)
    assert [channel.leg for channel in floor.engine.waiting()] == [first, second]
    floor.answer(first)
    assert [channel.leg for channel in floor.engine.waiting()] == [second]
    floor.engine.hang_up(second)
    assert floor.engine.waiting() == []


def test_hanging_up_twice_is_once_and_nobody_can_hang_up_what_never_was() -> None:
    floor = Floor()
    leg = floor.engine.ring(CALLER, LINE)
    floor.engine.hang_up(leg)
    floor.engine.hang_up(leg)
    assert len([event for event in floor.heard.news if isinstance(event, LegEnded)]) == 1
    with pytest.raises(BadInput) as bad:
        floor.engine.hang_up("never")
    assert bad.value.field == "leg"


def test_an_agent_who_hangs_up_before_the_customer_hears_them_leaves_the_customer_waiting() -> None:
    floor = Floor()
    leg = floor.engine.ring(CALLER, LINE)
    floor.engine.ask(Offer("contact", leg, "agent", SAM))
    floor.engine.ask(Connect("1", "contact", leg, "agent"))
    while "agent" not in floor.heard.legs or floor.state("agent") is not LegState.CONNECTED:
        floor.clock.advance(1)
    floor.engine.hang_up("agent")
    floor.clock.advance(1_000)
    assert floor.state(leg) is LegState.RINGING
    assert floor.heard.news[-1] == floor.ended("agent")


def test_the_journal_notes_what_changed_and_not_what_was_so_already() -> None:
    floor = Floor()
    leg = floor.engine.ring(CALLER, LINE)
    floor.answer(leg)
    floor.entries.clear()
    for _ in range(2):
        floor.engine.ask(SetMute("2", "contact", "agent", True))
        floor.engine.ask(Mix("3", "contact", ("agent",), (leg,)))
    floor.clock.advance(1_000)
    assert [(entry.what, entry.leg) for entry in floor.entries] == [("muted", "agent"), ("held", leg)]


def test_a_switch_without_lines_must_be_told_what_is_called() -> None:
    engine = Engine(VirtualClock())
    with pytest.raises(BadInput) as bad:
        engine.call(NewCall(CALLER))
    assert bad.value.field == "to"
    with pytest.raises(BadInput) as bad:
        engine.call(NewCall(CALLER, skill="Sales"))
    assert bad.value.field == "skill"
    with pytest.raises(BadInput) as bad:
        engine.call(NewCall(CALLER, to="+1 415 555 0100", record="the last one"))
    assert bad.value.field == "record"
    assert engine.call(NewCall(CALLER, to="+1 415 555 0100", record="500000000000001"))


def test_a_customer_who_is_left_on_hold_has_two_contacts_one_after_the_other() -> None:
    """As the core does it: the second contact takes the channel over, and each has its part in the journal."""
    floor = Floor()
    leg = floor.engine.ring(CALLER, LINE)
    floor.engine.ask(Adopt(leg, "contact"))
    floor.answer(leg)
    floor.engine.ask(Mix("hold", "contact", ("agent",), (leg,)))
    floor.clock.advance(10_000)
    floor.engine.hang_up("agent")
    left = floor.clock.now()
    floor.engine.ask(Adopt(leg, "second"))
    floor.engine.ask(Offer("second", leg, "again", SAM))
    floor.clock.advance(5_000)
    floor.engine.ask(Connect("2", "second", leg, "again"))
    floor.clock.advance(1_000)
    floor.engine.hang_up(leg)
    first, second = calls_by_contact(floor.entries).values()
    assert (first.contact, first.device, first.agent_ended, first.ended) == ("contact", SAM, left, left + 6)
    assert first.held == ((first.held[0][0], left + 6),)
    assert (second.contact, second.number, second.started) == ("second", CALLER, first.started)
    assert second.spoke
    assert second.answered is not None
    assert left + 5_000 < second.answered < left + 6_000
    assert second.ended == floor.clock.now()
