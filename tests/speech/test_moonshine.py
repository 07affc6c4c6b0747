"""The real embedded recognizer, on a recording that its package brings: the contract, and nothing is written."""

import sys
import wave
from collections.abc import AsyncIterator, Callable, Iterable
from pathlib import Path

import pytest

from connector.config import Config, Transcript
from connector.configured import try_transcript
from connector.ports.audio import PIECE, RATE
from connector.speech.embedded import Embedded
from connector.speech.moonshine import is_installed
from tests.ports.recognizer_contract import RecognizerContract
from tests.speech.ear import Ear
from tests.speech.test_embedded import EmbeddedRig
from tests.speech.voice import silence

pytestmark = pytest.mark.slow

SAID = {"Ever tried.": (0, 1_500), "No matter.": (3_200, 4_500)}
"""What is said in that recording, and from when to when in ms."""


class MoonshineRig(EmbeddedRig):
    """The contract's."""

    lines = ("Ever tried.", "No matter.")

    def __init__(self, folder: Path) -> None:
        self.recognizer = Embedded(("en",), most=2, again_s=(0.0,))
        with wave.open(str(folder / "moonshine_voice" / "assets" / "beckett.wav")) as file:
            assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, RATE)
            self._sound = file.readframes(file.getnframes())

    def spoken(self, line: str) -> Iterable[bytes]:
        began, ended = (ms * RATE // 1_000 * 2 // PIECE for ms in SAID[line])
        pieces = [self._sound[at * PIECE : (at + 1) * PIECE] for at in range(began, ended)]
        return [*silence(300), *pieces, *silence(800)]

    def is_said(self, line: str, text: str) -> bool:
        return line.strip(".").lower() in text.lower()


@pytest.fixture
async def rig(needs: Callable[[str], str], monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[MoonshineRig]:
    folder = Path(needs("speech"))
    monkeypatch.setattr(sys, "path", [*sys.path, str(folder)])
    made = MoonshineRig(folder)
    await made.start()
    yield made
    await made.recognizer.close()


class TestMoonshine(RecognizerContract):
    """On the contract."""


async def test_it_opens_no_file_to_write_and_no_connection(rig: MoonshineRig) -> None:
    ear = Ear(rig.recognizer)
    ear.say(rig.spoken(rig.lines[0]))
    await ear.final()
    folder = Path("/proc") / str(rig.recognizer.pid) / "fd"
    opened = {int(link.name): str(link.readlink()) for link in folder.iterdir()}
    (own,) = [name for name in opened.values() if name.startswith("socket:")]
    assert {name for name in opened.values() if name not in ("/dev/null", own)} == set()
    await ear.close()


async def test_check_loads_it_and_says_what_is_missing(rig: MoonshineRig, monkeypatch: pytest.MonkeyPatch) -> None:
    config = Config(transcript=Transcript(recognizer="moonshine"))
    assert is_installed()
    found = await try_transcript(config)
    assert (found[0].ok, found[0].what) == (True, "recognizer: moonshine")
    monkeypatch.setattr("connector.speech.is_installed", lambda: False)
    (missing, _) = await try_transcript(config)
    assert not missing.ok and "[speech]" in missing.cure
