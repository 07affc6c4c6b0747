"""What the engine does by itself among several, and what its journal says of it."""

import pytest

from connector.domain.address import CivicAddress
from connector.domain.effects import Adopt, Announce, CallParty, Connect, EndLeg, Mix, Offer, PlaceCall, PlayDigits
from connector.domain.events import LegAnswered, LegEnded
from connector.domain.model import LegState
from connector.errors import BadInput
from connector.switch.register.clock import VirtualClock
from connector.switch.register.entry import Entry
from connector.switch.simulated.destinations import Fate, Rule
from connector.switch.simulated.engine import Engine
from connector.switch.simulated.journal import CallSeen, calls_by_contact
from connector.switch.simulated.timing import Timing
from tests.ports.switch_rig import CALLER, JONAS, LINE, SAM, Heard

FRAUD = "+14155550191"


class Office:
    """Sam has a customer in contact A; Jonas is asked for help in contact B; a number is called for help as `k`."""

    def __init__(self, *rules: Rule, routes: tuple[str, ...] = ("sim-local",)) -> None:
        self.clock = VirtualClock()
        self.entries: list[Entry] = []
        self.engine = Engine(
            self.clock,
            (SAM, JONAS),
            lines={"Support_EN": LINE},
            rules=rules,
            journal=self.entries.append,
            routes=routes,
        )
        self.heard = Heard()
        self.engine.attach(self.heard)
        self.c = ""

    def ask(self, *asks: object) -> None:
        for ask in asks:
            self.engine.ask(ask)  # type: ignore[arg-type]  # each is an ask
        self.clock.advance(1_500)

    def state(self, leg: str) -> LegState:
        return self.heard.legs[leg]

    def call(self) -> None:
        self.c = self.engine.ring(CALLER, LINE)
        self.ask(Adopt(self.c, "A"), Offer("A", self.c, "a", SAM), Connect("1", "A", self.c, "a"))

    def consult(self) -> None:
        self.call()
        self.ask(Mix("2", "A", ("a",), (self.c,)), Offer("B", "a", "j", JONAS))
        self.ask(Connect("3", "B", "a", "j"))

    def seen(self, contact: str) -> CallSeen:
        return calls_by_contact(self.entries)[contact]


# --- announcements -------------------------------------------------------------------------------------------------


def test_an_announcement_takes_its_time_and_is_made_once() -> None:
    office = Office()
    leg = office.engine.ring(CALLER, LINE)
    office.engine.ask(Adopt(leg, "A"))
    office.engine.ask(Announce("1", "A", leg, "closed"))
    office.clock.advance(6)
    assert office.state(leg) is LegState.CONNECTED
    assert office.engine.waiting() == []
    office.engine.ask(Announce("1", "A", leg, "closed"))
    office.clock.advance(1_999)
    assert office.state(leg) is LegState.CONNECTED
    office.clock.advance(1)
    assert office.heard.news[-1] == LegEnded(leg, "normal", office.clock.now())
    assert [event.leg for event in office.heard.news if isinstance(event, LegAnswered)] == [leg, leg]
    (announced,) = (entry for entry in office.entries if entry.what == "announced")
    assert (announced.leg, announced.contact, announced.cause) == (leg, "A", "closed")
    assert office.entries[-1].by == "asked"
    assert not office.seen("A").spoke


def test_a_caller_who_has_heard_enough() -> None:
    office = Office()
    leg = office.engine.ring(CALLER, LINE)
    office.engine.ask(Announce("1", "A", leg, "full"))
    office.clock.advance(500)
    office.engine.hang_up(leg)
    office.clock.advance(5_000)
    assert [event.cause for event in office.heard.news if isinstance(event, LegEnded)] == ["normal"]


def test_all_times_are_faster_together() -> None:
    assert Timing().faster(10) == Timing(0, 12, 8, 15, 0, 90, 2, 16, 200, 100)


# --- phones --------------------------------------------------------------------------------------------------------


