"""What is on offer in every situation, and why the rest is not: a table written by hand.

A row of the table is a situation, what can be done then, and for each control that is shown and cannot be used, why.
"""

from collections.abc import Callable

import pytest
from msgspec.structs import replace

from connector.domain.commands import (
    Answer,
    ContactCommand,
    Dial,
    End,
    Hold,
    LogOut,
    Mute,
    Resume,
    SaveDraft,
    SetState,
    StartMask,
    StartRecord,
)
from connector.domain.directory import RecordingMode
from connector.domain.effects import Connect
from connector.domain.events import AskRefused, LegAnswered, LegRinging, PhoneChanged, TaskRefused
from connector.domain.model import Agent, AgentState, Phase, Role
from connector.domain.rules.allowed import RULES, controls, shown, why_not
from connector.domain.rules.allowed_agents import agent_controls
from tests.domain.stage import (
    BILLING_LINE,
    DIRECTORY,
    JONAS,
    MIA,
    SAM,
    Stage,
    available,
    dialling,
    go,
    on_a_call,
    with_skill,
    wrapping_up,
)

Order = Callable[[str, str], ContactCommand]


def offered() -> Stage:
    stage = Stage()
    available(stage)
    stage.ring_in()
    return stage


def ringing() -> Stage:
    stage = offered()
    stage.obey()
    return stage


def answering() -> Stage:
    stage = ringing()
    stage.give(Answer(SAM, stage.contact().key))
    return stage


def phone_lifted() -> Stage:
    """The agent's phone is connected, the customer's is not yet."""
    stage = ringing()
    stage.give(LegAnswered(stage.leg(Role.AGENT).id, stage.now))
    assert any(isinstance(ask, Connect) for ask in stage.asks)
    return stage


def live(*orders: Order, skill: str = "", asked: Order | None = None) -> Stage:
    """A call of Sam's, after these orders; `asked`: one more that the switch has not carried out yet."""
    directory = with_skill("support", recording=RecordingMode(skill)) if skill else DIRECTORY
    stage, key = on_a_call(directory=directory)
    for order in orders:
        go(stage, order(SAM, key))
    if asked is not None:
        stage.give(asked(SAM, key))
    return stage


def mask_failed() -> Stage:
    stage = live(StartRecord, asked=StartMask)
    (ask,) = stage.contact().asked
    stage.asks.clear()
    stage.give(AskRefused(stage.contact().key, ask.id, "no_recorder", stage.now))
    return stage


def dialled() -> Stage:
    stage = Stage()
    available(stage)
    stage.give(Dial(SAM, MIA))
    return stage


def outbound_ringing() -> Stage:
    return dialling()[0]


def outbound_talking() -> Stage:
    stage, key = dialling()
    stage.give(LegAnswered(stage.leg(Role.CUSTOMER, key).id, stage.now))
    return stage


def wrap_up() -> Stage:
    return wrapping_up()[0]


def disposition_needed() -> Stage:
    return wrapping_up(BILLING_LINE)[0]


def overtime() -> Stage:
    stage = disposition_needed()
    stage.pass_time(60_000)
    assert stage.contact().overtime
    return stage


def disposition_given() -> Stage:
    stage = overtime()
    stage.give(SaveDraft(SAM, stage.contact().key, "disposition", 1, text="Refunded"))
    return stage


def attention() -> Stage:
    stage = wrap_up()
    stage.give(TaskRefused(stage.contact().key, 1, "STRING_TOO_LONG", "Subject", "Subject: data value too large"))
    return stage


def switch_down(situation: Callable[[], Stage]) -> Callable[[], Stage]:
    def without_switch() -> Stage:
        stage = situation()
        stage.floor.switch_up = False
        return stage

    return without_switch


ALONE = " abandon:no_consult merge:no_consult transfer:no_consult swap:no_other_call drop:no_conference"
"""What two people alone have no use for."""

TALK = "end hold mute digits record mask consult"
"""What can be done in a plain call."""

TALK_NOT = "resume:not_held unmute:not_muted stop_record:not_recording unmask:not_masked" + ALONE
ALL_LIVE = "end hold resume mute unmute digits record stop_record mask unmask consult abandon merge transfer swap drop"

