"""Situations with more than a customer and an agent, and what can be asked in them.

`c` is the customer and `a` the leg of Sam, who has them; `j` is Jonas's, who is asked for help in a contact of his own;
`k` is a number's; `c2` and `a2` are those of Sam's second call.
"""

from collections.abc import Callable
from typing import Final

from msgspec import Struct

from connector.domain.effects import (
    Adopt,
    Announce,
    CallParty,
    Connect,
    EndLeg,
    Mix,
    Offer,
    PlaceCall,
    PlayDigits,
    SetRecording,
    SwitchAsk,
)
from connector.domain.model import LegState, Recording
from connector.switch.simulated.faults import Number
from tests.ports.switch_rig import JONAS, LINE, SAM, Rig, fresh
from tests.ports.switch_scenes import held

FRAUD: Final = "+14155550191"
ROSA: Final = "+14155550192"


class Party(Struct):
    """The names of the contacts and their legs; not all of them are there in each situation."""

    contact: str
    request: str
    second: str
    c: str
    a: str
    j: str
    k: str
    c2: str
    a2: str

    def names(self) -> dict[str, str]:
        """Each by its field."""
        return {getattr(self, name): name for name in ("c", "a", "j", "k", "c2", "a2")}

    def contacts(self) -> tuple[str, ...]:
        """Sam's, Jonas's and Sam's second one."""
        return self.contact, self.request, self.second


def cast(contact: str, c: str, a: str) -> Party:
    """Those, and names for all others."""
    return Party(contact, fresh("request"), fresh("second"), c, a, fresh("j"), fresh("k"), fresh("c2"), fresh("a2"))


# --- asks ------------------------------------------------------------------------------------------------------------


def offer_j(s: Party) -> SwitchAsk:
    return Offer(s.request, s.a, s.j, JONAS)


def connect_j(s: Party) -> SwitchAsk:
    return Connect(fresh("ask"), s.request, s.a, s.j)


def call_k(s: Party) -> SwitchAsk:
    return CallParty(fresh("ask"), s.contact, s.k, s.a, FRAUD, LINE)


def park(s: Party) -> SwitchAsk:
    return Mix(fresh("ask"), s.contact, (s.a,), (s.c,))


def ask_j(s: Party) -> SwitchAsk:
    return Mix(fresh("ask"), s.contact, (s.a, s.j), (s.c,))


def ask_k(s: Party) -> SwitchAsk:
    return Mix(fresh("ask"), s.contact, (s.a, s.k), (s.c,))


def swap_j(s: Party) -> SwitchAsk:
    return Mix(fresh("ask"), s.contact, (s.a, s.c), (s.j,))


def merge_j(s: Party) -> SwitchAsk:
    return Mix(fresh("ask"), s.contact, (s.c, s.a, s.j), ())


def merge_all(s: Party) -> SwitchAsk:
    return Mix(fresh("ask"), s.contact, (s.c, s.a, s.j, s.k), ())


def pass_to_j(s: Party) -> SwitchAsk:
    return Mix(fresh("ask"), s.contact, (s.c, s.j), ())


def adopt_c(s: Party) -> SwitchAsk:
    return Adopt(s.c, s.request)


def tones_j(s: Party) -> SwitchAsk:
    return PlayDigits(fresh("ask"), s.request, s.j, "1")


def tones_k(s: Party) -> SwitchAsk:
    return PlayDigits(fresh("ask"), s.contact, s.k, "12#")


def record_request(s: Party) -> SwitchAsk:
    return SetRecording(fresh("ask"), s.request, Recording.ON)


def announce(s: Party) -> SwitchAsk:
    return Announce(fresh("ask"), s.contact, s.c, "closed")


def end_c(s: Party) -> SwitchAsk:
    return EndLeg(fresh("ask"), s.contact, s.c)


def end_a(s: Party) -> SwitchAsk:
    return EndLeg(fresh("ask"), s.contact, s.a)


def end_j(s: Party) -> SwitchAsk:
    return EndLeg(fresh("ask"), s.request, s.j, "declined")


def end_k(s: Party) -> SwitchAsk:
    return EndLeg(fresh("ask"), s.contact, s.k, "no_answer")


PartyAsk = Callable[[Party], SwitchAsk]
PARTY_ASKS: Final[tuple[PartyAsk, ...]] = (
    offer_j,
    connect_j,
    call_k,
    park,
    ask_j,
    ask_k,
    swap_j,
    merge_j,
    merge_all,
    pass_to_j,
    adopt_c,
    tones_j,
    tones_k,
    record_request,
    announce,
    end_c,
    end_a,
    end_j,
    end_k,
)


# --- situations ------------------------------------------------------------------------------------------------------


async def _done(rig: Rig, ask: SwitchAsk, condition: Callable[[dict[str, LegState]], bool]) -> None:
    await rig.switch.ask(ask)
    await rig.until(lambda: condition(rig.heard.legs))
    await rig.settle()


