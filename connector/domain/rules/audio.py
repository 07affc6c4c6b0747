"""Hold, mute, digits and the end of a call: asks state a goal, the switch's events make it true."""

from msgspec.structs import replace

from connector.domain.commands import End, Hold, Mute, Resume, SendDigits, Unmute
from connector.domain.effects import AskSwitch, EndLeg, Mix, PlayDigits, SetMute, SetRecording, SwitchAsk
from connector.domain.model import Ask, Contact, Leg, Mask, Phase, Role
from connector.domain.rules import recording
from connector.domain.step import Step

SHOWN_DIGITS = 32
"""How many of the digits sent are shown in the keypad; they live in memory only."""


_DIGITS = "digits."
"""With this the id of an ask for digits begins: it is not noted on the contact, but a refusal of it is told."""


def _legs(contact: Contact) -> tuple[Leg, Leg]:
    customer, agent = contact.leg(Role.CUSTOMER), contact.leg(Role.AGENT)
    assert customer is not None and agent is not None
    return customer, agent


def _ask_for(contact: Contact, goal: str, ask_id: str) -> SwitchAsk:
    """The ask that states an order's goal."""
    customer, agent = _legs(contact)
    match goal:
        case "hold":
            return Mix(ask_id, contact.key, (agent.id,), (customer.id,))
        case "resume":
            return Mix(ask_id, contact.key, (agent.id, customer.id), ())
        case "mute" | "unmute":
            return SetMute(ask_id, contact.key, agent.id, goal == "mute")
        case "end":
            return EndLeg(ask_id, contact.key, customer.id)
        case _:
            return SetRecording(ask_id, contact.key, recording.goal_of(contact, goal))


def _order(step: Step, contact: Contact, goal: str) -> None:
    ask_id = step.new_id()
    step.asked(contact, goal, ask_id)
    step.ask(_ask_for(contact, goal, ask_id))


def hold(step: Step, contact: Contact, _command: Hold) -> None:
    """The switch is asked to park the customer."""
    _order(step, contact, "hold")


def resume(step: Step, contact: Contact, _command: Resume) -> None:
    """The switch is asked to bring the customer back."""
    _order(step, contact, "resume")


def mute(step: Step, contact: Contact, _command: Mute) -> None:
    """The switch is asked not to hear the agent."""
    _order(step, contact, "mute")


def unmute(step: Step, contact: Contact, _command: Unmute) -> None:
    """The switch is asked to hear the agent again."""
    _order(step, contact, "unmute")


def end(step: Step, contact: Contact, _command: End) -> None:
    """The switch is asked to end the customer's leg; the rest follows from its event."""
    _order(step, contact, "end")


def send_digits(step: Step, contact: Contact, command: SendDigits) -> None:
    """The switch is asked to send the digits; they are shown unless the call is masked, and never stored."""
    customer, _agent = _legs(contact)
    step.ask(PlayDigits(_DIGITS + step.new_id(), contact.key, customer.id, command.digits))
    shown = contact.digits if contact.mask is Mask.ON else (contact.digits + command.digits)[-SHOWN_DIGITS:]
    step.put(replace(contact, digits=shown, problem=None))


def fulfilled(contact: Contact, *goals: str) -> Contact:
    """The contact without the asks for these goals; a problem of theirs is over."""
    if contact.problem is not None and contact.problem.order in goals:
        contact = replace(contact, problem=None)
    if not contact.asked:
        return contact
    asked = tuple(ask for ask in contact.asked if ask.goal not in goals)
    return contact if len(asked) == len(contact.asked) else replace(contact, asked=asked)


def muted(step: Step, contact: Contact, is_muted: bool) -> None:
    """The microphone is as the switch says."""
    known = fulfilled(contact, "mute" if is_muted else "unmute")
    if known is not contact or contact.muted is not is_muted:
        step.put(replace(known, muted=is_muted))


def refused(step: Step, contact: Contact, ask_id: str, code: str) -> None:
    """The switch will not: the agent is told, and the order can be given again.

    A refusal of what was refused, fulfilled or given up before is old news.
    """
    ask = next((ask for ask in contact.asked if ask.id == ask_id), None)
    if ask is not None:
        _failed(step, contact, ask, code)
    elif ask_id.startswith(_DIGITS) and contact.phase is Phase.ACTIVE:
        step.problem(contact, code, "digits")


def overdue(step: Step, contact: Contact, due: int) -> None:
    """The switch kept silent; should it do the thing later, its event still counts."""
    for ask in [ask for ask in contact.asked if ask.due <= due]:
        _failed(step, step.contact(contact.key) or contact, ask, "switch_timeout")


def _failed(step: Step, contact: Contact, ask: Ask, code: str) -> None:
    contact = replace(contact, asked=tuple(other for other in contact.asked if other is not ask))
    if ask.goal == "mask":
        contact = recording.not_masked(contact)
    step.problem(contact, code, ask.goal)


def asks_again(contact: Contact) -> list[AskSwitch]:
    """What an active contact asked for and has not seen fulfilled, to be asked again after a reconnect."""
    if contact.phase is not Phase.ACTIVE or len(contact.legs) < 2:
        return []
    return [
        AskSwitch(_ask_for(contact, ask.goal, ask.id)) for ask in contact.asked if ask.goal not in ("answer", "dial")
    ]
