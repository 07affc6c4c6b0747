"""What the simulated switch and a connector say to each other over their WebSocket: JSON, one message each.

The connector sends asks, as they stand in `connector.domain.effects`, and `Provide`.  The switch sends `Snapshotted`
first and then, in order, `Happened`; `Replaced` is the last message to a connector whose place another one took.
"""

from typing import Final, get_args

import msgspec
from msgspec import Struct

from connector.domain.effects import SwitchAsk
from connector.domain.emergency import PhonePlan
from connector.domain.events import SwitchEvent
from connector.ports.switch import Snapshot

KEY_HEADER: Final = "X-Sandbox-Key"


class Snapshotted(Struct, frozen=True, tag="snapshot"):
    """All that the switch knows."""

    snapshot: Snapshot


class Happened(Struct, frozen=True, tag="event"):
    """One event: the name of its class, and its fields."""

    name: str
    event: msgspec.Raw


class Replaced(Struct, frozen=True, tag="replaced"):
    """Another connector has this switch now."""


class Provide(Struct, frozen=True, tag=True):
    """How emergency numbers leave that are dialled on phones themselves, from now on."""

    plans: tuple[PhonePlan, ...]


class Rejected(Struct, frozen=True, tag="rejected"):
    """The switch could not read what it was sent, and did nothing."""

    reason: str


FromSwitch = Snapshotted | Happened | Replaced | Rejected

_EVENTS: Final = {kind.__name__: msgspec.json.Decoder(kind) for kind in get_args(SwitchEvent)}
_encoder: Final = msgspec.json.Encoder()
_from_switch: Final[msgspec.json.Decoder[FromSwitch]] = msgspec.json.Decoder(FromSwitch)
_from_connector: Final[msgspec.json.Decoder[SwitchAsk | Provide]] = msgspec.json.Decoder(SwitchAsk | Provide)


def encode(message: FromSwitch | SwitchEvent | SwitchAsk | Provide) -> str:
    """The text of a message; an event is wrapped in `Happened`."""
    name = type(message).__name__
    if name in _EVENTS:
        message = Happened(name, msgspec.Raw(_encoder.encode(message)))
    return _encoder.encode(message).decode()


def decode_from_connector(text: str | bytes) -> SwitchAsk | Provide:
    """What the connector asks, or lets the switch know.  Raises msgspec.ValidationError or DecodeError otherwise."""
    return _from_connector.decode(text)


def decode_from_switch(text: str | bytes) -> FromSwitch:
    """What the switch says.  Raises msgspec.ValidationError or DecodeError for anything else."""
    return _from_switch.decode(text)


def event_of(message: Happened) -> SwitchEvent | None:
    """The event, or None for one that this version does not know."""
    decoder = _EVENTS.get(message.name)
    return None if decoder is None else decoder.decode(message.event)
