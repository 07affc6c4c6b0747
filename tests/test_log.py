"""The log: one JSON object a line, with ids, and without any number, note or digit that somebody said."""

import io
import json
import logging
import re
import sys
from typing import Any

import pytest

from connector.domain.events import LegEnded
from connector.errors import CrmUnavailable
from connector.log import JsonLines, about_agent, set_up
from tests.api.rig import CASE, Edge
from tests.domain.stage import SAM

NUMBER = "+14155550143"
CONTACT = "019ab2c4-1d2e-7f3a-8b4c-5d6e7f8091a2"


def written(message: str, *arguments: object, **more: Any) -> dict[str, Any]:
    """What a record becomes."""
    level = more.pop("level", logging.WARNING)
    record = logging.LogRecord("connector.x", level, "x.py", 1, message, arguments, more.pop("exc_info", None))
    for name, value in more.items():
        setattr(record, name, value)
    line = JsonLines().format(record)
    assert "\n" not in line
    found: dict[str, Any] = json.loads(line)
    return found


def test_a_line_has_time_level_logger_and_message() -> None:
    line = written("the switch is %s", "away", level=logging.ERROR)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00", line.pop("time"))
    assert line == {"level": "error", "logger": "connector.x", "message": "the switch is away"}


@pytest.mark.parametrize(
    "number", [NUMBER, "(415) 555-0143", "415.555.0143", "0044 20 7946 0130", "+1 415 555 0143 x 2031"]
)
def test_a_number_is_never_whole(number: str) -> None:
    line = written("%s called", number, number=number, reason=f"busy: {number}")
    tail = re.sub(r"\D", "", number)[-7:]
    for name in ("message", "number", "reason"):
        assert tail not in re.sub(r"\D", "", line[name]), line[name]
    assert line["message"].endswith(" called")


def test_a_number_in_a_value_that_is_no_text_is_not_whole_either() -> None:
    line = written("refused", why=CrmUnavailable("busy", f"{NUMBER} is locked"), who={"number": NUMBER}, all=[NUMBER])
    assert "5550143" not in json.dumps(line)
    assert "is locked" in line["why"]


def test_a_number_in_a_traceback_is_not_whole() -> None:
    try:
        raise ValueError(f"cannot dial {NUMBER}")
    except ValueError:
        line = written("failed", exc_info=sys.exc_info())
    assert "5550143" not in line["error"]
    assert "ValueError: cannot dial" in line["error"]
    assert "test_log.py" in line["error"]


def test_ids_are_whole() -> None:
    with about_agent(SAM):
        line = written("x", contact=CONTACT, code="held", event="LegEnded", ask="Mix", count=12, ok=True, nothing=None)
    assert (line["agent"], line["contact"], line["code"]) == (SAM, CONTACT, "held")
    assert (line["count"], line["ok"], line["nothing"]) == (12, True, None)
    assert "agent" not in written("afterwards")


def test_the_agent_of_a_line_is_the_one_of_the_task() -> None:
    with about_agent(SAM):
        with about_agent("005000000000002AAA"):
            assert written("x")["agent"] == "005000000000002AAA"
        assert written("x")["agent"] == SAM


def test_text_of_every_kind_is_one_line_of_json() -> None:
    assert written("first\nsecond \u2028 \x00 \ud83d\ude00 é")["message"] == "first\nsecond \u2028 \x00 \ud83d\ude00 é"


def test_what_is_set_up_writes_to_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    root = logging.getLogger()
    before = (root.handlers[:], root.level)
    try:
        set_up("warning")
        logging.getLogger("connector.y").info("not this")
        logging.getLogger("connector.y").warning("but this")
        told = capsys.readouterr()
        assert (told.out, json.loads(told.err)["message"]) == ("", "but this")
    finally:
        root.handlers[:], root.level = before
        root.setLevel(before[1])


class Lines(logging.Handler):
    """Everything that anybody logs, as it would be written."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.setFormatter(JsonLines())
        self.text = io.StringIO()

    def emit(self, record: logging.LogRecord) -> None:
        self.text.write(self.format(record) + "\n")


@pytest.fixture
def lines() -> Any:
    handler = Lines()
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield handler
    root.removeHandler(handler)
    root.setLevel(level)


SAID = ("5550143", "555 0143", "my card is", "4929", "8675309", "Zyx")


async def test_a_call_with_all_that_can_go_wrong_leaves_nothing_said_in_the_log(lines: Lines) -> None:
    async with Edge().running() as edge:
        key = await edge.talking()
        edge.crm.found = CrmUnavailable("connection", f"no answer about {NUMBER}")
        async with edge.panel() as panel:
            await panel.draft(key, "comments", 1, text="my card is 4929 1234 5678 9012")
            await panel.draft(key, "disposition", 1, text="Zyx")
            await panel.order("digits", contact=key, digits="8675309")
            await panel.order("dial", number="(415) 555 0143")
            await panel.say("preview", id="p", number="415 555 0143")
            await panel.say("find", id="f", what="people", text="415 555 0143")
            await panel.until("found")
            await panel.say("visited", record={**CASE, "name": "my card is"})
            await panel.draft("k", "comments", 0, text="my card is")
            await panel.ws.send_str('{"type":"command","id":"1","name":"digits","contact":"k","digits":"8675309x"}')
            edge.runner.event(LegEnded("8675309", "normal", edge.clock.now()))
            edge.runner.down(f"lost the call of {NUMBER}")
            edge.disk.broken = OSError(f"disk: {NUMBER}")
            await panel.draft("an old one", "comments", 1, text="my card is 4929")
            edge.disk.at_once = False
            await panel.draft(key, "comments", 2, text="my card is 4929 1234")
            await panel.so_far()
            edge.disk.fail()
            edge.disk.at_once = True
            edge.clock.advance(2_000)
            await panel.so_far()
    text = lines.text.getvalue()
    assert text.count("\n") >= 6
    for private in SAID:
        assert private not in text, private
    assert SAM in text
