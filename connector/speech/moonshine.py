"""Moonshine tiny-en, and what tells voice from silence: both come with the extra `speech`, and run offline.

Only the worker loads them; nothing here may be used by more than one thread.
"""

from array import array
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from connector.ports.audio import RATE

PACKAGES: Final = ("moonshine_voice", "webrtcvad")
LANGUAGE: Final = "en"
MODEL: Final = "tiny-en"
STRICTNESS: Final = 2
"""Of webrtcvad, 0 to 3: how sure it must be."""

SHORTEST_S: Final = 0.4
"""A shorter line that the library finds within an utterance is a click, of which it makes a word."""


def is_installed() -> bool:
    """Whether the extra is there; nothing of it is loaded."""
    return all(find_spec(package) is not None for package in PACKAGES)


class Moonshine:
    """The model."""

    def __init__(self) -> None:
        voice: Any = import_module("moonshine_voice")
        transcriber: Any = import_module("moonshine_voice.transcriber")
        self._transcriber = transcriber.Transcriber(Path(voice.get_assets_path()) / MODEL, voice.ModelArch.TINY)

    def text(self, audio: bytes) -> str:
        """As the worker's `Model` says."""
        samples = [value / 32_768 for value in array("h", audio)]
        found = self._transcriber.transcribe_without_streaming(samples, RATE)
        return " ".join(line.text.strip() for line in found.lines if line.duration >= SHORTEST_S).strip()


def load_moonshine() -> tuple[Moonshine, Callable[[], Callable[[bytes], bool]]]:
    """The model, and a judge of voice for each who is listened to."""
    webrtcvad: Any = import_module("webrtcvad")

    def voiced() -> Callable[[bytes], bool]:
        judge = webrtcvad.Vad(STRICTNESS)
        return lambda piece: bool(judge.is_speech(piece, RATE))

    return Moonshine(), voiced
