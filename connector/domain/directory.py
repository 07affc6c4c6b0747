"""What an administrator configured: a frozen, versioned input to `decide`, never part of the floor."""

from enum import StrEnum
from typing import Final

from msgspec import Struct

from connector.domain.address import CivicAddress

DEFAULT_SKILL = "Default"


class RecordingMode(StrEnum):
    """What a skill says about recording; under ALWAYS the agent can only mask."""

    ON_DEMAND = "on_demand"
    ALWAYS = "always"
    NEVER = "never"


class PopMoment(StrEnum):
    """When what concerns a contact opens in Salesforce; ANSWER is the customer's, of a call that an agent dialled."""

    OFFER = "offer"
    ANSWER = "answer"
    NEVER = "never"


class PopRule(Struct, frozen=True):
    """What opens.  `what`: nothing, record, search, flow, new, layout (what the org's softphone layout says).

    `name` is the API name of the flow that starts, or of the object of which a new record is begun.
    """

    what: str = "nothing"
    name: str = ""


class Opening(Struct, frozen=True):
    """Hours of one day: `day` 0 is Monday, `opens` and `closes` are minutes since midnight (closes 1440: all day)."""

    day: int
    opens: int
    closes: int


class TaskForm(Struct, frozen=True):
    """What kind of Task a contact gets; "" is left to the settings, or, of `record_type` and `type`, to the org.

    `record_type` is its API name; `open_status` is for as long as a required disposition is missing.
    """

    record_type: str = ""
    status: str = ""
    open_status: str = ""
    priority: str = ""
    type: str = ""
    subject: str = ""


class TaskField(Struct, frozen=True):
    """A field of Task that is given a value of the call (see `task_values`); `field` "": the value is not written."""

    value: str
    field: str = ""


class Skill(Struct, frozen=True):
    """A routing key.  `wrap_up` is the length of wrap-up in ms: 0 for none, None for unlimited.

    `extension` is what an agent may add to wrap-up at a time, in ms; 0: not permitted.  `priority` 1 is dealt with
    first, 10 last.  `longest_queue` None is no limit; `hours` in `time_zone`, () for always open.  `consent` names the
    announcement that is heard before a recording starts, "" for none.  `language` is what its callers speak (en-US), ""
    when that is not said.  Of `pop_…` None is what the settings say.
    """

    id: str
    name: str
    numbers: tuple[str, ...] = ()
    outbound: bool = False
    caller_id: str = ""
    wrap_up: int | None = 120_000
    disposition_required: bool = False
    recording: RecordingMode = RecordingMode.ON_DEMAND
    priority: int = 5
    extension: int = 0
    longest_queue: int | None = None
    hours: tuple[Opening, ...] = ()
    time_zone: str = "UTC"
    consent: str = ""
    language: str = ""
    task: TaskForm = TaskForm()
    pop_when: PopMoment | None = None
    pop_one: PopRule | None = None
    pop_many: PopRule | None = None
    pop_none: PopRule | None = None
    pop_fields: tuple[tuple[str, str], ...] | None = None


class Entry(Struct, frozen=True):
    """An entry of the address book: `number` in E.164, or a colleague's extension."""

    id: str
    name: str
    number: str
    detail: str = ""


class EmergencyRoute(Struct, frozen=True):
    """How a country's emergency numbers leave: by `local` with a verified address, by `national` without one.

    `numbers` raise the alarm, `tests` take the same way to the carrier's test service.  `prefixes` may be dialled
    before either (9 in 9911).
    """

    country: str
    numbers: tuple[str, ...]
    tests: tuple[str, ...] = ()
    prefixes: tuple[str, ...] = ()
    local: str = ""
    national: str = ""


EMERGENCY: Final = (EmergencyRoute("US", ("911",), ("933",), ("9",), "sim-local", "sim-national"),)
"""The routes where none is configured; only the simulated switch has these, so nothing leaves the machine by them."""


