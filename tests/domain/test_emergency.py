"""Emergency calls: at once, whatever the agent is doing; and who calls back reaches them."""

from collections.abc import Callable

import pytest
from msgspec.structs import replace

from connector.domain.address import CivicAddress
from connector.domain.commands import (
    Answer,
    Consult,
    Decline,
    Dial,
    DialEmergency,
    Done,
    End,
    Hold,
    LogOut,
    Merge,
    Resume,
    SetState,
    StartMask,
    StartRecord,
    StopMask,
    Transfer,
)
from connector.domain.decide import deadline, guard
from connector.domain.directory import Directory, EmergencyRoute, Opening, Profile, RecordingMode
from connector.domain.effects import EndLeg, Mix, Offer, PlaceCall, RaiseAlarm, SetRecording
from connector.domain.emergency import PhonePlan, dialled_numbers, emergency_of, trunks_of
from connector.domain.events import (
    AskRefused,
    CallArrived,
    CallbackRequested,
    EmergencyDialled,
    LegAnswered,
    LegEnded,
    PhoneChanged,
    WorkDelivered,
)
from connector.domain.model import AgentState, Contact, Kind, MatchState, Outcome, Phase, Recording, Role
from connector.domain.rules.allowed import controls
from connector.domain.rules.emergency import phone_plans
from connector.errors import BadInput, NotAllowed
from tests.domain.stage import (
    DIRECTORY,
    JONAS,
    LINE,
    MIA,
    SAM,
    START,
    Stage,
    asks_again,
    available,
    go,
    on_a_call,
    wrapping_up,
)

DIRECT = "+14155550188"
PLACE = CivicAddress("US", "CA", "San Francisco", "Market St", "1", postal_code="94105")
DESK = "1 Market St, San Francisco, CA 94105"
FIRE = "+14155550911"


def with_sam(directory: Directory = DIRECTORY, **changes: object) -> Directory:
    sam = replace(directory.agents[SAM], **changes)
    return replace(directory, agents={**directory.agents, SAM: sam})


def configured(directory: Directory, **changes: object) -> Directory:
    return replace(directory, settings=replace(directory.settings, **changes))


WITH_ADDRESS = with_sam(address=PLACE, address_verified=True, direct_number=DIRECT)


def emergency(stage: Stage, agent: str = SAM) -> Contact:
    """The agent's emergency call."""
    (found,) = [
        contact
        for key in stage.agent(agent).contacts
        if (contact := stage.contact(key)).emergency and contact.phase is Phase.ACTIVE
    ]
    return found


def calling(directory: Directory = WITH_ADDRESS, number: str = "911") -> Stage:
    stage = Stage(directory)
    stage.give(DialEmergency(SAM, number))
    return stage


def talking(directory: Directory = WITH_ADDRESS, number: str = "911") -> tuple[Stage, str]:
    """Somebody at the answering point has answered."""
    stage = calling(directory, number)
    stage.obey()
    key = emergency(stage).key
    go(stage, LegAnswered(stage.leg(Role.CUSTOMER, key).id, stage.now))
    return stage, key


# --- what was typed --------------------------------------------------------------------------------------------------

NL = replace(
    DIRECTORY,
    emergency=(EmergencyRoute("NL", ("112", "0900-8844"), ("1129",), ("0", "00"), "nl-local", "nl-national"),),
)
PLACES = {"US": Profile(SAM, "Sam"), "us": Profile(SAM, "Sam", country="us"), "NL": Profile(JONAS, "J", country="NL")}


@pytest.mark.parametrize(
    ("directory", "place", "typed", "expected"),
    [
        (DIRECTORY, "US", "911", ("national", "911", "")),
        (DIRECTORY, "us", "911", ("national", "911", "")),
        (DIRECTORY, "US", "9911", ("national", "911", "")),
        (DIRECTORY, "US", " 9 911 ", ("national", "911", "")),
        (DIRECTORY, "US", "9-1-1", ("national", "911", "")),
        (DIRECTORY, "US", "９１１", ("national", "911", "")),
        (DIRECTORY, "US", "933", ("test", "933", "")),
        (DIRECTORY, "US", "9933", ("test", "933", "")),
        (DIRECTORY, "US", "99911", None),
        (DIRECTORY, "US", "8911", None),
        (DIRECTORY, "US", "91", None),
        (DIRECTORY, "US", "9", None),
        (DIRECTORY, "US", "", None),
        (DIRECTORY, "US", "   ", None),
        (DIRECTORY, "US", "112", None),
        (DIRECTORY, "US", "9112", None),
        (DIRECTORY, "US", "+1911", None),
        (DIRECTORY, "US", "call 911", None),
        (DIRECTORY, "US", MIA, None),
        (DIRECTORY, "NL", "112", None),
        (DIRECTORY, "NL", "911", None),
        (NL, "NL", "112", ("national", "112", "")),
        (NL, "NL", "0112", ("national", "112", "")),
        (NL, "NL", "00112", ("national", "112", "")),
        (NL, "NL", "1129", ("test", "1129", "")),
        (NL, "NL", "911", None),
        (NL, "US", "911", ("national", "911", "")),
        (replace(DIRECTORY, emergency=()), "US", "911", ("national", "911", "")),
        (replace(DIRECTORY, emergency=(EmergencyRoute("US", ("711",)),)), "US", "911", None),
    ],
)
def test_what_an_agent_means(
    directory: Directory, place: str, typed: str, expected: tuple[str, str, str] | None
) -> None:
    assert emergency_of(directory, PLACES[place], typed) == expected


