"""What is known of a person who asks to be forgotten: whether a contact is about them, and where they are named."""

from msgspec import Struct
from msgspec.structs import replace

from connector.domain.model import Agent, Contact, MatchState, Record

_ID = 15
"""Characters of an id that tell records apart; the others are a check."""


class Person(Struct, frozen=True, gc=False):
    """Numbers (E.164), ids of records of theirs, and keys of contacts that are known to be with them."""

    numbers: tuple[str, ...] = ()
    records: tuple[str, ...] = ()
    contacts: tuple[str, ...] = ()

    def has(self, record: Record | None) -> bool:
        """Whether that record is theirs."""
        ids = () if record is None else (record.id, record.pop_id)
        return any(one[:_ID] == theirs[:_ID] for one in ids if one for theirs in self.records)


def about(contact: Contact, person: Person) -> bool:
    """Whether the contact was with them: by their number, or the one person with it, or as the agent chose."""
    consulted = () if contact.consult is None else (contact.consult.number,)
    numbers = (contact.number, *(leg.number for leg in contact.legs), *consulted)
    sure = contact.match.people[:1] if contact.match.state is MatchState.ONE else ()
    records = (contact.draft.who.value, contact.draft.what.value, contact.record, *sure)
    return (
        contact.key in person.contacts
        or any(number in person.numbers for number in numbers if number)
        or any(map(person.has, records))
    )


def unnamed(contact: Contact, person: Person) -> Contact:
    """The same without their records among those that were offered or looked at; itself when none is."""
    match = replace(
        contact.match, people=_others(contact.match.people, person), related=_others(contact.match.related, person)
    )
    changed = replace(contact, match=match, visited=_others(contact.visited, person))
    return contact if changed == contact else changed


def agent_without(agent: Agent, person: Person) -> Agent:
    """The same without their missed calls and the records of theirs that were looked at; itself when there are none."""
    missed = tuple(
        one for one in agent.missed if one.number not in person.numbers and one.key not in person.contacts
    )
    changed = replace(agent, missed=missed, visited=_others(agent.visited, person))
    return agent if changed == agent else changed


def _others(records: tuple[Record, ...], person: Person) -> tuple[Record, ...]:
    return tuple(record for record in records if not person.has(record))
