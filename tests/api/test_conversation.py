"""The live transcript on the socket: who is told, what a panel that comes late gets, and that nothing is kept."""

from typing import Any

from msgspec.structs import replace

from connector.domain.commands import Hold
from connector.domain.events import LegHeld
from connector.domain.model import Role
from tests.api.rig import Edge, Panel
from tests.domain.stage import JONAS, SAM
from tests.domain.test_transcript import reading


def of_it(messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [one for one in messages if one["type"] in ("transcript", "segments", "transcript_over")]


async def until_said(edge: Edge, panel: Panel, text: str, *, final: bool = True) -> dict[str, Any]:
    """The customer says that; what the panel is told."""
    edge.spoken.say("in-1", text, final)
    return await panel.until("segments")


async def test_setup_says_whether_this_agent_has_one(edge: Edge) -> None:
    edge.runner.set_directory(reading("both", SAM))
    async with edge.panel(SAM) as sam, edge.panel(JONAS) as jonas:
        assert sam.heard[0]["transcript"] is True
        assert "transcript" not in jonas.heard[0]
        edge.runner.set_directory(reading("", SAM))
        assert "transcript" not in await sam.until("setup")
        edge.runner.set_directory(reading("agent", JONAS))
        await jonas.until("setup", transcript=True)
    edge.hub.conversations = None
    async with edge.panel(JONAS) as jonas:
        assert "transcript" not in jonas.heard[0], "without a recognizer nobody has"


async def test_the_contacts_agent_is_told_and_nobody_else(edge: Edge) -> None:
    edge.runner.set_directory(reading("both", SAM, JONAS))
    async with edge.panel(SAM) as sam, edge.panel(JONAS) as jonas:
        key = await edge.talking()
        assert await sam.until("transcript") == {"type": "transcript", "contact": key, "status": "live", "items": []}
        assert of_it(await sam.so_far()) == []
        told = await until_said(edge, sam, "Which invoice?", final=False)
        (item,) = told["items"]
        assert (item["kind"], item["side"], item["text"], item["final"]) == (
            "said",
            "customer",
            "Which invoice?",
            False,
        )
        assert (item["party"], item["revision"]) == ("in-1", 1)
        edge.hangs_up(key)
        assert (await sam.until("transcript_over"))["contact"] == key
        assert of_it(await jonas.so_far()) == []


async def test_a_panel_that_comes_late_gets_all_at_once_and_then_what_is_new(edge: Edge) -> None:
    edge.runner.set_directory(reading())
    key = await edge.talking()
    async with edge.panel() as first:
        await until_said(edge, first, "One")
        edge.runner.command(Hold(SAM, key), "hold", lambda _: None)
        held = await first.until("segments")
        assert held["status"] == "paused"
        assert [(item["kind"], item["why"], item["ended"]) for item in held["items"]] == [("pause", "hold", None)]
        leg = edge.contact(key).leg(Role.CUSTOMER)
        assert leg is not None
        edge.runner.event(LegHeld(leg.id, edge.clock.now()))
        async with edge.panel() as second:
            (whole,) = of_it(second.heard)
            assert [item["kind"] for item in whole["items"]] == ["said", "pause"]
            assert (whole["type"], whole["status"]) == ("transcript", "paused")
            kinds = [one["type"] for one in second.heard]
            assert kinds.index("setup") < kinds.index("transcript") < kinds.index("state")


async def test_nothing_that_was_said_is_in_what_is_stored(edge: Edge) -> None:
    edge.runner.set_directory(reading())
    key = await edge.talking()
    async with edge.panel() as panel:
        await until_said(edge, panel, "quetzalcoatl")
        edge.hangs_up(key)
        await panel.until("transcript_over")
        await panel.until("state")
    assert edge.disk.commits
    assert "quetzalcoatl" not in repr(edge.disk.commits) + repr(edge.runner.floor)


async def test_a_fault_of_it_does_not_touch_the_call(edge: Edge) -> None:
    edge.runner.set_directory(reading())

    def fails(_contacts: object) -> None:
        raise KeyError("quetzalcoatl")

    edge.runner._overhear = fails
    key = await edge.talking()
    async with edge.panel() as panel:
        edge.hangs_up(key)
        assert (await panel.until("state"))["contacts"][0]["phase"] == "WRAP_UP"
    assert edge.runner.counts.faults > 0


async def test_who_is_no_agent_any_more_is_not_told(edge: Edge) -> None:
    directory = reading()
    edge.runner.set_directory(directory)
    await edge.talking()
    async with edge.panel() as panel:
        people = {key: one for key, one in directory.agents.items() if key != SAM}
        edge.runner.set_directory(replace(directory, agents=people))
        await panel.until("transcript_over")
