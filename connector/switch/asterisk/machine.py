"""What is asked of Asterisk, each in one request or a few: channels, bridges, music, tones, recordings."""

import asyncio
import logging
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import msgspec
from msgspec import Struct, field

from connector.domain.address import CivicAddress
from connector.switch.asterisk.location import location_variables
from connector.switch.asterisk.notes import NOTE
from connector.switch.asterisk.parse import Bridge, Channel, RESTResponse, milliseconds
from connector.switch.asterisk.socket import AriRefusal, AriSocket, uri

log = logging.getLogger(__name__)

BRIDGE: Final = "mixing,dtmf_events,proxy_media"
"""Two phones in a plain mixing bridge talk past Asterisk's core, which then sees no keys (bridge_native_rtp)."""

MIX: Final = "mix-"
"""With this the ids of our bridges begin."""

AT_A_TIME: Final = 100
"""How many values one request may list: Asterisk takes 128 (MAX_VALS in its res_ari_*.c)."""

RINGS_FOR: Final = 3_600
"""Seconds until Asterisk itself gives up ringing: the core has its own limits, and says so earlier."""

LINE_NOTE: Final = "line"
"""The note on the channel of a phone that is kept connected: it is no leg, and is found by its id."""

IN_EAR_AS: Final = "ulaw"
"""The format of both halves.  With Asterisk's own choice (slin) the audio of a half was often gone, one way or both,
when a conference of three had become a call of two (22.10.1: four times in six, and never in six with this)."""

LINE_CONTEXT: Final = "phone-panel-line"
"""The context of the dialplan by which a far half comes into the application."""

IN_EAR: Final = f"Local/ear@{LINE_CONTEXT}/n"
"""`n`: the two halves stay what they are."""


OF_A_PHONE: Final = {"PJSIP_TRANSFER_HANDLING()": "ari-only"}
"""A transfer by an agent's phone is told to us, and Asterisk does nothing else about it."""


def _profile(name: str) -> str:
    return uri("asterisk", "config", "dynamic", "res_geolocation", "profile", name)


def _noting(leg: str, variable: str, note: str) -> tuple[str, str, str]:
    """The request that sets a variable of a channel: in its body, where nothing of the note must be quoted."""
    body = msgspec.json.encode({"variable": variable, "value": note}).decode()
    return "POST", uri("channels", leg, "variable"), body


class _Endpoint(Struct, frozen=True):
    state: str = ""


class _Status(Struct, frozen=True):
    startup_time: str


class _Info(Struct, frozen=True):
    status: _Status


class _Recording(Struct, frozen=True):
    state: str


class _Value(Struct, frozen=True):
    value: str = ""


class _MediaVariables(Struct, frozen=True):
    connection: str = field(name="MEDIA_WEBSOCKET_CONNECTION_ID")


class _Media(Struct, frozen=True):
    channelvars: _MediaVariables


