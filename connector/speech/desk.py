"""What is made text of next, of all who speak: final texts first, and those that are not final as there is time."""

from collections.abc import Callable
from typing import Final

from connector.speech.utterances import LONGEST_MS, Utterance, Utterances

INTERVALS: Final = ((2, 1_000), (4, 2_000), (8, 4_000))
"""While at most so many wait for a text, each gets one every so many ms; with more of them only final ones are made."""

MOST_WAITING_MS: Final = 3 * LONGEST_MS
"""So much of what was said may wait; of more the oldest is given up, for it would come far too late."""


class Desk:
    """All who are listened to, by their numbers.  `voiced` makes for each what tells voice from silence."""

    def __init__(self, voiced: Callable[[], Callable[[bytes], bool]]) -> None:
        self._voiced = voiced
        self._ears: dict[int, Utterances] = {}
        self._ended: set[int] = set()
        self._order: list[int] = []
        """Whose final utterances wait, in the order in which they ended."""

    def listen(self, ear: int) -> None:
        """Somebody more."""
        self._ears[ear] = Utterances(self._voiced())

    def hear(self, ear: int, at: int, audio: bytes) -> None:
        """What follows of theirs; of who was forgotten nothing is wanted."""
        if ear in self._ears:
            before = len(self._ears[ear].finals)
            self._ears[ear].hear(at, audio)
            self._wait(ear, before)

    def end(self, ear: int) -> None:
        """Nothing follows of theirs."""
        if ear in self._ears:
            before = len(self._ears[ear].finals)
            self._ears[ear].end()
            self._wait(ear, before)
            self._ended.add(ear)

    def forget(self, ear: int) -> None:
        """All of theirs goes."""
        self._ears.pop(ear, None)
        self._ended.discard(ear)
        self._order = [waiting for waiting in self._order if waiting != ear]

    def over(self) -> list[int]:
        """Of whom everything was taken; they are forgotten."""
        done = [ear for ear in self._ended if not self._ears[ear].finals]
        for ear in done:
            self.forget(ear)
        return done

    def take(self) -> tuple[int, Utterance] | None:
        """What is to be made text of now, and whose it is."""
        if self._order:
            ear = self._order.pop(0)
            return ear, self._ears[ear].finals.popleft()
        waiting = {ear: said.waits for ear, said in self._ears.items() if said.waits}
        interval = next((ms for most, ms in INTERVALS if len(waiting) <= most), None)
        if not waiting or interval is None:
            return None
        ear = max(waiting, key=waiting.__getitem__)
        utterance = self._ears[ear].so_far() if waiting[ear] >= interval else None
        return None if utterance is None else (ear, utterance)

    def _wait(self, ear: int, before: int) -> None:
        self._order += [ear] * (len(self._ears[ear].finals) - before)
        late = self._late_ms() - MOST_WAITING_MS
        for waiting in self._order:
            if late <= 0:
                break
            late -= self._ears[waiting].give_up()

    def _late_ms(self) -> int:
        finals = (utterance for said in self._ears.values() for utterance in said.finals)
        return sum(utterance.ms for utterance in finals)
