"""Recording and masking: who decides, what the switch confirms, and the alarm when masking fails."""

from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace

from connector.domain.commands import (
    Answer,
    ContactCommand,
    End,
    Hold,
    Resume,
    StartMask,
    StartRecord,
    StopMask,
    StopRecord,
)
from connector.domain.directory import Directory, RecordingMode
from connector.domain.effects import SetRecording
from connector.domain.events import AskRefused, LegAnswered, LegResumed, RecordingChanged
from connector.domain.model import Ask, LegState, Mask, Phase, Problem, Recording, Role
from tests.domain.stage import DIRECTORY, SAM, START, Stage, asks_again, available, dialling, go, on_a_call, with_skill

ALWAYS = with_skill("support", recording=RecordingMode.ALWAYS)
NEVER = with_skill("support", recording=RecordingMode.NEVER)


def asked(stage: Stage) -> list[Recording]:
    """What the switch was asked for and has not answered."""
    return [ask.recording for ask in stage.asks if isinstance(ask, SetRecording)]


def goals(stage: Stage) -> list[str]:
    return [ask.goal for ask in stage.contact().asked]


def test_record_and_stop() -> None:
    stage, key = on_a_call()
    assert stage.contact().recording is Recording.OFF
    stage.give(StartRecord(SAM, key))
    assert (asked(stage), goals(stage)) == ([Recording.ON], ["record"])
    assert stage.contact().recording is Recording.OFF
    stage.obey()
    assert (stage.contact().recording, goals(stage)) == (Recording.ON, [])
    go(stage, StopRecord(SAM, key))
    assert stage.contact().recording is Recording.OFF


def test_always_is_asked_for_when_the_two_can_talk_and_not_before() -> None:
    stage = Stage(ALWAYS)
    available(stage)
    key = stage.ring_in()
    stage.obey()
    stage.give(Answer(SAM, key))
    stage.asks.clear()
    stage.give(LegAnswered(stage.leg(Role.AGENT).id, stage.now))
    assert stage.contact().phase is Phase.ACTIVE
    assert asked(stage) == []
    stage.give(LegAnswered(stage.leg(Role.CUSTOMER).id, stage.now))
    assert asked(stage) == [Recording.ON]
    assert stage.give(LegAnswered(stage.leg(Role.CUSTOMER).id, stage.now)).effects == ()


def test_always_counts_for_outbound_calls_too() -> None:
    stage, key = dialling(ALWAYS)
    assert asked(stage) == []
    stage.give(LegAnswered(stage.leg(Role.CUSTOMER, key).id, stage.now))
    assert asked(stage) == [Recording.ON]


@pytest.mark.parametrize("directory", [NEVER, with_skill("support")])
def test_otherwise_nothing_is_recorded_unasked(directory: object) -> None:
    stage, _ = on_a_call(directory=directory)  # type: ignore[arg-type]
    assert stage.contact().recording is Recording.OFF
    assert not any(isinstance(ask, SetRecording) for ask in stage.asks)


def test_a_recording_that_failed_to_start_is_tried_again_after_a_hold() -> None:
    stage, key = on_a_call(directory=ALWAYS)
    stage.give(RecordingChanged(key, Recording.OFF, stage.now))
    go(stage, Hold(SAM, key))
    assert stage.contact().recording is Recording.OFF
    go(stage, Resume(SAM, key))
    assert stage.contact().recording is Recording.ON


@pytest.mark.parametrize("before", [Recording.OFF, Recording.ON])
def test_masking_pauses_and_unmasking_gives_back_what_was(before: Recording) -> None:
    stage, key = on_a_call()
    if before is Recording.ON:
        go(stage, StartRecord(SAM, key))
    stage.pass_time(1_000)
    stage.give(StartMask(SAM, key))
    assert asked(stage) == [Recording.PAUSED]
    assert stage.contact().mask is Mask.OFF
    stage.obey()
    contact = stage.contact()
    assert (contact.mask, contact.recording) == (Mask.ON, Recording.PAUSED)
    assert contact.masked_since == START + 5_000
    stage.pass_time(1_000)
    stage.give(RecordingChanged(key, Recording.PAUSED, stage.now))
    assert stage.contact().masked_since == START + 5_000
    go(stage, StopMask(SAM, key))
    contact = stage.contact()
    assert (contact.mask, contact.recording, contact.masked_since) == (Mask.OFF, before, None)


