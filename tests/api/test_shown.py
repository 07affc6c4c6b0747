"""What was shown last is made anew as far as it changed: always the same as if all of it had been made anew."""

import random
from collections.abc import Iterator

import pytest
from msgspec.structs import replace

from connector.api.shown import Shown, Situations
from connector.api.view import state_view
from connector.domain import commands as c
from connector.domain import events as e
from connector.domain.decide import decide, guard
from connector.domain.directory import Directory, Entry
from connector.domain.events import CallArrived, CallerMatched, PhoneChanged, RecordingChanged, TaskRefused, TaskSaved
from connector.domain.model import AgentState, Contact, Floor, Kind, LegState, Phase, Record, Recording
from connector.domain.step import Stamp, apply
from connector.errors import BadInput, NotAllowed
from tests.domain.stage import BILLING_LINE, DIRECTORY, JONAS, LINE, MIA, SAM, START

PERSON = Record("003000000000001AAA", "Contact", "Mia Chen")
LEAD = Record("00Q000000000001AAA", "Lead", "D. Whitfield")
CASE = Record("500000000000001AAA", "Case", "00001026")
ORDERS = (c.Answer, c.Decline, c.End, c.Hold, c.Resume, c.Mute, c.Unmute, c.StartRecord, c.StopRecord, c.StartMask)
PARTIES = (c.Abandon, c.Merge, c.Transfer, c.Swap)
WORK = (c.Finish, c.GiveBack, c.Extend)
OFFICE = replace(
    DIRECTORY,
    entries=(Entry("bank", "Card fraud line", "+18005550199"),),
    skills={**DIRECTORY.skills, "support": replace(DIRECTORY.skills["support"], extension=60_000)},
)
TARGETS = (("agent", SAM), ("agent", JONAS), ("skill", "sales"), ("entry", "bank"), ("number", "4155550188"))


class Walk:
    """A floor on which something happens at each step, and what two agents were shown of it."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        self.floor = Floor()
        self.directory = OFFICE
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
            self._given(self._arrival())
        elif self.dice.random() < 0.1:
            self.give(c.SetState(self.dice.choice((SAM, JONAS)), AgentState.AVAILABLE))
        elif self.dice.random() < 0.05:
            self.floor.switch_up = not self.floor.switch_up
        elif self.dice.random() < 0.03:
            self.directory = replace(self.directory, version=self.directory.version + 1)
        else:
            talking = [contact for contact in contacts if contact.phase is Phase.ACTIVE]
            for given in self._ideas(self.dice.choice(contacts + 5 * talking)):
                if (not isinstance(given, c.OnContact) or self._allowed(given)) and self._given(given):
                    return

    def _given(self, given: object) -> bool:
        """Whether it could be done: not everybody can be asked or called."""
        try:
            self.give(given)
        except (NotAllowed, BadInput):
            return False
        return True

    def _arrival(self) -> object:
        key = f"w-{self.now}"
        about = ("Check parcel", (("Order", "A-1"),), "", CASE, 5, self.now)
        return self.dice.choice(
            (
                CallArrived(f"in-{self.now}", MIA, LINE, self.now),
                CallArrived(f"in-{self.now}", MIA, BILLING_LINE, self.now),
                e.CallbackRequested(key, MIA, "Mia Chen", "support", 0, 5, self.now),
                e.WorkDelivered(key, Kind.WORK_ITEM, "support", *about),
                e.WorkDelivered(key, Kind.EMAIL, "support", *about),
                c.Dial(self.dice.choice((SAM, JONAS)), "+14155550188", "support", hold=True),
            )
        )

    def _allowed(self, order: c.OnContact) -> bool:
        return guard(self.floor, self.directory, order) is None  # type: ignore[arg-type]  # one of ORDERS

    def _ideas(self, contact: Contact) -> Iterator[object]:
        agent = contact.agent or ""
        legs = [leg for leg in contact.legs if leg.state is not LegState.ENDED]
        ideas: list[object] = [order(agent, contact.key) for order in (*ORDERS, *PARTIES, *WORK) if agent]
        ideas += [_news(self.dice, leg.id, self.now) for leg in legs] * 4
        if agent and not contact.asked_by:
            ideas += [c.Consult(agent, contact.key, *target) for target in TARGETS] * 2
            ideas += [c.Drop(agent, contact.key, leg.id) for leg in legs if leg.invited]
        if len(legs) > 1:
            ideas.append(e.LegsMixed(tuple(leg.id for leg in legs if leg.joined), self.now))
            ideas += [e.LegsMixed(tuple(leg.id for leg in legs), self.now)] * (4 if contact.asked else 1)
        others: list[object] = [
            CallerMatched(contact.key, self.dice.choice(((PERSON,), (LEAD,), (PERSON, LEAD), ())), (CASE,)),
            RecordingChanged(contact.key, self.dice.choice(list(Recording)), self.now),
            TaskSaved(contact.key, contact.save.wanted, "00T000000000001AAA", "Call"),
            TaskRefused(contact.key, contact.save.wanted, "REQUIRED", "Subject", "needed"),
        ]
        ideas.append(self.dice.choice(others))
        if agent:
            ideas += [
                c.SaveDraft(agent, contact.key, "comments", self.now, text="Charged twice"),
                c.SaveDraft(agent, contact.key, "disposition", self.now, text="Answered"),
                c.Visit(agent, self.dice.choice((PERSON, CASE))),
                c.SaveDraft(agent, contact.key, "Subject", self.now, text="Refund"),
                c.SaveAgain(agent, contact.key),
                c.Done(agent, contact.key),
            ]
        self.dice.shuffle(ideas)
        if self.dice.random() < 0.5:  # few orders are possible at a time, and news always is
            ideas.sort(key=_how_often_possible)
        yield from ideas


def _how_often_possible(idea: object) -> int:
    if isinstance(idea, c.Swap | c.Answer):
        return -1
    if isinstance(idea, c.Merge | c.Drop | c.Transfer | c.StopRecord | c.Resume):
        return 0
    return 1 if isinstance(idea, c.OnContact) and not isinstance(idea, c.SaveDraft | c.End | c.Abandon) else 2


def _news(dice: random.Random, leg: str, at: int) -> object:
    kind = dice.choice([*[e.LegAnswered] * 8, *[e.LegHeld, e.LegResumed, e.LegMuted] * 3, e.LegRinging, e.LegEnded])
    if kind is e.LegMuted:
        return e.LegMuted(leg, dice.random() < 0.5, at)
    return e.LegEnded(leg, "normal", at) if kind is e.LegEnded else kind(leg, at)


@pytest.mark.slow
def test_what_is_shown_equals_a_view_made_anew() -> None:
    phases: set[str] = set()
    kinds: set[str] = set()
    seen: set[str] = set()
    for seed in range(60):
        walk = Walk(seed)
        for _ in range(200):
            walk.step()
            walk.compare()
            for contact in walk.floor.contacts.values():
                phases.add(contact.phase.value)
                seen |= {name for name in ("consult", "conference", "asked_by", "sender") if getattr(contact, name)}
        kinds |= walk.kinds
    assert {"QUEUED", "OFFERED", "ACTIVE", "WRAP_UP"} <= phases
    assert {order.__name__ for order in ORDERS} - {"StopRecord"} <= kinds
    assert {order.__name__ for order in (*PARTIES, *WORK)} | {"Consult", "Drop", "Dial"} <= kinds
    assert {"LegHeld", "LegMuted", "SaveDraft", "CallerMatched", "Visit", "Done", "TaskRefused"} <= kinds
    assert seen == {"consult", "conference", "asked_by", "sender"}


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
