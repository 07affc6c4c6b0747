"""What an agent may do apart from a contact: tables written by hand, with the code of each refusal."""

import pytest
from msgspec.structs import replace

from connector.domain.directory import Directory, EmergencyRoute
from connector.domain.model import Agent, AgentState, Contact, Floor, Kind, Phase
from connector.domain.rules.allowed_agents import (
    Rights,
    agent_controls,
    dial,
    dial_emergency,
    dial_held,
    log_out,
    outbound_skills,
    reachable,
    rights_of,
    set_state,
)
from tests.domain.stage import DIRECTORY, JONAS, SAM, START
from tests.domain.test_allowed import HELD, RINGING, asking, call, party
from tests.domain.test_decide import asked

GONE = "gone"
FREE = Agent(SAM, AgentState.AVAILABLE, phone_ready=True)


def floor_of(*contacts: Contact, switch_up: bool = True) -> tuple[Floor, Agent]:
    """Sam's contacts, under keys of their own."""
    known = {f"k{n}": replace(contact, key=f"k{n}") for n, contact in enumerate(contacts)}
    # Two calls of one agent have different legs, else they are one conversation.
    for n, (key, contact) in enumerate(known.items()):
        known[key] = replace(contact, legs=tuple(replace(leg, id=f"{leg.id}{n}") for leg in contact.legs))
    sam = replace(FREE, contacts=tuple(known))
    return Floor(known, {SAM: sam}, switch_up=switch_up), sam


def with_agent(agent: str = SAM, **changes: object) -> Directory:
    changed = replace(DIRECTORY.agents[agent], **changes)
    return replace(DIRECTORY, agents={**DIRECTORY.agents, agent: changed})


TALKS, WAITS = call(answered=START), call(answered=START, customer=HELD)
RINGS = call(customer=RINGING)
OFFERED = call(phase=Phase.OFFERED, answered=START, agent=RINGING, customer=RINGING)
CONSULTS = replace(asking(RINGING, customer=HELD), answered=START)
HELPS = call(answered=START, asked_by="other")
HELPS_ON_HOLD = call(answered=START, asked_by="other", customer=HELD)
CONFERS = call(party(), answered=START)
E_MAIL, WORK_ITEM = (call(kind=kind, agent=None, customer=None) for kind in (Kind.EMAIL, Kind.WORK_ITEM))
WRAPS_UP = call(phase=Phase.WRAP_UP, answered=START)

BESIDE: dict[str, tuple[tuple[Contact, ...], str | None, str | None]] = {
    "nothing": ((), None, None),
    "an e-mail": ((E_MAIL,), None, None),
    "a work item": ((WORK_ITEM,), None, None),
    "a wrap-up": ((WRAPS_UP,), None, None),
    "a call": ((TALKS,), "hold_first", None),
    "a call beside an e-mail": ((E_MAIL, TALKS), "hold_first", None),
    "a call on hold": ((WAITS,), None, None),
    "a call on hold beside a wrap-up": ((WAITS, WRAPS_UP), None, None),
    "an offer": ((OFFERED,), "live_call", "live_call"),
    "a call that was not answered": ((RINGS,), "live_call", "live_call"),
    "a consult": ((CONSULTS,), "consulting", "consulting"),
    "a colleague's consult": ((HELPS,), "consulted", "consulted"),
    "a colleague's consult on hold": ((HELPS_ON_HOLD,), "consulted", "consulted"),
    "a conference": ((CONFERS,), "hold_first", None),
    "a conference that is asked something": ((replace(CONFERS, asked=asked(5_000)),), "hold_first", None),
    "a hold is asked for": ((replace(TALKS, asked=asked(5_000)),), "hold_first", "pending"),
    "two calls": ((WAITS, TALKS), "two_calls", "two_calls"),
    "two calls on hold": ((WAITS, WAITS), "two_calls", "two_calls"),
    "three calls": ((WAITS, WAITS, TALKS), "two_calls", "two_calls"),
}


