"""The live transcript of each call: listens while it may, remembers in memory only, and tells the contact's agent.

Nothing of it reaches the store, the log, a metric or a Task.  A fault in here is told to the agent and never touches a
call.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable
from contextlib import aclosing
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from connector.domain.directory import Directory
from connector.domain.model import Contact
from connector.domain.rules.transcript import Listening, Speaker, listening
from connector.errors import RecognizerBusy, RecognizerUnavailable, SwitchUnavailable
from connector.ports.audio import Audio
from connector.ports.recognizer import Heard, Recognizer
from connector.service.clock import Clock, Timer
from connector.service.said import LONGEST, Item, Memory, Pause, Segment

log = logging.getLogger(__name__)

AGAIN: Final = (1_000, 2_000, 5_000, 10_000, 30_000)
"""After so many ms is listened again when it did not work, each time later; the last goes on."""


class Update(Struct, frozen=True, gc=False):
    """What is new in the conversation of a contact, for its agent.

    `status`: live, paused, failed (it comes back by itself) or refused (there is no room for this one).  `dropped` are
    ids of what counts as never said.  `whole`: these are all items, and what was known before is forgotten; `cut`:
    older ones are not remembered any more.
    """

    agent: str
    contact: str
    status: str
    items: tuple[Item, ...]
    dropped: tuple[str, ...] = ()
    whole: bool = False
    cut: bool = False


class Over(Struct, frozen=True, gc=False):
    """The conversation is over, and forgotten here; it must be forgotten wherever it is shown."""

    agent: str
    contact: str


News = Update | Over


class _Ear:
    """Listens to one speaker.  What comes after it was closed does not count."""

    def __init__(self, speaker: Speaker) -> None:
        self.speaker = speaker
        self.closed = False
        self.status = "live"
        self.tries = 0
        self.since: int | None = None
        self.open: Segment | None = None
        self.task: asyncio.Task[None] | None = None
        self.timer: Timer | None = None

    def close(self) -> None:
        self.closed = True
        if self.timer is not None:
            self.timer.cancel()
        if self.task is not None:
            self.task.cancel()


class _Talk:
    """The conversation of one contact."""

    def __init__(self, contact: str, now: Listening) -> None:
        self.contact = contact
        self.now = now
        self.memory = Memory()
        self.ears: dict[str, _Ear] = {}
        self.pause: Pause | None = None

    @property
    def status(self) -> str:
        if self.pause is not None:
            return "paused"
        found = {ear.status for ear in self.ears.values()}
        return next((status for status in ("refused", "failed") if status in found), "live")


class Conversations:
    """All conversations that are written down.  Everything here runs on the event loop."""

    def __init__(
        self,
        *,
        clock: Clock,
        directory: Callable[[], Directory],
        recognizer: Recognizer,
        audio: Audio,
        tell: Callable[[News], None],
    ) -> None:
        self._clock = clock
        self._directory = directory
        self._recognizer = recognizer
        self._audio = audio
        self._tell = tell
        self._talks: dict[str, _Talk] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def follow(self, contacts: Iterable[Contact]) -> None:
        """These contacts are so from now on; who may not be heard any more is not heard when this returns."""
        for contact in contacts:
            now = self._listening(contact)
            talk = self._talks.get(contact.key)
            if talk is not None and (now is None or now.agent != talk.now.agent):
                self._over(talk)
                talk = None
            if now is None:
                continue
            if talk is None:
                talk = self._talks[contact.key] = _Talk(contact.key, now)
                self._listen(talk, now)
                self._tell(self._whole(talk))
            elif now != talk.now:
                before = talk.status
                update = self._listen(talk, now)
                if update.items or update.dropped or update.status != before:
                    self._tell(update)

    def _listening(self, contact: Contact) -> Listening | None:
        """None, too, for one whose language nobody understands: text of another would be made of it."""
        now = listening(contact, self._directory())
        return now if now is not None and self._recognizer.knows(now.language) else None

    def of(self, agent: str) -> tuple[Update, ...]:
        """All that is remembered for that agent, for a panel that has just come."""
        return tuple(self._whole(talk) for talk in self._talks.values() if talk.now.agent == agent)

    async def stop(self) -> None:
        """Nobody is listened to, and everything is forgotten."""
        for talk in list(self._talks.values()):
            self._over(talk)
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _whole(self, talk: _Talk) -> Update:
        memory = talk.memory
        return Update(talk.now.agent, talk.contact, talk.status, memory.all(), whole=True, cut=memory.cut)

    def _over(self, talk: _Talk) -> None:
        del self._talks[talk.contact]
        for ear in talk.ears.values():
            ear.close()
        self._tell(Over(talk.now.agent, talk.contact))

    # Who is listened to ----------------------------------------------------------------------------------------

    def _listen(self, talk: _Talk, now: Listening) -> Update:
        talk.now = now
        speakers = {speaker.leg: speaker for speaker in now.speakers}
        changed: list[Item] = []
        dropped: list[str] = []
        for leg in [leg for leg in talk.ears if leg not in speakers]:
            ear = talk.ears.pop(leg)
            ear.close()
            if ear.open is None:
                continue
            if now.pause:
                talk.memory.drop(ear.open.id)
                dropped.append(ear.open.id)
            else:
                changed.append(self._put(talk, replace(ear.open, final=True, revision=ear.open.revision + 1)))
        changed += self._pause(talk, now.pause)
        for leg, speaker in speakers.items():
            if leg not in talk.ears:
                talk.ears[leg] = _Ear(speaker)
                self._begin(talk, talk.ears[leg])
            talk.ears[leg].speaker = speaker
        return Update(now.agent, talk.contact, talk.status, tuple(changed), tuple(dropped))

    def _pause(self, talk: _Talk, why: str) -> list[Item]:
        """The mark of a pause that begins or ends now."""
        if (talk.pause.why if talk.pause is not None else "") == why:
            return []
        at = self._clock.now()
        marks: list[Item] = []
        if talk.pause is not None:
            marks.append(self._put(talk, replace(talk.pause, ended=at)))
        talk.pause = Pause(talk.memory.new_id(), why, at) if why else None
        if talk.pause is not None:
            marks.append(self._put(talk, talk.pause))
        return marks

    def _put(self, talk: _Talk, item: Item) -> Item:
        talk.memory.put(item)
        return item

    def _begin(self, talk: _Talk, ear: _Ear) -> None:
        ear.since = None
        ear.task = asyncio.get_running_loop().create_task(self._hear(talk, ear))
        self._tasks.add(ear.task)
        ear.task.add_done_callback(self._tasks.discard)

    async def _hear(self, talk: _Talk, ear: _Ear) -> None:
        status = ear.status
        error: Exception | None = None
        try:
            async with (
                aclosing(self._audio.listen(ear.speaker.leg)) as pieces,
                aclosing(self._allowed(talk, ear, pieces)) as allowed,
                aclosing(self._recognizer.hear(allowed, talk.now.language)) as found,
            ):
                async for heard in found:
                    self._heard(talk, ear, heard)
        except RecognizerBusy as problem:
            status, error = "refused", problem
        except Exception as problem:  # whatever goes wrong in there must not touch the call
            status, error = "failed", problem
        if error is not None and not ear.closed:
            # Its words may hold what was said; those of the two are ours.
            known = isinstance(error, RecognizerUnavailable | SwitchUnavailable)
            why = str(error) if known else type(error).__name__
            log.warning("a call is not written down: %s", why, extra={"contact": talk.contact})
        self._ended(talk, ear, status)

    async def _allowed(self, talk: _Talk, ear: _Ear, pieces: AsyncIterator[bytes]) -> AsyncGenerator[bytes, None]:
        """The audio for as long as it may be heard; that some is taken shows that it works (again)."""
        async for piece in pieces:
            if ear.closed:
                return
            if ear.since is None:
                ear.since = self._clock.now()
                before, ear.status = talk.status, "live"
                if talk.status != before:
                    self._tell(Update(talk.now.agent, talk.contact, talk.status, ()))
            yield piece

    def _ended(self, talk: _Talk, ear: _Ear, status: str) -> None:
        """It was not asked to end: unless it was refused, it is tried again."""
        if ear.closed:
            return
        dropped: tuple[str, ...] = ()
        if ear.open is not None:
            talk.memory.drop(ear.open.id)
            dropped, ear.open = (ear.open.id,), None
        before, ear.status = talk.status, status
        if status != "refused":
            after = AGAIN[min(ear.tries, len(AGAIN) - 1)]
            ear.tries += 1
            ear.timer = self._clock.call_at(self._clock.now() + after, lambda: self._again(talk, ear))
        if dropped or talk.status != before:
            self._tell(Update(talk.now.agent, talk.contact, talk.status, (), dropped))

    def _again(self, talk: _Talk, ear: _Ear) -> None:
        if not ear.closed:
            self._begin(talk, ear)

    # What is heard ---------------------------------------------------------------------------------------------

    def _heard(self, talk: _Talk, ear: _Ear, heard: Heard) -> None:
        if ear.closed:
            return
        before = ear.open
        ear.tries = 0
        items: tuple[Item, ...] = ()
        dropped: tuple[str, ...] = ()
        text = _bounded(heard.text)
        if text:
            since = ear.since if ear.since is not None else self._clock.now()
            segment = Segment(
                before.id if before is not None else talk.memory.new_id(),
                ear.speaker.leg,
                ear.speaker.side,
                ear.speaker.name,
                text,
                heard.final,
                since + heard.began,
                since + heard.ended,
                before.revision + 1 if before is not None else 1,
            )
            items = (self._put(talk, segment),)
            ear.open = None if heard.final else segment
        elif before is not None:
            talk.memory.drop(before.id)
            dropped, ear.open = (before.id,), None
        if items or dropped:
            self._tell(Update(talk.now.agent, talk.contact, talk.status, items, dropped))


def _bounded(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
