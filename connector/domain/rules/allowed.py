"""What may be done now and, if not, why not: the one rule behind `guard`, `decide` and the controls of the panel.

Each rule takes a contact in whose phase it is shown, the directory and what is around the contact, and returns None or
a stable code.  The codes are documented in `docs/reference/codes.md`; the panel has words for each.
"""

from collections.abc import Callable
from typing import Final

from connector.domain.directory import Directory, RecordingMode
from connector.domain.model import (
    SILENT,
    UP,
    Contact,
    Floor,
    LegState,
    Mask,
    Phase,
    Recording,
    Role,
    SaveState,
)
from connector.domain.rules.around import Around, around
from connector.domain.tasks import disposition_missing

Rule = Callable[[Contact, Directory, Around], str | None]

_AUDIO: Final = frozenset({"hold", "resume", "talk", "step_out", "merge", "transfer", "end"})
_RECORDING: Final = frozenset({"record", "stop_record", "mask", "unmask", "hold", "merge", "transfer", "end"})
_CONTRADICTS: Final[dict[str, frozenset[str]]] = {
    "answer": frozenset({"answer"}),
    "decline": frozenset({"answer"}),
    "end": frozenset({"end", "merge", "transfer"}),
    "hold": _AUDIO,
    "resume": _AUDIO,
    "mute": frozenset({"mute", "unmute", "end"}),
    "unmute": frozenset({"mute", "unmute", "end"}),
    "digits": frozenset({"hold", "merge", "transfer", "end"}),
    "record": _RECORDING,
    "stop_record": _RECORDING,
    # What is said now must not be heard, whatever is announced meanwhile.
    "mask": _RECORDING - {"record"},
    "unmask": _RECORDING,
    "consult": frozenset({"resume", "merge", "transfer", "end"}),
    "abandon": frozenset({"merge", "transfer", "end"}),
    "merge": frozenset({"merge", "transfer", "mask", "unmask", "end"}),
    "transfer": frozenset({"merge", "transfer", "mask", "unmask", "end"}),
    "swap": _AUDIO,
    "drop": frozenset({"merge", "transfer", "end"}),
}
"""For each order the goals that must not be under way when it is given."""


def _pending(contact: Contact, order: str) -> str | None:
    return "pending" if any(ask.goal in _CONTRADICTS[order] for ask in contact.asked) else None


def _answered(contact: Contact) -> str | None:
    """None when both ends of the call are up."""
    customer = contact.leg(Role.CUSTOMER)
    return None if customer is not None and customer.state in UP else "not_answered"


def _talking(contact: Contact) -> str | None:
    """None when agent and customer can hear each other."""
    if (why := _answered(contact)) is not None:
        return why
    return None if contact.in_ear else "held"


def _two(contact: Contact) -> str | None:
    """None when agent and customer talk with each other alone, and the customer is this agent's."""
    if contact.asked_by:
        return "consulted"
    if (why := _answered(contact)) is not None:
        return why
    if contact.conference:
        return "conference"
    return None if contact.in_ear else "held"


def _agent_connected(contact: Contact) -> str | None:
    leg = contact.leg(Role.AGENT)
    return None if leg is not None and leg.state in UP else "phone_ringing"


def _consult_up(contact: Contact) -> bool:
    leg = contact.consulted
    return leg is not None and leg.state in UP


def _not_connected(contact: Contact) -> str | None:
    return None if _consult_up(contact) else "not_connected"


def answer(contact: Contact, _directory: Directory, around: Around) -> str | None:
    """An offered contact can be answered once; another call that cannot be put on hold comes first.

    Where the phone is to be lifted, that is the answer: nobody answers twice.
    """
    if around.other == "busy" and contact.kind not in SILENT:
        return "other_call"
    return "lift_phone" if around.lift else _pending(contact, "answer")


def decline(contact: Contact, _directory: Directory, _around: Around) -> str | None:
    """An offered contact can be declined until it is being answered."""
    return _pending(contact, "decline")


def end(contact: Contact, _directory: Directory, _around: Around) -> str | None:
    """A call on hold cannot be ended from the session: a slip of the finger must not drop a waiting customer.

    In a conference the agent leaves it.  Whose phone rings again after it was hung up has shown that it is no slip.
    """
    if contact.consult is not None:
        return "consulting"
    return "held" if contact.held and not contact.recalled else _pending(contact, "end")


def hold(contact: Contact, _directory: Directory, _around: Around) -> str | None:
    """A customer one talks to alone can be parked."""
    if contact.consult is not None:
        return "held" if contact.held else "consulting"
    return _two(contact) or _pending(contact, "hold")


