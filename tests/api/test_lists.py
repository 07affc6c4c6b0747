"""The lists that panels look at: sent at once, then at most once a second, when they have changed, while shown."""

import json
from typing import Any

import pytest
from msgspec.structs import replace

from connector.api.lists import _TEXTS, LISTS_EVERY
from connector.domain.commands import LogOut, SaveDraft, SetState
from connector.domain.directory import Profile
from connector.domain.events import PhoneChanged
from connector.domain.model import Agent, AgentState, Floor
from tests.api.rig import Edge
from tests.domain.stage import BILLING_LINE, DIRECTORY, JONAS, SAM


def queues(messages: list[dict[str, Any]]) -> list[list[int]]:
    return [[q["waiting"] for q in m["queues"]] for m in messages if m["type"] == "queues"]


async def test_queues_come_at_once_and_then_once_a_second_while_they_are_watched(edge: Edge) -> None:
    async with edge.panel() as panel:
        edge.ring()
        assert queues(await panel.so_far()) == [], "nobody looks"
        await panel.say("watch", lists=["queues"])
        assert queues(await panel.so_far()) == [[1, 0]]
        for _ in range(5):
            edge.ring()
        edge.ring(line=BILLING_LINE)
        assert queues(await panel.so_far()) == []
        edge.clock.advance(LISTS_EVERY - 1)
        assert queues(await panel.so_far()) == []
        edge.clock.advance(1)
        assert queues(await panel.so_far()) == [[6, 1]]
        edge.clock.advance(10 * LISTS_EVERY)
        assert queues(await panel.so_far()) == [], "nothing changed"
        await panel.say("watch", lists=[])
        await panel.so_far()
        edge.ring()
        edge.clock.advance(LISTS_EVERY)
        assert queues(await panel.so_far()) == []


async def test_queues_say_since_when_the_longest_waits(edge: Edge) -> None:
    async with edge.panel() as panel:
        since = edge.clock.now()
        edge.ring()
        edge.clock.advance(5_000)
        edge.ring()
        await panel.say("watch", lists=["queues"])
        message = await panel.until("queues")
        assert message["queues"] == [
            {"skill": "support", "name": "Support EN", "waiting": 2, "longest_since": since},
            {"skill": "billing", "name": "Billing", "waiting": 0, "longest_since": None},
        ]


async def test_today_is_asked_for_at_once_and_then_once_a_second(edge: Edge) -> None:
    asked: list[str] = []
    edge.hub.lists.today = asked.append
    contact = await edge.talking()
    async with edge.panel() as panel, edge.panel(JONAS) as other:
        await panel.say("watch", lists=["today", "queues"])
        await panel.so_far()
        assert asked == [SAM]
        for revision in range(1, 6):
            edge.runner.draft(SaveDraft(SAM, contact, "comments", revision, "x"), lambda: None)
        await other.order("set_state", state="AVAILABLE")
        assert asked == [SAM]
        edge.clock.advance(LISTS_EVERY)
        assert asked == [SAM, SAM]
        assert [p.agent for p in edge.hub.lists.showing(SAM, "today")] == [SAM]
        assert edge.hub.lists.showing(JONAS, "today") == []
    edge.runner.draft(SaveDraft(SAM, contact, "comments", 9, "x"), lambda: None)
    edge.clock.advance(LISTS_EVERY)
    assert asked == [SAM, SAM], "nobody looks any more"


def rows(messages: list[dict[str, Any]], kind: str) -> list[list[dict[str, Any]]]:
    return [message[kind] for message in messages if message["type"] == kind]


def is_now(edge: Edge, agent: str, state: AgentState, reason: str = "") -> None:
    edge.runner.command(SetState(agent, state, reason), f"{agent}-{state}-{edge.clock.now()}", lambda _: None)


