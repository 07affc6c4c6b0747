"""A local stand-in of Asterisk's ARI that sends a recorded stream, in a process of its own.

    python bench/ari_server.py ROUNDS FOLDER_OF_API_DOCS

Prints `ready PORT EVENTS`.  Serves one client after another: the documents that Swagger clients read before anything
else, the event socket, and a plain yes to every request.  Each line on its standard input sends the whole stream, as
fast as the client reads; ends when its standard input does.
"""

import asyncio
import base64
import hashlib
import json
import sys
from pathlib import Path

RECORDED = Path(__file__).resolve().parents[1] / "tests" / "switch" / "asterisk" / "recorded" / "calls.jsonl"
END = {
    "type": "StasisEnd",
    "application": "phone-panel",
    "timestamp": "2026-11-25T13:59:59.000+0000",
    "channel": {
        "id": "end",
        "name": "PJSIP/2041-000000ff",
        "state": "Up",
        "protocol_id": "",
        "caller": {"name": "", "number": ""},
        "connected": {"name": "", "number": ""},
        "accountcode": "",
        "dialplan": {"context": "", "exten": "s", "priority": 1, "app_name": "", "app_data": ""},
        "creationtime": "2026-11-25T13:57:50.640+0000",
        "language": "en",
    },
    "asterisk_id": "02:fc:00:00:00:01",
}
"""The last one: the client says then what it has counted."""

GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
BLOCK = 65_536
OURS = ("leg-a", "leg-b", "leg-c", "leg-d", "out-busy")
"""Names of channels in the recording that we had given; the others are Asterisk's own."""


def stream(rounds: int) -> list[str]:
    """The recorded events so many times, each time with other channels and bridges."""
    text = RECORDED.read_text(encoding="utf-8")
    names = {channel["id"] for channel in _channels(text)} | {bridge["id"] for bridge in _bridges(text)}
    found: list[str] = []
    for n in range(rounds):
        changed = text
        for name in sorted(names, key=len, reverse=True):
            changed = changed.replace(f'"{name}"', f'"{name}.{n}"')
        found += changed.splitlines()
    return found


def _channels(text: str) -> list[dict[str, str]]:
    events = map(json.loads, text.splitlines())
    return [event[field] for event in events for field in ("channel", "peer") if field in event]


def _bridges(text: str) -> list[dict[str, str]]:
    return [event["bridge"] for event in map(json.loads, text.splitlines()) if "bridge" in event]


def frame(text: bytes) -> bytes:
    """A text frame as a server sends it."""
    size = len(text)
    length = bytes([size]) if size < 126 else b"\x7e" + size.to_bytes(2, "big")
    return b"\x81" + (length if size < 65_536 else b"\x7f" + size.to_bytes(8, "big")) + text


async def read_frame(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    """What kind of frame a client has sent, and what is in it."""
    first, second = await reader.readexactly(2)
    size = second & 0x7F
    if size > 125:
        size = int.from_bytes(await reader.readexactly(2 if size == 126 else 8), "big")
    mask = await reader.readexactly(4)
    data = await reader.readexactly(size)
    key = int.from_bytes((mask * (size // 4 + 1))[:size], "big")
    return first & 0xF, (int.from_bytes(data, "big") ^ key).to_bytes(size, "big")


class Server:
    """One listening stand-in."""

    def __init__(self, events: list[str], docs: Path) -> None:
        everything = b"".join(frame(text.encode()) for text in (*events, json.dumps(END)))
        self._blocks = [everything[at : at + BLOCK] for at in range(0, len(everything), BLOCK)]
        self._docs = docs
        self._listening: asyncio.StreamWriter | None = None
        self.port = 0

    async def start(self) -> None:
        """It listens, at `port`."""
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]

    async def send(self) -> None:
        """The client that came last is sent the whole stream."""
        assert self._listening is not None
        for block in self._blocks:
            self._listening.write(block)
            await self._listening.drain()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while await self._request(reader, writer):
                pass
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def _request(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """One request of HTTP; whether more of them may follow on this connection."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        fields = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:])}
        await reader.readexactly(int(fields.get("content-length", 0)))
        path = head[0].split(" ")[1]
        if "sec-websocket-key" in fields:
            await self._socket(reader, writer, fields["sec-websocket-key"])
            return False
        body, status = self._document(path)
        kind = "Content-Type: application/json\r\n"
        writer.write(f"HTTP/1.1 {status}\r\n{kind}Content-Length: {len(body)}\r\n\r\n".encode() + body)
        await writer.drain()
        return True

    def _document(self, path: str) -> tuple[bytes, str]:
        if "/api-docs/" not in path:
            return b"[]", "200 OK"
        file = self._docs / path.partition("?")[0].rpartition("/")[2]
        if not file.exists():
            return b"{}", "404 Not Found"
        return file.read_bytes().replace(b"localhost:8088", f"127.0.0.1:{self.port}".encode()), "200 OK"

    async def _socket(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, key: str) -> None:
        accept = base64.b64encode(hashlib.sha1(key.encode() + GUID).digest()).decode()
        head = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        writer.write(f"{head}Sec-WebSocket-Accept: {accept}\r\n\r\n".encode())
        self._listening = writer
        while True:
            kind, data = await read_frame(reader)
            if kind == 8:
                return
            if kind == 9:
                writer.write(b"\x8a" + bytes([len(data)]) + data)
            elif kind == 1:
                asked = json.loads(data)
                answer = {"type": "RESTResponse", "request_id": asked["request_id"], "status_code": 204}
                writer.write(frame(json.dumps(answer).encode()))


async def main(rounds: int, docs: Path) -> None:
    """Serves until standard input ends."""
    events = stream(rounds)
    server = Server(events, docs)
    await server.start()
    print("ready", server.port, len(events), flush=True)
    while await asyncio.to_thread(sys.stdin.readline):
        await server.send()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), Path(sys.argv[2])))
