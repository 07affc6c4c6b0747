"""The one loop: what leaves when, what a slow or a failing disk changes, and what a reconnect makes up for."""

import pytest
from msgspec.structs import replace

from connector.domain.commands import (
    Answer,
    Decline,
    Dial,
    Done,
    End,
    Hold,
    Mute,
    SaveDraft,
    SendDigits,
    SetState,
)
from connector.domain.directory import Directory
from connector.domain.effects import Adopt, Connect, EndLeg, Mix, Offer, PlaceCall, PlayDigits, SetMute
from connector.domain.events import (
    CallArrived,
    CallerMatched,
    LegAnswered,
    LegEnded,
    LegHeld,
    LegRinging,
    PanelsChanged,
    TaskSaved,
)
from connector.domain.model import AgentState, LegState, MatchState, Phase, Record, Role, SaveState
from connector.errors import BadInput, CrmUnavailable, NotAllowed, SwitchTaken
from connector.ports.store import Loaded
from connector.ports.switch import LegNow, Snapshot
from tests.domain.stage import BILLING_LINE, DIRECTORY, JONAS, LINE, MIA, SAM
from tests.service.rig import PHONES, Rig, errors, one_person


async def talking(rig: Rig) -> str:
    """Sam talks to Mia."""
    rig.order(SetState(SAM, AgentState.AVAILABLE))
    key = rig.ring()
    rig.order(Answer(SAM, key))
    for leg in rig.contact(key).legs[::-1]:
        rig.runner.event(LegAnswered(leg.id, rig.clock.now()))
    await rig.turn()
    assert rig.contact(key).phase is Phase.ACTIVE
    rig.wire.asked.clear()
    rig.panels.seen.clear()
    rig.answers.clear()
    return key


def slow(rig: Rig) -> bool:
    return rig.runner.slow


def leg(rig: Rig, key: str, role: Role) -> str:
    found = rig.contact(key).leg(role)
    assert found is not None
    return found.id


def loaded(rig: Rig, **more: object) -> Loaded:
    """What a start after this one finds on disk."""
    agents = {agent.id: agent for commit in rig.disk.commits for agent in commit.agents}
    contacts = tuple(
        contact
        for contact in rig.disk.contacts.values()
        if contact.phase is not Phase.CLOSED or contact.save.written < contact.save.wanted
    )
    return Loaded(2, contacts, tuple(agents.values()), tuple(rig.disk.replies), None, **more)  # type: ignore[arg-type]


# --- the order of things -------------------------------------------------------------------------------------------


async def test_whoever_waits_for_its_end_is_told_that_the_switch_was_taken() -> None:
    rig = await Rig().start()
    rig.runner.taken(SwitchTaken("by another"))
    rig.runner.taken(SwitchTaken("once more"))
    assert str(await rig.runner.ended) == "by another"


async def test_nothing_leaves_before_its_commit_and_then_in_order() -> None:
    rig = await Rig().start()
    rig.disk.at_once = False
    rig.order(SetState(SAM, AgentState.AVAILABLE), "r1")
    key = rig.ring()
    await rig.turn()
    assert (rig.panels.seen, rig.wire.asked, rig.answers, rig.people.asked) == ([], [], [], [])
    rig.disk.write(1)
    await rig.turn()
    assert (rig.panels.seen, [reply.request for reply in rig.answers], rig.wire.asked) == ([("state", SAM)], ["r1"], [])
    rig.disk.write()
    await rig.turn()
    assert [type(ask) for ask in rig.wire.asked] == [Adopt, Offer]
    assert rig.people.asked == [(MIA, "US")]
    assert rig.contact(key).phase is Phase.OFFERED


async def test_a_commit_that_is_done_first_does_not_overtake() -> None:
    rig = await Rig().start()
    rig.disk.at_once = False
    rig.order(SetState(SAM, AgentState.AVAILABLE), "r1")
    rig.order(SetState(JONAS, AgentState.AVAILABLE), "r2")
    rig.disk.waiting.reverse()
    rig.disk.write(1)
    assert rig.answers == []
    rig.disk.write()
    assert [reply.request for reply in rig.answers] == ["r1", "r2"]


async def test_what_changes_nothing_waits_for_what_went_before() -> None:
    rig = await Rig().start()
    rig.disk.at_once = False
    key = rig.ring()
    rig.runner.event(LegEnded("no such leg", "normal", rig.clock.now()))
    acknowledged: list[str] = []
    rig.runner.floor.contacts[key] = replace(rig.contact(key), agent=SAM)
    rig.runner.draft(SaveDraft(SAM, key, "comments", 0, "nothing"), lambda: acknowledged.append("draft"))
    assert not acknowledged
    rig.disk.write()
    assert acknowledged == ["draft"]


async def test_a_commit_holds_state_tasks_and_reply_together() -> None:
    rig = await Rig().start()
    key = await talking(rig)
    rig.disk.commits.clear()
    rig.runner.event(LegEnded("in-1", "normal", rig.clock.now()))
    (commit,) = rig.disk.commits
    assert [(contact.key, contact.phase) for contact in commit.contacts] == [(key, Phase.WRAP_UP)]
    assert [(agent.id, agent.state) for agent in commit.agents] == [(SAM, AgentState.WRAP_UP)]
    assert [(task.contact, task.revision) for task in commit.tasks] == [(key, 1)]
    rig.order(Done(SAM, key), "r9")
    assert [reply.request for reply in rig.disk.commits[-1].replies] == ["r9"]
    assert rig.disk.commits[-1].contacts[0].phase is Phase.CLOSED


async def test_a_task_wakes_the_outbox_after_its_commit() -> None:
    rig = await Rig().start()
    await talking(rig)
    rig.disk.at_once = False
    rig.runner.event(LegEnded("in-1", "normal", rig.clock.now()))
    assert rig.pokes == 0
    rig.disk.write()
    assert (rig.pokes, rig.hurries) == (1, 0)


