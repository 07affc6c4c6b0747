"""Who hears whom: what follows when the switch says that legs hear each other, and when an agent leaves.

Membership of a conversation (`Leg.joined`) lasts until the leg ends; only a contact's own agent steps out and back.
"""

from collections.abc import Iterable
from typing import Final

from msgspec.structs import replace

from connector.domain.effects import EndLeg, Mix, SetRecording
from connector.domain.events import LegsMixed
from connector.domain.model import (
    UP,
    Contact,
    Draft,
    Field,
    Labels,
    Leg,
    LegState,
    Outcome,
    Phase,
    Recording,
    Role,
)
from connector.domain.rules import lookups, pops, recording, wrap_up
from connector.domain.rules.around import one_conversation
from connector.domain.step import Step
from connector.domain.tasks import LONGEST_COMMENTS
from connector.domain.transitions import CONTACT, ContactTrigger
from connector.errors import NotAllowed

OF_CONSULT: Final = frozenset({"talk", "merge", "transfer"})
"""The goals that are about a consult, and over with it."""

# Who belongs and who is there ---------------------------------------------------------------------------------------


def present(step: Step, contact: Contact) -> tuple[str, ...]:
    """The others of the conversation who hear it now, or will after a hold: colleagues who have stepped out do not."""
    others = (leg for leg in contact.joined if leg.role is not Role.AGENT)
    return tuple(leg.id for leg in others if not _stepped_out(step, leg))


def _stepped_out(step: Step, leg: Leg) -> bool:
    theirs = (holder.leg(Role.AGENT) for holder in step.holders(leg.id))
    return any(mine is not None and mine.id == leg.id and not mine.joined for mine in theirs)


def far_end_is_here(step: Step, contact: Contact) -> None:
    """Raises `NotAllowed` while the colleague at the far end has stepped out to ask somebody.

    Who comes together without them is no conversation of theirs, and nobody could say whose the others are.
    """
    customer = contact.leg(Role.CUSTOMER)
    assert customer is not None
    if _stepped_out(step, customer):
        raise NotAllowed("agent_busy", "Your colleague is talking with somebody else: wait until they are back.")


def other_call(step: Step, contact: Contact) -> Contact | None:
    """The agent's other call that was answered, or None; of several, the one in the agent's ear."""
    assert contact.agent is not None
    known = [other for key in step.agent(contact.agent).contacts if (other := step.contact(key)) is not None]
    others = [
        other for other in known if other.call and other.answered is not None and not one_conversation(contact, other)
    ]
    return next((other for other in others if other.in_ear), others[0] if others else None)


def not_alone(step: Step, contact: Contact) -> None:
    """A customer whom everybody else has left for a consult hears music, and not silence."""
    mine, customer = contact.leg(Role.AGENT), contact.leg(Role.CUSTOMER)
    assert mine is not None and customer is not None
    alone_there = not mine.joined and present(step, contact) == (customer.id,)
    if alone_there and customer.state is LegState.CONNECTED and not customer.agent:
        step.ask(Mix(step.new_id(), contact.key, (), (customer.id,)))


# What the switch says -----------------------------------------------------------------------------------------------


def mixed(step: Step, event: LegsMixed) -> None:
    """Those legs hear each other: contacts are merged, customers passed on, and orders fulfilled by it."""
    talking = frozenset(event.legs)
    known = _concerned(step, event.legs)
    step.unknown = not known
    found = {leg: _party(step, leg) for leg in event.legs}
    parties = {leg: party for leg, party in found.items() if party is not None and party.state in UP}
    givers = {contact.key: _giver(step, contact, known, talking) for contact in known}
    for contact in known:
        giver = givers[contact.key]
        if giver is not None:
            _receive(step, contact, giver, parties)
        else:
            _follow(step, contact, parties)
    for contact in known:
        _one_leg_of(step, _now(step, contact), talking)
    for contact in known:
        _fulfilled(step, _now(step, contact), talking, event.at)


def _now(step: Step, contact: Contact) -> Contact:
    found = step.contact(contact.key)
    assert found is not None
    return found


def _concerned(step: Step, legs: Iterable[str]) -> list[Contact]:
    found = {holder.key: holder for leg in legs for holder in step.holders(leg) if holder.phase is Phase.ACTIVE}
    return list(found.values())


def _party(step: Step, leg_id: str) -> Leg | None:
    """The leg as a contact shows it that has it as one of several."""
    best: Leg | None = None
    for holder in step.holders(leg_id):
        leg = holder.leg_of(leg_id)
        assert leg is not None
        if leg.role is Role.AGENT:
            assert holder.agent is not None
            return Leg(leg.id, Role.CONSULTED, leg.state, leg.since, True, holder.agent)
        if leg.role is Role.CUSTOMER:
            who = holder.draft.who.value
            name = who.name if who else ""
            best = Leg(leg.id, Role.CONSULTED, leg.state, leg.since, True, "", name, holder.number)
        elif best is None:
            best = replace(leg, joined=True)
    return best


