"""The bare loop: aiohttp and the json of the standard library, plain dictionaries, nothing kept.

It reads each event of ARI, changes the agent's state and sends all of it to their panel; it decides nothing, writes
nothing to disk, and knows no call.
"""

import asyncio
import json
from typing import Any

import aiohttp
import jwt
from aiohttp import web
from msgspec.structs import replace

from bench import floor
from connector.api import view
from connector.domain.model import Floor, Line
from connector.domain.step import load
from connector.wire import state as wire


class BareJson:
    """A table from device to the agent's socket and what they were shown last."""

    def __init__(self, agents: int) -> None:
        here = Floor()
        contacts = tuple(map(floor.contact, range(agents)))
        # As a phone at Asterisk is: somebody must lift it.
        people = tuple(replace(floor.agent(n), line=Line.LIFTED) for n in range(agents))
        directory = floor.directory(agents)
        load(here, contacts, people)
        here.lines.update(dict.fromkeys((str(20_000 + n) for n in range(agents)), Line.LIFTED))
        self.setups = {agent: view.setup_view(directory, agent) for agent in directory.agents}
        self.states: dict[str, dict[str, Any]] = {}
        self.sockets: dict[str, web.WebSocketResponse] = {}
        self.devices = {str(20_000 + n): floor.agent_id(n) for n in range(agents)}
        for agent in people:
            shown = view.state_view(here, directory, agent, seq=0, now=0, durable=True)
            self.states[agent.id] = json.loads(wire.encode(shown))

    async def panel(self, request: web.Request) -> web.WebSocketResponse:
        """One panel; its hello is believed."""
        ws = web.WebSocketResponse(heartbeat=30.0, compress=False)
        await ws.prepare(request)
        hello = json.loads((await ws.receive()).data)
        agent = jwt.decode(hello["token"], options={"verify_signature": False})["sub"]
        self.sockets[agent] = ws
        await ws.send_str(wire.encode(self.setups[agent]).decode())
        await ws.send_str(json.dumps(self.states[agent], separators=(",", ":")))
        async for _ in ws:
            pass
        return ws

    async def listen(self, port: int) -> None:
        """Reads the switch's events until it ends."""
        address = f"ws://127.0.0.1:{port}/ari/events?app=phone-panel"
        async with aiohttp.ClientSession() as http, http.ws_connect(address, max_msg_size=0) as socket:
            async for message in socket:
                event = json.loads(message.data)
                if event["type"] == "DeviceStateChanged":
                    await self.phone(event["device_state"])

    async def phone(self, device: dict[str, str]) -> None:
        """A phone comes or goes; its agent's panel is told."""
        agent = self.devices[device["name"].removeprefix("PJSIP/")]
        state = self.states[agent]
        state["seq"] += 1
        state["agent"]["phone_ready"] = device["state"] != "UNAVAILABLE"
        await self.sockets[agent].send_str(json.dumps(state, separators=(",", ":")))


async def bare_json(agents: int, ari_port: int) -> web.Application:
    """The bare loop, on the same floor."""
    loop = BareJson(agents)
    app = web.Application()
    app.router.add_get("/panel/socket", loop.panel)
    app["tasks"] = [asyncio.create_task(loop.listen(ari_port))]
    return app
