"""What one agent is shown, made anew only as far as something has changed since the last time.

Values of the core are frozen: what is the same object looks the same.  Every view equals the one that `view` makes.
"""

from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from connector.api import view
from connector.domain.directory import Directory, Profile
from connector.domain.model import (
    Agent,
    Ask,
    Consult,
    Contact,
    Draft,
    Field,
    Floor,
    Leg,
    Match,
    MatchState,
    Save,
)
from connector.domain.rules.allowed import situated, surroundings
from connector.domain.rules.allowed_agents import Rights, rights_of
from connector.domain.rules.around import Around
from connector.wire import state as wire

SITUATIONS: Final = 4_096
"""How many situations are remembered with their controls; there are far fewer that occur."""

_NO_MATCH: Final = Match(MatchState.NONE)


class Situations:
    """The controls of contacts, by what they depend on: calls that stand alike have the same."""

    def __init__(self) -> None:
        self._directory: Directory | None = None
        self._known: dict[object, dict[str, str | None]] = {}

    def controls(
        self, switch_up: bool, directory: Directory, contact: Contact, nearby: Around
    ) -> dict[str, str | None]:
        """What `allowed.situated` says.  The dictionary is shared: it is for reading only."""
        if directory is not self._directory or len(self._known) > SITUATIONS:
            self._directory = directory
            self._known = {}
        key = (switch_up, nearby, *_situation_of(contact))
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = situated(switch_up, _situation(contact), directory, nearby)
        return known


def _situation_of(contact: Contact) -> tuple[object, ...]:
    """All that controls depend on, and nothing that differs from call to call."""
    consult = contact.consult
    places = {leg.id: place for place, leg in enumerate(contact.legs)}
    return (
        contact.phase,
        contact.kind,
        contact.skill,
        contact.muted,
        contact.recording,
        contact.mask,
        contact.save.state,
        contact.draft.disposition.value,
        contact.internal,
        contact.asked_by != "",
        contact.emergency,
        contact.overtime,
        contact.extended,
        contact.answered is None,
        None if consult is None else (consult.kind, consult.contact != "", places.get(consult.leg)),
        *[(leg.role, leg.state, leg.joined, leg.invited, leg.agent != "") for leg in contact.legs],
        *[ask.goal for ask in contact.asked],
    )


def _situation(contact: Contact) -> Contact:
    """The contact with nothing in it but what `_situation_of` says, so that no control can depend on anything else."""
    consult = contact.consult
    places = {leg.id: str(place) for place, leg in enumerate(contact.legs)}
    return Contact(
        key="",
        interaction_key="",
        kind=contact.kind,
        phase=contact.phase,
        number="",
        line="",
        skill=contact.skill,
        started=0,
        match=_NO_MATCH,
        legs=tuple(
            Leg(places[leg.id], leg.role, leg.state, 0, leg.joined, leg.agent and "agent", invited=leg.invited)
            for leg in contact.legs
        ),
        answered=None if contact.answered is None else 0,
        internal=contact.internal,
        muted=contact.muted,
        recording=contact.recording,
        mask=contact.mask,
        asked=tuple(Ask("", ask.goal, 0, 0) for ask in contact.asked),
        overtime=contact.overtime,
        draft=Draft(disposition=Field(contact.draft.disposition.value)),
        save=Save(contact.save.state),
        extended=contact.extended,
        consult=consult
        and Consult(consult.kind, "", "", 0, places.get(consult.leg, ""), consult.contact and "contact"),
        asked_by=contact.asked_by and "contact",
        emergency=contact.emergency,
    )


class _Last(Struct, gc=False):
    """A contact and what was around it, with its view."""

    contact: Contact
    nearby: Around
    view: wire.ContactView


class Shown:
    """What one agent was shown last; `version` grows whenever that is different from what was shown before."""

    __slots__ = ("_contacts", "_directory", "_durable", "_rights", "_situations", "_switch_up", "_who", "version")

    def __init__(self, situations: Situations) -> None:
        self._situations = situations
        self._directory: Directory | None = None
        self._switch_up = False
        self._rights: Rights | None = None
        self._contacts: dict[str, _Last] = {}
        self._durable = True
        self._who: wire.AgentView | None = None
        self.version = 0

    def state(
        self, floor: Floor, directory: Directory, agent: Agent, *, seq: int, now: int, durable: bool
    ) -> wire.State:
        """What `view.state_view` makes."""
        if directory is not self._directory or floor.switch_up is not self._switch_up:
            self.version += directory is not self._directory  # what can be chosen is another thing now
            self._directory = directory
            self._rights = rights_of(directory, agent.id)
            self._switch_up = floor.switch_up
            self._contacts = {}
        profile = directory.agents.get(agent.id) or Profile(agent.id, agent.id)
        before = self._contacts
        after: dict[str, _Last] = {}
        repairs = floor.repairs.get(agent.id, ())
        for key in (*agent.contacts, *repairs):
            contact = floor.contacts.get(key)
            if contact is not None:
                last = before.get(key)
                nearby = surroundings(floor, contact)
                if last is None or last.contact is not contact or last.nearby != nearby:
                    last = self._anew(floor, directory, contact, profile, last, nearby)
                elif _asker_differs(floor, directory, last):
                    last = self._anew(floor, directory, contact, profile, None, nearby)
                after[key] = last
        who = view.agent_view(floor, directory, agent, profile, self._rights)
        if durable is not self._durable or who != self._who or not _alike(before, after):
            self.version += 1
        self._contacts, self._durable, self._who = after, durable, who
        views = tuple([last.view for last in after.values()])
        if not repairs:
            return wire.State(seq, now, durable, who, views)
        mended = tuple([after[key].view for key in repairs])
        return wire.State(seq, now, durable, who, views[: len(views) - len(mended)], mended)

    def _anew(
        self,
        floor: Floor,
        directory: Directory,
        contact: Contact,
        profile: Profile,
        last: _Last | None,
        nearby: Around,
    ) -> _Last:
        can = self._situations.controls(floor.switch_up, directory, contact, nearby)
        if last is None or not _settled_alike(last.contact, contact):
            return _Last(contact, nearby, view.contact_view(floor, directory, contact, profile, can))
        return _Last(contact, nearby, replace(last.view, **view.live_part(directory, contact, profile, can)))


def _asker_differs(floor: Floor, directory: Directory, last: _Last) -> bool:
    """Whether the one who consults this agent is another one by now, or nobody."""
    return last.contact.asked_by != "" and last.view.asked_by != view.asker(floor, directory, last.contact)


def _alike(before: dict[str, _Last], after: dict[str, _Last]) -> bool:
    """Whether the same contacts are shown in the same order, none of them made anew."""
    return len(before) == len(after) and all(
        one is other for one, other in zip(before.values(), after.values(), strict=True)
    )


def _settled_alike(one: Contact, other: Contact) -> bool:
    """Whether all that is no `live_part` is the same."""
    return (
        one.draft is other.draft
        and one.save is other.save
        and one.match is other.match
        and one.visited is other.visited
        and one.phase is other.phase
        and one.answered == other.answered
        and one.skill == other.skill
        and one.number == other.number
        and one.internal is other.internal
        and one.kind is other.kind
        and one.started == other.started
        and one.offered == other.offered
        and one.ended == other.ended
        and one.outcome is other.outcome
        and one.asked_by == other.asked_by == ""
        and one.sender == other.sender
        and one.title == other.title
        and one.payload is other.payload
        and one.url == other.url
        and one.record is other.record
        and one.caller == other.caller
        and one.attempts == other.attempts
        and one.emergency == other.emergency
        and one.address == other.address
    )