async def test_the_outbox_hurries_for_a_step_of_a_work_queue_that_only_waits_for_its_task() -> None:
    rig = await Rig().start()
    rig.order(SetState(SAM, AgentState.AVAILABLE))
    rig.order(Dial(SAM, MIA, work="0hNx00000000001"))
    (contact,) = rig.runner.floor.contacts.values()
    (leg,) = [leg for leg in contact.legs if leg.role is Role.CUSTOMER]
    rig.runner.draft(SaveDraft(SAM, contact.key, "disposition", 1, "Answered"), lambda: None)
    rig.runner.event(LegEnded(leg.id, "busy", rig.clock.now()))
    assert (rig.pokes, rig.hurries) == (1, 0), "its agent wraps up: the step is not over"
    rig.disk.at_once = False
    rig.order(Done(SAM, contact.key))
    assert rig.contact(contact.key).work_waits
    assert rig.hurries == 0
    rig.disk.write()
    assert (rig.pokes, rig.hurries) == (1, 1), "nothing new is wanted, but what is, is waited for"


async def test_one_effect_that_fails_keeps_nothing_back(caplog: pytest.LogCaptureFixture) -> None:
    rig = await Rig().start()
    key = await talking(rig)
    rig.panels.broken = True
    rig.order(Hold(SAM, key))
    await rig.turn()
    assert (len(rig.asked(Mix)), len(rig.answers)) == (1, 1)
    assert errors(caplog.records) == ["an effect failed"]


# --- a slow disk ---------------------------------------------------------------------------------------------------


async def test_after_a_quarter_of_a_second_states_and_asks_go_ahead_and_say_so() -> None:
    rig = await Rig().start()
    key = await talking(rig)
    rig.disk.at_once = False
    rig.order(Hold(SAM, key))
    rig.clock.advance(249)
    await rig.turn()
    assert (rig.panels.seen, rig.wire.asked, rig.answers, slow(rig)) == ([], [], [], False)
    rig.clock.advance(1)
    await rig.turn()
    assert (rig.panels.seen, len(rig.asked(Mix)), len(rig.answers)) == ([("state", SAM)], 1, 1)
    assert slow(rig)
    assert rig.runner.counts.slow_commits == 1
    rig.panels.seen.clear()
    rig.disk.write()
    await rig.turn()
    assert not slow(rig)
    assert ("state", SAM) in rig.panels.seen, "everybody is shown that it is durable again"
    assert (len(rig.asked(Mix)), len(rig.answers)) == (1, 1)


async def test_tasks_and_the_acknowledgement_of_drafts_never_go_ahead() -> None:
    rig = await Rig().start()
    key = await talking(rig)
    rig.disk.at_once = False
    acknowledged: list[int] = []
    rig.runner.draft(SaveDraft(SAM, key, "comments", 1, "Refund"), lambda: acknowledged.append(1))
    rig.runner.event(LegEnded("in-1", "normal", rig.clock.now()))
    rig.clock.advance(60_000)
    assert slow(rig)
    assert ("state", SAM) in rig.panels.seen
    assert (acknowledged, rig.pokes) == ([], 0)
    rig.disk.write(1)
    assert (acknowledged, rig.pokes) == ([1], 0)
    rig.disk.write()
    assert (acknowledged, rig.pokes) == ([1], 1)


async def test_what_follows_a_slow_commit_has_its_own_quarter_of_a_second() -> None:
    rig = await Rig().start()
    key = await talking(rig)
    rig.disk.at_once = False
    rig.order(Hold(SAM, key))
    rig.clock.advance(200)
    rig.order(Mute(SAM, key))
    rig.disk.write(1)
    rig.clock.advance(249)
    await rig.turn()
    assert rig.asked(SetMute) == []
    rig.clock.advance(1)
    await rig.turn()
    assert len(rig.asked(SetMute)) == 1


async def test_a_disk_that_is_quick_again_is_not_slow() -> None:
    rig = await Rig().start()
    key = await talking(rig)
    rig.order(Hold(SAM, key))
    rig.clock.advance(10_000)
    assert not slow(rig)
    assert rig.runner.counts.slow_commits == 0


async def test_end_never_waits_and_takes_what_went_before_along() -> None:
    rig = await Rig().start()
    key = await talking(rig)
    rig.disk.at_once = False
    rig.order(Mute(SAM, key), "r1")
    rig.order(End(SAM, key), "r2")
    await rig.turn()
    assert [type(ask) for ask in rig.wire.asked] == [SetMute, EndLeg]
    assert [reply.request for reply in rig.answers] == ["r1", "r2"]
    rig.disk.write()
    await rig.turn()
    assert len(rig.wire.asked) == 2


# --- a failing disk ------------------------------------------------------------------------------------------------


async def test_a_failed_commit_is_handed_over_again_with_the_values_of_then(caplog: pytest.LogCaptureFixture) -> None:
    rig = await Rig().start()
    key = await talking(rig)
    rig.disk.at_once = False
    rig.order(Hold(SAM, key), "r1")
    rig.disk.fail()
    await rig.turn()
    assert (len(rig.asked(Mix)), len(rig.answers), slow(rig)) == (1, 1, True)
    assert rig.runner.counts.commits_failed == 1
    assert errors(caplog.records) == ["commit failed: no space left on device"]
    rig.clock.advance(999)
    assert rig.disk.waiting == []
    rig.runner.event(LegHeld("in-1", rig.clock.now()))
    rig.disk.fail()
    rig.clock.advance(1)
    rig.disk.write()
    assert rig.disk.contacts[key].held
    assert [reply.request for reply in rig.disk.replies if reply.agent == SAM][-1] == "r1"
    assert not slow(rig)


async def test_a_disk_that_keeps_failing_is_tried_until_it_does_not() -> None:
    rig = await Rig().start()
    key = await talking(rig)
    rig.disk.at_once = False
    rig.runner.event(LegEnded("in-1", "normal", rig.clock.now()))
    for _ in range(5):
        rig.disk.fail()
        assert slow(rig)
        rig.clock.advance(1_000)
    rig.disk.write()
    assert rig.disk.tasks == {key: 1}
    assert rig.disk.contacts[key].phase is Phase.WRAP_UP
    assert not slow(rig)
    assert rig.pokes > 0


