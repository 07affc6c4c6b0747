"""After a (re)connect: what differs between the floor and the switch, as ordinary events."""

from connector.domain.effects import EndLeg, Mix, SetRecording, SwitchAsk
from connector.domain.events import (
    CallArrived,
    LegAnswered,
    LegEnded,
    LegHeld,
    LegMuted,
    LegResumed,
    LegRinging,
    LegsMixed,
    PhoneChanged,
    RecordingChanged,
    SwitchEvent,
)
from connector.domain.model import Contact, Floor, Leg, LegState, Line, Phase, Recording, Role
from connector.ports.switch import LegNow, Snapshot
from connector.service.hearing import mixed


def reconcile(floor: Floor, snapshot: Snapshot, now: int) -> tuple[list[SwitchEvent], list[SwitchAsk]]:
    """The news in the snapshot, in the order in which it happened, and what to ask for legs that nobody owns.

    A customer whose contact the floor does not have calls, under the contact's key if there is one.  A leg of a contact
    that is over, and a phone or a party that rings or talks for nobody, were to end, and the switch did not hear of it;
    a customer who calls and talks with one of those is parked first.  A leg of ours that the switch never heard of is
    left out here: it is asked for again.  One that rang or talked and is gone has ended: when the switch remembers, at
    that time and with its cause, else now, or when the switch was started if that was since.
    """
    ready = {**dict.fromkeys(floor.phones, False), **snapshot.phones}
    lines = snapshot.lines
    phones: list[SwitchEvent] = [PhoneChanged(it, ready[it], lines.get(it, Line.ALWAYS)) for it in sorted(ready)]
    there = {leg.leg: leg for leg in snapshot.legs}
    dated: list[tuple[int, SwitchEvent]] = []
    for contact in floor.contacts.values():
        for leg in contact.legs:
            until = snapshot.began if leg.since < snapshot.began < now else now
            dated += _of_leg(contact, leg, there.get(leg.id), until)
        dated += _recording(contact, snapshot, now)
    masks: list[SwitchAsk] = [
        SetRecording(f"masked.{contact.key}", contact.key, Recording.PAUSED)
        for contact in floor.contacts.values()
        if _mask_forgotten(contact, snapshot)
    ]
    parks: list[SwitchAsk] = []
    ends: list[SwitchAsk] = []
    for found in snapshot.legs:
        if found.leg in floor.legs or found.state is LegState.ENDED:
            continue
        if found.role is Role.CUSTOMER and found.contact not in floor.contacts:
            dated += _arrived(found)
            if found.mix:
                parks.append(Mix(f"kept.{found.leg}", found.contact or "", (), (found.leg,)))
        else:
            ends.append(EndLeg(f"orphan.{found.leg}", found.contact or "", found.leg))
    dated += [(news.at, news) for news in mixed(floor, snapshot)]
    # A leg that several contacts have is in each of them, and its news is one.
    dated = sorted(dict.fromkeys(dated), key=_turn)
    return [*phones, *(event for _, event in dated)], [*masks, *parks, *ends]


def _turn(dated: tuple[int, SwitchEvent]) -> tuple[int, int]:
    """Of what happened at one time, who hears whom comes after the states of legs and before the ends of others."""
    at, event = dated
    return at, 1 if isinstance(event, LegsMixed) else 2 if isinstance(event, LegEnded) else 0


def _arrived(found: LegNow) -> list[tuple[int, SwitchEvent]]:
    at = found.since
    called = CallArrived(found.leg, found.number, found.line, at, found.contact, found.record)
    news: list[tuple[int, SwitchEvent]] = [(at, called)]
    if found.state in (LegState.CONNECTED, LegState.HELD):
        news.append((at, LegAnswered(found.leg, at)))
    if found.state is LegState.HELD:
        news.append((at, LegHeld(found.leg, at)))
    return news


def _of_leg(contact: Contact, leg: Leg, found: LegNow | None, now: int) -> list[tuple[int, SwitchEvent]]:
    if found is None:
        return [] if leg.state is LegState.DIALING else [(now, LegEnded(leg.id, "failed", now))]
    at = found.since
    answered = at if found.answered is None else found.answered
    news: list[tuple[int, SwitchEvent]] = []
    if leg.state in (LegState.DIALING, LegState.RINGING):
        if found.state in (LegState.CONNECTED, LegState.HELD) or found.answered is not None:
            news.append((answered, LegAnswered(leg.id, answered)))
        elif found.state is LegState.RINGING and leg.state is LegState.DIALING:
            news.append((at, LegRinging(leg.id, at)))
    if found.state is LegState.ENDED:
        news.append((at, LegEnded(leg.id, found.cause or "failed", at)))
    elif found.state is LegState.HELD and leg.state is not LegState.HELD:
        news.append((at, LegHeld(leg.id, at)))
    elif found.state is LegState.CONNECTED and leg.state is LegState.HELD:
        news.append((at, LegResumed(leg.id, at)))
    if leg.role is Role.AGENT and found.state is not LegState.ENDED and found.muted is not contact.muted:
        news.append((at, LegMuted(leg.id, found.muted, at)))
    return news


def _mask_forgotten(contact: Contact, snapshot: Snapshot) -> bool:
    """Whether the switch does not know of a mask, for nothing was recorded: the agent must not lose it by that."""
    masked = contact.phase is Phase.ACTIVE and contact.recording is Recording.PAUSED
    return masked and snapshot.recordings.get(contact.key, Recording.OFF) is Recording.OFF


def _recording(contact: Contact, snapshot: Snapshot, now: int) -> list[tuple[int, SwitchEvent]]:
    heard = snapshot.recordings.get(contact.key, Recording.OFF)
    if contact.phase is not Phase.ACTIVE or heard is contact.recording or _mask_forgotten(contact, snapshot):
        return []
    return [(now, RecordingChanged(contact.key, heard, now))]
