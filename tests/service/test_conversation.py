"""The live transcript: who is listened to, what is remembered and told, and that nothing of a pause ever is."""

import asyncio
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
import pytest_asyncio
from msgspec.structs import replace

from connector.domain.commands import Abandon, Answer, Consult, Hold, Merge, Resume, StartMask, StopMask, Transfer
from connector.domain.directory import Directory
from connector.domain.model import Contact, Role
from connector.errors import RecognizerBusy, RecognizerUnavailable
from connector.service.clock import ManualClock
from connector.service.conversation import AGAIN, Conversations, News, Over, Update
from connector.service.said import LONGEST, MOST, Memory, Pause, Segment
from tests.domain.stage import JONAS, SAM, Stage, available, go, on_a_call
from tests.domain.test_transcript import reading
from tests.ports.spoken import Spoken

MIA_LEG = "in-1"


@dataclass
class Scene:
    """Sam talks to Mia, and reads along."""

    stage: Stage
    key: str
    clock: ManualClock = field(default_factory=ManualClock)
    spoken: Spoken = field(default_factory=Spoken)
    told: list[News] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.conversations = Conversations(
            clock=self.clock,
            directory=lambda: self.stage.directory,
            recognizer=self.spoken,
            audio=self.spoken,
            tell=self.told.append,
        )

    @property
    def mine(self) -> str:
        return self.stage.leg(Role.AGENT, self.key).id

    async def follow(self) -> None:
        """What has changed is told, and whoever listens has begun to."""
        self.conversations.follow(list(self.stage.floor.contacts.values()))
        await self.turn()

    async def turn(self) -> None:
        for _ in range(10):
            await asyncio.sleep(0)

    async def do(self, *commands: object) -> None:
        for command in commands:
            go(self.stage, command)  # type: ignore[arg-type]  # commands all
            await self.follow()

    async def say(self, leg: str, text: str, final: bool = False, **times: int) -> None:
        self.spoken.say(leg, text, final, **times)
        await self.turn()

    def shown(self, agent: str = SAM) -> list[str]:
        """What a panel that comes now is shown, in short."""
        (update,) = self.conversations.of(agent)
        return [item.why if isinstance(item, Pause) else f"{item.side}: {item.text}" for item in update.items]

    @property
    def last(self) -> Update:
        last = self.told[-1]
        assert isinstance(last, Update)
        return last


@pytest_asyncio.fixture
async def scene() -> AsyncIterator[Scene]:
    made = Scene(*on_a_call(directory=reading("both", SAM, JONAS)))
    await made.follow()
    yield made
    await made.conversations.stop()


async def test_a_partial_text_settles_under_one_id(scene: Scene) -> None:
    began = scene.clock.now()
    await scene.say(MIA_LEG, "I was charged", ended=800)
    await scene.say(MIA_LEG, "I was charged twice", final=True, began=100, ended=1_500)
    first, second = [update.items[0] for update in scene.told[1:] if isinstance(update, Update)]
    assert first == Segment("1", MIA_LEG, "customer", "", "I was charged", False, began, began + 800, 1)
    assert second == Segment("1", MIA_LEG, "customer", "", "I was charged twice", True, began + 100, began + 1_500, 2)
    await scene.say(MIA_LEG, "for one invoice")
    assert scene.shown() == ["customer: I was charged twice", "customer: for one invoice"]


async def test_both_sides_are_heard_apart_in_the_skills_language(scene: Scene) -> None:
    await scene.say(MIA_LEG, "Which")
    await scene.say(scene.mine, "The one of May", final=True)
    await scene.say(MIA_LEG, "Which invoice?", final=True)
    assert scene.shown() == ["customer: Which invoice?", "agent: The one of May"]
    assert {language for _, language in scene.spoken.reached} == {"en-US"}


async def test_a_call_begins_with_an_empty_conversation_and_ends_forgotten(scene: Scene) -> None:
    assert scene.told == [Update(SAM, scene.key, "live", (), whole=True)]
    await scene.say(MIA_LEG, "Goodbye")
    scene.stage.customer_hangs_up(scene.key)
    await scene.follow()
    assert scene.told[-1] == Over(SAM, scene.key)
    assert scene.conversations.of(SAM) == ()
    assert scene.spoken.listened == set()
    heard = len(scene.told)
    await scene.say(MIA_LEG, "Is anybody there?", final=True)
    assert len(scene.told) == heard