def test_where_always_is_the_rule_unmasking_always_records() -> None:
    stage, key = on_a_call(directory=ALWAYS)
    stage.give(RecordingChanged(key, Recording.OFF, stage.now))
    go(stage, StartMask(SAM, key), StopMask(SAM, key))
    assert stage.contact().recording is Recording.ON


def test_a_mask_stays_through_a_hold() -> None:
    stage, key = on_a_call()
    go(stage, StartMask(SAM, key), Hold(SAM, key))
    assert (stage.contact().mask, stage.contact().held) == (Mask.ON, True)
    go(stage, Resume(SAM, key))
    assert stage.contact().mask is Mask.ON
    go(stage, StopMask(SAM, key))
    assert stage.contact().mask is Mask.OFF


def failed_mask(how: str) -> tuple[Stage, str]:
    """What is said is recorded though the agent asked for masking."""
    stage, key = on_a_call()
    go(stage, StartRecord(SAM, key))
    stage.give(StartMask(SAM, key))
    ask = stage.contact().asked[0].id
    if how == "refused":
        stage.give(AskRefused(key, ask, "no_recorder", stage.now))
    else:
        stage.pass_time(5_000)
    return stage, key


@pytest.mark.parametrize(("how", "code"), [("refused", "no_recorder"), ("silence", "switch_timeout")])
def test_masking_that_fails_is_an_alarm(how: str, code: str) -> None:
    stage, _ = failed_mask(how)
    contact = stage.contact()
    assert (contact.mask, contact.recording) == (Mask.FAILED, Recording.ON)
    assert contact.problem is not None
    assert (contact.problem.code, contact.problem.order) == (code, "mask")


def test_the_alarm_stays_while_the_recording_hears() -> None:
    stage, key = failed_mask("silence")
    stage.give(RecordingChanged(key, Recording.ON, stage.now))
    assert stage.contact().mask is Mask.FAILED
    stage.asks.clear()
    go(stage, StopRecord(SAM, key))
    assert stage.contact().mask is Mask.OFF


def test_masking_that_comes_late_still_counts() -> None:
    stage, key = failed_mask("silence")
    stage.give(RecordingChanged(key, Recording.PAUSED, stage.now))
    contact = stage.contact()
    assert (contact.mask, contact.problem) == (Mask.ON, None)


def test_masking_can_be_tried_again() -> None:
    stage, key = failed_mask("refused")
    stage.asks.clear()
    go(stage, StartMask(SAM, key))
    assert (stage.contact().mask, stage.contact().problem) == (Mask.ON, None)
    go(stage, StopMask(SAM, key))
    assert stage.contact().recording is Recording.ON


def test_unmasking_that_fails_leaves_it_masked() -> None:
    stage, key = on_a_call()
    go(stage, StartMask(SAM, key))
    stage.give(StopMask(SAM, key))
    stage.give(AskRefused(key, stage.contact().asked[0].id, "no_recorder", stage.now))
    contact = stage.contact()
    assert contact.mask is Mask.ON
    assert contact.problem is not None
    assert contact.problem.order == "unmask"


@pytest.mark.parametrize("recording", list(Recording))
def test_the_switch_s_word_counts_also_unasked(recording: Recording) -> None:
    stage, key = on_a_call()
    stage.give(RecordingChanged(key, recording, stage.now))
    contact = stage.contact()
    assert contact.recording is recording
    assert (contact.mask is Mask.ON) == (recording is Recording.PAUSED)