@pytest.mark.parametrize(
    ("directory", "place", "address", "route"),
    [
        (DIRECTORY, "US", PLACE, "sim-local"),
        (DIRECTORY, "us", None, "sim-national"),
        (NL, "NL", PLACE, "nl-local"),
        (NL, "NL", None, "nl-national"),
        (DIRECTORY, "NL", PLACE, ""),
    ],
)
def test_the_route_is_the_local_one_with_an_address(
    directory: Directory, place: str, address: CivicAddress | None, route: str
) -> None:
    first, other = trunks_of(directory, PLACES[place], address)
    assert first == route
    assert (other == "") is (first == "")
    assert {first, other} == set(trunks_of(directory, PLACES[place], None if address else PLACE))


@pytest.mark.parametrize(
    ("address", "verified", "expected"),
    [
        (None, False, ("national", "")),
        (None, True, ("national", "")),
        (PLACE, False, ("national", "")),
        (PLACE, True, ("local", DESK)),
    ],
)
def test_only_a_verified_address_goes_along(
    address: CivicAddress | None, verified: bool, expected: tuple[str, str]
) -> None:
    profile = Profile(SAM, "Sam", address=address, address_verified=verified)
    found = emergency_of(DIRECTORY, profile, "911")
    assert found is not None
    assert (found[0], found[2]) == expected


# --- the call --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("directory", "kind", "route", "address"),
    [(WITH_ADDRESS, "local", "sim-local", DESK), (DIRECTORY, "national", "sim-national", "")],
)
def test_it_leaves_by_its_route_with_the_address(directory: Directory, kind: str, route: str, address: str) -> None:
    stage = calling(directory, "9 911")
    contact = stage.contact()
    agent, customer = stage.leg(Role.AGENT), stage.leg(Role.CUSTOMER)
    line = DIRECT if kind == "local" else "+14155550100"
    sent, other = (PLACE, "sim-national") if address else (None, "sim-local")
    assert stage.asks == [
        PlaceCall(contact.key, contact.key, agent.id, customer.id, "2041", "911", line, route, sent, other)
    ]
    assert (contact.kind, contact.phase, contact.number, contact.line) == (Kind.OUTBOUND, Phase.ACTIVE, "911", line)
    assert (contact.emergency, contact.address, contact.internal, contact.skill) == (kind, address, False, "support")
    assert contact.match.state is MatchState.NONE
    assert asks_again(stage.floor, directory)[0].ask == stage.asks[0]


def test_the_prefix_of_the_call_centre_is_not_dialled_before_it() -> None:
    stage = calling(configured(DIRECTORY, outside_prefix="0"))
    (ask,) = stage.asks
    assert isinstance(ask, PlaceCall)
    assert ask.number == "911"


@pytest.mark.parametrize(
    ("directory", "line"),
    [
        (with_sam(direct_number=DIRECT), DIRECT),
        (configured(with_sam(direct_number=DIRECT), emergency_number=FIRE), DIRECT),
        (configured(DIRECTORY, emergency_number=FIRE), FIRE),
        (DIRECTORY, "+14155550100"),
        (with_sam(skills={"billing": 1}), "+14155550100"),
        (with_sam(skills={"sales": 1}), "+14155550102"),
        (replace(DIRECTORY, skills={}), ""),
    ],
)
def test_the_number_shown_is_one_that_reaches_the_agent(directory: Directory, line: str) -> None:
    assert calling(directory).contact().line == line


def test_supervisors_are_told_at_the_same_moment() -> None:
    stage = Stage(WITH_ADDRESS)
    change = stage.give(DialEmergency(SAM, "911"))
    key = stage.contact().key
    assert change.created == key
    assert RaiseAlarm(SAM, key, "911", DIRECT, DESK, START) in change.effects
    assert (stage.agent().reached_by, stage.agent().reached_until) == (DIRECT, START + 3_600_000)


def test_a_test_takes_the_same_way_and_alarms_nobody() -> None:
    stage = calling(number="933")
    contact = stage.contact()
    (ask,) = stage.asks
    assert isinstance(ask, PlaceCall)
    assert (ask.number, ask.route, ask.address) == ("933", "sim-local", PLACE)
    assert (contact.emergency, contact.address) == ("test", DESK)
    assert not any(isinstance(effect, RaiseAlarm) for effect in stage.effects)
    assert (stage.agent().reached_by, stage.agent().reached_until) == ("", 0)


