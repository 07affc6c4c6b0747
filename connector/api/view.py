"""What an agent's panels are shown: built from the floor, in the words of the wire."""

from collections.abc import Sequence
from typing import Any

from msgspec import UNSET, structs

from connector.domain import numbers
from connector.domain.decide import deadline
from connector.domain.directory import Directory, Profile
from connector.domain.given import FieldForm
from connector.domain.model import (
    SILENT,
    Agent,
    Contact,
    Floor,
    Kind,
    Leg,
    LegState,
    Line,
    Link,
    Mask,
    Missed,
    Phase,
    Record,
    Role,
    Save,
)
from connector.domain.rules.allowed import controls
from connector.domain.rules.allowed_agents import Rights, agent_controls
from connector.domain.rules.links import name_is_lead, options
from connector.wire import state as wire

COMMENTS_LIMIT = 32_000
TODAY_ROWS = 20
"""How many contacts of today a panel is shown."""


def record_view(record: Record) -> wire.RecordView:
    """A record as it is shown and chosen."""
    return wire.RecordView(record.id, record.type, record.name, record.detail, record.why)


def pop_view(record: Record) -> wire.RecordView:
    """A record as it is opened: a person account by its Account."""
    if not record.pop_id:
        return record_view(record)
    return wire.RecordView(record.pop_id, "Account", record.name, record.detail, record.why)


def _link(link: Link) -> wire.LinkDraft:
    return wire.LinkDraft(record_view(link.value) if link.value else None, link.revision, link.by)


def _save(save: Save) -> wire.SaveView:
    told = (save.state, save.task_id, save.subject, save.next_try, save.code, save.field, save.message)
    fields = save.fields if len(save.fields) > 1 else ()
    return wire.SaveView(*told, save.left_out or UNSET, fields or UNSET, save.asked or UNSET)


def field_view(form: FieldForm) -> wire.FieldView:
    """How a field is filled in."""
    choices = tuple(wire.ChoiceView(choice.value, choice.label) for choice in form.choices)
    return wire.FieldView(**{**structs.asdict(form), "choices": choices})


def _draft(contact: Contact) -> wire.DraftView:
    draft = contact.draft
    return wire.DraftView(
        wire.TextDraft(draft.comments.value, draft.comments.revision),
        wire.TextDraft(draft.disposition.value, draft.disposition.revision),
        wire.TagsDraft(draft.tags.value, draft.tags.revision),
        _link(draft.who),
        _link(draft.what),
        {one.name: wire.TextDraft(one.text.value, one.text.revision) for one in draft.given} or UNSET,
    )


def live_part(directory: Directory, contact: Contact, profile: Profile, can: dict[str, str | None]) -> dict[str, Any]:
    """What changes while people talk: the fields of a contact's view that follow from legs, orders and the media."""
    customer = contact.leg(Role.CUSTOMER)
    problem = contact.problem
    wrap_up = deadline(contact, directory) if contact.phase is Phase.WRAP_UP else None
    return {
        "legs": tuple([_leg(directory, contact, leg, profile, can) for leg in contact.legs]),
        "held_since": customer.since if customer is not None and customer.state is LegState.HELD else None,
        "muted": contact.muted,
        "recording": contact.recording,
        "mask": contact.mask,
        "masked_since": contact.masked_since if contact.mask is Mask.ON else None,
        "digits": contact.digits,
        "asked": tuple([ask.goal for ask in contact.asked]) if contact.asked else (),
        "problem": wire.ProblemView(problem.code, problem.order, problem.at) if problem else None,
        "wrap_up_ends": wrap_up[0] if wrap_up else None,
        "controls": can,
        "in_ear": contact.in_ear,
        "conference": contact.conference,
        "consult": _consult(directory, contact, profile) if contact.consult else None,
        "parked": contact.kind is Kind.EMAIL and can.get("finish") == "parked",
    }


def _leg(
    directory: Directory, contact: Contact, leg: Leg, profile: Profile, can: dict[str, str | None]
) -> wire.LegView:
    """A party; who the contact itself is about, and the agent, need no name."""
    if leg.role is Role.AGENT:
        return wire.LegView(leg.id, leg.role, leg.state, leg.since, leg.joined)
    named = leg.name if leg.name != leg.number else ""
    return wire.LegView(
        leg.id,
        leg.role,
        leg.state,
        leg.since,
        leg.joined,
        colleague=bool(leg.agent),
        name=named or (agent_name(directory, leg.agent) if leg.agent else ""),
        number_shown="" if leg.agent or leg.number == contact.number else numbers.shown(leg.number, profile.country),
        droppable=leg.invited and leg.joined and leg.role is Role.CONSULTED and can.get("drop", "") is None,
    )