def test_what_the_switch_says_of_another_goal_does_not_fulfil_the_one_under_way() -> None:
    stage, key = on_a_call()
    go(stage, StartRecord(SAM, key))
    stage.give(StartMask(SAM, key))
    stage.give(RecordingChanged(key, Recording.ON, stage.now))
    assert goals(stage) == ["mask"]


@pytest.mark.parametrize("recording", list(Recording))
def test_after_the_call_news_of_its_recording_is_old(recording: Recording) -> None:
    stage, key = on_a_call()
    go(stage, End(SAM, key))
    change = stage.give(RecordingChanged(key, recording, stage.now))
    assert change.contacts == ()
    assert stage.contact().recording is Recording.OFF


# --- announcements ---------------------------------------------------------------------------------------------------

ANNOUNCED = with_skill("support", consent="recorded")
ALWAYS_ANNOUNCED = with_skill("support", consent="recorded", recording=RecordingMode.ALWAYS)


def announcements(stage: Stage) -> list[str]:
    return [ask.announcement for ask in stage.asks if isinstance(ask, SetRecording)]


def test_before_the_first_recording_of_a_contact_its_announcement_is_heard() -> None:
    stage, key = on_a_call(directory=ANNOUNCED)
    stage.give(StartRecord(SAM, key))
    assert (asked(stage), announcements(stage)) == ([Recording.ON], ["recorded"])
    stage.obey()
    assert stage.contact().recorded
    go(stage, StopRecord(SAM, key))
    stage.give(StartRecord(SAM, key))
    assert (asked(stage), announcements(stage)) == ([Recording.ON], [""])


def test_where_always_is_the_rule_it_is_announced_too() -> None:
    stage, _ = dialling(ALWAYS_ANNOUNCED)
    stage.give(LegAnswered(stage.leg(Role.CUSTOMER).id, stage.now))
    assert announcements(stage) == ["recorded"]


def test_nothing_is_announced_in_an_emergency_call() -> None:
    may_record = replace(ANNOUNCED, settings=replace(ANNOUNCED.settings, emergency_record=True))
    stage, key = on_a_call(directory=may_record)
    stage.floor.contacts[key] = replace(stage.contact(), emergency="local")
    stage.give(StartRecord(SAM, key))
    assert (asked(stage), announcements(stage)) == ([Recording.ON], [""])


def test_an_announcement_has_its_time() -> None:
    stage, key = on_a_call(directory=ANNOUNCED)
    stage.give(StartRecord(SAM, key))
    stage.pass_time(34_999)
    assert goals(stage) == ["record"]
    stage.pass_time(1)
    contact = stage.contact()
    assert (goals(stage), contact.problem) == ([], Problem("switch_timeout", "record", stage.now))
    stage.give(RecordingChanged(key, Recording.ON, stage.now))
    assert (stage.contact().recording, stage.contact().problem) == (Recording.ON, None)


def test_an_announcement_that_there_is_not_is_told_and_nothing_is_recorded() -> None:
    stage, key = on_a_call(directory=ANNOUNCED)
    stage.give(StartRecord(SAM, key))
    stage.give(AskRefused(key, stage.contact().asked[0].id, "no_such_message", stage.now))
    contact = stage.contact()
    assert (contact.recording, contact.recorded) == (Recording.OFF, False)
    assert contact.problem == Problem("no_such_message", "record", stage.now)


@pytest.mark.parametrize("directory", [ANNOUNCED, ALWAYS_ANNOUNCED])
def test_a_mask_during_the_announcement_and_after_it_the_recording_that_was_asked_for(directory: Directory) -> None:
    stage, key = dialling(directory)
    stage.give(LegAnswered(stage.leg(Role.CUSTOMER).id, stage.now))
    if directory is ANNOUNCED:
        stage.give(StartRecord(SAM, key))
    assert goals(stage) == ["record"]
    stage.asks.clear()
    stage.give(StartMask(SAM, key))
    assert (asked(stage), announcements(stage), goals(stage)) == ([Recording.PAUSED], [""], ["mask"])
    stage.obey()
    assert (stage.contact().mask, stage.contact().recorded) == (Mask.ON, False)
    stage.give(StopMask(SAM, key))
    assert (asked(stage), announcements(stage)) == ([Recording.ON], ["recorded"])
    stage.obey()
    assert (stage.contact().mask, stage.contact().recording) == (Mask.OFF, Recording.ON)


