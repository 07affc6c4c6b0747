"""Phones that are kept connected: what is found of them at a connection, and a dialplan that has no ear for them."""

import pytest

from connector.domain.effects import Connect, KeepLine, Offer
from connector.domain.events import LegEnded, LegRinging, PhoneChanged, PhoneHeld, PhoneTransferred
from connector.domain.model import LegState, Line
from connector.switch.asterisk import parse as p
from connector.switch.asterisk.lines import CURE, FAR_WITHIN
from connector.switch.asterisk.machine import LINE_NOTE
from connector.switch.asterisk.socket import AriRefusal
from tests.switch.asterisk.test_recovery import LINE, SAM, Rig, caller, channel_of, phone

OWN = f"line-{SAM}-1"
NEAR, FAR = "Local/ear@phone-panel-line-00000000;1", "Local/ear@phone-panel-line-00000000;2"


@pytest.fixture
def rig() -> Rig:
    return Rig()


def kept(rig: Rig) -> None:
    """Sam's phone is connected."""
    rig.pbx.there(OWN, note=LINE_NOTE)
    rig.pbx.bridge(f"ear-{OWN}", OWN)


def rings(rig: Rig, *, dialled: bool, here: bool) -> None:
    """A caller waits, and a leg of Sam's kept phone was made for them."""
    rig.pbx.there("cust", "Ring", caller(answered=None), does=f"inbound,{LINE}")
    rig.pbx.there("leg", "Down", phone(answered=None, dialled=dialled), name=NEAR)
    if here:
        rig.pbx.there("far-leg", "Ring", name=FAR, does="ear")


# At a connection ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("noted", [True, False])
async def test_a_leg_that_was_made_and_not_dialled_is_dialled_and_answered(rig: Rig, noted: bool) -> None:
    """Also where the note that it was dialled had been written already."""
    kept(rig)
    rings(rig, dialled=noted, here=False)
    await rig.connect()
    assert [asked[1] for asked in rig.pbx.asked_for("dial")] == ["leg"]
    await rig.hear(p.StasisStart(channel=channel_of("far-leg", "Ring"), args=("ear",)))
    assert LegRinging("leg", rig.clock.now()) in rig.news
    await rig.ask(Connect("a1", "c1", "cust", "leg"))
    assert rig.pbx.asked_for("answer") == [("answer", "far-leg")]
    assert not rig.pbx.asked_for("hang_up")


async def test_a_leg_that_rings_is_answered(rig: Rig) -> None:
    kept(rig)
    rings(rig, dialled=True, here=True)
    await rig.connect()
    assert not rig.pbx.asked_for("dial", "hang_up")
    assert rig.states()["leg"] is LegState.RINGING
    await rig.ask(Connect("a1", "c1", "cust", "leg"))
    assert rig.pbx.asked_for("answer") == [("answer", "far-leg")]


@pytest.mark.parametrize("dialled", [True, False])
async def test_a_leg_whose_phone_was_laid_down_meanwhile_ends(rig: Rig, dialled: bool) -> None:
    rings(rig, dialled=dialled, here=dialled)
    await rig.connect()
    far = ["far-leg"] if dialled else []
    assert [asked[1] for asked in rig.pbx.asked_for("hang_up")] == [*far, "leg"]
    assert not rig.pbx.asked_for("dial")


@pytest.mark.parametrize(("bridges", "asked"), [((), "mix"), ((f"ear-{OWN}",), "join")])
async def test_a_phone_that_was_just_lifted_is_in_its_ear(rig: Rig, bridges: tuple[str, ...], asked: str) -> None:
    """It was killed before or after it had made the bridge."""
    rig.pbx.there(OWN, note=LINE_NOTE)
    for bridge in bridges:
        rig.pbx.bridge(bridge)
    await rig.connect()
    assert [said[:2] for said in rig.pbx.asked] == [(asked, f"ear-{OWN}")]
    assert rig.floor.exchange.lines[SAM] is Line.KEPT


def talks(rig: Rig, *in_ear: str) -> None:
    """Sam talks with one customer; a second leg of the phone hears nobody; those far halves are in its ear."""
    rig.pbx.there(OWN, note=LINE_NOTE)
    for leg in ("first", "second"):
        rig.pbx.there(leg, "Up", phone(), name=NEAR)
        rig.pbx.there(f"far-{leg}", name=FAR, does="ear")
    rig.pbx.there("cust", note=caller(), does=f"inbound,{LINE}")
    rig.pbx.bridge("mix-1", "cust", "second")
    rig.pbx.bridge(f"ear-{OWN}", OWN, *in_ear)


async def test_the_phone_hears_who_talks_and_no_longer_who_is_parked(rig: Rig) -> None:
    """It was killed between the two."""
    talks(rig, "far-first")
    await rig.connect()
    assert rig.pbx.asked_for("unmix", "join") == [
        ("unmix", f"ear-{OWN}", "far-first"),
        ("join", f"ear-{OWN}", "far-second"),
    ]


