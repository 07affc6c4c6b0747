"""A step gathers what changes and reads what it gathered; applying it, or loading what was kept, makes the floor so."""

from msgspec.structs import replace

from connector.domain.directory import Directory, Settings
from connector.domain.effects import AskSwitch, EndLeg, PushState, QueuesChanged, SaveTask
from connector.domain.model import (
    Agent,
    AgentState,
    Ask,
    Contact,
    Floor,
    Kind,
    Leg,
    LegState,
    Match,
    MatchState,
    Phase,
    Problem,
    Role,
)
from connector.domain.step import Change, Stamp, Step, apply, load
from tests.domain.stage import JONAS, MIA, SAM, START

NOW = START + 1_000


def contact(key: str, *legs: str, **changes: object) -> Contact:
    new = Contact(key, key, Kind.INBOUND, Phase.QUEUED, MIA, "", "support", START, Match(MatchState.NONE))
    ids = tuple(Leg(leg, Role.CUSTOMER, LegState.RINGING, START) for leg in legs)
    return replace(new, legs=ids, **changes)


def floor_of(*contacts: Contact) -> Floor:
    floor = Floor()
    load(floor, contacts, ())
    return floor


def step_of(floor: Floor | None = None) -> Step:
    return Step(floor or Floor(), Directory(settings=Settings(ask=7_000)), Stamp(NOW, "id7"))


def test_a_step_that_does_nothing_changes_nothing() -> None:
    assert step_of(floor_of(contact("a", "l"))).change() == Change((), (), {}, (), {}, {}, (), None, unknown=False)
    assert Change() == Change((), (), {}, (), {}, {}, (), None, unknown=False)


def test_its_ids_and_keys_are_its_own() -> None:
    step = step_of()
    assert [step.new_id(), step.new_id(), step.new_id()] == ["id7.1", "id7.2", "id7.3"]
    assert [step.new_key(), step.new_key(), step.new_key()] == ["id7", "id7-2", "id7-3"]


def test_what_was_put_is_read_before_what_the_floor_has() -> None:
    floor = floor_of(contact("a"), contact("b"))
    floor.agents[SAM] = Agent(SAM, AgentState.AVAILABLE)
    step = step_of(floor)
    newer = step.put(contact("a", title="newer"))
    assert (step.contact("a"), step.contact("b"), step.contact("c")) == (newer, contact("b"), None)
    assert (step.agent(SAM).state, step.agent(JONAS)) == (AgentState.AVAILABLE, Agent(JONAS))
    away = step.put_agent(Agent(SAM, AgentState.UNAVAILABLE, "Lunch"))
    assert step.agent(SAM) is away
    assert floor.contacts["a"] == contact("a"), "the floor is left alone"
    change = step.change()
    assert (change.contacts, change.agents) == ((newer,), (away,))


def test_the_agent_of_what_changed_is_shown_it_once() -> None:
    step = step_of()
    step.put(contact("a"))
    assert step.change().effects == ()
    step.put(contact("b", agent=SAM))
    step.put(contact("c", agent=SAM))
    step.put_agent(Agent(JONAS))
    step.put_agent(Agent(SAM))
    assert step.change().effects == (PushState(SAM), PushState(JONAS))


def test_an_ask_and_a_save_are_made_as_often_as_they_are_wanted() -> None:
    step = step_of()
    ask, task = EndLeg("i", "a", "l"), SaveTask("a", 1, {})
    step.ask(ask)
    step.save(task)
    step.ask(ask)
    step.save(task)
    assert step.change().effects == (AskSwitch(ask), task, AskSwitch(ask), task)


def test_a_goal_is_noted_with_its_deadline_after_those_before_and_its_problem_is_gone() -> None:
    first = Ask("i0", "hold", START, START + 5_000)
    step = step_of()
    asked = step.asked(contact("a", asked=(first,), problem=Problem("refused", "hold", START)), "end", "i1")
    assert asked == contact("a", asked=(first, Ask("i1", "end", NOW, NOW + 7_000)))
    assert step.problem(asked, "switch_timeout", "end").problem == Problem("switch_timeout", "end", NOW)
    assert step.contact("a") == replace(asked, problem=Problem("switch_timeout", "end", NOW))


# --- queues ----------------------------------------------------------------------------------------------------------


