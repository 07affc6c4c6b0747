"""A long random walk over the whole command set: no invariant is violated, and every command and legal cell is reached.

`make test` walks some thousands of steps with a fixed seed, which is printed; `make soak` 100,000 (`STEPS`, `SEED`).
"""

import os
import random
from collections import Counter
from typing import Any

import pytest

from connector.domain import commands as c
from connector.domain.decide import Input
from connector.domain.model import AgentState, LegState, Phase
from connector.domain.step import Change
from connector.domain.transitions import AGENT, CONTACT, LEG
from tests.domain.stage import BILLING_LINE, LINE, MIA
from tests.domain.test_properties import AGENTS, CAUSES, DIRECTORIES, LEG_EVENTS, ON_CONTACT, PEOPLE, WITH_VALUES, Walk

SOAK = os.environ.get("SOAK") == "true"
STEPS = int(os.environ.get("STEPS", "100000" if SOAK else "4000"))
SEED = int(os.environ.get("SEED", "20261125"))
LINES = (LINE, BILLING_LINE, "+14155550102")
A_DAY = 400
"""After so many steps everything is brought to its end and a new day begins, as the teardown of a walk does it."""


class Counting(Walk):
    """A walk that counts which commands were carried out and which cells of the tables were gone through."""

    accepted: Counter[str]
    cells: set[tuple[str, str, str]]

    def take(self, given: Any, change: Change) -> None:
        if given is not None and isinstance(given, c.Command):
            self.accepted[type(given).__name__] += 1
        for contact in change.contacts:
            old = self.floor.contacts.get(contact.key)
            if old is not None:
                self.cells.add(("phase", old.phase, contact.phase))
                known = {leg.id: leg.state for leg in old.legs}
                self.cells |= {("leg", known[leg.id], leg.state) for leg in contact.legs if leg.id in known}
                if len(contact.legs) < len(old.legs):
                    left = {leg.id for leg in contact.legs}
                    self.cells |= {("leg", leg.state, LegState.ENDED) for leg in old.legs if leg.id not in left}
        for agent in change.agents:
            was = self.floor.agents.get(agent.id)
            self.cells.add(("agent", was.state if was else AgentState.LOGGED_OUT, agent.state))
        super().take(given, change)


def step(walk: Walk, dice: random.Random) -> str:
    """One thing happens; returns what."""
    n, m = dice.randrange(1_000_000), dice.randrange(1_000_000)
    chosen = dice.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
    match chosen:
        case "on offer":
            walk.an_order_that_is_on_offer(n, dice.random() < 0.7)
        case "any order":
            name = dice.choice([*ON_CONTACT, *WITH_VALUES])
            walk.order(n, name, dice.random() < 0.8, dice.choice(AGENTS))
        case "a customer":
            walk.a_customer_calls(dice.choice((*LINES, "+3120")), dice.choice((MIA, "")))
        case "a call is taken":
            walk.a_call_is_taken(dice.choice(LINES))
        case "dial":
            record = dice.choice((None, *PEOPLE))
            walk.dial(dice.choice(AGENTS), dice.choice((MIA, "2041", "2042", "2043", "x")), dice.choice(("", "sales")), record)
        case "obey":
            walk.the_switch_obeys()
        case "one ask":
            walk.one_ask(n, dice.choice(("obey", "obey and keep", "refuse", "keep silent")))
        case "hang up":
            walk.somebody_hangs_up(n, dice.choice(CAUSES))
        case "answer":
            walk.odd_news(n, LEG_EVENTS[1], 0)
        case "odd":
            kinds = [*LEG_EVENTS, "old news"]
            walk.odd_news(n, dice.choice(kinds), m % 3)
        case "mix":
            walk.legs_hear_each_other(n, m, dice.random() < 0.3)
        case "state":
            walk.choose_state(dice.choice(AGENTS), dice.choice(("available", "available", "Lunch", "no such reason")))
        case "all available":
            walk.all_available()
        case "write":
            field = dice.choice(("comments", "disposition", "tags", "who", "what"))
            walk.write(n, field, dice.choice(("", "Answered", "Refunded")), dice.choice((None, *PEOPLE)), dice.random() < 0.9)
        case "late":
            walk.write_about_a_contact_that_is_over(n, "late")
        case "visit":
            walk.visit_or_log_out(dice.choice(AGENTS), dice.choice((None, *PEOPLE)))
        case "phone":
            walk.a_phone_comes_or_goes(dice.choice(("2041", "2042", "2043")), dice.random() < 0.8)
        case "switch":
            walk.the_switch_goes_or_comes(dice.random() < 0.4)
        case "match":
            walk.the_caller_is_matched(n, m % 3, m % 4, dice.random() < 0.1)
        case "task":
            walk.a_task(n, m % 3, dice.choice(("saved", "saved", "saved", "deleted", "waits", "refused")))
        case "time":
            walk.time_passes(dice.choice((1, 500, 5_000, 20_000, 45_000, 120_000)))
        case "directory":
            walk.the_directory_changes(dice.choice(DIRECTORIES))
        case "restart":
            walk.the_connector_restarts()
    return f"{chosen} {n} {m}"