TABLE: dict[str, tuple[Callable[[], Stage], str, str]] = {
    "offered, not ringing yet": (offered, "answer decline", ""),
    "ringing": (ringing, "answer decline", ""),
    "answering": (answering, "", "answer:pending decline:pending"),
    "phone lifted": (
        phone_lifted,
        "end mute",
        (
            "hold:not_answered resume:not_held unmute:not_muted digits:not_answered record:not_answered"
            f" stop_record:not_answered mask:not_answered unmask:not_answered consult:not_answered{ALONE}"
        ),
    ),
    "live": (live, TALK, TALK_NOT),
    "live, recording": (
        lambda: live(StartRecord),
        "end hold mute digits stop_record mask consult",
        f"resume:not_held unmute:not_muted record:recording unmask:not_masked{ALONE}",
    ),
    "live, recording is asked for": (
        lambda: live(asked=StartRecord),
        "end hold mute digits mask consult",
        f"resume:not_held unmute:not_muted record:pending stop_record:not_recording unmask:not_masked{ALONE}",
    ),
    "live, always recorded": (
        lambda: live(skill="always"),
        "end hold mute digits mask consult",
        (
            "resume:not_held unmute:not_muted record:recording_always stop_record:recording_always"
            f" unmask:not_masked{ALONE}"
        ),
    ),
    "live, never recorded": (
        lambda: live(skill="never"),
        "end hold mute digits mask consult",
        f"resume:not_held unmute:not_muted record:recording_never stop_record:recording_never unmask:not_masked{ALONE}",
    ),
    "muted": (
        lambda: live(Mute),
        "end hold unmute digits record mask consult",
        f"resume:not_held mute:muted stop_record:not_recording unmask:not_masked{ALONE}",
    ),
    "mute is asked for": (
        lambda: live(asked=Mute),
        "end hold digits record mask consult",
        f"mute:pending resume:not_held unmute:not_muted stop_record:not_recording unmask:not_masked{ALONE}",
    ),
    "hold is asked for": (
        lambda: live(asked=Hold),
        "end mute consult",
        (
            "hold:pending resume:not_held unmute:not_muted digits:pending record:pending"
            f" stop_record:not_recording mask:pending unmask:not_masked{ALONE}"
        ),
    ),
    "held": (
        lambda: live(Hold),
        "resume mute consult",
        f"end:held hold:held unmute:not_muted digits:held record:held stop_record:held mask:held unmask:held{ALONE}",
    ),
    "held and muted": (
        lambda: live(Mute, Hold),
        "resume unmute consult",
        f"end:held hold:held mute:muted digits:held record:held stop_record:held mask:held unmask:held{ALONE}",
    ),
    "held, resume is asked for": (
        lambda: live(Hold, asked=Resume),
        "mute",
        (
            "end:held hold:held resume:pending unmute:not_muted digits:held record:held stop_record:held"
            f" mask:held unmask:held consult:pending{ALONE}"
        ),
    ),
    "masked": (
        lambda: live(StartRecord, StartMask),
        "end hold mute digits unmask consult",
        f"resume:not_held unmute:not_muted record:masked stop_record:masked mask:masked{ALONE}",
    ),
    "masked and always recorded": (
        lambda: live(StartMask, skill="always"),
        "end hold mute digits unmask consult",
        f"resume:not_held unmute:not_muted record:recording_always stop_record:recording_always mask:masked{ALONE}",
    ),
    "masked and held": (
        lambda: live(StartMask, Hold),
        "resume mute consult",
        f"end:held hold:held unmute:not_muted digits:held record:held stop_record:held mask:held unmask:held{ALONE}",
    ),
    "mask failed": (
        mask_failed,
        "end hold mute digits stop_record mask consult",
        f"resume:not_held unmute:not_muted record:recording unmask:not_masked{ALONE}",
    ),
    "end is asked for": (
        lambda: live(asked=End),
        "",
        (
            "end:pending hold:pending resume:not_held mute:pending unmute:not_muted digits:pending record:pending"
            f" stop_record:not_recording mask:pending unmask:not_masked consult:pending{ALONE}"
        ),
    ),
    "dialled": (
        dialled,
        "end",
        (
            "hold:not_answered resume:not_held mute:phone_ringing unmute:not_muted digits:not_answered"
            " record:not_answered stop_record:not_answered mask:not_answered unmask:not_answered"
            f" consult:not_answered{ALONE}"
        ),
    ),
    "outbound, ringing": (
        outbound_ringing,
        "end mute",
        (
            "hold:not_answered resume:not_held unmute:not_muted digits:not_answered record:not_answered"
            f" stop_record:not_answered mask:not_answered unmask:not_answered consult:not_answered{ALONE}"
        ),
    ),
    "outbound, talking": (outbound_talking, TALK, TALK_NOT),
    "wrap-up": (wrap_up, "done", "save_again:nothing_to_save extend:no_extension"),
    "wrap-up, a disposition is needed": (
        disposition_needed,
        "",
        "done:disposition_required save_again:nothing_to_save extend:no_extension",
    ),
    "wrap-up is over but for a disposition": (
        overtime,
        "",
        "done:disposition_required save_again:nothing_to_save extend:no_extension",
    ),
    "the disposition is given": (disposition_given, "done", "save_again:nothing_to_save extend:no_extension"),
    "needs attention": (attention, "done save_again", "extend:no_extension"),
    "ringing, switch down": (switch_down(ringing), "", "answer:switch_down decline:switch_down"),
    "live, switch down": (
        switch_down(live),
        "",
        " ".join(f"{name}:switch_down" for name in ALL_LIVE.split()),
    ),
    "needs attention, switch down": (switch_down(attention), "done save_again", "extend:no_extension"),
}


