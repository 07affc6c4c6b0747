"""News that is already true costs nothing: no commit, and nothing is shown anew."""

import pytest

from connector.domain import events as e
from connector.domain.commands import Answer, Hold, Mute, SetState, StartRecord
from connector.domain.model import AgentState, LegState, Recording, Role
from tests.domain.stage import MIA, SAM
from tests.service.rig import Rig, one_person


class Call:
    """Sam talks to Mia, who is on hold, with the microphone off, recorded."""

    def __init__(self, rig: Rig) -> None:
        self.rig = rig
        rig.order(SetState(SAM, AgentState.AVAILABLE), "free")
        self.key = rig.ring()
        self.customer, self.agent = (self.leg(role) for role in (Role.CUSTOMER, Role.AGENT))
        self.news: list[e.Event] = [
            e.LegRinging(self.agent, rig.clock.now()),
            e.LegAnswered(self.agent, rig.clock.now()),
            e.LegAnswered(self.customer, rig.clock.now()),
            e.RecordingChanged(self.key, Recording.ON, rig.clock.now()),
            e.LegMuted(self.agent, True, rig.clock.now()),
            e.LegHeld(self.customer, rig.clock.now()),
            e.PhoneChanged("2041", True),
        ]
        rig.order(Answer(SAM, self.key), "answer")
        for news in self.news[:3]:
            rig.runner.event(news)
        rig.order(StartRecord(SAM, self.key), "record")
        rig.order(Mute(SAM, self.key), "mute")
        rig.order(Hold(SAM, self.key), "hold")
        for news in self.news[3:]:
            rig.runner.event(news)

    def leg(self, role: Role) -> str:
        leg = self.rig.contact(self.key).leg(role)
        assert leg is not None
        return leg.id


@pytest.fixture
async def call() -> Call:
    rig = await Rig().start()
    rig.people.answer = one_person()
    found = Call(rig)
    await rig.turn()
    contact = rig.contact(found.key)
    held = contact.leg(Role.CUSTOMER)
    assert held is not None and held.state is LegState.HELD
    assert contact.muted and contact.recording is Recording.ON and contact.match.people and not contact.asked
    return found


async def test_what_is_true_already_is_neither_committed_nor_shown(call: Call) -> None:
    rig = call.rig
    before, commits = rig.contact(call.key), len(rig.disk.commits)
    rig.panels.seen.clear()
    later = rig.clock.now() + 1_000
    # Once a leg was answered, that it rings is no news that the tables know; it is counted, and changes nothing either.
    again = [*call.news, e.LegRinging(call.customer, later), e.CallerMatched(call.key, one_person().people)]
    again += [e.CallArrived(call.customer, MIA, before.line, later)]
    again += [e.LegEnded("gone-long-ago", "normal", later), e.DeadlinePassed(call.key, "ask", later)]
    for news in again:
        rig.runner.event(news)
        await rig.turn()
        assert rig.contact(call.key) == before, news
        assert rig.panels.seen == [], news
        assert len(rig.disk.commits) == commits, news
    rig.runner.event(e.LegResumed(call.customer, later))
    assert (rig.panels.seen, len(rig.disk.commits)) == ([("state", SAM)], commits + 1)