def _consult(directory: Directory, contact: Contact, profile: Profile) -> wire.ConsultView:
    """The private consult, as it is shown beside the call."""
    consult, leg = contact.consult, contact.consulted
    assert consult is not None
    name, detail, answered_by = consult.name, numbers.shown(consult.number, profile.country), ""
    if consult.kind == "number":
        name, detail = detail, numbers.place(consult.number, profile.language)
    elif consult.kind == "agent":
        detail = ", ".join(skill_names(directory, consult.target))
    elif consult.kind == "skill":
        detail = ""
        answered_by = agent_name(directory, leg.agent) if leg is not None and leg.agent else ""
    return wire.ConsultView(
        consult.kind,
        name,
        detail,
        leg.state.lower() if leg is not None else "queued",
        leg.since if leg is not None else consult.since,
        answered_by,
    )


def agent_name(directory: Directory, agent: str) -> str:
    """The agent's name, or the id of one whom the directory does not have (any more)."""
    profile = directory.agents.get(agent)
    return profile.name if profile else agent


def skill_names(directory: Directory, agent: str) -> tuple[str, ...]:
    """The names of an agent's skills, in the directory's order."""
    profile = directory.agents.get(agent)
    mine = profile.skills if profile else {}
    return tuple(skill.name for skill in directory.skills.values() if skill.id in mine)


def asker(floor: Floor, directory: Directory, contact: Contact) -> str:
    """Who consults the contact's agent: the agent of the contact that asks, by name; "" when nobody does."""
    asking = floor.contacts.get(contact.asked_by) if contact.asked_by else None
    return agent_name(directory, asking.agent) if asking is not None and asking.agent else ""


def direction(contact: Contact) -> str:
    """The contact's kind, or internal when the far end is in the house."""
    return "internal" if contact.inside or contact.asked_by else contact.kind


def number_shown(contact: Contact, profile: Profile) -> str:
    """The number as the agent's country writes it; an extension as it is."""
    if direction(contact) == "internal":
        return contact.number
    return numbers.shown(contact.number, profile.country)


def contact_view(
    floor: Floor,
    directory: Directory,
    contact: Contact,
    profile: Profile,
    can: dict[str, str | None] | None = None,
) -> wire.ContactView:
    """One contact of the agent; `can` are its controls where they are known already."""
    skill = directory.skill(contact.skill)
    who_options, what_options = options(contact)
    inside = direction(contact) == "internal"
    can = controls(floor, contact, directory) if can is None else can
    return wire.ContactView(
        key=contact.key,
        kind=contact.kind,
        direction=direction(contact),
        phase=contact.phase,
        number=contact.number,
        number_shown=number_shown(contact, profile),
        place="" if inside else numbers.place(contact.number, profile.language),
        skill=skill.id,
        skill_name=skill.name,
        started=contact.started,
        offered=contact.offered,
        answered=contact.answered,
        ended=contact.ended,
        outcome=contact.outcome,
        match=wire.MatchView(contact.match.state, tuple(record_view(person) for person in contact.match.people)),
        draft=_draft(contact),
        who_options=tuple(record_view(record) for record in who_options),
        what_options=tuple(record_view(record) for record in what_options),
        what_closed="name_is_lead" if name_is_lead(contact) else None,
        disposition_required=skill.disposition_required,
        save=_save(contact.save),
        asked_by=asker(floor, directory, contact),
        sender=agent_name(directory, contact.sender) if contact.sender else "",
        title=contact.title,
        payload=tuple(wire.Detail(name, value) for name, value in contact.payload),
        url=contact.url,
        record=record_view(contact.record) if contact.record and contact.record.type else None,
        caller=contact.caller,
        attempts=contact.attempts,
        emergency=contact.emergency,
        address=contact.address,
        **live_part(directory, contact, profile, can),
    )


def agent_view(
    floor: Floor, directory: Directory, agent: Agent, profile: Profile, rights: Rights | None = None
) -> wire.AgentView:
    """The agent, without their contacts."""
    next_state, next_reason = agent.next or (None, None)
    return wire.AgentView(
        id=agent.id,
        name=profile.name,
        state=agent.state,
        reason=agent.reason or None,
        since=agent.since,
        next_state=next_state,
        next_reason=next_reason or None,
        phone_ready=agent.phone_ready and floor.switch_up,
        phone=profile.device,
        controls=agent_controls(floor, directory, agent, rights),
        favourites=agent.favourites,
        persistent=agent.persistent,
        line="" if agent.line is Line.ALWAYS else agent.line,
    )


