"""A long random walk over the whole command set: no invariant is violated, and every command and legal cell is reached.

`make test` walks some thousands of steps with a fixed seed, which is printed; `make soak` 100,000 (`STEPS`, `SEED`).
"""

import os
import random
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from connector.domain import commands as c
from connector.domain import events as e
from connector.domain.decide import Input
from connector.domain.model import UP, AgentState, Floor, Kind, LegState, Line, Phase
from connector.domain.rules.allowed import controls
from connector.domain.step import Change
from connector.domain.transitions import AGENT, CONTACT, LEG
from tests.domain.stage import BILLING_LINE, LINE, MIA
from tests.domain.test_properties import (
    AGENTS,
    CAUSES,
    DIRECTORIES,
    LEG_EVENTS,
    ON_CONTACT,
    PEOPLE,
    PHONE_ACTS,
    WITH_VALUES,
    Walk,
    order_of,
)

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

    def what_was_rare(self, dice: "Dice") -> None:
        """Of the orders that are on offer the one that was carried out the least often so far, and the switch obeys."""
        offers = [
            (self.accepted[kind_of(name)], dice.random(), contact.agent or "", key, name)
            for key, contact in sorted(self.floor.contacts.items())
            if contact.agent is not None
            for name, why in controls(self.floor, contact, self.stage.directory).items()
            if why is None
        ]
        if offers:
            *_, agent, key, name = min(offers)
            self.give(order_of(self.floor, name, agent, key, dice.any))
            self.the_switch_obeys()

    def who_is_consulted_answers(self, dice: "Dice") -> None:
        """So that there is something to merge, to transfer and to drop."""
        self.the_switch_obeys()
        found = (contact.consulted for _, contact in sorted(self.floor.contacts.items()))
        legs = [leg for leg in found if leg is not None]
        ringing = [leg.id for leg in legs if leg.state not in UP]
        if ringing:
            self.switch(e.LegAnswered(dice.choice(ringing), self.stage.now))
            self.the_switch_obeys()
            self.what_was_rare(dice)

    def a_task_is_refused(self, dice: "Dice") -> None:
        """So that there is something to save again."""
        open_ones = [
            (key, contact.save.wanted)
            for key, contact in sorted(self.floor.contacts.items())
            if contact.phase is Phase.WRAP_UP and contact.save.written < contact.save.wanted
        ]
        if open_ones:
            self.give(e.TaskRefused(*dice.choice(open_ones), "STRING_TOO_LONG", "Subject", "too long"))
            self.what_was_rare(dice)


class Dice(random.Random):
    """What is thrown for the arguments of a step."""

    @property
    def any(self) -> int:
        return self.randrange(1_000_000)

    def odds(self, chance: float) -> bool:
        return self.random() < chance

    @property
    def record(self) -> Any:
        return self.choice((None, *PEOPLE))

    @property
    def skill(self) -> str:
        return self.choice(("support", "billing", "sales"))

    @property
    def ten(self) -> int:
        return self.randrange(1, 11)

    @property
    def agent(self) -> str:
        return self.choice(AGENTS)


SILENT = (Kind.WORK_ITEM, Kind.EMAIL)
FIELDS = ("comments", "disposition", "tags", "who", "what")
NUMBERS = (MIA, MIA, "2041", "2042", "2043", "nonsense")
TARGETS_OF_A_PHONE = ("2042", "2043", "+14155550191", "911", "x")
HOW = ("obey", "obey and keep", "refuse", "keep silent")
FATES = ("saved", "saved", "saved", "deleted", "waits", "refused")
STATES = ("available", "available", "Lunch", "no such reason")

