"""What an agent keeps (favourites, tabs, offers not taken), and how their state follows from their contacts."""

from typing import Any

import pytest
from msgspec.structs import replace

from connector.domain.commands import SetFavourite, SetState, Visit
from connector.domain.directory import Directory, Entry
from connector.domain.effects import PushState, WithdrawPop
from connector.domain.model import (
    Agent,
    AgentState,
    Contact,
    Draft,
    Floor,
    Kind,
    Link,
    Missed,
    Phase,
    Record,
)
from connector.domain.rules.agents import MOST_FAVOURITES, REMEMBERED_VISITS, agree, drop, missed, take
from connector.domain.step import Change, Stamp, Step
from connector.errors import BadInput
from tests.domain.stage import DIRECTORY, JONAS, MIA, SAM, START, Stage, on_a_call
from tests.domain.test_allowed import call

NOW = START + 10_000
GONE = "gone"
BOOK = replace(DIRECTORY, entries=tuple(Entry(f"e{n}", f"Entry {n}", MIA) for n in range(60)))
MIA_CHEN = Record("003000000000001AAA", "Contact", "Mia Chen")
CASE = Record("500000000000001AAA", "Case", "00001026", "Charged twice")

# --- favourites ----------------------------------------------------------------------------------------------------


def starred(stage: Stage, entry: str, on: bool = True) -> Change:
    return stage.give(SetFavourite(SAM, entry, on))


def test_the_last_favourite_comes_first() -> None:
    stage = Stage(BOOK)
    for entry in ("e1", "e2", "e3"):
        change = starred(stage, entry)
        assert PushState(SAM) in change.effects
    assert stage.agent().favourites == ("e3", "e2", "e1")
    starred(stage, "e1")
    assert stage.agent().favourites == ("e1", "e3", "e2")
    starred(stage, "e3", on=False)
    assert stage.agent().favourites == ("e1", "e2")
    assert stage.agent(JONAS).favourites == ()


def test_what_is_a_favourite_already_or_is_none_changes_nothing() -> None:
    stage = Stage(BOOK)
    starred(stage, "e1")
    for entry, on in (("e1", True), ("e2", False)):
        change = starred(stage, entry, on=on)
        assert (change.agents, change.effects) == ((), ())


def test_only_so_many_are_kept() -> None:
    stage = Stage(BOOK)
    for n in range(MOST_FAVOURITES + 1):
        starred(stage, f"e{n}")
    assert MOST_FAVOURITES == 50
    assert stage.agent().favourites == tuple(f"e{n}" for n in range(50, 0, -1))


def test_an_entry_that_is_gone_can_be_taken_off_and_not_put_on() -> None:
    stage = Stage(BOOK)
    starred(stage, "e1")
    starred(stage, "e2")
    stage.directory = replace(BOOK, entries=())
    with pytest.raises(BadInput, match=r"^The address book has no such entry") as refusal:
        starred(stage, "e3")
    assert (refusal.value.code, refusal.value.field) == ("choice_unknown", "entry")
    with pytest.raises(BadInput):
        starred(stage, "e1")
    starred(stage, "e1", on=False)
    assert stage.agent().favourites == ("e2",)


# --- the agent's tabs ----------------------------------------------------------------------------------------------


def case(n: int) -> Record:
    return replace(CASE, id=f"50000000000{n:04}AAA")


def test_the_tabs_seen_last_are_remembered_each_once() -> None:
    stage, key = on_a_call()
    for n in range(20):
        stage.give(Visit(SAM, case(n)))
    stage.give(Visit(SAM, replace(case(15), name="New name")))
    mine = [replace(case(15), name="New name"), *(case(n) for n in range(19, 3, -1) if n != 15)]
    assert REMEMBERED_VISITS == 8
    assert stage.agent().visited == tuple(mine[:8])
    assert stage.contact(key).visited == tuple(mine[:16])


def test_a_tab_is_remembered_though_a_contact_of_the_agent_is_lost() -> None:
    stage, key = on_a_call()
    stage.floor.agents[SAM] = replace(stage.agent(), contacts=("lost", key))
    stage.give(Visit(SAM, CASE))
    assert (stage.agent().visited, stage.contact(key).visited) == ((CASE,), (CASE,))


# --- a reason ------------------------------------------------------------------------------------------------------


def test_a_reason_is_one_of_being_away() -> None:
    stage = Stage()
    stage.give(SetState(SAM, AgentState.AVAILABLE, "Fishing"))
    assert (stage.agent().state, stage.agent().reason) == (AgentState.AVAILABLE, "")
    with pytest.raises(BadInput) as refusal:
        stage.give(SetState(SAM, AgentState.UNAVAILABLE, "Fishing"))
    assert (refusal.value.code, refusal.value.field) == ("choice_unknown", "reason")


