"""A server under test, in a process of its own: the connector's own parts, or the bare pipeline beside them.

    python bench/under_test.py VARIANT AGENTS ARI_PORT PUBLIC_KEY_FILE FOLDER

`connector`: socket of the switch → runner → decide → store (every commit synced) → hub → panels.
`asterisk`: the same, from the connector's Asterisk driver on.
`bare`: the least that shows the same on the panels: typed decode, two values changed in a ready view, encode, send.
`bare+store`: the same, and each contact's row in the bare batch of `store_commit.py` before its panel is told.

`bare json`: the least that shows what `asterisk` does, with json.

Prints `ready PORT`; ends when its standard input does.  With BENCH_WATCH=1 it then says how long its loop was kept, and
with BENCH_WATCH=named also by what.
"""

import asyncio
import cProfile
import os
import sqlite3
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import aiohttp
import jwt
import msgspec
from aiohttp import WSMsgType, web
from msgspec.structs import replace

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench import ari_like, floor
from bench.bare_json import bare_json
from bench.stalls import watch
from connector import collector
from connector.api import view
from connector.api.auth import Issuer, SignIn
from connector.api.hub import Hub
from connector.api.ws import PanelSockets
from connector.domain.directory import Directory
from connector.domain.effects import SwitchAsk
from connector.domain.events import CallArrived, LegHeld
from connector.domain.model import Agent, Contact, Floor, LegState, Phase
from connector.domain.step import load
from connector.ports.crm import CallerMatch
from connector.ports.store import Commit
from connector.ports.switch import Switch, SwitchListener
from connector.service.clock import WallClock
from connector.service.runner import Runner
from connector.store import records
from connector.store.group_commit import GroupCommit
from connector.store.sqlite import SqliteStore
from connector.switch.asterisk.driver import AsteriskSwitch
from connector.wire import state as wire

Take = Callable[[ari_like.AriLike], None]


async def listen(port: int, take: Callable[[ari_like.AriLike], Any]) -> None:
    """Reads the switch's events until it ends; the same for all variants."""
    async with aiohttp.ClientSession() as http, http.ws_connect(f"ws://127.0.0.1:{port}/", max_msg_size=0) as socket:
        async for message in socket:
            took = take(ari_like.decode(message.data))
            if took is not None:
                await took


class AriLikeSwitch:
    """The `Switch` port on the benchmark's own event socket; what it is asked it does not do."""

    def __init__(self, port: int, agents: int) -> None:
        self._port = port
        self._agents = agents
        self._task: asyncio.Task[None] | None = None

    async def start(self, listener: SwitchListener) -> None:
        """See the port."""
        listener.up(floor.snapshot(self._agents))

        def take(message: ari_like.AriLike) -> None:
            event = ari_like.event_of(message)
            if event is not None:
                listener.event(event)
            elif type(message) is ari_like.Away:
                listener.down("away")
            else:
                listener.up(floor.snapshot(self._agents))

        self._task = asyncio.create_task(listen(self._port, take))

    async def ask(self, ask: SwitchAsk) -> None:
        """See the port."""

    def watch(self, devices: tuple[str, ...]) -> None:
        """See the port."""

    async def close(self) -> None:
        """See the port."""
        if self._task is not None:
            self._task.cancel()


class NoCrm:
    """Nobody is known."""

    async def match(self, _number: str, _country: str) -> CallerMatch:
        """See the port."""
        return CallerMatch((), ())


def asterisk(ari_port: int, agents: int) -> AsteriskSwitch:
    """The connector's driver, at the benchmark's stand-in of Asterisk."""
    devices = tuple(str(20_000 + n) for n in range(agents))
    return AsteriskSwitch(f"http://127.0.0.1:{ari_port}/ari", "connector", "pw", devices=devices, start_within=60)


async def connector(agents: int, switch: Switch, key: str, folder: Path) -> web.Application:
    """The connector's own parts, put together as its app does it, on a floor of that many agents in a call."""
    contacts, people = tuple(map(floor.contact, range(agents))), tuple(map(floor.agent, range(agents)))
    return await put_together(contacts, people, floor.directory(agents), switch, key, folder)


