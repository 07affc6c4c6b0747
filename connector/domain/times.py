"""How long a contact waited, rang and was on hold: what is measured while it lives, and what it comes to in the end.

Moments are those that the switch reports, so news that comes late counts from when it happened.  All of it is in the
contact: a restart forgets nothing.
"""

from msgspec.structs import replace

from connector.domain.model import SILENT, Contact, Kind, Leg, LegState, Role


def taken(contact: Contact, at: int) -> Contact:
    """Its wait in a queue is over: an agent has answered or accepted it.

    What nobody had to wait for in a queue (a colleague's request, a direct call) has no such time.
    """
    if not contact.queued and (contact.asked_by or contact.direct):
        return contact
    since = contact.queued or contact.started
    return replace(contact, waited=(contact.waited or 0) + max(0, at - since))


def moved(contact: Contact, was: Leg, at: int) -> Contact:
    """A leg that stood as it `was` does so no longer."""
    if was.role is not Role.CUSTOMER:
        return contact
    if was.state is LegState.HELD:
        return _held(contact, was, at)
    if was.state is LegState.RINGING and contact.kind is not Kind.INBOUND:
        return replace(contact, rung=max(0, at - was.since))
    return contact


def over(contact: Contact, at: int) -> Contact:
    """The agent's part is over; a customer who is on hold then was so until now."""
    customer = contact.leg(Role.CUSTOMER)
    if customer is None or customer.state is not LegState.HELD:
        return contact
    return _held(contact, customer, at)


def _held(contact: Contact, customer: Leg, at: int) -> Contact:
    """With the hold that ends at that moment: only what is this agent's, and no part of it twice."""
    if contact.answered is None:
        return contact
    since = max(customer.since, contact.answered, contact.hold_counted)
    until = max(at, since)
    return replace(contact, hold=contact.hold + until - since, hold_counted=until)


# What it comes to, in whole seconds ---------------------------------------------------------------------------------


def duration(contact: Contact) -> int:
    """From answer to the end of this agent's part, hold included; 0 when nobody answered."""
    return _milliseconds(contact) // 1000


def queue(contact: Contact) -> int | None:
    """From when it waited for an agent until one answered, over all agents who did not; None where it never did."""
    return None if contact.waited is None else contact.waited // 1000


def ring(contact: Contact) -> int | None:
    """How long it rang before the answer: the phone of this agent, or the called one; None where none did."""
    return None if contact.rung is None else contact.rung // 1000


def hold(contact: Contact) -> int | None:
    """How long the customer was on hold in this agent's part, consults included; None where nobody was talked to."""
    return None if _nothing_said(contact) else _on_hold(contact) // 1000


def talk(contact: Contact) -> int | None:
    """The rest of the duration."""
    return None if _nothing_said(contact) else (_milliseconds(contact) - _on_hold(contact)) // 1000


def _nothing_said(contact: Contact) -> bool:
    return contact.answered is None or contact.kind in SILENT


def _on_hold(contact: Contact) -> int:
    return min(contact.hold, _milliseconds(contact))


def _milliseconds(contact: Contact) -> int:
    if contact.answered is None or contact.ended is None:
        return 0
    return max(0, contact.ended - contact.answered)
