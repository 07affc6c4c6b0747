"""The org's configuration is read again and again, whatever happens in between; what is ignored is said."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
from msgspec.structs import replace

from connector.domain.directory import Directory, Settings, Tag
from connector.errors import CrmUnavailable, StoreError
from connector.service.clock import ManualClock
from connector.service.configuration import AGAIN, CONFIRMED, LEAST, Configuration

EVERY = 300_000
ONE, TWO, THREE = (Directory(version, tags=(Tag(f"T{version}"),)) for version in (1, 2, 3))
DOWN = CrmUnavailable("connection", "no connection")


class Rig:
    """An org that answers what it is told to, a disk, and what was used."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.answer: Directory | Exception = ONE
        self.asked = 0
        self.held: asyncio.Event | None = None
        self.full = False
        self.saved: list[Directory] = []
        self.used: list[Directory] = []
        self.breaks: Exception | None = None
        self.configuration = Configuration(
            self,  # type: ignore[arg-type]  # only `directory` is asked
            self,  # type: ignore[arg-type]  # only `save_directory` is
            self.clock,
            every_ms=EVERY,
            complete=lambda directory: replace(directory, settings=Settings(recordings="here")),
            use=self._use,
        )

    def _use(self, directory: Directory) -> None:
        self.used.append(directory)
        if self.breaks is not None:
            raise self.breaks

    async def directory(self) -> Directory:
        self.asked += 1
        if self.held is not None:
            await self.held.wait()
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    async def save_directory(self, directory: Directory) -> None:
        if self.full:
            raise StoreError("the disk is full")
        self.saved.append(directory)

    def reached(self) -> bool:
        return self.configuration.reached

    async def settled(self) -> None:
        """All that can happen now has happened."""
        for _ in range(20):
            await asyncio.sleep(0)

    async def after(self, ms: int) -> int:
        """Lets that time pass; returns how often the org was asked in it."""
        before = self.asked
        self.clock.advance(ms)
        await self.settled()
        return self.asked - before

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Configuration]:
        task = asyncio.get_running_loop().create_task(self.configuration.run())
        await self.settled()
        try:
            yield self.configuration
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


def versions(directories: list[Directory]) -> list[int]:
    return [directory.version for directory in directories]


async def test_what_has_changed_is_used_and_kept_and_what_has_not_is_left_alone() -> None:
    rig = Rig()
    assert (await rig.configuration.first(None)).settings.recordings == "here"
    async with rig.running():
        assert await rig.after(EVERY - 1) == 0
        assert await rig.after(1) == 1
        assert (rig.used, versions(rig.saved)) == ([], [1])
        rig.answer = TWO
        assert await rig.after(EVERY) == 1
        assert (versions(rig.used), versions(rig.saved)) == ([2], [1, 2])
        assert rig.used[0].settings.recordings == "here"