async def test_a_draft_whose_commit_failed_is_acknowledged_when_it_is_on_disk_after_all() -> None:
    rig = await Rig().start()
    key = await talking(rig)
    rig.disk.at_once = False
    acknowledged: list[str] = []
    rig.runner.draft(SaveDraft(SAM, key, "comments", 1, "Refund"), lambda: acknowledged.append("first"))
    rig.disk.fail()
    rig.runner.draft(SaveDraft(SAM, key, "comments", 1, "Refund"), lambda: acknowledged.append("sent again"))
    rig.runner.draft(SaveDraft(SAM, key, "tags", 1, tags=("VIP",)), lambda: acknowledged.append("other"))
    rig.disk.write()
    assert acknowledged == []
    rig.disk.at_once = False
    rig.runner.draft(SaveDraft(SAM, key, "comments", 2, "Refund!"), lambda: acknowledged.append("second"))
    rig.disk.fail()
    rig.clock.advance(1_300)
    assert not acknowledged, "however slow the disk is"
    rig.disk.write()
    assert acknowledged == ["first", "sent again", "other", "second"]
    assert rig.disk.contacts[key].draft.comments.value == "Refund!"


async def test_a_draft_sent_again_while_its_failing_commit_is_under_way_is_not_acknowledged_for_it() -> None:
    rig = await Rig().start()
    key = await talking(rig)
    rig.disk.at_once = False
    acknowledged: list[str] = []
    for name in ("first", "sent again"):
        rig.runner.draft(SaveDraft(SAM, key, "comments", 1, "Refund"), lambda name=name: acknowledged.append(name))  # type: ignore[misc]
    rig.disk.fail()
    assert acknowledged == []
    rig.clock.advance(1_000)
    rig.disk.write()
    assert acknowledged == ["first", "sent again"]


async def test_a_contact_that_was_forgotten_meanwhile_is_not_lost() -> None:
    rig = await Rig().start()
    key = rig.ring()
    rig.disk.at_once = False
    rig.runner.event(LegEnded("in-1", "normal", rig.clock.now()))
    assert rig.runner.floor.contacts == {}
    rig.disk.fail()
    rig.clock.advance(1_000)
    rig.disk.write()
    assert rig.disk.contacts[key].phase is Phase.CLOSED


async def test_an_older_revision_never_follows_a_newer_one() -> None:
    rig = await Rig().start()
    key = await talking(rig)
    rig.disk.at_once = False
    rig.runner.event(LegEnded("in-1", "normal", rig.clock.now()))
    rig.runner.draft(SaveDraft(SAM, key, "comments", 1, "x"), lambda: None)
    rig.order(Done(SAM, key))
    rig.disk.fail()
    rig.disk.write(2)
    rig.clock.advance(1_000)
    assert rig.disk.waiting == [], "the newer values are on disk already"
    assert rig.disk.tasks == {key: 2}
    assert rig.disk.contacts[key].phase is Phase.CLOSED


@pytest.mark.parametrize("failing", [1, 2, 3])
async def test_the_newest_revision_is_kept_when_several_fail(failing: int) -> None:
    rig = await Rig().start()
    key = await talking(rig)
    rig.disk.at_once = False
    rig.runner.event(LegEnded("in-1", "normal", rig.clock.now()))
    rig.runner.draft(SaveDraft(SAM, key, "comments", 1, "x"), lambda: None)
    rig.order(Done(SAM, key))
    rig.disk.fail(failing)
    rig.disk.write()
    rig.clock.advance(1_000)
    rig.disk.write()
    assert rig.disk.tasks == {key: 2}
    assert rig.disk.contacts[key].draft.comments.value == "x"


async def test_an_older_revision_that_fails_again_does_not_hide_a_newer_one_that_failed_meanwhile() -> None:
    rig = await Rig().start()
    key = await talking(rig)
    rig.disk.at_once = False
    rig.runner.event(LegEnded("in-1", "normal", rig.clock.now()))
    rig.runner.draft(SaveDraft(SAM, key, "comments", 1, "x"), lambda: None)
    rig.order(Done(SAM, key))
    rig.disk.fail()
    rig.clock.advance(1_000)
    rig.disk.fail(3)
    rig.clock.advance(1_000)
    rig.disk.write()
    assert rig.disk.tasks == {key: 2}


# --- commands ------------------------------------------------------------------------------------------------------


async def test_the_same_request_is_answered_and_not_repeated() -> None:
    rig = await Rig().start()
    rig.order(SetState(SAM, AgentState.AVAILABLE), "r0")
    rig.order(Dial(SAM, MIA), "r1")
    rig.order(Dial(SAM, MIA), "r1")
    await rig.turn()
    first, second = rig.answers[1:]
    assert first == second
    assert list(rig.runner.floor.contacts) == [first.contact]
    assert len(rig.asked(PlaceCall)) == 1


async def test_the_same_request_of_another_agent_is_another_one() -> None:
    rig = await Rig().start()
    rig.order(SetState(SAM, AgentState.AVAILABLE), "r1")
    rig.order(SetState(JONAS, AgentState.AVAILABLE), "r1")
    assert rig.runner.floor.agents[JONAS].state is AgentState.AVAILABLE


async def test_a_request_is_remembered_over_a_restart() -> None:
    before = await Rig().start()
    before.order(SetState(SAM, AgentState.AVAILABLE), "r0")
    before.order(Dial(SAM, MIA), "r1")
    after = await Rig().start(loaded(before))
    after.order(Dial(SAM, MIA), "r1")
    assert after.answers == before.answers[1:]
    assert len(after.runner.floor.contacts) == 1


