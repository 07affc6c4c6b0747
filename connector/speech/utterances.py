"""What one party says, cut into utterances by their pauses.  Pure: time is that of the audio."""

from collections import deque
from collections.abc import Callable
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from connector.ports.audio import PIECE, RATE

PIECE_MS: Final = PIECE * 500 // RATE
BEFORE: Final = 15
"""Pieces: what was heard just before somebody begins to speak belongs to it, a soft consonant for instance."""

BEGINS: Final = (3, 5)
"""Somebody speaks when so many of so many pieces are voice; a single one is a click."""

PAUSE_MS: Final = 500
LONGEST_MS: Final = 10_000
SHORTEST_MS: Final = 400
"""Less voice than this is a cough, of which models make a word."""

FIRST_MS: Final = 600
"""After so much voice there may be a first text."""

HEAD_START_MS: Final = 400
"""The first text comes so much sooner than the next ones."""

TAIL_MS: Final = 200
"""So much of the pause after an utterance is kept with it."""


class Utterance(Struct, frozen=True, gc=False):
    """`audio` of one utterance, from `began` to `ended` in ms since the audio began.

    Not `final`: they go on speaking.  Final without audio: it was none after all.
    """

    audio: bytes
    final: bool
    began: int
    ended: int

    @property
    def ms(self) -> int:
        """So long is the audio."""
        return len(self.audio) * PIECE_MS // PIECE


class Utterances:
    """Those of one party.  `voiced` says whether a piece is voice."""

    def __init__(self, voiced: Callable[[bytes], bool]) -> None:
        self._voiced = voiced
        self._recent: deque[tuple[bytes, bool]] = deque(maxlen=BEFORE)
        self._open: bytearray | None = None
        self._at = 0
        self._began = 0
        self._last_voice = 0
        self._voice_ms = 0
        self._shown_at: int | None = None
        self.finals: deque[Utterance] = deque()
        """Those that are over, the oldest first; who takes them removes them."""

    @property
    def waits(self) -> int:
        """For so many ms a text that is not final has been waited for; the first one is waited for most."""
        if self._open is None or self._voice_ms < FIRST_MS:
            return 0
        return self._at - (self._began - HEAD_START_MS if self._shown_at is None else self._shown_at)

    def hear(self, at: int, audio: bytes) -> None:
        """What follows, whole pieces; `at` is when, for some may have been left out."""
        if at != self._at:
            self._recent.clear()
        self._at = at
        for start in range(0, len(audio) - PIECE + 1, PIECE):
            self._piece(audio[start : start + PIECE])

    def end(self) -> None:
        """Nothing follows."""
        if self._open is not None:
            self._close()

    def give_up(self) -> int:
        """The oldest one that is over and has audio is none any more; returns how long it was, in ms."""
        for number, utterance in enumerate(self.finals):
            if utterance.audio:
                self.finals[number] = replace(utterance, audio=b"")
                return utterance.ms
        return 0

    def so_far(self) -> Utterance | None:
        """What is being said, for a text that is not final; counts as shown from now on."""
        if self._open is None:
            return None
        self._shown_at = self._at
        return Utterance(bytes(self._open), False, self._began, self._at)

    def _piece(self, piece: bytes) -> None:
        voice = self._voiced(piece)
        self._at += PIECE_MS
        if self._open is None:
            self._recent.append((piece, voice))
            enough, of = BEGINS
            if sum(was for _, was in list(self._recent)[-of:]) >= enough:
                self._begin()
            return
        self._open += piece
        if voice:
            self._voice_ms += PIECE_MS
            self._last_voice = self._at
        if self._at - self._last_voice >= PAUSE_MS or self._at - self._began >= LONGEST_MS:
            self._close()

    def _begin(self) -> None:
        self._open = bytearray(b"".join(piece for piece, _ in self._recent))
        self._began = self._at - len(self._recent) * PIECE_MS
        self._voice_ms = sum(was for _, was in self._recent) * PIECE_MS
        self._last_voice = self._at
        self._recent.clear()

    def _close(self) -> None:
        assert self._open is not None
        audio, self._open = self._open, None
        tail = max(0, self._at - self._last_voice - TAIL_MS)
        del audio[len(audio) - tail * PIECE // PIECE_MS :]
        if self._voice_ms >= SHORTEST_MS:
            self.finals.append(Utterance(bytes(audio), True, self._began, self._last_voice))
        elif self._shown_at is not None:
            self.finals.append(Utterance(b"", True, self._began, self._last_voice))
        self._shown_at = None
