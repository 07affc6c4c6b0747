"""Who has a live transcript, of which calls, whose words, and when nobody may listen."""

import pytest
from msgspec.structs import replace

from connector.domain.commands import (
    Abandon,
    Answer,
    Consult,
    DialEmergency,
    Hold,
    Merge,
    Resume,
    StartMask,
    StopMask,
    Transfer,
)
from connector.domain.directory import Directory
from connector.domain.events import AskRefused, LegAnswered
from connector.domain.model import Contact, Phase, Role
from connector.domain.rules.transcript import Listening, has_transcript, listening
from connector.domain.step import Change
from tests.domain.stage import DIRECTORY, JONAS, SAM, Stage, available, go, on_a_call


def reading(transcript: str = "both", *agents: str) -> Directory:
    """The directory in which these agents (Sam, when none is named) may read along."""
    may = agents or (SAM,)
    people = {key: replace(profile, transcript=key in may) for key, profile in DIRECTORY.agents.items()}
    skills = {key: replace(skill, language="en-US") for key, skill in DIRECTORY.skills.items()}
    settings = replace(DIRECTORY.settings, transcript=transcript)
    return replace(DIRECTORY, agents=people, skills=skills, settings=settings)


def now(stage: Stage, key: str) -> Listening:
    found = listening(stage.contact(key), stage.directory)
    assert found is not None
    return found


def sides(stage: Stage, key: str) -> dict[str, str]:
    return {speaker.side: speaker.name for speaker in now(stage, key).speakers}


@pytest.mark.parametrize(
    ("setting", "agents", "has"), [("both", (SAM,), True), ("", (SAM,), False), ("customer", (JONAS,), False)]
)
def test_only_where_the_administrator_switched_it_on_and_for_whom(
    setting: str, agents: tuple[str, ...], has: bool
) -> None:
    directory = reading(setting, *agents)
    stage, key = on_a_call(directory=directory)
    assert has_transcript(directory, SAM) is has
    assert (listening(stage.contact(key), directory) is not None) is has


def test_nobody_who_is_not_an_agent_has_one() -> None:
    assert not has_transcript(reading(), "somebody")


@pytest.mark.parametrize(
    ("setting", "heard"), [("both", {"agent", "customer"}), ("customer", {"customer"}), ("agent", {"agent"})]
)
def test_the_sides_are_as_configured(setting: str, heard: set[str]) -> None:
    stage, key = on_a_call(directory=reading(setting))
    assert set(sides(stage, key)) == heard
    assert now(stage, key).language == "en-US"
    assert now(stage, key).pause == ""


def test_it_begins_with_the_answer_and_ends_with_the_call() -> None:
    stage = Stage(reading())
    available(stage)
    key = stage.ring_in()
    assert listening(stage.contact(key), stage.directory) is None
    stage, key = on_a_call(directory=reading())
    stage.customer_hangs_up(key)
    assert stage.contact(key).phase is Phase.WRAP_UP
    assert listening(stage.contact(key), stage.directory) is None


def test_a_hold_counts_from_the_order_and_its_end_from_the_switch() -> None:
    stage, key = on_a_call(directory=reading())
    stage.give(Hold(SAM, key))
    assert now(stage, key) == Listening(SAM, "en-US", "hold", ())
    stage.obey()
    assert now(stage, key).pause == "hold"
    stage.give(Resume(SAM, key))
    assert now(stage, key).pause == "hold"
    stage.obey()
    assert now(stage, key).pause == ""
    assert set(sides(stage, key)) == {"agent", "customer"}


def test_a_mask_counts_from_the_order_and_its_end_from_the_switch() -> None:
    stage, key = on_a_call(directory=reading())
    stage.give(StartMask(SAM, key))
    assert now(stage, key) == Listening(SAM, "en-US", "mask", ())
    stage.obey()
    stage.give(StopMask(SAM, key))
    assert now(stage, key).pause == "mask"
    stage.obey()
    assert now(stage, key).pause == ""


def test_a_mask_that_failed_is_one_here() -> None:
    stage, key = on_a_call(directory=reading())
    stage.give(StartMask(SAM, key))
    (ask,) = stage.contact(key).asked
    stage.give(AskRefused(key, ask.id, "refused", stage.now))
    assert stage.contact(key).mask.value == "failed"
    assert now(stage, key).pause == "mask"


def test_a_mask_on_hold_is_still_there_after_it() -> None:
    stage, key = on_a_call(directory=reading())
    go(stage, StartMask(SAM, key))
    go(stage, Hold(SAM, key))
    go(stage, Resume(SAM, key))
    assert now(stage, key).pause == "mask"


def test_what_a_colleague_is_asked_in_private_is_not_heard_for_either() -> None:
    directory = reading("both", SAM, JONAS)
    stage, key = on_a_call(directory=directory)
    available(stage, JONAS)
    go(stage, Consult(SAM, key, "agent", JONAS))
    theirs = _theirs(stage, key)
    assert now(stage, key).pause == "hold"
    assert listening(theirs, directory) is None
    go(stage, Abandon(SAM, key), Resume(SAM, key))
    assert now(stage, key).pause == ""


def test_in_a_conference_each_party_has_a_name() -> None:
    directory = reading("both", SAM, JONAS)
    stage, key = on_a_call(directory=directory)
    available(stage, JONAS)
    go(stage, Consult(SAM, key, "agent", JONAS))
    _answered(stage, key)
    go(stage, Merge(SAM, key))
    assert sides(stage, key) == {"agent": "", "customer": "", "party": "Jonas Weber"}
    theirs = listening(_theirs(stage, key), directory)
    assert theirs is not None
    assert {speaker.side for speaker in theirs.speakers} >= {"agent", "customer"}


def test_after_a_transfer_it_is_the_new_agents() -> None:
    directory = reading("both", SAM, JONAS)
    stage, key = on_a_call(directory=directory)
    available(stage, JONAS)
    go(stage, Consult(SAM, key, "agent", JONAS))
    _answered(stage, key)
    theirs = _theirs(stage, key).key
    go(stage, Transfer(SAM, key))
    assert listening(stage.contact(key), directory) is None
    found = now(stage, theirs)
    assert (found.agent, found.pause) == (JONAS, "")
    assert {speaker.side for speaker in found.speakers} == {"agent", "customer"}


def test_an_emergency_call_has_none() -> None:
    directory = reading()
    stage = Stage(directory)
    available(stage)
    change: Change = stage.give(DialEmergency(SAM, "911"))
    assert change.created is not None
    stage.obey()
    stage.give(LegAnswered(stage.leg(Role.CUSTOMER).id, stage.now))
    contact = stage.contact(change.created)
    assert contact.emergency
    assert contact.phase is Phase.ACTIVE
    assert contact.answered is not None
    assert listening(contact, directory) is None


def _theirs(stage: Stage, key: str) -> Contact:
    consult = stage.contact(key).consult
    found = [contact for contact in stage.floor.contacts.values() if contact.agent == JONAS]
    assert consult is None or found[-1].key == consult.contact
    return found[-1]


def _answered(stage: Stage, key: str) -> None:
    theirs = _theirs(stage, key)
    if theirs.phase is not Phase.ACTIVE:
        go(stage, Answer(JONAS, theirs.key))
