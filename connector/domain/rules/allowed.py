"""What may be done now and, if not, why not: the one rule behind `guard`, `decide` and the controls of the panel.

Each rule takes a contact and the directory and returns None or a stable code.  The codes are documented in
`docs/reference/codes.md`; the panel has words for each.
"""

from collections.abc import Callable
from typing import Final

from connector.domain.directory import Directory, RecordingMode, Skill
from connector.domain.model import (
    Agent,
    AgentState,
    Contact,
    Floor,
    LegState,
    Mask,
    Phase,
    Recording,
    Role,
    SaveState,
)
from connector.domain.tasks import disposition_missing

Rule = Callable[[Contact, Directory], str | None]

_CONTRADICTS: Final[dict[str, frozenset[str]]] = {
    "answer": frozenset({"answer", "decline"}),
    "decline": frozenset({"answer", "decline"}),
    "end": frozenset({"end"}),
    "hold": frozenset({"hold", "resume", "end"}),
    "resume": frozenset({"hold", "resume", "end"}),
    "mute": frozenset({"mute", "unmute", "end"}),
    "unmute": frozenset({"mute", "unmute", "end"}),
    "digits": frozenset({"hold", "end"}),
    "record": frozenset({"record", "stop_record", "mask", "unmask", "hold", "end"}),
    "stop_record": frozenset({"record", "stop_record", "mask", "unmask", "hold", "end"}),
    "mask": frozenset({"record", "stop_record", "mask", "unmask", "hold", "end"}),
    "unmask": frozenset({"record", "stop_record", "mask", "unmask", "hold", "end"}),
}
"""For each order the goals that must not be under way when it is given."""


def _pending(contact: Contact, order: str) -> str | None:
    if contact.asked and any(ask.goal in _CONTRADICTS[order] for ask in contact.asked):
        return "pending"
    return None


def _talking(contact: Contact) -> str | None:
    """None when agent and customer can hear each other."""
    if contact.phase is not Phase.ACTIVE:
        return "not_now"
    customer = contact.leg(Role.CUSTOMER)
    if customer is None or customer.state in (LegState.DIALING, LegState.RINGING):
        return "not_answered"
    return "held" if customer.state is LegState.HELD else None


def _offered(contact: Contact) -> str | None:
    return None if contact.phase is Phase.OFFERED else "not_now"


def answer(contact: Contact, _directory: Directory) -> str | None:
    """An offered call can be answered once."""
    return _offered(contact) or _pending(contact, "answer")


def decline(contact: Contact, _directory: Directory) -> str | None:
    """An offered call can be declined until it is being answered."""
    return _offered(contact) or _pending(contact, "decline")


def end(contact: Contact, _directory: Directory) -> str | None:
    """A call on hold cannot be ended from the session: a slip of the finger must not drop a waiting customer."""
    if contact.phase is not Phase.ACTIVE:
        return "not_now"
    return "held" if contact.held else _pending(contact, "end")


def hold(contact: Contact, _directory: Directory) -> str | None:
    """A customer one talks to can be parked."""
    return _talking(contact) or _pending(contact, "hold")


def resume(contact: Contact, _directory: Directory) -> str | None:
    """A parked customer can be brought back, by an agent whose own leg is connected."""
    if contact.phase is not Phase.ACTIVE:
        return "not_now"
    if not contact.held:
        return "not_held"
    return _agent_connected(contact) or _pending(contact, "resume")


def _agent_connected(contact: Contact) -> str | None:
    leg = contact.leg(Role.AGENT)
    return None if leg is not None and leg.state is LegState.CONNECTED else "phone_ringing"


def mute(contact: Contact, _directory: Directory) -> str | None:
    """The microphone can be turned off during a call, on hold too."""
    if contact.phase is not Phase.ACTIVE:
        return "not_now"
    if contact.muted:
        return "muted"
    return _agent_connected(contact) or _pending(contact, "mute")


def unmute(contact: Contact, _directory: Directory) -> str | None:
    """A microphone that is off can be turned on."""
    if contact.phase is not Phase.ACTIVE:
        return "not_now"
    if not contact.muted:
        return "not_muted"
    return _agent_connected(contact) or _pending(contact, "unmute")


def digits(contact: Contact, _directory: Directory) -> str | None:
    """Digits go to whom one talks to."""
    return _talking(contact) or _pending(contact, "digits")


def _not_left_to_the_agent(contact: Contact, directory: Directory) -> str | None:
    mode = directory.skill(contact.skill).recording
    return None if mode is RecordingMode.ON_DEMAND else f"recording_{mode}"


def record(contact: Contact, directory: Directory) -> str | None:
    """Recording can be started where the skill leaves it to the agent."""
    if (why := _not_left_to_the_agent(contact, directory)) is not None:
        return why
    if (why := _talking(contact)) is not None:
        return why
    if contact.mask is Mask.ON:
        return "masked"
    return "recording" if contact.recording is not Recording.OFF else _pending(contact, "record")