def _giver(step: Step, contact: Contact, known: list[Contact], talking: frozenset[str]) -> Contact | None:
    """The contact whose customer comes to this one's agent, if one does."""
    mine = contact.leg(Role.AGENT)
    if mine is None or mine.id not in talking:
        return None
    if contact.asked_by:
        asker = step.contact(contact.asked_by)
        return asker if asker is not None and _has_customer(asker, talking - {mine.id}) else None
    if contact.internal:
        others = (other for other in known if not other.internal and other.agent not in (None, contact.agent))
        return next((other for other in others if _has_customer(other, talking - {mine.id})), None)
    return None


def _has_customer(contact: Contact, talking: frozenset[str]) -> bool:
    return any(leg.role is Role.CUSTOMER and leg.id in talking for leg in contact.legs)


def _follow(step: Step, contact: Contact, parties: dict[str, Leg]) -> None:
    """Whoever talks with the customer belongs to the conversation; the agent is in it or has stepped out."""
    customer, mine = contact.leg(Role.CUSTOMER), contact.leg(Role.AGENT)
    assert customer is not None
    here, ids = customer.id in parties, {leg.id for leg in contact.legs}
    if customer.agent:
        # A colleague at the far end who talks with others has gone to them, unless they all belong here; and where this
        # agent, who may have left, talks with others, of whom none belongs here, that colleague has passed them on.
        ours = set() if mine is None else {mine.id}
        if here is not bool(ours & parties.keys()):
            here = not parties.keys() - ids if here else parties.keys() & ids == ours
    legs = []
    for leg in contact.legs:
        if leg.role is Role.AGENT:
            inside = here if leg.id in parties else leg.joined and not here
            legs.append(replace(leg, joined=inside))
        elif here and leg.id in parties:
            legs.append(replace(leg, joined=True))
        else:
            legs.append(leg)
    if here:
        legs += [_as_seen_by(step, contact, party) for leg, party in parties.items() if leg not in ids]
    if tuple(legs) != contact.legs:
        step.put(replace(contact, legs=tuple(legs)))


def _as_seen_by(step: Step, contact: Contact, party: Leg) -> Leg:
    """The customer of another call of the same agent counts as brought in by them."""
    ours = any(
        holder.agent == contact.agent and (leg := holder.leg_of(party.id)) is not None and leg.role is Role.CUSTOMER
        for holder in step.holders(party.id)
    )
    return replace(party, invited=ours)


def _one_leg_of(step: Step, contact: Contact, talking: frozenset[str]) -> None:
    """An agent who is in a conversation with one leg needs no second one in it: that is let go."""
    mine = contact.leg(Role.AGENT)
    if mine is None or mine.id in talking or not _has_customer(contact, talking):
        return
    other = next((leg for leg in contact.legs if leg.id in talking and leg.agent == contact.agent), None)
    if other is not None:
        kept = replace(other, role=Role.AGENT, agent="")
        legs = tuple(kept if leg is other else leg for leg in contact.legs if leg is not mine)
        step.put(replace(contact, legs=legs))
        step.ask(EndLeg(step.new_id(), contact.key, mine.id))


def _fulfilled(step: Step, contact: Contact, talking: frozenset[str], at: int) -> None:
    """Orders whose goal this is are done; a consult that has become part of the conversation is none any more."""
    mine, customer, consulted = contact.leg(Role.AGENT), contact.leg(Role.CUSTOMER), contact.consulted
    assert customer is not None
    inside, here = mine is not None and mine.id in talking, customer.id in talking
    reached = set()
    if here and inside:
        reached = {"resume", "merge"}
    elif inside and consulted is not None and consulted.id in talking:
        reached = {"talk"}
    elif here:
        reached = {"step_out"}
    left = here and not inside and len(contact.joined) > 1
    gone = left and any(ask.goal == "transfer" for ask in contact.asked)
    consult = None if consulted is not None and consulted.joined else contact.consult
    asked = tuple(ask for ask in contact.asked if ask.goal not in reached)
    solved = contact.problem is not None and contact.problem.order in reached
    problem = None if solved else contact.problem
    if (asked, consult, problem) != (contact.asked, contact.consult, contact.problem):
        contact = step.put(replace(contact, asked=asked, consult=consult, problem=problem))
    if gone:
        leave(step, contact, at)
    else:
        recording.start_if_always(step, contact)


# A customer comes ---------------------------------------------------------------------------------------------------


