"""Recording and masking: what the agent asked, and what the switch confirmed."""

from msgspec.structs import replace

from connector.domain.commands import StartMask, StartRecord, StopMask, StopRecord
from connector.domain.directory import RecordingMode
from connector.domain.effects import SetRecording
from connector.domain.events import RecordingChanged
from connector.domain.model import Contact, LegState, Mask, Phase, Recording
from connector.domain.step import Step

_GOALS = frozenset({"record", "stop_record", "mask", "unmask"})


def start_if_always(step: Step, contact: Contact) -> None:
    """Where the skill says "always", the switch is asked to record as soon as the two can talk.

    Before that there is nothing to record, and a switch may refuse.  Where it did, it is asked again when the customer
    comes back from a hold.
    """
    always = _always(step, contact)
    talking = contact.phase is Phase.ACTIVE and all(leg.state is LegState.CONNECTED for leg in contact.legs)
    if always and talking and contact.recording is Recording.OFF and not any(a.goal in _GOALS for a in contact.asked):
        _ask(step, contact, "record")


def _always(step: Step, contact: Contact) -> bool:
    """Whether the skill says so; an emergency call is recorded only where the administrator says that, too.

    What a colleague is asked in private is no call of the skill's.
    """
    if contact.asked_by or (contact.emergency and not step.directory.settings.emergency_record):
        return False
    return step.directory.skill(contact.skill).recording is RecordingMode.ALWAYS


def start_record(step: Step, contact: Contact, _command: StartRecord) -> None:
    """The switch is asked to record."""
    _ask(step, contact, "record")


def stop_record(step: Step, contact: Contact, _command: StopRecord) -> None:
    """The switch is asked to stop recording."""
    _ask(step, contact, "stop_record")


def mask(step: Step, contact: Contact, _command: StartMask) -> None:
    """The switch is asked to pause the recording; "masked" is said only when it has confirmed that.

    One that is about to start, after its announcement, starts when the mask is off again.
    """
    begins = any(ask.goal == "record" for ask in contact.asked)
    before = Recording.ON if begins or _always(step, contact) else contact.recording
    rest = tuple(ask for ask in contact.asked if ask.goal != "record")
    _ask(step, replace(contact, unmasked=before, asked=rest), "mask")


def unmask(step: Step, contact: Contact, _command: StopMask) -> None:
    """The switch is asked to record as it did before the mask."""
    _ask(step, contact, "unmask")


def _ask(step: Step, contact: Contact, goal: str) -> None:
    ask = asked(step, contact, goal, step.new_id())
    step.asked(contact, goal, ask.id, step.directory.settings.consent if ask.announcement else 0)
    step.ask(ask)


def asked(step: Step, contact: Contact, goal: str, ask_id: str) -> SetRecording:
    """What the switch is asked for such an order: before the first recording of a contact comes the announcement.

    Nothing is announced in an emergency call: what is said there must not wait.
    """
    recording = goal_of(contact, goal)
    first = recording is Recording.ON and not contact.recorded and not contact.emergency
    announcement = step.directory.skill(contact.skill).consent if first else ""
    return SetRecording(ask_id, contact.key, recording, announcement)


def goal_of(contact: Contact, goal: str) -> Recording:
    """What the switch is to do for an order that is under way."""
    return {"record": Recording.ON, "stop_record": Recording.OFF, "mask": Recording.PAUSED}.get(goal, contact.unmasked)


def changed(step: Step, contact: Contact, event: RecordingChanged) -> None:
    """The switch's word counts, also when it comes late: paused is masked, anything else is not.

    That masking failed is an alarm which stays for as long as the recording hears what is said.
    """
    if contact.phase is not Phase.ACTIVE:
        return
    reached = {goal for goal in _GOALS if goal_of(contact, goal) is event.recording}
    asked = tuple(ask for ask in contact.asked if ask.goal not in reached)
    solved = contact.problem is not None and contact.problem.order in reached
    paused = event.recording is Recording.PAUSED
    alarm = contact.mask is Mask.FAILED and event.recording is Recording.ON
    since = contact.masked_since if contact.mask is Mask.ON else event.at
    heard = replace(
        contact,
        recording=event.recording,
        recorded=contact.recorded or event.recording is Recording.ON,
        mask=Mask.ON if paused else Mask.FAILED if alarm else Mask.OFF,
        masked_since=since if paused else None,
        asked=asked,
        problem=None if solved else contact.problem,
    )
    if heard != contact:
        step.put(heard)


def not_masked(contact: Contact) -> Contact:
    """The switch refused to mask, or kept silent: an alarm, for what is said now may be recorded."""
    return replace(contact, mask=Mask.FAILED)