async def test_only_the_last_requests_of_an_agent_are_remembered() -> None:
    rig = await Rig().start()
    rig.order(SetState(SAM, AgentState.AVAILABLE), "first")
    for n in range(64):
        rig.order(SetState(SAM, AgentState.UNAVAILABLE, ("Lunch", "Break")[n % 2]), f"r{n}")
    rig.order(SetState(SAM, AgentState.AVAILABLE), "first")
    assert rig.runner.floor.agents[SAM].state is AgentState.AVAILABLE


@pytest.mark.parametrize(
    ("command", "code", "field"),
    [
        (Hold(SAM, "no such contact"), "no_such_contact", None),
        (Dial(SAM, "12"), "number_too_short", "number"),
        (Dial(SAM, MIA, "billing"), "skill_needed", "skill"),
        (SetState(SAM, AgentState.UNAVAILABLE, "Fishing"), "choice_unknown", "reason"),
    ],
)
async def test_a_refusal_is_answered_at_once_with_code_and_field(command: object, code: str, field: str | None) -> None:
    rig = await Rig().start()
    rig.order(SetState(SAM, AgentState.AVAILABLE))
    rig.disk.at_once = False
    rig.order(command, "r1")  # type: ignore[arg-type]
    reply = rig.answers[-1]
    assert (reply.request, reply.error, reply.field, reply.contact) == ("r1", code, field, None)
    assert reply.message
    assert rig.runner.counts.refused == 1
    assert rig.disk.waiting == []


async def test_a_late_note_brings_a_contact_back_and_lets_it_go_again() -> None:
    rig = await Rig().start()
    key = await talking(rig)
    rig.runner.event(LegEnded("in-1", "normal", rig.clock.now()))
    rig.order(Done(SAM, key))
    rig.runner.event(TaskSaved(key, 1, "00T000000000001AAA", "Call"))
    assert rig.runner.floor.contacts == {}
    gone = rig.disk.contacts[key]
    rig.runner.adopt(gone)
    rig.runner.draft(SaveDraft(SAM, key, "comments", 1, "One more thing"), lambda: None)
    rig.runner.adopt(gone)
    assert rig.contact(key).draft.comments.value == "One more thing", "what came back first is the newer one"
    rig.runner.event(TaskSaved(key, 2, "00T000000000001AAA", "Call"))
    assert rig.runner.floor.contacts == {}


async def test_a_contact_whose_task_was_made_once_more_hears_its_id_and_is_forgotten() -> None:
    """As `connector reconcile --mend` has it: the same revision, another Task."""
    rig = await Rig().start()
    key = await talking(rig)
    rig.runner.event(LegEnded("in-1", "normal", rig.clock.now()))
    rig.order(Done(SAM, key))
    rig.runner.event(TaskSaved(key, 1, "00T000000000001AAA", "Call"))
    rig.runner.adopt(rig.disk.contacts[key])
    rig.runner.event(TaskSaved(key, 1, "00T000000000002AAA", "Call"))
    assert rig.disk.contacts[key].save.task_id == "00T000000000002AAA"
    assert rig.runner.floor.contacts == {}


@pytest.mark.parametrize("agent", [SAM, JONAS])
async def test_a_contact_that_came_back_for_nothing_is_forgotten(agent: str) -> None:
    rig = await Rig().start()
    key = await talking(rig)
    rig.runner.event(LegEnded("in-1", "normal", rig.clock.now()))
    rig.order(Done(SAM, key))
    rig.runner.event(TaskSaved(key, 1, "00T000000000001AAA", "Call"))
    rig.runner.adopt(rig.disk.contacts[key])
    with pytest.raises((BadInput, NotAllowed)):
        rig.runner.draft(SaveDraft(agent, key, "disposition", 1, "Unheard of"), lambda: None)
    assert rig.runner.floor.contacts == {}


async def test_a_refused_note_about_a_live_contact_does_not_cost_the_contact() -> None:
    rig = await Rig().start()
    key = await talking(rig)
    with pytest.raises(BadInput):
        rig.runner.draft(SaveDraft(SAM, key, "disposition", 1, "Unheard of"), lambda: None)
    with pytest.raises(NotAllowed):
        rig.runner.draft(SaveDraft(SAM, "no such contact", "comments", 1, "x"), lambda: None)
    assert rig.contact(key).phase is Phase.ACTIVE


# --- the switch goes and comes -------------------------------------------------------------------------------------


async def test_a_switch_that_goes_is_shown_and_what_was_asked_is_asked_again() -> None:
    rig = await Rig().start()
    key = await talking(rig)
    rig.wire.cut = True
    rig.order(Hold(SAM, key))
    await rig.turn()
    rig.runner.down("gone")
    assert ("state", SAM) in rig.panels.seen
    rig.order(Mute(SAM, key))
    assert rig.answers[-1].error == "switch_down"
    rig.wire.cut = False
    rig.panels.seen.clear()
    rig.runner.up(snapshot_of(rig, key))
    await rig.turn()
    assert ("state", JONAS) in rig.panels.seen, "everybody is shown that the switch is back"
    assert [ask.parked for ask in rig.asked(Mix)] == [("in-1",)]
    assert rig.contact(key).phase is Phase.ACTIVE


def snapshot_of(rig: Rig, key: str, **states: LegState) -> Snapshot:
    """The switch has all of the contact's legs, in these states."""
    legs = tuple(
        LegNow(leg.id, key, leg.role, states.get(leg.role, leg.state), MIA, LINE, rig.clock.now())
        for leg in rig.contact(key).legs
    )
    return Snapshot(legs, phones=PHONES)


async def test_what_happened_meanwhile_is_made_up_for_before_anybody_is_offered() -> None:
    rig = await Rig().start()
    key = await talking(rig)
    waiting = rig.ring()
    rig.wire.asked.clear()
    rig.runner.down("gone")
    gone = LegNow("in-2", waiting, Role.CUSTOMER, LegState.ENDED, MIA, LINE, rig.clock.now(), cause="cancelled")
    over = snapshot_of(rig, key, CUSTOMER=LegState.ENDED, AGENT=LegState.ENDED)
    rig.order(SetState(JONAS, AgentState.AVAILABLE))
    rig.runner.up(replace(over, legs=(*over.legs, gone)))
    await rig.turn()
    assert rig.contact(key).phase is Phase.WRAP_UP
    assert waiting not in rig.runner.floor.contacts
    assert rig.asked(Offer) == []