def test_pressed_twice_it_is_one_call() -> None:
    stage = calling()
    key = stage.contact().key
    again = stage.give(DialEmergency(SAM, "9911"))
    assert (again.created, again.contacts, again.effects) == (key, (), ())
    go(stage, DialEmergency(SAM, "933"))
    assert emergency(stage).emergency == "test"
    assert stage.contact(key).phase is Phase.WRAP_UP, "what was not answered yet is not dialled any further"


def test_after_it_has_ended_it_can_be_made_again() -> None:
    stage, key = talking()
    stage.customer_hangs_up(key)
    change = stage.give(DialEmergency(SAM, "911"))
    assert change.created not in (None, key)


@pytest.mark.parametrize("typed", ["112", "555", "", MIA, "2042"])
def test_what_is_no_emergency_number_there_is_refused(typed: str) -> None:
    stage = Stage()
    with pytest.raises(BadInput) as refusal:
        stage.give(DialEmergency(SAM, typed))
    assert (refusal.value.code, refusal.value.field) == ("not_emergency", "number")
    assert stage.floor.contacts == {}


@pytest.mark.parametrize("typed", ["911", "9911", "9 911", "933", "9933", "112"])
def test_no_other_way_calls_such_a_number(typed: str) -> None:
    stage, key = on_a_call()
    for order in (Dial(SAM, typed, hold=True), Consult(SAM, key, "number", typed)):
        with pytest.raises(BadInput) as refusal:
            stage.give(order)
        assert refusal.value.field == "number"
        if typed in ("911", "9911", "9 911", "933", "9933"):
            assert refusal.value.code == "number_emergency"
            assert "emergency button" in str(refusal.value)


def test_an_extension_that_looks_like_one_is_one() -> None:
    jonas = replace(DIRECTORY.agents[JONAS], device="911")
    stage = Stage(replace(DIRECTORY, agents={**DIRECTORY.agents, JONAS: jonas}))
    available(stage)
    with pytest.raises(BadInput, match="emergency"):
        stage.give(Dial(SAM, "911"))


REFUSED: dict[str, tuple[Callable[[], Stage], str, str | None]] = {
    "ready": (Stage, SAM, None),
    "no phone": (lambda: Stage(ready=()), SAM, "no_phone"),
    "switch down": (Stage, SAM, "switch_down"),
    "no numbers in the country": (Stage, JONAS, "not_emergency"),
    "a configured country": (lambda: Stage(NL), JONAS, None),
    "nobody we know": (Stage, "005000000000009AAA", "unknown_agent"),
}


@pytest.mark.parametrize("situation", list(REFUSED))
def test_when_it_cannot_be_made(situation: str) -> None:
    make, agent, code = REFUSED[situation]
    stage = make()
    stage.floor.switch_up = situation != "switch down"
    order = DialEmergency(agent, "112" if agent == JONAS else "911")
    assert guard(stage.floor, stage.directory, order) == code
    if code is not None:
        with pytest.raises(NotAllowed, match=code):
            stage.give(order)
    else:
        stage.give(order)


def test_another_country_s_numbers_come_from_configuration() -> None:
    stage = Stage(NL)
    stage.give(DialEmergency(JONAS, "0112"))
    (ask,) = stage.asks
    assert isinstance(ask, PlaceCall)
    assert (ask.number, ask.route, ask.device) == ("112", "nl-national", "2042")


def test_it_rings_for_as_long_as_it_takes() -> None:
    stage = calling()
    stage.obey()
    assert deadline(stage.contact(), stage.directory) is None
    stage.pass_time(600_000)
    assert stage.asks == []
    assert emergency(stage).phase is Phase.ACTIVE


def test_a_switch_that_keeps_silent_or_refuses_is_told() -> None:
    stage = calling()
    stage.asks.clear()
    stage.pass_time(5_000)
    problem = stage.contact().problem
    assert problem is not None
    assert (problem.code, problem.order) == ("switch_timeout", "dial")
    stage.give(AskRefused(stage.contact().key, stage.contact().key, "no_route", stage.now))
    assert (stage.contact().phase, stage.contact().outcome) == (Phase.WRAP_UP, Outcome.FAILED)


def test_it_has_its_task() -> None:
    stage, key = talking()
    stage.pass_time(60_000)
    go(stage, End(SAM, key))
    task = stage.tasks[-1].fields
    assert (task["Subject"], task["CallType"], task["CallDurationInSeconds"]) == ("Call with 911", "Outbound", 60)


# --- whatever the agent is doing -------------------------------------------------------------------------------------


def away(stage: Stage) -> None:
    stage.give(SetState(SAM, AgentState.UNAVAILABLE, "Lunch"))


def at_lunch() -> Stage:
    stage = Stage()
    away(stage)
    return stage


def free() -> Stage:
    stage = Stage()
    available(stage)
    return stage