async def test_what_the_org_confirms_is_kept_anew_now_and_then() -> None:
    """So that a directory that nobody has confirmed for long can be told apart, and forgotten."""
    rig = Rig()
    await rig.configuration.first(None)
    async with rig.running():
        for _ in range(CONFIRMED // EVERY + 1):
            await rig.after(EVERY)
        assert (rig.used, versions(rig.saved)) == ([], [1, 1])


async def test_what_is_ignored_is_said_at_the_start_and_with_each_change(caplog: pytest.LogCaptureFixture) -> None:
    rig = Rig()
    rig.answer = replace(ONE, ignored=("Phone_Setting__mdt Ring_Seconds: 'soon' cannot be used",))
    await rig.configuration.first(None)
    said = "configuration ignored: Phone_Setting__mdt Ring_Seconds: 'soon' cannot be used"
    assert caplog.messages == [said]
    async with rig.running():
        await rig.after(EVERY)
        assert caplog.messages == [said]
        rig.answer = replace(rig.answer, version=2, ignored=("Phone_Tag__mdt Lost: is left out",))
        await rig.after(EVERY)
    assert caplog.messages == [said, "configuration ignored: Phone_Tag__mdt Lost: is left out"]


async def test_without_the_org_what_was_kept_is_used_and_the_org_is_asked_again_soon() -> None:
    rig = Rig()
    rig.answer = DOWN
    assert (await rig.configuration.first(THREE)).version == 3
    assert not rig.reached()
    async with rig.running():
        assert await rig.after(AGAIN - 1) == 0
        rig.answer = TWO
        assert await rig.after(1) == 1
        assert rig.reached()
        assert versions(rig.used) == [2]


async def test_without_the_org_and_without_a_directory_the_start_waits_for_it(caplog: pytest.LogCaptureFixture) -> None:
    rig = Rig()
    rig.answer = DOWN
    first = asyncio.get_running_loop().create_task(rig.configuration.first(None))
    await rig.settled()
    assert await rig.after(AGAIN - 1) == 0
    assert await rig.after(1) == 1
    rig.answer = CrmUnavailable("daily_limit", "used up", retry_after=600_000)
    assert await rig.after(AGAIN) == 1
    assert await rig.after(600_000 - 1) == 0
    assert caplog.text.count("nothing can start before Salesforce was asked once") == 3
    rig.answer = ONE
    assert await rig.after(1) == 1
    assert (await first).version == 1
    assert rig.reached()


async def test_a_sign_in_that_is_refused_at_the_first_start_is_for_people() -> None:
    rig = Rig()
    rig.answer = CrmUnavailable("login", "audience is invalid")
    with pytest.raises(CrmUnavailable, match="audience is invalid"):
        await rig.configuration.first(None)


async def test_a_start_that_waits_can_be_stopped() -> None:
    rig = Rig()
    rig.answer = DOWN
    first = asyncio.get_running_loop().create_task(rig.configuration.first(None))
    await rig.settled()
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)
    assert await rig.after(10 * AGAIN) == 0


async def test_an_org_that_goes_away_changes_nothing_and_says_when_to_come_back() -> None:
    rig = Rig()
    await rig.configuration.first(None)
    async with rig.running():
        rig.answer = CrmUnavailable("daily_limit", "used up", retry_after=600_000)
        await rig.after(EVERY)
        assert not rig.reached()
        assert await rig.after(600_000 - 1) == 0
        rig.answer = ONE
        assert await rig.after(1) == 1
        assert rig.reached()
        assert rig.used == []


@pytest.mark.parametrize("kept", [None, THREE])
async def test_what_cannot_be_made_out_at_the_start_is_an_error_unless_there_is_a_kept_one(
    kept: Directory | None,
) -> None:
    rig = Rig()
    rig.answer = KeyError("MasterLabel")
    if kept is None:
        with pytest.raises(KeyError):
            await rig.configuration.first(kept)
    else:
        assert (await rig.configuration.first(kept)).version == 3


def _odd_row(rig: Rig) -> None:
    rig.answer = KeyError("MasterLabel")


def _use_fails(rig: Rig) -> None:
    rig.answer, rig.breaks = TWO, ValueError("no such phone")


@pytest.mark.parametrize("happens", [_odd_row, _use_fails])
async def test_a_change_that_cannot_be_dealt_with_is_not_the_last_one(
    happens: Callable[[Rig], None], caplog: pytest.LogCaptureFixture
) -> None:
    rig = Rig()
    await rig.configuration.first(None)
    async with rig.running():
        happens(rig)
        await rig.after(EVERY)
        assert [record.exc_info is not None for record in caplog.records] == [True]
        rig.answer, rig.breaks = THREE, None
        await rig.after(EVERY)
        assert versions(rig.used)[-1] == 3
        assert versions(rig.saved) == [1, 3]


async def test_a_disk_that_is_full_does_not_keep_a_change_from_being_used() -> None:
    rig = Rig()
    await rig.configuration.first(None)
    async with rig.running():
        rig.full, rig.answer = True, TWO
        await rig.after(EVERY)
        rig.full, rig.answer = False, THREE
        await rig.after(EVERY)
    assert (versions(rig.used), versions(rig.saved)) == ([2, 3], [1, 3])


