"""Work items and e-mails: delivered from outside, accepted, dealt with or given back.  No phone takes part."""

from msgspec.structs import replace

from connector.domain import times
from connector.domain.commands import Answer, Finish, GiveBack
from connector.domain.directory import PopMoment
from connector.domain.effects import PopRecord, PopUrl
from connector.domain.events import WorkDelivered
from connector.domain.model import Contact, Match, MatchState, Phase
from connector.domain.rules import agents, wrap_up
from connector.domain.step import Step
from connector.domain.tasks import linked
from connector.domain.transitions import CONTACT, ContactTrigger


def deliver(step: Step, event: WorkDelivered) -> None:
    """A contact waits in the skill; the same one again changes nothing."""
    if step.contact(event.key) is not None:
        return
    contact = Contact(
        key=event.key,
        interaction_key=event.key,
        kind=event.kind,
        phase=Phase.QUEUED,
        number="",
        line="",
        skill=step.directory.skill(event.skill).id,
        started=event.at,
        match=Match(MatchState.NONE),
        priority=event.priority,
        title=event.title,
        payload=event.payload,
        url=event.url,
        record=event.record,
        draft=linked(event.record, "delivered"),
    )
    step.put(contact)
    step.enqueue(contact)


def accept(step: Step, contact: Contact, _command: Answer) -> None:
    """It is the agent's at once, and the record or page that it is about opens, unless the skill never lets it."""
    assert contact.agent is not None
    accepted = step.put(
        replace(
            times.taken(contact, step.now),
            phase=CONTACT[contact.phase, ContactTrigger.ANSWER],
            answered=step.now,
        )
    )
    # Whoever has only e-mails at hand may be offered a call from now on.
    agents.take(step, accepted)
    when = step.directory.skill(contact.skill).pop_when or step.directory.settings.pop_when
    if when is PopMoment.NEVER:
        return
    if contact.record is not None:
        step.effect(PopRecord(contact.agent, contact.key, contact.record))
    elif contact.url:
        step.effect(PopUrl(contact.agent, contact.key, contact.url))


def finish(step: Step, contact: Contact, _command: Finish) -> None:
    """It is dealt with: wrap-up begins, as after a call."""
    wrap_up.finish(step, contact, "completed", step.now)


def give_back(step: Step, contact: Contact, _command: GiveBack) -> None:
    """It waits again, with its age and what was written so far; this agent is free, for other things first."""
    assert contact.agent is not None
    agent = contact.agent
    queued = step.put(
        replace(
            contact,
            phase=CONTACT[contact.phase, ContactTrigger.REQUEUE],
            agent=None,
            offered=None,
            answered=None,
            queued=step.now,
            visited=(),
            given_back=(agent, step.now),
        )
    )
    agents.drop(step, agent, contact.key)
    step.enqueue(queued)