@pytest.mark.parametrize("situation", list(TABLE))
def test_controls_of_a_contact(situation: str) -> None:
    make, can, cannot = TABLE[situation]
    expected: dict[str, str | None] = dict.fromkeys(can.split())
    for pair in cannot.split():
        name, why = pair.split(":")
        expected[name] = why
    stage = make()
    contact = stage.contact()
    assert expected, "every situation has controls"
    assert controls(stage.floor, contact, stage.directory) == expected
    assert set(expected) == {rule.__name__ for rule in shown(contact)}


def test_an_order_out_of_its_phase_is_not_now() -> None:
    for stage, phase in ((ringing(), Phase.OFFERED), (live(), Phase.ACTIVE), (wrap_up(), Phase.WRAP_UP)):
        contact = stage.contact()
        others = set(RULES) - {rule.__name__ for rule in shown(contact)}
        assert contact.phase is phase
        assert {why_not(stage.floor, contact, stage.directory, name) for name in others} == {"not_now"}


def test_always_recorded_but_no_recording_says_why_it_cannot_be_started() -> None:
    stage = ringing()
    key = stage.contact().key
    stage.directory = with_skill("support", recording=RecordingMode.ALWAYS)
    stage.give(Answer(SAM, key))
    agent, customer = stage.leg(Role.AGENT).id, stage.leg(Role.CUSTOMER).id
    stage.give(LegAnswered(agent, stage.now))
    stage.give(LegAnswered(customer, stage.now))
    assert controls(stage.floor, stage.contact(), stage.directory)["record"] == "recording_always"


def set_unavailable(stage: Stage) -> Stage:
    stage.give(SetState(SAM, AgentState.UNAVAILABLE, "Lunch"))
    return stage


def idle() -> Stage:
    stage = Stage()
    available(stage)
    return stage


def logged_out_again() -> Stage:
    stage = idle()
    stage.give(LogOut(SAM))
    return stage


def no_phone() -> Stage:
    stage = idle()
    stage.give(PhoneChanged("2041", False))
    return stage


def no_outbound_skill() -> Stage:
    stage = idle()
    sam = replace(DIRECTORY.agents[SAM], skills={"billing": 5})
    stage.directory = replace(DIRECTORY, agents={**DIRECTORY.agents, SAM: sam})
    return stage


def not_in_the_directory() -> Stage:
    stage = idle()
    stage.directory = replace(DIRECTORY, agents={JONAS: DIRECTORY.agents[JONAS]})
    return stage


AGENTS: dict[str, tuple[Callable[[], Stage], str, str]] = {
    "never seen": (Stage, "set_state dial_emergency", "log_out:logged_out dial:logged_out"),
    "logged out": (logged_out_again, "set_state dial_emergency", "log_out:logged_out dial:logged_out"),
    "available": (idle, "set_state log_out dial dial_emergency", ""),
    "unavailable": (lambda: set_unavailable(idle()), "set_state log_out dial dial_emergency", ""),
    "offered": (ringing, "set_state dial_emergency", "log_out:live_contact dial:live_call"),
    "live": (live, "set_state dial_emergency", "log_out:live_contact dial:hold_first"),
    "held": (lambda: live(Hold), "set_state dial dial_emergency", "log_out:live_contact"),
    "outbound ringing": (outbound_ringing, "set_state dial_emergency", "log_out:live_contact dial:live_call"),
    "wrap-up": (wrap_up, "set_state dial dial_emergency", "log_out:wrap_up"),
    "wrap-up, a state is chosen": (
        lambda: set_unavailable(wrap_up()),
        "set_state dial dial_emergency",
        "log_out:wrap_up",
    ),
    "no phone": (no_phone, "set_state log_out", "dial:no_phone dial_emergency:no_phone"),
    "switch down": (switch_down(idle), "set_state log_out", "dial:switch_down dial_emergency:switch_down"),
    "no outbound skill": (no_outbound_skill, "set_state log_out dial_emergency", "dial:no_outbound_skill"),
    "not in the directory (any more)": (
        not_in_the_directory,
        "log_out",
        "set_state:unknown_agent dial:no_outbound_skill dial_emergency:unknown_agent",
    ),
}


@pytest.mark.parametrize("situation", list(AGENTS))
def test_controls_of_an_agent(situation: str) -> None:
    make, can, cannot = AGENTS[situation]
    expected: dict[str, str | None] = dict.fromkeys(can.split())
    for pair in cannot.split():
        name, why = pair.split(":")
        expected[name] = why
    stage = make()
    agent = stage.floor.agents.get(SAM) or Agent(SAM)
    found = agent_controls(stage.floor, stage.directory, agent)
    assert found == expected


def test_digits_and_ringing_news_do_not_change_what_is_on_offer() -> None:
    stage = outbound_ringing()
    before = controls(stage.floor, stage.contact(), stage.directory)
    stage.give(LegRinging(stage.leg(Role.CUSTOMER).id, stage.now))
    assert controls(stage.floor, stage.contact(), stage.directory) == before
