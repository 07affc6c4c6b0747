"""Alarms: each way out is tried until it works or a while is over, and none keeps another one, or a call, waiting."""

import asyncio

import pytest

from connector.service.alarms import PAUSES, Alarm, Alarms
from connector.service.clock import ManualClock

ALARM = Alarm("01-key", "Sam Rivera", "911", "+14155550142", "415 Mission St", 1_795_438_800_000)


class Way:
    """A way out that fails as often as it is told to."""

    def __init__(self, name: str, failures: int = 0, *, hangs: bool = False) -> None:
        self.name = name
        self.failures = failures
        self.hangs = hangs
        self.tried = 0
        self.told: list[Alarm] = []
        self.closed = False

    async def send(self, alarm: Alarm) -> None:
        self.tried += 1
        if self.hangs:
            await asyncio.Event().wait()
        if self.tried <= self.failures:
            raise ConnectionError("not now, +14155550142")
        self.told.append(alarm)

    async def close(self) -> None:
        self.closed = True


class Rig:
    def __init__(self, *ways: Way) -> None:
        self.clock = ManualClock()
        self.alarms = Alarms(ways, self.clock)

    async def turn(self, ms: int = 0) -> None:
        self.clock.advance(ms)
        for _ in range(5):
            await asyncio.sleep(0)


async def test_every_way_out_is_told_at_once() -> None:
    first, second = Way("email"), Way("webhook")
    rig = Rig(first, second)
    rig.alarms.tell(ALARM)
    assert first.tried == 0, "whoever raises it does not wait"
    await rig.turn()
    assert first.told == second.told == [ALARM]
    assert dict(rig.alarms.sent) == {"email": 1, "webhook": 1}
    assert rig.alarms.names == ("email", "webhook")
    await rig.alarms.close()
    assert first.closed
    assert second.closed


async def test_a_way_out_that_fails_is_tried_again_later_and_later() -> None:
    way = Way("email", failures=3)
    rig = Rig(way, Way("webhook", hangs=True))
    rig.alarms.tell(ALARM)
    await rig.turn()
    for tried, pause in enumerate(PAUSES[:3], start=1):
        assert (way.tried, way.told) == (tried, [])
        await rig.turn(pause - 1)
        assert way.tried == tried
        await rig.turn(1)
    assert way.told == [ALARM]
    assert (rig.alarms.failed["email"], rig.alarms.sent["email"], rig.alarms.lost["email"]) == (3, 1, 0)
    await rig.turn(600_000)
    assert way.told == [ALARM]
    await rig.alarms.close()


async def test_after_some_minutes_it_is_given_up_and_said_so(caplog: pytest.LogCaptureFixture) -> None:
    way = Way("webhook", failures=1_000)
    rig = Rig(way)
    rig.alarms.tell(ALARM)
    await rig.turn()
    for pause in PAUSES:
        await rig.turn(pause)
    await rig.turn(3_600_000)
    tries = len(PAUSES) + 1
    assert (way.tried, rig.alarms.failed["webhook"], rig.alarms.lost["webhook"]) == (tries, tries, 1)
    (error,) = [record for record in caplog.records if record.levelname == "ERROR"]
    assert error.getMessage() == f"an emergency call was not told: tried {tries} times"
    assert vars(error)["contact"] == "01-key"
    assert "Mission" not in caplog.text, "where the agent is, is not for the log"


async def test_what_is_not_told_when_the_connector_stops_is_lost_and_said_so(caplog: pytest.LogCaptureFixture) -> None:
    way = Way("email", hangs=True)
    rig = Rig(way)
    rig.alarms.tell(ALARM)
    await rig.turn()
    await rig.alarms.close()
    assert rig.alarms.lost["email"] == 1
    assert "the connector is stopping" in caplog.text
    assert way.closed


async def test_that_nobody_is_told_outside_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    Rig().alarms.tell(ALARM)
    assert "none is configured" in caplog.text
