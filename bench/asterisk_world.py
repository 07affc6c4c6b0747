"""Two real Asterisks: the one under test, and one that is its carrier, its callers and its agents' phones.

Both sides of a call send 20 ms of audio at a time: the phone plays a tone, the caller sends back what it hears.
"""

import asyncio
import math
import re
import socket
from pathlib import Path

import aiohttp
import msgspec

from connector.sandbox.asterisk.instance import USER, Asterisk, Ports
from connector.switch.asterisk.socket import AriSocket, uri

APP = "load"
LINE = "+14155550100"
CARRIER, PHONES = "127.0.0.2", "127.0.0.3"

OTHERS = """
[global]
type = global
default_from_user = network
[carrier]
type = transport
protocol = udp
bind = {carrier}:{sip}
[phones]
type = transport
protocol = udp
bind = {phones}:{sip}
[both](!)
type = endpoint
context = phones
disallow = all
allow = ulaw
direct_media = no
aors = pbx
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
type = endpoint
context = agents
disallow = all
allow = ulaw
direct_media = no
aors = {device}
[{device}]
type = aor
contact = sip:{device}@{phones}:{sip}
"""
EXTENSIONS = """
[caller]
exten => talk,1,Set(TIMEOUT(absolute)=${TALK})
 same => n,Echo()
[phones]
exten => _X.,1,Ringing()
 same => n,Answer(100)
 same => n,MusicOnHold()
"""


class World:
    """Both, in `folder`, with `agents` phones."""

    def __init__(self, folder: Path, command: list[str], program: Path, agents: int) -> None:
        mine, theirs = _ports(20_000), _ports(30_000)
        self.pbx = Asterisk(folder / "a", command, program, mine, f"{CARRIER}:{theirs.sip}")
        self.others = Asterisk(folder / "o", command, program, theirs, "127.0.0.2:9")
        self._agents = agents
        self._session: aiohttp.ClientSession | None = None
        self._ari: AriSocket | None = None

    async def start(self) -> None:
        """Both run."""
        self.pbx.configure(app="phone-panel", away="tone:busy")
        self.others.configure(app=APP, away="tone:busy")
        sip = self.others.ports.sip
        phones = (PHONE.format(device=20_000 + n, phones=PHONES, sip=sip) for n in range(self._agents))
        with (self.pbx.folder / "etc" / "pjsip.conf").open("a", encoding="utf-8") as file:
            file.writelines(phones)
        etc = self.others.folder / "etc"
        text = OTHERS.format(carrier=CARRIER, phones=PHONES, sip=sip, pbx=self.pbx.ports.sip)
        (etc / "pjsip.conf").write_text(text, encoding="utf-8")
        (etc / "extensions.conf").write_text(EXTENSIONS, encoding="utf-8")
        (self.others.folder / "lib" / "moh" / "tone.ulaw").write_bytes(_tone())
        await asyncio.gather(self.pbx.start(), self.others.start())
        headers = {"Authorization": aiohttp.encode_basic_auth(USER, self.others.password)}
        self._session = aiohttp.ClientSession(headers=headers)
        self._ari = await AriSocket.open(self._session, self.others.ari, APP, lambda _event: None)

    async def stop(self) -> None:
        """Both are ended."""
        if self._ari is not None:
            await self._ari.close()
        if self._session is not None:
            await self._session.close()
        await asyncio.gather(self.pbx.stop(), self.others.stop())

    async def call(self, number: str, seconds: int) -> None:
        """A customer calls, and hangs up so many seconds after the answer."""
        assert self._ari is not None
        path = uri("channels", endpoint=f"PJSIP/{LINE}@caller", context="caller", extension="talk", priority=1,
                   callerId=number, timeout=60)
        body = msgspec.json.encode({"variables": {"TALK": str(seconds)}}).decode()
        await self._ari.request("POST", path, body)

    async def audio(self) -> tuple[int, int]:
        """Packets that the one under test has received in the calls that it has now, and how many of them it missed."""
        said = await self.pbx.cli("pjsip show channelstats")
        found = re.findall(r"\bulaw\s+(\d+)\s+(\d+)\s", said)
        return sum(int(came) for came, _ in found), sum(int(lost) for _, lost in found)


def _ports(rtp: int) -> Ports:
    with socket.socket() as tcp, socket.socket(type=socket.SOCK_DGRAM) as udp:
        tcp.bind(("127.0.0.1", 0))
        udp.bind(("127.0.0.1", 0))
        return Ports(tcp.getsockname()[1], udp.getsockname()[1], rtp)


def _tone() -> bytes:
    """Ten seconds of 440 Hz in G.711 µ-law."""
    return bytes(_ulaw(round(8_000 * math.sin(2 * math.pi * 440 * n / 8_000))) for n in range(80_000))


def _ulaw(sample: int) -> int:
    """ITU-T G.711: sign, exponent and mantissa of the biased level, all bits turned."""
    level = min(abs(sample), 32_635) + 132
    exponent = level.bit_length() - 8
    return ~((0x80 if sample < 0 else 0) | exponent << 4 | (level >> exponent + 3) & 0x0F) & 0xFF
