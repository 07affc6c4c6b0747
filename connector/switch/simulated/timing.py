"""How long things take at the simulated switch."""

from typing import Final

from msgspec import Struct


class Timing(Struct, frozen=True):
    """How long things take, in ms: about what a private network and a public one behind it need.

    `ask` an ask until it is carried out; `ring` a phone of ours until it rings; `pick_up` and `auto_answer` until it is
    answered, for an offer and for a call that the agent places; `bridge` from the answer of the phone until the other
    side hears it; `dial` until a called number rings or turns out busy; `follow` until the leg of the one who is left
    ends; `digit` one tone with its pause; `announce` what a caller is
    told who cannot be taken, or all are told who are to be recorded; `answering_point` until
    an emergency call is answered.
    """

    ask: int = 6
    ring: int = 120
    pick_up: int = 80
    auto_answer: int = 150
    bridge: int = 8
    dial: int = 900
    follow: int = 20
    digit: int = 160
    announce: int = 2_000
    answering_point: int = 1_000

    def faster(self, times: float) -> "Timing":
        """The same, `times` times as fast."""
        return Timing(*(int(getattr(self, name) / times) for name in self.__struct_fields__))


USUAL: Final = Timing()
