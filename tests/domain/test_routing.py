"""Who gets what: the agent for a contact, who waits before whom, and who is turned away."""

import pytest
from msgspec.structs import replace

from connector.domain.commands import DialEmergency
from connector.domain.directory import Directory, Opening, Profile
from connector.domain.events import CallArrived, WorkDelivered
from connector.domain.model import Agent, AgentState, Contact, Floor, Kind, Match, MatchState, Phase
from connector.domain.routing import agent_for, best_agent, candidates, interruptible, reached, turned_away, waiting
from connector.domain.step import Stamp, Step
from tests.domain.stage import (
    DIRECTORY,
    JONAS,
    LINE,
    MIA,
    SAM,
    START,
    Stage,
    with_skill,
)

PRIYA = "005000000000003AAA"
DIRECT = "+14155550188"
NOW = START + 10_000
NEVER = (Opening(6, 0, 1),)


def step_of(*agents: Agent, contacts: tuple[Contact, ...] = (), directory: Directory = DIRECTORY) -> Step:
    queues: dict[str, tuple[str, ...]] = {}
    for contact in contacts:
        if contact.agent is None:
            queues[contact.skill] = (*queues.get(contact.skill, ()), contact.key)
    known = {contact.key: contact for contact in contacts}
    return Step(Floor(known, {agent.id: agent for agent in agents}, queues), directory, Stamp(NOW, "id"))


def free(agent: str = SAM, since: int = START, **changes: object) -> Agent:
    return replace(Agent(agent, AgentState.AVAILABLE, since=since, phone_ready=True), **changes)


def waits(key: str = "k", **changes: object) -> Contact:
    contact = Contact(key, key, Kind.INBOUND, Phase.QUEUED, MIA, LINE, "support", START, Match(MatchState.NONE))
    return replace(contact, **changes)


def at_hand(agent: str, kind: Kind = Kind.EMAIL, phase: Phase = Phase.ACTIVE) -> tuple[Agent, Contact]:
    """An agent who would be Available but for one contact."""
    contact = waits(f"of {agent}", kind=kind, phase=phase, agent=agent)
    busy = free(agent, state=AgentState.WORKING, before=(AgentState.AVAILABLE, ""), contacts=(contact.key,))
    return busy, contact


# --- the agent for a contact ---------------------------------------------------------------------------------------

ANY = replace(DIRECTORY, agents={key: replace(known, skills={"support": 5}) for key, known in DIRECTORY.agents.items()})


def test_the_most_proficient_who_is_free() -> None:
    step = step_of(free(SAM, START + 1), free(JONAS, START))
    assert best_agent(step, "support") == free(SAM, START + 1), "Sam knows it better"
    assert best_agent(step, "sales") == free(JONAS, START), "Sam has it not"


@pytest.mark.parametrize(("sam", "jonas", "who"), [(1, 0, JONAS), (0, 1, SAM), (0, 0, SAM)])
def test_among_equals_who_has_been_free_the_longest(sam: int, jonas: int, who: str) -> None:
    found = best_agent(step_of(free(SAM, sam), free(JONAS, jonas), directory=ANY), "support")
    assert found is not None
    assert found.id == who


@pytest.mark.parametrize("state", [state for state in AgentState if state is not AgentState.AVAILABLE])
@pytest.mark.parametrize("silent", [False, True])
def test_who_is_not_available_gets_nothing(state: AgentState, silent: bool) -> None:
    step = step_of(free(SAM, state=state), free(JONAS))
    found = best_agent(step, "support", silent=silent)
    assert found is not None
    assert found.id == JONAS
    assert best_agent(step, "billing", silent=silent) is None


@pytest.mark.parametrize(("silent", "who"), [(False, JONAS), (True, SAM)])
def test_a_call_needs_a_phone_and_nothing_else_does(silent: bool, who: str) -> None:
    found = best_agent(step_of(free(SAM, phone_ready=False), free(JONAS)), "support", silent=silent)
    assert found is not None
    assert found.id == who


