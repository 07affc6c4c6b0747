"""Emergency numbers that were dialled on a phone: how the dialplan tells of them, and that each is told once."""

from collections.abc import Awaitable, Callable

import pytest

from connector.domain.events import EmergencyDialled
from connector.switch.asterisk import parse as p
from connector.switch.asterisk.dialled import DialledOnPhones

AT = "2026-11-25T13:57:50.114+0000"
NEWS = EmergencyDialled("2041", "911", "+14155550161", True, p.milliseconds(AT))
ARGS = ("emergency", "911", "1", "+14155550161", "2041", "call-1")
CALL = p.Channel("call-1", "PJSIP/2041-00000007", dialplan=p.Dialplan("phone-panel-emergency"), creationtime=AT)


class Hand:
    """An Asterisk of which nothing but variables is asked, and that hangs up."""

    def __init__(self, variables: dict[str, str] | None = None) -> None:
        self.variables = variables or {}
        self.world: dict[str, str] = {}
        self.ended: list[str] = []

    async def hang_up(self, leg: str, _reason: str) -> None:
        self.ended.append(leg)

    async def variable(self, _leg: str, name: str) -> str | None:
        return self.variables.get(name)

    async def global_variable(self, name: str) -> str:
        return self.world.get(name, "")

    async def set_global(self, name: str, value: str) -> None:
        self.world[name] = value


async def told(hand: Hand, *given: p.StasisStart | p.Channel) -> list[EmergencyDialled]:
    """What is told of these, all asks of Asterisk done."""
    news: list[EmergencyDialled] = []
    jobs: list[Callable[[], Awaitable[None]]] = []
    dialled = DialledOnPhones(news.append, lambda: hand, jobs.append)  # type: ignore[arg-type, return-value]
    for one in given:
        if isinstance(one, p.Channel):
            dialled.found((one,))
        else:
            dialled.take(one)
    while jobs:
        await jobs.pop(0)()
    return news


def said(*args: str) -> p.StasisStart:
    return p.StasisStart(AT, channel=p.Channel("news-1"), args=args)


async def test_the_dialplan_tells_of_it_and_its_channel_goes() -> None:
    hand = Hand()
    assert await told(hand, said(*ARGS)) == [NEWS]
    assert hand.ended == ["news-1"]
    assert hand.world == {"PHONE_PANEL_TOLD_call-1": "1"}


async def test_what_a_dialplan_of_another_version_tells_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    hand = Hand()
    assert await told(hand, said("emergency", "911")) == []
    assert hand.ended == ["news-1"]
    assert "does not tell as documented" in caplog.text


HELP = {"HELP_NUMBER": "911", "HELP_CALLBACK": "+14155550161", "HELP_SENT": "1"}


async def test_a_call_that_went_on_without_a_connector_is_told_and_only_once() -> None:
    hand = Hand(HELP)
    assert await told(hand, CALL, said(*ARGS)) == [NEWS]
    assert await told(hand, CALL) == []
    assert await told(hand, said(*ARGS)) == [], "by the next connector"


async def test_a_phone_that_calls_somebody_else_is_no_emergency() -> None:
    assert await told(Hand(), CALL) == []
    other_half = p.Channel("call-2", "Local/911@agents-00000000;2", creationtime=AT)
    assert await told(Hand(HELP), other_half) == []
