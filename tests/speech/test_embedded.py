"""The recognizer in its own process: the contract with a model that stands in, and all that such a process may do."""

import asyncio
import gc
import logging
import os
import signal
import sys
from collections.abc import AsyncIterator, Iterable
from pathlib import Path

import pytest

from connector.errors import RecognizerUnavailable
from connector.speech.embedded import Embedded
from tests.ports.recognizer_contract import RecognizerContract
from tests.speech.ear import PATIENCE_S, Ear
from tests.speech.voice import lasts, silence, spoken

pytestmark = pytest.mark.slow

STAND_IN = (sys.executable, "-P", "-m", "tests.speech.stand_in_worker")
LINE = "my account number"


class EmbeddedRig:
    """The contract's."""

    lines = (LINE, "was charged twice")

    def __init__(self, most: int = 2, answers_within_s: float = 60.0) -> None:
        self.recognizer = Embedded(
            ("en",),
            most=most,
            command=STAND_IN,
            again_s=(0.0,),
            ping_every_s=0.05,
            answers_within_s=answers_within_s,
        )

    async def start(self) -> None:
        await self.recognizer.start()
        await self.revive()

    def spoken(self, line: str) -> Iterable[bytes]:
        return spoken(line)

    def is_said(self, line: str, text: str) -> bool:
        return line == text

    async def kill(self) -> None:
        assert self.recognizer.pid is not None
        os.kill(self.recognizer.pid, signal.SIGKILL)

    async def revive(self) -> None:
        async with asyncio.timeout(PATIENCE_S):
            await self.recognizer.is_up.wait()


@pytest.fixture
async def rig(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[EmbeddedRig]:
    monkeypatch.syspath_prepend(str(Path(__file__).parents[2]))
    made = EmbeddedRig()
    await made.start()
    yield made
    await made.recognizer.close()


class TestEmbedded(RecognizerContract):
    """On the contract."""


async def text_of(recognizer: Embedded, line: str) -> str:
    ear = Ear(recognizer)
    ear.say(spoken(line))
    ear.end()
    await ear.ended()
    return " ".join(heard.text for heard in ear.finals)


@pytest.mark.parametrize(
    ("word", "told"),
    [("crash", "exit code -11"), ("rubbish", "talks rubbish"), ("broken", "failed with ValueError")],
)
async def test_a_process_that_goes_wrong_is_started_again_by_itself(
    rig: EmbeddedRig, word: str, told: str, caplog: pytest.LogCaptureFixture
) -> None:
    other = Ear(rig.recognizer)
    other.say(spoken(LINE))
    await other.final()
    first = rig.recognizer.pid
    with pytest.raises(RecognizerUnavailable, match=told), caplog.at_level(logging.DEBUG):
        await text_of(rig.recognizer, f"{word} account")
    with pytest.raises(RecognizerUnavailable):
        await other.ended()
    assert "secret" not in caplog.text and "account" not in caplog.text
    await rig.revive()
    assert rig.recognizer.pid != first
    assert await text_of(rig.recognizer, LINE) == LINE


async def test_a_process_that_hangs_is_killed(rig: EmbeddedRig) -> None:
    rig.recognizer._answers_within_s = 3.0
    # It counts from the last answer, and the last one may have been before.
    assert await text_of(rig.recognizer, LINE) == LINE
    with pytest.raises(RecognizerUnavailable, match="does not answer"):
        await text_of(rig.recognizer, "hang account")
    rig.recognizer._answers_within_s = 60.0
    await rig.revive()
    assert await text_of(rig.recognizer, LINE) == LINE


async def test_what_waits_while_it_hangs_is_bounded(rig: EmbeddedRig) -> None:
    ear = Ear(rig.recognizer)
    ear.say(spoken("hang account"))
    for _ in range(10):
        ear.say(silence(60_000))
    await ear.until(lambda: ear.pulled > 29_000)
    held = sum(len(one) for one in gc.get_objects() if isinstance(one, bytearray))
    assert held < 1_000_000, "ten minutes are 19 megabytes"
    await ear.close()


async def test_the_process_has_no_dumps_no_environment_and_gives_way(rig: EmbeddedRig) -> None:
    told = await text_of(rig.recognizer, "limits please")
    assert told.startswith("(0, 0) 0 ")
    assert int(told.split()[3]) >= 10
    assert "['PYTHONDONTWRITEBYTECODE', 'PYTHONPATH']" in told.replace("'LC_CTYPE', ", "")


async def test_the_process_ends_with_the_connector_and_not_by_its_signals(rig: EmbeddedRig) -> None:
    pid = rig.recognizer.pid
    assert pid is not None
    os.kill(pid, signal.SIGTERM)
    os.kill(pid, signal.SIGINT)
    assert await text_of(rig.recognizer, LINE) == LINE
    await rig.recognizer.close()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


async def test_a_program_that_is_not_there_is_told() -> None:
    recognizer = Embedded(("en",), command=("/nowhere/python",))
    assert await recognizer._run() == "cannot be started: No such file or directory"
    with pytest.raises(RecognizerUnavailable):
        await text_of(recognizer, LINE)


async def test_a_language_that_it_does_not_understand_is_refused(rig: EmbeddedRig) -> None:
    assert not rig.recognizer.knows("nl-NL")
    for language in ("", "en", "en-GB"):
        assert rig.recognizer.knows(language)
        ear = Ear(rig.recognizer, language)
        ear.end()
        await ear.ended()
    with pytest.raises(RecognizerUnavailable, match="'nl-NL'"):
        await Ear(rig.recognizer, "nl-NL").ended()


async def test_text_comes_while_somebody_speaks(rig: EmbeddedRig) -> None:
    ear = Ear(rig.recognizer)
    ear.say(spoken(LINE, pause_ms=0))
    await ear.until(lambda: ear.heard)
    assert not ear.heard[0].final
    assert LINE.startswith(ear.heard[0].text)
    ear.say(silence(700))
    final = await ear.final()
    assert (final.text, final.ended) == (LINE, lasts(LINE))
    await ear.close()