def test_who_is_free_comes_before_who_has_an_e_mail() -> None:
    sam, e_mail = at_hand(SAM)
    jonas, other = at_hand(JONAS)
    step = step_of(sam, free(JONAS), contacts=(e_mail,))
    assert best_agent(step, "support") == free(JONAS)
    assert best_agent(step, "billing") == sam
    assert best_agent(step, "billing", silent=True) is None
    both = step_of(jonas, sam, contacts=(e_mail, other))
    assert best_agent(both, "support") == sam


@pytest.mark.parametrize(
    ("given_back", "who"),
    [
        (("", 0), SAM),
        ((SAM, START - 1), SAM),
        ((SAM, START), JONAS),
        ((SAM, START + 1), JONAS),
        ((JONAS, START + 1), SAM),
    ],
)
def test_who_gave_it_back_does_something_else_first(given_back: tuple[str, int], who: str) -> None:
    step = step_of(free(SAM), free(JONAS))
    for kind in (Kind.WORK_ITEM, Kind.EMAIL):
        found = agent_for(step, waits(kind=kind, given_back=given_back))
        assert found is not None
        assert found.id == who


def test_the_next_in_line_is_looked_at_too() -> None:
    """Who cannot be offered it does not hide who can, wherever they stand in the directory."""
    agents = {key: Profile(key, key, skills={"support": 5}) for key in ("a", "b", "c", "d", "e")}
    directory = replace(DIRECTORY, agents=agents)
    step = step_of(
        free("a", phone_ready=False),
        free("b", state=AgentState.UNAVAILABLE),
        free("c"),
        free("d", START + 1),
        free("e", START - 1),
        directory=directory,
    )
    assert best_agent(step, "support", not_to=("c", START)) == free("e", START - 1)
    assert best_agent(step, "support") == free("e", START - 1)


def test_nobody_is_nobody() -> None:
    assert best_agent(step_of(), "support") is None
    assert candidates(replace(DIRECTORY, agents={}), "support") == {}


# --- who can be interrupted ----------------------------------------------------------------------------------------

INTERRUPTED: dict[str, tuple[Kind, Phase, bool]] = {
    "an e-mail": (Kind.EMAIL, Phase.ACTIVE, True),
    "an e-mail that is offered": (Kind.EMAIL, Phase.OFFERED, False),
    "an e-mail's wrap-up": (Kind.EMAIL, Phase.WRAP_UP, False),
    "a work item": (Kind.WORK_ITEM, Phase.ACTIVE, False),
    "a call": (Kind.INBOUND, Phase.ACTIVE, False),
}


@pytest.mark.parametrize("what", list(INTERRUPTED))
def test_only_an_e_mail_at_hand_is_interrupted(what: str) -> None:
    kind, phase, can = INTERRUPTED[what]
    sam, contact = at_hand(SAM, kind, phase)
    assert interruptible(step_of(sam, contacts=(contact,)), sam) is can
    _, e_mail = at_hand("another", Kind.EMAIL)
    both = replace(sam, contacts=(contact.key, e_mail.key))
    assert interruptible(step_of(both, contacts=(contact, e_mail)), both) is can
    lost = replace(sam, contacts=(contact.key, "lost"))
    assert interruptible(step_of(lost, contacts=(contact,)), lost) is can


FREE, AWAY = (AgentState.AVAILABLE, ""), (AgentState.UNAVAILABLE, "Lunch")


@pytest.mark.parametrize(
    ("state", "before", "after", "can"),
    [
        (AgentState.WORKING, FREE, None, True),
        (AgentState.WORKING, AWAY, None, False),
        (AgentState.WORKING, AWAY, FREE, True),
        (AgentState.WORKING, FREE, AWAY, False),
        (AgentState.WRAP_UP, FREE, None, False),
        (AgentState.AVAILABLE, FREE, None, False),
    ],
)
def test_only_who_would_be_available_is_interrupted(
    state: AgentState, before: tuple[AgentState, str], after: tuple[AgentState, str] | None, can: bool
) -> None:
    sam, e_mail = at_hand(SAM)
    sam = replace(sam, state=state, before=before, next=after)
    assert interruptible(step_of(sam, contacts=(e_mail,)), sam) is can


# --- who waits -----------------------------------------------------------------------------------------------------


