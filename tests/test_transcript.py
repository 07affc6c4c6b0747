"""Who has a live transcript as the settings say, and what `connector check` says of it."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Literal

import pytest
from msgspec.structs import replace

from connector.app import Connector
from connector.config import Config, Switch, Transcript
from connector.configured import recognizer_of, speech_of, try_transcript
from connector.errors import ConfigError
from connector.speech.embedded import Embedded
from connector.speech.vosk import Vosk
from tests.certificates import write_certificate
from tests.domain.test_transcript import reading
from tests.speech.vosk_server import VoskServer
from tests.test_served import Org

ASTERISK = Switch("asterisk", "http://127.0.0.1:1/ari", user="u")
HERE = "ws://localhost:2700"


@pytest.fixture
async def server() -> AsyncIterator[VoskServer]:
    made = VoskServer()
    await made.start()
    yield made
    await made.stop()


def vosk(**values: Any) -> Config:
    return Config(transcript=Transcript(recognizer="vosk", **values))


def test_nobody_has_one_by_itself() -> None:
    assert speech_of(Config()) is None
    assert recognizer_of(Config(transcript=Transcript(url=HERE))) is None


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({}, r"^transcript\.url: is missing"),
        ({"url": "https://speech.acme.example"}, r"^transcript\.url: is no address"),
        ({"url": "wss://"}, r"^transcript\.url: is no address"),
        ({"url": "wss://[x"}, r"^transcript\.url: is no address"),
        ({"url": "wss://x:99999"}, r"^transcript\.url: is no address"),
        ({"url": "wss://user:secret@x"}, r"^transcript\.url: is no address"),
        ({"url": "wss://x/?token=secret"}, r"^transcript\.url: is no address"),
        ({"url": "ws://speech.acme.example"}, r"^transcript\.url: must be wss"),
        ({"urls": {"nl": "speech"}}, r"^transcript\.urls\.nl: is no address"),
        ({"urls": {"Dutch": HERE}}, r"^transcript\.urls: 'Dutch' is no language"),
        ({"url": HERE, "token_file": "none"}, r"^transcript\.token_file: none cannot be read"),
        ({"url": HERE, "authority_file": "none"}, r"^transcript\.authority_file: none cannot be used"),
    ],
)
def test_what_is_wrong_with_it_is_named_without_its_secrets(values: dict[str, Any], words: str) -> None:
    with pytest.raises(ConfigError, match=words) as caught:
        recognizer_of(vosk(**values))
    assert "secret" not in str(caught.value)


def test_moonshine_needs_no_address_and_serves_although_it_is_missing(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("connector.speech.is_installed", lambda: False)
    assert isinstance(recognizer_of(Config(transcript=Transcript("moonshine"))), Embedded)
    assert "[speech]" in caplog.text
    with pytest.raises(ConfigError, match=r"^transcript\.url: is of no use to moonshine"):
        recognizer_of(Config(transcript=Transcript("moonshine", url=HERE)))


def test_all_of_it_is_used(tmp_path: Path) -> None:
    write_certificate(tmp_path, "speech")
    (tmp_path / "token").write_text("hush\n")
    urls = {"nl": "wss://nl.speech.acme.example"}
    config = vosk(
        url=HERE,
        urls=urls,
        token_file=str(tmp_path / "token"),
        authority_file=str(tmp_path / "certificate.pem"),
        speakers=7,
        timeout_s=3,
    )
    speech = speech_of(config)
    assert speech is not None
    assert (speech.urls, speech.token, speech.speakers, speech.timeout_s) == ({"": HERE, **urls}, "hush", 7, 3)
    assert "hush" not in repr(speech)
    assert isinstance(recognizer_of(config), Vosk)


async def test_check_says_whether_it_is_there_and_what_the_switch_carries(server: VoskServer) -> None:
    assert await try_transcript(Config()) == []
    found = await try_transcript(vosk(url=server.url(), urls={"nl": server.url("nl")}))
    assert [(one.ok, one.hint) for one in found] == [(True, False), (True, False), (True, True)]
    assert "prepared sentences" in found[2].what
    server.rooms = 0
    (full, _) = await try_transcript(vosk(url=server.url()))
    assert full.hint and "no room" in full.what
    url = server.url()
    await server.stop()
    (away, _) = await try_transcript(vosk(url=url))
    assert not away.ok and url in away.what and "transcript.url" in away.cure


async def test_check_names_skills_whose_language_nobody_understands(server: VoskServer) -> None:
    skills = {key: replace(skill, language="nl-NL") for key, skill in reading().skills.items()}
    found = await try_transcript(vosk(urls={"en": server.url()}), replace(reading(), skills=skills))
    assert [one.what for one in found if "language" in one.what] == [
        f"nobody understands the language of skill {skill.name}: nl-NL" for skill in skills.values()
    ]
    assert not any("language" in one.what for one in await try_transcript(vosk(urls={"en": server.url()}), reading()))


@pytest.mark.parametrize("recognizer", ["", "vosk"])
async def test_with_a_recognizer_a_simulated_switch_is_listened_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, server: VoskServer, recognizer: Literal["", "vosk"]
) -> None:
    monkeypatch.setattr("connector.app.crm_of", lambda _config, _index: Org())
    monkeypatch.setattr("connector.api.http.STATIC", tmp_path)
    (tmp_path / "manifest.json").write_text('{"panel.js": "panel.js", "panel.css": "panel.css"}')
    transcript = Transcript(recognizer=recognizer, url=server.url())
    connector = Connector(Config(port=0, store=str(tmp_path / "store.db"), transcript=transcript))
    try:
        await connector.start()
        assert (connector._hub.conversations is not None) is bool(recognizer)
    finally:
        await connector.stop()