def logged_out() -> Stage:
    stage = at_lunch()
    stage.give(LogOut(SAM))
    return stage


STATES: dict[str, tuple[Callable[[], Stage], tuple[AgentState, str]]] = {
    "never seen": (Stage, (AgentState.LOGGED_OUT, "")),
    "logged out": (logged_out, (AgentState.LOGGED_OUT, "")),
    "away": (at_lunch, (AgentState.UNAVAILABLE, "Lunch")),
    "available": (free, (AgentState.AVAILABLE, "")),
    "wrap-up": (lambda: wrapping_up()[0], (AgentState.AVAILABLE, "")),
}


@pytest.mark.parametrize("state", list(STATES))
def test_in_any_state_and_afterwards_back_to_it(state: str) -> None:
    make, after = STATES[state]
    stage = make()
    stage.give(DialEmergency(SAM, "911"))
    assert stage.agent().state is AgentState.WORKING
    stage.obey()
    go(stage, End(SAM, emergency(stage).key))
    for key in stage.agent().contacts:
        stage.give(Done(SAM, key))
    assert (stage.agent().state, stage.agent().reason) == after


def live() -> Stage:
    return on_a_call()[0]


def hold_is_asked_for() -> Stage:
    stage, key = on_a_call()
    stage.give(Hold(SAM, key))
    return stage


def held() -> Stage:
    stage = hold_is_asked_for()
    stage.obey()
    return stage


def resume_is_asked_for() -> Stage:
    stage = held()
    stage.give(Resume(SAM, stage.contact().key))
    return stage


def masked() -> Stage:
    stage, key = on_a_call()
    go(stage, StartRecord(SAM, key), StartMask(SAM, key))
    return stage


def dialling_mia() -> Stage:
    stage = Stage()
    available(stage)
    stage.give(Dial(SAM, MIA))
    stage.obey()
    return stage


def second_call() -> Stage:
    stage = held()
    key = stage.give(Dial(SAM, "+14155550177")).created
    assert key is not None
    stage.obey()
    go(stage, LegAnswered(stage.leg(Role.CUSTOMER, key).id, stage.now))
    return stage


def consult_rings(target: str = "+18005550199", kind: str = "number") -> Stage:
    stage, key = on_a_call()
    go(stage, SetState(JONAS, AgentState.UNAVAILABLE, "Lunch"), Consult(SAM, key, kind, target))
    return stage


def consult_is_up() -> Stage:
    stage = consult_rings()
    consulted = stage.contact().consulted
    assert consulted is not None
    go(stage, LegAnswered(consulted.id, stage.now))
    return stage


def conference() -> Stage:
    stage = consult_is_up()
    go(stage, Merge(SAM, stage.contact().key))
    assert stage.contact().conference
    return stage


def consult_from_a_conference() -> Stage:
    stage = conference()
    key = stage.contact().key
    go(stage, Consult(SAM, key, "number", "+18005550188"))
    consulted = stage.contact().consulted
    assert consulted is not None
    go(stage, LegAnswered(consulted.id, stage.now))
    return stage


def merge_is_asked_for() -> Stage:
    stage = consult_is_up()
    stage.give(Merge(SAM, stage.contact().key))
    return stage


def offered_a_call() -> Stage:
    stage = Stage()
    available(stage)
    stage.ring_in()
    stage.obey()
    return stage


def answering() -> Stage:
    stage = offered_a_call()
    stage.give(Answer(SAM, stage.contact().key))
    return stage


def offered_a_callback() -> Stage:
    stage = Stage()
    available(stage)
    stage.give(CallbackRequested("cb", MIA, "Mia", "support", 0, 5, START))
    return stage


def on_an_e_mail() -> Stage:
    stage = Stage()
    available(stage)
    stage.give(WorkDelivered("mail", Kind.EMAIL, "support", "Hello", (), "", None, 5, START))
    stage.give(Answer(SAM, "mail"))
    return stage


def helping_a_colleague() -> Stage:
    """Jonas has Mia on hold and asks Sam."""
    stage = Stage()
    available(stage, JONAS)
    key = stage.ring_in()
    stage.obey()
    go(stage, Answer(JONAS, key), SetState(SAM, AgentState.UNAVAILABLE, "Lunch"), Consult(JONAS, key, "agent", SAM))
    (request,) = stage.agent().contacts
    go(stage, Answer(SAM, request))
    return stage


SITUATIONS: dict[str, Callable[[], Stage]] = {
    "live": live,
    "hold is asked for": hold_is_asked_for,
    "held": held,
    "resume is asked for": resume_is_asked_for,
    "masked": masked,
    "dialling": dialling_mia,
    "a second call": second_call,
    "a consult rings": consult_rings,
    "a consult of a colleague rings": lambda: consult_rings(JONAS, "agent"),
    "a consult waits in a queue": lambda: consult_rings("sales", "skill"),
    "in a consult": consult_is_up,
    "in a conference": conference,
    "in a consult from a conference": consult_from_a_conference,
    "merge is asked for": merge_is_asked_for,
    "offered a call": offered_a_call,
    "answering": answering,
    "offered a callback": offered_a_callback,
    "on an e-mail": on_an_e_mail,
    "helping a colleague": helping_a_colleague,
}