def test_a_reason_chosen_during_work_is_none_where_one_will_be_available() -> None:
    stage, _ = on_a_call()
    stage.give(SetState(SAM, AgentState.AVAILABLE, "Lunch"))
    assert stage.agent().next == (AgentState.AVAILABLE, "")


# --- offers not taken ----------------------------------------------------------------------------------------------


def step_of(
    *contacts: Contact, agents: tuple[Agent, ...] = (), directory: Directory = DIRECTORY, now: int = NOW
) -> Step:
    floor = Floor({contact.key: contact for contact in contacts}, {agent.id: agent for agent in agents})
    return Step(floor, directory, Stamp(now, "id"))


def of_sam(key: str = "k", phase: Phase = Phase.ACTIVE, **changes: Any) -> Contact:
    return replace(call(key=key, phase=phase), **changes)


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({}, ""),
        ({"title": "Refund"}, "Refund"),
        ({"title": "Refund", "caller": "Mia C."}, "Mia C."),
        ({"title": "Refund", "caller": "Mia C.", "draft": Draft(who=Link(MIA_CHEN))}, "Mia Chen"),
    ],
)
def test_what_is_listed_of_an_offer_that_was_not_taken(changes: dict[str, Any], name: str) -> None:
    contact = of_sam(kind=Kind.CALLBACK, skill="billing", **changes)
    step = step_of(contact)
    missed(step, contact, "declined")
    entry = Missed("k", Kind.CALLBACK, "+14155550143", name, "billing", NOW, "declined")
    assert step.agent(SAM).missed == (entry,)


def test_one_that_comes_again_at_once_is_listed_once_and_later_anew() -> None:
    step = step_of()
    for key in ("a", "b", "b", "a", "a"):
        missed(step, of_sam(key), "missed")
    assert [entry.key for entry in step.agent(SAM).missed] == ["a", "b", "a"]


@pytest.mark.parametrize(
    ("directory", "midnight"),
    [
        # START is five in the morning in Los Angeles, where Sam is, and 13:00 UTC.
        (DIRECTORY, START + 19 * 3_600_000),
        (replace(DIRECTORY, agents={}), START + 11 * 3_600_000),
    ],
)
def test_the_list_is_of_today_where_the_agent_is(directory: Directory, midnight: int) -> None:
    step = step_of(directory=directory, now=midnight - 1)
    missed(step, of_sam("a"), "missed")
    same = step_of(agents=(step.agent(SAM),), directory=directory, now=midnight - 1)
    missed(same, of_sam("b"), "missed")
    assert [entry.key for entry in same.agent(SAM).missed] == ["b", "a"]
    later = step_of(agents=(step.agent(SAM),), directory=directory, now=midnight)
    missed(later, of_sam("b"), "missed")
    assert [entry.key for entry in later.agent(SAM).missed] == ["b"]


# --- the state that follows ----------------------------------------------------------------------------------------

FREE, LUNCH = (AgentState.AVAILABLE, ""), (AgentState.UNAVAILABLE, "Lunch")


def agent(state: AgentState, reason: str = "", **changes: Any) -> Agent:
    return replace(Agent(SAM, state, reason, START), **changes)


ENGAGED: tuple[tuple[Agent, AgentState, int, tuple[AgentState, str]], ...] = (
    (agent(AgentState.AVAILABLE), AgentState.WORKING, NOW, FREE),
    (agent(AgentState.UNAVAILABLE, "Lunch"), AgentState.WORKING, NOW, LUNCH),
    (agent(AgentState.LOGGED_OUT), AgentState.WORKING, NOW, (AgentState.LOGGED_OUT, "")),
    (agent(AgentState.WORKING, before=LUNCH), AgentState.WORKING, START, LUNCH),
    (agent(AgentState.WRAP_UP, before=LUNCH), AgentState.WORKING, NOW, LUNCH),
)


@pytest.mark.parametrize("phase", [Phase.OFFERED, Phase.ACTIVE])
@pytest.mark.parametrize(("sam", "state", "since", "before"), ENGAGED)
def test_who_gets_a_contact_works_and_what_it_interrupts_is_kept(
    sam: Agent, state: AgentState, since: int, before: tuple[AgentState, str], phase: Phase
) -> None:
    contact = of_sam(phase=phase)
    for sooner in (sam, replace(sam, next=LUNCH)):
        step = step_of(contact, agents=(sooner,))
        take(step, contact)
        take(step, contact)
        now = step.agent(SAM)
        assert (now.state, now.reason, now.since, now.before) == (state, "", since, before)
        assert (now.contacts, now.next) == (("k",), sooner.next)


