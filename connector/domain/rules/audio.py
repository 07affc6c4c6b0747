"""Hold, mute, digits and the end of a call: asks state a goal, the switch's events make it true."""

from msgspec.structs import replace

from connector.domain.commands import Drop, End, Hold, Merge, Mute, Resume, SendDigits, Swap, Unmute
from connector.domain.effects import AskSwitch, Connect, EndLeg, Mix, PlayDigits, SetMute, SwitchAsk
from connector.domain.model import UP, Ask, Contact, Kind, Leg, Mask, Phase, Role
from connector.domain.rules import mixes, recording
from connector.domain.step import Step
from connector.errors import BadInput, NotAllowed

SHOWN_DIGITS = 32
"""How many of the digits sent are shown in the keypad; they live in memory only."""


_DIGITS = "digits."
"""With this the id of an ask for digits begins: it is not noted on the contact, but a refusal of it is told."""


def _legs(contact: Contact) -> tuple[Leg, Leg]:
    customer, agent = contact.leg(Role.CUSTOMER), contact.leg(Role.AGENT)
    assert customer is not None and agent is not None
    return customer, agent


def _ask_for(step: Step, contact: Contact, goal: str, ask_id: str) -> SwitchAsk:
    """The ask that states an order's goal."""
    customer, agent = _legs(contact)
    match goal:
        case "mute" | "unmute":
            return SetMute(ask_id, contact.key, agent.id, goal == "mute")
        case "end":
            # A colleague's leg is theirs to keep, and a conference goes on without this agent.
            theirs = contact.conference or bool(customer.agent)
            return EndLeg(ask_id, contact.key, agent.id if theirs else customer.id)
        case "resume" if contact.recalled:
            return Connect(ask_id, contact.key, customer.id, agent.id)
        case "hold" | "resume" | "talk" | "step_out" | "merge" | "transfer":
            return Mix(ask_id, contact.key, *_mix(step, contact, goal))
        case _:
            return recording.asked(step, contact, goal, ask_id)


