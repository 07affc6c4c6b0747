"""A floor to try things on: feeds inputs to `decide`, applies what changes, plays the switch when told to."""

from collections.abc import Iterable
from typing import Any

from msgspec.structs import replace

from connector.domain.commands import Answer, Command, Dial, SetState
from connector.domain.decide import OF_THE_SWITCH, Input, deadline, decide, reconnected
from connector.domain.directory import Directory, Disposition, Profile, RecordingMode, Settings, Skill, Tag
from connector.domain.effects import (
    Announce,
    AskSwitch,
    CallParty,
    Connect,
    Effect,
    EndLeg,
    KeepLine,
    Mix,
    Offer,
    PlaceCall,
    SaveTask,
    SetMute,
    SetRecording,
    SwitchAsk,
)
from connector.domain.events import (
    AgentDeadlinePassed,
    CallArrived,
    DeadlinePassed,
    Event,
    LegAnswered,
    LegEnded,
    LegHeld,
    LegMuted,
    LegResumed,
    LegRinging,
    LegsMixed,
    PhoneChanged,
    RecordingChanged,
    SwitchEvent,
    TaskSaved,
)
from connector.domain.model import Agent, AgentState, Contact, Floor, Leg, Line, Phase, Role
from connector.domain.rules.presence import agent_deadline
from connector.domain.step import Change, Stamp, apply

TASK = "00T000000000001AAA"
START = 1_795_438_800_000
SAM = "005000000000001AAA"
JONAS = "005000000000002AAA"
LINE = "+14155550100"
BILLING_LINE = "+14155550101"
MIA = "+14155550143"

DIRECTORY = Directory(
    version=1,
    agents={
        SAM: Profile(SAM, "Sam Rivera", "2041", "US", "America/Los_Angeles", "en_US", {"support": 8, "billing": 5}),
        JONAS: Profile(JONAS, "Jonas Weber", "2042", "NL", "Europe/Amsterdam", "nl_NL", {"support": 5, "sales": 5}),
    },
    skills={
        "support": Skill("support", "Support EN", (LINE,), True, "+14155550100", 120_000),
        "billing": Skill("billing", "Billing", (BILLING_LINE,), False, "", 60_000, True, RecordingMode.ALWAYS),
        "sales": Skill("sales", "Sales", ("+14155550102",), True, "+14155550102", 0, False, RecordingMode.NEVER),
    },
    dispositions=(Disposition("Answered"), Disposition("Refunded", ("billing",))),
    tags=(Tag("Refund"), Tag("VIP"), Tag("Disputed", ("billing",))),
    settings=Settings(default_skill="support"),
)


