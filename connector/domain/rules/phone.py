"""What an agent does on the phone itself, by its own keys: the same as in the panel, where that is allowed."""

from collections.abc import Callable
from functools import partial
from typing import Final

from msgspec.structs import replace

from connector.domain import commands as c
from connector.domain.events import PhoneHeld, PhoneResumed, PhoneTransferred
from connector.domain.model import Contact, Mask, Phase, Role
from connector.domain.rules import allowed, audio, consult, mixes, transfer
from connector.domain.step import Step
from connector.errors import BadInput, NotAllowed

_UNDER_WAY: Final = frozenset({"merge", "transfer", "end"})
"""The goals beside which two calls are not put through to each other."""

PhoneEvent = PhoneHeld | PhoneResumed | PhoneTransferred


def report(step: Step, event: PhoneEvent) -> None:
    """The contacts whose agent is at that leg follow what the phone did."""
    mine = [contact for contact in step.holders(event.leg) if _is_mine(contact, event.leg)]
    step.unknown = not mine
    for contact in mine:
        match event:
            case PhoneHeld():
                _held(step, step.newest(contact))
            case PhoneResumed():
                _resumed(step, step.newest(contact))
            case PhoneTransferred():
                _transferred(step, step.newest(contact), event)


def _is_mine(contact: Contact, leg: str) -> bool:
    mine = contact.leg(Role.AGENT)
    return contact.phase is Phase.ACTIVE and mine is not None and mine.id == leg


def _why_not(step: Step, contact: Contact, order: str) -> str | None:
    return allowed.why_not(step.floor, contact, step.directory, order)


# --- hold ------------------------------------------------------------------------------------------------------------


def _held(step: Step, contact: Contact) -> None:
    """The customer hears music; where they must not be parked now, the agent is just not heard."""
    if not contact.emergency and _why_not(step, contact, "hold") is None:
        audio.order(step, contact, "hold")
        return
    waits = contact.held and contact.consult is None
    parking = any(ask.goal == "hold" for ask in contact.asked)
    if waits or parking or _why_not(step, contact, "mute") is not None:
        return
    audio.order(step, step.put(replace(contact, silenced=True)), "mute")


def _resumed(step: Step, contact: Contact) -> None:
    """The customer is back; a microphone that the phone's hold turned off is on again."""
    goals = {ask.goal for ask in contact.asked}
    if contact.silenced:
        contact = step.put(replace(contact, silenced=False))
        if "mute" in goals or _why_not(step, contact, "unmute") is None:
            audio.order(step, audio.fulfilled(contact, "mute"), "unmute")
    elif "hold" in goals:
        audio.order(step, audio.fulfilled(contact, "hold"), "resume")
    elif _why_not(step, contact, "resume") is None:
        audio.order(step, contact, "resume")


# --- transfer --------------------------------------------------------------------------------------------------------


def _transferred(step: Step, contact: Contact, event: PhoneTransferred) -> None:
    """The far end is passed on as the panel would do it; where that is not allowed all stays, and the agent is told."""
    why = _put_through(step, contact, event.other) if event.other else _send(step, contact, event.number)
    if why is not None:
        step.problem(step.newest(contact), why, "transfer")


def _put_through(step: Step, contact: Contact, leg: str) -> str | None:
    """The far ends of two calls of one phone talk with each other; a phone may have put both on hold for it."""
    other = mixes.other_call(step, contact)
    if other is None or not _is_mine(other, leg):
        return "no_other_call"
    if contact.answered is None:
        return "not_answered"
    for call in (contact, other):
        if call.consult is not None or call.asked_by:
            return "consulting"
        if call.mask is Mask.ON:
            return "masked"
        if any(ask.goal in _UNDER_WAY for ask in call.asked):
            return "pending"
    assert contact.agent is not None
    return _refusal(partial(transfer.transfer, step, contact, c.Transfer(contact.agent, contact.key)))


def _send(step: Step, contact: Contact, number: str) -> str | None:
    """To a colleague's phone or a number, unannounced."""
    why = _why_not(step, contact, "consult")
    if why is not None:
        return why
    if contact.mask is Mask.ON:
        return "masked"
    why = allowed.unannounced(contact, step.directory, "number")
    if why is not None:
        return "ask_first" if why == "not_connected" else why
    assert contact.agent is not None
    why = _refusal(partial(consult.consult, step, contact, c.Consult(contact.agent, contact.key, "number", number)))
    if why is None:
        transfer.transfer(step, step.newest(contact), c.Transfer(contact.agent, contact.key))
    return why


def _refusal(order: Callable[[], None]) -> str | None:
    """Why the order cannot be carried out, of which nothing was done then; None when it was."""
    try:
        order()
    except (NotAllowed, BadInput) as refused:
        return refused.code
    return None