def test_the_handset_is_laid_down_and_all_legs_of_the_phone_end() -> None:
    office = Office(Rule("0191", Fate.ANSWER, 100))
    office.call()
    office.ask(Mix("2", "A", ("a",), (office.c,)))
    office.ask(PlaceCall("3", "C", "a2", "c2", SAM, FRAUD, LINE))
    assert office.state("c2") is LegState.CONNECTED
    office.engine.lay_down(SAM)
    assert (office.state("a"), office.state("a2")) == (LegState.ENDED, LegState.ENDED)
    office.clock.advance(1_000)
    assert (office.state(office.c), office.state("c2")) == (LegState.HELD, LegState.ENDED)
    assert [(entry.leg, entry.by) for entry in office.entries if entry.what == "ended"] == [
        ("a", "phone"),
        ("a2", "phone"),
        ("c2", "follows"),
    ]


def test_a_handset_that_lies_there_already_and_one_that_is_none() -> None:
    office = Office()
    office.engine.lay_down(JONAS)
    assert office.heard.news == []
    with pytest.raises(BadInput) as bad:
        office.engine.lay_down("2099")
    assert (bad.value.code, bad.value.field) == ("device_unknown", "device")


def test_a_party_hangs_up_in_the_end_where_the_rule_says_so() -> None:
    office = Office(Rule("0191", Fate.ANSWER, 100, talk=5_000))
    office.call()
    office.ask(CallParty("2", "A", "k", "a", FRAUD, LINE))
    assert office.state("k") is LegState.CONNECTED
    office.clock.advance(5_000)
    assert office.state("k") is LegState.ENDED
    assert office.state("a") is LegState.CONNECTED


def test_who_answers_an_agent_that_went_elsewhere_meanwhile_is_not_put_through() -> None:
    office = Office(Rule("0191", Fate.ANSWER, 5_000))
    office.call()
    office.ask(PlaceCall("2", "C", "a2", "c2", SAM, FRAUD, LINE), Mix("3", "C", (), (office.c,)))
    office.ask(Mix("4", "C", ("a2", office.c), ()))
    office.clock.advance(5_000)
    mixes = {leg.leg: leg.mix for leg in office.engine.snapshot().legs}
    assert mixes["c2"] == ""
    assert mixes["a2"] == mixes[office.c] != ""


# --- emergencies ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", ["911", "933"])
def test_the_journal_says_which_way_an_emergency_call_went(number: str) -> None:
    office = Office(Rule("11", Fate.BUSY), Rule("33", Fate.BUSY))
    address = CivicAddress("US", "CA", "San Francisco", "Mission St", "415", postal_code="94105")
    office.engine.ask(PlaceCall("1", "E", "a", "e", SAM, number, LINE, "sim-local", address))
    office.clock.advance(6 + 120 + 150 + 900)
    assert office.state("e") is LegState.RINGING
    office.clock.advance(1_000)
    assert office.state("e") is LegState.CONNECTED
    (entry,) = (entry for entry in office.entries if entry.what == "emergency")
    assert (entry.leg, entry.contact, entry.device) == ("e", "E", SAM)
    assert (entry.route, entry.number, entry.line) == ("sim-local", number, LINE)
    assert entry.address == "415 Mission St, San Francisco, CA 94105"
    assert office.seen("E").spoke


def test_a_switch_has_the_routes_that_it_was_given() -> None:
    office = Office(routes=())
    office.ask(PlaceCall("1", "E", "a", "e", SAM, "911", LINE, "sim-local"))
    assert [entry.cause for entry in office.entries] == ["no_route"]


# --- the journal ---------------------------------------------------------------------------------------------------


def test_a_colleague_who_was_only_asked_has_no_call_with_a_customer() -> None:
    office = Office()
    office.consult()
    office.engine.hang_up("j")
    office.clock.advance(1_000)
    asked = office.seen("B")
    assert (asked.spoke, asked.customer_leg, asked.device) == (False, "", JONAS)
    assert office.seen("A").spoke


@pytest.mark.parametrize("adopted", [True, False])
def test_a_colleague_to_whom_the_customer_was_passed_has(adopted: bool) -> None:
    office = Office()
    office.consult()
    office.ask(Mix("4", "A", (office.c, "j"), ()), EndLeg("5", "A", "a"))
    passed = office.clock.now() - 1_494
    if adopted:
        office.ask(Adopt(office.c, "B"))
    office.clock.advance(60_000)
    office.engine.hang_up(office.c)
    office.clock.advance(1_000)
    sender, receiver = office.seen("A"), office.seen("B")
    assert sender.spoke
    assert receiver.spoke
    assert (receiver.customer_leg, receiver.number, receiver.device) == (office.c, CALLER, JONAS)
    assert receiver.answered == passed
    assert receiver.started == sender.started
    assert receiver.ended == office.clock.now() - 1_000