async def test_who_waited_through_the_outage_is_offered_once_it_is_over() -> None:
    rig = await Rig().start()
    rig.runner.down("gone")
    rig.order(SetState(SAM, AgentState.AVAILABLE))
    new = LegNow("in-9", None, Role.CUSTOMER, LegState.RINGING, MIA, BILLING_LINE, rig.clock.now())
    rig.runner.up(Snapshot((new,), phones=PHONES))
    await rig.turn()
    (contact,) = rig.runner.floor.contacts.values()
    assert (contact.phase, contact.agent, contact.skill) == (Phase.OFFERED, SAM, "billing")
    assert rig.asked(Adopt)[0].contact == contact.key
    assert len(rig.asked(Offer)) == 1


async def test_a_leg_that_nobody_owns_is_ended() -> None:
    rig = await Rig().start()
    lonely = LegNow("phone-1", "key of before", Role.AGENT, LegState.CONNECTED, "2041", LINE, rig.clock.now())
    rig.runner.down("gone")
    rig.runner.up(Snapshot((lonely,), phones=PHONES))
    await rig.turn()
    assert [ask.leg for ask in rig.asked(EndLeg)] == ["phone-1"]


async def test_what_is_overdue_happens_once_and_after_what_happened_meanwhile() -> None:
    rig = await Rig().start()
    rig.order(SetState(SAM, AgentState.AVAILABLE))
    key = rig.ring()
    await rig.turn()
    rig.runner.down("gone")
    rig.clock.advance(60_000)
    assert rig.contact(key).phase is Phase.OFFERED, "the phone may have been answered"
    phone = leg(rig, key, Role.AGENT)
    rig.wire.asked.clear()
    rig.runner.up(snapshot_of(rig, key, AGENT=LegState.RINGING))
    await rig.turn()
    assert rig.contact(key).phase is Phase.QUEUED
    assert rig.runner.floor.agents[SAM].reason == "Missed a call"
    assert [ask.leg for ask in rig.asked(EndLeg)] == [phone]
    assert rig.asked(Offer) == []
    inputs = rig.runner.counts.inputs
    rig.runner.event(LegEnded(phone, "cancelled", rig.clock.now()))
    rig.clock.advance(60_000)
    assert rig.runner.counts.inputs == inputs + 1


async def test_an_answer_that_did_not_get_through_is_given_time_anew() -> None:
    rig = await Rig().start()
    rig.order(SetState(SAM, AgentState.AVAILABLE))
    key = rig.ring()
    rig.wire.cut = True
    rig.order(Answer(SAM, key))
    await rig.turn()
    rig.runner.down("gone")
    rig.clock.advance(60_000)
    rig.wire.cut = False
    rig.runner.up(snapshot_of(rig, key, AGENT=LegState.RINGING))
    await rig.turn()
    assert len(rig.asked(Connect)) == 1
    assert rig.asked(EndLeg) == []
    rig.clock.advance(4_999)
    assert rig.contact(key).phase is Phase.OFFERED
    for one in rig.contact(key).legs[::-1]:
        rig.runner.event(LegAnswered(one.id, rig.clock.now()))
    assert rig.contact(key).phase is Phase.ACTIVE


async def test_a_leg_that_no_contact_has_is_ended_again_until_it_is_gone() -> None:
    rig = await Rig().start()
    rig.order(SetState(SAM, AgentState.AVAILABLE))
    key = rig.ring()
    phone = leg(rig, key, Role.AGENT)
    rig.order(Decline(SAM, key))
    for asked in (1, 2, 3):
        await rig.turn()
        assert [ask.leg for ask in rig.asked(EndLeg)] == [phone] * asked
        rig.clock.advance(10_000)
    await rig.turn()
    rig.runner.event(LegEnded(phone, "cancelled", rig.clock.now()))
    asked = len(rig.asked(EndLeg))
    rig.clock.advance(600_000)
    await rig.turn()
    assert len(rig.asked(EndLeg)) == asked


async def test_the_end_of_a_call_that_the_agent_asked_for_is_theirs_to_repeat() -> None:
    rig = await Rig().start()
    key = await talking(rig)
    rig.order(End(SAM, key))
    rig.clock.advance(60_000)
    await rig.turn()
    assert len(rig.asked(EndLeg)) == 1
    problem = rig.contact(key).problem
    assert problem is not None
    assert problem.code == "switch_timeout"


async def test_an_answer_given_during_the_outage_counts() -> None:
    rig = await Rig().start()
    rig.order(SetState(SAM, AgentState.AVAILABLE))
    key = rig.ring()
    rig.order(Answer(SAM, key))
    rig.runner.down("gone")
    rig.clock.advance(60_000)
    rig.runner.up(snapshot_of(rig, key, AGENT=LegState.CONNECTED, CUSTOMER=LegState.CONNECTED))
    rig.clock.advance(0)
    assert rig.contact(key).phase is Phase.ACTIVE
    assert rig.runner.floor.agents[SAM].state is AgentState.WORKING


async def test_an_answer_that_reached_only_the_phone_is_asked_for_again() -> None:
    rig = await Rig().start()
    rig.order(SetState(SAM, AgentState.AVAILABLE))
    key = rig.ring()
    rig.runner.down("gone")
    rig.runner.up(snapshot_of(rig, key, AGENT=LegState.CONNECTED))
    await rig.turn()
    assert any(ask.customer_leg == "in-1" for ask in rig.asked(Connect))


