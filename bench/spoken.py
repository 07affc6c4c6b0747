"""What the telephones of a measurement say, when each word of it ends, and how much of it was understood."""

import re
import statistics
import struct
import wave
from collections.abc import Sequence
from pathlib import Path

from house.speech import PAUSE, RATE, SAID
from msgspec import Struct


class Sentence(Struct, frozen=True):
    """One of a file; times are seconds since the file began.

    Where a sentence begins and ends is heard in the file; its words end within it as their letters do.
    """

    words: tuple[str, ...]
    began: float
    ended: float

    def word_ends(self) -> list[tuple[str, float]]:
        """Each word with its end."""
        letters = sum(map(len, self.words))
        found, so_far = [], 0
        for word in self.words:
            so_far += len(word)
            found.append((word, self.began + (self.ended - self.began) * so_far / letters))
        return found


def words(text: str) -> tuple[str, ...]:
    """In small letters, without punctuation; figures are not spelled out."""
    return tuple(re.findall(r"[a-z0-9']+", text.lower()))


def sentences(folder: Path, name: str) -> list[Sentence]:
    """Those of a file.  Raises SystemExit when it is not as many stretches as it has sentences."""
    with wave.open(str(folder / f"{name}.wav")) as file:
        raw = file.readframes(file.getnframes())
    samples = struct.unpack(f"<{len(raw) // 2}h", raw)
    stretches = _stretches(samples, round(PAUSE * RATE * 0.9))
    said = SAID[name][1]
    if len(stretches) != len(said):
        raise SystemExit(f"{name}: {len(said)} sentences, {len(stretches)} stretches of sound")
    return [Sentence(words(text), began, ended) for text, (began, ended) in zip(said, stretches, strict=True)]


def _stretches(samples: Sequence[int], pause: int) -> list[tuple[float, float]]:
    """Those that are loud, between silences of that many samples."""
    found: list[list[int]] = []
    for at, sample in enumerate(samples):
        if abs(sample) > 200:
            if not found or at - found[-1][1] > pause:
                found.append([at, at])
            found[-1][1] = at
    return [(began / RATE, ended / RATE) for began, ended in found]


def errors(said: Sequence[str], heard: Sequence[str]) -> int:
    """Words to be put in, left out or replaced, to make what was said of what was heard."""
    row = list(range(len(heard) + 1))
    for n, word in enumerate(said, 1):
        before, row[0] = row[0], n
        for m, other in enumerate(heard, 1):
            before, row[m] = row[m], min(row[m] + 1, row[m - 1] + 1, before + (word != other))
    return row[-1]


class Line(Struct):
    """What was shown in one place: `final` since that time, and its text at each of its changes."""

    seen: list[tuple[float, str]]
    final: float | None = None

    @property
    def text(self) -> str:
        """The last."""
        return self.seen[-1][1]


class Delays(Struct):
    """In ms.  What was never shown has none; it counts as wrong."""

    partial: list[float] = []
    final: list[float] = []

    def take(self, said: Sequence[Sentence], began: float, lines: Sequence[Line]) -> None:
        """Those of a file whose first sample was said at `began`, in seconds as the lines have them."""
        for sentence in said:
            best = max(lines, key=lambda line: len(set(words(line.text)) & set(sentence.words)), default=None)
            if best is None or 2 * len(set(words(best.text)) & set(sentence.words)) < len(set(sentence.words)):
                continue
            for word, end in sentence.word_ends():
                shown = next((at for at, text in best.seen if word in words(text)), None)
                if shown is not None:
                    self.partial.append((shown - began - end) * 1000)
            if best.final is not None:
                self.final.append((best.final - began - sentence.ended) * 1000)


def at(percent: int, values: Sequence[float]) -> float:
    """That percentile."""
    return statistics.quantiles(values, n=100, method="inclusive")[percent - 1]
