"""Situations at a switch, what can be asked in each, and what follows by the contract."""

from collections.abc import Callable
from typing import Final

from connector.domain.effects import (
    Adopt,
    Connect,
    EndLeg,
    Mix,
    Offer,
    PlaceCall,
    PlayDigits,
    SetMute,
    SetRecording,
    SwitchAsk,
)
from connector.domain.model import LegState, Recording
from connector.switch.simulated.faults import Number
from tests.ports.switch_rig import JONAS, LINE, SAM, Rig, Scene, fresh

# --- situations ------------------------------------------------------------------------------------------------------


async def waiting(rig: Rig) -> Scene:
    """A customer waits; no phone rings yet."""
    scene = Scene(fresh("contact"), await rig.ring(), fresh("agent"), fresh("other"))
    await rig.until(lambda: scene.customer in rig.heard.legs)
    await rig.switch.ask(Adopt(scene.customer, scene.contact))
    return scene


async def ringing(rig: Rig) -> Scene:
    """The agent's phone rings."""
    scene = await waiting(rig)
    await rig.switch.ask(Offer(scene.contact, scene.customer, scene.agent, SAM))
    await rig.until(lambda: rig.heard.legs.get(scene.agent) is LegState.RINGING)
    return scene


async def talking(rig: Rig) -> Scene:
    """Customer and agent talk."""
    scene = await ringing(rig)
    await rig.switch.ask(connect(scene))
    await rig.until(lambda: rig.heard.legs.get(scene.customer) is LegState.CONNECTED)
    return scene


async def held(rig: Rig) -> Scene:
    """The customer is parked."""
    scene = await talking(rig)
    await rig.switch.ask(hold(scene))
    await rig.until(lambda: rig.heard.legs.get(scene.customer) is LegState.HELD)
    return scene


async def left_on_hold(rig: Rig) -> Scene:
    """The customer is parked and the agent's phone is gone."""
    scene = await held(rig)
    await rig.hang_up(scene.agent)
    await rig.until(lambda: rig.heard.legs.get(scene.agent) is LegState.ENDED)
    return scene


async def over(rig: Rig) -> Scene:
    """They talked, and the customer hung up."""
    scene = await talking(rig)
    await rig.hang_up(scene.customer)
    await rig.until(lambda: rig.heard.legs.get(scene.agent) is LegState.ENDED)
    return scene


async def calling(rig: Rig) -> Scene:
    """The agent has called a number, and it rings."""
    scene = Scene(fresh("contact"), fresh("customer"), fresh("agent"), fresh("other"))
    await rig.inflict(Number("0182=no_answer:600"))
    await rig.switch.ask(place(scene))
    await rig.until(lambda: rig.heard.legs.get(scene.customer) is LegState.RINGING)
    return scene


SCENES: Final = {scene.__name__: scene for scene in (waiting, ringing, talking, held, left_on_hold, over, calling)}


# --- asks ------------------------------------------------------------------------------------------------------------


def adopt(s: Scene) -> SwitchAsk:
    return Adopt(s.customer, s.contact)


def offer(s: Scene) -> SwitchAsk:
    return Offer(s.contact, s.customer, s.agent, SAM)


def offer_other(s: Scene) -> SwitchAsk:
    return Offer(s.contact, s.customer, s.other, JONAS)


def connect(s: Scene) -> SwitchAsk:
    return Connect(fresh("ask"), s.contact, s.customer, s.agent)


def place(s: Scene) -> SwitchAsk:
    return PlaceCall(fresh("ask"), s.contact, s.agent, s.customer, SAM, "+14155550182", LINE)


def hold(s: Scene) -> SwitchAsk:
    return Mix(fresh("ask"), s.contact, (s.agent,), (s.customer,))


def resume(s: Scene) -> SwitchAsk:
    return Mix(fresh("ask"), s.contact, (s.agent, s.customer), ())


def mute(s: Scene) -> SwitchAsk:
    return SetMute(fresh("ask"), s.contact, s.agent, True)


def unmute(s: Scene) -> SwitchAsk:
    return SetMute(fresh("ask"), s.contact, s.agent, False)


def digits(s: Scene) -> SwitchAsk:
    return PlayDigits(fresh("ask"), s.contact, s.customer, "12#")


def record(s: Scene) -> SwitchAsk:
    return SetRecording(fresh("ask"), s.contact, Recording.ON)


def pause(s: Scene) -> SwitchAsk:
    return SetRecording(fresh("ask"), s.contact, Recording.PAUSED)


def stop(s: Scene) -> SwitchAsk:
    return SetRecording(fresh("ask"), s.contact, Recording.OFF)


def end_customer(s: Scene) -> SwitchAsk:
    return EndLeg(fresh("ask"), s.contact, s.customer)


def end_agent(s: Scene) -> SwitchAsk:
    return EndLeg(fresh("ask"), s.contact, s.agent)


Ask = Callable[[Scene], SwitchAsk]
ASKS: Final[tuple[Ask, ...]] = (
    adopt,
    offer,
    offer_other,
    connect,
    place,
    hold,
    resume,
    mute,
    unmute,
    digits,
    record,
    pause,
    stop,
    end_customer,
    end_agent,
)