async def put_together(
    contacts: tuple[Contact, ...],
    people: tuple[Agent, ...],
    directory: Directory,
    switch: Switch,
    key: str,
    folder: Path,
) -> web.Application:
    """The same on any floor; `runner` is in the application."""
    clock = WallClock()
    store = SqliteStore(folder / "bench.db", clock.now)
    loaded = await store.open()
    saved: asyncio.Future[None] = asyncio.get_running_loop().create_future()


    def done(error: BaseException | None) -> None:
        if error is None:
            saved.set_result(None)
        else:
            saved.set_exception(error)

    store.commit(Commit(contacts, people), done)
    await saved
    hub = Hub(clock)
    crm: Any = NoCrm()
    runner = Runner(
        store=store, switch=switch, crm=crm, clock=clock, outside=hub, poke_outbox=lambda: None
    )
    hub.watch(runner)
    await runner.start(replace(loaded, contacts=contacts, agents=people), directory)
    sockets = PanelSockets(
        runner=runner,
        hub=hub,
        crm=crm,
        store=store,
        sign_in=SignIn([Issuer(floor.ISSUER, key, floor.ORG)], clock.now),
        origins=frozenset({floor.ORIGIN}),
        clock=clock,
    )
    app = web.Application()
    app.router.add_get("/panel/socket", sockets.handle)
    app["tasks"] = [asyncio.create_task(hub.run())]
    app["runner"] = runner

    async def end(_app: web.Application) -> None:
        await runner.stop()
        await store.close()

    app.on_shutdown.append(end)
    return app


class Bare:
    """One table from leg to seat; a seat has its panel's socket and the view that was shown last."""

    def __init__(self, agents: int, folder: Path | None) -> None:
        self.sockets: dict[str, web.WebSocketResponse] = {}
        self.states: dict[str, wire.State] = {}
        self.seats: dict[str, str] = {}
        directory = floor.directory(agents)
        self.setups = {agent: view.setup_view(directory, agent) for agent in directory.agents}
        here, away = Floor(), Floor(switch_up=False)
        contacts, people = tuple(map(floor.contact, range(agents))), tuple(map(floor.agent, range(agents)))
        self.contacts = {contact.key: contact for contact in contacts}
        for one in (here, away):
            load(one, contacts, people)
        for agent in map(floor.agent, range(agents)):
            self.states[agent.id] = view.state_view(here, directory, agent, seq=0, now=0, durable=True)
        for n in range(agents):
            self.seats[floor.customer_leg(n)] = floor.agent_id(n)
        sample = floor.agent(0)
        self.controls = [self._controls(one, directory, sample) for one in (here, away)]
        held = Floor()
        first = contacts[0]
        parked = replace(first, legs=(replace(first.legs[0], state=LegState.HELD), first.legs[1]))
        load(held, (parked,), (sample,))
        self.on_hold = view.state_view(held, directory, sample, seq=0, now=0, durable=True).contacts[0].controls
        self.now = WallClock().now
        self.directory = directory
        self.queue = Floor()
        self.watching: dict[str, web.WebSocketResponse] = {}
        self.rows = None if folder is None else Rows(folder / "bench.db")

    @staticmethod
    def _controls(of: Floor, directory: Any, sample: Any) -> wire.State:
        return view.state_view(of, directory, sample, seq=0, now=0, durable=True)

    async def panel(self, request: web.Request) -> web.WebSocketResponse:
        """One panel; its hello is believed."""
        ws = web.WebSocketResponse(heartbeat=30.0, compress=False)
        await ws.prepare(request)
        hello = msgspec.json.decode((await ws.receive()).data)
        agent = jwt.decode(hello["token"], options={"verify_signature": False})["sub"]
        self.sockets[agent] = ws
        await ws.send_frame(wire.encode(self.setups[agent]), WSMsgType.TEXT)
        await ws.send_frame(wire.encode(self.states[agent]), WSMsgType.TEXT)
        async for _ in ws:  # the one thing that a panel says here: it watches the queues
            self.watching[agent] = ws
            await ws.send_frame(self._queues(agent), WSMsgType.TEXT)
        return ws

    def take(self, message: ari_like.AriLike) -> Any:
        """A hold or its end; the panel is told at once."""
        event = ari_like.event_of(message)
        if event is None:
            return self._all(away=type(message) is ari_like.Away)
        if type(event) is CallArrived:
            return self._call(event)
        agent = self.seats[event.leg]  # type: ignore[union-attr]  # all of the load's events have a leg
        state = self.states[agent]
        shown = state.contacts[0]
        customer, own = shown.legs
        held = type(event) is LegHeld
        at = event.at  # type: ignore[union-attr]
        leg = replace(customer, state=LegState.HELD if held else LegState.CONNECTED, since=at)
        changed = replace(
            shown,
            legs=(leg, own),
            held_since=at if held else None,
            controls=self.on_hold if held else self.controls[0].contacts[0].controls,
        )
        state = self.states[agent] = replace(state, seq=state.seq + 1, now=self.now(), contacts=(changed,))
        if self.rows is not None:
            self.rows.put(self._row(shown.key, held, at), lambda: self._soon(agent, state))
            return None
        return self.sockets[agent].send_frame(wire.encode(state), WSMsgType.TEXT)

    def _row(self, key: str, held: bool, at: int) -> Contact:
        contact = self.contacts[key]
        customer, own = contact.legs
        leg = replace(customer, state=LegState.HELD if held else LegState.CONNECTED, since=at)
        contact = self.contacts[key] = replace(contact, legs=(leg, own))
        return contact

    def _soon(self, agent: str, state: wire.State) -> None:
        sending = self.sockets[agent].send_frame(wire.encode(state), WSMsgType.TEXT)
        try:
            sending.send(None)  # it does not wait unless the socket is full
        except StopIteration:
            return
        raise RuntimeError("a panel does not read")

    def _queues(self, agent: str) -> bytes:
        return wire.encode(view.queues_view(self.queue, self.directory, agent))

    async def _call(self, event: CallArrived) -> None:
        """One more waits: the list is encoded once for those with the same skills."""
        caller = replace(floor.contact(0), key=event.leg, phase=Phase.QUEUED, started=event.at, legs=())
        load(self.queue, (caller,), ())
        lists: dict[frozenset[str], bytes] = {}
        for agent, ws in self.watching.items():
            skills = frozenset(self.directory.agents[agent].skills)
            if skills not in lists:
                lists[skills] = self._queues(agent)
            await ws.send_frame(lists[skills], WSMsgType.TEXT)

    async def _all(self, *, away: bool) -> None:
        like = self.controls[away]
        for agent, ws in self.sockets.items():
            state = self.states[agent]
            shown = replace(state.contacts[0], controls=like.contacts[0].controls)
            who = replace(state.agent, controls=like.agent.controls, phone_ready=like.agent.phone_ready)
            state = self.states[agent] = replace(
                state, seq=state.seq + 1, now=self.now(), agent=who, contacts=(shown,)
            )
            await ws.send_frame(wire.encode(state), WSMsgType.TEXT)


