"""What a real Asterisk 22.10 sent when the keys of a phone itself were pressed, and what is made of it.

A phone with two calls holds the second, is refused a transfer to a number, takes it back, and puts the two through.
"""

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from connector.domain.events import PhoneHeld, PhoneResumed, PhoneTransferred, SwitchEvent
from connector.domain.model import LegState, Role
from connector.switch.asterisk import parse as p
from connector.switch.asterisk.keys import ANSWER_WITHIN, PhoneKeys
from connector.switch.asterisk.lines import Lines
from connector.switch.asterisk.machine import Machine
from connector.switch.asterisk.socket import AriRefusal, AriSocket
from connector.switch.register.channel import Channel
from connector.switch.register.clock import VirtualClock
from connector.switch.register.exchange import Exchange

LINES = (Path(__file__).parent / "recorded" / "keys.jsonl").read_text(encoding="utf-8").splitlines()
EVENTS = [event for line in LINES if (event := p.parse(line)) is not None]
HOLD, SENT, DECLINED, BACK, PUT_THROUGH, ANSWERED = EVENTS[:6]
FIRST, SECOND = "agent-2", "a2-11"


class Asked(AriSocket):
    """Asterisk, which writes down what it is asked."""

    def __init__(self) -> None:
        self.requests: list[str] = []
        self.refuses = False

    async def request(self, method: str, path: str, body: str = "") -> bytes:
        self.requests.append(f"{method} {path}")
        if self.refuses:
            raise AriRefusal(path, 404, "gone")
        return b""


class Desk:
    """A phone with two calls, of which the second is talking with a customer."""

    def __init__(self) -> None:
        self.told: list[SwitchEvent] = []
        self.jobs: list[Callable[[], Awaitable[None]]] = []
        self.clock = VirtualClock()
        self.asterisk = Asked()
        self.exchange = Exchange(self.clock, ("2041",), tell=self.told.append, journal=lambda _entry: None)
        for leg, role in ((FIRST, Role.AGENT), (SECOND, Role.AGENT), ("c2", Role.CUSTOMER), ("k", Role.CONSULTED)):
            self.exchange.add(Channel(leg, role, "", "", 0, LegState.CONNECTED, contact="one"), "arrived")
        self.exchange.mix((SECOND, "c2"), told=False)
        machine = Machine(self.asterisk, "phone-panel")
        lines = Lines(self.exchange, lambda: machine, self.jobs.append, lambda _channel, _cause, _by: None)
        self.keys = PhoneKeys(self.exchange, lambda: machine, self.jobs.append, lines)

    async def take(self, *events: p.Event | p.RESTResponse | None) -> list[SwitchEvent]:
        """What is told of these; what is to be done about them is done."""
        self.told.clear()
        for event in events:
            assert isinstance(event, p.ChannelHold | p.ChannelUnhold | p.ChannelTransfer)
            self.keys.take(event)
        await self.work()
        return self.told

    async def work(self) -> None:
        while self.jobs:
            await self.jobs.pop(0)()


def test_a_transfer_to_another_call_of_the_phone_and_what_becomes_of_it() -> None:
    assert isinstance(PUT_THROUGH, p.ChannelTransfer) and isinstance(ANSWERED, p.ChannelTransfer)
    assert isinstance(DECLINED, p.ChannelTransfer)
    refer = PUT_THROUGH.refer_to
    assert refer.destination_channel is not None
    assert (PUT_THROUGH.referred_by.source_channel.id, refer.destination_channel.id) == (FIRST, SECOND)
    assert refer.destination_channel.protocol_id == refer.requested_destination.protocol_id
    assert [PUT_THROUGH.state, ANSWERED.state, DECLINED.state] == ["", "channel_answered", "channel_declined"]


async def test_a_hold_is_told_and_the_music_that_asterisk_plays_among_two_is_stopped() -> None:
    desk = Desk()
    now = desk.clock.now()
    assert await desk.take(HOLD, BACK) == [PhoneHeld(SECOND, now), PhoneResumed(SECOND, now)]
    assert desk.asterisk.requests == ["DELETE channels/c2/moh"]


@pytest.mark.parametrize("situation", ["conference", "alone", "parked"])
async def test_elsewhere_there_is_no_music_of_asterisk_s_own(situation: str) -> None:
    desk = Desk()
    if situation == "conference":
        desk.exchange.mix((SECOND, "c2", "k"), told=False)
    elif situation == "alone":
        desk.exchange.parties.mixes.leave("c2")
    else:
        customer = desk.exchange.channel("c2")
        assert customer is not None
        customer.state = LegState.HELD
    await desk.take(HOLD)
    assert desk.asterisk.requests == []


async def test_a_transfer_that_is_carried_out_is_told_to_the_phone_when_its_leg_is_let_go() -> None:
    desk = Desk()
    assert await desk.take(PUT_THROUGH, PUT_THROUGH) == [PhoneTransferred(FIRST, "other", SECOND, desk.clock.now())]
    await desk.keys.leg_ends(SECOND)
    assert desk.asterisk.requests == []
    await desk.keys.leg_ends(FIRST)
    desk.clock.advance(ANSWER_WITHIN)
    await desk.work()
    assert desk.asterisk.requests == [f"POST channels/{FIRST}/transfer_progress?states=channel_answered"]
    assert await desk.take(ANSWERED) == []


async def test_one_that_comes_to_nothing_is_refused_and_can_be_tried_again() -> None:
    desk = Desk()
    sent = [PhoneTransferred(SECOND, "2042", "", desk.clock.now())]
    assert await desk.take(SENT) == sent
    desk.clock.advance(ANSWER_WITHIN - 1)
    await desk.work()
    assert desk.asterisk.requests == []
    desk.clock.advance(1)
    await desk.work()
    assert desk.asterisk.requests == [f"POST channels/{SECOND}/transfer_progress?states=channel_declined"]
    assert await desk.take(DECLINED) == []
    assert len(await desk.take(SENT)) == 1


async def test_a_phone_that_has_gone_needs_no_answer() -> None:
    desk = Desk()
    desk.asterisk.refuses = True
    await desk.take(HOLD, SENT)
    desk.clock.advance(ANSWER_WITHIN)
    await desk.work()
    desk.keys.ended(FIRST)
    await desk.keys.leg_ends(FIRST)
    assert len(desk.asterisk.requests) == 2


async def test_a_call_of_the_phone_that_is_none_of_ours_is_named_by_its_call_id() -> None:
    desk = Desk()
    assert isinstance(PUT_THROUGH, p.ChannelTransfer)
    wanted = PUT_THROUGH.refer_to.requested_destination
    bare = p.ChannelTransfer(refer_to=p.ReferTo(wanted), referred_by=PUT_THROUGH.referred_by)
    assert await desk.take(bare) == [PhoneTransferred(FIRST, "other", wanted.protocol_id, desk.clock.now())]


async def test_what_a_customer_s_phone_or_a_stranger_s_does_is_none_of_ours() -> None:
    desk = Desk()
    for whose in ("c2", "nobody"):
        assert await desk.take(*(p.parse(LINES[at].replace(SECOND, whose)) for at in (0, 3, 1))) == []