def test_priority_then_age_then_key_over_all_skills() -> None:
    contacts = (
        waits("d", started=START + 1),
        waits("c", started=START + 1, skill="billing"),
        waits("b", started=START + 2, priority=1),
        waits("a", started=START + 3, skill="sales"),
        waits("e", started=START),
    )
    assert [contact.key for contact in waiting(step_of(contacts=contacts))] == ["b", "e", "c", "d", "a"]


@pytest.mark.parametrize(("not_before", "there"), [(0, True), (NOW - 1, True), (NOW, True), (NOW + 1, False)])
def test_who_is_to_be_called_later_does_not_wait_yet(not_before: int, there: bool) -> None:
    later, back = waits(not_before=not_before), waits("r", not_before=not_before, reaches=SAM, started=NOW)
    found = waiting(step_of(contacts=(later, back)))
    assert found == ([later, back] if there else [back]), "who calls back waits for others meanwhile"


def test_what_waits_no_more_is_not_among_them() -> None:
    step = step_of(contacts=(waits(), waits("gone"), waits("taken")))
    del step.floor.contacts["gone"]
    step.put(replace(waits("taken"), phase=Phase.OFFERED))
    assert [contact.key for contact in waiting(step)] == ["k"]


# --- who is turned away --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("callers", "longest", "code"),
    [(0, 0, "full"), (0, 1, None), (1, 1, "full"), (1, 2, None), (2, 1, "full"), (9, None, None)],
)
@pytest.mark.parametrize("others", [0, 3])
def test_callers_only_make_a_queue_long(callers: int, longest: int | None, code: str | None, others: int) -> None:
    kinds = (Kind.CALLBACK, Kind.WORK_ITEM, Kind.EMAIL)[:others]
    contacts = tuple(waits(f"c{n}") for n in range(callers))
    contacts += tuple(waits(f"o{kind}", kind=kind) for kind in kinds)
    contacts += tuple(waits(f"b{n}", skill="billing") for n in range(others))
    directory = with_skill("support", longest_queue=longest)
    skill = directory.skills["support"]
    assert turned_away(step_of(contacts=contacts, directory=directory), skill) == code
    somebody = step_of(free(JONAS), contacts=contacts, directory=directory)
    assert turned_away(somebody, skill) is None, "who is taken at once does not wait"
    closed = replace(skill, hours=NEVER)
    assert turned_away(somebody, closed) == "closed"


def test_a_key_that_stands_for_nobody_makes_no_queue_longer() -> None:
    step = step_of(contacts=(waits(), waits("gone")), directory=with_skill("support", longest_queue=2))
    del step.floor.contacts["gone"]
    assert turned_away(step, step.directory.skills["support"]) is None


def test_work_items_take_no_place_of_a_caller() -> None:
    stage = Stage(with_skill("support", longest_queue=1))
    for n in range(3):
        stage.give(WorkDelivered(f"w{n}", Kind.WORK_ITEM, "support", "Refund", (), "", None, 5, START))
    assert stage.contact(stage.ring_in()).phase is Phase.QUEUED
    assert stage.give(CallArrived("late", MIA, LINE, stage.now)).contacts == ()


# --- who may be offered a skill ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("skill", "default", "found"),
    [
        ("support", "billing", {SAM: 8, JONAS: 5}),
        ("billing", "support", {SAM: 5}),
        ("nothing", "support", {SAM: 8, JONAS: 5}),
        ("nothing", "billing", {SAM: 5}),
        ("nothing", "nothing", {SAM: 0, JONAS: 0}),
        ("unwanted", "support", {SAM: 8, JONAS: 5}),
        ("unwanted", "unwanted", {SAM: 0, JONAS: 0}),
    ],
)
def test_whom_a_skill_is_for(skill: str, default: str, found: dict[str, int]) -> None:
    unwanted = replace(DIRECTORY.skills["sales"], id="unwanted")
    settings = replace(DIRECTORY.settings, default_skill=default)
    directory = replace(DIRECTORY, skills={**DIRECTORY.skills, "unwanted": unwanted}, settings=settings)
    assert candidates(directory, skill) == found


