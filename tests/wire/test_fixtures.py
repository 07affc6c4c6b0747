"""The wire fixtures are the contract between the Python and the Jest tests: each must mean the same to both."""

import json
from pathlib import Path

import msgspec
import pytest

from connector.wire import commands, state

FIXTURES = Path(__file__).parents[1] / "fixtures" / "wire"
TO_PANEL = msgspec.json.Decoder(
    state.State
    | state.Setup
    | state.Reply
    | state.DraftSaved
    | state.DraftRefused
    | state.Found
    | state.Previewed
    | state.Described
    | state.Chore
    | state.ChoreYours
    | state.Queues
    | state.Today
    | state.Agents
    | state.Skills
    | state.Staff
    | state.Tasks
    | state.Alarm
    | state.Transcript
    | state.Segments
    | state.TranscriptOver
    | state.TokenWanted
    | state.Pong
    | state.Failure
)


def files(folder: str) -> list[Path]:
    return sorted((FIXTURES / folder).glob("*.json"))


@pytest.mark.parametrize("path", files("to_panel"), ids=lambda p: p.stem)
def test_a_message_to_the_panel_is_what_we_would_encode(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert json.loads(state.encode(TO_PANEL.decode(text))) == json.loads(text)


@pytest.mark.parametrize("path", files("to_connector"), ids=lambda p: p.stem)
def test_a_message_to_the_connector_decodes_to_every_key_it_has(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert json.loads(msgspec.json.encode(commands.decode(text))) == json.loads(text)


def test_every_kind_of_message_has_a_fixture() -> None:
    kinds = {json.loads(path.read_text(encoding="utf-8"))["type"] for path in files("to_connector")}
    assert kinds == {
        "hello",
        "command",
        "draft",
        "find",
        "preview",
        "describe",
        "visited",
        "focus",
        "chore_taken",
        "chore_done",
        "watch",
        "renew",
        "ping",
    }


@pytest.mark.parametrize(
    ("message", "names"),
    [
        ('{"type":"command","id":"1","name":"digits","digits":"12x"}', "digits"),
        ('{"type":"command","id":"1","name":"Hold!"}', "name"),
        ('{"type":"draft","contact":"k","field":"subject","revision":1}', "field"),
        ('{"type":"draft","contact":"k","field":"comments","revision":0}', "revision"),
        ('{"type":"hold"}', "type"),
        ('{"type":"ping","extra":1}', "extra"),
    ],
)
def test_a_bad_message_names_the_field(message: str, names: str) -> None:
    with pytest.raises(msgspec.ValidationError, match=names):
        commands.decode(message)
