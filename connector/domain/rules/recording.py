"""Recording and masking: what the agent asked, and what the switch confirmed."""

from msgspec.structs import replace

from connector.domain.commands import StartMask, StartRecord, StopMask, StopRecord
from connector.domain.directory import RecordingMode
from connector.domain.effects import SetRecording
from connector.domain.events import RecordingChanged
from connector.domain.model import Contact, Mask, Phase, Recording
from connector.domain.step import Step


def start_if_always(step: Step, contact: Contact) -> None:
    """Where the skill says "always", the switch is asked to record as soon as the two can talk."""
    if step.directory.skill(contact.skill).recording is RecordingMode.ALWAYS:
        _ask(step, contact, "record", Recording.ON)


def start_record(step: Step, contact: Contact, _command: StartRecord) -> None:
    """The switch is asked to record."""
    _ask(step, contact, "record", Recording.ON)


def stop_record(step: Step, contact: Contact, _command: StopRecord) -> None:
    """The switch is asked to stop recording."""
    _ask(step, contact, "stop_record", Recording.OFF)


def mask(step: Step, contact: Contact, _command: StartMask) -> None:
    """The switch is asked to pause the recording; "masked" is said only when it has confirmed that."""
    _ask(step, replace(contact, unmasked=contact.recording), "mask", Recording.PAUSED)


def unmask(step: Step, contact: Contact, _command: StopMask) -> None:
    """The switch is asked to record as it did before the mask."""
    _ask(step, contact, "unmask", contact.unmasked)


def _ask(step: Step, contact: Contact, goal: str, recording: Recording) -> None:
    ask_id = step.new_id()
    step.asked(contact, goal, ask_id)
    step.ask(SetRecording(ask_id, contact.key, recording))


def goal_of(contact: Contact, goal: str) -> Recording:
    """What the switch is to do for an order that is under way."""
    return {"record": Recording.ON, "stop_record": Recording.OFF, "mask": Recording.PAUSED}.get(goal, contact.unmasked)


def changed(step: Step, contact: Contact, event: RecordingChanged) -> None:
    """The switch's word counts, also when it comes late: paused is masked, anything else is not."""
    if contact.phase is not Phase.ACTIVE:
        return
    asked = tuple(
        ask
        for ask in contact.asked
        if ask.goal not in ("record", "stop_record", "mask", "unmask")
        or goal_of(contact, ask.goal) is not event.recording
    )
    paused = event.recording is Recording.PAUSED
    if contact.recording is event.recording and asked == contact.asked and paused is (contact.mask is Mask.ON):
        return
    since = contact.masked_since if contact.mask is Mask.ON else event.at
    step.put(
        replace(
            contact,
            recording=event.recording,
            mask=Mask.ON if paused else Mask.OFF,
            masked_since=since if paused else None,
            asked=asked,
            problem=None if asked != contact.asked else contact.problem,
        )
    )


def not_masked(contact: Contact) -> Contact:
    """The switch refused to mask, or kept silent: an alarm, for what is said now may be recorded."""
    return contact if contact.mask is Mask.ON else replace(contact, mask=Mask.FAILED)