class NumberField(Struct, frozen=True):
    """A field by which callers are recognised: `sobject` and `field` by their API names.

    `country` names the field of the same record that has its country (two letters), "" for none.
    """

    sobject: str
    field: str
    country: str = ""


class PatternAction(StrEnum):
    """What the dial plan does with a number: leave it alone, forbid it, dial it inside the house, or as another one."""

    ALLOW = "allow"
    REFUSE = "refuse"
    INTERNAL = "internal"
    REWRITE = "rewrite"


class NumberPattern(Struct, frozen=True):
    """A row of the dial plan, in the language of `dial_plan`; `name` is told to whom it refuses a number.

    `result` is what REWRITE makes of it: of digits as typed another number, of a number in E.164 only what is dialled.
    `skills` empty: for calls of every skill.
    """

    name: str
    pattern: str
    action: PatternAction
    result: str = ""
    skills: tuple[str, ...] = ()


class Disposition(Struct, frozen=True):
    """How a call ended, in the words of the org; `skills` empty: for every skill.

    `call_result` is what Sales Engagement calls it, "" for the same.
    """

    name: str
    skills: tuple[str, ...] = ()
    call_result: str = ""


class Tag(Struct, frozen=True):
    """What a contact can be marked with; `skills` empty: of every skill."""

    name: str
    skills: tuple[str, ...] = ()


class Profile(Struct, frozen=True):
    """An agent as the org knows them.  `skills` maps a skill's id to the proficiency, 1 to 10.

    `direct_number` reaches this agent from outside; `address` is where they are, for emergency calls.  `locale` is how
    they write the time of day, which is another matter than their language.  `transcript`: whether they may read along
    what is said in their calls, where `Settings.transcript` has it at all.
    """

    id: str
    name: str
    device: str = ""
    country: str = "US"
    time_zone: str = "UTC"
    language: str = "en_US"
    skills: dict[str, int] = {}
    supervisor: bool = False
    direct_number: str = ""
    address: CivicAddress | None = None
    address_verified: bool = False
    locale: str = "en_US"
    transcript: bool = False


class Settings(Struct, frozen=True):
    """Values with a default that works when nothing is configured.  Times are in ms.

    `transfer_notes`: Name, Related To, comments, disposition and tags go along with a customer who is passed on.
    `drop_links`: of which records a Task may be saved without, when Salesforce will not have it hang on them: "" none,
    `deleted` those that are gone, `unseen` also those that our user may not reach.  `unattended` is how long those may
    talk whom no agent is with any more.  `outside_prefix` is dialled before every number, in place of its +, and stored
    with none.  `emergency_number` is shown for an agent without a direct number: within `emergency_callback` calls to
    it ring that agent.  `consent` is how long an announcement before a recording may take; below the address
    `recordings` they are listened to, "" for nowhere.  `transcript` is whose words are written down live: customer,
    agent, both, or "" for nobody's.  `pop_one`, `pop_many` and `pop_none` are what opens for so many persons with the
    number, `pop_fields` what a new record is filled in with, `pop_outbound` whether something opens for a call that the
    agent dialled from no record, too.
    """

    subject: str = "Call with {who}"
    status_completed: str = "Completed"
    status_open: str = "Not Started"
    priority: str = "Normal"
    task_type: str = ""
    record_type: str = ""
    ring: int = 20_000
    ask: int = 5_000
    dial: int = 45_000
    default_skill: str = DEFAULT_SKILL
    click_to_dial: bool = True
    blind_transfer: bool = False
    transfer_notes: bool = True
    most_parties: int = 6
    unattended: int = 3_600_000
    drop_links: str = ""
    no_panel: int = 30_000
    mask_reminder: int = 60_000
    callback_attempts: int = 3
    callback_interval: int = 900_000
    outside_prefix: str = ""
    emergency_record: bool = False
    emergency_callback: int = 3_600_000
    emergency_number: str = ""
    consent: int = 30_000
    recordings: str = ""
    transcript: str = ""
    pop_when: PopMoment = PopMoment.OFFER
    pop_one: PopRule = PopRule("record")
    pop_many: PopRule = PopRule()
    pop_none: PopRule = PopRule()
    pop_fields: tuple[tuple[str, str], ...] = (("Phone", "{number}"),)
    pop_outbound: bool = False


