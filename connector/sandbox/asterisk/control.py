"""The control of the telephone network, over HTTP on loopback: the same as the simulated switch has.

- `POST /calls` {"from", "to" | "skill", "talk", "patience"}: a customer calls; 201 {"leg"}
- `GET /calls`: the legs that have not ended
- `POST /hangup` {"leg"}: the far end hangs up; {"device"}: the handset of a phone is laid down
- `POST /lift` {"leg"}: the phone that rings for it is lifted
- `POST /phones` {"leg", "does": "hold" | "resume" | "transfer", "to"}: the keys of an agent's phone itself
- `POST /dial` {"device", "number"}: somebody dials on a phone itself

All need the header `X-Sandbox-Key`.  Bad input is 400 {"code", "field", "message"}.
"""

import hmac
from typing import Final

import msgspec
from aiohttp import web

from connector.errors import BadInput
from connector.sandbox.asterisk.world import World
from connector.switch.simulated.new_call import NewCall, caller_of, line_of, record_of, times_of
from connector.switch.simulated.server import Dialled, Handler, Hangup, Lift, PhoneAct, body_of, json_of, problem
from connector.switch.simulated.wire import KEY_HEADER

_NEW_CALL: Final = msgspec.json.Decoder(NewCall)
_HANGUP: Final = msgspec.json.Decoder(Hangup)
_LIFT: Final = msgspec.json.Decoder(Lift)
_ACT: Final = msgspec.json.Decoder(PhoneAct)
_DIAL: Final = msgspec.json.Decoder(Dialled)


class Control:
    """Serves `world` to who knows `key`."""

    def __init__(self, world: World, key: str) -> None:
        self._world = world
        self._key = key.encode()
        self._runner: web.AppRunner | None = None

    async def start(self) -> str:
        """Listens on a free port of loopback; returns its address."""
        app = web.Application(middlewares=[self._guard])
        app.add_routes(
            [
                web.post("/calls", self._call),
                web.get("/calls", self._calls),
                web.post("/hangup", self._hang_up),
                web.post("/lift", self._lift),
                web.post("/phones", self._phone_acts),
                web.post("/dial", self._dial),
            ]
        )
        self._runner = web.AppRunner(app, shutdown_timeout=1, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        return f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        """Serves nobody any more."""
        if self._runner is not None:
            await self._runner.cleanup()

    @web.middleware
    async def _guard(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        given = request.headers.get(KEY_HEADER, "").encode()
        if not hmac.compare_digest(given, self._key):
            return problem(401, "key_refused", KEY_HEADER, f"send the switch's key in the header {KEY_HEADER}")
        try:
            return await handler(request)
        except BadInput as bad:
            status = 404 if bad.code in ("leg_unknown", "device_unknown") else 400
            return problem(status, bad.code, bad.field, str(bad))

    async def _call(self, request: web.Request) -> web.Response:
        asked = await body_of(request, _NEW_CALL)
        talk, patience = times_of(asked)
        line = line_of(asked, self._world.lines)
        caller, record = caller_of(asked.caller), record_of(asked)
        leg = await self._world.call(caller, line, talk=talk, patience=patience, record=record)
        return web.json_response({"leg": leg}, status=201)

    async def _calls(self, _request: web.Request) -> web.Response:
        await self._world.look()
        return json_of(self._world.live())

    async def _hang_up(self, request: web.Request) -> web.Response:
        asked = await body_of(request, _HANGUP)
        if bool(asked.leg) is bool(asked.device):
            raise BadInput("value_missing", "leg", "give either a leg or a device")
        await self._world.look()
        if asked.device:
            self._world.lay_down(asked.device)
        else:
            self._world.hang_up(asked.leg)
        return web.json_response({})

    async def _lift(self, request: web.Request) -> web.Response:
        asked = await body_of(request, _LIFT)
        await self._world.look()
        await self._world.phone_of(asked.leg).do("accept")
        return web.json_response({})

    async def _phone_acts(self, request: web.Request) -> web.Response:
        asked = await body_of(request, _ACT)
        if asked.other:
            raise BadInput("value_invalid", "other", "these phones transfer to a number only")
        await self._world.look()
        await self._world.phone_of(asked.leg).do(asked.does, asked.to)
        return web.json_response({})

    async def _dial(self, request: web.Request) -> web.Response:
        asked = await body_of(request, _DIAL)
        await self._world.phone(asked.device).do("dial", asked.number)
        return web.json_response({})
