"""Messages that a real Asterisk 22.10 sent, and what is made of them."""

import json
from collections import Counter
from pathlib import Path

import msgspec
import pytest

from connector.switch.asterisk import parse as p
from connector.switch.asterisk.causes import cause_of

RECORDED = (Path(__file__).parent / "recorded" / "calls.jsonl").read_text(encoding="utf-8").splitlines()
"""Two phones register; a caller is answered, put on hold by the phone, recorded, parked and sent on; a phone
declines, does not answer, and is no longer rung."""

EVENTS = [event for line in RECORDED if (event := p.parse(line)) is not None]


def first(kind: type) -> object:
    return next(event for event in EVENTS if isinstance(event, kind))


def test_every_message_is_one_of_ours_or_left_out() -> None:
    types = Counter(json.loads(line)["type"] for line in RECORDED)
    left_out = {"Dial", "ChannelConnectedLine", "BridgeDestroyed", "RecordingFinished"}
    assert set(types) - left_out <= set(p.USED)
    assert Counter(type(event).__name__ for event in EVENTS) == {k: n for k, n in types.items() if k not in left_out}


def test_a_caller() -> None:
    start = first(p.StasisStart)
    assert isinstance(start, p.StasisStart)
    assert start.args == ("inbound", "+14155550100")
    assert (start.channel.caller.name, start.channel.caller.number) == ("Mia Chen", "+14155550143")
    assert (start.channel.device, start.channel.state, start.at) == ("carrier", "Ring", 1795615070641)


def test_a_phone_that_rings() -> None:
    ringing = first(p.ChannelStateChange)
    assert isinstance(ringing, p.ChannelStateChange)
    assert (ringing.channel.id, ringing.channel.device, ringing.channel.state) == ("leg-a", "2041", "Ringing")


def test_digits_and_the_phone_s_own_hold() -> None:
    digit, hold, back = first(p.ChannelDtmfReceived), first(p.ChannelHold), first(p.ChannelUnhold)
    assert isinstance(digit, p.ChannelDtmfReceived) and digit.digit == "5"
    assert isinstance(hold, p.ChannelHold) and isinstance(back, p.ChannelUnhold)
    assert (hold.channel.id, back.at - hold.at) == ("leg-a", 704)


def test_a_transfer_by_the_phone() -> None:
    transfer = first(p.ChannelTransfer)
    assert isinstance(transfer, p.ChannelTransfer)
    assert transfer.refer_to.requested_destination.destination == "2042"
    assert transfer.referred_by.source_channel.id == "leg-a"


def test_who_is_in_a_bridge() -> None:
    entered = [event for event in EVENTS if isinstance(event, p.ChannelEnteredBridge)]
    assert [len(event.bridge.channels) for event in entered] == [1, 2, 2]
    left = first(p.ChannelLeftBridge)
    assert isinstance(left, p.ChannelLeftBridge) and left.bridge == p.Bridge("mix-1", ("leg-a",))


def test_a_recording() -> None:
    started = first(p.RecordingStarted)
    assert isinstance(started, p.RecordingStarted) and started.recording == p.Recording("01JD/1")


def test_phones_come_and_go() -> None:
    states = [event.device_state for event in EVENTS if isinstance(event, p.DeviceStateChanged)]
    assert states[:2] == [p.DeviceState("PJSIP/2041", "NOT_INUSE"), p.DeviceState("PJSIP/2042", "NOT_INUSE")]


def test_why_they_ended() -> None:
    ended = [event for event in EVENTS if isinstance(event, p.ChannelDestroyed)]
    assert [(event.channel.id, event.cause, event.tech_cause) for event in ended] == [
        ("leg-a", 16, None),
        ("leg-b", 17, 486),
        ("leg-c", 19, 480),
        ("leg-d", 16, None),
    ]


@pytest.mark.parametrize(
    ("q850", "up", "agent", "cause"),
    [
        (16, True, True, "normal"),
        (17, True, False, "normal"),
        (16, False, True, "cancelled"),
        (0, False, False, "cancelled"),
        (17, False, False, "busy"),
        (17, False, True, "declined"),
        (21, False, False, "declined"),
        (19, False, True, "no_answer"),
        (18, False, False, "no_answer"),
        (20, False, True, "no_answer"),
        *((code, False, False, "wrong_number") for code in (1, 2, 3, 22, 28)),
        (34, False, False, "failed"),
        (127, False, True, "failed"),
    ],
)
def test_causes(q850: int, up: bool, agent: bool, cause: str) -> None:
    assert cause_of(q850, up=up, agent=agent) == cause


def test_a_type_that_is_not_used() -> None:
    assert p.parse('{"type": "ChannelVarset", "variable": "X", "value": 3}') is None


@pytest.mark.parametrize("text", ['{"type": "StasisStart", "channel": 3}', '{"type": "StasisStart"}', "[", "{}x"])
def test_what_has_not_the_documented_shape(text: str) -> None:
    with pytest.raises(msgspec.DecodeError):
        p.parse(text)


def test_an_answer_over_the_socket() -> None:
    text = '{"type":"RESTResponse","request_id":"7","status_code":204,"reason_phrase":"No Content","uri":"channels"}'
    assert p.parse(text) == p.RESTResponse("7", 204, "No Content")
