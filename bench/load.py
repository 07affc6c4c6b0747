"""Starts a server under test and plays both its ends: the switch that sends events, and the panels that are shown them.

One process, one `epoll`, no framework: what is measured is the server's own CPU, read from the kernel per thread.
"""

import base64
import contextlib
import hashlib
import os
import resource
import select
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec

from bench import ari_like, floor
from bench.ari_double import plain
from bench.figures import DATA, ROOT, cpu_of
from connector.domain.model import Contact

PATIENCE = 60.0
"""Seconds without any message after which a run is given up."""

_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


class Server:
    """A server under test: `python bench/under_test.py …`."""

    def __init__(self, variant: str, agents: int, ari_port: int, public_key: str, folder: Path) -> None:
        key = folder / "public.pem"
        key.write_text(public_key)
        command = [sys.executable, str(ROOT / "bench" / "under_test.py"), variant, str(agents), str(ari_port)]
        self.process = subprocess.Popen(
            [*command, str(key), str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self.process.stdout is not None
        line = self.process.stdout.readline().split()
        if line[:1] != ["ready"]:
            raise SystemExit(f"{variant} did not start")
        self.port = int(line[1])
        self.said = ""

    def cpu(self) -> float:
        """Seconds of processor time so far, all threads."""
        return cpu_of(self.process.pid)

    def rss(self) -> int:
        """Bytes of memory that are resident now."""
        for line in Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS"):
                return int(line.split()[1]) * 1024
        raise SystemExit("the server is gone")

    def stop(self) -> None:
        """It ends by itself when nobody holds its standard input; what it says then is in `said`."""
        assert self.process.stdin is not None and self.process.stdout is not None
        self.process.stdin.close()
        self.said = self.process.stdout.read()
        self.process.wait(30)


class Panel:
    """One panel: counts messages, keeps the last."""

    __slots__ = ("left", "n", "sock", "text")

    def __init__(self, n: int, sock: socket.socket) -> None:
        self.n = n
        self.sock = sock
        self.left = b""
        self.text = b""


class Load:
    """`agents` panels and one switch around a server of that variant; use as a context manager."""

    def __init__(self, variant: str, agents: int, tokens: floor.Tokens) -> None:
        self.variant = variant
        self.agents = agents
        self._tokens = tokens
        self.messages = 0
        self.panels: dict[int, Panel] = {}
        self._out = bytearray()
        self._turn = self._last = 0
        self._todo: list[int] = []
        self._expected: dict[int, tuple[bytes, float]] = {}
        self._calls: list[Contact] = []

    def __enter__(self) -> "Load":
        self._open_files()
        DATA.mkdir(exist_ok=True)
        self._folder = Path(tempfile.mkdtemp(dir=DATA))
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._poll = select.epoll()
        self._begin_server(self._listener.getsockname()[1])
        return self

    def _begin_server(self, port: int) -> None:
        """The server is ready, and its switch is there."""
        self.server = Server(self.variant, self.agents, port, self._tokens.public, self._folder)
        self._switch = accept(self._listener)

    def __exit__(self, *_: object) -> None:
        for panel in self.panels.values():
            panel.sock.close()
        self._switch.close()
        self._listener.close()
        self._poll.close()
        self.server.stop()
        shutil.rmtree(self._folder)

    def _open_files(self) -> None:
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        needed = self.agents + 200
        if hard != resource.RLIM_INFINITY and hard < needed:
            raise SystemExit(f"{needed} open files are needed, {hard} are allowed: raise `ulimit -Hn`")
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, needed), hard))

    def connect(self) -> None:
        """All panels are there and have been shown what is true."""
        for n in range(self.agents):
            sock = socket.create_connection(("127.0.0.1", self.server.port))
            _upgrade(sock, self.server.port)
            hello = {"type": "hello", "version": 1, "token": self._tokens.of(n, 1), "panel": f"bench-{n}"}
            sock.sendall(_masked(msgspec.json.encode(hello)))
            sock.setblocking(False)
            panel = self.panels[sock.fileno()] = Panel(n, sock)
            self._poll.register(sock, select.EPOLLIN)
            while b'"type":"state"' not in panel.text:
                self._wait(None)
        self.messages = 0

    def watch_queues(self) -> None:
        """All panels show queue sizes from now on, and have been sent them."""
        for panel in self.panels.values():
            panel.sock.send(_masked(b'{"type":"watch","lists":["queues"]}'))
        while any(b'"type":"queues"' not in panel.text for panel in self.panels.values()):
            self._wait(None)

    def saturate(self, rounds: int) -> list[float]:
        """Every agent's customer is held and resumed, `rounds` events each, and each event is seen on a panel.

        An agent's next event is sent as soon as the panel shows the one before: one event of each agent is always on
        its way, and no two can be shown in one message.  Returns ms from sending to seeing.
        """
        self._begin(rounds)
        for n in range(self.agents):
            self._hold_or_resume(n, time.perf_counter())
        waits: list[float] = []

        def seen(panel: Panel) -> None:
            if self._arrived(panel, waits) and self._todo[panel.n]:
                self._hold_or_resume(panel.n, time.perf_counter())

        while self._expected:
            self._wait(seen)
        return waits

    def flood(self, rounds: int) -> None:
        """The same events, agent after agent, as fast as the server reads; returns when all show the last."""
        self._begin(rounds)
        for _ in range(rounds):
            for n in range(self.agents):
                self._hold_or_resume(n, time.perf_counter())
                if len(self._out) > 65_536:
                    self._wait(lambda _panel: None, 0)
        waits: list[float] = []
        for panel in self.panels.values():
            self._arrived(panel, waits)
        while self._expected:
            self._wait(lambda panel: self._arrived(panel, waits))

    def paced(self, rounds: int, rate: float) -> list[float]:
        """The same events at `rate` a second, whatever the server does; returns ms from schedule to seeing."""
        self._begin(rounds)
        waits: list[float] = []
        began = time.perf_counter()

        def seen(panel: Panel) -> None:
            self._arrived(panel, waits)

        for number in range(rounds * self.agents):
            due = began + number / rate
            while (now := time.perf_counter()) < due:
                self._wait(seen, due - now)
            while number % self.agents in self._expected:  # so slow that the agent's last event is not shown yet
                self._wait(seen)
            self._hold_or_resume(number % self.agents, due)
        while self._expected:
            self._wait(seen)
        return waits

    def _begin(self, rounds: int) -> None:
        """`rounds` more events of each agent; an even number, so that every call goes on as it was."""
        if rounds % 2:
            raise SystemExit("--rounds: an even number, please")
        self._calls += [floor.contact(n) for n in range(len(self._calls), self.agents)]
        self._todo = [rounds] * self.agents
        self._last = self._turn + rounds
        self._turn = self._last

    def _hold_or_resume(self, n: int, due: float) -> None:
        turn = self._last - self._todo[n]
        self._todo[n] -= 1
        text, needle = self._event(n, turn)
        self._out += plain(text)
        self._expected[n] = (needle, due)

    def _event(self, n: int, turn: int) -> tuple[bytes, bytes]:
        """What the switch says of the n-th agent now, and what shows that it was understood."""
        at = floor.START + 1_000 + turn * self.agents + n
        call = self._calls[n]
        kind = "ChannelUnhold" if turn % 2 else "ChannelHold"
        return ari_like.message(kind, call.legs[0].id, at, call.number, call.key), b'"since":%d}' % at

    def _arrived(self, panel: Panel, waits: list[float]) -> bool:
        """Whether the panel shows what it was to show; noted once."""
        waiting = self._expected.get(panel.n)
        if waiting is None or waiting[0] not in panel.text:
            return False
        del self._expected[panel.n]
        waits.append((time.perf_counter() - waiting[1]) * 1000)
        return True

    def to_all(self, event: bytes, needle: bytes) -> tuple[float, float]:
        """One event that all panels are shown; returns the seconds until the last has it, and the server's CPU."""
        missing = set(range(self.agents))

        def seen(panel: Panel) -> None:
            if needle in panel.text:
                missing.discard(panel.n)

        used = self.server.cpu()
        began = time.perf_counter()
        self._out += plain(event)
        while missing:
            self._wait(seen)
        return time.perf_counter() - began, self.server.cpu() - used

    def shown(self) -> dict[int, Any]:
        """What each panel shows, without the clock and the count of messages."""
        found = {}
        for panel in self.panels.values():
            state = msgspec.json.decode(panel.text)
            for name in ("now", "seq"):
                state.pop(name, None)
            found[panel.n] = state
        return found

    def _wait(self, seen: Callable[[Panel], None] | None, seconds: float | None = None) -> None:
        """Sends what is to be sent, then takes what has come."""
        if self._out:
            with contextlib.suppress(BlockingIOError):
                sent = self._switch.send(self._out)
                del self._out[:sent]
        wait = PATIENCE if seconds is None else seconds
        ready = self._poll.poll(0.001 if self._out else wait, 512)
        if not ready and not self._out and seconds is None:
            raise SystemExit(f"{self.variant}: nothing was shown for {PATIENCE:.0f} s")
        for number, _ in ready:
            if number == self._switch.fileno():
                self._asked()
                continue
            panel = self.panels[number]
            try:
                data = panel.sock.recv(262_144)
            except BlockingIOError:
                continue
            if not data:
                raise SystemExit(f"{self.variant} closed the socket of panel {panel.n}")
            for text in _frames(panel, data):
                self.messages += 1
                panel.text = text
                if seen is not None:
                    seen(panel)

    def _asked(self) -> None:
        """The server has sent something to its switch, which only some do."""