def test_after_a_reconnect_it_is_announced_again() -> None:
    stage, key = on_a_call(directory=ANNOUNCED)
    stage.give(StartRecord(SAM, key))
    again = [effect.ask for effect in asks_again(stage.floor, ANNOUNCED) if isinstance(effect.ask, SetRecording)]
    assert again == [SetRecording(stage.contact().asked[0].id, key, Recording.ON, "recorded")]


@pytest.mark.parametrize("said", list(Recording))
def test_only_what_was_on_was_recorded(said: Recording) -> None:
    stage, key = on_a_call()
    stage.give(RecordingChanged(key, said, stage.now))
    assert stage.contact().recorded is (said is Recording.ON)
    stage.give(RecordingChanged(key, Recording.OFF, stage.now))
    assert stage.contact().recorded is (said is Recording.ON)


# --- what the switch says, in every situation ----------------------------------------------------------------------

OFF, ON, PAUSED = Recording
FULFILLED = {"record": ON, "stop_record": OFF, "mask": PAUSED}


def talking(directory: Directory = DIRECTORY, **changes: Any) -> Stage:
    stage, key = on_a_call(directory=directory)
    stage.asks.clear()
    stage.floor.contacts[key] = replace(stage.contact(), **changes)
    return stage


def asked_for(*given: str) -> tuple[Ask, ...]:
    return tuple(Ask(f"{n}", goal, START, START + 60_000) for n, goal in enumerate(given))


@pytest.mark.parametrize("said", [OFF, ON, PAUSED])
@pytest.mark.parametrize("unmasked", [OFF, ON])
@pytest.mark.parametrize("goal", ["record", "stop_record", "mask", "unmask"])
def test_what_is_said_fulfils_the_order_that_wanted_it(goal: str, unmasked: Recording, said: Recording) -> None:
    fulfilled = said is FULFILLED.get(goal, unmasked)
    problem = Problem("busy", goal, START)
    stage = talking(asked=asked_for("mute", goal), unmasked=unmasked, problem=problem)
    stage.give(RecordingChanged(stage.contact().key, said, stage.now))
    assert goals(stage) == (["mute"] if fulfilled else ["mute", goal])
    assert stage.contact().problem == (None if fulfilled else problem)


@pytest.mark.parametrize("said", [OFF, ON, PAUSED])
def test_other_problems_are_not_solved_by_it(said: Recording) -> None:
    problem = Problem("busy", "hold", START)
    stage = talking(problem=problem)
    stage.give(RecordingChanged(stage.contact().key, said, stage.now))
    assert stage.contact().problem == problem


MASKS: tuple[tuple[Mask, Recording, Mask], ...] = (
    (Mask.OFF, OFF, Mask.OFF),
    (Mask.OFF, ON, Mask.OFF),
    (Mask.OFF, PAUSED, Mask.ON),
    (Mask.ON, OFF, Mask.OFF),
    (Mask.ON, ON, Mask.OFF),
    (Mask.ON, PAUSED, Mask.ON),
    (Mask.FAILED, OFF, Mask.OFF),
    (Mask.FAILED, ON, Mask.FAILED),
    (Mask.FAILED, PAUSED, Mask.ON),
)


@pytest.mark.parametrize(("before", "said", "after"), MASKS)
def test_paused_is_masked_since_then_and_a_failure_lasts_while_it_records(
    before: Mask, said: Recording, after: Mask
) -> None:
    stage = talking(mask=before, masked_since=START if before is Mask.ON else None)
    stage.now += 5_000
    stage.give(RecordingChanged(stage.contact().key, said, stage.now))
    contact = stage.contact()
    since = None if after is not Mask.ON else START if before is Mask.ON else stage.now
    assert (contact.recording, contact.mask, contact.masked_since) == (said, after, since)
    again = stage.give(RecordingChanged(contact.key, said, stage.now + 1))
    assert (again.contacts, again.effects) == ((), ())