def _receive(step: Step, contact: Contact, giver: Contact, parties: dict[str, Leg]) -> None:
    """The colleague who helped has the customer now, alone or with others; whom that one is asking is still asked."""
    customer, mine = giver.leg(Role.CUSTOMER), contact.leg(Role.AGENT)
    assert customer is not None and mine is not None
    rest = tuple(party for leg, party in parties.items() if leg not in (customer.id, mine.id))
    asked = tuple(leg for leg in contact.legs if leg is contact.consulted and leg.id not in parties)
    passed_on(step, contact, giver, (customer, replace(mine, joined=True), *rest, *asked))


def passed_on(step: Step, contact: Contact, giver: Contact, legs: tuple[Leg, ...]) -> Contact:
    """The contact has the giver's customer and, if the administrator lets it, what was written so far."""
    assert giver.agent is not None
    received = replace(
        contact,
        interaction_key=giver.interaction_key,
        legs=legs,
        number=giver.number,
        line=giver.line,
        match=giver.match,
        internal=giver.internal,
        asked_by="",
        sender=giver.agent,
        caller=giver.caller,
        emergency=giver.emergency,
        address=giver.address,
        record=giver.record,
        draft=_draft(step, contact.draft, giver),
        along=lookups.chosen(giver) if step.directory.settings.transfer_notes else (),
        popped=False,
        hold_counted=step.now,
        window_due=False,
    )
    received = step.put(lookups.searched(received))
    lookups.look_up(step, received)
    pops.pop(step, received)
    return step.newest(received)


def _draft(step: Step, mine: Draft, giver: Contact) -> Draft:
    """What the sender wrote, under their name, before what the receiver wrote meanwhile.

    Not the records that the sender chose: whether the receiver may see them is asked first.
    """
    assert giver.agent is not None
    if not step.directory.settings.transfer_notes:
        return mine
    theirs, sender = giver.draft, step.directory.agents.get(giver.agent)
    name = sender.name if sender else ""
    comments = mine.comments
    room = LONGEST_COMMENTS - len(comments.value) - len(name) - 4
    if theirs.comments.value and room > 0:
        text = f"{name}:\n{theirs.comments.value[:room]}\n\n{comments.value}"
        comments = Field(text, comments.revision + 1)
    return Draft(
        comments=comments,
        disposition=mine.disposition if mine.disposition.value else _came(theirs.disposition),
        tags=mine.tags if mine.tags.value or not theirs.tags.value else Labels(theirs.tags.value, 1),
        who=mine.who if mine.who.value else lookups.delivered(theirs.who),
        what=mine.what if mine.what.value else lookups.delivered(theirs.what),
    )


def _came(field: Field) -> Field:
    return Field(field.value, 1) if field.value else Field()


# An agent goes ------------------------------------------------------------------------------------------------------


def leave(step: Step, contact: Contact, at: int) -> None:
    """The agent's part is over; the others go on, without an agent only as long as the administrator lets them."""
    mine, customer = contact.leg(Role.AGENT), contact.leg(Role.CUSTOMER)
    assert mine is not None and customer is not None
    step.ask(EndLeg(step.new_id(), contact.key, mine.id))
    if contact.recording is not Recording.OFF:
        step.ask(SetRecording(step.new_id(), contact.key, Recording.OFF))
    wrap_up.finish(step, contact, "normal", at)
    if not step.holders(customer.id):
        alone(step, contact, tuple(leg for leg in contact.joined if leg is not mine))


def let_go(step: Step, contact: Contact, legs: Iterable[Leg]) -> None:
    """Of the legs that the contact had until now, those are ended that no other contact has."""
    for leg in legs:
        if not step.holders(leg.id):
            step.ask(EndLeg(step.new_id(), contact.key, leg.id))


def alone(step: Step, contact: Contact, legs: tuple[Leg, ...]) -> Contact:
    """Those legs are looked after until they end or their time is over, with no agent and no Task."""
    return step.put(
        Contact(
            key=step.new_key(),
            interaction_key=contact.interaction_key,
            kind=contact.kind,
            phase=Phase.ACTIVE,
            number=contact.number,
            line=contact.line,
            skill=contact.skill,
            started=contact.started,
            answered=step.now,
            priority=contact.priority,
            emergency=contact.emergency,
            address=contact.address,
            match=contact.match,
            legs=legs,
        )
    )


def finished_alone(step: Step, contact: Contact) -> None:
    """The contact that looked after them is over and forgotten."""
    step.forget(closed(step, contact))


def closed(step: Step, contact: Contact) -> Contact:
    """A contact is over without a Task."""
    return step.put(
        replace(
            contact,
            phase=CONTACT[contact.phase, ContactTrigger.ABANDON],
            outcome=Outcome.ABANDONED,
            ended=step.now,
            closed=step.now,
            legs=(),
            asked=(),
            muted=False,
            recording=Recording.OFF,
        )
    )
