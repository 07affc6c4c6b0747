"""What Asterisk tells over its event socket, as types: pure, and only what the driver uses.

Shapes: Asterisk 22, `rest-api/api-docs/events.json`; the tests have messages that a real one sent.
"""

import datetime as dt
from typing import Final

import msgspec
from msgspec import Struct, field


class Caller(Struct, frozen=True, gc=False):
    """A party's number as the carrier or phone said it."""

    name: str = ""
    number: str = ""

    @property
    def shown(self) -> str:
        """The number, "" when it is withheld; SIP has a word in its place then, as anonymous (RFC 3323)."""
        return self.number if any(sign.isdigit() for sign in self.number) else ""


class Dialplan(Struct, frozen=True, gc=False):
    """Where the channel is, and what it does: `app_data` are the application's arguments."""

    context: str = ""
    app_name: str = ""
    app_data: str = ""


class Channel(Struct, frozen=True):
    """A channel: ours have the id of their leg, a caller's has Asterisk's own.

    `state` is Down, Ring (it calls us), Ringing (we ring it) or Up; `protocol_id` SIP's Call-ID.
    """

    id: str
    name: str = ""
    state: str = ""
    protocol_id: str = ""
    caller: Caller = Caller()
    dialplan: Dialplan = Dialplan()
    creationtime: str = ""

    @property
    def device(self) -> str:
        """The endpoint, as 2041 of PJSIP/2041-00000007; "" for a channel that is none of PJSIP's."""
        technology, _, rest = self.name.partition("/")
        return rest.rpartition("-")[0] if technology == "PJSIP" else ""

    @property
    def spied(self) -> str:
        """Whom a spy listens to; "" for anybody else."""
        technology, _, rest = self.name.partition("/")
        return rest.rpartition("-")[0] if technology == "Snoop" else ""

    @property
    def application(self) -> str:
        """The Stasis application whose hands it is in; "" for one that is in the dialplan."""
        return self.dialplan.app_data.partition(",")[0] if self.dialplan.app_name == "Stasis" else ""


class Bridge(Struct, frozen=True):
    """A bridge, and who is in it after the event."""

    id: str
    channels: tuple[str, ...] = ()


class Recording(Struct, frozen=True, gc=False):
    """A live recording; `cause` why there is none."""

    name: str
    cause: str = ""


class DeviceState(Struct, frozen=True, gc=False):
    """`name` as PJSIP/2041; `state` UNAVAILABLE when no phone is registered."""

    name: str
    state: str


class Message(Struct, frozen=True, tag_field="type", tag=True):
    """What all have; `timestamp` as 2026-11-25T13:57:50.114+0000."""

    timestamp: str = ""

    @property
    def at(self) -> int:
        """Milliseconds since 1970, UTC."""
        return milliseconds(self.timestamp)


class OfChannel(Message, frozen=True, tag=True, kw_only=True):
    """News of one channel."""

    channel: Channel


class StasisStart(OfChannel, frozen=True, tag=True):
    """The channel is ours to control; `args` are those of the dialplan or of the request that made it."""

    args: tuple[str, ...] = ()


class StasisEnd(OfChannel, frozen=True, tag=True):
    """The channel is not ours any more: it has hung up, or goes on in the dialplan."""


class ChannelStateChange(OfChannel, frozen=True, tag=True):
    """Its `state` is another one."""


class ChannelHangupRequest(OfChannel, frozen=True, tag=True):
    """Somebody hangs up, `cause` says why; of a caller whom we had, `StasisEnd` is the last that is told."""

    cause: int = 0


class ChannelDestroyed(OfChannel, frozen=True, tag=True):
    """It is gone.  `cause` is Q.850's; `tech_cause` the SIP status, where there was one."""

    cause: int = 0
    tech_cause: int | None = None


class ChannelHold(OfChannel, frozen=True, tag=True):
    """The phone itself has put the call on hold."""


class ChannelUnhold(OfChannel, frozen=True, tag=True):
    """The phone has taken the call back."""


