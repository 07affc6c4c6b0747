"""Bad input: whatever a panel sends, the state is untouched, the answer has a stable code, and nobody else notices."""

import asyncio
import copy
from typing import Any

import pytest
from msgspec.structs import replace

from connector.api.ws import FLOOD
from connector.domain.decide import guard
from connector.domain.model import Floor
from tests.api.rig import PATIENCE, Edge, Panel
from tests.api.test_handlers import EXPECTED, FULL, NEEDS
from tests.domain.stage import JONAS, SAM

VALUES = {**FULL, "record": {"id": "500000000000001AAA", "type": "Case"}, "to": {"kind": "skill", "id": "billing"}}
ON_CONTACT = [name for name in EXPECTED if "contact" in NEEDS.get(name, ("contact",))]


def values_of(name: str, contact: str) -> dict[str, Any]:
    """All that the command needs, and a contact."""
    wanted = NEEDS.get(name, ("contact",))
    return {**{field: VALUES[field] for field in wanted if field != "contact"}, "contact": contact}


def standing(floor: Floor) -> Floor:
    """The floor as it is now: its values are frozen."""
    return copy.copy(
        Floor(dict(floor.contacts), dict(floor.agents), dict(floor.queues), dict(floor.legs), dict(floor.phones))
    )


@pytest.mark.parametrize("name", ON_CONTACT)
async def test_no_order_reaches_another_agents_contact(edge: Edge, name: str) -> None:
    contact = await edge.talking(SAM)
    async with edge.panel(JONAS) as panel:
        before = standing(edge.runner.floor)
        edge.disk.commits.clear()
        for key in (contact, "nobody's"):
            reply = await panel.order(name, **values_of(name, key))
            assert reply["error"] == "no_such_contact"
            assert reply["message"]
        assert standing(edge.runner.floor) == before
        assert edge.disk.commits == []
        assert [message for message in await panel.so_far() if message["type"] == "state"] == []


@pytest.mark.parametrize("phase", ["OFFERED", "ACTIVE", "WRAP_UP"])
async def test_what_is_not_allowed_now_says_why_and_changes_nothing(edge: Edge, phase: str) -> None:
    contact = await edge.talking()
    if phase == "WRAP_UP":
        edge.hangs_up(contact)
    if phase == "OFFERED":
        edge.hangs_up(contact)
        async with edge.panel() as panel:
            await panel.order("done", "tidy", contact=contact)
        contact = edge.ring()
    async with edge.panel() as panel:
        refused = 0
        for name in ON_CONTACT:
            order = replace(EXPECTED[name], contact=contact)
            why = guard(edge.runner.floor, edge.runner.directory, order)  # type: ignore[arg-type]  # one of EXPECTED
            if why is None:
                continue
            refused += 1
            before = standing(edge.runner.floor)
            assert (await panel.order(name, **values_of(name, contact)))["error"] == why, name
            assert standing(edge.runner.floor) == before, name
        assert refused >= 10


async def shout(panel: Panel, message: dict[str, Any], times: int) -> None:
    """So many messages as fast as they go, until the socket is closed."""
    for number in range(times):
        if panel.ws.closed:
            return
        try:
            await panel.ws.send_json({**message, **({"id": f"{number}"} if "id" in message else {})})
        except (ConnectionError, RuntimeError):
            return


@pytest.mark.parametrize(
    "message",
    [
        {"type": "command", "id": "", "name": "dance"},
        {"type": "command", "id": "", "name": "end", "contact": "somebody's"},
        {"type": "command", "id": "", "name": "hold"},
        {"type": "draft", "contact": "somebody's", "field": "comments", "revision": 1, "text": "x"},
        {"type": "chore_done", "chore": "x", "ok": True},
        {"type": "nonsense"},
    ],
    ids=lambda message: "-".join(str(value) for value in message.values())[:40],
)
async def test_ten_thousand_at_once_end_their_own_socket_and_nothing_else(edge: Edge, message: dict[str, Any]) -> None:
    contact = await edge.talking(JONAS)
    if message.get("contact"):
        message = {**message, "contact": contact}
    async with edge.panel(JONAS) as other, edge.panel(SAM) as panel:
        before = standing(edge.runner.floor)
        inputs = edge.runner.counts.inputs
        shouting = asyncio.get_running_loop().create_task(shout(panel, message, 10_000))
        assert await panel.turned_away() == "flood"
        await asyncio.wait_for(shouting, PATIENCE)
        assert edge.runner.counts.inputs - inputs <= FLOOD[0] + 2, "no more is looked at than an agent can give rise to"
        now = standing(edge.runner.floor)
        assert (now.contacts, now.queues, now.legs) == (before.contacts, before.queues, before.legs)
        assert now.agents[JONAS] == before.agents[JONAS]
        assert (await other.order("hold", contact=contact)).get("error") is None
        assert edge.runner.counts.faults == 0
    async with edge.panel(SAM) as again:
        assert (await again.order("set_state", state="AVAILABLE")).get("error") is None, "who comes back is welcome"