def test_a_skill_that_agents_still_have_but_the_directory_has_not_is_none() -> None:
    directory = replace(DIRECTORY, skills={"support": DIRECTORY.skills["support"]})
    assert candidates(directory, "billing") == {SAM: 8, JONAS: 5}


# --- who calls back after an emergency call ------------------------------------------------------------------------


def reaching(agent: str = SAM, until: int = NOW + 1, **changes: object) -> Agent:
    return replace(free(agent, reached_by=DIRECT, reached_until=until), **changes)


def test_the_number_shown_reaches_who_showed_it_last_and_for_a_time() -> None:
    assert reached(step_of(reaching()), DIRECT) == SAM
    assert reached(step_of(reaching(until=NOW)), DIRECT) == ""
    assert reached(step_of(reaching()), LINE) == ""
    assert reached(step_of(), DIRECT) == ""
    for first, last in ((SAM, JONAS), (JONAS, SAM)):
        both = step_of(reaching(first, NOW + 1), reaching(last, NOW + 2))
        assert reached(both, DIRECT) == last


def test_an_empty_number_reaches_nobody() -> None:
    assert reached(step_of(reaching(reached_by="")), "") == ""
    stage = Stage(replace(DIRECTORY, skills={}))
    stage.give(DialEmergency(SAM, "911"))
    stage.obey()
    assert (stage.contact().line, stage.agent().reached_by) == ("", "")
    key = stage.ring_in("+14155550000", "")
    assert (stage.contact(key).reaches, stage.contact(key).agent) == ("", None)


LUNCH = AgentState.UNAVAILABLE
BACK = waits(reaches=SAM, priority=1)
REACHED: dict[str, tuple[Contact, tuple[Agent, ...], str | None]] = {
    "the first time the one who made the call, though a colleague is free": (BACK, (reaching(), free(JONAS)), SAM),
    "in any state": (BACK, (reaching(state=AgentState.LOGGED_OUT), free(JONAS)), SAM),
    "with no phone a colleague": (BACK, (reaching(phone_ready=False), free(JONAS)), JONAS),
    "with no phone nobody": (BACK, (reaching(phone_ready=False),), None),
    "when the time is over a colleague": (BACK, (reaching(until=NOW, state=LUNCH), free(JONAS)), JONAS),
    "when the time is over nobody": (BACK, (reaching(until=NOW, state=LUNCH),), None),
    "the last moment of it": (BACK, (reaching(until=NOW + 1), free(JONAS)), SAM),
    "not taken, a colleague who is free": (
        replace(BACK, attempts=1),
        (reaching(state=LUNCH), free(PRIYA), free(JONAS)),
        JONAS,
    ),
    "not taken, and nobody is free": (
        replace(BACK, attempts=1),
        (reaching(state=AgentState.UNAVAILABLE), free(JONAS, state=AgentState.UNAVAILABLE)),
        SAM,
    ),
    "a moment later the same": (replace(BACK, attempts=1, not_before=NOW), (reaching(),), SAM),
    "not more often than that": (replace(BACK, attempts=1, not_before=NOW + 1), (reaching(),), None),
    "nor when they have become free just now": (
        replace(BACK, attempts=1, not_before=NOW + 1),
        (reaching(since=NOW),),
        None,
    ),
    "meanwhile a colleague": (replace(BACK, attempts=1, not_before=NOW + 1), (reaching(), free(JONAS)), JONAS),
}


@pytest.mark.parametrize("situation", list(REACHED))
def test_who_is_rung_when_an_emergency_call_is_called_back(situation: str) -> None:
    contact, agents, who = REACHED[situation]
    found = agent_for(step_of(*agents, contacts=(contact,), directory=ANY), contact)
    assert (found and found.id) == who


def test_who_has_left_the_directory_is_not_rung() -> None:
    directory = replace(DIRECTORY, agents={JONAS: DIRECTORY.agents[JONAS]})
    step = step_of(reaching(), free(JONAS), contacts=(BACK,), directory=directory)
    assert agent_for(step, BACK) == free(JONAS)
    alone = step_of(reaching(), contacts=(BACK,), directory=directory)
    assert agent_for(alone, BACK) is None
