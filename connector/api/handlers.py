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
    "done": c.Done,
    "save_again": c.SaveAgain,
}


def command(agent: str, message: Command) -> c.Command:
    """The domain command that a message stands for.

    Raises `BadInput`: command_unknown, or field_missing naming the field.
    """
    name = message.name
    if name == "set_state":
        state = AgentState(_needed(message.state, "state", name))
        return c.SetState(agent, state, message.reason or "")
    if name == "log_out":
        return c.LogOut(agent)
    if name == "dial":
        return c.Dial(agent, _needed(message.number, "number", name), message.skill or "", record(message.record))
    if name == "digits":
        contact = _needed(message.contact, "contact", name)
        return c.SendDigits(agent, contact, _needed(message.digits, "digits", name))
    make = _ON_CONTACT.get(name)
    if make is None:
        raise BadInput("command_unknown", "name", f"There is no command {name!r}.")
    return make(agent, _needed(message.contact, "contact", name))


def draft(agent: str, message: DraftMessage, known: Callable[[RecordLink], Record]) -> c.SaveDraft:
    """The draft's change; `known` fills in what is already known of a record."""
    chosen = known(message.record) if message.record else None
    return c.SaveDraft(agent, message.contact, message.field, message.revision, message.text, message.tags, chosen)


def visit(agent: str, message: Visited) -> c.Visit:
    """A record's tab became active."""
    found = record(message.record)
    assert found is not None
    return c.Visit(agent, found)
