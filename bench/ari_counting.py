"""One client of ARI under test, in a process of its own: counts the events that it is told, by type.

    python bench/ari_counting.py CLIENT PORT ROUNDS

Each client has one handler for each type that the connector uses, and the handler does the same in all: counts, and
adds up a checksum of the names of the channels.  Nothing else of this folder is used here, because most clients run
with a Python environment of their own.

Prints `ready`, then what it has counted when it was told the last event; ends when its standard input does.
"""

# ruff: noqa: PLC0415 - each client imports only what is in its own environment
# ruff: noqa: ASYNC110 - the libraries have nothing to wait for that says that they are connected

import asyncio
import json
import os
import sys
import threading
import zlib
from collections import Counter
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

TYPES = (
    *("StasisStart", "StasisEnd", "ChannelStateChange", "ChannelHangupRequest", "ChannelDestroyed", "ChannelHold"),
    *("ChannelUnhold", "ChannelDtmfReceived", "ChannelTransfer", "ChannelEnteredBridge", "ChannelLeftBridge"),
    *("DeviceStateChanged", "RecordingStarted", "RecordingFinished", "PlaybackFinished"),
)
NO_CHANNEL = ("ChannelTransfer", "DeviceStateChanged", "RecordingStarted", "RecordingFinished", "PlaybackFinished")
END = "end"
"""The name of the channel of the last event."""

APP = "phone-panel"
USER = "connector"
WORD = "pw"


class Seen:
    """What was told."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.names = 0

    def of(self, kind: str, channel: str) -> None:
        """An event of that type about that channel; after the last the sums are told."""
        self.counts[kind] += 1
        self.names += zlib.crc32(channel.encode())
        if channel == END:
            print(json.dumps([sorted(self.counts.items()), self.names]), flush=True)

    def without(self, kind: str) -> None:
        """An event of that type, about something else than a channel."""
        self.counts[kind] += 1


def handlers_of_json(seen: Seen) -> dict[str, Any]:
    """A handler for each type, of an event as `json` decodes it."""

    def of_channel(kind: str) -> Any:
        return lambda event: seen.of(kind, event["channel"]["id"])

    def of_other(kind: str) -> Any:
        return lambda _event: seen.without(kind)

    return {kind: (of_other if kind in NO_CHANNEL else of_channel)(kind) for kind in TYPES}


# --- ours, and what it is built of ------------------------------------------------------------------------------------


async def _connector(port: int, take: Any) -> None:
    import aiohttp

    from connector.switch.asterisk.socket import AriSocket

    async with aiohttp.ClientSession() as session:
        socket = await AriSocket.open(session, f"http://127.0.0.1:{port}/ari", APP, take)
        print("ready", flush=True)
        await socket.closed.wait()


def _typed_handlers(seen: Seen) -> dict[type, Any]:
    from connector.switch.asterisk import parse as p

    def of_channel(kind: str) -> Any:
        return lambda event: seen.of(kind, event.channel.id)

    def of_other(kind: str) -> Any:
        return lambda _event: seen.without(kind)

    return {getattr(p, kind): (of_other if kind in NO_CHANNEL else of_channel)(kind) for kind in TYPES}


async def connector(port: int, seen: Seen, _rounds: int) -> None:
    """The connector's own socket and parser."""
    handlers = _typed_handlers(seen)
    await _connector(port, lambda event: handlers[type(event)](event))


async def register(port: int, seen: Seen, rounds: int) -> None:
    """The same, and the connector's register of legs is kept with every event, and tells what happened."""
    from bench.ari_floor import register_of

    floor = register_of(rounds)
    handlers = _typed_handlers(seen)

    def take(event: Any) -> None:
        floor.take(event)
        handlers[type(event)](event)

    await _connector(port, take)


async def aiohttp_json(port: int, seen: Seen, _rounds: int) -> None:
    """The bare loop: aiohttp, json, one table."""
    import aiohttp

    handlers = handlers_of_json(seen)
    async with aiohttp.ClientSession() as http, http.ws_connect(_url(port), max_msg_size=0) as socket:
        print("ready", flush=True)
        async for message in socket:
            event = json.loads(message.data)
            handler = handlers.get(event["type"])
            if handler is not None:
                handler(event)


async def aiohttp_msgspec(port: int, seen: Seen, _rounds: int) -> None:
    """The same with the decoder of msgspec, to plain dictionaries."""
    import aiohttp
    import msgspec

    handlers = handlers_of_json(seen)
    decode = msgspec.json.Decoder().decode
    async with aiohttp.ClientSession() as http, http.ws_connect(_url(port), max_msg_size=0) as socket:
        print("ready", flush=True)
        async for message in socket:
            event = decode(message.data)
            handler = handlers.get(event["type"])
            if handler is not None:
                handler(event)


def _url(port: int) -> str:
    return f"ws://127.0.0.1:{port}/ari/events?app={APP}"


# --- libraries --------------------------------------------------------------------------------------------------------