def test_who_waits_stands_at_the_place_of_priority_age_and_key() -> None:
    waiting = [contact("b"), contact("urgent", priority=1, started=START + 9), contact("older", started=START - 1)]
    step = step_of(floor_of(*waiting))
    assert step.queue("support") == ("urgent", "older", "b")
    step.enqueue(step.put(contact("a")))
    step.enqueue(step.put(contact("c", started=START + 1)))
    assert step.queue("support") == ("urgent", "older", "a", "b", "c")
    step.enqueue(step.put(contact("urgent", priority=9)))
    assert step.queue("support") == ("older", "a", "b", "c", "urgent"), "it stands there once"
    step.dequeue(contact("b"))
    assert step.queue("support") == ("older", "a", "c", "urgent")
    assert step.queue("billing") == ()
    change = step.change()
    assert change.queues == {"support": ("older", "a", "c", "urgent")}
    assert change.effects == (QueuesChanged(),)


def test_joining_a_queue_is_told() -> None:
    step = step_of(floor_of(contact("b")))
    step.enqueue(step.put(contact("a")))
    assert (step.change().queues, step.change().effects) == ({"support": ("a", "b")}, (QueuesChanged(),))


def test_leaving_a_queue_is_told() -> None:
    step = step_of(floor_of(contact("a")))
    step.dequeue(contact("a"))
    assert (step.change().queues, step.change().effects) == ({"support": ()}, (QueuesChanged(),))


def test_the_skills_in_which_somebody_waits_or_waited() -> None:
    step = step_of(floor_of(contact("a"), contact("b", skill="billing")))
    step.dequeue(contact("a"))
    step.enqueue(step.put(contact("c", skill="sales")))
    assert step.queued_skills() == ["support", "billing", "sales"]


# --- legs ------------------------------------------------------------------------------------------------------------


def test_the_contacts_of_a_leg_are_those_that_have_it_now() -> None:
    step = step_of(floor_of(contact("a", "l", "m"), contact("b", "l"), contact("c", "n")))
    assert [found.key for found in step.holders("l")] == ["a", "b"]
    step.put(contact("a", "m"))
    step.put(contact("d", "l"))
    newer = step.put(contact("b", "l", title="newer"))
    assert step.holders("l") == [newer, contact("d", "l")]
    assert step.holders("unknown") == []


def test_a_leg_of_a_contact_that_the_floor_has_lost_is_nobody_s() -> None:
    floor = floor_of(contact("a", "l"))
    del floor.contacts["a"]
    assert step_of(floor).holders("l") == []


# --- the floor -------------------------------------------------------------------------------------------------------


def test_a_change_is_made_true() -> None:
    floor = floor_of(contact("a", "l"), contact("b", "l", "m"))
    floor.phones["2041"] = True
    sam, newer = Agent(SAM, AgentState.AVAILABLE), contact("a", "l", "n", phase=Phase.ACTIVE)
    apply(floor, Change((newer,), (sam,), {"support": ("b",), "sales": ("x",)}, (), {"2042": False}))
    assert floor.contacts == {"a": newer, "b": contact("b", "l", "m")}
    assert floor.agents == {SAM: sam}
    assert floor.queues == {"support": ("b",), "sales": ("x",)}
    assert floor.legs == {"l": ("b", "a"), "m": ("b",), "n": ("a",)}
    assert floor.phones == {"2041": True, "2042": False}
    apply(floor, Change((replace(newer, title="same legs"),), (), {"support": ()}))
    assert floor.legs == {"l": ("b", "a"), "m": ("b",), "n": ("a",)}
    assert floor.queues == {"sales": ("x",)}
    apply(floor, Change((contact("b", "m"),), (), {"gone": ()}))
    assert floor.legs == {"l": ("a",), "m": ("b",), "n": ("a",)}


def test_what_is_forgotten_leaves_no_leg() -> None:
    floor = floor_of(contact("a", "l"), contact("b", "l", "m"))
    step = step_of(floor)
    step.forget(contact("a"))
    step.forget(contact("a"))
    assert step.change().forgotten == ("a", "a")
    apply(floor, step.change())
    assert floor.contacts == {"b": contact("b", "l", "m")}
    assert floor.legs == {"l": ("b",), "m": ("b",)}
    apply(floor, Change(forgotten=("b", "unknown")))
    assert (floor.contacts, floor.legs) == ({}, {})


def test_what_was_kept_is_loaded_and_phones_are_not_known_yet() -> None:
    floor = Floor()
    agents = (Agent(SAM, AgentState.AVAILABLE, phone_ready=True), Agent(JONAS))
    kept = (
        contact("b", "l"),
        contact("first", priority=1, started=START + 5),
        contact("active", "m", phase=Phase.ACTIVE),
        contact("a"),
        contact("other", skill="billing"),
    )
    load(floor, kept, agents)
    assert floor.contacts == {one.key: one for one in kept}
    assert floor.agents == {SAM: Agent(SAM, AgentState.AVAILABLE, phone_ready=False), JONAS: Agent(JONAS)}
    assert floor.queues == {"support": ("first", "a", "b"), "billing": ("other",)}
    assert floor.legs == {"l": ("b",), "m": ("active",)}
