"""What the driver knows of Asterisk's channels: the exchange as a register, and notes on the channels themselves.

The notes outlive this process: whoever connects next reads from them whose each leg is.
"""

from collections.abc import Callable
from typing import Final

import msgspec
from msgspec import Struct

from connector.domain.model import LegState, Role
from connector.switch.simulated.channel import Channel

NOTE: Final = "PHONE_PANEL"
"""The channel variable with the note."""


class Note(Struct, frozen=True, omit_defaults=True):
    """What a channel cannot say by itself."""

    role: Role
    number: str
    line: str
    since: int
    contact: str | None = None
    device: str = ""
    customer: str = ""
    inbound: bool = False
    answered: int | None = None
    muted: bool = False
    held: bool = False


_NOTES: Final = msgspec.json.Decoder(Note)


def note_of(channel: Channel) -> str:
    """The note for a leg as it is."""
    note = Note(
        channel.role,
        channel.number,
        channel.line,
        channel.since,
        channel.contact,
        channel.device,
        channel.customer,
        channel.inbound,
        channel.answered,
        channel.muted,
        channel.state is LegState.HELD,
    )
    return msgspec.json.encode(note).decode()


def channel_of(leg: str, text: str, state: str) -> Channel:
    """The leg of a note, on a channel in Asterisk's `state`.  Raises `msgspec.DecodeError` for what is no note."""
    note = _NOTES.decode(text)
    up = LegState.HELD if note.held else LegState.CONNECTED
    states = {"Up": up, "Ring": LegState.RINGING, "Ringing": LegState.RINGING}
    return Channel(
        leg,
        note.role,
        note.number,
        note.line,
        note.since,
        states.get(state, LegState.DIALING),
        note.contact,
        note.device,
        note.customer,
        note.inbound,
        note.answered,
        note.muted,
    )


Then = Callable[[], None]
"""What is to be done when a leg is up."""