def test_what_cannot_be_kept_is_not_dialled_but_for_an_emergency() -> None:
    floor, sam = floor_of()
    floor.store_up = False
    assert dial(floor, DIRECTORY, sam) == "store_down"
    assert dial(floor, DIRECTORY, replace(sam, state=AgentState.LOGGED_OUT)) == "logged_out"
    assert dial_emergency(floor, DIRECTORY, sam, Rights(outbound=True, emergency=True)) is None


@pytest.mark.parametrize("situation", list(BESIDE))
def test_one_more_call_beside_what_there_is(situation: str) -> None:
    contacts, plain, held = BESIDE[situation]
    floor, sam = floor_of(*contacts)
    assert dial(floor, DIRECTORY, sam) == plain
    assert dial_held(floor, DIRECTORY, sam) == held
    assert agent_controls(floor, DIRECTORY, sam)["dial"] == plain


DIALLING: tuple[tuple[str, str | None], ...] = (
    ("logged_out switch_down no_phone no_outbound_skill hold_first", "logged_out"),
    ("switch_down no_phone no_outbound_skill hold_first", "switch_down"),
    ("no_phone no_outbound_skill hold_first", "no_phone"),
    ("no_outbound_skill hold_first", "no_outbound_skill"),
    ("hold_first", "hold_first"),
    ("", None),
)


@pytest.mark.parametrize(("wrong", "code"), DIALLING)
def test_the_first_thing_that_is_in_the_way_of_dialling_is_told(wrong: str, code: str | None) -> None:
    floor, sam = floor_of(*([TALKS] if "hold_first" in wrong else []), switch_up="switch_down" not in wrong)
    state = AgentState.LOGGED_OUT if "logged_out" in wrong else AgentState.UNAVAILABLE
    sam = replace(sam, state=state, phone_ready="no_phone" not in wrong)
    directory = with_agent(skills={"billing": 9}) if "no_outbound_skill" in wrong else DIRECTORY
    assert dial(floor, directory, sam) == code


EMERGENCY: tuple[tuple[str, str | None], ...] = (
    ("unknown_agent not_emergency switch_down no_phone", "unknown_agent"),
    ("not_emergency switch_down no_phone", "not_emergency"),
    ("switch_down no_phone", "switch_down"),
    ("no_phone", "no_phone"),
    ("", None),
)


@pytest.mark.parametrize(("wrong", "code"), EMERGENCY)
def test_the_first_thing_that_is_in_the_way_of_an_emergency_call_is_told(wrong: str, code: str | None) -> None:
    agent = Agent(GONE if "unknown_agent" in wrong else SAM, phone_ready="no_phone" not in wrong)
    directory = with_agent(country="NL") if "not_emergency" in wrong else DIRECTORY
    floor = Floor(switch_up="switch_down" not in wrong)
    assert dial_emergency(floor, directory, agent) == code


REACHED: dict[str, tuple[tuple[Contact, ...], str | None]] = {
    "nothing": ((), None),
    "a call": ((TALKS,), None),
    "a call on hold": ((WAITS,), None),
    "a conference": ((CONFERS,), None),
    "an e-mail": ((E_MAIL,), None),
    "a work item": ((WORK_ITEM,), None),
    "a wrap-up": ((WRAPS_UP,), None),
    "an offer": ((call(phase=Phase.OFFERED),), "agent_busy"),
    "a call that was not answered": ((RINGS,), "agent_busy"),
    "a consult": ((CONSULTS,), "agent_busy"),
    "a colleague's consult": ((HELPS,), "agent_busy"),
    "two calls": ((WAITS, TALKS), "agent_busy"),
    "three calls": ((WAITS, WAITS, TALKS), "agent_busy"),
    "a call and a wrap-up": ((TALKS, WRAPS_UP), None),
}


