"""Looking up who calls, for each agent who has the call: what one may see another may not."""

from typing import Final

from msgspec.structs import replace

from connector.domain.effects import MatchCaller
from connector.domain.model import Contact, Draft, Link, Match, MatchState, Record
from connector.domain.step import Step
from connector.domain.tasks import PEOPLE

UNKNOWN: Final = frozenset({MatchState.SEARCHING, MatchState.FAILED})
"""It is not known yet who has the number."""

DELIVERED: Final = "delivered"
"""Why a record is linked that came with the call or callback itself: it is nobody's choice and nobody's find."""


NAMED: Final = "named"
"""Why a record is linked of which the switch gave the id; each agent is asked about anew, who may not see it."""


def named(contact: Contact) -> str:
    """The id of the record that the switch named, "" for none: nothing else is known of it."""
    return contact.record.id if contact.record is not None and not contact.record.type else ""


def number_of(contact: Contact) -> str:
    """The number that is looked up: none of a colleague, nor that of an emergency call."""
    return "" if contact.internal or contact.emergency else contact.number


def anew(contact: Contact) -> Contact:
    """As it is for an agent for whom nothing was looked up yet.

    What somebody else has chosen as Name and Related To is set aside until it is known whether this agent may see it;
    what was found for somebody else is found again, or not.
    """
    draft = replace(contact.draft, who=delivered(contact.draft.who), what=delivered(contact.draft.what))
    return searched(replace(contact, draft=draft, along=chosen(contact)))


def chosen(contact: Contact) -> tuple[Record, ...]:
    """Name and Related To as far as its agent, or somebody before, has chosen them."""
    links = (contact.draft.who, contact.draft.what)
    own = tuple(link.value for link in links if link.value is not None and link.by != "match")
    kinds = {record.type in PEOPLE for record in own}
    return (*own, *(record for record in contact.along if (record.type in PEOPLE) not in kinds))


def searched(contact: Contact) -> Contact:
    """It is not known any more whose the number is, if anything is to be asked."""
    asked = bool(contact.along or number_of(contact) or named(contact))
    return replace(contact, match=Match(MatchState.SEARCHING)) if asked else contact


def delivered(link: Link) -> Link:
    """The link if its record came with the call itself; otherwise none."""
    return link if link.value is not None and link.value.why == DELIVERED and link.by == "match" else Link()


def look_up(step: Step, contact: Contact) -> None:
    """Asks who has the number, and which of the records that were set aside may be seen, once there is an agent."""
    if contact.match.state is MatchState.SEARCHING:
        step.effect(MatchCaller(contact.key, number_of(contact)))


def joined(draft: Draft, along: tuple[Record, ...]) -> Draft:
    """With the records that came along, where the agent has chosen none; a Lead and a Related To exclude each other."""
    who, what = draft.who, draft.what
    for record in along:
        if record.type in PEOPLE and who.value is None:
            who = Link(record, who.revision + 1, "sender")
        elif record.type not in PEOPLE and what.value is None:
            what = Link(record, what.revision + 1, "sender")
    excluded = who.value is not None and who.value.type == "Lead" and what.value is not None
    return draft if excluded or (who is draft.who and what is draft.what) else replace(draft, who=who, what=what)


def about(draft: Draft, record: Record | None) -> Draft:
    """With the record that the switch named, where nothing was chosen; a Lead and a Related To exclude each other."""
    if record is None:
        return draft
    link = Link(replace(record, why=NAMED), 1, "match")
    if record.type in PEOPLE:
        shut_out = record.type == "Lead" and draft.what.value is not None
        return draft if draft.who.revision or shut_out else replace(draft, who=link)
    shut_out = draft.who.value is not None and draft.who.value.type == "Lead"
    return draft if draft.what.revision or shut_out else replace(draft, what=link)
