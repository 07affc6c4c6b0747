"""The outside world of an Asterisk under test: a second one, which is its carrier and its agents' phones.

Each of its channels does as it is told through its own ARI: it calls, answers, refuses with a cause, hangs up.
"""

import asyncio
import json
from collections.abc import Callable, Iterable
from pathlib import Path
from urllib.parse import quote

import aiohttp
import msgspec

from connector.sandbox.asterisk.instance import USER, Asterisk
from connector.sandbox.asterisk.music import CHORDS
from connector.switch.asterisk import parse as p
from connector.switch.asterisk.socket import AriRefusal, AriSocket, uri
from tests.live.listening import FRAME, FRAME_MS, TONES, heard, played, raw_samples, tone

APP = "network"

PJSIP = """
[global]
type = global
default_from_user = network
[carrier]
type = transport
protocol = udp
bind = 127.0.0.2:{sip}
[psap]
type = transport
protocol = udp
bind = 127.0.0.4:{sip}
[phones]
type = transport
protocol = udp
bind = 127.0.0.3:{sip}

[both](!)
type = endpoint
context = anything
disallow = all
allow = ulaw
direct_media = no
moh_passthrough = yes
aors = pbx
; Audio is received at the address of an endpoint's transport: who is called at any of ours has none.
[pbx](both)
[caller](both)
transport = carrier
[pbx]
type = aor
contact = sip:127.0.0.1:{pbx}
[pbx]
type = identify
endpoint = pbx
match = 127.0.0.1
"""
PHONE = """
[{device}]
type = registration
transport = phones
outbound_auth = {device}
server_uri = sip:127.0.0.1:{pbx}
client_uri = sip:{device}@127.0.0.1:{pbx}
contact_user = {device}
retry_interval = 1
[{device}]
type = auth
auth_type = userpass
username = {device}
password = {password}
[phone-{device}](both)
transport = phones
outbound_auth = {device}
from_user = {device}
"""
EXTENSIONS = """
[anything]
exten => _[+0-9*#].,1,Stasis(network,${EXTEN})
 same => n,Hangup()
"""


UNWRITTEN = 3
"""So many frames that were heard are not in the file yet: it is written in blocks of 4,096 bytes."""