async def alone(rig: Rig) -> Party:
    """The customer is parked, and nobody else is there yet."""
    scene = await held(rig)
    await rig.settle()
    return cast(scene.contact, scene.customer, scene.agent)


async def k_rings(rig: Rig) -> Party:
    """A number that is called for help rings."""
    s = await alone(rig)
    await rig.inflict(Number("0191=no_answer:600"))
    await _done(rig, call_k(s), lambda legs: legs.get(s.k) is LegState.RINGING)
    return s


async def with_k(rig: Rig) -> Party:
    """The agent talks with the number; the customer is parked."""
    s = await alone(rig)
    await rig.inflict(Number("0191=answer:0.02"))
    await _done(rig, call_k(s), lambda legs: legs.get(s.k) is LegState.CONNECTED)
    await rig.switch.ask(ask_k(s))
    await rig.settle()
    return s


async def j_rings(rig: Rig) -> Party:
    """The colleague's phone rings; the customer is parked."""
    s = await alone(rig)
    await _done(rig, offer_j(s), lambda legs: legs.get(s.j) is LegState.RINGING)
    return s


async def with_j(rig: Rig) -> Party:
    """The agents talk; the customer is parked."""
    s = await j_rings(rig)
    await _done(rig, connect_j(s), lambda legs: legs.get(s.j) is LegState.CONNECTED)
    await rig.settle()
    return s


async def three(rig: Rig) -> Party:
    """The customer and both agents hear each other."""
    s = await with_j(rig)
    await _done(rig, merge_j(s), lambda legs: legs[s.c] is LegState.CONNECTED)
    return s


async def apart(rig: Rig) -> Party:
    """Out of the three, Sam has left to talk with a number in private."""
    s = await three(rig)
    await rig.inflict(Number("0191=answer:0.02"))
    await _done(rig, call_k(s), lambda legs: legs.get(s.k) is LegState.CONNECTED)
    await rig.switch.ask(Mix(fresh("ask"), s.contact, (s.a, s.k), ()))
    await rig.settle()
    return s


async def four(rig: Rig) -> Party:
    """The customer, both agents and a number hear each other."""
    s = await apart(rig)
    await rig.switch.ask(merge_all(s))
    await rig.settle()
    return s


async def passed_to_j(rig: Rig) -> Party:
    """The customer talks with the colleague; Sam is out of it."""
    s = await with_j(rig)
    await rig.switch.ask(pass_to_j(s))
    await _done(rig, end_a(s), lambda legs: legs[s.a] is LegState.ENDED)
    return s


async def passed_to_k(rig: Rig) -> Party:
    """The customer talks with the number, and no agent is there any more."""
    s = await with_k(rig)
    await rig.switch.ask(Mix(fresh("ask"), s.contact, (s.c, s.k), ()))
    await _done(rig, end_a(s), lambda legs: legs[s.a] is LegState.ENDED)
    return s


async def second(rig: Rig) -> Party:
    """Sam's first customer is parked, the second talks."""
    s = await alone(rig)
    await rig.inflict(Number("0192=answer:0.02"))
    ask = PlaceCall(fresh("ask"), s.second, s.a2, s.c2, SAM, ROSA, LINE)
    await _done(rig, ask, lambda legs: legs.get(s.c2) is LegState.CONNECTED)
    return s


async def merged(rig: Rig) -> Party:
    """Sam's two customers and Sam hear each other."""
    s = await second(rig)
    await rig.switch.ask(Mix(fresh("ask"), s.contact, (s.a, s.c, s.c2), ()))
    await _done(rig, EndLeg(fresh("ask"), s.second, s.a2), lambda legs: legs[s.a2] is LegState.ENDED)
    return s


async def j_called(rig: Rig) -> Party:
    """Sam has called Jonas, whose phone rings; there is no customer."""
    s = cast(fresh("contact"), fresh("c"), fresh("a"))
    ask = PlaceCall(fresh("ask"), s.contact, s.a, s.j, SAM, JONAS, LINE)
    await _done(rig, ask, lambda legs: legs.get(s.a) is LegState.CONNECTED)
    await _done(rig, offer_j(s), lambda legs: legs.get(s.j) is LegState.RINGING)
    return s


async def colleagues(rig: Rig) -> Party:
    """Sam has called Jonas, and they talk."""
    s = await j_called(rig)
    await _done(rig, connect_j(s), lambda legs: legs[s.j] is LegState.CONNECTED)
    await rig.settle()
    return s


PARTY_SCENES: Final = {
    scene.__name__: scene
    for scene in (
        alone,
        k_rings,
        with_k,
        j_rings,
        with_j,
        three,
        apart,
        four,
        passed_to_j,
        passed_to_k,
        second,
        merged,
        j_called,
        colleagues,
    )
}
