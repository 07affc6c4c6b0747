"""Speech becomes telephone audio that sounds the same."""

import math
import struct
import sys
import wave
from pathlib import Path

import pytest
from house.debian import packages_of
from house.speech import RATE, SAID, _mu_law, _resampled, write_speech

pytestmark = pytest.mark.slow


def level(samples: list[int], frequency: float) -> float:
    """How loud that frequency is, by Goertzel's algorithm; a sine of full scale is 1."""
    turn = 2 * math.pi * frequency / RATE
    back = further = 0.0
    for sample in samples:
        back, further = sample + 2 * math.cos(turn) * back - further, back
    power = back * back + further * further - 2 * math.cos(turn) * back * further
    return 2 * math.sqrt(abs(power)) / len(samples) / 32_767


def tone(frequency: float, rate: int) -> list[int]:
    return [round(16_384 * math.sin(2 * math.pi * frequency * n / rate)) for n in range(rate)]


@pytest.mark.parametrize("rate", [22_050, 16_000, 44_100])
def test_a_tone_keeps_its_pitch_and_loudness_and_one_too_high_is_gone(rate: int) -> None:
    kept = _resampled(rate, tone(1_000, rate))
    assert len(kept) == RATE
    assert level(kept, 1_000) == pytest.approx(0.5, rel=0.02)
    folded = _resampled(rate, tone(5_000, rate))
    assert level(folded, 3_000) < 0.005


def test_mu_law_is_as_in_g_711() -> None:
    # Silence, the ends, and one in the middle of each direction, from the recommendation's table.
    assert [_mu_law(sample) for sample in (0, 32_635, -32_635, 8_031 * 4, 1_000, -1_000)] == [
        *(0xFF, 0x80, 0x00, 0x80, 0xCE, 0x4E),
    ]


def test_all_that_is_said_is_written_for_phones_and_carrier(tmp_path: Path) -> None:
    synthesizer = tmp_path / "speak.py"
    synthesizer.write_text(
        "import sys, wave\n"
        "with wave.open(sys.argv[sys.argv.index('-w') + 1], 'wb') as file:\n"
        "    file.setnchannels(1), file.setsampwidth(2), file.setframerate(16_000)\n"
        "    file.writeframes(b'\\x00\\x10' * 1_600)\n",
        encoding="utf-8",
    )
    write_speech(tmp_path / "speech", [sys.executable, synthesizer])
    for name, (_, sentences) in SAID.items():
        with wave.open(str(tmp_path / "speech" / f"{name}.wav")) as file:
            assert (file.getframerate(), file.getsampwidth(), file.getnchannels()) == (RATE, 2, 1)
            samples = struct.unpack(f"<{file.getnframes()}h", file.readframes(file.getnframes()))
        assert len(samples) == len(sentences) * (800 + 6_400)
        assert max(samples) == pytest.approx(0x1000, rel=0.1)
        assert (tmp_path / "speech" / f"{name}.ulaw").read_bytes() == bytes(map(_mu_law, samples))
    assert not (tmp_path / "speech" / "raw.wav").exists()


@pytest.mark.parametrize(
    ("library", "package"),
    [
        ("libxml2.so.16", "libxml2-16"),
        ("libxslt.so.1", "libxslt1.1"),
        ("libssl.so.3", "libssl3t64"),
        ("libpugixml.so.1", "libpugixml1v5"),
        ("libz.so.1", "zlib1g"),
        ("libFLAC.so.14", "libflac14"),
        ("libnone.so.1", None),
    ],
)
def test_a_library_is_found_in_its_package(library: str, package: str | None) -> None:
    names = {"libxml2-16", "libxslt1.1", "libssl3t64", "libssl-dev", "libpugixml1v5", "libflac14", "zlib1g"}
    assert packages_of(library, names) == ([] if package is None else [package])
