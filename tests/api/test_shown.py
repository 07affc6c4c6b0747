"""What was shown last is made anew as far as it changed: always the same as if all of it had been made anew."""

import random
from collections.abc import Iterator

from msgspec.structs import replace

from connector.api.shown import Shown, Situations
from connector.api.view import state_view
from connector.domain import commands as c
from connector.domain import events as e
from connector.domain.decide import decide, guard
from connector.domain.directory import Directory
from connector.domain.events import CallArrived, CallerMatched, PhoneChanged, RecordingChanged, TaskRefused, TaskSaved
from connector.domain.model import AgentState, Contact, Floor, LegState, Record, Recording, Role
from connector.domain.step import Stamp, apply
from tests.domain.stage import BILLING_LINE, DIRECTORY, JONAS, LINE, MIA, SAM, START

PERSON = Record("003000000000001AAA", "Contact", "Mia Chen")
LEAD = Record("00Q000000000001AAA", "Lead", "D. Whitfield")
CASE = Record("500000000000001AAA", "Case", "00001026")
ORDERS = (c.Answer, c.Decline, c.End, c.Hold, c.Resume, c.Mute, c.Unmute, c.StartRecord, c.StopRecord, c.StartMask)


class Walk:
    """A floor on which something happens at each step, and what two agents were shown of it."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        self.floor = Floor()
        self.directory = DIRECTORY
        self.now = START
        situations = Situations()
        self.shown = {agent: Shown(situations) for agent in (SAM, JONAS)}
        self.kinds: set[str] = set()
        for device in ("2041", "2042"):
            self.give(PhoneChanged(device, True))
        for agent in (SAM, JONAS):
            self.give(c.SetState(agent, AgentState.AVAILABLE))

    def give(self, given: object) -> None:
        self.now += 7
        change = decide(self.floor, self.directory, given, Stamp(self.now, f"id{self.now}"))  # type: ignore[arg-type]
        apply(self.floor, change)
        self.kinds.add(type(given).__name__)

    def compare(self) -> None:
        for agent_id, shown in self.shown.items():
            agent = self.floor.agents[agent_id]
            fresh = state_view(self.floor, self.directory, agent, seq=1, now=self.now, durable=True)
            assert shown.state(self.floor, self.directory, agent, seq=1, now=self.now, durable=True) == fresh

    def step(self) -> None:
        contacts = list(self.floor.contacts.values())
        if not contacts or self.dice.random() < 0.05:
            self.give(CallArrived(f"in-{self.now}", MIA, self.dice.choice((LINE, BILLING_LINE)), self.now))
        elif self.dice.random() < 0.2:
            self.give(c.SetState(self.dice.choice((SAM, JONAS)), AgentState.AVAILABLE))
        elif self.dice.random() < 0.05:
            self.floor.switch_up = not self.floor.switch_up
        elif self.dice.random() < 0.03:
            self.directory = replace(self.directory, version=self.directory.version + 1)
        else:
            for given in self._ideas(self.dice.choice(contacts)):
                if not isinstance(given, c.OnContact) or self._allowed(given):
                    self.give(given)
                    return

    def _allowed(self, order: c.OnContact) -> bool:
        return guard(self.floor, self.directory, order) is None  # type: ignore[arg-type]  # one of ORDERS

    def _ideas(self, contact: Contact) -> Iterator[object]:
        agent = contact.agent or ""
        legs = [leg for leg in contact.legs if leg.state is not LegState.ENDED]
        ideas: list[object] = [order(agent, contact.key) for order in ORDERS if agent]
        ideas += [_news(self.dice, leg.id, self.now) for leg in legs if leg.role in (Role.CUSTOMER, Role.AGENT)] * 4
        ideas += [
            CallerMatched(contact.key, self.dice.choice(((PERSON,), (LEAD,), (PERSON, LEAD), ())), (CASE,)),
            RecordingChanged(contact.key, self.dice.choice(list(Recording)), self.now),
            TaskSaved(contact.key, contact.save.wanted, "00T000000000001AAA", "Call"),
            TaskRefused(contact.key, contact.save.wanted, "REQUIRED", "Subject", "needed"),
        ]
        if agent:
            ideas += [
                c.SaveDraft(agent, contact.key, "comments", self.now, text="Charged twice"),
                c.SaveDraft(agent, contact.key, "disposition", self.now, text="Answered"),
                c.Visit(agent, self.dice.choice((PERSON, CASE))),
                c.Done(agent, contact.key),
            ]
        self.dice.shuffle(ideas)
        yield from ideas


def _news(dice: random.Random, leg: str, at: int) -> object:
    kind = dice.choice([*[e.LegAnswered] * 8, *[e.LegHeld, e.LegResumed, e.LegMuted] * 3, e.LegRinging, e.LegEnded])
    if kind is e.LegMuted:
        return e.LegMuted(leg, dice.random() < 0.5, at)
    return e.LegEnded(leg, "normal", at) if kind is e.LegEnded else kind(leg, at)


def test_what_is_shown_equals_a_view_made_anew() -> None:
    phases: set[str] = set()
    kinds: set[str] = set()
    for seed in range(12):
        walk = Walk(seed)
        for _ in range(200):
            walk.step()
            walk.compare()
            phases |= {contact.phase.value for contact in walk.floor.contacts.values()}
        kinds |= walk.kinds
    assert {"QUEUED", "OFFERED", "ACTIVE", "WRAP_UP"} <= phases
    assert {order.__name__ for order in ORDERS} - {"StopRecord"} <= kinds
    assert {"LegHeld", "LegMuted", "SaveDraft", "CallerMatched", "Visit", "Done", "TaskRefused"} <= kinds


def test_a_contact_that_did_not_change_is_not_made_anew() -> None:
    walk = Walk(1)
    walk.give(CallArrived("in-1", MIA, LINE, walk.now))
    (contact,) = walk.floor.contacts.values()
    agent = walk.floor.agents[contact.agent or ""]

    def state(directory: Directory = DIRECTORY) -> object:
        return walk.shown[agent.id].state(walk.floor, directory, agent, seq=1, now=1, durable=True).contacts[0]

    first = state()
    assert state() is first
    assert state(replace(DIRECTORY, version=2)) is not first
    walk.floor.switch_up = False
    gone = walk.shown[agent.id].state(walk.floor, DIRECTORY, agent, seq=1, now=1, durable=True).contacts[0]
    assert set(gone.controls.values()) == {"switch_down"}


def test_the_version_grows_with_what_is_seen_and_with_nothing_else() -> None:
    walk = Walk(2)
    walk.give(CallArrived("in-1", MIA, LINE, walk.now))
    (contact,) = walk.floor.contacts.values()
    shown = walk.shown[contact.agent or ""]

    def version(*, directory: Directory = DIRECTORY, durable: bool = True) -> int:
        agent = walk.floor.agents[contact.agent or ""]
        shown.state(walk.floor, directory, agent, seq=1, now=walk.now, durable=durable)
        return shown.version

    first = version()
    walk.now += 1_000
    assert version() == first
    assert version(durable=False) == first + 1
    assert version() == first + 2
    walk.give(CallerMatched(contact.key, (PERSON,)))
    assert version() == first + 3
    walk.give(PhoneChanged("2041", True))
    assert version() == first + 3
    assert version(directory=replace(DIRECTORY, version=2)) > first + 3
    now = version()
    walk.floor.contacts.clear()
    assert version() == now + 1
