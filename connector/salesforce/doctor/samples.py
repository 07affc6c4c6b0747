"""Tasks such as this org's contacts get: what the doctor's predictions are made of, and what it tries."""

import time
import uuid
from collections.abc import Iterator

from msgspec import Struct

from connector.domain import tasks
from connector.domain.directory import Directory
from connector.domain.model import SILENT, Contact, Draft, Field, Kind, Match, MatchState, Outcome, Phase, Save
from connector.ports.store import OutboxRow, TaskFields

NUMBER = "+14155550100"
"""Reserved for examples."""

COMMENT = "Tried by `connector doctor`; it may be deleted."


class Sample(Struct, frozen=True):
    """A Task of one kind: what it is called in findings, whose it is, and its fields."""

    name: str
    key: str
    fields: TaskFields

    def row(self, wanted: int = 1, **others: object) -> OutboxRow:
        """As the connector would hand it over to be written for the first time, unless told otherwise."""
        given: dict[str, object] = {"written": 0, "written_fields": {}, "task_id": None, **others}
        return OutboxRow(self.key, wanted, self.fields, doubtful=False, attempts=0, **given)  # type: ignore[arg-type]  # names of its fields


def samples(directory: Directory, owner: str) -> list[Sample]:
    """One Task of each kind that can come: each skill without and with each disposition, each direction and medium.

    They are `owner`'s, or the agent's whose skill it is.
    """
    return list(_samples(directory, owner))


def of_agents(directory: Directory) -> list[Sample]:
    """One Task for each agent, since each will own some."""
    skill = directory.settings.default_skill
    return [_sample(directory, f"owned by {agent.name}", agent.id, skill) for agent in directory.agents.values()]


def _samples(directory: Directory, owner: str) -> Iterator[Sample]:
    for skill in [*directory.skills] or [directory.settings.default_skill]:
        agent = next((agent.id for agent in directory.agents.values() if skill in agent.skills), owner)
        yield _sample(directory, f"{skill} without disposition", agent, skill)
        for disposition in directory.dispositions_of(skill):
            yield _sample(directory, f"{skill}, {disposition}", agent, skill, disposition=disposition)
    skill = directory.settings.default_skill
    yield _sample(directory, "call out", owner, skill, kind=Kind.OUTBOUND)
    yield _sample(directory, "call among colleagues", owner, "", internal=True)
    yield _sample(directory, "work item", owner, skill, kind=Kind.WORK_ITEM)
    yield _sample(directory, "e-mail", owner, skill, kind=Kind.EMAIL)


def _sample(
    directory: Directory,
    name: str,
    agent: str,
    skill: str,
    *,
    kind: Kind = Kind.INBOUND,
    disposition: str = "",
    internal: bool = False,
) -> Sample:
    key, now = str(uuid.uuid4()), round(time.time() * 1000)
    contact = Contact(
        key=key,
        interaction_key=str(uuid.uuid4()),
        kind=kind,
        phase=Phase.WRAP_UP,
        number=NUMBER,
        line=NUMBER,
        skill=skill,
        started=now - 60_000,
        match=Match(MatchState.NONE),
        agent=agent,
        answered=now - 50_000,
        ended=now,
        internal=internal,
        waited=None if internal or kind is Kind.OUTBOUND else 12_000,
        rung=None if kind in SILENT else 5_000,
        hold=7_000,
        ended_by="" if kind in SILENT else "customer",
        outcome=Outcome.COMPLETED if kind in SILENT else Outcome.ANSWERED,
        title="Try" if kind in (Kind.WORK_ITEM, Kind.EMAIL) else "",
        draft=Draft(comments=Field(COMMENT), disposition=Field(disposition)),
        save=Save(wanted=1),
    )
    return Sample(name, key, tasks.fields(contact, directory))