def stop_record(contact: Contact, directory: Directory) -> str | None:
    """A recording can be stopped where the skill leaves it to the agent."""
    if (why := _not_left_to_the_agent(contact, directory)) is not None:
        return why
    if (why := _talking(contact)) is not None:
        return why
    if contact.mask is Mask.ON:
        return "masked"
    return "not_recording" if contact.recording is Recording.OFF else _pending(contact, "stop_record")


def mask(contact: Contact, _directory: Directory) -> str | None:
    """What is said to whom one talks to can be masked."""
    if (why := _talking(contact)) is not None:
        return why
    return "masked" if contact.mask is Mask.ON else _pending(contact, "mask")


def unmask(contact: Contact, _directory: Directory) -> str | None:
    """A mask can be taken off while one talks; it stays on through a hold."""
    if (why := _talking(contact)) is not None:
        return why
    return "not_masked" if contact.mask is not Mask.ON else _pending(contact, "unmask")


def done(contact: Contact, directory: Directory) -> str | None:
    """Wrap-up can be ended once a disposition is there where the skill requires one."""
    if contact.phase is not Phase.WRAP_UP:
        return "not_now"
    return "disposition_required" if disposition_missing(contact, directory) else None


def save_again(contact: Contact, _directory: Directory) -> str | None:
    """A Task that Salesforce refused can be tried again."""
    if contact.phase is not Phase.WRAP_UP:
        return "not_now"
    return None if contact.save.state is SaveState.ATTENTION else "nothing_to_save"


RULES: Final[dict[str, Rule]] = {
    rule.__name__: rule
    for rule in (
        answer,
        decline,
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
        done,
        save_again,
    )
}

SHOWN: Final[dict[Phase, tuple[str, ...]]] = {
    Phase.QUEUED: (),
    Phase.OFFERED: ("answer", "decline"),
    Phase.ACTIVE: (
        "end",
        "hold",
        "resume",
        "mute",
        "unmute",
        "digits",
        "record",
        "stop_record",
        "mask",
        "unmask",
    ),
    Phase.WRAP_UP: ("done", "save_again"),
    Phase.CLOSED: (),
}
"""The controls that make sense in a phase, allowed or not."""


WITHOUT_SWITCH: Final = frozenset({"done", "save_again"})
"""What can be done while the switch cannot be asked."""


def why_not(floor: Floor, contact: Contact, directory: Directory, order: str) -> str | None:
    """Why that order on the contact is not allowed now, or None."""
    if not floor.switch_up and order not in WITHOUT_SWITCH:
        return "switch_down"
    return RULES[order](contact, directory)


def controls(floor: Floor, contact: Contact, directory: Directory) -> dict[str, str | None]:
    """Each control of the contact's phase: None when allowed now, else why not."""
    return {name: why_not(floor, contact, directory, name) for name in SHOWN[contact.phase]}


def live_contact(floor: Floor, agent: Agent) -> Contact | None:
    """The contact that occupies the agent's phone, or None."""
    for key in agent.contacts:
        contact = floor.contacts.get(key)
        if contact is not None and contact.live:
            return contact
    return None


def outbound_skills(directory: Directory, agent: str) -> list[Skill]:
    """The skills with which an agent may dial, in the directory's order."""
    profile = directory.agents.get(agent)
    mine = profile.skills if profile else {}
    return [skill for skill in directory.skills.values() if skill.outbound and skill.id in mine]


def set_state(_floor: Floor, directory: Directory, agent: Agent) -> str | None:
    """An agent of the directory may choose a state at any time; during a call it applies afterwards."""
    return None if agent.id in directory.agents else "unknown_agent"


def log_out(floor: Floor, _directory: Directory, agent: Agent) -> str | None:
    """Not with a live contact, nor with one to wrap up: its note would have no reader."""
    if agent.state is AgentState.LOGGED_OUT:
        return "logged_out"
    if live_contact(floor, agent) is not None:
        return "live_contact"
    return "wrap_up" if agent.contacts else None


def dial(floor: Floor, directory: Directory, agent: Agent) -> str | None:
    """Whatever the agent's state, with a phone that can be rung, an outbound skill and no other call."""
    if agent.state is AgentState.LOGGED_OUT:
        return "logged_out"
    if live_contact(floor, agent) is not None:
        return "live_call"
    if not floor.switch_up:
        return "switch_down"
    if not agent.phone_ready:
        return "no_phone"
    return None if outbound_skills(directory, agent.id) else "no_outbound_skill"


AGENT_RULES: Final = {"set_state": set_state, "log_out": log_out, "dial": dial}


def agent_controls(floor: Floor, directory: Directory, agent: Agent) -> dict[str, str | None]:
    """Each control of an agent: None when allowed now, else why not."""
    return {name: rule(floor, directory, agent) for name, rule in AGENT_RULES.items()}