class Stage:
    """One floor with its clock.  Nothing happens by itself: asks are gathered until the switch is told to obey."""

    def __init__(self, directory: Directory = DIRECTORY, ready: Iterable[str] = ("2041", "2042")) -> None:
        self.floor = Floor()
        self.directory = directory
        self.now = START
        self.asks: list[SwitchAsk] = []
        self.effects: list[Effect] = []
        self.tasks: list[SaveTask] = []
        self.ids = 0
        self.calls = 0
        for device in ready:
            self.give(PhoneChanged(device, True))

    def give(self, given: Input) -> Change:
        """Decides and applies."""
        self.ids += 1
        change = decide(self.floor, self.directory, given, Stamp(self.now, f"id{self.ids:04}"))
        apply(self.floor, change)
        for effect in change.effects:
            self.effects.append(effect)
            if isinstance(effect, AskSwitch):
                self.asks.append(effect.ask)
            if isinstance(effect, SaveTask):
                self.tasks.append(effect)
        return change

    def agent(self, agent: str = SAM) -> Agent:
        return self.floor.agents[agent]

    def contact(self, key: str | None = None) -> Contact:
        """The contact, or the only one there is."""
        if key is not None:
            return self.floor.contacts[key]
        (only,) = self.floor.contacts.values()
        return only

    def leg(self, role: Role, key: str | None = None) -> Leg:
        found = self.contact(key).leg(role)
        assert found is not None
        return found

    def ring_in(self, number: str = MIA, line: str = LINE) -> str:
        """A customer calls; returns the contact's key."""
        self.calls += 1
        change = self.give(CallArrived(f"in-{self.calls}", number, line, self.now))
        return change.contacts[0].key

    def pass_time(self, ms: int) -> None:
        """Time passes; deadlines fall due in order."""
        until = self.now + ms
        while True:
            due = [
                (found[0], contact.key, found[1])
                for contact in self.floor.contacts.values()
                if (found := deadline(contact, self.directory)) is not None
                and found[0] <= until
                and (self.floor.switch_up or found[1] not in OF_THE_SWITCH)
            ]
            due += [
                (found[0], agent.id, found[1])
                for agent in self.floor.agents.values()
                if (found := agent_deadline(agent, self.directory)) is not None and found[0] <= until
            ]
            if not due:
                break
            at, key, kind = min(due)
            self.now = max(self.now, at)
            passed = AgentDeadlinePassed if key in self.floor.agents else DeadlinePassed
            self.give(passed(key, kind, at))
        self.now = until

    def obey(self, limit: int = 50) -> None:
        """The switch does all it was asked, and says so."""
        for _ in range(limit):
            if not self.asks:
                return
            for event in self.news_of(self.asks.pop(0)):
                self.give(event)
        raise AssertionError("the core and the switch keep each other busy")

    def customer_hangs_up(self, key: str | None = None, cause: str = "normal") -> Change:
        """The customer's leg ends."""
        return self.give(LegEnded(self.leg(Role.CUSTOMER, key).id, cause, self.now))

    def phone_hangs_up(self, key: str | None = None, cause: str = "normal") -> Change:
        """The agent's leg ends."""
        return self.give(LegEnded(self.leg(Role.AGENT, key).id, cause, self.now))

    def walks_away(self, key: str | None = None, cause: str = "failed") -> None:
        """The agent's phone hangs up, and its owner does not take the call when it is rung again."""
        self.phone_hangs_up(key)
        self.phone_hangs_up(key, cause)

    def saved(self, key: str, task: str | None = TASK) -> Change:
        """Salesforce holds the newest revision."""
        return self.give(TaskSaved(key, self.contact(key).save.wanted, task, "Call with Mia Chen"))

    def news_of(self, ask: SwitchAsk) -> list[SwitchEvent]:
        """What a switch that obeys reports."""
        at = self.now
        match ask:
            case Offer():
                return [LegRinging(ask.agent_leg, at)]
            case Connect():
                both: list[SwitchEvent] = [LegAnswered(ask.agent_leg, at), LegAnswered(ask.customer_leg, at)]
                colleague = any(
                    leg.id == ask.customer_leg and leg.role is Role.AGENT
                    for contact in self.floor.contacts.values()
                    for leg in contact.legs
                )
                return [*both, LegsMixed((ask.customer_leg, ask.agent_leg), at)] if colleague else both
            case PlaceCall():
                if self.directory.agent_of_device(ask.number) is not None:
                    return [LegAnswered(ask.agent_leg, at)]
                return [LegAnswered(ask.agent_leg, at), LegRinging(ask.customer_leg, at)]
            case CallParty():
                return [LegRinging(ask.leg, at)]
            case Announce():
                return [LegAnswered(ask.leg, at), LegEnded(ask.leg, "normal", at)]
            case Mix():
                held: list[SwitchEvent] = [LegHeld(leg, at) for leg in ask.parked]
                held += [LegResumed(leg, at) for leg in ask.talking]
                return [*held, LegsMixed(ask.talking, at)] if len(ask.talking) > 1 else held
            case SetMute():
                return [LegMuted(ask.leg, ask.muted, at)]
            case SetRecording():
                return [RecordingChanged(ask.contact, ask.recording, at)]
            case EndLeg():
                return [LegEnded(ask.leg, ask.cause or "normal", at)]
            case KeepLine():
                ready = self.floor.phones.get(ask.device, False)
                return [PhoneChanged(ask.device, ready, Line.KEPT if ask.on else Line.LIFTED)]
        return []


def go(stage: Stage, *given: Command | Event) -> None:
    """Each in turn, the switch obeying after each."""
    for one in given:
        stage.give(one)
        stage.obey()


def available(stage: Stage, agent: str = SAM) -> None:
    """The agent takes calls."""
    stage.give(SetState(agent, AgentState.AVAILABLE))


def on_a_call(line: str = LINE, directory: Directory = DIRECTORY) -> tuple[Stage, str]:
    """Sam talks to Mia."""
    stage = Stage(directory)
    available(stage)
    key = stage.ring_in(line=line)
    stage.obey()
    stage.pass_time(4_000)
    go(stage, Answer(SAM, key))
    assert stage.contact(key).phase is Phase.ACTIVE
    return stage, key


def dialling(directory: Directory = DIRECTORY, agent: str = SAM) -> tuple[Stage, str]:
    """Sam has dialled Mia, whose telephone rings."""
    stage = Stage(directory)
    available(stage, agent)
    key = stage.give(Dial(agent, MIA, "" if agent == SAM else "sales")).created
    assert key is not None
    stage.obey()
    return stage, key


def wrapping_up(line: str = LINE, directory: Directory = DIRECTORY) -> tuple[Stage, str]:
    """Mia has hung up after a minute, and Sam is to write down what it was about."""
    stage, key = on_a_call(line, directory)
    stage.pass_time(60_000)
    stage.customer_hangs_up(key)
    stage.obey()
    assert stage.contact(key).phase is Phase.WRAP_UP
    return stage, key


def with_skill(skill: str, **changes: Any) -> Directory:
    """The directory, with one skill changed."""
    changed = replace(DIRECTORY.skills[skill], **changes)
    return replace(DIRECTORY, skills={**DIRECTORY.skills, skill: changed})


def asks_again(floor: Floor, directory: Directory) -> list[AskSwitch]:
    """What a switch that is back is asked for, were nothing due."""
    change = reconnected(floor, directory, Stamp(0, "again"))
    return [effect for effect in change.effects if isinstance(effect, AskSwitch)]
