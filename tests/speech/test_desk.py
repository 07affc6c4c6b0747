"""What is made text of next: final texts first and in their order, the others as there is time."""

from connector.ports.audio import PIECE
from connector.speech.desk import INTERVALS, MOST_WAITING_MS, Desk
from connector.speech.utterances import PIECE_MS, Utterance

VOICE, QUIET = b"\x01" * PIECE, bytes(PIECE)


class Room:
    """People who speak and are silent for so many ms."""

    def __init__(self, *ears: int) -> None:
        self.desk = Desk(lambda: any)
        self._at = dict.fromkeys(ears, 0)
        for ear in ears:
            self.desk.listen(ear)

    def speak(self, ms: int, *ears: int) -> None:
        self._go_on(VOICE, ms, ears or tuple(self._at))

    def rest(self, ms: int, *ears: int) -> None:
        self._go_on(QUIET, ms, ears or tuple(self._at))

    def _go_on(self, piece: bytes, ms: int, ears: tuple[int, ...]) -> None:
        for ear in ears:
            self.desk.hear(ear, self._at[ear], piece * (ms // PIECE_MS))
            self._at[ear] += ms

    def taken(self) -> list[tuple[int, bool]]:
        """All that is to be done now: whose, and whether it is final."""
        done = []
        while (taken := self.desk.take()) is not None:
            done.append((taken[0], taken[1].final))
        return done


def test_final_texts_come_first_in_the_order_in_which_they_ended() -> None:
    room = Room(1, 2, 3)
    room.speak(700)
    room.rest(600, 3)
    room.rest(600, 1)
    assert room.taken() == [(3, True), (1, True), (2, False)]
    assert room.taken() == []


def test_who_has_waited_longest_is_next() -> None:
    room = Room(1, 2)
    room.speak(700, 2)
    room.speak(900, 1)
    assert room.taken() == [(1, False), (2, False)]
    room.speak(900)
    assert room.taken() == []
    room.speak(100)
    assert room.taken() == [(1, False), (2, False)]


def test_what_is_not_final_comes_more_rarely_the_more_speak_and_then_not_at_all() -> None:
    for count, interval in ((1, 1_000), (2, 1_000), (3, 2_000), (4, 2_000), (5, 4_000), (8, 4_000)):
        room = Room(*range(count))
        room.speak(4_000)
        assert len(room.taken()) == count
        room.speak(interval - PIECE_MS)
        assert room.taken() == [], (count, interval)
    crowd = Room(*range(INTERVALS[-1][0] + 1))
    crowd.speak(9_000)
    assert crowd.taken() == []
    crowd.rest(600)
    assert crowd.taken() == [(ear, True) for ear in range(9)]


def test_who_is_forgotten_is_made_no_text_of() -> None:
    room = Room(1, 2)
    room.speak(700)
    room.rest(600)
    room.desk.forget(1)
    room.speak(700, 1)
    room.desk.end(1)
    assert room.taken() == [(2, True)]
    assert room.desk.over() == []


def test_it_is_over_when_the_last_text_was_taken() -> None:
    room = Room(1, 2)
    room.speak(700)
    room.desk.end(1)
    assert room.desk.over() == []
    assert room.desk.take() is not None
    assert room.desk.over() == [1]
    assert room.desk.over() == []


def test_too_much_that_waits_is_given_up_the_oldest_first() -> None:
    room = Room(1, 2)
    room.speak(MOST_WAITING_MS, 1)
    room.speak(700, 2)
    room.rest(600, 2)
    taken: list[Utterance] = []
    for _ in range(4):
        found = room.desk.take()
        assert found is not None
        taken.append(found[1])
    assert [bool(one.audio) for one in taken] == [False, True, True, True]
    assert all(one.final for one in taken)