_NO_LEG = "refused no_such_leg"
_EARLY = "refused not_answered"

WHAT_FOLLOWS: Final[dict[str, dict[Ask, tuple[str, ...]]]] = {
    "waiting": {
        adopt: (),
        offer: ("ringing agent",),
        offer_other: ("ringing other",),
        connect: ("ended agent normal", _NO_LEG),
        place: ("ended agent failed", "ringing customer"),
        hold: ("ended agent normal", _NO_LEG),
        resume: ("ended agent normal", _NO_LEG),
        mute: ("ended agent normal", _NO_LEG),
        unmute: ("ended agent normal", _NO_LEG),
        digits: (_EARLY,),
        record: (_EARLY,),
        pause: (_EARLY,),
        stop: ("recording off",),
        end_customer: ("ended customer cancelled",),
        end_agent: ("ended agent normal",),
    },
    "ringing": {
        adopt: (),
        offer: ("ringing agent",),
        offer_other: ("ringing other",),
        connect: ("answered agent", "answered customer"),
        place: ("ringing agent", "ringing customer"),
        hold: (_EARLY,),
        resume: (_EARLY,),
        mute: (_EARLY,),
        unmute: (_EARLY,),
        digits: (_EARLY,),
        record: (_EARLY,),
        pause: (_EARLY,),
        stop: ("recording off",),
        end_customer: ("ended customer cancelled", "ended agent cancelled"),
        end_agent: ("ended agent cancelled",),
    },
    "talking": {
        adopt: (),
        offer: ("answered agent",),
        offer_other: ("ringing other",),
        connect: ("answered agent", "answered customer", "mixed customer agent"),
        place: ("answered agent", "answered customer"),
        hold: ("held customer", "resumed agent"),
        resume: ("resumed agent", "resumed customer", "mixed agent customer"),
        mute: ("muted agent",),
        unmute: ("unmuted agent",),
        digits: (),
        record: ("recording on",),
        pause: ("recording paused",),
        stop: ("recording off",),
        end_customer: ("ended customer normal", "ended agent normal"),
        end_agent: ("ended agent normal", "ended customer normal"),
    },
    "held": {
        adopt: (),
        offer: ("answered agent",),
        offer_other: ("ringing other",),
        connect: ("answered agent", "resumed customer", "mixed customer agent"),
        place: ("answered agent", "held customer"),
        hold: ("held customer", "resumed agent"),
        resume: ("resumed customer", "resumed agent", "mixed agent customer"),
        mute: ("muted agent",),
        unmute: ("unmuted agent",),
        digits: ("refused held",),
        record: ("recording on",),
        pause: ("recording paused",),
        stop: ("recording off",),
        end_customer: ("ended customer normal", "ended agent normal"),
        end_agent: ("ended agent normal",),
    },
    "left_on_hold": {
        adopt: (),
        offer: ("ended agent normal",),
        offer_other: ("ringing other",),
        connect: ("ended agent normal", _NO_LEG),
        place: ("ended agent normal", "held customer"),
        hold: ("ended agent normal", _NO_LEG),
        resume: ("ended agent normal", _NO_LEG),
        mute: ("ended agent normal", _NO_LEG),
        unmute: ("ended agent normal", _NO_LEG),
        digits: ("refused held",),
        record: ("recording on",),
        pause: ("recording paused",),
        stop: ("recording off",),
        end_customer: ("ended customer normal",),
        end_agent: ("ended agent normal",),
    },
    "over": {
        adopt: ("ended customer normal",),
        offer: ("ended agent normal",),
        offer_other: ("ended customer normal", "ended other cancelled"),
        connect: ("ended agent normal", "ended customer normal", _NO_LEG),
        place: ("ended agent normal", "ended customer normal"),
        hold: ("ended customer normal", "ended agent normal", _NO_LEG),
        resume: ("ended agent normal", "ended customer normal", _NO_LEG),
        mute: ("ended agent normal", _NO_LEG),
        unmute: ("ended agent normal", _NO_LEG),
        digits: ("ended customer normal", _NO_LEG),
        record: ("refused no_such_contact",),
        pause: ("refused no_such_contact",),
        stop: ("recording off",),
        end_customer: ("ended customer normal",),
        end_agent: ("ended agent normal",),
    },
    "calling": {
        adopt: (),
        offer: ("answered agent",),
        offer_other: ("ringing other",),
        connect: (_EARLY,),
        place: ("answered agent", "ringing customer"),
        hold: (_EARLY,),
        resume: (_EARLY,),
        mute: ("muted agent",),
        unmute: ("unmuted agent",),
        digits: (_EARLY,),
        record: (_EARLY,),
        pause: (_EARLY,),
        stop: ("recording off",),
        end_customer: ("ended customer cancelled", "ended agent normal"),
        end_agent: ("ended agent normal", "ended customer cancelled"),
    },
}
"""By hand, for each situation and ask: all that is told, in order."""