WEIGHTS = {
    "on offer": 40,
    "any order": 6,
    "a customer": 4,
    "a call is taken": 4,
    "dial": 6,
    "obey": 16,
    "one ask": 6,
    "hang up": 5,
    "answer": 8,
    "odd": 2,
    "mix": 1,
    "state": 2,
    "all available": 1,
    "write": 5,
    "late": 1,
    "visit": 2,
    "phone": 1,
    "switch": 1,
    "match": 3,
    "task": 6,
    "time": 4,
    "directory": 1,
    "restart": 0.3,
}

INVARIANTS = (
    "contacts_belong_to_their_agents",
    "queues_hold_who_waits_the_oldest_first",
    "nobody_waits_for_an_agent_who_is_free",
    "legs_lead_to_their_contacts",
    "no_leg_is_left_alone",
    "who_talked_has_a_task_and_who_did_not_has_none",
    "nothing_waits_for_ever",
    "what_is_said_of_a_call_agrees",
    "what_is_on_offer_is_accepted_and_nothing_else",
)


def walk_days(steps: int, seed: int) -> Counting:
    """Walks; a violated invariant is an error that names seed, day and step."""
    accepted: Counter[str] = Counter()
    cells: set[tuple[str, str, str]] = set()
    walk = Counting()
    for day in range((steps + A_DAY - 1) // A_DAY):
        dice = random.Random(seed * 1_000 + day)
        walk = Counting()
        walk.accepted, walk.cells = accepted, cells
        done: list[str] = []
        try:
            for _ in range(A_DAY):
                done.append("?")
                done[-1] = step(walk, dice)
                for name in INVARIANTS:
                    getattr(walk, name)()
            walk.teardown()
        except Exception as error:
            raise AssertionError(f"seed {seed}, day {day}, step {len(done)}: after {done[-8:]}: {error!r}") from error
    return walk


def legal_cells() -> set[tuple[str, str, str]]:
    """Each pair of states that a table allows to follow each other."""
    found = {("phase", old, new) for (old, _), new in CONTACT.items()}
    found |= {("leg", old, new) for (old, _), new in LEG.items() if old is not LegState.ENDED}
    found |= {("agent", old, new) for (old, _), new in AGENT.items() if new is not None and old is not new}
    back = (AgentState.AVAILABLE, AgentState.UNAVAILABLE)
    return found | {("agent", old, new) for old in (AgentState.WORKING, AgentState.WRAP_UP) for new in back}


@pytest.mark.slow
def test_a_long_walk(capsys: pytest.CaptureFixture[str]) -> None:
    walk = walk_days(STEPS, SEED)
    missing = legal_cells() - walk.cells
    rare = {kind.__name__: walk.accepted[kind.__name__] for kind in commands() if walk.accepted[kind.__name__] < STEPS / 500}
    with capsys.disabled():
        print(f"\nrandom walk: {STEPS} steps, seed {SEED}, {len(walk.cells)} cells visited, {len(missing)} missing")
        print("accepted: " + ", ".join(f"{name} {count}" for name, count in sorted(walk.accepted.items())))
    assert not missing
    assert not rare


def commands() -> tuple[type[Input], ...]:
    """All commands."""
    kinds: tuple[type[Input], ...] = c.Command.__args__
    return kinds


def test_the_cells_are_those_of_the_tables() -> None:
    assert ("phase", Phase.QUEUED, Phase.OFFERED) in legal_cells()
