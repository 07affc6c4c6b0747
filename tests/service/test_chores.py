"""Chores: one panel does each, the last focused one; who does not answer is passed over after two seconds."""

import pytest

from connector.domain.model import Record
from connector.service.chores import Chore, Chores, Work
from connector.service.clock import ManualClock

MIA = Record("003000000000001AAA", "Contact", "Mia Chen")


class Panel:
    """A panel that notes what it is to do."""

    def __init__(self, focused_at: int, agent: str = "sam") -> None:
        self.agent = agent
        self.focused_at = focused_at
        self.given: list[Chore] = []

    def do(self, chore: Chore) -> None:
        self.given.append(chore)


class Office:
    """Chores, a clock and the panels that are open."""

    def __init__(self, *focused_at: int) -> None:
        self.clock = ManualClock()
        self.panels = [Panel(at) for at in focused_at]
        self.chores = Chores(self.clock, lambda agent: [panel for panel in self.panels if panel.agent == agent])

    @property
    def given(self) -> list[int]:
        """How many chores each panel was given."""
        return [len(panel.given) for panel in self.panels]

    def pop(self, contact: str = "key") -> None:
        self.chores.give("sam", "screen_pop", contact, Work(MIA))

    def opens(self, focused_at: int) -> None:
        self.panels.append(Panel(focused_at))
        self.chores.panel_came("sam")

    def id_of(self, panel: int) -> str:
        return self.panels[panel].given[-1].id


def test_the_last_focused_panel_is_given_it_and_only_that_one() -> None:
    office = Office(5, 9, 7)
    office.pop()
    assert office.given == [0, 1, 0]
    chore = office.panels[1].given[0]
    assert (chore.agent, chore.kind, chore.contact, chore.work.record) == ("sam", "screen_pop", "key", MIA)


def test_the_panels_of_others_are_not() -> None:
    office = Office(5)
    office.panels.append(Panel(99, "jonas"))
    office.pop()
    assert office.given == [1, 0]


def test_done_is_done() -> None:
    office = Office(5, 9)
    office.pop()
    office.chores.done("sam", office.id_of(1), True)
    office.clock.advance(60_000)
    office.opens(10)
    assert office.given == [0, 1, 0]


def test_who_does_not_answer_within_two_seconds_is_passed_over() -> None:
    office = Office(5, 9, 7)
    office.pop()
    office.clock.advance(1_999)
    assert office.given == [0, 1, 0]
    office.clock.advance(1)
    assert office.given == [0, 1, 1]
    office.clock.advance(2_000)
    assert office.given == [1, 1, 1]
    office.clock.advance(60_000)
    assert office.given == [1, 1, 1], "all were tried: it waits for another panel"


def test_who_cannot_passes_it_on_at_once() -> None:
    office = Office(5, 9)
    office.pop()
    office.chores.done("sam", office.id_of(1), False)
    assert office.given == [1, 1]
    assert office.id_of(0) == office.id_of(1)
    office.chores.done("sam", office.id_of(0), True)
    office.clock.advance(60_000)
    assert office.given == [1, 1]


def test_an_answer_that_comes_late_still_counts() -> None:
    office = Office(5, 9)
    office.pop()
    office.clock.advance(2_000)
    office.chores.done("sam", office.id_of(1), True)
    office.clock.advance(60_000)
    office.opens(10)
    assert office.given == [1, 1, 0]


def test_with_no_panel_open_it_waits_for_one() -> None:
    office = Office()
    office.pop()
    office.clock.advance(60_000)
    office.opens(1)
    assert office.given == [1]
    office.opens(2)
    assert office.given == [1, 0], "the first is doing it"


def test_when_all_were_tried_a_new_panel_is_given_it() -> None:
    office = Office(5)
    office.pop()
    office.clock.advance(10_000)
    office.opens(9)
    assert office.given == [1, 1]


def test_a_panel_that_was_closed_is_not_waited_for_longer() -> None:
    office = Office(5, 9)
    office.pop()
    del office.panels[1]
    office.clock.advance(2_000)
    assert office.given == [1]


def test_focus_counts_at_the_moment_of_giving() -> None:
    office = Office(5, 9)
    office.panels[0].focused_at = 20
    office.pop()
    assert office.given == [1, 0]


def test_chores_do_not_get_in_each_other_s_way() -> None:
    office = Office(5, 9)
    office.pop("one")
    office.pop("two")
    assert [chore.contact for chore in office.panels[1].given] == ["one", "two"]
    office.chores.done("sam", office.panels[1].given[0].id, True)
    office.clock.advance(2_000)
    assert [chore.contact for chore in office.panels[0].given] == ["two"]