async def test_a_phone_that_hears_whom_it_should_is_left_alone(rig: Rig) -> None:
    talks(rig, "far-second")
    await rig.connect()
    assert rig.pbx.asked == []


async def test_the_keys_of_a_phone_are_about_what_it_heard_last(rig: Rig) -> None:
    """Its customer is parked, and so the leg hears nobody."""
    talks(rig, "far-second")
    rig.pbx.bridge_list = [p.Bridge(f"ear-{OWN}", (OWN, "far-second"))]
    await rig.connect()
    assert rig.floor.lines.leg_of(OWN) == "second"


async def test_a_hold_that_nobody_listened_to_is_told(rig: Rig) -> None:
    talks(rig, "far-second")
    rig.pbx.held = {"far-second"}
    await rig.connect()
    assert rig.news == [PhoneHeld("second", rig.clock.now())]


@pytest.mark.parametrize("old", [True, False])
async def test_a_transfer_that_nobody_listened_to_is_not_carried_out_when_the_phone_hangs_up(
    rig: Rig, old: bool
) -> None:
    talks(rig, "far-second")
    await rig.connect()
    if old:
        await rig.hear(p.ChannelHangupRequest(channel=channel_of(OWN, "Up"), cause=16))
    target = p.ReferTo(p.Destination("2042"))
    await rig.hear(p.ChannelTransfer(refer_to=target, referred_by=p.ReferredBy(channel_of(OWN, "Up"))))
    assert rig.news == ([] if old else [PhoneTransferred("second", "2042", "", rig.clock.now())])


# Without an ear ----------------------------------------------------------------------------------------------------


async def test_no_phone_is_rung_to_be_kept(rig: Rig, caplog: pytest.LogCaptureFixture) -> None:
    rig.pbx.ear = False
    await rig.connect()
    await rig.ask(KeepLine(SAM, on=True))
    assert rig.pbx.asked == []
    assert rig.news == [PhoneChanged(SAM, True, Line.LIFTED)]
    assert CURE in caplog.messages


async def offered(rig: Rig) -> None:
    """A call for Sam's kept phone."""
    rig.pbx.there("cust", "Ring", caller(answered=None), does=f"inbound,{LINE}")
    await rig.connect()
    rig.pbx.asked.clear()
    await rig.ask(Offer("c1", "cust", "leg", SAM))


async def test_a_call_rings_where_the_ear_was_taken_away(rig: Rig, caplog: pytest.LogCaptureFixture) -> None:
    kept(rig)
    rig.pbx.ear = False
    await offered(rig)
    assert [asked[:2] for asked in rig.pbx.asked] == [("hang_up", OWN), ("ring_phone", "leg")]
    assert CURE in caplog.messages
    await rig.hear(p.ChannelDestroyed(channel=channel_of(OWN, "Up"), cause=16))
    assert PhoneChanged(SAM, True, Line.LIFTED) in rig.news
    assert rig.legs()["leg"].state is LegState.DIALING


async def test_a_call_rings_where_the_leg_cannot_be_made(rig: Rig) -> None:
    async def refused(*_: object) -> None:
        raise AriRefusal("POST", 500, "no")

    setattr(rig.pbx, "ring_in_ear", refused)  # noqa: B010 - the stand-in has what it is asked for only by name
    kept(rig)
    await offered(rig)
    assert [asked[:2] for asked in rig.pbx.asked] == [("hang_up", OWN), ("ring_phone", "leg")]


@pytest.mark.parametrize("cause", [0, 16, 34])
async def test_a_call_rings_where_the_far_half_never_comes(rig: Rig, cause: int) -> None:
    kept(rig)
    await offered(rig)
    assert [asked[:2] for asked in rig.pbx.asked] == [("ring_in_ear", "leg")]
    if cause == 34:
        rig.clock.advance(FAR_WITHIN)
        await rig.work()
        assert rig.pbx.asked_for("hang_up") == [("hang_up", "leg", "congestion")]
    rig.pbx.asked.clear()
    await rig.hear(p.ChannelDestroyed(channel=channel_of("leg", "Down"), cause=cause))
    assert [asked[:2] for asked in rig.pbx.asked][:2] == [("hang_up", OWN), ("ring_phone", "leg")]
    await rig.hear(p.ChannelStateChange(channel=channel_of("leg", "Ringing")))
    assert rig.news[-1] == LegRinging("leg", rig.clock.now())


async def test_a_far_half_that_came_is_waited_for_no_longer(rig: Rig) -> None:
    kept(rig)
    await offered(rig)
    await rig.hear(p.StasisStart(channel=channel_of("far-leg", "Ring"), args=("ear",)))
    rig.clock.advance(FAR_WITHIN)
    await rig.work()
    assert not rig.pbx.asked_for("hang_up")
    await rig.hear(p.ChannelDestroyed(channel=channel_of("leg", "Down"), cause=16))
    assert rig.news[-1] == LegEnded("leg", "cancelled", rig.clock.now())
    assert not rig.pbx.asked_for("ring_phone")