async def test_digits_that_did_not_get_through_are_told_and_never_sent_late() -> None:
    rig = await Rig().start()
    key = await talking(rig)
    rig.wire.cut = True
    rig.order(SendDigits(SAM, key, "1"))
    await rig.turn()
    problem = rig.contact(key).problem
    assert problem is not None
    assert (problem.code, problem.order) == ("switch_down", "digits")
    rig.wire.cut = False
    rig.runner.down("gone")
    rig.runner.up(snapshot_of(rig, key))
    await rig.turn()
    assert rig.asked(PlayDigits) == []


async def test_a_switch_that_breaks_on_one_ask_hears_the_next(caplog: pytest.LogCaptureFixture) -> None:
    rig = await Rig().start()
    key = await talking(rig)
    rig.wire.broken = ZeroDivisionError("a mistake in the driver")
    rig.order(Hold(SAM, key))
    rig.order(Mute(SAM, key))
    await rig.turn()
    assert [type(ask) for ask in rig.wire.asked] == [SetMute]
    assert errors(caplog.records) == ["the switch could not be asked"]
    assert rig.runner.counts.faults == 1


# --- restart -------------------------------------------------------------------------------------------------------


async def test_a_restart_finds_the_call_as_it_is_now() -> None:
    before = await Rig().start()
    key = await talking(before)
    snapshot = snapshot_of(before, key, CUSTOMER=LegState.HELD)
    after = await Rig(snapshot).start(loaded(before))
    assert (after.contact(key).phase, after.contact(key).held) == (Phase.ACTIVE, True)
    assert after.runner.floor.agents[SAM].contacts == (key,)
    after.order(Hold(SAM, key))
    assert after.answers[-1].error == "held"


async def test_a_restart_asks_for_what_was_committed_and_not_yet_asked() -> None:
    before = await Rig().start()
    before.wire.cut = True
    before.order(SetState(SAM, AgentState.AVAILABLE))
    key = before.ring()
    await before.turn()
    customer = LegNow("in-1", None, Role.CUSTOMER, LegState.RINGING, MIA, LINE, before.clock.now())
    after = await Rig(Snapshot((customer,), phones=PHONES)).start(loaded(before))
    assert [type(ask) for ask in after.wire.asked] == [Adopt, Offer]
    assert after.asked(Offer)[0].agent_leg == leg(before, key, Role.AGENT)


async def test_a_restart_goes_on_with_wrap_up_and_its_deadline() -> None:
    before = await Rig().start()
    key = await talking(before)
    before.runner.event(LegEnded("in-1", "normal", before.clock.now()))
    after = await Rig().start(loaded(before))
    after.clock.advance(119_999)
    assert after.contact(key).phase is Phase.WRAP_UP
    after.clock.advance(1)
    assert after.contact(key).phase is Phase.CLOSED


async def test_what_was_settled_while_the_connector_ended_is_told_at_the_start() -> None:
    before = await Rig().start()
    key = await talking(before)
    before.runner.event(LegEnded("in-1", "normal", before.clock.now()))
    after = await Rig().start(loaded(before, news=(TaskSaved(key, 1, "00T000000000001AAA", "Call"),)))
    assert after.contact(key).save.state is SaveState.SAVED
    assert after.disk.contacts[key].save.written == 1


async def test_a_task_whose_row_did_not_reach_the_disk_is_wanted_again() -> None:
    """The commit with the row failed, a later one of the same contact did not, and then the connector was killed."""
    before = await Rig().start()
    key = await talking(before)
    before.disk.at_once = False
    before.runner.event(LegEnded("in-1", "normal", before.clock.now()))
    before.runner.draft(SaveDraft(SAM, key, "comments", 1, "Refund"), lambda: None)
    before.disk.fail()
    before.disk.write()
    assert before.disk.tasks == {}
    after = await Rig().start(loaded(before))
    assert after.disk.tasks == {key: 1}
    assert after.pokes == 1
    assert after.disk.commits[0].tasks[0].fields["Description"] == "Refund"


async def test_an_agent_whose_contact_did_not_reach_the_disk_is_free() -> None:
    before = await Rig().start()
    before.disk.at_once = False
    before.order(SetState(SAM, AgentState.AVAILABLE))
    before.disk.write()
    before.ring()
    before.order(SetState(SAM, AgentState.UNAVAILABLE, "Lunch"))
    before.disk.fail()
    before.disk.write()
    assert before.disk.contacts == {}
    after = await Rig().start(loaded(before))
    agent = after.runner.floor.agents[SAM]
    assert (agent.state, agent.reason, agent.contacts) == (AgentState.UNAVAILABLE, "Lunch", ())


async def test_a_contact_that_its_agent_s_row_does_not_have_is_the_agent_s() -> None:
    before = await Rig().start()
    key = await talking(before)
    found = loaded(before)
    free = tuple(replace(agent, state=AgentState.AVAILABLE, contacts=()) for agent in found.agents)
    after = await Rig(snapshot_of(before, key)).start(replace(found, agents=free))
    agent = after.runner.floor.agents[SAM]
    assert (agent.state, agent.contacts) == (AgentState.WORKING, (key,))


async def test_who_was_being_looked_up_is_looked_up_again() -> None:
    before = await Rig().start()
    before.disk.at_once = False
    key = before.ring()
    before.disk.commits += [commit for commit, _ in before.disk.waiting]
    rig = Rig(Snapshot((LegNow("in-1", key, Role.CUSTOMER, LegState.RINGING, MIA, LINE, 0),), phones=PHONES))
    rig.people.answer = one_person()
    await rig.start(loaded(before))
    rig.order(SetState(SAM, AgentState.AVAILABLE))
    await rig.turn()
    assert rig.people.asked == [(MIA, "US")]
    assert rig.contact(key).match.state is MatchState.ONE


async def test_after_a_start_an_agent_whose_panel_does_not_come_back_is_unavailable() -> None:
    before = await Rig().start()
    for agent in (SAM, JONAS):
        before.order(SetState(agent, AgentState.AVAILABLE))
    after = await Rig().start(loaded(before))
    after.clock.advance(10_000)
    after.runner.event(PanelsChanged(SAM, True, after.clock.now()))
    after.clock.advance(20_000)
    assert after.runner.floor.agents[SAM].state is AgentState.AVAILABLE
    jonas = after.runner.floor.agents[JONAS]
    assert (jonas.state, jonas.reason) == (AgentState.UNAVAILABLE, "No panel")