def test_a_customer_who_is_passed_on_into_a_queue_and_answered_there() -> None:
    office = Office()
    office.call()
    office.ask(Mix("2", "A", ("a",), (office.c,)), Offer("B", "a", "j", JONAS))
    office.ask(Adopt(office.c, "B"), EndLeg("3", "A", "a"))
    assert not office.seen("B").spoke
    office.ask(Connect("4", "B", office.c, "j"))
    sender, receiver = office.seen("A"), office.seen("B")
    assert (sender.spoke, sender.ended is not None, sender.agent_ended is not None) == (True, True, True)
    assert (receiver.spoke, receiver.number, receiver.ended) == (True, CALLER, None)


def test_in_a_conference_both_agents_have_talked_to_the_customer() -> None:
    office = Office()
    office.consult()
    office.ask(Mix("4", "A", (office.c, "a", "j"), ()))
    office.engine.hang_up("j")
    office.clock.advance(1_000)
    assert (office.seen("A").spoke, office.seen("B").spoke) == (True, True)
    assert office.seen("A").ended is None


def test_two_calls_that_are_merged_stay_two() -> None:
    office = Office(Rule("0191", Fate.ANSWER, 100))
    office.call()
    office.ask(Mix("2", "A", ("a",), (office.c,)))
    office.ask(PlaceCall("3", "C", "a2", "c2", SAM, FRAUD, LINE))
    office.ask(Mix("4", "A", ("a", office.c, "c2"), ()), EndLeg("5", "C", "a2"))
    first, second = office.seen("A"), office.seen("C")
    assert (first.customer_leg, second.customer_leg) == (office.c, "c2")
    assert (first.spoke, second.spoke) == (True, True)
    assert (first.number, second.number) == (CALLER, FRAUD)


def test_a_party_is_no_customer_but_its_tones_are_counted() -> None:
    office = Office(Rule("0191", Fate.ANSWER, 100))
    office.call()
    office.ask(Mix("2", "A", ("a",), (office.c,)), CallParty("3", "A", "k", "a", FRAUD, LINE))
    office.ask(Mix("4", "A", ("a", "k"), (office.c,)), PlayDigits("5", "A", "k", "4929"))
    office.engine.hang_up("k")
    office.clock.advance(1_000)
    call = office.seen("A")
    assert (call.customer_leg, call.number, call.ended) == (office.c, CALLER, None)
    assert call.held[0][1] is None
    assert call.digits == 4
    assert "4929" not in repr(office.entries)


def test_of_colleagues_who_talk_each_is_the_other_s_far_end() -> None:
    office = Office()
    office.ask(PlaceCall("1", "A", "a", "j", SAM, JONAS, LINE))
    office.ask(Offer("B", "a", "j", JONAS))
    assert not office.seen("A").spoke
    office.ask(Connect("2", "B", "a", "j"))
    assert (office.seen("A").spoke, office.seen("B").spoke) == (True, True)
    assert (office.seen("A").number, office.seen("B").number) == (JONAS, SAM)
    office.engine.hang_up("j")
    office.clock.advance(1_000)
    caller, called = office.seen("A"), office.seen("B")
    assert caller.ended == called.agent_ended
    assert called.ended == caller.agent_ended


def test_a_colleague_who_was_only_asked_has_none_though_the_asker_has_a_colleague_s_call() -> None:
    office = Office()
    office.ask(PlaceCall("1", "A", "a", "j", SAM, JONAS, LINE))
    office.ask(Offer("B", "a", "j", JONAS))
    office.ask(Connect("2", "B", "a", "j"))
    office.ask(Offer("P", "a", "p", SAM))
    office.ask(Connect("3", "P", "a", "p"))
    assert not office.seen("P").spoke


def test_the_journal_notes_a_mix_when_it_is_new() -> None:
    office = Office()
    office.consult()
    office.entries.clear()
    for _ in range(2):
        office.ask(Mix("4", "A", (office.c, "a", "j"), ()))
    office.ask(EndLeg("5", "A", "a"))
    assert [entry.legs for entry in office.entries if entry.what == "mixed"] == [(office.c, "a", "j")]