def _mix(step: Step, contact: Contact, goal: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Who is to talk with each other, and who is parked."""
    customer, agent = _legs(contact)
    if goal == "hold":
        return () if contact.recalled else (agent.id,), (customer.id,)
    others = mixes.present(step, contact)
    consulted = contact.consulted
    asked = () if consulted is None or consulted.state not in UP else (consulted.id,)
    match goal:
        case "resume":
            return (agent.id, *others), asked
        case "talk":
            return (agent.id, *asked), () if contact.conference else (customer.id,)
        case "step_out":
            return others, ()
    if consulted is None:
        other = mixes.other_call(step, contact)
        assert other is not None
        _far, mine = _legs(other)
        return (*(() if goal == "transfer" else (mine.id,)), *mixes.present(step, other), *others), ()
    return (*(() if goal == "transfer" else (agent.id,)), *others, *asked), ()


def order(step: Step, contact: Contact, goal: str) -> Contact:
    """The switch is asked for the goal, and that it was is noted; the contact as it is then."""
    ask_id = step.new_id()
    ask = _ask_for(step, contact, goal, ask_id)
    noted = step.asked(contact, goal, ask_id)
    step.ask(ask)
    return noted


def step_aside(step: Step, contact: Contact) -> Contact:
    """The customer is asked onto hold; a conference is left by the agent's leg alone, and the others talk on."""
    pending = any(ask.goal in ("hold", "step_out") for ask in contact.asked)
    if len(mixes.present(step, contact)) > 1:
        return order(step, contact, "step_out") if contact.in_ear and not pending else contact
    return contact if contact.held or pending else order(step, contact, "hold")


def only_in_ear(step: Step, contact: Contact) -> None:
    """The agent has come to talk in this contact: any other call of theirs that is not on hold is put there."""
    other = mixes.other_call(step, contact)
    if other is None or not other.in_ear or other.asked_by or other.consult is not None:
        return
    # An emergency call does not go on hold because somebody whom the agent had dialled before answers.
    late = other.emergency and not contact.emergency and contact.kind is not Kind.INBOUND
    step_aside(step, contact if late else other)


def hold(step: Step, contact: Contact, _command: Hold) -> None:
    """The switch is asked to park the customer."""
    order(step, contact, "hold")


def resume(step: Step, contact: Contact, _command: Resume) -> None:
    """The switch is asked to bring the customer back."""
    order(step, contact, "resume")


def mute(step: Step, contact: Contact, _command: Mute) -> None:
    """The switch is asked not to hear the agent."""
    order(step, contact, "mute")


def unmute(step: Step, contact: Contact, _command: Unmute) -> None:
    """The switch is asked to hear the agent again."""
    order(step, contact, "unmute")


def end(step: Step, contact: Contact, _command: End) -> None:
    """The switch is asked to end the customer's leg; the rest follows from its event."""
    order(step, contact, "end")


def swap(step: Step, contact: Contact, _command: Swap) -> None:
    """The one in the agent's ear is asked onto hold, and the one on hold back."""
    if contact.consult is not None:
        order(step, contact, "talk" if contact.in_ear else "resume")
        return
    other = mixes.other_call(step, contact)
    assert other is not None
    if other.conference:
        step_aside(step, other)
        order(step, contact, "resume")
        return
    ask_id = step.new_id()
    step.ask(Mix(ask_id, contact.key, _mix(step, contact, "resume")[0], _mix(step, other, "hold")[1]))
    step.asked(contact, "resume", ask_id)
    if not any(ask.goal == "hold" for ask in other.asked):
        step.asked(other, "hold", ask_id)


def merge(step: Step, contact: Contact, _command: Merge) -> None:
    """The switch is asked to let the consulted one, or the other call, in.

    Raises `NotAllowed` while the colleague at the far end is away.
    """
    mixes.far_end_is_here(step, contact)
    order(step, contact, "merge")


def drop(step: Step, contact: Contact, command: Drop) -> None:
    """The switch is asked to end the leg of a party.  Raises `NotAllowed` for one that this agent did not bring in."""
    leg = contact.leg_of(command.leg)
    if leg is None or leg.role is not Role.CONSULTED or not leg.joined:
        raise BadInput("choice_unknown", "leg", "There is no such party in this conference (any more).")
    if not leg.invited:
        raise NotAllowed("not_invited", "Only who brought a party in can take it out.")
    step.ask(EndLeg(step.new_id(), contact.key, leg.id))


def send_digits(step: Step, contact: Contact, command: SendDigits) -> None:
    """The switch is asked to send the digits; they are shown unless the call is masked, and never stored."""
    hears = contact.leg(Role.CUSTOMER) if contact.in_ear else contact.consulted
    assert hears is not None
    step.ask(PlayDigits(_DIGITS + step.new_id(), contact.key, hears.id, command.digits))
    shown = contact.digits if contact.mask is Mask.ON else (contact.digits + command.digits)[-SHOWN_DIGITS:]
    step.put(replace(contact, digits=shown, problem=None))


def fulfilled(contact: Contact, *goals: str) -> Contact:
    """The contact without the asks for these goals; a problem of theirs is over."""
    if contact.problem is not None and contact.problem.order in goals:
        contact = replace(contact, problem=None)
    asked = tuple(ask for ask in contact.asked if ask.goal not in goals)
    return contact if len(asked) == len(contact.asked) else replace(contact, asked=asked)


def muted(step: Step, contact: Contact, is_muted: bool) -> None:
    """The microphone is as the switch says."""
    if contact.muted is not is_muted:
        step.put(replace(fulfilled(contact, "mute" if is_muted else "unmute"), muted=is_muted))


def refused(step: Step, contact: Contact, ask_id: str, code: str) -> None:
    """The switch will not: the agent is told, and the order can be given again.

    A refusal of what was refused, fulfilled or given up before is old news.
    """
    ask = next((ask for ask in contact.asked if ask.id == ask_id), None)
    if ask is not None:
        _failed(step, contact, ask, code)
        _swap_failed(step, contact, ask_id)
    elif ask_id.startswith(_DIGITS) and contact.phase is Phase.ACTIVE:
        step.problem(contact, code, "digits")


def _swap_failed(step: Step, contact: Contact, ask_id: str) -> None:
    """Two calls that were to change places stay as they are: the agent is told of one of them."""
    other = mixes.other_call(step, contact)
    if other is not None and any(ask.id == ask_id for ask in other.asked):
        step.put(replace(other, asked=tuple(ask for ask in other.asked if ask.id != ask_id)))


def overdue(step: Step, contact: Contact, due: int) -> None:
    """The switch kept silent; should it do the thing later, its event still counts."""
    for ask in [ask for ask in contact.asked if ask.due <= due]:
        contact = _failed(step, contact, ask, "switch_timeout")


def _failed(step: Step, contact: Contact, ask: Ask, code: str) -> Contact:
    contact = replace(contact, asked=tuple(other for other in contact.asked if other is not ask))
    if ask.goal == "mask":
        contact = recording.not_masked(contact)
    return step.problem(contact, code, ask.goal)


def asks_again(step: Step, contact: Contact) -> list[AskSwitch]:
    """What a contact asked for and has not seen fulfilled, to be asked again after a reconnect."""
    again = [ask for ask in contact.asked if ask.goal not in ("answer", "dial") and not _other_gone(step, contact, ask)]
    return [AskSwitch(_ask_for(step, contact, ask.goal, ask.id)) for ask in again]


def _other_gone(step: Step, contact: Contact, ask: Ask) -> bool:
    """Whether two calls were to be brought together of which there is only one now."""
    together = ask.goal in ("merge", "transfer") and contact.consult is None
    return together and mixes.other_call(step, contact) is None