def state_view(floor: Floor, directory: Directory, agent: Agent, *, seq: int, now: int, durable: bool) -> wire.State:
    """All that the agent's panels show, but for lists that are asked for apart."""
    profile = directory.agents.get(agent.id) or Profile(agent.id, agent.id)
    contacts = [floor.contacts[key] for key in agent.contacts if key in floor.contacts]
    repairs = [floor.contacts[key] for key in floor.repairs.get(agent.id, ())]
    return wire.State(
        seq=seq,
        now=now,
        durable=durable,
        agent=agent_view(floor, directory, agent, profile),
        contacts=tuple(contact_view(floor, directory, contact, profile) for contact in contacts),
        repairs=tuple(contact_view(floor, directory, contact, profile) for contact in repairs) or UNSET,
    )


def setup_view(directory: Directory, agent: str, *, transcript: bool = False) -> wire.Setup:
    """What the agent can choose, and whether what is said in their calls is shown."""
    profile = directory.agents.get(agent) or Profile(agent, agent)
    return wire.Setup(
        version=directory.version,
        user=profile.name,
        language=profile.language,
        locale=profile.locale,
        country=profile.country,
        reasons=directory.reasons,
        skills=tuple(
            wire.SkillChoice(
                skill.id,
                skill.name,
                skill.outbound and skill.id in profile.skills,
                numbers.shown(skill.caller_id, profile.country) if skill.caller_id else "",
                directory.dispositions_of(skill.id),
                directory.tags_of(skill.id),
            )
            for skill in directory.skills.values()
        ),
        dispositions=tuple(disposition.name for disposition in directory.dispositions),
        tags=tuple(dict.fromkeys(tag.name for tag in directory.tags)),
        comments_limit=COMMENTS_LIMIT,
        mask_reminder=directory.settings.mask_reminder,
        click_to_dial=directory.settings.click_to_dial,
        transfer_notes=directory.settings.transfer_notes,
        blind_transfer=directory.settings.blind_transfer,
        supervisor=profile.supervisor,
        transcript=transcript,
    )


def queues_view(floor: Floor, directory: Directory, agent: str) -> wire.Queues:
    """How many wait in each of the agent's skills."""
    profile = directory.agents.get(agent) or Profile(agent, agent)
    mine = [skill for skill in directory.skills.values() if skill.id in profile.skills]
    return wire.Queues(tuple(wire.QueueView(skill.id, skill.name, *waiting(floor, skill.id)) for skill in mine))


def waiting(floor: Floor, skill: str) -> tuple[int, int | None]:
    """How many wait in a skill, and since when the one that waits longest, whoever is next.

    A callback that is asked for later does not wait yet.
    """
    found = [floor.contacts[key] for key in floor.queues.get(skill, ()) if key in floor.contacts]
    queued = [contact.started for contact in found if contact.kind is not Kind.CALLBACK or not contact.not_before]
    return len(queued), min(queued, default=None)


def today_row(directory: Directory, contact: Contact, profile: Profile) -> wire.TodayRow:
    """A contact of today, in one line."""
    who = contact.draft.who.value
    until = contact.ended or contact.answered
    began = contact.answered if contact.kind in SILENT else None
    return wire.TodayRow(
        key=contact.key,
        kind=contact.kind,
        direction=direction(contact),
        name=who.name if who else contact.caller or contact.title,
        number=contact.number,
        number_shown=number_shown(contact, profile),
        skill_name=directory.skill(contact.skill).name,
        outcome=contact.outcome or "",
        at=contact.started if began is None else began,
        duration=(until - contact.answered) // 1000 if until and contact.answered else 0,
        save=_save(contact.save),
        record=record_view(who) if who else None,
    )


def missed_row(directory: Directory, missed: Missed, profile: Profile) -> wire.TodayRow:
    """An offer of today that the agent did not take, in one line."""
    return wire.TodayRow(
        key=missed.key,
        kind=missed.kind,
        direction=missed.kind,
        name=missed.name,
        number=missed.number,
        number_shown=numbers.shown(missed.number, profile.country),
        skill_name=directory.skill(missed.skill).name,
        outcome=missed.outcome,
        at=missed.at,
        duration=0,
        save=_save(Save()),
        record=None,
    )


def today_view(
    directory: Directory,
    profile: Profile,
    total: int,
    newest: Sequence[Contact],
    missed: Sequence[Missed],
    since: int,
) -> wire.Today:
    """The agent's day, newest first: their contacts, of which `newest` are the last of `total`, and offers not taken.

    Who was offered the same contact several times sees it once, as it came out.
    """
    taken = {contact.key for contact in newest}
    refused = {one.key: one for one in reversed(missed) if one.at >= since and one.key not in taken}
    rows = [today_row(directory, contact, profile) for contact in newest]
    rows += [missed_row(directory, one, profile) for one in refused.values()]
    rows.sort(key=lambda row: -row.at)
    return wire.Today(total + len(refused), tuple(rows[: max(len(newest), TODAY_ROWS)]))