async def test_a_new_directory_moves_the_deadline_of_an_agent_too() -> None:
    rig = await Rig().start()
    rig.order(SetState(SAM, AgentState.AVAILABLE))
    rig.runner.event(PanelsChanged(SAM, False, rig.clock.now()))
    rig.runner.set_directory(replace(DIRECTORY, settings=replace(DIRECTORY.settings, no_panel=60_000)))
    rig.clock.advance(59_999)
    assert rig.runner.floor.agents[SAM].state is AgentState.AVAILABLE
    rig.clock.advance(1)
    assert rig.runner.floor.agents[SAM].state is AgentState.UNAVAILABLE


# --- the caller, the directory, mistakes ---------------------------------------------------------------------------


async def test_who_calls_is_looked_up_and_opened() -> None:
    rig = await Rig().start()
    rig.people.answer = one_person()
    rig.order(SetState(SAM, AgentState.AVAILABLE))
    key = rig.ring()
    await rig.turn()
    assert rig.contact(key).match.state is MatchState.ONE
    assert ("pop", "Mia Chen") in rig.panels.seen


async def test_a_caller_is_looked_up_once_an_agent_has_the_call_as_that_one_may_see_it() -> None:
    rig = await Rig().start()
    rig.people.answer = one_person()
    key = rig.ring()
    await rig.turn()
    assert rig.people.asked == []
    rig.order(SetState(SAM, AgentState.AVAILABLE))
    await rig.turn()
    assert rig.people.asked_for == [SAM]
    assert rig.contact(key).match.state is MatchState.ONE
    rig.order(SetState(JONAS, AgentState.AVAILABLE))
    rig.order(Decline(SAM, key))
    await rig.turn()
    assert (rig.contact(key).agent, rig.people.asked_for) == (JONAS, [SAM, JONAS])
    assert rig.contact(key).match.state is MatchState.ONE


async def test_an_answer_that_comes_when_the_call_is_the_next_agent_s_is_not_theirs() -> None:
    rig = await Rig().start()
    rig.people.answer = one_person()
    rig.people.go_on.clear()
    rig.order(SetState(SAM, AgentState.AVAILABLE))
    key = rig.ring()
    await rig.turn()
    rig.order(SetState(JONAS, AgentState.AVAILABLE))
    rig.order(Decline(SAM, key))
    await rig.turn()
    assert rig.people.asked_for == [SAM]
    rig.people.go_on.set()
    await rig.turn()
    assert rig.people.asked_for == [SAM, JONAS]
    assert rig.contact(key).match.state is MatchState.ONE


CASE = Record("500000000000001AAA", "Case", "00001026")
GRACE = Record("003000000000002AAA", "Contact", "Grace Okafor")


async def chosen_and_declined(rig: Rig) -> str:
    """Sam chose a person and a case before the call went on to Jonas."""
    rig.order(SetState(SAM, AgentState.AVAILABLE))
    key = rig.ring()
    await rig.turn()
    for field, record in (("who", GRACE), ("what", CASE)):
        rig.runner.draft(SaveDraft(SAM, key, field, 2, record=record), lambda: None)
    rig.order(SetState(JONAS, AgentState.AVAILABLE))
    rig.order(Decline(SAM, key))
    return key


async def test_what_came_along_is_the_next_agent_s_as_far_as_they_may_see_it() -> None:
    rig = await Rig().start()
    rig.people.hidden = {CASE.id}
    key = await chosen_and_declined(rig)
    assert (rig.contact(key).draft.who.value, rig.contact(key).along) == (None, (GRACE, CASE))
    await rig.turn()
    assert rig.people.looked_at == [(JONAS, (GRACE.id, CASE.id))]
    contact = rig.contact(key)
    assert (contact.agent, contact.draft.who.value, contact.draft.what.value) == (JONAS, GRACE, None)
    assert (contact.along, contact.draft.who.by) == ((), "sender")


@pytest.mark.parametrize("seen", [True, False])
async def test_the_record_that_the_switch_names_is_linked_if_the_agent_may_see_it(seen: bool) -> None:
    rig = await Rig().start()
    rig.people.records = {CASE.id: CASE}
    rig.people.hidden = set() if seen else {CASE.id}
    rig.order(SetState(SAM, AgentState.AVAILABLE))
    rig.runner.event(CallArrived("in-1", MIA, LINE, rig.clock.now(), record=CASE.id))
    await rig.turn()
    (contact,) = rig.runner.floor.contacts.values()
    assert rig.people.looked_at == [(SAM, (CASE.id,))]
    assert (contact.draft.what.value is not None) is seen


async def test_what_came_along_is_asked_about_again_after_a_restart() -> None:
    before = await Rig().start()
    before.people.go_on.clear()
    key = await chosen_and_declined(before)
    await before.turn()
    kept = before.disk.contacts[key]
    assert kept.along == (GRACE, CASE)
    rig = Rig(Snapshot((LegNow("in-1", key, Role.CUSTOMER, LegState.RINGING, MIA, LINE, 0),), phones=PHONES))
    await rig.start(loaded(before))
    rig.order(SetState(JONAS, AgentState.AVAILABLE))
    await rig.turn()
    assert rig.people.looked_at == [(JONAS, (GRACE.id, CASE.id))]
    assert rig.contact(key).draft.what.value == CASE


async def test_what_came_along_is_nobody_s_until_salesforce_can_be_asked() -> None:
    rig = await Rig().start()
    good = rig.people.answer
    rig.people.answer = CrmUnavailable("connection", "no route")
    key = await chosen_and_declined(rig)
    await rig.turn()
    for seconds in (1, 2, 4):
        contact = rig.contact(key)
        assert (contact.match.state, contact.along) == (MatchState.FAILED, (GRACE, CASE))
        assert (contact.draft.who.value, contact.draft.what.value) == (None, None)
        rig.clock.advance(seconds * 1_000)
        await rig.turn()
    rig.people.answer = good
    rig.clock.advance(8_000)
    await rig.turn()
    assert rig.contact(key).along == ()
    assert rig.contact(key).draft.what.value == CASE