def _frames(panel: Panel, data: bytes) -> Iterator[bytes]:
    """The texts that are complete; a ping is answered."""
    if panel.left:
        data = panel.left + data
    start = 0
    while len(data) - start >= 2:
        length, header = data[start + 1], 2
        if length == 126:
            length, header = int.from_bytes(data[start + 2 : start + 4]), 4
        elif length == 127:
            length, header = int.from_bytes(data[start + 2 : start + 10]), 10
        end = start + header + length
        if end > len(data) or len(data) < start + header:
            break
        if data[start] & 0xF == 1:
            yield data[start + header : end]
        elif data[start] & 0xF == 9:
            panel.sock.send(b"\x8a\x80" + bytes(4))
        start = end
    panel.left = data[start:]


def _masked(text: bytes) -> bytes:
    """A text frame as a client sends it, under the mask 0."""
    length = bytes([0x80 | len(text)]) if len(text) < 126 else b"\xfe" + len(text).to_bytes(2, "big")
    return b"\x81" + length + bytes(4) + text


def _upgrade(sock: socket.socket, port: int) -> None:
    key = base64.b64encode(os.urandom(16)).decode()
    sock.sendall(
        f"GET /panel/socket HTTP/1.1\r\nHost: localhost:{port}\r\nOrigin: {floor.ORIGIN}\r\nUpgrade: websocket\r\n"
        f"Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
    )
    answer = _head(sock)
    if b" 101 " not in answer.partition(b"\r\n")[0]:
        raise SystemExit(f"no socket: {answer!r}")


def accept(listener: socket.socket) -> socket.socket:
    listener.settimeout(30)
    sock, _ = listener.accept()
    sock.settimeout(30)
    head = _head(sock)
    lines = (line.partition(b":") for line in head.split(b"\r\n"))
    key = next(value.strip() for name, _, value in lines if name.lower() == b"sec-websocket-key")
    accept = base64.b64encode(hashlib.sha1(key + _GUID).digest())
    sock.sendall(
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Accept: " + accept + b"\r\n\r\n"
    )
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # an event goes out at once, as Asterisk's do
    sock.setblocking(False)
    return sock


def _head(sock: socket.socket) -> bytes:
    """Reads up to the empty line and no further."""
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        byte = sock.recv(1)
        if not byte:
            raise SystemExit(f"the connection ended: {head!r}")
        head += byte
    return head
