"""What the phone of an agent hears in the demo on a real Asterisk, as baresip writes it down."""

import math
import time

from tests.e2e.product import Product
from tests.live.listening import raw_samples

LOUD = 300
"""The least loudness that is somebody who speaks."""


def loudness(samples: list[int]) -> float:
    """The root of the mean square."""
    return math.sqrt(sum(sample * sample for sample in samples) / max(len(samples), 1))


class Handset:
    """Sam's, in calls that begin after this was made."""

    def __init__(self, product: Product) -> None:
        self._folder = product.demo.folder / "dumps" / "2041"
        self._before = set(self._folder.glob("*-dec.wav"))
        self._size, self._since = 0, time.monotonic()

    def _heard(self) -> list[int]:
        new = set(self._folder.glob("*-dec.wav")) - self._before
        # A WAV that is still written: its head does not say its length yet.
        return next((raw_samples(file.read_bytes()[44:]) for file in new), [])

    def hears(self) -> bool:
        """Whether somebody has spoken in the last second of which there is sound."""
        return loudness(self._heard()[-8_000:]) > LOUD

    def silent(self) -> bool:
        """Whether nothing is heard: silence is sent, or nothing has been for half a second."""
        samples = self._heard()
        if len(samples) != self._size:
            self._size, self._since = len(samples), time.monotonic()
        return loudness(samples[-8_000:]) < LOUD / 30 or time.monotonic() - self._since > 0.5