async def test_colleagues_are_listed_while_they_are_looked_at(edge: Edge) -> None:
    async with edge.panel() as panel:
        await panel.say("watch", lists=["agents"])
        assert rows(await panel.so_far(), "agents") == [[]], "whoever is logged out is not there, nor oneself"
        is_now(edge, SAM, AgentState.AVAILABLE)
        is_now(edge, JONAS, AgentState.UNAVAILABLE, "Lunch")
        assert rows(await panel.so_far(), "agents") == []
        edge.clock.advance(LISTS_EVERY)
        (listed,) = rows(await panel.so_far(), "agents")
        assert listed == [
            {
                "id": JONAS,
                "name": "Jonas Weber",
                "state": "UNAVAILABLE",
                "reason": "Lunch",
                "since": edge.clock.now() - LISTS_EVERY,
                "skills": ["Support EN", "Sales"],
                "code": None,
            }
        ]
        edge.runner.event(PhoneChanged("2042", False))
        edge.clock.advance(LISTS_EVERY)
        ((row,),) = rows(await panel.so_far(), "agents")
        assert row["code"] == "agent_no_phone"
        edge.runner.command(LogOut(JONAS), "out", lambda _: None)
        edge.clock.advance(LISTS_EVERY)
        assert rows(await panel.so_far(), "agents") == [[]]


async def test_what_changes_nothing_in_a_list_is_not_sent(edge: Edge) -> None:
    contact = await edge.talking()
    async with edge.panel(JONAS) as panel:
        await panel.say("watch", lists=["agents", "skills"])
        await panel.so_far()
        edge.runner.draft(SaveDraft(SAM, contact, "comments", 1, "x"), lambda: None)
        edge.clock.advance(LISTS_EVERY)
        assert await panel.so_far() == []
        await panel.say("watch", lists=["skills"])
        await panel.so_far()
        is_now(edge, SAM, AgentState.UNAVAILABLE, "Lunch")
        edge.clock.advance(LISTS_EVERY)
        assert rows(await panel.so_far(), "agents") == [], "nobody looks at the colleagues any more"
        await panel.say("watch", lists=["agents", "skills"])
        assert len(rows(await panel.so_far(), "agents")) == 1, "who looks again is told again"


async def test_skills_are_listed_with_who_waits_and_who_is_free(edge: Edge) -> None:
    async with edge.panel() as panel:
        is_now(edge, JONAS, AgentState.AVAILABLE)
        edge.ring(line=BILLING_LINE)
        await panel.say("watch", lists=["skills"])
        (listed,) = rows(await panel.so_far(), "skills")
        assert [(row["name"], row["waiting"], row["free"]) for row in listed] == [
            ("Support EN", 0, 1),
            ("Billing", 1, 0),
            ("Sales", 0, 1),
        ]
        assert listed[1]["longest_since"] == edge.clock.now()
        edge.runner.event(PhoneChanged("2042", False))
        edge.clock.advance(LISTS_EVERY)
        (listed,) = rows(await panel.so_far(), "skills")
        assert [row["free"] for row in listed] == [0, 0, 0], "whose phone cannot be rung is not free"


async def test_a_new_directory_changes_the_lists(edge: Edge) -> None:
    async with edge.panel() as panel:
        await panel.say("watch", lists=["skills", "queues", "agents"])
        await panel.so_far()
        support = replace(DIRECTORY.skills["support"], name="Support")
        skills = {**DIRECTORY.skills, "support": support}
        edge.runner.set_directory(replace(DIRECTORY, version=2, skills=skills))
        edge.clock.advance(LISTS_EVERY)
        messages = await panel.so_far()
        assert rows(messages, "skills")[0][0]["name"] == "Support"
        assert rows(messages, "queues")[0][0]["name"] == "Support"
        assert rows(messages, "agents") == []


async def test_the_longest_wait_counts_whoever_is_next(edge: Edge) -> None:
    async with edge.panel() as panel:
        first = edge.ring()
        since = edge.clock.now()
        edge.clock.advance(5_000)
        second = edge.ring()
        edge.runner.floor.queues["support"] = (second, first)
        await panel.say("watch", lists=["queues"])
        assert (await panel.until("queues"))["queues"][0]["longest_since"] == since


@pytest.mark.parametrize("count", [1, 2, 3])
def test_everybody_sees_the_others_and_not_themselves(count: int) -> None:
    profiles = {f"a{n}": Profile(f"a{n}", f"Agent, {n}", f"{n}") for n in range(count)}
    floor = Floor(agents={name: Agent(name, AgentState.AVAILABLE) for name in profiles})
    text = _TEXTS["agents"](floor, replace(DIRECTORY, agents=profiles))
    for name in (*profiles, "somebody"):
        seen = json.loads(text(name))
        assert [row["id"] for row in seen["agents"]] == [other for other in profiles if other != name]
