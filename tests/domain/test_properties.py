"""Random walks: whatever agents, switch, Salesforce and clock do, in whatever order, these things stay true.

The profile of hypothesis says how many walks there are (`make soak`: many); one that fails is printed as a program.
"""

from collections import Counter, defaultdict
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from msgspec.structs import replace

from connector.domain import commands as c
from connector.domain import events as e
from connector.domain import times
from connector.domain.address import CivicAddress
from connector.domain.decide import Input, deadline, decide, guard, reconnected, restarted, start
from connector.domain.directory import Directory, Entry, Opening, PopMoment, PopRule, Profile, RecordingMode
from connector.domain.effects import (
    Adopt,
    Announce,
    AskSwitch,
    CallParty,
    EndLeg,
    KeepLine,
    Offer,
    PlaceCall,
    PushState,
    SaveTask,
)
from connector.domain.model import (
    SILENT,
    Agent,
    AgentState,
    Contact,
    Floor,
    Kind,
    LegState,
    Line,
    Mask,
    Outcome,
    Phase,
    Record,
    Recording,
    Role,
)
from connector.domain.routing import candidates
from connector.domain.rules.allowed import controls, surroundings
from connector.domain.rules.allowed_agents import agent_controls
from connector.domain.rules.around import MOST_CALLS, live_contact
from connector.domain.rules.presence import agent_deadline
from connector.domain.step import Change, Stamp, apply, load
from connector.errors import BadInput, NotAllowed
from tests.domain.stage import BILLING_LINE, DIRECTORY, JONAS, LINE, MIA, SAM, Stage, with_skill

pytestmark = pytest.mark.slow

PRIYA = "005000000000003AAA"
AGENTS = (SAM, JONAS, PRIYA)
DIRECT = "+14155550188"
MARKET = CivicAddress("US", street="Market St", number="1")
PEOPLE = (
    Record("003000000000001AAA", "Contact", "Mia Chen"),
    Record("00Q000000000001AAA", "Lead", "D. Whitfield"),
    Record("500000000000001AAA", "Case", "Charged twice"),
    Record("001000000000001AAA", "Account", "Northwind Traders"),
)
FULL = replace(
    DIRECTORY,
    agents={
        **DIRECTORY.agents,
        SAM: replace(DIRECTORY.agents[SAM], direct_number=DIRECT, address=MARKET, address_verified=True),
        PRIYA: Profile(PRIYA, "Priya Nair", "2043", skills={"support": 1, "sales": 9}),
    },
    entries=(Entry("fraud", "Card fraud line", "+18005550199"),),
    skills=with_skill("support", extension=20_000).skills,
    settings=replace(DIRECTORY.settings, callback_interval=60_000, emergency_callback=60_000),
)
CLOSED = (Opening(6, 0, 1),)
"""Never open on the day of the walk, a Monday."""
DIRECTORIES = (
    FULL,
    replace(FULL, agents={key: FULL.agents[key] for key in (SAM, JONAS)}),
    replace(FULL, skills={key: skill for key, skill in FULL.skills.items() if key != "billing"}),
    replace(FULL, agents=with_skill("support").agents, skills=with_skill("support", wrap_up=None).skills),
    replace(FULL, agents={**FULL.agents, PRIYA: replace(FULL.agents[PRIYA], device="2049")}),
    replace(FULL, settings=replace(FULL.settings, blind_transfer=True, most_parties=4)),
    replace(FULL, skills=with_skill("support", wrap_up=20_000, longest_queue=1).skills),
    replace(FULL, skills=with_skill("support", hours=CLOSED, recording=RecordingMode.ALWAYS).skills),
    replace(FULL, settings=replace(FULL.settings, pop_when=PopMoment.ANSWER, pop_none=PopRule("new", "Lead"))),
    replace(FULL, settings=replace(FULL.settings, pop_one=PopRule("flow", "X"), pop_none=PopRule("layout"))),
)
ON_CONTACT: dict[str, type[Any]] = {
    "answer": c.Answer,
    "decline": c.Decline,
    "end": c.End,
    "hold": c.Hold,
    "resume": c.Resume,
    "mute": c.Mute,
    "unmute": c.Unmute,
    "record": c.StartRecord,
    "stop_record": c.StopRecord,
    "mask": c.StartMask,
    "unmask": c.StopMask,
    "abandon": c.Abandon,
    "merge": c.Merge,
    "transfer": c.Transfer,
    "swap": c.Swap,
    "finish": c.Finish,
    "give_back": c.GiveBack,
    "extend": c.Extend,
    "done": c.Done,
    "save_again": c.SaveAgain,
}
WITH_VALUES = ("digits", "consult", "drop")
TARGETS = (
    ("agent", SAM),
    ("agent", JONAS),
    ("agent", PRIYA),
    ("skill", "billing"),
    ("skill", "support"),
    ("entry", "fraud"),
    ("number", MIA),
    ("number", "2042"),
)
BY_THEMSELVES = frozenset({"name_is_lead", "agent_busy", "agent_logged_out", "agent_no_phone", "not_invited"})
"""Why a command is refused for one of its values, though the control is on."""
CAUSES = ("normal", "busy", "no_answer", "declined", "wrong_number", "cancelled", "failed", "unheard of")
LEG_EVENTS = (e.LegRinging, e.LegAnswered, e.LegHeld, e.LegResumed)
PHONE_ACTS = ("hold", "resume", "send", "put through")
ANY = st.integers(0, 1_000_000)
AGENT = st.sampled_from(AGENTS)