STEPS_OF: dict[str, tuple[float, Callable[["Counting", Dice], object]]] = {
    "on offer": (30, lambda w, d: w.an_order_that_is_on_offer(d.any, d.odds(0.7))),
    "what was rare": (26, lambda w, d: w.what_was_rare(d)),
    "any order": (6, lambda w, d: w.order(d.any, d.choice([*ON_CONTACT, *WITH_VALUES]), d.odds(0.8), d.agent)),
    "a customer": (4, lambda w, d: w.a_customer_calls(d.choice((*LINES, "+3120")), d.choice((MIA, "")))),
    "a call is taken": (4, lambda w, d: w.a_call_is_taken(d.choice(LINES))),
    "dial": (6, lambda w, d: w.dial(d.agent, d.choice(NUMBERS), d.choice(("", "sales", "support")), d.record)),
    "911": (2, lambda w, d: w.an_emergency(d.agent, d.choice(("911", "9911", "933", "112")))),
    "called back": (0.5, lambda w, d: w.the_answering_point_calls_back()),
    "work": (1.2, lambda w, d: w.work_is_delivered(d.randrange(8), d.choice(SILENT), d.skill, d.ten, d.record)),
    "callback": (0.6, lambda w, d: w.a_callback_is_asked_for(d.randrange(8), d.skill, d.choice((0, 30_000)), d.ten)),
    "favourite": (0.6, lambda w, d: w.a_favourite(d.agent, d.choice(("fraud", "gone")), d.odds(0.6))),
    "line": (0.6, lambda w, d: w.a_line(d.agent, d.odds(0.6))),
    "lifted": (0.6, lambda w, d: w.a_phone_is_lifted_or_laid_down(d.choice(("2041", "2042")), d.choice(list(Line)))),
    "panel": (1, lambda w, d: w.a_panel_comes_or_goes(d.agent, d.odds(0.6))),
    "late step": (1, lambda w, d: w.a_step_comes_late(d.any)),
    "told": (1, lambda w, d: w.a_work_queue_step_is_told_of(d.any)),
    "obey": (16, lambda w, d: w.the_switch_obeys()),
    "one ask": (6, lambda w, d: w.one_ask(d.any, d.choice(HOW))),
    "hang up": (3, lambda w, d: w.somebody_hangs_up(d.any, d.choice(CAUSES))),
    "answer": (10, lambda w, d: w.odd_news(d.any, LEG_EVENTS[1], 0)),
    "consulted": (24, lambda w, d: w.who_is_consulted_answers(d)),
    "refused": (2, lambda w, d: w.a_task_is_refused(d)),
    "log out": (2, lambda w, d: w.visit_or_log_out(d.agent, None)),
    "odd": (2, lambda w, d: w.odd_news(d.any, d.choice([*LEG_EVENTS, "old news"]), 0)),
    "mix": (1, lambda w, d: w.legs_hear_each_other(d.any, d.any, d.odds(0.3))),
    "state": (2, lambda w, d: w.choose_state(d.agent, d.choice(STATES))),
    "all available": (1, lambda w, d: w.all_available()),
    "write": (5, lambda w, d: w.write(d.any, d.choice(FIELDS), d.choice(("", "Answered")), d.record, d.odds(0.9))),
    "late": (1, lambda w, d: w.write_about_a_contact_that_is_over(d.any, "late")),
    "visit": (2, lambda w, d: w.visit_or_log_out(d.agent, d.record)),
    "phone": (1, lambda w, d: w.a_phone_comes_or_goes(d.choice(("2041", "2042", "2043")), d.odds(0.8))),
    "by itself": (4, lambda w, d: w.a_phone_acts_by_itself(d.any, d.choice(PHONE_ACTS), d.choice(TARGETS_OF_A_PHONE))),
    "switch": (1, lambda w, d: w.the_switch_goes_or_comes(d.odds(0.4))),
    "match": (3, lambda w, d: w.the_caller_is_matched(d.any, d.randrange(3), d.randrange(4), d.odds(0.1))),
    "task": (6, lambda w, d: w.a_task(d.any, d.randrange(3), d.choice(FATES))),
    "time": (4, lambda w, d: w.time_passes(d.choice((1, 500, 5_000, 20_000, 45_000, 120_000)))),
    "directory": (1, lambda w, d: w.the_directory_changes(d.choice(DIRECTORIES))),
    "restart": (0.3, lambda w, d: w.the_connector_restarts()),
}
"""What can happen: how often, and how."""


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
    names, weights = list(STEPS_OF), [weight for weight, _ in STEPS_OF.values()]
    for day in range((steps + A_DAY - 1) // A_DAY):
        dice = Dice(seed * 1_000 + day)
        walk = Counting()
        walk.accepted, walk.cells = accepted, cells
        done: list[str] = []
        try:
            for _ in range(A_DAY):
                done.append(dice.choices(names, weights)[0])
                STEPS_OF[done[-1]][1](walk, dice)
                for name in INVARIANTS:
                    getattr(walk, name)()
            walk.teardown()
        except Exception as error:
            raise AssertionError(f"seed {seed}, day {day}, step {len(done)}: after {done[-8:]}: {error!r}") from error
    return walk


def kind_of(name: str) -> str:
    """The command of a control."""
    return type(order_of(Floor(), name, "", "")).__name__


def legal_cells() -> set[tuple[str, str, str]]:
    """Each pair of states that a table allows to follow each other."""
    found: set[tuple[str, str, str]] = {("phase", old, new) for (old, _), new in CONTACT.items()}
    found |= {("leg", old, new) for (old, _), new in LEG.items() if old is not LegState.ENDED}
    found |= {("agent", old, new) for (old, _), new in AGENT.items() if new is not None and old is not new}
    back = (AgentState.AVAILABLE, AgentState.UNAVAILABLE)
    return found | {("agent", old, new) for old in (AgentState.WORKING, AgentState.WRAP_UP) for new in back}


@pytest.mark.slow
def test_a_long_walk(capsys: pytest.CaptureFixture[str]) -> None:
    walk = walk_days(STEPS, SEED)
    missing = legal_cells() - walk.cells
    names = [kind.__name__ for kind in commands()]
    enough = 200 if STEPS >= 100_000 else 1
    rare = {name: walk.accepted[name] for name in names if walk.accepted[name] < enough}
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