async def test_it_is_read_at_once_when_that_is_asked_for_and_then_as_before() -> None:
    rig = Rig()
    await rig.configuration.first(None)
    async with rig.running() as configuration:
        await rig.after(1_000)
        rig.answer = TWO
        configuration.soon()
        await rig.settled()
        assert versions(rig.used) == [2]
        assert await rig.after(EVERY - 1) == 0
        assert await rig.after(1) == 1


async def test_for_who_signs_in_it_is_read_once_in_half_a_minute() -> None:
    rig = Rig()
    await rig.configuration.first(None)
    async with rig.running() as configuration:
        await configuration.fresh()
        assert rig.asked == 1, "it has just been read"
        rig.clock.advance(LEAST)
        rig.answer, rig.held = TWO, asyncio.Event()
        first = asyncio.get_running_loop().create_task(configuration.fresh())
        await rig.settled()
        assert not first.done()
        rig.held.set()
        await first
        assert versions(rig.used) == [2]
        await configuration.fresh()
        assert rig.asked == 2


async def test_who_signs_in_does_not_wait_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("connector.service.configuration.PATIENCE_S", 0.01)
    rig = Rig()
    await rig.configuration.first(None)
    async with rig.running() as configuration:
        rig.clock.advance(LEAST)
        rig.held = asyncio.Event()
        await configuration.fresh()
        rig.held.set()
        await rig.settled()
        assert rig.asked == 2


SEEN = replace(ONE, present=("Phone_Skill__mdt", "Phone_Skill__mdt.Numbers__c", "User"))
UNSEEN = [("Phone_Skill__mdt",), ("Phone_Skill__mdt.Numbers__c",), ("Another__mdt", "Phone_Skill__mdt")]


@pytest.mark.parametrize("absent", UNSEEN)
async def test_what_is_out_of_sight_is_not_gone(absent: tuple[str, ...], caplog: pytest.LogCaptureFixture) -> None:
    """A permission was taken away while we run: nobody is left without skills for that."""
    rig = Rig()
    rig.answer = SEEN
    await rig.configuration.first(None)
    async with rig.running():
        rig.answer = replace(TWO, present=("User",), absent=absent)
        await rig.after(EVERY)
        await rig.after(EVERY)
        assert (rig.used, versions(rig.saved)) == ([], [1])
        assert rig.configuration.lost == absent[-1:]
        (said, _) = (record for record in caplog.records if record.levelname == "ERROR")
        assert f"Salesforce does not show {absent[-1]} any more" in said.getMessage()
        assert "Phone_Panel_Integration" in said.getMessage()
        rig.answer = replace(THREE, present=SEEN.present)
        await rig.after(EVERY)
        assert versions(rig.used) == [3]
        assert rig.configuration.lost == ()


@pytest.mark.parametrize("absent", UNSEEN)
async def test_nor_is_it_after_a_restart(absent: tuple[str, ...]) -> None:
    rig = Rig()
    rig.answer = replace(TWO, absent=absent)
    assert (await rig.configuration.first(SEEN)).version == 1
    assert rig.saved == []
    async with rig.running():
        await rig.after(EVERY)
        assert rig.used == []


async def test_what_was_never_there_is_not_missed(caplog: pytest.LogCaptureFixture) -> None:
    rig = Rig()
    rig.answer = replace(TWO, present=("User",), absent=("Phone_Skill__mdt",))
    assert (await rig.configuration.first(None)).version == 2
    async with rig.running():
        rig.answer = replace(THREE, present=("User",), absent=("Phone_Skill__mdt", "Phone_Tag__mdt"))
        await rig.after(EVERY)
        assert versions(rig.used) == [3]
        rig.answer = replace(SEEN, absent=("Phone_Tag__mdt",))
        await rig.after(EVERY)
    assert versions(rig.used) == [3, 1]
    assert "does not show" not in caplog.text