def ears(stage: Stage) -> set[str]:
    """Legs that hear the agent's other legs, if the switch did all it was asked in order."""
    return {
        contact.key
        for key in stage.agent().contacts
        if (contact := stage.contact(key)).phase is Phase.ACTIVE and contact.kind is not Kind.EMAIL and contact.in_ear
    }


@pytest.mark.parametrize("obeys", [True, False])
@pytest.mark.parametrize("situation", list(SITUATIONS))
def test_it_is_dialled_first_and_everybody_else_is_out_of_the_ear(situation: str, obeys: bool) -> None:
    stage = SITUATIONS[situation]()
    before = len(stage.asks)
    customers = {
        leg.id
        for contact in stage.floor.contacts.values()
        for leg in contact.legs
        if leg.role is Role.CUSTOMER and leg.state.value in ("CONNECTED", "HELD")
    }
    change = stage.give(DialEmergency(SAM, "911"))
    asks = stage.asks[before:]
    assert isinstance(asks[0], PlaceCall), "nothing is asked or awaited before it"
    assert asks[0].contact == change.created
    dropped = {ask.leg for ask in asks if isinstance(ask, EndLeg)}
    assert not dropped & customers, "nobody who is there is dropped"
    if obeys:
        stage.obey()
        go(stage, LegAnswered(stage.leg(Role.CUSTOMER, change.created).id, stage.now))
        stage.obey()
        assert ears(stage) == {change.created}
        assert not any(stage.floor.contacts[key].phase is Phase.OFFERED for key in stage.agent().contacts), (
            "nothing else rings"
        )
        gone = [leg for leg in customers if leg not in stage.floor.legs]
        assert not gone, "everybody is still there"


def test_a_live_call_is_held_and_comes_back() -> None:
    stage, key = on_a_call()
    stage.give(DialEmergency(SAM, "911"))
    _, mix = stage.asks
    assert isinstance(mix, Mix)
    assert (mix.talking, mix.parked) == ((stage.leg(Role.AGENT, key).id,), (stage.leg(Role.CUSTOMER, key).id,))
    assert [ask.goal for ask in stage.contact(key).asked] == ["hold"]
    stage.obey()
    assert stage.contact(key).held
    other = emergency(stage).key
    assert controls(stage.floor, stage.contact(key), stage.directory)["resume"] == "other_call"
    go(stage, End(SAM, other), Resume(SAM, key))
    assert stage.contact(key).in_ear


def test_the_hold_is_asked_for_again_when_it_was_refused_meanwhile() -> None:
    stage, key = on_a_call()
    stage.give(DialEmergency(SAM, "911"))
    (ask,) = stage.contact(key).asked
    stage.asks.pop()
    stage.obey()
    stage.give(AskRefused(key, ask.id, "will_not", stage.now))
    go(stage, LegAnswered(stage.leg(Role.CUSTOMER, emergency(stage).key).id, stage.now))
    assert stage.contact(key).held


def test_the_others_of_a_conference_talk_on_and_the_agent_comes_back() -> None:
    stage = conference()
    key = stage.contact().key
    mine = stage.leg(Role.AGENT, key).id
    others = {leg.id for leg in stage.contact().legs} - {mine}
    stage.give(DialEmergency(SAM, "911"))
    _, mix = stage.asks
    assert isinstance(mix, Mix)
    assert (set(mix.talking), mix.parked) == (others, ())
    stage.obey()
    contact = stage.contact(key)
    agent = contact.leg(Role.AGENT)
    assert agent is not None
    assert not agent.joined
    assert {leg.id for leg in contact.joined} == others
    go(stage, End(SAM, emergency(stage).key), Resume(SAM, key))
    assert stage.contact(key).in_ear


def test_who_was_dialled_before_and_answers_all_the_same_waits() -> None:
    stage = dialling_mia()
    first = stage.contact().key
    customer = stage.leg(Role.CUSTOMER, first).id
    stage.give(DialEmergency(SAM, "911"))
    key = emergency(stage).key
    answered = stage.leg(Role.CUSTOMER, key).id
    stage.asks.clear()
    go(stage, LegAnswered(stage.leg(Role.AGENT, key).id, stage.now), LegAnswered(answered, stage.now))
    go(stage, LegAnswered(customer, stage.now))
    assert ears(stage) == {key}
    assert stage.contact(first).held


def test_an_offered_call_is_for_others_and_the_agent_is_not_to_blame() -> None:
    stage = offered_a_call()
    available(stage, JONAS)
    key = stage.contact().key
    stage.give(DialEmergency(SAM, "911"))
    assert stage.contact(key).agent == JONAS
    assert stage.agent().next is None


