"""What is on offer in consults, conferences and beside a second call: a table written by hand."""

from collections.abc import Callable

import pytest

from connector.domain.commands import Answer, Consult, End, Hold, Merge, Resume, SetState, StartMask, Swap, Transfer
from connector.domain.events import LegAnswered, LegEnded
from connector.domain.model import AgentState, Role
from connector.domain.rules.allowed import RULES, controls, shown
from connector.domain.rules.allowed_agents import agent_controls
from tests.domain.stage import JONAS, SAM, Stage, go
from tests.domain.test_consult import BLIND, PRIYA, asked, asking, call, conference, theirs
from tests.domain.test_controls import TABLE
from tests.domain.test_two_calls import called_by_jonas, two_calls

Made = tuple[Stage, str]


def rings_at_jonas() -> Made:
    return asking()


def rings_at_jonas_blind() -> Made:
    return asking("agent", JONAS, BLIND)


def rings_after_resume() -> Made:
    stage, key = asking()
    go(stage, Resume(SAM, key))
    return stage, key


def hold_not_confirmed() -> Made:
    stage, key = call()
    stage.give(Consult(SAM, key, "agent", JONAS))
    return stage, key


def of_jonas(made: Made) -> Made:
    return made[0], theirs(made[0]).key


def queued() -> Made:
    return asking("skill", "billing")


def swapped() -> Made:
    stage, key = asked("entry", "fraud")
    go(stage, Swap(SAM, key))
    return stage, key


def asked_and_masked() -> Made:
    stage, key = call()
    go(stage, StartMask(SAM, key), Consult(SAM, key, "agent", JONAS))
    go(stage, Answer(JONAS, theirs(stage).key))
    return stage, key


def merging() -> Made:
    stage, key = asked()
    stage.give(Merge(SAM, key))
    return stage, key


def transferring() -> Made:
    stage, key = asked()
    stage.give(Transfer(SAM, key))
    return stage, key


def in_conference() -> Made:
    stage, key, _ = conference()
    return stage, key


def stepped_out() -> Made:
    stage, key, _ = conference()
    go(stage, Consult(SAM, key, "entry", "fraud"))
    consulted = stage.contact(key).consulted
    assert consulted is not None
    go(stage, LegEnded(consulted.id, "busy", stage.now))
    return stage, key


def asks_out_of_a_conference() -> Made:
    stage, key, _ = conference()
    go(stage, Consult(SAM, key, "entry", "fraud"))
    consulted = stage.contact(key).consulted
    assert consulted is not None
    go(stage, LegAnswered(consulted.id, stage.now))
    return stage, key


def two_again() -> Made:
    stage, key, other = conference()
    go(stage, End(JONAS, other))
    return stage, key


def first_of_two() -> Made:
    stage, first, _ = two_calls()
    return stage, first


def second_of_two() -> Made:
    stage, _, second = two_calls()
    return stage, second


def second_rings() -> Made:
    stage, _, second = called_by_jonas()
    return stage, second


def first_while_second_rings() -> Made:
    stage, first, _ = called_by_jonas()
    return stage, first


def both_held() -> Made:
    stage, first, second = two_calls()
    go(stage, Hold(SAM, second))
    return stage, first


def merged_calls() -> Made:
    stage, first, _ = two_calls()
    go(stage, Merge(SAM, first))
    return stage, first


def skill_rings_at_priya() -> Made:
    stage, key = queued()
    stage.give(SetState(PRIYA, AgentState.AVAILABLE))
    stage.obey()
    return stage, key


