"""What one party says, cut by their pauses: everything in the time of the audio."""

from connector.ports.audio import PIECE
from connector.speech.utterances import LONGEST_MS, PAUSE_MS, PIECE_MS, TAIL_MS, Utterance, Utterances

VOICE, QUIET = b"\x01" * PIECE, bytes(PIECE)


class Party:
    """Somebody who speaks and is silent for so many ms."""

    def __init__(self) -> None:
        self.utterances = Utterances(any)
        self.at = 0

    def speaks(self, ms: int) -> "Party":
        return self._goes_on(VOICE, ms)

    def rests(self, ms: int) -> "Party":
        return self._goes_on(QUIET, ms)

    def is_not_heard(self, ms: int) -> "Party":
        self.at += ms
        return self

    def _goes_on(self, piece: bytes, ms: int) -> "Party":
        self.utterances.hear(self.at, piece * (ms // PIECE_MS))
        self.at += ms
        return self

    @property
    def finals(self) -> list[tuple[int, int, int]]:
        """From when to when, and how long the audio is."""
        return [(one.began, one.ended, one.ms) for one in self.utterances.finals]


def test_an_utterance_is_over_after_a_pause_and_has_a_little_before_and_after_it() -> None:
    party = Party().rests(1_000).speaks(800).rests(PAUSE_MS - PIECE_MS)
    assert party.finals == []
    party.rests(PIECE_MS)
    # 300 ms from the ring of what was heard before, of which 60 were voice already.
    assert party.finals == [(1_000 - 240, 1_800, 240 + 800 + TAIL_MS)]
    assert party.rests(5_000).finals == party.finals


def test_a_short_pause_does_not_end_it_and_the_next_one_is_another() -> None:
    party = Party().speaks(500).rests(400).speaks(500).rests(600).speaks(500).rests(600)
    assert [(began, ended) for began, ended, _ in party.finals] == [(0, 1_400), (1_900, 2_500)]


def test_who_does_not_stop_is_cut() -> None:
    party = Party().speaks(2 * LONGEST_MS + 1_000)
    assert [(began, ended, ms) for began, ended, ms in party.finals] == [
        (0, LONGEST_MS, LONGEST_MS),
        (LONGEST_MS, 2 * LONGEST_MS, LONGEST_MS),
    ]


def test_a_click_is_none_and_a_cough_neither() -> None:
    assert Party().speaks(40).rests(1_000).finals == []
    assert Party().speaks(380).rests(1_000).finals == []
    assert len(Party().speaks(400).rests(1_000).finals) == 1


def test_the_end_of_the_audio_ends_it() -> None:
    party = Party().speaks(700)
    party.utterances.end()
    assert party.finals == [(0, 700, 700)]
    party.utterances.end()
    assert len(party.finals) == 1


def test_a_text_is_waited_for_from_six_tenths_of_a_second_and_again_since_the_last() -> None:
    party = Party().speaks(580)
    assert party.utterances.waits == 0
    assert party.speaks(20).utterances.waits == 1_000
    assert party.utterances.so_far() == Utterance(VOICE * 30, False, 0, 600)
    assert party.utterances.waits == 0
    assert party.speaks(300).utterances.waits == 300
    party.rests(600)
    assert party.utterances.waits == 0
    assert party.utterances.so_far() is None


def test_what_was_shown_and_is_given_up_is_taken_back() -> None:
    party = Party().speaks(700).rests(600)
    assert party.utterances.give_up() == 700 + TAIL_MS
    assert party.utterances.give_up() == 0
    assert list(party.utterances.finals) == [Utterance(b"", True, 0, 700)]


def test_times_are_right_although_some_was_left_out() -> None:
    party = Party().speaks(700).rests(600).is_not_heard(4_000).speaks(700).rests(600)
    assert [(began, ended) for began, ended, _ in party.finals] == [(0, 700), (5_300, 6_000)]
