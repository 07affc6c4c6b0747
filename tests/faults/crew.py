"""Agents without a face who deal with whatever they are offered, and remember what they wrote."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import Any, Final

from msgspec import Struct

from tests.e2e.robot import Robot, State, contact_of

WORDS: Final = ("refund", "invoice 20931", "by Friday", "call back", "charged twice", "address", "thanks", "naïve ☎")
DISPOSITIONS: Final = ("Answered", "Callback Promised", "Wrong Number")
PATIENCE_S: Final = 2.0
"""For so long an agent waits, now and then, to see that the first version is saved."""

Link = dict[str, str]


class Story(Struct):
    """What those who made a contact know of it: `owner` is the agent who dealt with it, once that is `done`.

    `disposition`, `who` and `what` are the last ones chosen ("" for never); `edited` and `deleted` are what people did
    to its Task meanwhile.
    """

    kind: str
    owner: str = ""
    disposition: str = ""
    who: str = ""
    what: str = ""
    edited: bool = False
    deleted: bool = False
    done: bool = False


class Person:
    """Somebody who works on in Salesforce itself, on Tasks that have been seen there.

    `may_touch` says whether nothing is under way to that contact's Task: what is on its way already may be carried out
    after the person's edit, and nobody could tell that from what it does.
    """

    def __init__(
        self, edit: Callable[[str], Awaitable[None]], delete: Callable[[str], Awaitable[None]],
        may_touch: Callable[[str], bool],
    ) -> None:  # fmt: skip
        self.edit = edit
        self.delete = delete
        self.may_touch = may_touch


class Worker:
    """One agent: takes what is offered, types, links, chooses, and is done; whatever happens to the connector."""

    def __init__(
        self,
        robot: Robot,
        agent: str,
        dice: random.Random,
        stories: dict[str, Story],
        links: tuple[list[Link], list[Link]],
        person: Person,
    ) -> None:
        self.robot = robot
        self._agent = agent
        self._dice = dice
        self._stories = stories
        self._people, self._records = links
        self._person = person
        self._typed: set[str] = set()
        self._over: dict[str, int] = {}
        self._revision = 1_000
        self.dials: Callable[[], str | None] = lambda: None
        self.dealt_with: Callable[[Story], None] = lambda _: None

    async def work(self) -> None:
        """Until it is cancelled."""
        seen = -1
        while True:
            await self._news(seen)
            seen, state = self.robot.fresh, self.robot.state
            assert state is not None
            if not state["contacts"]:
                await self._free(state)
            for contact in state["contacts"]:
                await self._deal_with(contact)

    async def _news(self, seen: int) -> None:
        await self.robot.until(lambda _: self.robot.fresh > seen, "news", timeout=120)

    async def _free(self, state: State) -> None:
        agent = state["agent"]
        if agent["state"] != "AVAILABLE":
            if agent["controls"]["set_state"] is None:
                await self.robot.command("set_state", state="AVAILABLE")
        elif agent["controls"]["dial"] is None and (number := self.dials()):
            await self.robot.command("dial", number=number, skill="Sales")

    async def _deal_with(self, contact: dict[str, Any]) -> None:
        key, controls = contact["key"], contact["controls"]
        match contact["phase"]:
            case "OFFERED" if controls["answer"] is None:
                await self.robot.command("answer", contact=key)
            case "ACTIVE" if contact["answered"] is not None and not contact["asked"]:
                if key not in self._typed:
                    self._typed.add(key)
                    self._story(contact)
                    await self._write(key)
                order = next((name for name in ("end", "finish") if controls.get(name, "") is None), None)
                if order is not None:
                    await self.robot.command(order, contact=key)
            case "ACTIVE" if contact["answered"] is None and controls.get("end", "") is None:
                await self._dialled(key)
            case "WRAP_UP" if self._over.get(key) != self.robot.setups:
                # Again where a connector that was killed had not kept yet that it is done.
                await self._wrap_up(contact)

    async def _dialled(self, key: str) -> None:
        """Whoever does not answer soon is given up."""
        try:
            async with asyncio.timeout(PATIENCE_S):
                await self.robot.until(_answered_or_over(key), "an answer")
        except TimeoutError:
            await self.robot.command("end", contact=key)

    async def _wrap_up(self, contact: dict[str, Any]) -> None:
        key = contact["key"]
        story = self._story(contact)
        if self._dice.random() < 0.5:
            await self._see_it_saved(key, story)
        for _ in range(self._dice.randrange(3)):
            await self._type(key)
        if contact["disposition_required"] or self._dice.random() < 0.7:
            story.disposition = self._dice.choice(DISPOSITIONS)
            self._draft(key, "disposition", text=story.disposition)
        reply = await self.robot.command("done", contact=key)
        if reply.get("error") is None:
            if not story.done:
                self.dealt_with(story)
            story.owner, story.done = self._agent, True
            self._over[key] = self.robot.setups

    async def _see_it_saved(self, key: str, story: Story) -> None:
        """The first version is there, as a rule; somebody may then do something to it in Salesforce."""
        try:
            async with asyncio.timeout(PATIENCE_S):
                task = await self.robot.until(_saved_task(key), "it is saved")
        except TimeoutError:
            return
        what = self._dice.random()
        if what < 0.1 and self._person.may_touch(key):
            if what < 0.03:
                story.deleted = True
                await self._person.delete(task)
            else:
                story.edited = True
                await self._person.edit(task)

    async def _write(self, key: str) -> None:
        for _ in range(self._dice.randint(1, 3)):
            await self._type(key)
        story = self._stories[key]
        if self._dice.random() < 0.3:
            link = self._dice.choice(self._people)
            story.who = link["id"]
            self._draft(key, "who", record=link)
        if self._dice.random() < 0.3:
            link = self._dice.choice(self._records)
            story.what = link["id"]
            self._draft(key, "what", record=link)

    async def _type(self, key: str) -> None:
        before = self.robot.sent.get(key, (0, ""))[1]
        self.robot.type(key, f"{before} {self._dice.choice(WORDS)}".strip())
        await asyncio.sleep(0)

    def _draft(self, key: str, field: str, **value: Any) -> None:
        self._revision += 1
        self.robot.draft(key, field, self._revision, **value)

    def _story(self, contact: dict[str, Any]) -> Story:
        return self._stories.setdefault(contact["key"], Story(contact["kind"]))


def _saved_task(key: str) -> Callable[[State], str | None]:
    def found(state: State) -> str | None:
        contact = contact_of(key)(state)
        saved = contact is not None and contact["save"]["state"] == "saved"
        return contact["save"]["task_id"] if contact is not None and saved else None

    return found


def _answered_or_over(key: str) -> Callable[[State], bool]:
    def found(state: State) -> bool:
        contact = contact_of(key, phase="ACTIVE")(state)
        return contact is None or contact["answered"] is not None

    return found
