"""What is around a contact: the agent's other calls."""

from collections.abc import Callable

from msgspec import Struct

from connector.domain.model import Agent, Contact, Floor, LegState, Mask, Phase, Role

MOST_CALLS = 2
"""How many calls an agent may have at a time, each with a customer of its own."""


class Around(Struct, frozen=True, gc=False):
    """What the rules of one contact need to know of others.

    `other`: "" or how another call of the agent stands: `ear` (the agent hears it), `waits` (on hold, or a conference
    that the agent has stepped out of), `busy` (ringing, being dialled, in a consult).  `other_masked`: that one is
    masked.  `call`: the agent has a live call, whatever this contact is.
    """

    other: str = ""
    other_masked: bool = False
    call: bool = False


NOTHING = Around()
_ORDER = ("ear", "busy", "waits")
_IN_CALL = Around(call=True)


def around(contact_of: Callable[[str], Contact | None], agent: Agent | None, contact: Contact) -> Around:
    """What is around the contact of that agent; `contact_of` finds a contact by its key."""
    others = [] if agent is None or len(agent.contacts) < 2 else _calls(contact_of, agent, contact)
    call = contact.call or bool(others)
    if not others:
        return _IN_CALL if call else NOTHING
    # An emergency call may be the third: what counts is the one in the agent's ear, or that will be.
    other = min(others, key=lambda known: _ORDER.index(_standing(known)))
    return Around(_standing(other), other.mask is Mask.ON, call)


def _calls(contact_of: Callable[[str], Contact | None], agent: Agent, contact: Contact) -> list[Contact]:
    found = (contact_of(key) for key in agent.contacts if key != contact.key)
    return [other for other in found if other is not None and other.call and not one_conversation(contact, other)]


def one_conversation(contact: Contact, other: Contact) -> bool:
    """Whether the agent is in both with the same leg: two calls that were merged."""
    mine, same = contact.leg(Role.AGENT), other.leg(Role.AGENT)
    return mine is not None and same is not None and mine.id == same.id


def _standing(other: Contact) -> str:
    customer, agent = other.leg(Role.CUSTOMER), other.leg(Role.AGENT)
    up = (LegState.CONNECTED, LegState.HELD)
    if other.phase is not Phase.ACTIVE or other.consult is not None or other.asked_by:
        return "busy"
    if customer is None or agent is None or customer.state not in up or agent.state not in up:
        return "busy"
    return "ear" if other.in_ear else "waits"


def calls_of(floor: Floor, agent: Agent) -> list[Contact]:
    """The agent's calls that ring or are under way."""
    found = (floor.contacts.get(key) for key in agent.contacts)
    return [contact for contact in found if contact is not None and contact.call]


def in_a_call(contact_of: Callable[[str], Contact | None], agent: Agent) -> bool:
    """Whether the agent has a call that rings or is under way."""
    return any(contact.call for key in agent.contacts if (contact := contact_of(key)) is not None)


def live_contact(floor: Floor, agent: Agent) -> Contact | None:
    """A contact that occupies the agent, or None."""
    for key in agent.contacts:
        contact = floor.contacts.get(key)
        if contact is not None and contact.live:
            return contact
    return None