def order_of(floor: Floor, name: str, agent: str, key: str, n: int = 6) -> c.ContactCommand:
    """The command that a control stands for; `n` chooses whom it is about."""
    match name:
        case "digits":
            return c.SendDigits(agent, key, "1")
        case "consult":
            return c.Consult(agent, key, *TARGETS[n % len(TARGETS)])
        case "drop":
            contact = floor.contacts.get(key)
            legs = [leg.id for leg in contact.legs if leg.invited and leg.joined] if contact else []
            return c.Drop(agent, key, legs[n % len(legs)] if legs else "no-such-leg")
        case _:
            order: c.ContactCommand = ON_CONTACT[name](agent, key)
            return order


class Ledger:
    """What must never be forgotten, kept apart from the floor: written from inputs and effects alone."""

    def __init__(self) -> None:
        self.customers: set[str] = set()
        self.phones: set[str] = set()
        self.ended: set[str] = set()
        self.told_to_end: set[str] = set()
        self.revisions: dict[str, int] = defaultdict(int)
        self.last: dict[str, Contact] = {}

    def note(self, given: Input, change: Change) -> None:
        """Adds what came in and what followed."""
        if isinstance(given, e.CallArrived):
            self.customers.add(given.leg)
        if isinstance(given, e.LegEnded):
            self.ended.add(given.leg)
        for contact in change.contacts:
            self.last[contact.key] = contact
        for effect in change.effects:
            if isinstance(effect, SaveTask):
                assert effect.revision == self.revisions[effect.contact] + 1, "revisions grow by one"
                assert effect.fields["Phone_Revision__c"] == effect.revision
                assert not (effect.fields["WhatId"] and str(effect.fields["WhoId"]).startswith("00Q")), (
                    "Lead and WhatId"
                )
                self.revisions[effect.contact] = effect.revision
            if isinstance(effect, AskSwitch):
                match effect.ask:
                    case EndLeg(leg=leg) | Announce(leg=leg):
                        self.told_to_end.add(leg)
                    case Offer(agent_leg=leg):
                        self.phones.add(leg)
                    case PlaceCall(agent_leg=agent, customer_leg=customer, number=number):
                        self.phones.add(agent)
                        if len(number) > 4:  # a colleague's leg is made by an offer
                            self.customers.add(customer)
                    case CallParty(leg=leg):
                        self.customers.add(leg)