def test_a_colleague_who_calls_is_told_that_the_agent_is_busy() -> None:
    stage = Stage()
    for agent in (SAM, JONAS):
        stage.give(SetState(agent, AgentState.UNAVAILABLE, "Lunch"))
    key = stage.give(Dial(JONAS, "2041", "sales")).created
    assert key is not None
    stage.obey()
    assert stage.contact(stage.agent().contacts[0]).phase is Phase.OFFERED
    go(stage, DialEmergency(SAM, "911"))
    assert [stage.contact(other).number for other in stage.agent().contacts] == ["911"]
    assert stage.contact(key).outcome is Outcome.BUSY


# --- never recorded --------------------------------------------------------------------------------------------------


def always_recorded(**changes: object) -> Directory:
    directory = configured(WITH_ADDRESS, **changes)
    support = replace(directory.skills["support"], recording=RecordingMode.ALWAYS)
    return replace(directory, skills={**directory.skills, "support": support})


@pytest.mark.parametrize("mask", [False, True])
def test_it_is_never_recorded(mask: bool) -> None:
    stage, key = talking(always_recorded())
    if mask:
        go(stage, StartMask(SAM, key), StopMask(SAM, key))
    asked = [ask for ask in map(_ask_of, stage.effects) if isinstance(ask, SetRecording)]
    assert Recording.ON not in {ask.recording for ask in asked}
    assert stage.contact(key).recording is Recording.OFF
    on_offer = controls(stage.floor, stage.contact(key), stage.directory)
    assert (on_offer["record"], on_offer["stop_record"]) == ("emergency", "emergency")
    with pytest.raises(NotAllowed, match="emergency"):
        stage.give(StartRecord(SAM, key))


def _ask_of(effect: object) -> object:
    return getattr(effect, "ask", None)


def test_unless_the_administrator_says_so() -> None:
    stage, key = talking(always_recorded(emergency_record=True))
    assert stage.contact(key).recording is Recording.ON


def test_nor_for_whoever_gets_it() -> None:
    stage, key = talking(always_recorded())
    go(stage, SetState(JONAS, AgentState.UNAVAILABLE, "Lunch"), Consult(SAM, key, "agent", JONAS))
    (request,) = stage.agent(JONAS).contacts
    go(stage, Answer(JONAS, request), Transfer(SAM, key))
    received = stage.contact(request)
    assert (received.emergency, received.address, received.number) == ("local", DESK, "911")
    assert received.recording is Recording.OFF


def test_nor_when_it_waits_for_another_agent() -> None:
    stage, key = talking(always_recorded())
    go(stage, Hold(SAM, key))
    stage.walks_away(key)
    available(stage, JONAS)
    (waiting,) = stage.agent(JONAS).contacts
    go(stage, Answer(JONAS, waiting))
    contact = stage.contact(waiting)
    assert (contact.phase, contact.emergency, contact.recording) == (Phase.ACTIVE, "local", Recording.OFF)
    assert contact.priority == 0


# --- who calls back --------------------------------------------------------------------------------------------------


def called_back(directory: Directory = WITH_ADDRESS, after: int = 600_000) -> Stage:
    """Sam's emergency call is over, Sam is away, and the answering point calls back."""
    stage = Stage(directory)
    stage.give(SetState(SAM, AgentState.UNAVAILABLE, "Lunch"))
    stage.give(DialEmergency(SAM, "911"))
    stage.obey()
    key = emergency(stage).key
    go(stage, End(SAM, key), Done(SAM, key))
    stage.saved(key)
    stage.pass_time(after)
    stage.asks.clear()
    stage.ring_in("+14155550000", DIRECT)
    return stage


def test_it_rings_the_agent_in_any_state() -> None:
    stage = called_back()
    contact = stage.contact()
    assert (contact.phase, contact.agent, contact.reaches, contact.priority) == (Phase.OFFERED, SAM, SAM, 1)
    assert any(isinstance(ask, Offer) and ask.device == "2041" for ask in stage.asks)
    go(stage, Answer(SAM, contact.key))
    assert stage.contact().phase is Phase.ACTIVE
    go(stage, End(SAM, contact.key), Done(SAM, contact.key))
    assert (stage.agent().state, stage.agent().reason) == (AgentState.UNAVAILABLE, "Lunch")


def test_also_one_who_is_logged_out() -> None:
    stage = Stage(WITH_ADDRESS)
    stage.give(DialEmergency(SAM, "911"))
    stage.obey()
    key = emergency(stage).key
    go(stage, End(SAM, key), Done(SAM, key))
    assert stage.agent().state is AgentState.LOGGED_OUT
    again = stage.ring_in("+14155550000", DIRECT)
    assert (stage.contact(again).phase, stage.contact(again).agent) == (Phase.OFFERED, SAM)
    go(stage, Answer(SAM, again), End(SAM, again), Done(SAM, again))
    assert stage.agent().state is AgentState.LOGGED_OUT