def resume(contact: Contact, _directory: Directory, around: Around) -> str | None:
    """A parked customer, or a conference that was stepped out of, can be come back to; not beside another call."""
    if contact.in_ear or _answered(contact) is not None:
        return "not_held"
    if around.other in ("ear", "busy"):
        return "other_call"
    if _consult_up(contact):
        return "consulting"
    if contact.recalled:
        return "lift_phone" if around.lift else _pending(contact, "resume")
    return _agent_connected(contact) or _pending(contact, "resume")


def mute(contact: Contact, _directory: Directory, around: Around) -> str | None:
    """The microphone can be turned off during a call, on hold too."""
    if contact.muted:
        return "muted"
    if around.lift:
        return "lift_phone"
    return _agent_connected(contact) or _pending(contact, "mute")


def unmute(contact: Contact, _directory: Directory, _around: Around) -> str | None:
    """A microphone that is off can be turned on."""
    if not contact.muted:
        return "not_muted"
    return _agent_connected(contact) or _pending(contact, "unmute")


def digits(contact: Contact, _directory: Directory, _around: Around) -> str | None:
    """Digits go to whom one talks to alone: the consulted one, else the customer."""
    leg = contact.consulted
    if leg is not None and not contact.in_ear:
        return _pending(contact, "digits") if leg.state is LegState.CONNECTED else "not_answered"
    return _two(contact) or _pending(contact, "digits")


def _not_left_to_the_agent(contact: Contact, directory: Directory) -> str | None:
    if contact.asked_by:
        return "consulted"
    if contact.emergency and not directory.settings.emergency_record:
        return "emergency"
    mode = directory.skill(contact.skill).recording
    return None if mode is RecordingMode.ON_DEMAND else f"recording_{mode}"


def record(contact: Contact, directory: Directory, _around: Around) -> str | None:
    """Recording can be started where the skill leaves it to the agent."""
    if (why := _not_left_to_the_agent(contact, directory)) is not None:
        return why
    if (why := _talking(contact)) is not None:
        return why
    if contact.mask is Mask.ON:
        return "masked"
    return "recording" if contact.recording is not Recording.OFF else _pending(contact, "record")


def stop_record(contact: Contact, directory: Directory, _around: Around) -> str | None:
    """A recording can be stopped where the skill leaves it to the agent."""
    if (why := _not_left_to_the_agent(contact, directory)) is not None:
        return why
    if (why := _talking(contact)) is not None:
        return why
    if contact.mask is Mask.ON:
        return "masked"
    return "not_recording" if contact.recording is Recording.OFF else _pending(contact, "stop_record")


def mask(contact: Contact, _directory: Directory, _around: Around) -> str | None:
    """What is said to whom one talks to alone can be masked."""
    if (why := _two(contact)) is not None:
        return why
    return "masked" if contact.mask is Mask.ON else _pending(contact, "mask")


def unmask(contact: Contact, _directory: Directory, _around: Around) -> str | None:
    """A mask can be taken off while one talks; it stays on through a hold."""
    if (why := _two(contact)) is not None:
        return why
    return "not_masked" if contact.mask is not Mask.ON else _pending(contact, "unmask")


def consult(contact: Contact, directory: Directory, around: Around) -> str | None:
    """One at a time, from a call that was answered, while no other call is in the agent's ear."""
    if contact.asked_by:
        return "consulted"
    if (why := _answered(contact)) is not None:
        return why
    if contact.consult is not None:
        return "consulting"
    if around.other in ("ear", "busy"):
        return "other_call"
    if len(contact.joined) >= directory.settings.most_parties:
        return "too_many_parties"
    return _agent_connected(contact) or _pending(contact, "consult")


def abandon(contact: Contact, _directory: Directory, _around: Around) -> str | None:
    """A consult can be given up."""
    return "no_consult" if contact.consult is None else _pending(contact, "abandon")


def _two_calls(contact: Contact, around: Around) -> str | None:
    """None when this call waits while another is in the agent's ear, so that the two can be brought together."""
    if _answered(contact) is not None or contact.in_ear or contact.asked_by:
        return "no_consult"
    if around.other != "ear":
        return "no_consult"
    return "masked" if around.other_masked else None


def merge(contact: Contact, directory: Directory, around: Around) -> str | None:
    """Who was consulted can join once they answered, and two calls can become one; never while masked."""
    why = _two_calls(contact, around) if contact.consult is None else _not_connected(contact)
    if why is None and contact.mask is Mask.ON:
        why = "masked"
    if why is None and len(contact.joined) >= directory.settings.most_parties:
        why = "too_many_parties"
    return why or _pending(contact, "merge")


def unannounced(contact: Contact, directory: Directory, kind: str) -> str | None:
    """Why the customer cannot be passed on to somebody of that kind who has not answered, or None."""
    colleague = contact.internal or any(leg.role is Role.CUSTOMER and leg.agent for leg in contact.legs)
    if colleague or not (kind == "skill" or directory.settings.blind_transfer):
        return "not_connected"
    return "conference" if contact.conference else None