# A dash is where the answer is not of interest to the row: those of `test_controls` have it.
HEAD = (
    *("end", "hold", "resume", "mute", "digits", "record", "mask"),
    *("consult", "abandon", "merge", "transfer", "swap", "drop"),
)
MATRIX: tuple[tuple[Callable[[], Made], str], ...] = (
    (
        rings_at_jonas,
        (
            "consulting held ok ok not_answered held held consulting ok not_connected not_connected not_connected"
            " no_conference"
        ),
    ),
    (
        rings_at_jonas_blind,
        "consulting held ok ok not_answered held held consulting ok not_connected ok not_connected no_conference",
    ),
    (
        rings_after_resume,
        (
            "consulting consulting not_held ok ok ok ok consulting ok not_connected not_connected not_connected"
            " no_conference"
        ),
    ),
    (
        hold_not_confirmed,
        (
            "consulting consulting not_held ok pending pending pending consulting ok not_connected not_connected"
            " not_connected no_conference"
        ),
    ),
    (
        queued,
        "consulting held ok ok held held held consulting ok not_connected ok not_connected no_conference",
    ),
    (
        skill_rings_at_priya,
        "consulting held ok ok not_answered held held consulting ok not_connected ok not_connected no_conference",
    ),
    (asked, "consulting held consulting ok ok held held consulting ok ok ok ok no_conference"),
    (swapped, "consulting consulting not_held ok ok ok ok consulting ok ok ok ok no_conference"),
    (
        asked_and_masked,
        "consulting held consulting ok ok held held consulting ok masked masked ok no_conference",
    ),
    (
        merging,
        "consulting held consulting ok pending held held consulting pending pending pending pending no_conference",
    ),
    (
        transferring,
        "consulting held consulting ok pending held held consulting pending pending pending pending no_conference",
    ),
    (
        lambda: of_jonas(asked()),
        (
            "ok consulted not_held ok consulted consulted consulted consulted no_consult no_consult no_consult"
            " no_other_call no_conference"
        ),
    ),
    (
        in_conference,
        "ok conference not_held ok conference ok conference ok no_consult no_consult no_consult no_other_call ok",
    ),
    (
        lambda: of_jonas(in_conference()),
        (
            "ok conference not_held ok conference ok conference ok no_consult no_consult no_consult no_other_call"
            " not_invited"
        ),
    ),
    (
        stepped_out,
        "ok conference ok ok conference held conference ok no_consult no_consult no_consult no_other_call ok",
    ),
    (
        asks_out_of_a_conference,
        "consulting consulting consulting ok ok held conference consulting ok ok ok conference ok",
    ),
    (two_again, "ok ok not_held ok ok ok ok ok no_consult no_consult no_consult no_other_call no_conference"),
    (first_of_two, "held held other_call ok held held held other_call no_consult ok ok ok no_conference"),
    (second_of_two, "ok ok not_held ok ok ok ok ok no_consult no_consult no_consult not_held no_conference"),
    (
        first_while_second_rings,
        "ok ok not_held ok ok ok ok other_call no_consult no_consult no_consult not_held no_conference",
    ),
    (both_held, "held held ok ok held held held ok no_consult no_consult no_consult other_call no_conference"),
    (
        merged_calls,
        "ok conference not_held ok conference ok conference ok no_consult no_consult no_consult no_other_call ok",
    ),
)


@pytest.mark.parametrize(("make", "row"), MATRIX, ids=[make.__name__ for make, _ in MATRIX])
def test_controls(make: Callable[[], Made], row: str) -> None:
    stage, key = make()
    contact = stage.contact(key)
    found = controls(stage.floor, contact, stage.directory)
    assert {name: found[name] or "ok" for name in HEAD} == dict(zip(HEAD, row.split(), strict=True))
    assert set(found) == {rule.__name__ for rule in shown(contact)}


def test_a_second_call_that_rings_can_be_answered() -> None:
    stage, key = second_rings()
    assert controls(stage.floor, stage.contact(key), stage.directory) == {"answer": None, "decline": None}


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (rings_at_jonas, "consulting"),
        (in_conference, "hold_first"),
        (stepped_out, None),
        (first_of_two, "two_calls"),
        (first_while_second_rings, "two_calls"),
    ],
    ids=["rings", "conference", "stepped out", "two calls", "second rings"],
)
def test_whether_another_number_can_be_dialled(make: Callable[[], Made], code: str | None) -> None:
    stage, _ = make()
    assert agent_controls(stage.floor, stage.directory, stage.agent(SAM))["dial"] == code


def test_every_control_of_a_call_is_in_the_tables_both_ways() -> None:
    can = {name for _, names, _ in TABLE.values() for name in names.split()}
    cannot = {pair.split(":")[0] for _, _, pairs in TABLE.values() for pair in pairs.split()}
    for _, row in MATRIX:
        for name, code in zip(HEAD, row.split(), strict=True):
            (can if code == "ok" else cannot).add(name)
    silent = {"finish", "give_back", "extend"}
    assert can | silent == set(RULES)
    assert cannot | silent == set(RULES)


def test_the_agent_s_own_leg_is_heard_in_a_consult() -> None:
    stage, key = asked()
    assert stage.leg(Role.AGENT, key).joined is False