@pytest.mark.parametrize("during", ["live", "held", "in a conference", "a second call"])
def test_also_one_who_is_in_calls(during: str) -> None:
    stage = SITUATIONS[during]()
    stage.directory = WITH_ADDRESS
    stage.give(DialEmergency(SAM, "911"))
    stage.obey()
    first = emergency(stage).key
    go(stage, LegAnswered(stage.leg(Role.CUSTOMER, first).id, stage.now))
    stage.customer_hangs_up(first)
    stage.obey()
    again = stage.ring_in("+14155550000", DIRECT)
    assert stage.contact(again).agent == SAM
    stage.obey()
    go(stage, Answer(SAM, again))
    assert ears(stage) == {again}


def test_past_queues_and_closed_hours() -> None:
    support = replace(WITH_ADDRESS.skills["support"], hours=(Opening(6, 0, 1),), longest_queue=0)
    stage = called_back(replace(WITH_ADDRESS, skills={**WITH_ADDRESS.skills, "support": support}))
    assert (stage.contact().phase, stage.contact().skill) == (Phase.OFFERED, "support")


@pytest.mark.parametrize(("after", "rings"), [(3_599_999, True), (3_600_000, False)])
def test_within_the_configured_time(after: int, rings: bool) -> None:
    stage = called_back(after=after)
    assert (stage.contact().agent == SAM) == rings
    assert stage.contact().reaches == (SAM if rings else "")
    assert stage.contact().skill == "support"


def test_other_numbers_are_for_the_queues() -> None:
    stage = called_back()
    other = stage.ring_in(MIA, LINE)
    assert (stage.contact(other).phase, stage.contact(other).reaches) == (Phase.QUEUED, "")


def test_of_several_who_showed_the_same_number_the_last_one_is_rung() -> None:
    directory = replace(configured(NL, emergency_number=FIRE))
    stage = Stage(directory)
    for agent, number in ((SAM, "911"), (JONAS, "112")):
        stage.give(DialEmergency(agent, number))
        stage.obey()
        stage.now += 1
    assert stage.contact(stage.ring_in("+14155550000", FIRE)).reaches == JONAS


@pytest.mark.parametrize("how", ["missed", "declined", "phone declined"])
def test_not_taken_it_rings_again_after_a_moment_and_the_agent_is_as_before(how: str) -> None:
    stage = called_back()
    key = stage.contact().key
    stage.obey()
    if how == "missed":
        stage.pass_time(20_000)
    elif how == "declined":
        stage.give(Decline(SAM, key))
    else:
        stage.give(LegEnded(stage.leg(Role.AGENT, key).id, "declined", stage.now))
    contact = stage.contact(key)
    assert (contact.phase, contact.skill, contact.priority, contact.attempts) == (Phase.QUEUED, "support", 1, 1)
    assert (stage.agent().state, stage.agent().reason) == (AgentState.UNAVAILABLE, "Lunch")
    stage.pass_time(4_999)
    assert stage.contact(key).phase is Phase.QUEUED
    stage.pass_time(1)
    assert (stage.contact(key).phase, stage.contact(key).agent) == (Phase.OFFERED, SAM)
    assert len(stage.agent().missed) == 1
    stage.pass_time(25_000)
    assert stage.contact(key).phase is Phase.OFFERED
    assert len(stage.agent().missed) == 1, "it stands there once"


def test_not_taken_another_agent_who_is_free_gets_it() -> None:
    stage = called_back()
    key = stage.contact().key
    available(stage, JONAS)
    assert stage.contact(key).agent == SAM
    stage.give(Decline(SAM, key))
    assert stage.contact(key).agent == JONAS
    stage.give(Decline(JONAS, key))
    assert stage.agent(JONAS).reason == "Declined a call"
    stage.pass_time(5_000)
    assert stage.contact(key).agent == SAM


def test_an_agent_who_is_available_is_not_rung_in_a_circle() -> None:
    stage = called_back()
    key = stage.contact().key
    available(stage)
    stage.give(LegEnded(stage.leg(Role.AGENT, key).id, "failed", stage.now))
    assert stage.contact(key).phase is Phase.QUEUED
    stage.give(PhoneChanged("2042", False))
    assert stage.contact(key).phase is Phase.QUEUED


def test_without_a_phone_it_waits_for_any_agent_with_priority() -> None:
    stage = Stage(WITH_ADDRESS)
    stage.give(DialEmergency(SAM, "911"))
    stage.obey()
    stage.give(PhoneChanged("2041", False))
    stage.ring_in()
    key = stage.ring_in("+14155550000", DIRECT)
    assert stage.contact(key).phase is Phase.QUEUED
    assert stage.floor.queues["support"][0] == key
    available(stage, JONAS)
    assert stage.contact(key).agent == JONAS


def test_when_the_time_is_over_it_waits_like_any_other_with_priority() -> None:
    stage = called_back(after=3_599_000)
    key = stage.contact().key
    stage.give(Decline(SAM, key))
    stage.pass_time(10_000)
    assert stage.contact(key).phase is Phase.QUEUED
    available(stage)
    assert stage.contact(key).agent == SAM