class Ear:
    """What one party hears, as it is written down."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def heard(self, since: int = 0) -> list[frozenset[int]]:
        """The tones in each tenth of a second, from that one on."""
        return heard(self._samples()[since * FRAME :])

    def so_far(self) -> int:
        """How many tenths of a second were heard."""
        return len(self._samples()) // FRAME

    def _samples(self) -> list[int]:
        return raw_samples(self._file.read_bytes()) if self._file.exists() else []

    def music(self, last_ms: int) -> list[bool]:
        """For each tenth of a second of the last ones whether it had the music of those who wait."""
        if not self._file.exists():
            return []
        return played(raw_samples(self._file.read_bytes()), CHORDS)[-(last_ms // FRAME_MS) :]

    async def until_music(self, within: float = 10) -> None:
        """The music of those who wait is heard now, by one who did not hear it before or goes on hearing it."""
        try:
            async with asyncio.timeout(within):
                while True:
                    if self.music(500).count(True) >= 3:
                        return
                    # Another process writes the file: there is no event to wait for, only the next look.
                    await asyncio.sleep(FRAME_MS / 1000)
        except TimeoutError:
            raise AssertionError("no music was heard") from None

    async def until(self, tones: Iterable[int], for_ms: int = 500, within: float = 10) -> None:
        """Exactly these are heard for so long, from now on; raises AssertionError that says what was heard instead."""
        wanted, frames = frozenset(tones), for_ms // FRAME_MS
        before = self.so_far() + UNWRITTEN
        try:
            async with asyncio.timeout(within):
                while True:
                    if self.so_far() >= before + frames and self.heard(self.so_far() - frames) == [wanted] * frames:
                        return
                    # Another process writes the file: there is no event to wait for, only the next look.
                    await asyncio.sleep(FRAME_MS / 1000)
        except TimeoutError:
            told = [sorted(some) for some in self.heard(max(0, self.so_far() - 20))]
            raise AssertionError(f"{sorted(wanted)} was to be heard; the last two seconds were {told}") from None


class Network:
    """A running one.  `arrived` is told of each call that comes in: its channel here, and the number or phone.

    `came_up` is told of each caller's channel whose call was answered; `digits` are the keys received by each channel.
    """

    def __init__(self, asterisk: Asterisk, sip: int) -> None:
        self.asterisk = asterisk
        self.sip = sip
        self.calls: dict[str, str] = {}
        self.arrived: Callable[[str, str], None] = lambda _channel, _number: None
        self._session: aiohttp.ClientSession | None = None
        self._ari: AriSocket | None = None
        self._made = 0
        self._answered: set[str] = set()
        self.digits: dict[str, str] = {}
        self._beside_up: dict[str, asyncio.Event] = {}
        self.came_up: Callable[[str], None] = lambda _channel: None
        self._changed = asyncio.Event()
        self._pbx = 0

    def configure(self, pbx: int, phones: dict[str, str]) -> None:
        """Its files are written: `pbx` is the SIP port of the one under test, `phones` devices with their passwords."""
        self._pbx = pbx
        self.asterisk.configure(app=APP, away="tone:busy")
        parts = [PJSIP.format(sip=self.sip, pbx=pbx)]
        parts += [PHONE.format(device=device, password=word, pbx=pbx) for device, word in phones.items()]
        folder: Path = self.asterisk.folder / "etc"
        (folder / "pjsip.conf").write_text("".join(parts), encoding="utf-8")
        (folder / "extensions.conf").write_text(EXTENSIONS, encoding="utf-8")
        with (folder / "musiconhold.conf").open("a", encoding="utf-8") as music:
            for hertz in TONES:
                place = self.asterisk.folder / "lib" / f"tone-{hertz}"
                place.mkdir()
                (place / "tone.wav").write_bytes(tone(hertz, 10_000))
                music.write(f"\n[tone-{hertz}]\nmode = files\ndirectory = {place}\n")

    async def connect(self) -> None:
        """Its channels can be told what to do."""
        self._session = aiohttp.ClientSession(
            headers={"Authorization": aiohttp.encode_basic_auth(USER, self.asterisk.password)}
        )
        self._ari = await AriSocket.open(self._session, self.asterisk.ari, APP, self._take)

    async def stop(self) -> None:
        """It is ended."""
        if self._ari is not None:
            await self._ari.close()
        if self._session is not None:
            await self._session.close()
        await self.asterisk.stop()

    @property
    def ari(self) -> AriSocket:
        """The hand on it."""
        assert self._ari is not None
        return self._ari

    async def call(self, number: str, line: str, record: str = "") -> str:
        """A customer calls, with the id of a record in a header of the call; returns their channel here."""
        self._made += 1
        channel = f"caller-{self._made}"
        endpoint = f"PJSIP/{line}@caller"
        path = uri("channels", endpoint=endpoint, app=APP, appArgs="caller", channelId=channel, callerId=number)
        named = {"variables": {"PJSIP_HEADER(add,X-Salesforce-Record)": record}} if record else {}
        await self.ari.request("POST", path, json.dumps(named))
        return channel

    async def dial(self, device: str, number: str) -> str:
        """Somebody dials that on a phone itself; returns the channel here."""
        self._made += 1
        channel = f"dialled-{self._made}"
        path = uri("channels", endpoint=f"PJSIP/{number}@phone-{device}", app=APP, appArgs="caller", channelId=channel)
        await self.ari.request("POST", path)
        return channel

    async def answer(self, channel: str) -> None:
        """Who is called there answers, once: a second answer would end what is played to them."""
        if channel not in self._answered:
            self._answered.add(channel)
            await self.ari.request("POST", uri("channels", channel, "answer"))

    async def ring(self, channel: str) -> None:
        """It rings there."""
        await self.ari.request("POST", uri("channels", channel, "ring"))

    async def hang_up(self, channel: str, q850: int = 16) -> None:
        """The channel is hung up, with that cause."""
        await self.ari.request("DELETE", uri("channels", channel, reason_code=q850))

    async def at_the_answering_point(self, channel: str) -> bool:
        """Whether that call came to the address of the emergency answering point."""
        path = uri("channels", channel, "variable", variable="CHANNEL(pjsip,local_addr)")
        return b"127.0.0.4" in await self.ari.request("GET", path)

    async def sing(self, channel: str, hertz: int) -> None:
        """The party says that tone, one of `TONES`, from now on and until the call ends."""
        # As music on hold: what is played to a channel would keep all later requests about it waiting.
        await self.ari.request("POST", uri("channels", channel, "moh", mohClass=f"tone-{hertz}"))

    async def speak(self, channel: str, sound: Path) -> str:
        """The party says what is in that file, once; until that is over nothing else may be asked of them.

        Returns what `is_speaking` takes.
        """
        media = f"sound:{sound.with_suffix('')}"
        self._made += 1
        await self.ari.request("POST", uri("channels", channel, "play", f"speech-{self._made}", media=media))
        return f"speech-{self._made}"

    async def is_speaking(self, speech: str) -> bool:
        """Whether that is not over yet."""
        try:
            await self.ari.request("GET", uri("playbacks", speech))
        except AriRefusal:
            return False
        return True

    async def listen(self, channel: str) -> Ear:
        """What the party hears is written down from now on."""
        name = await self._beside(channel, whisper="none", spy="in")
        await self.ari.request("POST", uri("channels", name, "record", name=name, format="sln"))
        return Ear(self.asterisk.folder / "spool" / "recording" / f"{name}.sln")

    async def _beside(self, channel: str, **how: str) -> str:
        self._made += 1
        name = f"beside-{self._made}"
        up = self._beside_up[name] = asyncio.Event()
        await self.ari.request("POST", uri("channels", channel, "snoop", name, app=APP, appArgs="beside", **how))
        await up.wait()
        return name

    async def hold(self, channel: str, *, on: bool) -> None:
        """The phone presses its own hold key, or takes the call back: a re-INVITE (the endpoint passes holds on)."""
        await self.ari.request("POST" if on else "DELETE", uri("channels", channel, "hold"))

    async def refer(self, channel: str, number: str, other: str = "") -> None:
        """The phone asks that its far end be passed on (REFER): to a number, or to that of its other call."""
        target = f"sip:{number or 'other'}@127.0.0.1:{self._pbx}"
        if other:
            known = ("call-id", "local_tag", "remote_tag")
            call, mine, theirs = [await self._of_the_dialog(other, name) for name in known]
            target = f"<{target}?Replaces={quote(f'{call};to-tag={theirs};from-tag={mine}', safe='')}>"
        await self.ari.request("POST", uri("channels", channel, "redirect", endpoint=f"PJSIP/{target}"))

    async def _of_the_dialog(self, channel: str, name: str) -> str:
        path = uri("channels", channel, "variable", variable=f"CHANNEL(pjsip,{name})")
        return msgspec.json.decode(await self.ari.request("GET", path), type=dict[str, str])["value"]

    async def press(self, channel: str, digits: str) -> None:
        """The party presses keys."""
        await self.ari.request("POST", uri("channels", channel, "dtmf", dtmf=digits, between=80, duration=120))

    async def register(self, device: str, ready: bool) -> None:
        """That phone registers, or is no longer registered and has read that it is not.

        The other side tells its register sooner than the answer is here, and a phone that still waits for an answer
        sends nothing: asked to register then, it never would.
        """
        await self.asterisk.cli(f"pjsip send {'register' if ready else 'unregister'} {device}")
        while not ready and not await self._unregistered(device):  # noqa: ASYNC110  # the console has no events
            await asyncio.sleep(0.02)

    async def _unregistered(self, device: str) -> bool:
        said = await self.asterisk.cli("pjsip show registrations")
        return any(line.lstrip().startswith(f"{device}/") and "Unregistered" in line for line in said.splitlines())

    async def channels(self) -> list[str]:
        """All channels but those that listen."""
        body = await self.ari.request("GET", "channels")
        found = msgspec.json.decode(body, type=list[p.Channel])
        return [channel.id for channel in found if not channel.name.startswith("Snoop/")]

    async def channel_of(self, call_id: str) -> str | None:
        """The channel here at the other end of a SIP call, or None."""
        body = await self.ari.request("GET", "channels")
        found = msgspec.json.decode(body, type=list[p.Channel])
        return next((channel.id for channel in found if channel.protocol_id == call_id), None)

    def _take(self, event: p.Event) -> None:
        match event:
            case p.StasisStart(args=("caller",)):
                self.came_up(event.channel.id)
            case p.StasisStart(args=("beside",)):
                self._beside_up.pop(event.channel.id).set()
            case p.StasisStart(args=(number,)):
                self.calls[event.channel.id] = number
                self.arrived(event.channel.id, number)
            case p.ChannelDtmfReceived():
                self.digits[event.channel.id] = self.digits.get(event.channel.id, "") + event.digit
            case p.ChannelDestroyed() | p.StasisEnd():
                self.calls.pop(event.channel.id, None)
                self._answered.discard(event.channel.id)
