"""Deadlines follow from contacts: told once, when they are due, and moved by whatever changes the contact."""

import random

import pytest
from msgspec.structs import replace

from connector.domain.decide import deadline
from connector.domain.events import AgentDeadlinePassed, DeadlinePassed
from connector.domain.model import Agent, AgentState, Ask, Contact, Kind, Match, MatchState, Phase
from connector.service.clock import ManualClock
from connector.service.deadlines import Deadlines
from tests.domain.stage import DIRECTORY, LINE, MIA, SAM, START, with_skill

RINGING = Contact(
    "one", "one", Kind.INBOUND, Phase.OFFERED, MIA, LINE, "support", START, Match(MatchState.NONE), SAM, offered=START
)
CLOSED = replace(RINGING, phase=Phase.CLOSED)


class Watch:
    """Deadlines with a clock; `told` is what passed, with the moment at which it was told."""

    def __init__(self) -> None:
        self.clock = ManualClock(START)
        self.told: list[tuple[int, DeadlinePassed | AgentDeadlinePassed]] = []
        self.deadlines = Deadlines(self.clock, self.tell)

    def tell(self, event: DeadlinePassed | AgentDeadlinePassed) -> None:
        self.told.append((self.clock.now() - START, event))

    def follow(self, *contacts: Contact) -> None:
        self.deadlines.follow(contacts, DIRECTORY)

    @property
    def names(self) -> list[tuple[int, str]]:
        return [(at, event.contact) for at, event in self.told if isinstance(event, DeadlinePassed)]


def asking(contact: Contact, due: int) -> Contact:
    return replace(contact, asked=(Ask("ask", "answer", START, START + due),))


def test_it_is_told_once_when_it_is_due() -> None:
    watch = Watch()
    watch.follow(RINGING)
    watch.clock.advance(19_999)
    assert watch.told == []
    watch.clock.advance(1)
    assert watch.told == [(20_000, DeadlinePassed("one", "ring", START + 20_000))]
    watch.clock.advance(100_000)
    assert len(watch.told) == 1


def test_one_that_is_overdue_is_told_at_once() -> None:
    watch = Watch()
    watch.clock.advance(60_000)
    watch.follow(RINGING)
    assert watch.told == []
    watch.clock.advance(0)
    assert watch.names == [(60_000, "one")]


@pytest.mark.parametrize("times", [1, 3])
def test_following_the_same_again_changes_nothing(times: int) -> None:
    watch = Watch()
    for _ in range(times):
        watch.follow(RINGING)
    watch.clock.advance(60_000)
    assert watch.names == [(20_000, "one")]


def test_a_contact_that_waits_for_nothing_any_more_has_none() -> None:
    watch = Watch()
    watch.follow(RINGING)
    watch.follow(CLOSED)
    watch.clock.advance(60_000)
    assert watch.told == []


def test_a_nearer_one_comes_first_and_the_old_one_is_gone() -> None:
    watch = Watch()
    watch.follow(RINGING)
    watch.follow(asking(RINGING, 5_000))
    watch.clock.advance(60_000)
    assert [(at, event.kind) for at, event in watch.told] == [(5_000, "ask")]


def test_a_later_one_takes_the_place_of_the_old_one() -> None:
    watch = Watch()
    watch.follow(asking(RINGING, 5_000))
    watch.follow(asking(RINGING, 25_000))
    watch.clock.advance(60_000)
    assert [(at, event.kind) for at, event in watch.told] == [(25_000, "ask")]


def test_back_to_the_first_is_told_once() -> None:
    watch = Watch()
    watch.follow(RINGING)
    watch.follow(asking(RINGING, 5_000))
    watch.follow(RINGING)
    watch.clock.advance(60_000)
    assert watch.names == [(20_000, "one")]


def test_each_contact_has_its_own_in_the_order_of_time() -> None:
    watch = Watch()
    for n in (3, 1, 2):
        watch.follow(replace(RINGING, key=f"key {n}", offered=START + n))
    watch.clock.advance(60_000)
    assert watch.names == [(20_001, "key 1"), (20_002, "key 2"), (20_003, "key 3")]