def test_the_answering_point_that_hangs_up_is_gone() -> None:
    stage = called_back()
    stage.give(LegEnded(stage.leg(Role.CUSTOMER).id, "normal", stage.now))
    assert stage.floor.contacts == {}
    assert [missed.outcome for missed in stage.agent().missed] == ["abandoned"]


def test_who_dials_again_does_not_put_back_who_is_calling_back() -> None:
    stage = called_back()
    key = stage.contact().key
    stage.give(DialEmergency(SAM, "911"))
    assert (stage.contact(key).phase, stage.contact(key).agent) == (Phase.OFFERED, SAM)


def test_news_of_it_twice_is_one_call() -> None:
    stage = called_back()
    assert stage.give(CallArrived("in-1", "+14155550000", DIRECT, stage.now)).contacts == ()


# --- dialled on the phone itself -------------------------------------------------------------------------------------


def test_what_the_switch_is_to_know_of_each_phone() -> None:
    agents = {
        SAM: Profile(SAM, "Sam", "2041", direct_number=DIRECT, address=PLACE, address_verified=True),
        JONAS: Profile(JONAS, "Jonas", "2042", "NL", address=PLACE),
        "005C": Profile("005C", "Nobody's phone"),
        "005D": Profile("005D", "Elsewhere", "2044", "XX"),
    }
    dutch = EmergencyRoute("NL", ("112",), (), ("0", "00"), "nl-local", "nl-national")
    directory = configured(replace(DIRECTORY, agents=agents, emergency=(dutch,)), emergency_number=FIRE)
    american = {"9911": "911", "9933": "933", "911": "911", "933": "933"}
    assert phone_plans(directory) == (
        PhonePlan("2041", DIRECT, "sim-local", "sim-national", american, PLACE),
        PhonePlan("2042", FIRE, "nl-national", "nl-local", {"0112": "112", "00112": "112", "112": "112"}),
    )


def test_a_number_that_is_another_one_with_a_prefix_means_itself() -> None:
    route = EmergencyRoute("XX", ("11", "911"), (), ("9",))
    assert dialled_numbers(route) == {"911": "911", "9911": "911", "11": "11"}


@pytest.mark.parametrize(
    ("directory", "sent", "address"),
    [(WITH_ADDRESS, True, DESK), (WITH_ADDRESS, False, ""), (DIRECTORY, True, "")],
)
def test_others_are_told_of_what_was_dialled_on_the_phone(directory: Directory, sent: bool, address: str) -> None:
    stage = Stage(directory)
    change = stage.give(EmergencyDialled("2041", "911", FIRE, sent, START - 20))
    (alarm,) = [effect for effect in change.effects if isinstance(effect, RaiseAlarm)]
    assert alarm == RaiseAlarm(SAM, alarm.contact, "911", FIRE, address, START - 20)
    assert alarm.contact
    assert (stage.agent().reached_by, stage.agent().reached_until) == (FIRE, START + 3_600_000)
    assert not stage.asks
    assert not change.unknown


def test_nobody_offers_calls_to_a_phone_on_which_help_is_called() -> None:
    stage = Stage()
    available(stage)
    stage.pass_time(1_000)
    stage.give(EmergencyDialled("2041", "911", DIRECT, False, START))
    assert (stage.agent().state, stage.agent().reason) == (AgentState.UNAVAILABLE, "Emergency call")
    assert stage.agent().since == START + 1_000
    stage.give(CallArrived("leg", MIA, LINE, START))
    assert not [ask for ask in stage.asks if isinstance(ask, Offer)]
    stage.give(CallArrived("back", "+14155550000", DIRECT, START))
    (offer,) = [ask for ask in stage.asks if isinstance(ask, Offer)]
    assert (offer.device, offer.customer_leg) == ("2041", "back")


def test_who_is_not_available_stays_as_they_are() -> None:
    stage, _ = on_a_call()
    before = stage.agent()
    stage.give(EmergencyDialled("2041", "911", DIRECT, False, START))
    assert replace(stage.agent(), reached_by="", reached_until=0) == before


def test_a_test_on_the_phone_alarms_nobody() -> None:
    stage = Stage(WITH_ADDRESS)
    change = stage.give(EmergencyDialled("2041", "933", DIRECT, True, START))
    assert not change.effects
    assert stage.agent().reached_by == ""


def test_an_old_plan_may_have_numbers_that_are_none_any_more() -> None:
    change = Stage(WITH_ADDRESS).give(EmergencyDialled("2041", "112", DIRECT, True, START))
    assert [type(effect) for effect in change.effects if isinstance(effect, RaiseAlarm)] == [RaiseAlarm]


def test_a_phone_of_nobody_s_is_counted_only() -> None:
    change = Stage(WITH_ADDRESS).give(EmergencyDialled("2099", "911", DIRECT, True, START))
    assert (change.unknown, change.effects) == (True, ())
