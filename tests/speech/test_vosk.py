"""The client of the Vosk protocol on a server of our own that speaks it: the contract, and all a server may do."""

import asyncio
import json
import ssl
from collections.abc import AsyncIterator, Iterable
from pathlib import Path

import pytest

from connector.errors import RecognizerBusy, RecognizerUnavailable
from connector.ports.recognizer import Heard
from connector.speech.backlog import BYTES_A_MS, KEPT_MS, LATEST_MS
from connector.speech.vosk import AHEAD_MS, Vosk
from tests.certificates import write_certificate
from tests.ports.recognizer_contract import RecognizerContract
from tests.speech.ear import Ear
from tests.speech.voice import PIECE_MS, lasts, silence, spoken
from tests.speech.vosk_server import EOF, VoskServer

LINE = "my account number"


class VoskRig:
    """The contract's."""

    lines = (LINE, "was charged twice")

    def __init__(self) -> None:
        self.server = VoskServer()
        self._more: list[Vosk] = []

    async def start(self) -> None:
        await self.server.start()
        self.url = self.server.url()
        self.recognizer = self.vosk(most=2)

    def vosk(self, most: int = 2, timeout_s: float = 20.0, token: str = "") -> Vosk:
        self._more.append(Vosk({"": self.url}, most=most, timeout_s=timeout_s, token=token))
        return self._more[-1]

    async def stop(self) -> None:
        for vosk in self._more:
            await vosk.close()
        await self.server.stop()

    def spoken(self, line: str) -> Iterable[bytes]:
        return spoken(line)

    def is_said(self, line: str, text: str) -> bool:
        return line == text

    async def kill(self) -> None:
        self.server.status = 500
        await self.server.hang_up()

    async def revive(self) -> None:
        self.server.status = 0


@pytest.fixture
async def rig() -> AsyncIterator[VoskRig]:
    made = VoskRig()
    await made.start()
    yield made
    await made.stop()


class TestVosk(RecognizerContract):
    """On the contract."""


async def raised(ear: Ear) -> str:
    with pytest.raises(RecognizerUnavailable) as caught:
        await ear.ended()
    return str(caught.value)


async def test_a_server_is_told_our_rate_and_given_tenths_of_a_second_and_the_end_as_it_compares_it(
    rig: VoskRig,
) -> None:
    ear = Ear(rig.recognizer)
    ear.say([*spoken(LINE), *silence(20)])
    ear.end()
    await ear.ended()
    begin, end = rig.server.texts
    assert json.loads(begin) == {"config": {"sample_rate": 16_000, "words": True, "max_alternatives": 0}}
    assert end == EOF
    assert set(rig.server.sizes[:-1]) == {3_200}
    assert sum(rig.server.sizes) == sum(map(len, spoken(LINE))) + 640


async def test_a_partial_text_comes_once_and_grows(rig: VoskRig) -> None:
    ear = Ear(rig.recognizer)
    ear.say(spoken(LINE))
    await ear.final()
    assert [(heard.text, heard.final) for heard in ear.heard] == [
        ("my", False),
        ("my account", False),
        ("my account number", False),
        ("my account number", True),
    ]
    assert ear.heard[-1] == Heard(LINE, True, 0, lasts(LINE))
    assert [heard.began for heard in ear.heard[:3]] == [100, 100, 100]
    await ear.close()


async def test_without_words_the_times_are_those_of_what_was_answered(rig: VoskRig) -> None:
    rig.server.words = False
    ear = Ear(rig.recognizer)
    ear.say(spoken(LINE))
    final = await ear.final()
    assert 0 <= final.began < lasts(LINE) <= final.ended <= lasts(LINE) + 700
    await ear.close()


async def test_what_turns_out_to_be_nothing_is_taken_back(rig: VoskRig) -> None:
    ear = Ear(rig.recognizer)
    ear.say(spoken("my")[:10])
    await ear.until(lambda: ear.heard)
    rig.server.rubbish = '{"text": ""}'
    ear.say(silence(100))
    await ear.until(lambda: len(ear.heard) == 2)
    assert (ear.heard[1].text, ear.heard[1].final) == ("", True)
    ear.say(silence(100))
    await ear.close()
    assert len(ear.heard) == 2


@pytest.mark.parametrize(
    "rubbish",
    [
        "my account number",
        "[]",
        "{}",
        '{"partial": 7}',
        '{"text": "x", "result": [{"word": "x", "start": 1e300, "end": 1}]}',
        '{"partial": "my account number"',
        b"my account number",
        "\ud7ff" * 200_000,
    ],
    ids=["text", "list", "nothing", "number", "time", "cut", "bytes", "long"],
)
async def test_rubbish_is_told_without_its_words(rig: VoskRig, rubbish: str | bytes) -> None:
    rig.server.rubbish = rubbish
    ear = Ear(rig.recognizer)
    ear.say(spoken(LINE))
    told = await raised(ear)
    assert "recognizer" in told
    assert "account" not in told
    await rig.server.idle.wait()


