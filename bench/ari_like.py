"""Events as Asterisk's ARI sends them, decoded the same way on both sides of a comparison.

The connector's own Asterisk driver does not exist yet.  This is the least that one must do: one typed decode, and the
time stamp to milliseconds.  Values of the sample follow the documentation of Asterisk's REST interface.
"""

from datetime import UTC, datetime
from typing import Final

import msgspec
from msgspec import Struct

from connector.domain.events import CallArrived, LegEnded, LegHeld, LegResumed, SwitchEvent


class _Caller(Struct):
    name: str
    number: str


class _Channel(Struct):
    id: str
    state: str
    caller: _Caller


class _ChannelEvent(Struct):
    timestamp: str
    channel: _Channel


class ChannelHold(_ChannelEvent, tag="ChannelHold"):
    """The far end was put on hold."""


class ChannelUnhold(_ChannelEvent, tag="ChannelUnhold"):
    """And taken off."""


class StasisStart(_ChannelEvent, tag="StasisStart"):
    """A customer calls."""


class ChannelDestroyed(_ChannelEvent, tag="ChannelDestroyed"):
    """And hangs up."""


class Away(Struct, tag="Away"):
    """Of the benchmark: the switch cannot be asked."""


class Back(Struct, tag="Back"):
    """Of the benchmark: it can be asked again."""


AriLike = ChannelHold | ChannelUnhold | StasisStart | ChannelDestroyed | Away | Back
decode: Final = msgspec.json.Decoder(AriLike).decode


def milliseconds(timestamp: str) -> int:
    """ARI writes 2026-11-22T10:00:00.123+0000."""
    return round(datetime.fromisoformat(timestamp).timestamp() * 1000)


def event_of(message: AriLike) -> SwitchEvent | None:
    """In the words of the core; None for what is not about a channel."""
    if type(message) is ChannelHold:
        return LegHeld(message.channel.id, milliseconds(message.timestamp))
    if type(message) is ChannelUnhold:
        return LegResumed(message.channel.id, milliseconds(message.timestamp))
    if type(message) is StasisStart:
        caller = message.channel.caller.number
        return CallArrived(message.channel.id, caller, "+14155550100", milliseconds(message.timestamp))
    if type(message) is ChannelDestroyed:
        return LegEnded(message.channel.id, "normal", milliseconds(message.timestamp))
    return None


_MESSAGE = (
    '{"type":"%s","timestamp":"%s","channel":{"id":"%s","name":"PJSIP/trunk-%08x","state":"Up","protocol_id":'
    '"5b1c2f7e-%08x@198.51.100.7","caller":{"name":"Mia Chen","number":"%s"},"connected":{"name":"Sam Rivera",'
    '"number":"2041"},"accountcode":"","dialplan":{"context":"from-trunk","exten":"+14155550100","priority":2,'
    '"app_name":"Stasis","app_data":"phone-panel,inbound"},"creationtime":"2026-11-23T08:00:00.000+0000","language":'
    '"en","channelvars":{"PHONE_CONTACT":"%s"}},"asterisk_id":"02:42:ac:11:00:02","application":"phone-panel"}'
)


def message(kind: str, leg: str, at: int, number: str, key: str) -> bytes:
    """One event about a channel."""
    moment = datetime.fromtimestamp(at // 1000, UTC)
    stamp = f"{moment:%Y-%m-%dT%H:%M:%S}.{at % 1000:03d}+0000"
    serial = int(leg.partition(".")[2])
    return (_MESSAGE % (kind, stamp, leg, serial, serial, number, key)).encode()