async def aioari(port: int, seen: Seen, _rounds: int) -> None:
    """aioari."""
    import aioari as library

    client = await library.connect(f"http://127.0.0.1:{port}/", USER, WORD)
    for kind, handler in handlers_of_json(seen).items():
        client.on_event(kind, handler)
    running = asyncio.create_task(client.run(apps=APP))
    while not client.websockets:
        await asyncio.sleep(0.01)
    print("ready", flush=True)
    await running


async def asyncari(port: int, seen: Seen, _rounds: int) -> None:
    """asyncari, as its own page shows it: one loop over all events.

    It fails at any DeviceStateChanged, because its class for that has no `api`; without the class it runs.
    """
    import asyncari as library

    async with library.connect(f"http://127.0.0.1:{port}/", APP, USER, WORD) as client:
        del client.class_map["DeviceState"]
        await _iterate(client, seen)


async def _iterate(client: Any, seen: Seen) -> None:
    events = client.__aiter__()
    print("ready", flush=True)
    async for event in events:
        kind = event.type
        if kind in NO_CHANNEL:
            seen.without(kind)
        elif kind in TYPES:
            seen.of(kind, event.channel.id)


async def ari_client(port: int, seen: Seen, _rounds: int) -> None:
    """ari-client."""
    from ari_client import AriClient

    client = AriClient("127.0.0.1", port, USER, WORD)

    def of_channel(kind: str) -> Any:
        async def handler(event: Any) -> None:
            seen.of(kind, event.channel.id)

        return handler

    def of_other(kind: str) -> Any:
        async def handler(_event: Any) -> None:
            seen.without(kind)

        return handler

    for kind in TYPES:
        client.on_event(kind)((of_other if kind in NO_CHANNEL else of_channel)(kind))
    await client.connect(APP)
    print("ready", flush=True)
    await client.event_listener


async def asterkit(port: int, seen: Seen, _rounds: int) -> None:
    """asterkit."""
    from asterkit.ari import App, Client

    client = Client(host="127.0.0.1", port=port, username=USER, password=WORD)

    def asynchronous(handler: Any) -> Any:
        async def call(event: Any, hid: str, **_options: Any) -> None:
            handler(event)

        return call

    await client.add_apps(App(client, APP))
    for kind, handler in handlers_of_json(seen).items():
        client.subscribe(kind, asynchronous(handler))
    running = asyncio.create_task(client.connect())
    while not client.is_connected:
        await asyncio.sleep(0.01)
    print("ready", flush=True)
    await running


async def asterisk_agent(port: int, seen: Seen, _rounds: int) -> None:
    """asterisk-agent's event loop, which hands every event to one function."""
    from asterisk_agent.config import AriConfig
    from asterisk_agent.websocket import WebsocketEvents

    handlers = handlers_of_json(seen)

    async def take(event: Any) -> None:
        handlers[event["type"]](event)

    address = f"http://127.0.0.1:{port}/ari"
    config = AriConfig(url=address, wss=f"ws://127.0.0.1:{port}/ari/events", login=USER, password=WORD,
                       events_ignore=[], events_used=list(TYPES))
    client = WebsocketEvents("", f"{USER}:{WORD}", config, on_event=take)
    running = asyncio.create_task(client.start_consumer())
    while not client.connected:
        await asyncio.sleep(0.01)
    print("ready", flush=True)
    await running


def trio_ari(port: int, seen: Seen, _rounds: int) -> None:
    """trio-ari, which has a loop of its own."""
    import trio
    import trio_ari as library

    async def run() -> None:
        async with library.connect(f"http://127.0.0.1:{port}/", APP, USER, WORD) as client:
            await _iterate(client, seen)

    trio.run(run)


def ari(port: int, seen: Seen, _rounds: int) -> None:
    """ari and its copies (py3ari, codet-ari): a loop that blocks."""
    import ari as library

    client = library.connect(f"http://127.0.0.1:{port}/", USER, WORD)
    for kind, handler in handlers_of_json(seen).items():
        client.on_event(kind, handler)
    threading.Timer(0.5, lambda: print("ready", flush=True)).start()
    client.run(apps=APP)


CLIENTS: dict[str, Any] = {
    "connector": connector,
    "connector's register": register,
    "aiohttp + json": aiohttp_json,
    "aiohttp + msgspec": aiohttp_msgspec,
    "aioari": aioari,
    "asyncari": asyncari,
    "ari-client": ari_client,
    "asterkit": asterkit,
    "asterisk-agent": asterisk_agent,
    "trio-ari": trio_ari,
    "ari": ari,
    "py3ari": ari,
    "codet-ari": ari,
}


def main(name: str, port: int, rounds: int) -> None:
    """Runs until standard input ends."""

    def wait() -> None:
        sys.stdin.read()
        # Only the process that started this one knows when all is read; no library has anything to put away.
        os._exit(0)

    threading.Thread(target=wait, daemon=True).start()
    client = CLIENTS[name]
    if asyncio.iscoroutinefunction(client):
        asyncio.run(client(port, Seen(), rounds))
    else:
        client(port, Seen(), rounds)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
