"""What the driver knows of Asterisk's channels: the exchange as a register, and notes on the channels themselves.

The notes outlive this process: whoever connects next reads from them whose each leg is.
"""

from typing import Final

import msgspec
from msgspec import Struct

from connector.domain.model import LegState, Role
from connector.switch.asterisk.parse import Channel as AriChannel
from connector.switch.asterisk.parse import milliseconds
from connector.switch.register.channel import Channel
from connector.switch.register.named import record_of

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
    announced: bool = False
    dialled: bool = False
    record: str = ""


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
        channel.announced,
        channel.dialled,
        channel.record,
    )
    return msgspec.json.encode(note).decode()


def leg_of(channel: AriChannel, text: str) -> Channel | None:
    """The leg that a channel with that note is; None for one that is none of ours, such as a spy.

    A caller who was not noted yet, or whose note is none, is known by the arguments of the dialplan.
    """
    try:
        note = _NOTES.decode(text)
    except msgspec.DecodeError:
        return _unnoted(channel)
    # A caller may have been answered by the dialplan while we were away; that one of ours was is found out just now.
    answered = LegState.HELD if note.held else LegState.CONNECTED
    up = LegState.RINGING if note.answered is None else answered
    states = {"Up": up, "Ring": LegState.RINGING, "Ringing": LegState.RINGING}
    return Channel(
        channel.id,
        note.role,
        note.number,
        note.line,
        note.since,
        states.get(channel.state, LegState.DIALING),
        note.contact,
        note.device,
        note.customer,
        note.inbound,
        note.answered,
        note.muted,
        announced=note.announced,
        dialled=note.dialled,
        record=note.record,
    )


def _unnoted(channel: AriChannel) -> Channel | None:
    _, _, arguments = channel.dialplan.app_data.partition(",")
    kind, line, record, *_ = (*arguments.split(","), "", "", "")
    if channel.dialplan.app_name != "Stasis" or kind != "inbound":
        return None
    at = milliseconds(channel.creationtime)
    caller, record = channel.caller.shown, record_of(record, channel.id)
    return Channel(channel.id, Role.CUSTOMER, caller, line, at, LegState.RINGING, inbound=True, record=record)
