"""Who hears whom: sets of legs.  A leg is in one at most, and alone in none."""

from msgspec import Struct


class Heard(Struct):
    """Legs that hear each other since `since`; `most` is how many of them there ever were."""

    id: str
    legs: tuple[str, ...]
    since: int
    most: int

    @property
    def conference(self) -> bool:
        """Whether they are, or were, more than two."""
        return self.most > 2


class Mixes:
    """All of them."""

    def __init__(self) -> None:
        self._of: dict[str, Heard] = {}
        self._made = 0

    def of(self, leg: str) -> Heard | None:
        """The mix that the leg is in, or None."""
        return self._of.get(leg)

    def same(self, leg: str, other: str) -> bool:
        """Whether the two hear each other."""
        mix = self._of.get(leg)
        return mix is not None and other in mix.legs

    def together(self, legs: tuple[str, ...], now: int) -> bool:
        """Exactly these legs hear each other, and those whom they left go on; whether it was not so before."""
        mix = self._of.get(legs[0]) if legs else None
        if mix is not None and {*mix.legs} == {*legs}:
            return False
        for leg in legs:
            self.leave(leg)
        if len(legs) < 2:
            return False
        self._made += 1
        made = Heard(f"mix-{self._made}", legs, now, len(legs))
        self._of.update(dict.fromkeys(legs, made))
        return True

    def leave(self, leg: str) -> None:
        """Nobody hears that leg any more; one who is left alone is in no mix either."""
        mix = self._of.pop(leg, None)
        if mix is not None:
            mix.legs = tuple(other for other in mix.legs if other != leg)
            if len(mix.legs) == 1:
                del self._of[mix.legs[0]]