def test_another_directory_moves_them() -> None:
    watch = Watch()
    wrapping_up = replace(RINGING, phase=Phase.WRAP_UP, ended=START)
    watch.follow(wrapping_up)
    watch.deadlines.follow([wrapping_up], with_skill("support", wrap_up=30_000))
    watch.clock.advance(200_000)
    assert [(at, event.kind) for at, event in watch.told] == [(30_000, "wrap_up")]


def test_one_that_is_told_may_bring_the_next() -> None:
    """As in the loop: what a deadline changes is followed while others are being told."""
    watch = Watch()

    def tell(event: DeadlinePassed | AgentDeadlinePassed) -> None:
        watch.tell(event)
        if len(watch.told) < 4:
            watch.follow(replace(RINGING, offered=watch.clock.now() - 15_000))

    watch.deadlines = Deadlines(watch.clock, tell)
    watch.follow(RINGING, replace(RINGING, key="two", offered=START))
    watch.clock.advance(60_000)
    assert watch.names == [(20_000, "one"), (20_000, "two"), (25_000, "one"), (30_000, "one")]


def test_a_mistake_in_one_does_not_keep_back_the_others() -> None:
    watch = Watch()

    def tell(event: DeadlinePassed | AgentDeadlinePassed) -> None:
        if isinstance(event, DeadlinePassed) and event.contact == "one":
            raise ZeroDivisionError
        watch.tell(event)

    watch.deadlines = Deadlines(watch.clock, tell)
    watch.follow(RINGING, replace(RINGING, key="two"), replace(RINGING, key="zzz", offered=START + 5))
    with pytest.raises(ZeroDivisionError):
        watch.clock.advance(60_000)
    watch.clock.advance(60_000)
    assert [name for _, name in watch.names] == ["two", "zzz"]


def test_an_agent_has_one_too_and_a_panel_that_comes_back_takes_it_away() -> None:
    watch = Watch()
    gone = Agent(SAM, AgentState.AVAILABLE, panel_gone=START)
    watch.deadlines.follow_agents([gone, replace(gone, id="other")], DIRECTORY)
    watch.follow(RINGING)
    watch.clock.advance(29_999)
    assert watch.names == [(20_000, "one")]
    watch.deadlines.follow_agents([replace(gone, panel_gone=None)], DIRECTORY)
    watch.clock.advance(1)
    assert watch.told[1:] == [(30_000, AgentDeadlinePassed("other", "no_panel", START + 30_000))]


def test_after_the_stop_none_passes() -> None:
    watch = Watch()
    watch.follow(RINGING)
    watch.deadlines.stop()
    watch.clock.advance(60_000)
    assert watch.told == []


def test_random_changes_against_a_clock_that_looks_at_everything() -> None:
    """What is told is what somebody who looked at all contacts at every moment would tell."""
    dice = random.Random(20261123)
    for _ in range(30):
        watch = Watch()
        contacts: dict[str, Contact] = {}
        expected: set[tuple[int, str, str]] = set()
        done: dict[str, tuple[int, str]] = {}
        for _ in range(60):
            key = f"key {dice.randrange(5)}"
            offered = watch.clock.now() - dice.randrange(25_000)
            choices = [
                replace(RINGING, key=key, offered=offered),
                asking(replace(RINGING, key=key), dice.randrange(90_000)),
            ]
            contacts[key] = dice.choice([*choices, replace(CLOSED, key=key)])
            done.pop(key, None)
            watch.follow(contacts[key])
            step = dice.choice([1, 10, 700, 5_000])
            for moment in (watch.clock.now(), watch.clock.now() + step):
                for other, contact in contacts.items():
                    found = deadline(contact, DIRECTORY)
                    if found is not None and found[0] <= moment and done.get(other) != found:
                        done[other] = found
                        expected.add((found[0], other, found[1]))
            watch.clock.advance(step)
        told = [event for _, event in watch.told if isinstance(event, DeadlinePassed)]
        assert {(event.due, event.contact, event.kind) for event in told} == expected
        assert all(at >= event.due - START for at, event in watch.told)
