"""How often somebody may."""


class Bucket:
    """Counts against a rate: so many at once, and so many a second after that.  Times in ms."""

    __slots__ = ("_a_second", "_at", "_at_once", "_left")

    def __init__(self, now: int, at_once: int, a_second: int) -> None:
        self._at_once = at_once
        self._a_second = a_second
        self._left = float(at_once)
        self._at = now

    def take(self, now: int) -> bool:
        """Whether one more is within the rate; one that is not does not count."""
        self._left = min(self._at_once, self._left + (now - self._at) * self._a_second / 1000)
        self._at = now
        if self._left < 1:
            return False
        self._left -= 1
        return True