async def test_an_org_that_says_when_to_ask_again_is_not_asked_before() -> None:
    rig = await Rig().start()
    rig.people.answer = CrmUnavailable("daily_limit", "used up", retry_after=10_000)
    rig.order(SetState(SAM, AgentState.AVAILABLE))
    rig.ring()
    await rig.turn()
    rig.clock.advance(10_000 - 1)
    await rig.turn()
    assert len(rig.people.asked) == 1
    rig.clock.advance(1_001)
    await rig.turn()
    assert len(rig.people.asked) == 2


async def test_after_a_call_nobody_is_asked_about_any_more() -> None:
    rig = await Rig().start()
    rig.people.answer = CrmUnavailable("connection", "no route")
    rig.order(SetState(SAM, AgentState.AVAILABLE))
    rig.ring()
    await rig.turn()
    rig.runner.event(LegEnded("in-1", "caller", rig.clock.now()))
    rig.clock.advance(4_000)
    await rig.turn()
    assert len(rig.people.asked) == 1


async def test_who_hangs_up_while_waiting_is_looked_up_for_nobody() -> None:
    rig = await Rig().start()
    rig.ring()
    await rig.turn()
    rig.runner.event(LegEnded("in-1", "caller", rig.clock.now()))
    rig.order(SetState(SAM, AgentState.AVAILABLE))
    await rig.turn()
    assert rig.people.asked == []


async def test_once_an_agent_has_the_contact_their_country_counts() -> None:
    rig = await Rig().start()
    rig.order(SetState(JONAS, AgentState.AVAILABLE))
    rig.ring()
    await rig.turn()
    assert rig.people.asked == [(MIA, "NL")]


@pytest.mark.parametrize("error", [CrmUnavailable("connection", "no route"), ZeroDivisionError("our mistake")])
async def test_a_look_up_that_fails_is_told(error: Exception) -> None:
    rig = await Rig().start()
    rig.people.answer = error
    rig.order(SetState(SAM, AgentState.AVAILABLE))
    key = rig.ring()
    await rig.turn()
    assert rig.contact(key).match.state is MatchState.FAILED


async def test_a_new_directory_is_shown_and_counts_at_once() -> None:
    rig = await Rig().start()
    rig.order(SetState(SAM, AgentState.AVAILABLE))
    key = rig.ring(line="+14155550102")
    assert rig.contact(key).phase is Phase.QUEUED
    sam = replace(DIRECTORY.agents[SAM], skills={"sales": 3})
    rig.runner.set_directory(replace(DIRECTORY, version=2, agents={**DIRECTORY.agents, SAM: sam}))
    assert rig.contact(key).phase is Phase.OFFERED
    assert ("setup", "") in rig.panels.seen


async def test_a_new_directory_moves_deadlines() -> None:
    rig = await Rig().start()
    rig.order(SetState(SAM, AgentState.AVAILABLE))
    key = rig.ring()
    rig.runner.set_directory(replace(DIRECTORY, settings=replace(DIRECTORY.settings, ring=5_000)))
    rig.clock.advance(4_999)
    assert rig.contact(key).phase is Phase.OFFERED
    rig.clock.advance(1)
    assert rig.contact(key).phase is Phase.QUEUED


async def test_an_event_that_we_fail_on_changes_nothing_and_the_next_one_counts(
    caplog: pytest.LogCaptureFixture,
) -> None:
    rig = await Rig().start()
    key = rig.ring()
    before = rig.contact(key)
    rig.runner.event(CallerMatched(key, None))  # type: ignore[arg-type]  # what a mistake of ours might make of it
    assert rig.contact(key) is before
    assert errors(caplog.records) == ["an event could not be dealt with"]
    assert rig.runner.counts.faults == 1
    rig.runner.event(LegEnded("in-1", "normal", rig.clock.now()))
    assert rig.runner.floor.contacts == {}


async def test_an_event_that_fits_no_table_is_counted_and_logged(caplog: pytest.LogCaptureFixture) -> None:
    rig = await Rig().start()
    rig.runner.event(LegRinging("no such leg", rig.clock.now()))
    assert rig.runner.counts.unknown_events == 1
    assert "event fits no table" in caplog.messages


async def test_after_the_stop_nothing_leaves_and_what_was_decided_is_still_written() -> None:
    rig = await Rig().start()
    key = await talking(rig)
    rig.disk.at_once = False
    rig.order(Hold(SAM, key))
    await rig.runner.stop()
    rig.disk.write()
    await rig.turn()
    assert (rig.wire.asked, rig.panels.seen, rig.answers) == ([], [], [])
    assert [ask.goal for ask in rig.disk.contacts[key].asked] == ["hold"]


async def test_after_the_stop_no_deadline_passes() -> None:
    rig = await Rig().start()
    rig.order(SetState(SAM, AgentState.AVAILABLE))
    key = rig.ring()
    await rig.runner.stop()
    rig.clock.advance(60_000)
    assert rig.contact(key).phase is Phase.OFFERED


async def test_declining_through_the_loop() -> None:
    rig = await Rig().start()
    rig.order(SetState(SAM, AgentState.AVAILABLE))
    key = rig.ring()
    phone = leg(rig, key, Role.AGENT)
    rig.order(Decline(SAM, key))
    await rig.turn()
    assert [ask.leg for ask in rig.asked(EndLeg)] == [phone]
    assert ("queues", "") in rig.panels.seen


async def test_an_empty_directory_is_enough_to_start_with() -> None:
    rig = await Rig().start(directory=Directory())
    key = rig.ring()
    assert (rig.contact(key).phase, rig.contact(key).skill) == (Phase.QUEUED, "Default")
