"""Chores: one panel does each, the last focused one; who does not answer is passed over after two seconds."""

import pytest

from connector.domain.model import Record
from connector.service.chores import COMES_BACK, PATIENCE, Chore, Chores, Work
from connector.service.clock import ManualClock

MIA = Record("003000000000001AAA", "Contact", "Mia Chen")


class Panel:
    """A panel that notes what it is to do."""

    def __init__(self, focused_at: int, agent: str = "sam", name: str = "") -> None:
        self.agent = agent
        self.name = name or f"panel-{id(self)}"
        self.focused_at = focused_at
        self.given: list[Chore] = []
        self.begun: list[str] = []

    def do(self, chore: Chore) -> None:
        self.given.append(chore)

    def begin(self, chore: str) -> None:
        self.begun.append(chore)


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

    def opens(self, focused_at: int, name: str = "") -> Panel:
        panel = Panel(focused_at, name=name)
        self.panels.append(panel)
        self.chores.panel_came(panel)
        return panel

    def takes(self, panel: int) -> str:
        """The panel would do what it was given last."""
        chore = self.id_of(panel)
        self.chores.taken(self.panels[panel], chore)
        return chore

    def is_cut(self, panel: int) -> Panel:
        """The panel's connection is gone; its page is still there."""
        gone = self.panels.pop(panel)
        self.chores.panel_gone(gone, closed=False)
        return gone

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
        office.chores.panel_gone(office.panels.pop(1), closed=True)
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


# --- exactly once --------------------------------------------------------------------------------------------------


def test_of_two_panels_that_nobody_looks_at_one_does_it() -> None:
    office = Office(0, 0)
    office.pop()
    assert office.given == [1, 0]
    office.takes(0)
    office.clock.advance(600_000)
    assert office.given == [1, 0]
    assert [len(panel.begun) for panel in office.panels] == [1, 0]


@pytest.mark.parametrize("late_one_first", [True, False])
def test_of_two_that_would_do_it_the_first_does(late_one_first: bool) -> None:
    office = Office(9, 5)
    office.pop()
    office.clock.advance(2_000)
    assert office.given == [1, 1], "the first did not answer in time"
    first, second = (0, 1) if late_one_first else (1, 0)
    chore = office.takes(first)
    office.takes(second)
    assert (office.panels[first].begun, office.panels[second].begun) == ([chore], [])


@pytest.mark.parametrize("closed", [True, False])
def test_one_that_was_only_asked_does_it_when_the_slow_one_that_took_it_is_gone(closed: bool) -> None:
    office = Office(9, 5)
    office.pop()
    office.clock.advance(PATIENCE)
    assert office.given == [1, 1]
    office.takes(0)
    office.takes(1)
    gone = office.panels.pop(0)
    office.chores.panel_gone(gone, closed=closed)
    office.clock.advance(COMES_BACK)
    assert office.given == [2], "the other one is asked once more"
    office.chores.taken(office.panels[0], office.id_of(0))
    assert len(office.panels[0].begun) == 1


def test_who_could_not_is_not_asked_again_though_the_next_could_not_either() -> None:
    office = Office(9, 5)
    office.pop()
    for panel in (0, 1):
        chore = office.takes(panel)
        office.chores.done("sam", chore, ok=False)
    assert office.given == [1, 1]


def test_who_would_do_it_twice_begins_once() -> None:
    office = Office(5)
    office.pop()
    chore = office.takes(0)
    office.takes(0)
    assert office.panels[0].begun == [chore]


def test_focus_that_changes_while_one_is_at_it_changes_nothing() -> None:
    office = Office(5, 9)
    office.pop()
    chore = office.takes(1)
    office.panels[0].focused_at = 20
    office.clock.advance(60_000)
    assert office.given == [0, 1]
    office.pop("next")
    assert office.given == [1, 1], "but for the next one it counts"
    office.chores.done("sam", chore, True)
    assert office.given == [1, 1]


