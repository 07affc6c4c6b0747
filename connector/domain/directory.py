"""What an administrator configured: a frozen, versioned input to `decide`, never part of the floor."""

from enum import StrEnum

from msgspec import Struct

DEFAULT_SKILL = "Default"


class RecordingMode(StrEnum):
    """What a skill says about recording; under ALWAYS the agent can only mask."""

    ON_DEMAND = "on_demand"
    ALWAYS = "always"
    NEVER = "never"


class Skill(Struct, frozen=True):
    """A routing key.  `wrap_up` is the length of wrap-up in ms: 0 for none, None for unlimited."""

    id: str
    name: str
    numbers: tuple[str, ...] = ()
    outbound: bool = False
    caller_id: str = ""
    wrap_up: int | None = 120_000
    disposition_required: bool = False
    recording: RecordingMode = RecordingMode.ON_DEMAND


class Disposition(Struct, frozen=True):
    """How a call ended, in the words of the org; `skills` empty: for every skill."""

    name: str
    skills: tuple[str, ...] = ()


class Profile(Struct, frozen=True):
    """An agent as the org knows them.  `skills` maps a skill's id to the proficiency, 1 to 10."""

    id: str
    name: str
    device: str = ""
    country: str = "US"
    time_zone: str = "UTC"
    language: str = "en_US"
    skills: dict[str, int] = {}
    supervisor: bool = False


class Settings(Struct, frozen=True):
    """Values with a default that works when nothing is configured.  Times are in ms."""

    subject: str = "Call with {who}"
    status_completed: str = "Completed"
    status_open: str = "Not Started"
    priority: str = "Normal"
    ring: int = 20_000
    ask: int = 5_000
    dial: int = 45_000
    default_skill: str = DEFAULT_SKILL


class Directory(Struct, frozen=True):
    """Everything that can be chosen or looked up; `ignored` says what of the configuration was left out and why."""

    version: int = 0
    agents: dict[str, Profile] = {}
    skills: dict[str, Skill] = {}
    dispositions: tuple[Disposition, ...] = ()
    tags: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ("Break", "Lunch", "Meeting", "Training")
    settings: Settings = Settings()
    ignored: tuple[str, ...] = ()

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

    def agent_of_device(self, device: str) -> Profile | None:
        """The agent whose phone that is."""
        return next((agent for agent in self.agents.values() if agent.device and agent.device == device), None)

    def dispositions_of(self, skill_id: str) -> tuple[str, ...]:
        """The names of what a contact of that skill may end with, in the administrator's order."""
        return tuple(d.name for d in self.dispositions if not d.skills or skill_id in d.skills)
