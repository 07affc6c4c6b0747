"""The API budget: which mode it is in, who may ask in it, and that it is said once."""

import logging

import pytest

from connector.ports.crm import Budget, BudgetMode
from connector.salesforce.budget import SELDOM_MS, Keeper, Reserves
from connector.salesforce.turns import Turn

NOON = 1_795_435_200_000
NORMAL, RESERVE, LAST = BudgetMode
SAVE, ASK, BACKGROUND = Turn
RESERVES = Reserves(20, 5)


@pytest.mark.parametrize(
    ("used", "before", "mode"),
    [
        (0, NORMAL, NORMAL),
        (800, NORMAL, NORMAL),
        (801, NORMAL, RESERVE),
        (950, NORMAL, RESERVE),
        (951, NORMAL, LAST),
        (1000, NORMAL, LAST),
        (1004, NORMAL, LAST),
        # Once there it takes a percent more to come back.
        (800, RESERVE, RESERVE),
        (791, RESERVE, RESERVE),
        (790, RESERVE, NORMAL),
        (951, RESERVE, LAST),
        (950, RESERVE, RESERVE),
        (941, LAST, LAST),
        (940, LAST, RESERVE),
        (791, LAST, RESERVE),
        (790, LAST, NORMAL),
    ],
)
def test_the_mode_of_a_thousand_requests(used: int, before: BudgetMode, mode: BudgetMode) -> None:
    assert RESERVES.mode(used, 1000, before) is mode


@pytest.mark.parametrize("before", list(BudgetMode))
@pytest.mark.parametrize("used", [0, 999, 1000, 2000])
def test_without_reserves_nothing_is_kept_back(used: int, before: BudgetMode) -> None:
    assert Reserves(0, 0).mode(used, 10_000, before) is NORMAL


def test_an_org_that_says_no_limit_has_none() -> None:
    assert RESERVES.mode(5, 0) is NORMAL


@pytest.mark.parametrize(
    ("used", "turn", "free"),
    [
        (0, SAVE, True),
        (0, ASK, True),
        (0, BACKGROUND, True),
        (900, SAVE, True),
        (900, ASK, True),
        (900, BACKGROUND, False),
        (980, SAVE, True),
        (980, ASK, False),
        (980, BACKGROUND, False),
        (1000, SAVE, True),
    ],
)
def test_who_may_ask(used: int, turn: Turn, free: bool) -> None:
    keeper = Keeper(RESERVES)
    assert keeper.wait(turn, NOON) == 0, "before anything is known everybody may"
    keeper.note(used, 1000, NOON)
    assert keeper.budget == Budget(used, 1000, RESERVES.mode(used, 1000), NOON)
    assert keeper.wait(turn, NOON + 1_000) == (0 if free else SELDOM_MS - 1_000)


def test_in_the_reserve_what_must_be_done_is_done_seldom() -> None:
    keeper = Keeper(RESERVES)
    keeper.note(900, 1000, NOON)
    assert keeper.wait(BACKGROUND, NOON, "directory") == 0
    assert keeper.wait(BACKGROUND, NOON + 1_000, "directory") == SELDOM_MS - 1_000
    assert keeper.wait(BACKGROUND, NOON + 1_000, "reconcile") == 0, "each for itself"
    assert keeper.wait(BACKGROUND, NOON + SELDOM_MS, "directory") == 0
    keeper.note(960, 1000, NOON + SELDOM_MS)
    assert keeper.wait(BACKGROUND, NOON + 2 * SELDOM_MS - 1, "directory") == 1, "not from the last reserve"


def test_what_is_known_is_asked_anew_after_a_while_by_one() -> None:
    keeper = Keeper(RESERVES)
    assert not keeper.wants_news(BACKGROUND, NOON)
    keeper.note(960, 1000, NOON)
    late = NOON + SELDOM_MS
    assert not keeper.wants_news(ASK, late - 1)
    assert not keeper.wants_news(SAVE, late), "it asks anyway"
    assert keeper.wants_news(ASK, late)
    assert not keeper.wants_news(ASK, late), "somebody is asking"
    assert keeper.wait(ASK, late) == SELDOM_MS
    keeper.note(100, 1000, late + 100)
    assert keeper.wait(ASK, late + 200) == 0


@pytest.mark.parametrize("back", [1, SELDOM_MS, 30 * 86_400_000])
def test_a_clock_that_is_set_back_puts_off_nothing_for_as_long(back: int) -> None:
    keeper = Keeper(RESERVES)
    keeper.note(900, 1000, NOON)
    assert keeper.wait(BACKGROUND, NOON, "directory") == 0
    now = NOON - back
    assert keeper.wait(BACKGROUND, now, "directory") == 0, "when it was done nobody knows any more"
    assert keeper.wait(BACKGROUND, now) <= SELDOM_MS
    assert keeper.wants_news(BACKGROUND, now)
    assert not keeper.wants_news(BACKGROUND, now + SELDOM_MS - 1)
    keeper.note(900, 1000, now + 1)
    assert not keeper.wants_news(BACKGROUND, now + SELDOM_MS)
    assert keeper.wants_news(BACKGROUND, now + 1 + SELDOM_MS)


def test_a_refusal_uses_all_up_and_the_next_answer_ends_that() -> None:
    keeper = Keeper(RESERVES)
    keeper.used_up(NOON)
    assert keeper.wait(ASK, NOON) == 0, "of how many it is not known"
    keeper.note(100, 1000, NOON)
    keeper.used_up(NOON + 1)
    assert keeper.budget == Budget(1000, 1000, LAST, NOON + 1)
    keeper.note(100, 1000, NOON + 2)
    assert keeper.budget == Budget(100, 1000, NORMAL, NOON + 2)


def test_each_change_is_said_once(caplog: pytest.LogCaptureFixture) -> None:
    keeper = Keeper(RESERVES)
    changes: list[Budget] = []
    keeper.changed = changes.append
    with caplog.at_level(logging.INFO):
        for used in (10, 801, 850, 801, 799, 951, 990, 700, 690):
            keeper.note(used, 1000, NOON)
    said = [(record.levelname, record.getMessage().split(":")[0].split(" ")[0]) for record in caplog.records]
    assert said == [("WARNING", "199"), ("WARNING", "49"), ("INFO", "300")]
    assert [(one.left, one.mode) for one in changes] == [(199, RESERVE), (49, LAST), (300, NORMAL)]
    assert "of the org's 1,000 API requests are left" in caplog.text
    assert Budget(1200, 1000, LAST, NOON).left == 0


def test_who_is_told_and_fails_costs_nobody_an_answer(caplog: pytest.LogCaptureFixture) -> None:
    """It is told between a write and its answer, which would be lost."""
    keeper = Keeper(RESERVES)

    def fails(budget: Budget) -> None:
        raise RuntimeError("Event loop is closed")

    keeper.changed = fails
    keeper.note(900, 1000, NOON)
    assert keeper.budget == Budget(900, 1000, RESERVE, NOON)
    assert "Event loop is closed" in caplog.text
