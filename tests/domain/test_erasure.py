"""Whether a contact is with a person, and that nobody else's records go with theirs."""

import pytest
from msgspec.structs import replace

from connector.domain.erasure import Person, about, agent_without, unnamed
from connector.domain.events import PersonErased
from connector.domain.model import (
    Agent,
    Consult,
    Draft,
    Kind,
    Leg,
    LegState,
    Link,
    Match,
    MatchState,
    Missed,
    Record,
    Role,
)
from tests.domain.stage import MIA, SAM, START, Stage
from tests.domain.test_allowed import call

HERS, OTHER = Record("003000000000001AAA", "Contact", "Mia Chen"), Record("003000000000002AAA", "Contact", "Otto")
ACCOUNT = Record("001000000000001AAA", "Account", "Mia Chen", pop_id="003000000000009AAA")
PERSON = Person((MIA,), ("003000000000001", "003000000000009AAA"), ("k9",))
PLAIN = replace(call(), number="+16285550172", match=Match(MatchState.NONE))


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, False),
        ({"number": MIA}, True),
        ({"key": "k9"}, True),
        ({"record": HERS}, True),
        ({"record": OTHER}, False),
        ({"record": ACCOUNT}, True),
        ({"draft": Draft(who=Link(HERS, 1))}, True),
        ({"draft": Draft(what=Link(HERS, 1))}, True),
        ({"draft": Draft(who=Link(OTHER, 1))}, False),
        ({"match": Match(MatchState.ONE, (HERS,))}, True),
        ({"match": Match(MatchState.MANY, (HERS, OTHER))}, False),
        ({"match": Match(MatchState.ONE, (OTHER,), (HERS,))}, False),
        ({"visited": (HERS,)}, False),
        ({"legs": (Leg("l", Role.CONSULTED, LegState.CONNECTED, START, number=MIA),)}, True),
        ({"consult": Consult("number", MIA, "", START, number=MIA)}, True),
        ({"number": ""}, False),
    ],
)
def test_which_contacts_are_with_a_person(changes: dict[str, object], expected: bool) -> None:
    assert about(replace(PLAIN, **changes), PERSON) is expected


def test_who_names_nobody_is_with_nobody() -> None:
    assert not about(replace(PLAIN, number="", record=Record("", "", "")), Person(("",), ("",)))


def test_where_they_are_named_in_others_contacts_they_are_no_more() -> None:
    named = replace(PLAIN, visited=(HERS, OTHER), match=Match(MatchState.MANY, (OTHER, ACCOUNT), (HERS,)))
    left = unnamed(named, PERSON)
    assert left == replace(named, visited=(OTHER,), match=Match(MatchState.MANY, (OTHER,), ()))
    assert unnamed(left, PERSON) is left


def test_that_they_were_missed_is_forgotten() -> None:
    theirs = Missed("k1", Kind.INBOUND, MIA, "Mia Chen", "support", START, "missed")
    by_key = replace(theirs, key="k9", number="")
    other = replace(theirs, key="k2", number="+16285550172")
    agent = Agent(SAM, missed=(theirs, other, by_key), visited=(HERS, OTHER))
    left = agent_without(agent, PERSON)
    assert left == replace(agent, missed=(other,), visited=(OTHER,))
    assert agent_without(left, PERSON) is left


def test_the_floor_forgets_them_but_for_a_call_that_is_up() -> None:
    stage = Stage()
    key = stage.ring_in()
    assert stage.contact(key).number == MIA
    sam = replace(stage.floor.agents.get(SAM, Agent(SAM)), visited=(HERS,))
    stage.floor.agents[SAM] = sam
    before = stage.contact(key)
    change = stage.give(PersonErased(PERSON))
    assert stage.floor.agents[SAM].visited == ()
    assert stage.contact(key) == before
    assert change.contacts == ()