@pytest.mark.parametrize("tried", [False, True])
def test_what_nobody_needs_any_more_is_dropped(tried: bool) -> None:
    office = Office(*([5] if tried else []))
    office.pop("key")
    office.pop("other")
    for agent, kind, contact in (
        ("sam", "screen_pop", "key"),
        ("jonas", "screen_pop", "other"),
        ("sam", "refresh", "other"),
    ):
        office.chores.withdraw(agent, kind, contact)
    office.clock.advance(2_000)
    office.opens(9)
    assert [chore.contact for chore in office.panels[-1].given] == ["other"]


@pytest.mark.parametrize("ok", [False, True])
def test_an_answer_about_what_is_not_theirs_or_not_there_changes_nothing(ok: bool) -> None:
    office = Office(5)
    office.pop()
    office.chores.done("jonas", office.id_of(0), ok)
    office.chores.done("sam", "chore-99", ok)
    office.clock.advance(2_000)
    office.opens(9)
    assert office.given == [1, 1]


def test_what_a_panel_has_taken_is_its_own_however_long_it_takes() -> None:
    office = Office(5, 9)
    office.pop()
    office.chores.taken(office.panels[1], office.id_of(1))
    office.clock.advance(600_000)
    office.opens(10)
    assert office.given == [0, 1, 0]
    office.chores.done("sam", office.id_of(1), True)
    assert office.given == [0, 1, 0]


@pytest.mark.parametrize("how", ["the panel is closed", "it could not"])
def test_what_was_taken_and_not_done_is_for_the_next(how: str) -> None:
    office = Office(5, 9)
    office.pop()
    chore = office.id_of(1)
    office.chores.taken(office.panels[1], chore)
    if how == "it could not":
        office.chores.done("sam", chore, False)
    else:
        office.chores.panel_gone(office.panels.pop(1))
    assert office.id_of(0) == chore
    office.clock.advance(60_000)
    assert len(office.panels[0].given) == 1


def test_nobody_takes_what_is_another_agent_s() -> None:
    office = Office(5, 9)
    office.pop()
    office.chores.taken(Panel(1, "jonas"), office.id_of(1))
    office.chores.taken(office.panels[0], "chore-99")
    office.clock.advance(2_000)
    assert office.given == [1, 1]


STEP = Work(None, "0wT1", "00T1", "Answered", True)


def test_a_step_is_completed_once_with_the_newest_values() -> None:
    office = Office()
    office.chores.give_once("sam", "complete_work", "key", STEP)
    office.chores.give_once("sam", "complete_work", "key", STEP)
    newer = Work(None, "0wT1", "00T2", "Refunded", True)
    office.chores.give_once("sam", "complete_work", "key", newer)
    office.chores.give_once("sam", "complete_work", "other", STEP)
    office.opens(9)
    assert [(chore.contact, chore.work) for chore in office.panels[0].given] == [("key", newer), ("other", STEP)]


def test_a_step_that_a_panel_is_completing_is_left_alone() -> None:
    office = Office(5)
    office.chores.give_once("sam", "complete_work", "key", STEP)
    office.chores.taken(office.panels[0], office.id_of(0))
    office.chores.give_once("sam", "complete_work", "key", Work(None, "0wT1", "00T2", "Refunded", True))
    assert office.given == [1]
    done = office.chores.done("sam", office.id_of(0), True)
    assert done is not None
    assert (done.kind, done.contact, done.work) == ("complete_work", "key", STEP)
    office.opens(9)
    assert office.given == [1, 0]


def test_chores_of_one_contact_are_told_apart() -> None:
    office = Office(5)
    office.pop()
    office.chores.give("sam", "url_pop", "key", Work(text="https://x.example/1"))
    office.chores.give("sam", "refresh", "key")
    office.chores.give_once("sam", "complete_work", "key", STEP)
    given = list(office.panels[0].given)
    assert len({chore.id for chore in given}) == 4
    done = office.chores.done("sam", given[1].id, True)
    assert done is not None
    assert done.kind == "url_pop"
    assert office.chores.done("sam", given[3].id, False) is None, "it could not: the next panel is to"
    office.opens(9)
    assert [chore.kind for chore in office.panels[-1].given] == ["complete_work"]
    office.clock.advance(2_000)
    assert [chore.kind for chore in office.panels[-1].given] == ["complete_work", "screen_pop", "refresh"]


def test_an_answer_about_a_chore_of_before_a_restart_counts_for_nothing() -> None:
    before, after = Office(5), Office(5)
    before.pop()
    after.pop()
    assert after.chores.done("sam", before.id_of(0), True) is None
    after.clock.advance(2_000)
    after.opens(9)
    assert after.given == [1, 1]