@pytest.mark.parametrize("situation", list(REACHED))
def test_a_colleague_with_a_hand_free_can_be_called(situation: str) -> None:
    contacts, code = REACHED[situation]
    floor, sam = floor_of(*contacts)
    assert reachable(floor, DIRECTORY, sam) == code


@pytest.mark.parametrize(
    ("agent", "code"),
    [
        (replace(FREE, state=AgentState.UNAVAILABLE), None),
        (replace(FREE, state=AgentState.WRAP_UP), None),
        (replace(FREE, state=AgentState.LOGGED_OUT), "agent_logged_out"),
        (replace(FREE, state=AgentState.LOGGED_OUT, phone_ready=False), "agent_logged_out"),
        (replace(FREE, id=GONE), "agent_logged_out"),
        (replace(FREE, phone_ready=False), "agent_no_phone"),
    ],
)
def test_a_colleague_who_is_there_can_be_called(agent: Agent, code: str | None) -> None:
    assert reachable(Floor(), DIRECTORY, agent) == code


@pytest.mark.parametrize(
    ("agent", "skills"),
    [(SAM, ["support"]), (JONAS, ["support", "sales"]), (GONE, [])],
)
def test_the_skills_to_dial_with_are_one_s_own_that_call_out(agent: str, skills: list[str]) -> None:
    assert [skill.id for skill in outbound_skills(DIRECTORY, agent)] == skills


NL = EmergencyRoute("NL", ("112",))


@pytest.mark.parametrize(
    ("directory", "agent", "rights"),
    [
        (DIRECTORY, SAM, Rights(outbound=True, emergency=True)),
        (DIRECTORY, JONAS, Rights(outbound=True, emergency=False)),
        (replace(DIRECTORY, emergency=(NL,)), JONAS, Rights(outbound=True, emergency=True)),
        (with_agent(skills={}), SAM, Rights(outbound=False, emergency=True)),
        (with_agent(JONAS, skills={"billing": 1}), JONAS, Rights(outbound=False, emergency=False)),
        (DIRECTORY, GONE, Rights(outbound=False, emergency=False)),
    ],
)
def test_the_rights_of_an_agent(directory: Directory, agent: str, rights: Rights) -> None:
    assert rights_of(directory, agent) == rights


@pytest.mark.parametrize("outbound", [False, True])
@pytest.mark.parametrize("emergency", [False, True])
def test_rights_that_are_known_are_not_looked_up(outbound: bool, emergency: bool) -> None:
    rights = Rights(outbound=outbound, emergency=emergency)
    for skills, country in (({}, "NL"), ({"support": 1}, "US")):
        assert agent_controls(Floor(), with_agent(skills=skills, country=country), FREE, rights) == {
            "set_state": None,
            "log_out": None,
            "dial": None if outbound else "no_outbound_skill",
            "dial_emergency": None if emergency else "not_emergency",
        }


@pytest.mark.parametrize(
    ("contacts", "state", "code"),
    [
        ((), AgentState.AVAILABLE, None),
        ((), AgentState.UNAVAILABLE, None),
        ((), AgentState.LOGGED_OUT, "logged_out"),
        ((WRAPS_UP,), AgentState.WRAP_UP, "wrap_up"),
        ((TALKS,), AgentState.WORKING, "live_contact"),
        ((WRAPS_UP, OFFERED), AgentState.WORKING, "live_contact"),
        ((WORK_ITEM,), AgentState.WORKING, "live_contact"),
    ],
)
def test_nobody_logs_out_of_what_is_theirs(contacts: tuple[Contact, ...], state: AgentState, code: str | None) -> None:
    floor, sam = floor_of(*contacts)
    assert log_out(floor, DIRECTORY, replace(sam, state=state)) == code


def test_only_agents_of_the_directory_choose_a_state() -> None:
    assert set_state(Floor(), DIRECTORY, FREE) is None
    assert set_state(Floor(), DIRECTORY, replace(FREE, id=GONE)) == "unknown_agent"