class Walk(RuleBasedStateMachine):
    """Three agents, a switch that obeys, refuses, keeps silent and repeats itself, Salesforce and the clock."""

    def __init__(self) -> None:
        super().__init__()
        self.ledger = Ledger()
        self.stage = Stage(FULL, ("2041", "2042", "2043"))
        self.heard: list[e.SwitchEvent] = []
        self.tried: dict[str, tuple[Any, ...]] = {}
        self.calls = 0
        self.drafts = 0

    # --- one input -------------------------------------------------------------------------------------------------

    @property
    def floor(self) -> Floor:
        return self.stage.floor

    def give(self, given: Input) -> Change | None:
        """Through `decide`, which must refuse a command when and only when `guard` says so, and never an event."""
        before = msgspec.msgpack.encode(self.floor) if self.calls % 4 == 0 else b""
        is_command = isinstance(given, c.Command)
        why = guard(self.floor, self.stage.directory, given) if is_command else None  # type: ignore[arg-type]
        stamp = Stamp(self.stage.now, f"id{self.stage.ids:05}")
        self.stage.ids += 1
        try:
            change = decide(self.floor, self.stage.directory, given, stamp)
        except NotAllowed as refusal:
            if not is_command or refusal.code not in (why, *BY_THEMSELVES):
                raise
            return None
        except BadInput:
            if not isinstance(given, _MAY_BE_BAD):
                raise
            return None
        finally:
            if before:
                assert msgspec.msgpack.encode(self.floor) == before, "decide changed the floor"
        assert why is None, f"{given} was refused by guard ({why}) and then carried out"
        self.take(given, change)
        return change

    def take(self, given: Any, change: Change) -> None:
        self.shown(change)
        self.ledger.note(given, change)
        apply(self.floor, change)
        self.stage.asks += [effect.ask for effect in change.effects if isinstance(effect, AskSwitch)]

    def shown(self, change: Change) -> None:
        """Whoever had or has a contact that changed is shown it."""
        pushed = {effect.agent for effect in change.effects if isinstance(effect, PushState)}
        changed = {agent.id for agent in change.agents}
        for contact in change.contacts:
            old = self.floor.contacts.get(contact.key)
            changed |= {agent for agent in (contact.agent, old.agent if old else None) if agent is not None}
        assert changed <= pushed, "somebody is not shown what changed"

    def switch(self, event: e.SwitchEvent) -> None:
        self.heard.append(event)
        self.give(event)

    def pick(self, things: list[Any], n: int) -> Any:
        return things[n % len(things)] if things else None

    def contact(self, n: int) -> str:
        return self.pick(sorted(self.floor.contacts), n) or "no such key"

    def leg(self, n: int) -> str:
        return self.pick(sorted(self.floor.legs), n) or "no-such-leg"

    # --- agents ----------------------------------------------------------------------------------------------------

    @rule(agent=AGENT, state=st.sampled_from(["available", "Lunch", "no such reason"]))
    def choose_state(self, agent: str, state: str) -> None:
        if state == "available":
            self.give(c.SetState(agent, AgentState.AVAILABLE))
        else:
            self.give(c.SetState(agent, AgentState.UNAVAILABLE, state))

    @rule()
    def all_available(self) -> None:
        for agent in AGENTS:
            self.a_panel_comes_or_goes(agent, True)
            self.give(c.SetState(agent, AgentState.AVAILABLE))

    @rule(agent=AGENT, comes=st.booleans())
    def a_panel_comes_or_goes(self, agent: str, comes: bool) -> None:
        self.give(e.PanelsChanged(agent, comes, self.stage.now))

    @rule(agent=AGENT, number=st.sampled_from(["911", "9911", "933", "112", MIA]))
    def an_emergency(self, agent: str, number: str) -> None:
        """Whatever else there is, everybody is out of the ear once the switch has done what it was asked."""
        asked = len(self.stage.asks)
        change = self.give(c.DialEmergency(agent, number))
        if change is None or not change.contacts:
            return
        first = self.stage.asks[asked]
        assert isinstance(first, PlaceCall)
        assert first.contact == change.created
        assert first.route

    @rule(agent=AGENT, entry=st.sampled_from(["fraud", "gone"]), on=st.booleans())
    def a_favourite(self, agent: str, entry: str, on: bool) -> None:
        self.give(c.SetFavourite(agent, entry, on))

    @rule(agent=AGENT, on=st.booleans())
    def a_line(self, agent: str, on: bool) -> None:
        self.give(c.SetLine(agent, on))

    @rule(device=st.sampled_from(["2041", "2042"]), line=st.sampled_from(list(Line)))
    def a_phone_is_lifted_or_laid_down(self, device: str, line: Line) -> None:
        self.switch(e.PhoneChanged(device, self.stage.floor.phones.get(device, False), line))

    @rule(
        agent=AGENT,
        number=st.sampled_from([MIA, "2041", "2042", "nonsense"]),
        skill=st.sampled_from(["", "support", "sales"]),
        record=st.sampled_from([None, *PEOPLE]),
    )
    def dial(self, agent: str, number: str, skill: str, record: Record | None) -> None:
        work = "step" if record is not None and record.type == "Lead" else ""
        self.give(c.Dial(agent, number, skill, record, hold=record is not None, work=work))

    @rule(n=ANY, name=st.sampled_from([*ON_CONTACT, *WITH_VALUES]), own=st.booleans(), agent=AGENT)
    def order(self, n: int, name: str, own: bool, agent: str) -> None:
        key = self.contact(n)
        if own and key in self.floor.contacts:
            agent = self.floor.contacts[key].agent or agent
        self.give(order_of(self.floor, name, agent, key, n))

    @rule(n=ANY, at_once=st.booleans())
    def an_order_that_is_on_offer(self, n: int, at_once: bool) -> None:
        offers = [
            (contact.agent, key, name)
            for key, contact in sorted(self.floor.contacts.items())
            if contact.agent is not None
            for name, why in controls(self.floor, contact, self.stage.directory).items()
            if why is None
        ]
        if offers:
            agent, key, name = self.pick(offers, n)
            self.give(order_of(self.floor, name, agent or "", key, n // len(offers)))
            if at_once:
                self.the_switch_obeys()

    another_order_that_is_on_offer = an_order_that_is_on_offer
    yet_another_order_that_is_on_offer = an_order_that_is_on_offer

    @rule(
        n=ANY,
        field=st.sampled_from(["comments", "disposition", "tags", "who", "what"]),
        text=st.sampled_from(["", "Answered", "Refunded", "other"]),
        record=st.sampled_from([None, *PEOPLE]),
        newer=st.booleans(),
    )
    def write(self, n: int, field: str, text: str, record: Record | None, newer: bool) -> None:
        self.drafts += newer
        key = self.contact(n)
        agent = self.floor.contacts[key].agent if key in self.floor.contacts else SAM
        tags = ("VIP",) if text else ()
        self.give(c.SaveDraft(agent or SAM, key, field, 2 + self.drafts, text, tags, record))

    @rule(n=ANY, text=st.sampled_from(["Answered", "late"]))
    def write_about_a_contact_that_is_over(self, n: int, text: str) -> None:
        """As the socket does it: the contact comes back from the store for the note."""
        gone = [contact for key, contact in sorted(self.ledger.last.items()) if key not in self.floor.contacts]
        if gone:
            contact = self.pick(gone, n)
            apply(self.floor, Change(contacts=(contact,)))
            self.drafts += 1
            self.give(c.SaveDraft(contact.agent or SAM, contact.key, "comments", 2 + self.drafts, text))
            if contact.agent is None:
                apply(self.floor, Change(forgotten=(contact.key,)))

    @rule(agent=AGENT, record=st.sampled_from([None, *PEOPLE]))
    def visit_or_log_out(self, agent: str, record: Record | None) -> None:
        self.give(c.LogOut(agent) if record is None else c.Visit(agent, record))

    # --- customers and switch --------------------------------------------------------------------------------------

    @rule(line=st.sampled_from([LINE, BILLING_LINE, "+14155550102", "+3120"]), number=st.sampled_from([MIA, ""]))
    def a_customer_calls(self, line: str, number: str) -> None:
        self.calls += 1
        self.switch(e.CallArrived(f"in-{self.calls:04}", number, line, self.stage.now))

    @rule()
    def the_answering_point_calls_back(self) -> None:
        self.calls += 1
        self.switch(e.CallArrived(f"in-{self.calls:04}", "+14155550000", DIRECT, self.stage.now))

    @rule(
        n=st.integers(0, 30),
        kind=st.sampled_from([Kind.WORK_ITEM, Kind.EMAIL]),
        skill=st.sampled_from(["support", "billing", "no such skill"]),
        priority=st.integers(1, 10),
        record=st.sampled_from([None, *PEOPLE]),
    )
    def work_is_delivered(self, n: int, kind: Kind, skill: str, priority: int, record: Record | None) -> None:
        """Sometimes the same as before."""
        key, url = f"work-{self.stage.ids if n > 3 else n}", "" if record else "https://shop.example/7"
        if self.is_not_over(key):
            self.give(e.WorkDelivered(key, kind, skill, "Refund", (), url, record, priority, self.stage.now))

    def is_not_over(self, key: str) -> bool:
        """What the floor has forgotten the edge finds in the store, and does not deliver again."""
        return key in self.floor.contacts or key not in self.ledger.last

    @rule(
        n=st.integers(0, 30),
        skill=st.sampled_from(["support", "sales"]),
        later=st.sampled_from([0, 0, 30_000]),
        priority=st.integers(1, 10),
    )
    def a_callback_is_asked_for(self, n: int, skill: str, later: int, priority: int) -> None:
        """Sometimes the same as before."""
        now = self.stage.now
        key = f"callback-{self.stage.ids if n > 3 else n}"
        if self.is_not_over(key):
            self.give(e.CallbackRequested(key, MIA, "Mia C.", skill, now + later if later else 0, priority, now))

    @initialize(line=st.sampled_from([LINE, BILLING_LINE, "+14155550102"]))
    def a_call_to_begin_with(self, line: str) -> None:
        self.a_call_is_taken(line)

    @rule(line=st.sampled_from([LINE, BILLING_LINE, "+14155550102"]))
    def a_call_is_taken(self, line: str) -> None:
        """So that there is something to go wrong with."""
        self.all_available()
        self.a_customer_calls(line, MIA)
        self.the_switch_obeys()
        for key, contact in list(self.floor.contacts.items()):
            if contact.phase is Phase.OFFERED and contact.agent:
                self.give(c.Answer(contact.agent, key))
        self.the_switch_obeys()

    @rule(n=ANY, cause=st.sampled_from(CAUSES))
    def somebody_hangs_up(self, n: int, cause: str) -> None:
        leg = self.leg(n)
        holders = [self.floor.contacts[key] for key in self.floor.legs.get(leg, ())]
        waiting = {
            other.id
            for contact in holders
            for other in contact.legs
            if other.role is Role.CUSTOMER and other.state is LegState.HELD and not other.agent and other.id != leg
        }
        asked = len(self.stage.asks)
        self.switch(e.LegEnded(leg, cause, self.stage.now))
        dropped = {ask.leg for ask in self.stage.asks[asked:] if isinstance(ask, EndLeg)}
        assert not waiting & dropped, "a customer on hold was dropped"

    @rule()
    def the_switch_obeys(self) -> None:
        for _ in range(40):
            if not self.stage.asks:
                break
            for event in self.stage.news_of(self.stage.asks.pop(0)):
                self.switch(event)

    @rule(n=ANY, how=st.sampled_from(["obey", "obey and keep", "refuse", "keep silent"]))
    def one_ask(self, n: int, how: str) -> None:
        if not self.stage.asks:
            return
        index = n % len(self.stage.asks)
        ask = self.stage.asks[index] if how == "obey and keep" else self.stage.asks.pop(index)
        if how.startswith("obey"):
            for event in self.stage.news_of(ask):
                self.switch(event)
        elif how == "refuse" and not isinstance(ask, Adopt | Offer | KeepLine):
            self.switch(e.AskRefused(ask.contact, ask.id, "will_not", self.stage.now))

    @rule(n=ANY, m=ANY, three=st.booleans())
    def legs_hear_each_other(self, n: int, m: int, three: bool) -> None:
        legs = dict.fromkeys([self.leg(n), self.leg(m), *([self.leg(n + m)] if three else [])])
        self.switch(e.LegsMixed(tuple(legs), self.stage.now))

    @rule(n=ANY, kind=st.sampled_from([*LEG_EVENTS, e.LegMuted, e.RecordingChanged, "old news"]), m=st.integers(0, 2))
    def odd_news(self, n: int, kind: Any, m: int) -> None:
        if kind is e.LegMuted:
            self.switch(e.LegMuted(self.leg(n), m > 0, self.stage.now))
        elif kind is e.RecordingChanged:
            self.switch(e.RecordingChanged(self.contact(n), list(Recording)[m], self.stage.now))
        elif kind == "old news":
            if self.heard:
                self.give(self.pick(self.heard, n))
        else:
            self.switch(kind(self.leg(n), self.stage.now))

    @rule(n=ANY, act=st.sampled_from(PHONE_ACTS), number=st.sampled_from(["2042", "+14155550191", "911", "x"]))
    def a_phone_acts_by_itself(self, n: int, act: str, number: str) -> None:
        mine = [leg.id for contact in self.floor.contacts.values() for leg in contact.legs if leg.role is Role.AGENT]
        leg = self.pick(mine, n) if mine else self.leg(n)
        match act:
            case "hold":
                self.switch(e.PhoneHeld(leg, self.stage.now))
            case "resume":
                self.switch(e.PhoneResumed(leg, self.stage.now))
            case "send":
                self.switch(e.PhoneTransferred(leg, number, "", self.stage.now))
            case "put through":
                other = self.pick(mine, n + 1) if mine else "nobody"
                self.switch(e.PhoneTransferred(leg, number, other, self.stage.now))

    @rule(device=st.sampled_from(["2041", "2042", "2043", "2049", "2099"]), ready=st.booleans())
    def a_phone_comes_or_goes(self, device: str, ready: bool) -> None:
        self.switch(e.PhoneChanged(device, ready))

    @rule(device=st.sampled_from(["2041", "2042", "2099"]), number=st.sampled_from(["911", "933", "112"]))
    def help_is_called_on_a_phone(self, device: str, number: str) -> None:
        self.switch(e.EmergencyDialled(device, number, DIRECT, number == "911", self.stage.now))

    @rule(away=st.booleans())
    def the_switch_goes_or_comes(self, away: bool) -> None:
        if away:
            self.floor.switch_up = False
        elif not self.floor.switch_up:
            self.the_switch_comes()

    def the_switch_comes(self) -> None:
        self.floor.switch_up = True
        self.begin(reconnected)

    # --- Salesforce, clock, configuration, restart -----------------------------------------------------------------

    @rule(n=ANY, first=st.integers(0, 4), last=st.integers(0, 4), failed=st.booleans())
    def the_caller_is_matched(self, n: int, first: int, last: int, failed: bool) -> None:
        self.give(e.CallerMatched(self.contact(n), PEOPLE[:2][first:last], PEOPLE[2:][first:last], failed))

    @rule(n=ANY, back=st.integers(0, 2), how=st.sampled_from(["saved", "saved", "deleted", "waits", "refused"]))
    def a_task(self, n: int, back: int, how: str) -> None:
        key = self.contact(n)
        wanted = self.ledger.revisions[key]
        if not wanted:
            return
        revision = max(1, wanted - back)
        match how:
            case "saved" | "deleted":
                task = "00T000000000001AAA" if how == "saved" else None
                self.give(e.TaskSaved(key, revision, task, "Call"))
            case "waits":
                self.give(e.TaskWaiting(key, revision, self.stage.now + 1_000, "busy"))
            case _:
                self.give(e.TaskRefused(key, revision, "STRING_TOO_LONG", "Subject", "too long"))

    @rule(ms=st.sampled_from([1, 500, 5_000, 20_000, 45_000, 120_000]))
    def time_passes(self, ms: int) -> None:
        """As the runner has it: what is due is told once, and again only when it moved."""
        until = self.stage.now + ms
        told: set[tuple[int, str, str]] = set()
        for _ in range(500):
            due = [entry for entry in self.deadlines(until) if entry not in told]
            if not due:
                self.stage.now = until
                return
            at, key, kind = due[0]
            told.add(due[0])
            self.stage.now = max(self.stage.now, at)
            passed = e.AgentDeadlinePassed if key in self.floor.agents else e.DeadlinePassed
            self.give(passed(key, kind, at))
        raise AssertionError("time stands still")

    def deadlines(self, until: int) -> list[tuple[int, str, str]]:
        directory = self.stage.directory
        found = [(key, deadline(contact, directory)) for key, contact in self.floor.contacts.items()]
        found += [(key, agent_deadline(agent, directory)) for key, agent in self.floor.agents.items()]
        return sorted((due[0], key, due[1]) for key, due in found if due is not None and due[0] <= until)

    @rule(
        n=ANY,
        kind=st.sampled_from(["ring", "ask", "dial", "wrap_up", "not_before", "work", "other"]),
        off=st.integers(-10, 10),
    )
    def a_deadline_of_before(self, n: int, kind: str, off: int) -> None:
        self.give(e.DeadlinePassed(self.contact(n), kind, self.stage.now + off))
        self.give(e.AgentDeadlinePassed(AGENTS[n % 3], "no_panel", self.stage.now + off))

    @rule(n=ANY)
    def a_work_queue_step_is_told_of(self, n: int) -> None:
        self.give(e.WorkCompleted(self.contact(n)))

    @rule(n=ANY)
    def a_step_comes_late(self, n: int) -> None:
        key = self.contact(n)
        if key in self.floor.contacts:
            self.give(c.BeginStep(self.floor.contacts[key].agent or SAM, key, "step"))

    @rule(directory=st.sampled_from(DIRECTORIES))
    def the_directory_changes(self, directory: Directory) -> None:
        self.stage.directory = directory
        self.begin()

    @rule()
    def the_connector_restarts(self) -> None:
        old = self.floor
        fresh = Floor(switch_up=False)
        load(fresh, tuple(old.contacts.values()), tuple(old.agents.values()))
        assert fresh.contacts == old.contacts
        assert fresh.queues == old.queues
        assert {leg: set(keys) for leg, keys in fresh.legs.items()} == {leg: set(k) for leg, k in old.legs.items()}
        assert not any(agent.phone_ready for agent in fresh.agents.values())
        self.stage.floor = fresh
        self.begin(restarted)
        for device, ready in old.phones.items():
            self.give(e.PhoneChanged(device, ready))
        self.the_switch_comes()

    def begin(self, how: Callable[[Floor, Directory, Stamp], Change] = start) -> None:
        stamp = Stamp(self.stage.now, f"id{self.stage.ids:05}")
        self.stage.ids += 1
        self.take(None, how(self.floor, self.stage.directory, stamp))

    # --- what stays true -------------------------------------------------------------------------------------------

    @invariant()
    def contacts_belong_to_their_agents(self) -> None:
        for agent in self.floor.agents.values():
            theirs = {key for key, contact in self.floor.contacts.items() if _open_for(contact, agent.id)}
            assert set(agent.contacts) == theirs
            assert len(agent.contacts) == len(theirs)
            live = [key for key in theirs if self.floor.contacts[key].live]
            calls = [contact for key in theirs if (contact := self.floor.contacts[key]).call]
            beside = [contact for contact in calls if contact.emergency or contact.reaches == agent.id]
            assert len(calls) - len(beside) <= MOST_CALLS, "too many calls"
            silent = [key for key in live if self.floor.contacts[key].kind in SILENT]
            assert len(silent) <= 1, "two things at hand"
            assert (live_contact(self.floor, agent) is not None) == bool(live)
            if live:
                assert agent.state is AgentState.WORKING
            elif theirs:
                assert agent.state is AgentState.WRAP_UP
            else:
                assert agent.state not in (AgentState.WORKING, AgentState.WRAP_UP)
        for contact in self.floor.contacts.values():
            assert (contact.agent is None) == (contact.phase is Phase.QUEUED or contact.unattended)
            assert contact.agent is None or contact.agent in self.floor.agents

    @invariant()
    def queues_hold_who_waits_the_oldest_first(self) -> None:
        queued: dict[str, list[tuple[int, int, str]]] = defaultdict(list)
        for contact in self.floor.contacts.values():
            if contact.phase is Phase.QUEUED:
                queued[contact.skill].append((contact.priority, contact.started, contact.key))
        expected = {skill: tuple(key for *_, key in sorted(found)) for skill, found in queued.items()}
        assert self.floor.queues == expected

    @invariant()
    def nobody_waits_for_an_agent_who_is_free(self) -> None:
        if not self.floor.switch_up:
            return
        for contact in self.floor.contacts.values():
            if contact.phase is not Phase.QUEUED or contact.not_before > self.stage.now:
                continue
            for agent in candidates(self.stage.directory, contact.skill):
                known = self.floor.agents.get(agent)
                if known is not None and known.id != contact.given_back[0]:
                    assert not self.is_free(known, contact), f"{known.id} is free for {contact.key}"

    def is_free(self, agent: Agent, contact: Contact) -> bool:
        """Available, or with nothing but e-mails at hand and Available otherwise; with a phone for what rings."""
        if contact.kind in SILENT:
            return agent.state is AgentState.AVAILABLE
        theirs = [self.floor.contacts[key] for key in agent.contacts]
        mails = theirs and all(it.kind is Kind.EMAIL and it.phase is Phase.ACTIVE for it in theirs)
        back = (agent.next or agent.before)[0] if mails else agent.state
        return agent.phone_ready and back is AgentState.AVAILABLE

    @invariant()
    def legs_lead_to_their_contacts(self) -> None:
        legs: dict[str, set[str]] = defaultdict(set)
        for key, contact in self.floor.contacts.items():
            assert len({leg.id for leg in contact.legs}) == len(contact.legs)
            for leg in contact.legs:
                legs[leg.id].add(key)
        assert {leg: set(keys) for leg, keys in self.floor.legs.items()} == legs
        for contact in self.floor.contacts.values():
            roles = Counter(leg.role for leg in contact.legs)
            if contact.kind in SILENT or (contact.kind is Kind.CALLBACK and not contact.live):
                assert not roles
                continue
            if contact.kind is Kind.CALLBACK and contact.phase is Phase.OFFERED:
                assert not roles
                continue
            assert all(leg.state is not LegState.ENDED for leg in contact.legs)
            match contact.phase:
                case Phase.QUEUED:
                    assert roles == {Role.CUSTOMER: 1}
                case Phase.OFFERED:
                    assert roles == {Role.CUSTOMER: 1, Role.AGENT: 1}
                case Phase.ACTIVE:
                    assert roles[Role.CUSTOMER] == 1
                    assert roles[Role.AGENT] == (contact.agent is not None)
                    if contact.unattended:
                        assert roles[Role.CONSULTED]
                case _:
                    assert not roles
            if contact.consult is None:
                assert all(leg.joined for leg in contact.legs if leg.role is Role.CONSULTED)
            else:
                self.a_consult_is_kept_track_of(contact)

    def a_consult_is_kept_track_of(self, contact: Contact) -> None:
        consult = contact.consult
        assert consult is not None
        assert contact.phase is Phase.ACTIVE
        assert (contact.consulted is None) == (consult.leg == "")
        private = [leg.id for leg in contact.legs if not leg.joined and leg.role is Role.CONSULTED]
        assert private == ([consult.leg] if consult.leg else [])
        if consult.contact:
            request = self.floor.contacts[consult.contact]
            assert request.asked_by == contact.key
            assert request.phase in (Phase.QUEUED, Phase.OFFERED, Phase.ACTIVE)
            assert (request.phase is Phase.QUEUED) == (consult.leg == "")

    @invariant()
    def no_leg_is_left_alone(self) -> None:
        for leg in (self.ledger.customers | self.ledger.phones) - self.ledger.ended - self.ledger.told_to_end:
            assert leg in self.floor.legs, f"{leg} is up and nobody knows of it"

    @invariant()
    def who_talked_has_a_task_and_who_did_not_has_none(self) -> None:
        for key, contact in self.ledger.last.items():
            over = contact.phase in (Phase.WRAP_UP, Phase.CLOSED)
            has_task = over and (contact.kind is not Kind.INBOUND or contact.answered is not None)
            has_task = has_task and not contact.asked_by and contact.agent is not None
            assert bool(self.ledger.revisions[key]) == has_task
            assert contact.save.wanted == self.ledger.revisions[key]
            assert contact.agent is not None or not contact.save.wanted, "a Task has an owner"
            assert contact.save.written <= contact.save.wanted
            assert not over or (contact.ended is not None and contact.outcome is not None)
            if contact.phase is Phase.CLOSED:
                settled = contact.save.written == contact.save.wanted and not contact.work_due
                assert (key in self.floor.contacts) != settled, "closed and saved is forgotten, and nothing else"
                assert contact.closed is not None
                assert has_task != (contact.outcome is Outcome.ABANDONED)

    @invariant()
    def nothing_waits_for_ever(self) -> None:
        for contact in self.floor.contacts.values():
            may_hang = contact.asked or contact.phase is Phase.OFFERED
            dialling = contact.phase is Phase.ACTIVE and contact.answered is None and not contact.emergency
            may_hang = may_hang or dialling or contact.unattended or contact.recalled
            rings = contact.consulted is not None and contact.consulted.state in (LegState.DIALING, LegState.RINGING)
            may_hang = may_hang or (rings and contact.consult is not None and not contact.consult.contact)
            found = deadline(contact, self.stage.directory)
            assert not may_hang or found is not None
            assert contact.live or not contact.asked

    @invariant()
    def what_is_said_of_a_call_agrees(self) -> None:
        for contact in self.floor.contacts.values():
            assert (contact.mask is Mask.ON) == (contact.recording is Recording.PAUSED)
            assert (contact.masked_since is not None) == (contact.mask is Mask.ON)
            goals = Counter(ask.goal for ask in contact.asked)
            assert not goals or max(goals.values()) == 1
            who, what = contact.draft.who.value, contact.draft.what.value
            assert not (who is not None and who.type == "Lead" and what is not None)
            if contact.phase is not Phase.ACTIVE:
                assert not contact.muted
                assert contact.recording is Recording.OFF
            parts = (times.hold(contact) or 0, times.talk(contact) or 0)
            assert min(parts) >= 0
            assert sum(parts) <= times.duration(contact)
            assert min(times.queue(contact) or 0, times.ring(contact) or 0) >= 0
            assert (contact.ended_by != "") == (contact.outcome is Outcome.ANSWERED)

    @invariant()
    def what_is_on_offer_is_accepted_and_nothing_else(self) -> None:
        floor, directory = self.floor, self.stage.directory
        stamp = Stamp(self.stage.now, "trial")
        for key, contact in floor.contacts.items():
            depends_on = (contact, floor.switch_up, directory, surroundings(floor, contact))
            before = self.tried.get(key, (None, None, None, None))
            same = all(one is other for one, other in zip(before[:3], depends_on, strict=False))
            if same and before[3] == depends_on[3]:
                continue
            self.tried[key] = depends_on
            offers = controls(floor, contact, directory)
            assert bool(offers) == (contact.phase is not Phase.QUEUED)
            if contact.agent is None:
                continue
            for name, why in offers.items():
                refused = _refused(floor, directory, order_of(floor, name, contact.agent, key), stamp)
                # Where a colleague at the far end is, their own contact says: the control does not depend on it.
                away = refused == "agent_busy" and why is None and name in ("merge", "transfer")
                assert away or refused == why, name
            for name in {*ON_CONTACT, *WITH_VALUES} - set(offers):
                assert _refused(floor, directory, order_of(floor, name, contact.agent, key), stamp) is not None
        for agent in AGENTS:
            offers = agent_controls(floor, directory, floor.agents.get(agent) or Agent(agent))
            orders: dict[str, c.Command] = {
                "set_state": c.SetState(agent, AgentState.AVAILABLE),
                "log_out": c.LogOut(agent),
                "dial": c.Dial(agent, MIA, "sales" if agent in (JONAS, PRIYA) else ""),
                "dial_emergency": c.DialEmergency(agent, "911"),
            }
            assert {name: _refused(floor, directory, order, stamp) for name, order in orders.items()} == offers

    # --- and in the end --------------------------------------------------------------------------------------------

    def teardown(self) -> None:
        """When the switch obeys, people hang up and agents do their work, all of it comes to an end."""
        self.stage.directory = FULL
        for profile in FULL.agents.values():
            self.give(e.PhoneChanged(profile.device, True))
        self.the_switch_comes()
        for _ in range(100):
            self.an_hour_of_work()
            if not self.floor.contacts:
                break
        assert self.floor.contacts == {}
        assert self.floor.legs == {}
        assert self.floor.queues == {}
        self.contacts_belong_to_their_agents()
        self.who_talked_has_a_task_and_who_did_not_has_none()

    def an_hour_of_work(self) -> None:
        self.the_switch_obeys()
        for leg in sorted(self.floor.legs):
            self.give(e.LegEnded(leg, "normal", self.stage.now))
        for key, contact in sorted(self.floor.contacts.items()):
            if contact.agent is None:
                assert contact.phase is Phase.QUEUED
                assert contact.kind is not Kind.INBOUND
                continue
            self.give(c.Answer(contact.agent, key))
            self.give(c.Finish(contact.agent, key))
            self.give(c.SaveDraft(contact.agent, key, "disposition", 1_000_000, "Answered"))
            self.give(c.Done(contact.agent, key))
            if key in self.floor.contacts:
                self.give(e.TaskSaved(key, self.floor.contacts[key].save.wanted, "00T000000000001AAA", "Call"))
            self.give(e.WorkCompleted(key))
        self.time_passes(120_000)
        for agent in AGENTS:
            self.choose_state(agent, "Lunch")
        self.all_available()


_MAY_BE_BAD = c.Dial | c.DialEmergency | c.SetFavourite | c.SaveDraft | c.SetState | c.Consult | c.Drop


def _open_for(contact: Contact, agent: str) -> bool:
    return contact.agent == agent and contact.phase is not Phase.CLOSED


def _refused(floor: Floor, directory: Directory, command: c.Command, stamp: Stamp) -> str | None:
    try:
        decide(floor, directory, command, stamp)
    except NotAllowed as refusal:
        return refusal.code
    return None


TestWalk = Walk.TestCase
# A walk is long and costs as much as thirty examples of anything else.
TestWalk.settings = settings(stateful_step_count=50, max_examples=max(25, settings().max_examples // 2))
