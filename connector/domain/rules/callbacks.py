"""Callbacks: somebody asked to be called, waits in a skill's queue like a caller, and is called by who accepts it."""

from typing import Final

from msgspec.structs import replace

from connector.domain.effects import MatchCaller
from connector.domain.events import CallbackRequested
from connector.domain.model import Contact, Kind, Match, MatchState, Outcome, Phase
from connector.domain.step import Step
from connector.domain.tasks import linked

TRIED_AGAIN: Final = frozenset({Outcome.BUSY, Outcome.NO_ANSWER, Outcome.FAILED, Outcome.DECLINED})
"""How a call ends after which the callback is tried again: nobody was spoken to, and it may go better later."""


def request(step: Step, event: CallbackRequested) -> None:
    """A contact waits in the skill; it begins to when it may be offered.  The same one again changes nothing."""
    if step.contact(event.key) is not None:
        return
    skill = step.directory.skill(event.skill)
    contact = Contact(
        key=event.key,
        interaction_key=event.key,
        kind=Kind.CALLBACK,
        phase=Phase.QUEUED,
        number=event.number,
        line=skill.caller_id,
        skill=skill.id,
        started=max(event.at, event.not_before),
        match=Match(MatchState.SEARCHING),
        priority=event.priority,
        caller=event.name,
        not_before=event.not_before,
        record=event.record,
        draft=linked(event.record, "delivered"),
    )
    step.put(contact)
    step.effect(MatchCaller(contact.key, contact.number))
    step.enqueue(contact)


def due(step: Step, contact: Contact) -> None:
    """It may be offered from now on."""
    step.enqueue(step.put(replace(contact, not_before=0)))


def again(step: Step, ended: Contact) -> None:
    """A callback that reached nobody waits for the next try, as often as is configured; this one has its Task."""
    settings = step.directory.settings
    tried = ended.attempts + 1
    if ended.kind is not Kind.CALLBACK or ended.outcome not in TRIED_AGAIN or tried >= settings.callback_attempts:
        return
    at = step.now + settings.callback_interval
    contact = Contact(
        key=step.new_key(),
        interaction_key=ended.interaction_key,
        kind=Kind.CALLBACK,
        phase=Phase.QUEUED,
        number=ended.number,
        line=ended.line,
        skill=ended.skill,
        started=at,
        match=Match(MatchState.SEARCHING),
        priority=ended.priority,
        caller=ended.caller,
        not_before=at,
        attempts=tried,
        record=ended.record,
        draft=linked(ended.record, "delivered"),
    )
    step.put(contact)
    step.effect(MatchCaller(contact.key, contact.number))
    step.enqueue(contact)
