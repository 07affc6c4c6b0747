"""Customers of the demo who ask to be called back."""

import asyncio

import aiohttp
import pytest
from aiohttp import web

from connector.sandbox.requests import CALLBACKS_PATH, RequestRefused, Requests, ask_for_callbacks
from connector.sandbox.samples import CALLBACKS, SAMPLES
from connector.wire.requests import decode_callback, decode_work
from tests.sandbox.console.doubles import served


def test_the_samples_are_requests_that_can_be_read() -> None:
    for kind, samples in SAMPLES.items():
        for body in samples:
            text = aiohttp.JsonPayload(body).decode()
            assert (decode_callback if kind == "callback" else decode_work)(text).skill == body["skill"]


async def test_they_ask_again_and_again_whatever_the_connector_says() -> None:
    asked: asyncio.Queue[str] = asyncio.Queue()
    answers = iter([(201, {"contact": "c"}), (500, None), (400, {"field": "skill", "message": "none"})])

    async def take(request: web.Request) -> web.Response:
        asked.put_nowait((await request.json())["number"])
        status, body = next(answers, (201, {"contact": "c"}))
        return web.json_response(body, status=status) if body else web.Response(status=status, text="fault")

    async with served(web.post(CALLBACKS_PATH, take)) as connector, aiohttp.ClientSession() as http:
        asking = asyncio.create_task(ask_for_callbacks(Requests(http, connector, "ppk_x"), 0, 0))
        numbers = [await asyncio.wait_for(asked.get(), 10) for _ in range(len(CALLBACKS) + 1)]
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)
    assert numbers == [*(body["number"] for body in CALLBACKS), CALLBACKS[0]["number"]]


async def test_a_refusal_names_the_field() -> None:
    async def refuse(_: web.Request) -> web.Response:
        return web.json_response({"code": "skill_unknown", "field": "skill", "message": "none of ours"}, status=404)

    async with served(web.post(CALLBACKS_PATH, refuse)) as connector, aiohttp.ClientSession() as http:
        with pytest.raises(RequestRefused, match=r"^skill: none of ours$"):
            await Requests(http, connector, "ppk_x").send(CALLBACKS_PATH, CALLBACKS[0])