class Machine:
    """A hand on one Asterisk.  Every method raises AriRefusal and SwitchUnavailable."""

    def __init__(self, ari: AriSocket, app: str, hold: str = "") -> None:
        """`hold` is the class of music for who is on hold; with "" Asterisk chooses."""
        self._ari = ari
        self._app = app
        self._hold = hold
        self._being_noted: set[asyncio.Future[RESTResponse]] = set()

    async def ring_phone(self, leg: str, device: str, caller: str, note: str) -> None:
        """There is a channel of that id for a phone of ours, with the note; it rings after `dial`."""
        await self._create(leg, f"PJSIP/{device}", caller, note, OF_A_PHONE)

    async def call(self, leg: str, number: str, trunk: str, caller_id: str, note: str) -> None:
        """There is a channel for a number outside, by that endpoint of a carrier; it is called after `dial`."""
        await self._create(leg, f"PJSIP/{number}@{trunk}", caller_id, note)

    async def call_for_help(
        self, leg: str, number: str, trunk: str, caller_id: str, note: str, where: CivicAddress
    ) -> bool:
        """The same for an emergency number, with the caller's address; False: it will be called without."""
        await self._create(leg, f"PJSIP/{number}@{trunk}", caller_id, note, location_variables(where))
        # What it cannot do with these variables Asterisk says in its own log only, and calls all the same.
        try:
            return await self.variable(leg, "GEOLOC_PROFILE(effective_location)") != ""
        except AriRefusal:
            return False

    async def _create(
        self,
        leg: str,
        endpoint: str,
        caller: str,
        note: str,
        variables: Mapping[str, str] = MappingProxyType({}),
        **more: str,
    ) -> None:
        """Made and dialled apart, a leg is in the application before it is answered, and so also when we are away."""
        path = uri("channels", "create", endpoint=endpoint, app=self._app, appArgs="ours", channelId=leg, **more)
        shown = {"CONNECTEDLINE(num)": caller, "CONNECTEDLINE(pres)": "allowed"} if caller else {}
        every = {NOTE: note, **shown, **variables}
        await self._ari.request("POST", path, msgspec.json.encode({"variables": every}).decode())

    async def ring_line(self, channel: str, device: str) -> None:
        """There is a channel of that id for a phone of ours that is to be kept; it rings after `dial`."""
        await self._create(channel, f"PJSIP/{device}", "", LINE_NOTE, OF_A_PHONE)

    async def ring_in_ear(self, leg: str, far: str, note: str) -> None:
        """There is a channel of that id whose far half, of the other id, comes to us after `dial`, with the note."""
        await self._create(leg, IN_EAR, "", note, otherChannelId=far, formats=IN_EAR_AS)

    async def has_ear(self) -> bool:
        """Whether the dialplan has the far half of a kept phone's leg; also True where Asterisk does not say."""
        body = await self._found(uri("deviceStates", IN_EAR))
        return body is None or msgspec.json.decode(body, type=_Endpoint).state != "INVALID"

    async def holds(self, channel: str) -> bool:
        """Whether that one was put on hold by whom it hears, by a key of their phone."""
        return await self.variable(channel, "CHANNEL(onhold)") == "1"

    async def dial(self, leg: str, note: str, within: int = RINGS_FOR) -> None:
        """The channel that was made for that leg rings at its far end, and its note says that it was dialled."""
        noting = self._ari.send(*_noting(leg, NOTE, note))
        await self._ari.request("POST", uri("channels", leg, "dial", timeout=within))
        await noting

    async def note(self, leg: str, note: str, of: str = "") -> None:
        """The note will be on the channel, for whoever looks at it after us; `of`: that of a spy who hears it.

        A spy's own channel can take none: while it is recorded, all that is asked about it waits.  Nothing waits for
        a note: it is set after what was asked before, and who has gone meanwhile needs none.
        """
        answer = self._ari.send(*_noting(leg, f"{NOTE}{of}", note))
        self._being_noted.add(answer)
        answer.add_done_callback(self._was_noted)

    def _was_noted(self, answer: asyncio.Future[RESTResponse]) -> None:
        self._being_noted.discard(answer)
        if answer.cancelled() or answer.exception() is not None:
            return  # The connection is lost, which whoever reads it tells.
        status = answer.result().status_code
        if status >= 300 and status != 404:
            log.warning("Asterisk refused a note", extra={"status": status, "said": answer.result().message_body})

    async def all_noted(self) -> None:
        """Returns when all notes so far have been answered."""
        await asyncio.gather(*self._being_noted, return_exceptions=True)

    async def answer(self, leg: str) -> None:
        """A caller's call is answered."""
        await self._ari.request("POST", uri("channels", leg, "answer"))

    async def let_ring(self, leg: str) -> None:
        """A caller hears that it rings."""
        await self._ari.request("POST", uri("channels", leg, "ring"))

    async def music(self, leg: str, *, on: bool, kind: str = "") -> None:
        """The leg hears music of that class ("": that for who is on hold), or no more."""
        found = kind or self._hold
        which = {"mohClass": found} if on and found else {}
        await self._ari.request("POST" if on else "DELETE", uri("channels", leg, "moh", **which))

    async def mix(self, bridge: str, legs: tuple[str, ...]) -> None:
        """These are in that new bridge, wherever they were."""
        await self._ari.request("POST", uri("bridges", type=BRIDGE, bridgeId=bridge))
        await self._ari.request("POST", uri("bridges", bridge, "addChannel", channel=",".join(legs)))

    async def join(self, bridge: str, channel: str) -> None:
        """That one is in that bridge, too."""
        await self._ari.request("POST", uri("bridges", bridge, "addChannel", channel=channel))

    async def unmix(self, bridge: str, leg: str) -> None:
        """That one is not in the bridge."""
        await self._ari.request("POST", uri("bridges", bridge, "removeChannel", channel=leg))

    async def remove_bridge(self, bridge: str) -> None:
        """There is no such bridge."""
        await self._gone(uri("bridges", bridge))

    async def mute(self, leg: str, *, on: bool) -> None:
        """Nobody hears the leg, or they do again."""
        await self._ari.request("POST" if on else "DELETE", uri("channels", leg, "mute", direction="in"))

    async def tones(self, leg: str, digits: str) -> None:
        """The other side of the leg hears the keys."""
        await self._ari.request("POST", uri("channels", leg, "dtmf", dtmf=digits, between=60, duration=100))

    async def spy(self, spy: str, leg: str) -> None:
        """A channel that hears what the leg says and hears."""
        await self._ari.request("POST", uri("channels", leg, "snoop", spy, spy="both", app=self._app, appArgs="spy"))

    async def tap(self, tap: str, leg: str) -> None:
        """A channel that hears only what the leg says."""
        await self._ari.request("POST", uri("channels", leg, "snoop", tap, spy="in", app=self._app, appArgs="tap"))

    async def external_media(self, channel: str, audio: str) -> str:
        """A channel whose audio comes over a WebSocket that is to be opened; returns the id of that connection."""
        path = uri(
            *("channels", "externalMedia"),
            channelId=channel,
            app=self._app,
            external_host="INCOMING",
            transport="websocket",
            encapsulation="none",
            connection_type="server",
            format=audio,
        )
        return msgspec.json.decode(await self._ari.request("POST", path), type=_Media).channelvars.connection

    async def record(self, leg: str, name: str) -> None:
        """What is heard there is written, as name.wav in Asterisk's folder of recordings."""
        await self._ari.request("POST", uri("channels", leg, "record", name=name, format="wav", ifExists="fail"))

    async def silence(self, name: str, *, on: bool) -> None:
        """Silence is written in place of what is heard, or no more."""
        await self._ari.request("POST" if on else "DELETE", uri("recordings", "live", name, "mute"))

    async def play(self, playback: str, leg: str, media: str) -> None:
        """The leg hears that, as sound:name or tone:name."""
        await self._ari.request("POST", uri("channels", leg, "play", playback, media=media))

    async def play_to_all(self, playback: str, bridge: str, media: str) -> None:
        """All in the bridge hear that."""
        await self._ari.request("POST", uri("bridges", bridge, "play", playback, media=media))

    async def stop_playing(self, playback: str) -> None:
        """Nobody hears it any more."""
        await self._gone(uri("playbacks", playback))

    async def transferred(self, leg: str, state: str) -> None:
        """The phone of that leg, which asked for a transfer, is told how it went (`channel_answered`, ...)."""
        await self._ari.request("POST", uri("channels", leg, "transfer_progress", states=state))

    async def hang_up(self, leg: str, reason: str) -> None:
        """The channel is being hung up, or is gone already."""
        await self._gone(uri("channels", leg, reason=reason))

    async def end(self, leg: str) -> bool:
        """The channel is being hung up; False: there is none."""
        return await self._gone(uri("channels", leg, reason="normal"))

    async def watch(self, devices: tuple[str, ...]) -> None:
        """Phones that come and go are told of."""
        for some in range(0, len(devices), AT_A_TIME):
            sources = ",".join(f"deviceState:PJSIP/{device}" for device in devices[some : some + AT_A_TIME])
            await self._ari.request("POST", uri("applications", self._app, "subscription", eventSource=sources))

    async def ready(self, device: str) -> bool:
        """Whether that phone is registered."""
        body = await self._found(uri("endpoints", "PJSIP", device))
        if body is None:
            return False
        return msgspec.json.decode(body, type=_Endpoint).state == "online"

    async def keep_profile(self, name: str, text: str) -> None:
        """A geolocation profile of that name holds the text, also after a restart where astdb keeps profiles."""
        fields = {"fields": [{"attribute": "notes", "value": text}]}
        await self._ari.request("PUT", _profile(name), msgspec.json.encode(fields).decode())

    async def forget_profile(self, name: str) -> None:
        """There is no such geolocation profile."""
        await self._gone(_profile(name))

    async def channels(self) -> tuple[set[str], list[tuple[Channel, str]]]:
        """The ids of all channels; and those that are in the hands of our application, each with our note or ""."""
        every = msgspec.json.decode(await self._ari.request("GET", "channels"), type=list[Channel])
        mine = [channel for channel in every if channel.application == self._app]
        notes = await asyncio.gather(*(self._note_about(channel) for channel in mine))
        return {channel.id for channel in every}, list(zip(mine, notes, strict=True))

    async def _note_about(self, channel: Channel) -> str:
        where, of = (channel.spied, channel.id) if channel.spied else (channel.id, "")
        return await self.variable(where, f"{NOTE}{of}") or ""

    async def calls_in(self, context: str) -> list[Channel]:
        """The channels that are there in the dialplan."""
        every = msgspec.json.decode(await self._ari.request("GET", "channels"), type=list[Channel])
        return [channel for channel in every if channel.dialplan.context == context]

    async def set_global(self, name: str, value: str) -> None:
        """Asterisk has a variable of that name and value, until it is restarted."""
        await self._ari.request("POST", uri("asterisk", "variable", variable=name, value=value))

    async def global_variable(self, name: str) -> str:
        """Asterisk's own variable of that name; "" for none."""
        body = await self._ari.request("GET", uri("asterisk", "variable", variable=name))
        return msgspec.json.decode(body, type=_Value).value

    async def variable(self, leg: str, name: str) -> str | None:
        """The variable or function of that name; None when there is no such channel, or it has none."""
        body = await self._found(uri("channels", leg, "variable", variable=name))
        return None if body is None else msgspec.json.decode(body, type=_Value).value

    async def playing(self, playback: str) -> bool:
        """Whether that is being heard now."""
        return await self._found(uri("playbacks", playback)) is not None

    async def recording(self, name: str) -> str:
        """Its state: "queued" before it is written; "" when there is none."""
        body = await self._found(uri("recordings", "live", name))
        return "" if body is None else msgspec.json.decode(body, type=_Recording).state

    async def started(self) -> int:
        """When Asterisk was started, in ms since 1970; all its channels are younger."""
        body = await self._ari.request("GET", uri("asterisk", "info", only="status"))
        return milliseconds(msgspec.json.decode(body, type=_Info).status.startup_time)

    async def _found(self, path: str) -> bytes | None:
        try:
            return await self._ari.request("GET", path)
        except AriRefusal as refused:
            if refused.status != 404:
                raise
            return None

    async def bridges(self) -> list[Bridge]:
        """All bridges with who is in them."""
        return msgspec.json.decode(await self._ari.request("GET", "bridges"), type=list[Bridge])

    async def _gone(self, path: str) -> bool:
        try:
            await self._ari.request("DELETE", path)
        except AriRefusal as refused:
            if refused.status != 404:
                raise
            return False
        return True
