"""The other end of the connector's ARI socket, for a floor of N agents in a call: answers requests, sends events.

It knows the calls of `floor.py` as Asterisk would show them, says yes to all that it is asked to change, and changes
nothing: what is measured asks for no change.
"""

import json
import select
import socket
import threading
from collections.abc import Callable
from urllib.parse import unquote

from bench import floor
from connector.domain.model import Role
from connector.switch.asterisk.notes import note_of
from connector.switch.register.channel import Channel, LegState

_STAMP = "2026-11-23T12:00:00.000+0000"
_PHONE = (
    '{"type":"DeviceStateChanged","application":"phone-panel","timestamp":"2026-11-23T12:00:00.000+0000",'
    '"device_state":{"name":"PJSIP/%s","state":"%s"},"asterisk_id":"02:fc:00:00:00:01"}'
)


def phone_event(n: int, *, there: bool) -> bytes:
    """The n-th agent's phone is registered, or no more."""
    return (_PHONE % (20_000 + n, "INUSE" if there else "UNAVAILABLE")).encode()


class Requests:
    """Takes in what a client sends; returns the frames that answer it."""

    def __init__(self, agents: int) -> None:
        self._left = b""
        self._answers = _answers(agents)

    def take(self, data: bytes) -> list[bytes]:
        """The texts to send back, and pongs as they are."""
        self._left += data
        found = []
        while (one := self._frame()) is not None:
            kind, text = one
            if kind == 9:
                found.append(b"\x8a" + bytes([len(text)]) + text)
            elif kind == 1:
                found.append(plain(self._answer(json.loads(text))))
        return found

    def _answer(self, asked: dict[str, str]) -> bytes:
        path = unquote(asked["uri"].partition("?")[0])
        body = self._answers.get(path) if asked["method"] == "GET" else ""
        told = {"type": "RESTResponse", "request_id": asked["request_id"], "transaction_id": asked["transaction_id"],
                "status_code": 404 if body is None else 200 if body else 204, "reason_phrase": "", "uri": asked["uri"]}
        return json.dumps({**told, "message_body": body} if body else told).encode()

    def _frame(self) -> tuple[int, bytes] | None:
        data = self._left
        if len(data) < 6:
            return None
        size, at = data[1] & 0x7F, 2
        if size > 125:
            width = 2 if size == 126 else 8
            size, at = int.from_bytes(data[2 : 2 + width], "big"), 2 + width
        if len(data) < at + 4 + size:
            return None
        mask, body = data[at : at + 4], data[at + 4 : at + 4 + size]
        self._left = data[at + 4 + size :]
        key = int.from_bytes((mask * (size // 4 + 1))[:size], "big")
        return data[0] & 0xF, (int.from_bytes(body, "big") ^ key).to_bytes(size, "big")


def _answers(agents: int) -> dict[str, str]:
    """Path → body, of all that is asked at a connection."""
    found = {"asterisk/info": json.dumps({"status": {"startup_time": _STAMP}})}
    channels, bridges = [], []
    for n in range(agents):
        call, device = floor.contact(n), str(20_000 + n)
        customer, own = call.legs
        up = LegState.CONNECTED
        channels += [_channel(customer.id, "carrier", n, call.number), _channel(own.id, device, n, device)]
        bridges.append({"id": f"mix-{n}", "channels": [customer.id, own.id]})
        found[f"endpoints/PJSIP/{device}"] = json.dumps({"resource": device, "state": "online"})
        theirs = Channel(customer.id, Role.CUSTOMER, call.number, call.line, floor.START, up, call.key, inbound=True)
        mine = Channel(own.id, Role.AGENT, device, call.line, floor.START, up, call.key, device, customer.id)
        for channel in (theirs, mine):
            channel.answered, channel.dialled = floor.START, True
            found[f"channels/{channel.leg}/variable"] = json.dumps({"value": note_of(channel)})
    found["channels"] = json.dumps(channels)
    found["bridges"] = json.dumps(bridges)
    return found


def _channel(leg: str, endpoint: str, n: int, number: str) -> dict[str, object]:
    return {"id": leg, "name": f"PJSIP/{endpoint}-{n:08x}", "state": "Up", "protocol_id": f"{leg}@bench",
            "caller": {"name": "", "number": number}, "connected": {"name": "", "number": ""}, "accountcode": "",
            "dialplan": {"context": "inbound", "exten": "s", "priority": 1, "app_name": "Stasis",
                         "app_data": "phone-panel"},
            "creationtime": _STAMP, "language": "en"}


def plain(text: bytes) -> bytes:
    """A text frame as a server sends it."""
    size = len(text)
    if size < 126:
        return b"\x81" + bytes([size]) + text
    return b"\x81" + (b"\x7e" + size.to_bytes(2, "big") if size < 65_536 else b"\x7f" + size.to_bytes(8, "big")) + text


class Meeting(threading.Thread):
    """Waits for the client, and answers it until `over`: one that is starting asks before it is ready."""

    def __init__(
        self, listener: socket.socket, accept: Callable[[socket.socket], socket.socket], requests: Requests
    ) -> None:
        super().__init__(daemon=True)
        self._listener = listener
        self._accept = accept
        self._requests = requests
        self._ours, self._theirs = socket.socketpair()
        self._sock: socket.socket | None = None

    def run(self) -> None:
        """Until `over`."""
        sock = self._sock = self._accept(self._listener)
        sock.setblocking(True)
        while self._theirs not in select.select([sock, self._theirs], [], [])[0]:
            data = sock.recv(65_536)
            if not data:
                return
            for frame in self._requests.take(data):
                sock.sendall(frame)

    def over(self) -> socket.socket:
        """Nothing is read here any more; the client's socket."""
        self._ours.send(b"x")
        self.join()
        assert self._sock is not None
        return self._sock