def test_who_was_cut_off_while_at_it_comes_back_and_says_what_came_of_it() -> None:
    office = Office(5, 9)
    office.pop()
    chore = office.takes(1)
    gone = office.is_cut(1)
    office.clock.advance(4_999)
    assert office.given == [0], "it may have done it, and the word of it be lost"
    back = office.opens(0, gone.name)
    assert [one.id for one in back.given] == [chore]
    office.takes(1)
    assert back.begun == [chore]
    office.chores.done("sam", chore, True)
    office.clock.advance(60_000)
    assert office.given == [0, 1]


def test_who_comes_back_before_the_cut_was_noticed_does_too() -> None:
    office = Office(5, 9)
    office.pop()
    chore = office.takes(1)
    half_open = office.panels[1]
    back = office.opens(0, half_open.name)
    assert [one.id for one in back.given] == [chore]
    office.takes(2)
    office.panels.remove(half_open)
    office.chores.panel_gone(half_open, closed=False)
    office.clock.advance(60_000)
    assert office.given == [0, 1]
    assert back.begun == [chore]


def test_who_does_not_come_back_is_not_waited_for_longer() -> None:
    office = Office(5, 9)
    office.pop()
    office.takes(1)
    office.is_cut(1)
    office.clock.advance(5_000)
    assert office.given == [1]


def test_nobody_else_takes_what_one_that_was_cut_off_may_have_done() -> None:
    office = Office(5, 9)
    office.pop()
    office.clock.advance(2_000)
    office.takes(1)
    office.is_cut(1)
    office.takes(0)
    office.opens(20)
    assert [panel.begun for panel in office.panels] == [[], []]
    assert office.given == [1, 0]


def test_one_that_was_alone_and_is_back_late_is_asked_too() -> None:
    office = Office(5)
    office.pop()
    chore = office.takes(0)
    gone = office.is_cut(0)
    office.clock.advance(60_000)
    back = office.opens(0, gone.name)
    assert [one.id for one in back.given] == [chore]


def test_what_was_withdrawn_meanwhile_is_not_asked_for_again() -> None:
    office = Office(5)
    office.pop()
    office.takes(0)
    gone = office.is_cut(0)
    office.chores.withdraw("sam", "screen_pop", "key")
    office.clock.advance(60_000)
    assert office.opens(0, gone.name).given == []


# --- what must be done in the end ----------------------------------------------------------------------------------


def refuses(office: Office, count: int) -> list[int]:
    """Every panel refuses so many times; after how many ms it was asked the next time."""
    pauses = []
    for _ in range(count):
        before, given = office.clock.now(), sum(office.given)
        office.chores.done("sam", office.id_of(0), False)
        while sum(office.given) == given:
            office.clock.advance(1_000)
        pauses.append(office.clock.now() - before)
    return pauses


def test_a_step_that_salesforce_refuses_is_tried_again_and_again_with_longer_pauses() -> None:
    office = Office(5)
    office.chores.give_once("sam", "complete_work", "key", STEP)
    assert refuses(office, 8) == [30_000, 60_000, 120_000, 240_000, 480_000, 960_000, 1_800_000, 1_800_000]
    assert len({chore.id for chore in office.panels[0].given}) == 1
    office.chores.done("sam", office.id_of(0), True)
    office.clock.advance(3_600_000)
    assert office.given == [9]


def test_a_panel_that_comes_meanwhile_tries_at_once() -> None:
    office = Office(5)
    office.chores.give_once("sam", "complete_work", "key", STEP)
    office.chores.done("sam", office.id_of(0), False)
    office.opens(9)
    assert office.given == [1, 1]
    office.opens(20)
    assert office.given == [1, 1, 0], "one is at it"


def test_with_no_panel_there_is_nothing_to_try_before_one_comes() -> None:
    office = Office(5)
    office.chores.give_once("sam", "complete_work", "key", STEP)
    chore = office.takes(0)
    office.chores.panel_gone(office.panels.pop(0), closed=True)
    office.clock.advance(24 * 3_600_000)
    assert office.opens(9).given[0].id == chore


def test_a_record_that_could_not_be_opened_is_not_tried_again_by_itself() -> None:
    office = Office(5)
    office.pop()
    office.chores.done("sam", office.id_of(0), False)
    office.clock.advance(3_600_000)
    assert office.given == [1]
