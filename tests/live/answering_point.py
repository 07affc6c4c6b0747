"""An answering point of emergency services: it keeps each SIP INVITE that reaches it, and answers as it is told."""

import asyncio
from email import message_from_string
from email.message import Message
from xml.etree import ElementTree as ET

from msgspec import Struct

CIVIC = "{urn:ietf:params:xml:ns:pidf:geopriv10:civicAddr}"
BUSY = "486 Busy Here"
UNAVAILABLE = "503 Service Unavailable"
RINGS = "180 Ringing"

ENDPOINT = """
[{name}]
type = endpoint
context = inbound
disallow = all
allow = ulaw
direct_media = no
transport = udp
aors = {name}
send_pai = yes
trust_id_outbound = yes
geoloc_outgoing_call_profile = <prefer_incoming>
[{name}]
type = aor
contact = sip:{host}:{port}
"""


class Invite(Struct, frozen=True):
    """A request as it came: what it asks for, and its headers with the body."""

    uri: str
    message: Message

    @property
    def number(self) -> str:
        """Who is called."""
        return self.uri.removeprefix("sip:").partition("@")[0]

    def shown(self, header: str) -> str:
        """The number in that header, which has the form <sip:number@host>."""
        return str(self.message[header]).partition("sip:")[2].partition("@")[0]

    def parts(self) -> dict[str, str]:
        """Each part of the body by its type."""
        found = self.message.walk() if self.message.is_multipart() else [self.message]
        return {
            part.get_content_type(): str(part.get_payload(decode=False)) for part in found if not part.is_multipart()
        }

    def address(self) -> list[tuple[str, str]]:
        """The elements of the address in the PIDF-LO, in their order."""
        tree = ET.fromstring(self.parts()["application/pidf+xml"].strip())
        (place,) = tree.iter(f"{CIVIC}civicAddress")
        return [(element.tag.removeprefix(CIVIC), element.text or "") for element in place]


class AnsweringPoint(asyncio.DatagramProtocol):
    """Listens on `host`, at a free `port`, once `start` has returned."""

    def __init__(self, host: str) -> None:
        self.host, self.port = host, 0
        self.answer = BUSY
        self._came: asyncio.Queue[Invite] = asyncio.Queue()
        self._seen: set[str] = set()
        self._transport: asyncio.DatagramTransport | None = None

    async def start(self) -> None:
        """It can be called."""
        loop = asyncio.get_running_loop()
        self._transport, _ = await loop.create_datagram_endpoint(lambda: self, local_addr=(self.host, 0))
        self.port = self._transport.get_extra_info("sockname")[1]

    def stop(self) -> None:
        """It cannot be called any more."""
        if self._transport is not None:
            self._transport.close()

    async def next(self) -> Invite:
        """The next call; raises TimeoutError when none comes."""
        return await asyncio.wait_for(self._came.get(), 10)

    @property
    def quiet(self) -> bool:
        """Whether nobody waits to be dealt with."""
        return self._came.empty()

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """A request is kept and answered; sent again, it is only answered again."""
        first, _, rest = data.decode("utf-8").partition("\r\n")
        method, _, target = first.partition(" ")
        message = message_from_string(rest)
        if method == "CANCEL":
            self._say("200 OK", message, addr)
            message.replace_header("CSeq", str(message["CSeq"]).replace("CANCEL", "INVITE"))
            self._say("487 Request Terminated", message, addr)
        elif method == "INVITE":
            if str(message["Call-ID"]) not in self._seen:
                self._seen.add(str(message["Call-ID"]))
                self._came.put_nowait(Invite(target.partition(" ")[0], message))
            self._say(self.answer, message, addr)

    def _say(self, status: str, message: Message, to: tuple[str, int]) -> None:
        lines = [f"SIP/2.0 {status}"]
        lines += [f"{name}: {message[name]}" for name in ("Via", "From", "Call-ID", "CSeq")]
        lines += [f"To: {message['To']};tag=help", "Content-Length: 0", "", ""]
        assert self._transport is not None
        self._transport.sendto("\r\n".join(lines).encode(), to)
