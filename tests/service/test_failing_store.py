"""What the loop does while its store takes nothing: it says so, goes on with what is under way, and begins nothing."""

from connector.domain.commands import Dial, End, Hold, SaveDraft, SetState
from connector.domain.effects import EndLeg, Mix, Offer
from connector.domain.events import LegAnswered
from connector.domain.model import AgentState, Phase
from connector.errors import StoreError
from connector.ports.store import Commit
from tests.domain.stage import JONAS, SAM
from tests.service.rig import Rig
from tests.service.test_runner import talking

FULL = StoreError("x.db: database or disk is full: …", reason="the disk is full: free some space")
DAMAGED = StoreError("x.db: database disk image is malformed: …", reason="it is damaged: …", damaged=True)


def fails(rig: Rig, error: StoreError = FULL) -> None:
    """What was handed over is not on disk."""
    for _, done in [rig.disk.waiting.pop(0) for _ in range(len(rig.disk.waiting))]:
        done(error)


async def failing(rig: Rig) -> str:
    """Sam talks to Mia, and the disk is full; returns their contact."""
    key = await talking(rig)
    rig.disk.at_once = False
    rig.order(Hold(SAM, key))
    fails(rig)
    await rig.turn()
    return key


async def test_why_nothing_is_kept_is_known_until_all_is_on_disk() -> None:
    rig = await Rig().start()
    assert rig.runner.store_fails == ""
    await failing(rig)
    assert rig.runner.store_fails == "the disk is full: free some space"
    assert ("state", SAM) in rig.panels.seen, "agents are told"
    pokes = rig.pokes
    for _ in range(3):
        rig.clock.advance(1_000)
        assert rig.runner.store_fails, "not only until it is tried again"
        fails(rig)
    rig.clock.advance(1_000)
    rig.panels.seen.clear()
    rig.disk.at_once = True
    rig.disk.write()
    assert rig.runner.store_fails == ""
    assert not rig.runner.slow
    assert ("state", SAM) in rig.panels.seen
    assert rig.pokes > pokes, "what waits for Salesforce is not left to its own patience"


async def test_a_slow_disk_is_no_failing_one() -> None:
    rig = await Rig().start()
    key = await talking(rig)
    rig.disk.at_once = False
    rig.order(Hold(SAM, key))
    rig.clock.advance(10_000)
    assert rig.runner.slow
    assert rig.runner.store_fails == ""
    assert rig.runner.floor.store_up


async def test_who_calls_waits_until_it_can_be_kept() -> None:
    rig = await Rig().start()
    await failing(rig)
    rig.order(SetState(JONAS, AgentState.AVAILABLE))
    waiting = rig.ring()
    await rig.turn()
    assert rig.contact(waiting).phase is Phase.QUEUED
    assert rig.asked(Offer) == []
    fails(rig)
    rig.clock.advance(1_000)
    rig.disk.at_once = True
    rig.disk.write()
    await rig.turn()
    assert rig.contact(waiting).phase is Phase.OFFERED
    assert [offer.contact for offer in rig.asked(Offer)] == [waiting]
    assert rig.disk.contacts[waiting].phase is Phase.OFFERED


async def test_nobody_dials_but_a_call_goes_on_to_its_end() -> None:
    rig = await Rig().start()
    key = await failing(rig)
    assert rig.asked(Mix), "the hold was asked for all the same"
    rig.order(Dial(SAM, "+14155550199", "sales"), "dial")
    fails(rig)
    assert rig.answers[-1].error == "store_down"
    rig.order(End(SAM, key), "end")
    await rig.turn()
    assert rig.asked(EndLeg)
    assert rig.answers[-1].error is None


async def test_what_is_typed_is_acknowledged_when_it_is_kept_and_not_before() -> None:
    rig = await Rig().start()
    key = await failing(rig)
    acknowledged: list[str] = []
    rig.runner.draft(SaveDraft(SAM, key, "comments", 1, "Refund"), lambda: acknowledged.append("Refund"))
    fails(rig)
    rig.clock.advance(1_000)
    fails(rig)
    assert acknowledged == []
    rig.clock.advance(1_000)
    rig.disk.at_once = True
    rig.disk.write()
    assert acknowledged == ["Refund"]
    assert rig.disk.contacts[key].draft.comments.value == "Refund"


async def test_what_lies_in_good_parts_of_a_damaged_file_is_kept() -> None:
    rig = await Rig().start()
    bad = await talking(rig)
    rig.order(SetState(JONAS, AgentState.AVAILABLE))
    good = rig.ring()
    assert rig.contact(good).agent == JONAS
    rig.disk.commits.clear()
    rig.disk.at_once = False
    for leg in rig.contact(good).legs:
        rig.runner.event(LegAnswered(leg.id, rig.clock.now()))
    rig.order(Hold(SAM, bad))

    def carry_out(commit: Commit) -> bool:
        return all(contact.key != bad for contact in commit.contacts)

    for _ in range(3):
        waiting, rig.disk.waiting = rig.disk.waiting, []
        for commit, done in waiting:
            if carry_out(commit):
                rig.disk.commits.append(commit)
                done(None)
            else:
                done(DAMAGED)
        rig.clock.advance(1_000)
    assert rig.disk.contacts[good].phase is Phase.ACTIVE
    assert bad not in rig.disk.contacts
    assert rig.runner.store_fails == "it is damaged: …"
    assert [reply.agent for reply in rig.disk.replies] == [SAM], "what has no page in the damaged part is kept, too"