@pytest.mark.parametrize("phase", [Phase.QUEUED, Phase.OFFERED, Phase.WRAP_UP, Phase.CLOSED])
def test_only_a_call_has_a_recording(phase: Phase) -> None:
    stage = talking(phase=phase)
    change = stage.give(RecordingChanged(stage.contact().key, ON, stage.now))
    assert (change.contacts, change.unknown) == ((), False)


ORDERED: tuple[tuple[Callable[[str, str], ContactCommand], dict[str, Any], str, Recording], ...] = (
    (StartRecord, {}, "record", ON),
    (StopRecord, {"recording": ON}, "stop_record", OFF),
    (StartMask, {}, "mask", PAUSED),
    (StartMask, {"recording": ON}, "mask", PAUSED),
    (StopMask, {"mask": Mask.ON, "recording": PAUSED, "unmasked": ON}, "unmask", ON),
    (StopMask, {"mask": Mask.ON, "recording": PAUSED, "unmasked": OFF}, "unmask", OFF),
)


@pytest.mark.parametrize(("order", "before", "goal", "wanted"), ORDERED)
def test_an_order_asks_for_its_goal_and_notes_that(
    order: Callable[[str, str], ContactCommand], before: dict[str, Any], goal: str, wanted: Recording
) -> None:
    stage = talking(problem=Problem("busy", goal, START), **before)
    key = stage.contact().key
    stage.give(order(SAM, key))
    (ask,) = stage.contact().asked
    assert (ask.goal, ask.since, ask.due) == (goal, stage.now, stage.now + 5_000)
    assert stage.asks == [SetRecording(ask.id, key, wanted)]
    assert stage.contact().problem is None
    assert [effect.ask for effect in asks_again(stage.floor, stage.directory)][1:] == stage.asks


# --- always recorded -----------------------------------------------------------------------------------------------


def comes_back(stage: Stage) -> list[Recording]:
    """What is asked of the recorder when the customer has come back from a hold."""
    customer = stage.leg(Role.CUSTOMER)
    legs = tuple(replace(leg, state=LegState.HELD) if leg is customer else leg for leg in stage.contact().legs)
    stage.floor.contacts[stage.contact().key] = replace(stage.contact(), legs=legs)
    stage.give(LegResumed(customer.id, stage.now))
    return asked(stage)


@pytest.mark.parametrize(
    ("goal", "again"),
    [("record", False), ("stop_record", False), ("mask", False), ("unmask", False), ("mute", True), ("end", True)],
)
def test_it_is_not_asked_for_beside_another_order_to_the_recorder(goal: str, again: bool) -> None:
    stage = talking(ALWAYS, recording=OFF, asked=asked_for(goal))
    assert comes_back(stage) == ([ON] if again else [])
    assert goals(stage) == [goal, *(["record"] if again else [])]


@pytest.mark.parametrize(
    ("changes", "again"),
    [
        ({}, True),
        ({"recording": ON}, False),
        ({"recording": PAUSED, "mask": Mask.ON}, False),
        ({"asked_by": "other"}, False),
        ({"emergency": "local"}, False),
        ({"phase": Phase.QUEUED}, False),
    ],
)
def test_what_is_the_skill_s_to_record(changes: dict[str, Any], again: bool) -> None:
    assert comes_back(talking(ALWAYS, **{"recording": OFF, **changes})) == ([ON] if again else [])


def test_while_one_of_them_is_on_hold_nothing_is_to_be_recorded() -> None:
    stage = talking(ALWAYS, recording=OFF)
    agent = stage.leg(Role.AGENT)
    legs = tuple(replace(leg, state=LegState.HELD) if leg is agent else leg for leg in stage.contact().legs)
    stage.floor.contacts[stage.contact().key] = replace(stage.contact(), legs=legs)
    assert comes_back(stage) == []
