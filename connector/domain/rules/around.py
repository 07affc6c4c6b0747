"""What is around a contact: the agent's other calls."""

from collections.abc import Callable

from msgspec import Struct

from connector.domain.model import UP, Agent, Contact, Floor, Line, Mask, Role

MOST_CALLS = 2
"""How many calls an agent may have at a time, each with a customer of its own."""


class Around(Struct, frozen=True, gc=False):
    """What the rules of one contact need to know of others.

    `other`: "" or how another call of the agent stands: `ear` (the agent hears it), `waits` (on hold, or a conference
    that the agent has stepped out of), `busy` (ringing, being dialled, in a consult).  `other_masked`: that one is
    masked.  `call`: the agent has a live call, whatever this contact is.  `lift`: their phone is to be lifted for one.
    """

    other: str = ""
    other_masked: bool = False
    call: bool = False
    lift: bool = False


NOTHING = Around()
_ORDER = ("ear", "busy", "waits")
_IN_CALL = Around(call=True)


def around(contact_of: Callable[[str], Contact | None], agent: Agent | None, contact: Contact) -> Around:
    """What is around the contact of that agent; `contact_of` finds a contact by its key."""
    others = [] if agent is None else _others(contact_of, agent, contact)
    call = contact.call or bool(others)
    lift = agent is not None and agent.line is Line.LIFTED and _rings(contact)
    if not others:
        return Around(call=True, lift=True) if lift else _IN_CALL if call else NOTHING
    # An emergency call may be the third: what counts is the one in the agent's ear, or that will be.
    other = min(others, key=lambda known: _ORDER.index(_standing(known)))
    return Around(_standing(other), other.mask is Mask.ON, call, lift)


def _rings(contact: Contact) -> bool:
    """Whether the agent's phone rings for it: for a callback that is only shown, it does not."""
    mine = contact.leg(Role.AGENT)
    return contact.call and mine is not None and mine.state not in UP


def _others(contact_of: Callable[[str], Contact | None], agent: Agent, contact: Contact) -> list[Contact]:
    known = (other for other in _of(contact_of, agent) if other.key != contact.key)
    return [other for other in known if other.call and not one_conversation(contact, other)]


def _of(contact_of: Callable[[str], Contact | None], agent: Agent) -> list[Contact]:
    return [contact for key in agent.contacts if (contact := contact_of(key)) is not None]


def one_conversation(contact: Contact, other: Contact) -> bool:
    """Whether the agent is in both with the same leg: two calls that were merged."""
    mine = contact.leg(Role.AGENT)
    return mine is not None and other.leg_of(mine.id) is not None


def _standing(other: Contact) -> str:
    if other.consult is not None or other.asked_by or any(leg.state not in UP for leg in other.legs):
        return "busy"
    return "ear" if other.in_ear else "waits"


def calls_of(floor: Floor, agent: Agent) -> list[Contact]:
    """The agent's calls that ring or are under way."""
    return [contact for contact in _of(floor.contacts.get, agent) if contact.call]


def in_a_call(contact_of: Callable[[str], Contact | None], agent: Agent) -> bool:
    """Whether the agent has a call that rings or is under way."""
    return any(contact.call for contact in _of(contact_of, agent))


def live_contact(floor: Floor, agent: Agent) -> Contact | None:
    """A contact that occupies the agent, or None."""
    return next((contact for contact in _of(floor.contacts.get, agent) if contact.live), None)