def transfer(contact: Contact, directory: Directory, around: Around) -> str | None:
    """To who was consulted and has answered, or to a queue that has taken the request; never while masked.

    Where the administrator allows it, to whom it still rings at, too.  In a call of colleagues nobody is left waiting
    for either.
    """
    if contact.consult is None:
        why = _two_calls(contact, around)
    elif _consult_up(contact):
        why = None
    else:
        why = unannounced(contact, directory, contact.consult.kind)
    if why is None and contact.mask is Mask.ON:
        why = "masked"
    return why or _pending(contact, "transfer")


def swap(contact: Contact, _directory: Directory, around: Around) -> str | None:
    """Between the customer and who is consulted, or from another call to this one that waits."""
    if contact.consult is not None:
        if contact.conference:
            return "conference"
        return _pending(contact, "swap") if _consult_up(contact) else "not_connected"
    if not around.other:
        return "no_other_call"
    if contact.in_ear or _answered(contact) is not None:
        return "not_held"
    return _agent_connected(contact) or (_pending(contact, "swap") if around.other == "ear" else "other_call")


def drop(contact: Contact, _directory: Directory, _around: Around) -> str | None:
    """A party that this agent brought in can be taken out of a conference again."""
    if not contact.conference:
        return "no_conference"
    if not any(leg.invited and leg.joined for leg in contact.legs):
        return "not_invited"
    return _pending(contact, "drop")


def finish(_contact: Contact, _directory: Directory, around: Around) -> str | None:
    """A work item or e-mail can be finished, unless a call has interrupted it."""
    return "parked" if around.call else None


def give_back(contact: Contact, directory: Directory, around: Around) -> str | None:
    """A work item or e-mail can be given back, unless a call has interrupted it."""
    return finish(contact, directory, around)


def extend(contact: Contact, directory: Directory, _around: Around) -> str | None:
    """Wrap-up can be extended where the skill permits it and it ends by itself."""
    skill = directory.skill(contact.skill)
    return None if skill.extension and skill.wrap_up is not None else "no_extension"


def done(contact: Contact, directory: Directory, _around: Around) -> str | None:
    """Wrap-up can be ended once a disposition is there where the skill requires one."""
    return "disposition_required" if disposition_missing(contact, directory) else None


def save_again(contact: Contact, _directory: Directory, _around: Around) -> str | None:
    """A Task that Salesforce refused, or that was discarded, can be tried again."""
    return None if contact.save.state in (SaveState.ATTENTION, SaveState.DISCARDED) else "nothing_to_save"


_CALL: Final[tuple[Rule, ...]] = (
    end,
    hold,
    resume,
    mute,
    unmute,
    digits,
    record,
    stop_record,
    mask,
    unmask,
    consult,
    abandon,
    merge,
    transfer,
    swap,
    drop,
)
_RULES: Final[dict[Phase, tuple[Rule, ...]]] = {
    Phase.QUEUED: (),
    Phase.OFFERED: (answer, decline),
    Phase.ACTIVE: _CALL,
    Phase.WRAP_UP: (done, save_again, extend),
    Phase.CLOSED: (save_again,),
}
_SILENT_RULES: Final = {**_RULES, Phase.ACTIVE: (finish, give_back)}

RULES: Final[dict[str, Rule]] = {
    rule.__name__: rule for rules in (*_RULES.values(), _SILENT_RULES[Phase.ACTIVE]) for rule in rules
}


def shown(contact: Contact) -> tuple[Rule, ...]:
    """The controls that make sense for the contact in its phase, allowed or not."""
    return (_SILENT_RULES if contact.kind in SILENT else _RULES)[contact.phase]


def why_not(floor: Floor, contact: Contact, directory: Directory, order: str) -> str | None:
    """Why that order on the contact is not allowed now, or None."""
    if RULES[order] not in shown(contact):
        return "not_now"
    if contact.call and not floor.switch_up:
        return "switch_down"
    return RULES[order](contact, directory, surroundings(floor, contact))


def surroundings(floor: Floor, contact: Contact) -> Around:
    """What is around a contact of the floor."""
    agent = None if contact.agent is None else floor.agents.get(contact.agent)
    return around(floor.contacts.get, agent, contact)


def controls(floor: Floor, contact: Contact, directory: Directory) -> dict[str, str | None]:
    """Each control of the contact's phase: None when allowed now, else why not."""
    return situated(floor.switch_up, contact, directory, surroundings(floor, contact))


def situated(switch_up: bool, contact: Contact, directory: Directory, nearby: Around) -> dict[str, str | None]:
    """The same where the surroundings are known."""
    if contact.call and not switch_up:
        return {rule.__name__: "switch_down" for rule in shown(contact)}
    return {rule.__name__: rule(contact, directory, nearby) for rule in shown(contact)}
