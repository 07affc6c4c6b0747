"""Wire command to domain command: by name, with the agent of the session, never of the message."""

from collections.abc import Callable
from typing import Final, TypeVar

from connector.domain import commands as c
from connector.domain.model import AgentState, Record
from connector.errors import BadInput
from connector.wire.commands import Command, DraftMessage, RecordLink, Visited

T = TypeVar("T")


def _needed(value: T | None, field: str, command: str) -> T:
    if value is None:
        raise BadInput("field_missing", field, f"The command {command!r} needs {field!r}.")
    return value


def record(link: RecordLink | None, why: str = "") -> Record | None:
    """A record as the panel names it."""
    return None if link is None else Record(link.id, link.type, link.name, why=why)


_ON_CONTACT: Final[dict[str, Callable[[str, str], c.Command]]] = {
    "answer": c.Answer,
    "decline": c.Decline,
    "end": c.End,
    "hold": c.Hold,
    "resume": c.Resume,
    "mute": c.Mute,
    "unmute": c.Unmute,
    "record": c.StartRecord,
    "stop_record": c.StopRecord,
    "mask": c.StartMask,
    "unmask": c.StopMask,
    "abandon": c.Abandon,
    "merge": c.Merge,
    "transfer": c.Transfer,
    "swap": c.Swap,
    "finish": c.Finish,
    "give_back": c.GiveBack,
    "extend": c.Extend,
    "done": c.Done,
    "save_again": c.SaveAgain,
}


def _set_state(agent: str, message: Command) -> c.Command:
    return c.SetState(agent, AgentState(_needed(message.state, "state", message.name)), message.reason or "")


def _dial(agent: str, message: Command) -> c.Command:
    number = _needed(message.number, "number", message.name)
    chosen = record(message.record)
    return c.Dial(agent, number, message.skill or "", chosen, message.hold, message.work or "")


def _favourite(agent: str, message: Command) -> c.Command:
    entry = _needed(message.entry, "entry", message.name)
    return c.SetFavourite(agent, entry, _needed(message.on, "on", message.name))


def _consult(agent: str, message: Command) -> c.Command:
    contact = _needed(message.contact, "contact", message.name)
    to = _needed(message.to, "to", message.name)
    return c.Consult(agent, contact, to.kind, to.id)


def _drop(agent: str, message: Command) -> c.Command:
    contact = _needed(message.contact, "contact", message.name)
    return c.Drop(agent, contact, _needed(message.leg, "leg", message.name))


def _digits(agent: str, message: Command) -> c.Command:
    contact = _needed(message.contact, "contact", message.name)
    return c.SendDigits(agent, contact, _needed(message.digits, "digits", message.name))


def _step(agent: str, message: Command) -> c.Command:
    contact = _needed(message.contact, "contact", message.name)
    return c.BeginStep(agent, contact, _needed(message.work, "work", message.name))


_WITH_VALUES: Final[dict[str, Callable[[str, Command], c.Command]]] = {
    "set_state": _set_state,
    "log_out": lambda agent, _: c.LogOut(agent),
    "dial": _dial,
    "dial_emergency": lambda agent, message: c.DialEmergency(agent, _needed(message.number, "number", message.name)),
    "favourite": _favourite,
    "line": lambda agent, message: c.SetLine(agent, _needed(message.on, "on", message.name)),
    "digits": _digits,
    "consult": _consult,
    "drop": _drop,
    "step": _step,
}


def command(agent: str, message: Command) -> c.Command:
    """The domain command that a message stands for.

    Raises `BadInput`: command_unknown, or field_missing naming the field.
    """
    if (make := _WITH_VALUES.get(message.name)) is not None:
        return make(agent, message)
    if (on_contact := _ON_CONTACT.get(message.name)) is not None:
        return on_contact(agent, _needed(message.contact, "contact", message.name))
    raise BadInput("command_unknown", "name", f"There is no command {message.name!r}.")


def draft(agent: str, message: DraftMessage, known: Callable[[RecordLink], Record]) -> c.SaveDraft:
    """The draft's change; `known` fills in what is already known of a record."""
    chosen = known(message.record) if message.record else None
    return c.SaveDraft(agent, message.contact, message.field, message.revision, message.text, message.tags, chosen)


def visit(agent: str, message: Visited) -> c.Visit:
    """A record's tab became active."""
    found = record(message.record)
    assert found is not None
    return c.Visit(agent, found)
