"""What is said in the demo's calls, made by a speech synthesizer: telephone audio of 8,000 samples a second.

Each becomes a WAV file (for phones and for Asterisk) and a file of plain µ-law (for sipp).
"""

from __future__ import annotations

import math
import operator
import struct
import wave
from collections.abc import Sequence
from pathlib import Path

from house.steps import run

RATE = 8_000
PAUSE = 0.8
TAPS = 24
"""To each side of a sample, how many of the original's are weighed: enough to keep what is above 4 kHz from folding."""

SAID: dict[str, tuple[str, tuple[str, ...]]] = {
    "agent": (
        "en-us+f3",
        (
            "Thank you for calling. How can I help you?",
            "One moment please, I have your order here.",
            "It left our warehouse this morning, and should be with you tomorrow.",
            "Is there anything else that I can do for you?",
        ),
    ),
    "customer-1": (
        "en-us+f4",
        (
            "Hello, I am calling about my order.",
            "It was to be here on Monday, and it has not come yet.",
            "Could you tell me where it is?",
            "Thank you, that is very kind of you.",
        ),
    ),
    "customer-2": (
        "en-gb+m3",
        (
            "Good morning. There is a charge on my invoice that I do not understand.",
            "It is the third line, the one for forty five dollars.",
            "I have the offer in front of me, and it is not in there.",
        ),
    ),
    "customer-3": (
        "nl+f2",
        (
            "Goedemiddag, ik bel over mijn bestelling.",
            "Ik zou graag een ander adres opgeven.",
            "Kunt u dat voor mij veranderen?",
        ),
    ),
    "callee": (
        "en-gb+f2",
        (
            "Hello? Yes, this is me speaking.",
            "Oh, thank you for calling back.",
            "That sounds good. Please go ahead.",
        ),
    ),
    "answering-point": (
        "en-us+m2",
        (
            "This is the simulated answering point of the demo. No real emergency service was called.",
            "The location that came along with this call was received.",
        ),
    ),
    "closed": ("en-us+f3", ("Thank you for calling. We are closed now. Please call again during opening hours.",)),
    "full": ("en-us+f3", ("All our agents are busy, and the queue is full. Please call again later.",)),
    "away": ("en-us+f3", ("We cannot take your call at the moment. Please try again in a minute.",)),
}
"""By the name of the file: the voice, and the sentences, with a pause after each."""


def write_speech(folder: Path, speak: Sequence[str | Path]) -> None:
    """All of it is in the folder; `speak` is the synthesizer's command.  Raises SetupError."""
    folder.mkdir()
    for name, (voice, sentences) in SAID.items():
        samples: list[int] = []
        for sentence in sentences:
            raw = folder / "raw.wav"
            run([*speak, "-v", voice, "-s", "150", "-w", raw, sentence], what=f"speech: {name}")
            samples += _resampled(*_read(raw))
            samples += [0] * round(PAUSE * RATE)
            raw.unlink()
        _write(folder / name, samples)


def _read(path: Path) -> tuple[int, list[int]]:
    with wave.open(str(path)) as file:
        frames = file.readframes(file.getnframes())
        return file.getframerate(), list(struct.unpack(f"<{len(frames) // 2}h", frames))


def _resampled(rate: int, samples: list[int]) -> list[int]:
    """At 8,000 a second: each is a sum of its neighbours, weighed by a windowed sinc that cuts at 3.6 kHz."""
    common = math.gcd(rate, RATE)
    up, down = RATE // common, rate // common
    width = TAPS * down // up
    weights = [_weights(phase / up, 3_600 / rate, width) for phase in range(up)]
    padded = [0] * width + samples + [0] * (width + 1)
    found = []
    for n in range(len(samples) * up // down):
        whole, phase = divmod(n * down, up)
        near = padded[whole : whole + 2 * width + 1]
        found.append(max(-32_768, min(32_767, round(sum(map(operator.mul, near, weights[phase]))))))
    return found


def _weights(offset: float, cut: float, width: int) -> list[float]:
    weights = []
    for k in range(-width, width + 1):
        x = k - offset
        sinc = 2 * cut if x == 0 else math.sin(2 * math.pi * cut * x) / (math.pi * x)
        weights.append(sinc * (0.5 + 0.5 * math.cos(math.pi * max(-1.0, min(1.0, x / (width + 1))))))
    return weights


def _write(path: Path, samples: list[int]) -> None:
    with wave.open(f"{path}.wav", "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(struct.pack(f"<{len(samples)}h", *samples))
    path.with_suffix(".ulaw").write_bytes(bytes(map(_mu_law, samples)))


def _mu_law(sample: int) -> int:
    """A sample of 16 bits as ITU-T G.711 has it in 8."""
    size = min(abs(sample), 32_635) + 132
    exponent = size.bit_length() - 8
    return ~((0x80 if sample < 0 else 0) | exponent << 4 | size >> exponent + 3 & 0x0F) & 0xFF