@pytest.mark.parametrize(
    ("begin", "end", "why"), [(Hold, Resume, "hold"), (StartMask, StopMask, "mask")], ids=["hold", "mask"]
)
async def test_nothing_of_a_pause_reaches_the_recognizer_and_what_was_open_is_dropped(
    scene: Scene, begin: type[Hold | StartMask], end: type[Resume | StopMask], why: str
) -> None:
    await scene.say(MIA_LEG, "Kept", final=True)
    await scene.say(MIA_LEG, "My card is four")
    await scene.say(scene.mine, "One mo")
    scene.stage.give(begin(SAM, scene.key))
    # The order is enough, and what was said in the same moment counts as said in the pause.
    scene.spoken.say(MIA_LEG, "four four seven", final=True)
    scene.conversations.follow([scene.stage.contact(scene.key)])
    paused_at = scene.clock.now()
    assert scene.last.dropped == ("2", "3")
    assert scene.last.status == "paused"
    assert scene.last.items == (Pause("4", why, paused_at),)
    await scene.turn()
    assert scene.spoken.listened == set()
    scene.stage.obey()
    await scene.follow()
    scene.clock.advance(42_000)
    await scene.say(MIA_LEG, "seven seven", final=True)
    assert scene.shown() == ["customer: Kept", why]
    await scene.do(end(SAM, scene.key))
    assert scene.last.status == "live"
    assert scene.last.items == (Pause("4", why, paused_at, paused_at + 42_000),)
    await scene.say(MIA_LEG, "Thank you", final=True)
    assert scene.shown() == ["customer: Kept", why, "customer: Thank you"]
    assert [text for text, _ in scene.spoken.reached] == ["Kept", "My card is four", "One mo", "Thank you"]


async def test_a_hold_while_masked_is_one_stretch(scene: Scene) -> None:
    await scene.do(StartMask(SAM, scene.key), Hold(SAM, scene.key), Resume(SAM, scene.key))
    assert scene.shown() == ["mask"]
    await scene.do(StopMask(SAM, scene.key), Hold(SAM, scene.key))
    assert scene.shown() == ["mask", "hold"]


async def test_in_a_conference_the_third_one_has_a_name(scene: Scene) -> None:
    available(scene.stage, JONAS)
    await scene.do(Consult(SAM, scene.key, "agent", JONAS))
    consult = scene.stage.contact(scene.key).consult
    assert consult is not None
    await scene.do(Answer(JONAS, consult.contact), Merge(SAM, scene.key))
    await scene.say(consult.leg, "Jonas here", final=True)
    (update,) = scene.conversations.of(SAM)
    said = update.items[-1]
    assert isinstance(said, Segment)
    assert (said.side, said.name, said.text) == ("party", "Jonas Weber", "Jonas here")


async def test_who_leaves_a_conference_has_said_what_they_said(scene: Scene) -> None:
    await scene.say(scene.mine, "I will be")
    contact = scene.stage.contact(scene.key)
    rest = tuple(leg for leg in contact.legs if leg.id != scene.mine)
    gone = replace(contact, legs=(*rest, replace(contact.legs[-1], id="another")))
    assert scene.mine not in [leg.id for leg in gone.legs]
    scene.conversations.follow([gone])
    (said,) = scene.last.items
    assert isinstance(said, Segment)
    assert (said.text, said.final, said.revision) == ("I will be", True, 2)


async def test_after_a_transfer_the_new_agent_sees_from_then_on(scene: Scene) -> None:
    available(scene.stage, JONAS)
    await scene.say(MIA_LEG, "For Sam only", final=True)
    await scene.do(Consult(SAM, scene.key, "agent", JONAS))
    consult = scene.stage.contact(scene.key).consult
    assert consult is not None
    await scene.do(Answer(JONAS, consult.contact))
    assert scene.conversations.of(JONAS) == ()
    await scene.do(Transfer(SAM, scene.key))
    assert Over(SAM, scene.key) in scene.told
    assert scene.shown(JONAS) == []
    await scene.say(MIA_LEG, "Hello Jonas", final=True)
    assert scene.shown(JONAS) == ["customer: Hello Jonas"]
    assert scene.conversations.of(SAM) == ()


async def test_an_abandoned_consult_leaves_it_as_it_was(scene: Scene) -> None:
    available(scene.stage, JONAS)
    await scene.say(MIA_LEG, "One", final=True)
    await scene.do(Consult(SAM, scene.key, "agent", JONAS), Abandon(SAM, scene.key), Resume(SAM, scene.key))
    await scene.say(MIA_LEG, "Two", final=True)
    assert scene.shown() == ["customer: One", "hold", "customer: Two"]


async def test_it_goes_when_the_administrator_takes_it_away(scene: Scene) -> None:
    await scene.say(MIA_LEG, "One", final=True)
    scene.stage.directory = reading("")
    await scene.follow()
    assert scene.told[-1] == Over(SAM, scene.key)
    assert scene.spoken.listened == set()


async def test_a_side_that_is_not_wanted_any_more_is_not_heard(scene: Scene) -> None:
    scene.stage.directory = reading("customer")
    await scene.follow()
    assert scene.spoken.listened == {MIA_LEG}