LEFT: tuple[tuple[Agent, tuple[Phase, ...], tuple[AgentState, str], int], ...] = (
    (agent(AgentState.WORKING, before=FREE), (), FREE, NOW),
    (agent(AgentState.WORKING, before=LUNCH), (), LUNCH, NOW),
    (agent(AgentState.WORKING, before=FREE, next=LUNCH), (), LUNCH, NOW),
    (agent(AgentState.WRAP_UP, before=FREE), (), FREE, NOW),
    (agent(AgentState.WRAP_UP, before=LUNCH, next=FREE), (), FREE, NOW),
    (agent(AgentState.WORKING, before=FREE), (Phase.WRAP_UP,), (AgentState.WRAP_UP, ""), NOW),
    (agent(AgentState.WRAP_UP, before=FREE), (Phase.WRAP_UP,), (AgentState.WRAP_UP, ""), START),
    (agent(AgentState.WORKING, before=FREE), (Phase.ACTIVE, Phase.WRAP_UP), (AgentState.WORKING, ""), START),
    (agent(AgentState.WORKING, before=FREE), (Phase.WRAP_UP, Phase.OFFERED), (AgentState.WORKING, ""), START),
    (agent(AgentState.WORKING, before=FREE), (Phase.CLOSED,), FREE, NOW),
    (agent(AgentState.AVAILABLE), (), FREE, START),
    (agent(AgentState.LOGGED_OUT), (), (AgentState.LOGGED_OUT, ""), START),
)


@pytest.mark.parametrize(("sam", "others", "shown", "since"), LEFT)
def test_who_has_a_contact_less_rests_or_goes_back(
    sam: Agent, others: tuple[Phase, ...], shown: tuple[AgentState, str], since: int
) -> None:
    contacts = tuple(of_sam(f"o{n}", phase) for n, phase in enumerate(others))
    keys = tuple(contact.key for contact in contacts)
    step = step_of(of_sam(), *contacts, agents=(replace(sam, contacts=("k", *keys)),))
    drop(step, SAM, "k")
    now = step.agent(SAM)
    assert (now.state, now.reason, now.since, now.contacts) == (*shown, since, keys)
    assert now.next == (sam.next if keys and shown != FREE else None)
    assert step.change().effects == (WithdrawPop(SAM, "k"), PushState(SAM))


def test_what_follows_from_a_contact_comes_before_what_was_chosen() -> None:
    declined = (AgentState.UNAVAILABLE, "Declined a call")
    step = step_of(of_sam(), agents=(agent(AgentState.WORKING, before=FREE, next=FREE, contacts=("k",)),))
    drop(step, SAM, "k", declined)
    assert (step.agent(SAM).state, step.agent(SAM).reason) == declined


def test_a_contact_that_is_lost_counts_for_nothing() -> None:
    step = step_of(of_sam(), agents=(agent(AgentState.WORKING, before=FREE, contacts=("k", "lost")),))
    drop(step, SAM, "k")
    assert step.agent(SAM).state is AgentState.AVAILABLE


# --- agents and contacts agree -------------------------------------------------------------------------------------


def test_the_contacts_that_are_open_are_the_agent_s_in_the_order_of_their_age() -> None:
    contacts = (
        of_sam("b", started=START),
        of_sam("c", started=START + 1),
        of_sam("a", started=START),
        of_sam("closed", phase=Phase.CLOSED),
        of_sam("theirs", agent=JONAS, phase=Phase.WRAP_UP),
        of_sam("nobody's", agent=None, phase=Phase.QUEUED),
        of_sam("unseen", agent=GONE, phase=Phase.OFFERED),
    )
    sam = agent(AgentState.AVAILABLE, contacts=("c", "lost"))
    step = step_of(*contacts, agents=(sam, replace(sam, id=JONAS)))
    agree(step)
    found = {known.id: (known.contacts, known.state) for known in step.change().agents}
    assert found == {
        SAM: (("a", "b", "c"), AgentState.WORKING),
        JONAS: (("theirs",), AgentState.AVAILABLE),
        GONE: (("unseen",), AgentState.WORKING),
    }


def test_who_has_lost_all_goes_back_and_who_agrees_is_left_alone() -> None:
    lost = agent(AgentState.WORKING, before=LUNCH, contacts=("lost",))
    right = replace(agent(AgentState.WORKING, contacts=("b", "a")), id=JONAS)
    contacts = (of_sam("a", agent=JONAS), of_sam("b", agent=JONAS))
    step = step_of(*contacts, agents=(lost, right, Agent(GONE)))
    agree(step)
    assert [(known.id, known.state, known.reason, known.contacts) for known in step.change().agents] == [
        (SAM, *LUNCH, ())
    ]
