"""The recognizer that stands in for one in other tests keeps the contract, too."""

import json
from collections.abc import Iterable

import pytest

from connector.errors import RecognizerUnavailable
from tests.ports.recognizer_contract import RecognizerContract
from tests.ports.spoken import Spoken


class SpokenRig:
    """The contract's."""

    lines = ("I was charged", "twice for it")

    def __init__(self) -> None:
        self.recognizer = Spoken()
        self.recognizer.rooms = 2
        self._at = 0

    def spoken(self, line: str) -> Iterable[bytes]:
        began, self._at = self._at, self._at + 1_000
        return [json.dumps([line, final, began, self._at]).encode() for final in (False, True)]

    def is_said(self, line: str, text: str) -> bool:
        return line == text

    async def kill(self) -> None:
        self.recognizer.fault = RecognizerUnavailable("gone")

    async def revive(self) -> None:
        self.recognizer.fault = None


class TestSpoken(RecognizerContract):
    """On the contract."""

    @pytest.fixture
    def rig(self) -> SpokenRig:
        return SpokenRig()