async def test_a_recognizer_that_is_away_is_told_and_comes_back_by_itself(
    scene: Scene, caplog: pytest.LogCaptureFixture
) -> None:
    await scene.say(MIA_LEG, "Kept", final=True)
    scene.spoken.fault = RecognizerUnavailable("The recognizer does not answer.")
    await scene.say(MIA_LEG, "Lost")
    assert scene.last == Update(SAM, scene.key, "failed", ())
    assert "The recognizer does not answer." in caplog.text
    for pause in (*AGAIN, AGAIN[-1]):
        before = scene.spoken.asked
        scene.clock.advance(pause - 1)
        await scene.turn()
        assert scene.spoken.asked == before
        scene.clock.advance(1)
        await scene.turn()
        assert scene.spoken.asked == before + 1
    scene.spoken.fault = None
    scene.clock.advance(AGAIN[-1])
    await scene.turn()
    await scene.say(MIA_LEG, "Again", final=True)
    assert [update.status for update in scene.told if isinstance(update, Update)][-2:] == ["live", "live"]
    assert scene.shown() == ["customer: Kept", "customer: Again"]


async def test_what_was_open_when_it_failed_was_never_said(scene: Scene) -> None:
    await scene.say(MIA_LEG, "Half a")
    scene.spoken.fault = RecognizerUnavailable("gone")
    await scene.say(MIA_LEG, "Half a sentence")
    assert scene.last == Update(SAM, scene.key, "failed", (), ("1",))
    assert scene.shown() == []


async def test_one_that_has_no_room_is_not_asked_again_before_the_next_stretch(scene: Scene) -> None:
    scene.spoken.fault = RecognizerBusy("no room")
    await scene.do(Hold(SAM, scene.key), Resume(SAM, scene.key))
    assert scene.last == Update(SAM, scene.key, "refused", ())
    asked = scene.spoken.asked
    scene.clock.advance(600_000)
    await scene.turn()
    assert scene.spoken.asked == asked
    scene.spoken.fault = None
    await scene.do(Hold(SAM, scene.key), Resume(SAM, scene.key))
    assert scene.last.status == "live"


async def test_a_mistake_in_it_is_logged_without_what_was_said(scene: Scene, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    scene.spoken.fault = KeyError("quetzalcoatl")
    await scene.say(MIA_LEG, "quetzalcoatl")
    assert scene.last.status == "failed"
    assert "KeyError" in caplog.text
    assert "quetzalcoatl" not in caplog.text


async def test_audio_that_just_ends_is_asked_for_again(scene: Scene) -> None:
    scene.spoken.hang_up(MIA_LEG)
    await scene.turn()
    assert scene.spoken.listened == {scene.mine}
    assert scene.conversations.of(SAM)[0].status == "live"
    scene.clock.advance(AGAIN[0])
    await scene.turn()
    assert scene.spoken.listened == {MIA_LEG, scene.mine}


async def test_what_is_taken_back_was_never_said(scene: Scene) -> None:
    await scene.say(MIA_LEG, "Hm")
    await scene.say(MIA_LEG, "  ", final=True)
    assert scene.last == Update(SAM, scene.key, "live", (), ("1",))
    await scene.say(MIA_LEG, "", final=True)
    assert scene.shown() == []


async def test_an_utterance_is_one_line_of_bounded_length(scene: Scene) -> None:
    await scene.say(MIA_LEG, f"a\n b\t{'x' * LONGEST}", final=True)
    (said,) = scene.last.items
    assert isinstance(said, Segment)
    assert len(said.text) == LONGEST
    assert said.text.startswith("a b x")
    assert said.text.endswith("x…")


async def test_stopping_forgets_everything(scene: Scene) -> None:
    await scene.say(MIA_LEG, "One", final=True)
    await scene.conversations.stop()
    assert scene.told[-1] == Over(SAM, scene.key)
    assert scene.conversations.of(SAM) == ()
    assert scene.spoken.listened == set()


async def test_a_call_in_a_language_that_nobody_understands_has_none() -> None:
    directory = reading("both", SAM)
    welsh = {key: replace(skill, language="cy-GB") for key, skill in directory.skills.items()}
    scene = Scene(*on_a_call(directory=replace(directory, skills=welsh)))
    await scene.follow()
    assert scene.told == []
    assert (scene.spoken.listened, scene.conversations.of(SAM)) == (set(), ())
    scene.stage.directory = directory
    await scene.follow()
    assert scene.told == [Update(SAM, scene.key, "live", (), whole=True)]
    await scene.conversations.stop()


async def test_a_contact_without_one_costs_nothing() -> None:
    stage, key = on_a_call(directory=reading(""))
    scene = Scene(stage, key)
    await scene.follow()
    assert scene.told == []
    assert scene.spoken.asked == 0


def test_the_oldest_are_forgotten_first() -> None:
    memory = Memory()
    for number in range(MOST + 5):
        memory.put(Pause(memory.new_id(), "hold", number))
    assert len(memory.all()) == MOST
    assert memory.all()[0].began == 5
    assert memory.cut


@pytest.mark.parametrize("kind", [Contact, Directory])
def test_what_is_kept_of_a_call_has_no_place_for_what_was_said(kind: type) -> None:
    assert not {"segments", "said", "conversation"} & set(kind.__struct_fields__)  # type: ignore[attr-defined]
