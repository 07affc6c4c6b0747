"""After a (re)connect: where others hear each other than the floor has it, or nobody does."""

from connector.domain.effects import Mix
from connector.domain.events import LegsMixed
from connector.domain.model import Contact, Floor, Leg, LegState, Phase, Role
from connector.ports.switch import LegNow, Snapshot


def mixed(floor: Floor, snapshot: Snapshot) -> list[LegsMixed]:
    """Each mix of the snapshot that a contact of the floor has otherwise, for more than that somebody has hung up.

    Each is as old as the youngest news about its legs: who was let go when the others were put through ended later.
    """
    mixes: dict[str, list[LegNow]] = {}
    for found in snapshot.legs:
        if found.mix:
            mixes.setdefault(found.mix, []).append(found)
    there = {found.leg for found in snapshot.legs if found.state is not LegState.ENDED}
    news = []
    for legs in mixes.values():
        talking = tuple(leg.leg for leg in legs)
        if not _as_on_floor(floor, talking, there):
            news.append(LegsMixed(talking, max(leg.since for leg in legs)))
    return news


def unheard(floor: Floor, snapshot: Snapshot) -> list[Mix]:
    """What to ask for those who should hear each other, of whom nothing is asked, and of whom none hears anybody.

    The ask that was to bring them together was lost with the connection, or with the connector.
    """
    alone = {leg.leg for leg in snapshot.legs if leg.state is LegState.CONNECTED and not leg.mix}
    found: dict[frozenset[str], Mix] = {}
    for contact in floor.contacts.values():
        mine = contact.leg(Role.AGENT)
        if contact.phase is not Phase.ACTIVE or contact.asked or mine is None or not mine.joined:
            continue
        here = tuple(leg.id for leg in _here(floor, contact))
        if len(here) > 1 and mine.id in here and alone.issuperset(here):
            found.setdefault(frozenset(here), Mix(f"again.{contact.key}", contact.key, here, ()))
    return list(found.values())


def _here(floor: Floor, contact: Contact) -> list[Leg]:
    """Who belongs to the conversation and hears it, as the floor has it."""
    return [leg for leg in contact.joined if leg.state is LegState.CONNECTED and not _elsewhere(floor, contact, leg)]


def _as_on_floor(floor: Floor, talking: tuple[str, ...], there: set[str]) -> bool:
    keys = dict.fromkeys(key for leg in talking for key in floor.legs.get(leg, ()))
    return all(_agrees(floor, floor.contacts[key], frozenset(talking), there) for key in keys)


def _agrees(floor: Floor, contact: Contact, talking: frozenset[str], there: set[str]) -> bool:
    """Whether the contact has it that exactly those talk, as far as its customer or its agent is among them."""
    if talking == {leg.id for leg in _here(floor, contact) if leg.id in there}:
        return True
    customer, mine = contact.leg(Role.CUSTOMER), contact.leg(Role.AGENT)
    if customer is not None and customer.id in talking and not _elsewhere(floor, contact, customer):
        # A colleague at the far end who talks with others has gone to them, unless they all belong here.
        gone = customer.agent and (mine is None or mine.id not in talking)
        return bool(gone) and not talking <= {leg.id for leg in contact.legs}
    return mine is None or mine.id not in talking or not mine.joined


def _elsewhere(floor: Floor, contact: Contact, leg: Leg) -> bool:
    """Whether it is a colleague's who has left the conversation for a consult of their own.

    Who has left theirs to ask this contact's agent is here.
    """
    if not leg.agent or contact.asked_by:
        return False
    for key in floor.legs.get(leg.id, ()):
        holder = floor.contacts[key]
        theirs = holder.leg(Role.AGENT)
        if theirs is not None and theirs.id == leg.id and holder.phase is Phase.ACTIVE and not holder.asked_by:
            return not theirs.joined
    return False