@pytest.mark.parametrize(("status", "told"), [(401, "transcript.token_file"), (500, "500"), (404, "404")])
async def test_a_refusal_says_what_the_server_said(rig: VoskRig, status: int, told: str) -> None:
    rig.server.status = status
    assert told in await raised(Ear(rig.recognizer))


async def test_a_server_that_is_full_is_busy_and_not_away(rig: VoskRig) -> None:
    rig.server.rooms = 0
    with pytest.raises(RecognizerBusy):
        await Ear(rig.recognizer).ended()


async def test_nobody_at_the_address_is_told(rig: VoskRig) -> None:
    await rig.server.stop()
    ear = Ear(rig.recognizer)
    ear.say(spoken(LINE))
    assert rig.url in await raised(ear)
    assert ear.pulled == 0, "nothing counts as heard"


async def test_a_server_that_hangs_up_before_the_end_is_away(rig: VoskRig) -> None:
    ear = Ear(rig.recognizer)
    ear.say(spoken(LINE))
    await ear.final()
    for socket in list(rig.server.sockets):
        await socket.close()
    assert "hung up" in await raised(ear)


@pytest.mark.slow
async def test_a_server_that_answers_nothing_is_away_but_one_that_is_asked_nothing_is_not(rig: VoskRig) -> None:
    ear = Ear(rig.vosk(timeout_s=1.5))
    ear.say(spoken(LINE))
    await ear.final()
    await asyncio.wait({ear._task}, timeout=2.0)  # more than the time it has to answer
    assert not ear._task.done()
    rig.server.silent = True
    ear.say(spoken(LINE))
    assert "does not answer" in await raised(ear)


async def test_what_a_slow_server_does_not_take_is_dropped_and_not_kept(rig: VoskRig) -> None:
    rig.server.going.clear()
    ear = Ear(rig.recognizer)
    # Something is dropped again and again, and just now.
    late_ms = AHEAD_MS + KEPT_MS + 14 * (LATEST_MS + PIECE_MS - KEPT_MS)
    late = silence(late_ms)
    ear.say(late)
    await ear.until(lambda: ear.pulled == len(late))
    ear.say(spoken(LINE, pause_ms=0))
    await ear.until(lambda: ear.pulled == len(late) + len(spoken(LINE, pause_ms=0)))
    rig.server.going.set()
    ear.say(silence(700))
    final = await ear.final()
    assert sum(rig.server.sizes) // BYTES_A_MS <= AHEAD_MS + KEPT_MS + lasts(LINE) + 700
    # The words that the server gave have the times at which they were said, and not those at which it got them.
    assert final == Heard(LINE, True, late_ms, late_ms + lasts(LINE))
    await ear.close()


async def test_each_language_has_its_own_server(rig: VoskRig) -> None:
    urls = {"en": rig.server.url("en"), "de-CH": rig.server.url("ch"), "de": rig.server.url("de")}
    vosk = Vosk(urls | {"": rig.server.url("any")})
    assert [vosk._url(tag).rpartition("/")[2] for tag in ("en-US", "de-CH", "de-AT", "nl", "")] == [
        "en",
        "ch",
        "de",
        "any",
        "any",
    ]
    assert vosk.knows("nl")
    assert not Vosk(urls).knows("nl")
    with pytest.raises(RecognizerUnavailable, match=r"transcript\.urls.*'nl'"):
        await Ear(Vosk(urls), "nl").ended()


async def test_a_token_is_shown_and_the_way_is_encrypted(tmp_path: Path) -> None:
    write_certificate(tmp_path, "localhost")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "certificate.pem", tmp_path / "key.pem")
    server = VoskServer()
    await server.start(context)
    try:
        trust = ssl.create_default_context(cafile=str(tmp_path / "certificate.pem"))
        vosk = Vosk({"": server.url()}, token="secret", trust=trust)
        ear = Ear(vosk)
        ear.say(spoken(LINE))
        assert (await ear.final()).text == LINE
        await ear.close()
        await vosk.try_out(*vosk.addresses)
        await vosk.close()
        assert {headers["Authorization"] for headers in server.headers} == {"Bearer secret"}
        stranger = Vosk({"": server.url()})
        assert "certificate" in await raised(Ear(stranger))
        with pytest.raises(RecognizerUnavailable):
            await stranger.try_out(server.url())
        await stranger.close()
    finally:
        await server.stop()