class ChannelDtmfReceived(OfChannel, frozen=True, tag=True):
    """Somebody pressed a key, and let go of it."""

    digit: str = ""


class Destination(Struct, frozen=True, gc=False):
    """Where a phone wants its caller to go."""

    destination: str = ""
    protocol_id: str = ""


class ReferTo(Struct, frozen=True):
    """The target of a transfer by the phone: somebody to be called, or another call of its own.

    That is `destination_channel`, and its Call-ID `requested_destination.protocol_id`.
    """

    requested_destination: Destination = Destination()
    destination_channel: Channel | None = None


class ReferredBy(Struct, frozen=True):
    """Whose phone it was."""

    source_channel: Channel


class ChannelTransfer(Message, frozen=True, tag=True, kw_only=True):
    """A phone has asked for a transfer (REFER); nothing is done by Asterisk itself.

    `state` is "" then; else it is what the phone is told of how it went.
    """

    refer_to: ReferTo
    referred_by: ReferredBy
    state: str = ""


class ChannelEnteredBridge(OfChannel, frozen=True, tag=True):
    """The channel is in the bridge."""

    bridge: Bridge = field(default_factory=lambda: Bridge(""))


class ChannelLeftBridge(OfChannel, frozen=True, tag=True):
    """The channel is in that bridge no more."""

    bridge: Bridge = field(default_factory=lambda: Bridge(""))


class DeviceStateChanged(Message, frozen=True, tag=True, kw_only=True):
    """A phone was registered, is rung, is busy, is gone."""

    device_state: DeviceState


class RecordingStarted(Message, frozen=True, tag=True, kw_only=True):
    """What is said is written from now on."""

    recording: Recording


class RecordingFailed(Message, frozen=True, tag=True, kw_only=True):
    """Nothing is written: `recording.cause` says why."""

    recording: Recording


class PlaybackOf(Struct, frozen=True, gc=False):
    """A sound that is played; `state` is failed when it could not be, or not to its end."""

    id: str
    state: str = ""


class PlaybackFinished(Message, frozen=True, tag=True, kw_only=True):
    """The sound was heard to its end, or its channel is gone."""

    playback: PlaybackOf


class ApplicationReplaced(Message, frozen=True, tag=True):
    """Another client has taken the application: this one is told nothing any more."""


class RESTResponse(Struct, frozen=True, tag_field="type", tag=True):
    """The answer to a request that was sent over the socket."""

    request_id: str
    status_code: int
    reason_phrase: str = ""
    message_body: str = ""


Event = (
    StasisStart
    | StasisEnd
    | ChannelStateChange
    | ChannelHangupRequest
    | ChannelDestroyed
    | ChannelHold
    | ChannelUnhold
    | ChannelDtmfReceived
    | ChannelTransfer
    | ChannelEnteredBridge
    | ChannelLeftBridge
    | DeviceStateChanged
    | RecordingStarted
    | RecordingFailed
    | PlaybackFinished
    | ApplicationReplaced
)

USED: Final = tuple(kind.__name__ for kind in Event.__args__)
"""The types of event that the driver wants: the filter of the application lets no others through."""


class _Typed(Struct, frozen=True, gc=False):
    type: str = ""


_DECODER: Final[msgspec.json.Decoder[Event | RESTResponse]] = msgspec.json.Decoder(Event | RESTResponse)
_TYPE: Final = msgspec.json.Decoder(_Typed)


def parse(text: str | bytes) -> Event | RESTResponse | None:
    """One message of the socket; None for a type that is not used.

    Raises `msgspec.DecodeError` for what is no message, or one of a shape that the documentation does not have.
    """
    try:
        return _DECODER.decode(text)
    except msgspec.ValidationError:
        if _TYPE.decode(text).type in (*USED, "RESTResponse"):
            raise
        return None


def milliseconds(timestamp: str) -> int:
    """2026-11-25T13:57:50.114+0000 in milliseconds since 1970."""
    return round(dt.datetime.fromisoformat(timestamp).timestamp() * 1000)
