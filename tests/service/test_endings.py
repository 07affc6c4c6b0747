"""Legs that were to end: asked about again, ever more seldom, until they have ended or a contact has them."""

import pytest

from connector.domain.effects import EndLeg
from connector.service.clock import ManualClock
from connector.service.endings import TRIES, Endings

PHONE = EndLeg("ask-1", "key", "phone")


class Watch:
    def __init__(self) -> None:
        self.clock = ManualClock(0)
        self.asked: list[tuple[int, str]] = []
        self.owned: set[str] = set()
        self.endings = Endings(self.clock, lambda ask: self.asked.append((self.clock.now(), ask.leg)), self.has)

    def has(self, leg: str) -> bool:
        return leg in self.owned


def test_a_leg_that_does_not_end_is_asked_about_ever_more_seldom_and_then_given_up(
    caplog: pytest.LogCaptureFixture,
) -> None:
    watch = Watch()
    watch.endings.asked(PHONE)
    watch.clock.advance(3_600_000)
    moments = [at // 1_000 for at, _ in watch.asked]
    assert moments[:7] == [5, 15, 35, 75, 135, 195, 255]
    assert len(moments) == TRIES - 1
    assert "a leg does not end" in caplog.messages


def test_one_that_has_ended_is_not() -> None:
    watch = Watch()
    watch.endings.asked(PHONE)
    watch.clock.advance(5_000)
    watch.endings.ended("phone")
    watch.endings.ended("another")
    watch.clock.advance(3_600_000)
    assert len(watch.asked) == 1


def test_asking_twice_is_waiting_once() -> None:
    watch = Watch()
    watch.endings.asked(PHONE)
    watch.clock.advance(3_000)
    watch.endings.asked(PHONE)
    watch.clock.advance(2_000)
    assert watch.asked == [(5_000, "phone")]


def test_one_that_a_contact_has_is_that_contact_s() -> None:
    watch = Watch()
    watch.endings.asked(PHONE)
    watch.owned.add("phone")
    watch.clock.advance(3_600_000)
    assert watch.asked == []


def test_after_a_reconnect_the_snapshot_says_what_is_left() -> None:
    watch = Watch()
    watch.endings.asked(PHONE)
    watch.endings.asked(EndLeg("ask-2", "key", "other"))
    watch.endings.clear()
    watch.clock.advance(3_600_000)
    assert watch.asked == []