class Directory(Struct, frozen=True):
    """Everything that can be chosen or looked up; `ignored` says what of the configuration was left out and why.

    `present` and `absent` are the org's objects and fields of the configuration that could be read, and could not.
    """

    version: int = 0
    agents: dict[str, Profile] = {}
    skills: dict[str, Skill] = {}
    dispositions: tuple[Disposition, ...] = ()
    tags: tuple[Tag, ...] = ()
    reasons: tuple[str, ...] = ("Break", "Lunch", "Meeting", "Training")
    settings: Settings = Settings()
    entries: tuple[Entry, ...] = ()
    emergency: tuple[EmergencyRoute, ...] = EMERGENCY
    number_fields: tuple[NumberField, ...] = ()
    task_fields: tuple[TaskField, ...] = ()
    record_types: dict[str, str] = {}
    patterns: tuple[NumberPattern, ...] = ()
    ignored: tuple[str, ...] = ()
    present: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()

    def lost(self, since: "Directory") -> tuple[str, ...]:
        """What could be read in `since` and cannot be read in this one: it was not taken back, but out of our sight."""
        return tuple(name for name in self.absent if name in since.present)

    def task_form(self, skill_id: str) -> TaskForm:
        """What kind of Task a contact of the skill gets, with the settings where the skill says nothing."""
        own, usual = self.skill(skill_id).task, self.settings
        return TaskForm(
            record_type=own.record_type or usual.record_type,
            status=own.status or usual.status_completed,
            open_status=own.open_status or usual.status_open,
            priority=own.priority or usual.priority,
            type=own.type or usual.task_type,
            subject=own.subject or usual.subject,
        )

    def skill(self, skill_id: str) -> Skill:
        """The skill, or the default skill in place of one that is not there (any more)."""
        found = self.skills.get(skill_id) or self.skills.get(self.settings.default_skill)
        return found or Skill(DEFAULT_SKILL, DEFAULT_SKILL)

    def skill_of_line(self, line: str) -> Skill:
        """The skill whose inbound numbers hold `line` (E.164), or the default skill."""
        for skill in self.skills.values():
            if line in skill.numbers:
                return skill
        return self.skill(self.settings.default_skill)

    def profile(self, agent_id: str) -> Profile:
        """The agent; one who was taken off the directory has their id for a name, and no phone."""
        return self.agents.get(agent_id) or Profile(agent_id, agent_id)

    def agent_of_device(self, device: str) -> Profile | None:
        """The agent whose phone that is."""
        return next((agent for agent in self.agents.values() if agent.device and agent.device == device), None)

    def entry(self, entry_id: str) -> Entry | None:
        """The entry of the address book, or None."""
        return next((entry for entry in self.entries if entry.id == entry_id), None)

    def dispositions_of(self, skill_id: str) -> tuple[str, ...]:
        """The names of what a contact of that skill may end with, in the administrator's order."""
        return tuple(d.name for d in self.dispositions if not d.skills or skill_id in d.skills)

    def tags_of(self, skill_id: str) -> tuple[str, ...]:
        """The names of what a contact of that skill can be marked with, in the administrator's order."""
        return tuple(tag.name for tag in self.tags if not tag.skills or skill_id in tag.skills)

    def call_result(self, skill_id: str, disposition: str) -> str:
        """What Sales Engagement, whose cadences branch on it, calls that disposition of a contact of the skill."""
        meant = (d for d in self.dispositions if d.name == disposition and (not d.skills or skill_id in d.skills))
        return next((d.call_result for d in meant if d.call_result), disposition)