class Rows:
    """The rows of contacts through the connector's own commit thread, and nothing else of its store."""

    def __init__(self, path: Path) -> None:
        self.thread: GroupCommit[Contact] = GroupCommit(path, self._perform)

    def put(self, contact: Contact, then: Callable[[], None]) -> None:
        """`then` follows when the row is on disk."""
        self.thread.submit(contact, lambda _result, _error: then())

    def _perform(self, db: sqlite3.Connection, batch: Sequence[Contact]) -> Sequence[None]:
        records.put_contacts(db, batch, floor.START, 1)
        return [None] * len(batch)


async def bare(agents: int, ari_port: int, folder: Path | None) -> web.Application:
    """The bare pipeline, on the same floor."""
    pipeline = Bare(agents, folder)
    if pipeline.rows is not None:
        await pipeline.rows.thread.start()
    app = web.Application()
    app.router.add_get("/panel/socket", pipeline.panel)
    app["tasks"] = [asyncio.create_task(listen(ari_port, pipeline.take))]
    return app


async def main(variant: str, agents: int, ari_port: int, key: str, folder: Path) -> None:
    """Serves until standard input ends."""
    how = os.environ.get("BENCH_WATCH")
    stalls = watch(named=how == "named") if how else None
    if variant in ("connector", "asterisk"):
        switch = asterisk(ari_port, agents) if variant == "asterisk" else AriLikeSwitch(ari_port, agents)
        app = await connector(agents, switch, key, folder)
    elif variant == "bare json":
        app = await bare_json(agents, ari_port)
    else:
        app = await bare(agents, ari_port, folder if variant == "bare+store" else None)
    runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, backlog=1024).start()
    collector.settle()
    print("ready", runner.addresses[0][1], flush=True)
    if stalls is not None:
        await asyncio.sleep(0)  # the piece of work that this is part of is no part of serving
        stalls.clear()
    await asyncio.to_thread(sys.stdin.read)
    if stalls is not None:
        print(msgspec.json.encode(stalls).decode(), flush=True)
    await runner.cleanup()
    for task in app["tasks"]:
        task.cancel()


if __name__ == "__main__":
    given = (sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4]).read_text(), Path(sys.argv[5]))
    profile = os.environ.get("BENCH_PROFILE")
    if profile:
        with cProfile.Profile(time.thread_time) as profiler:
            asyncio.run(main(*given))
        profiler.dump_stats(profile)
    else:
        asyncio.run(main(*given))
