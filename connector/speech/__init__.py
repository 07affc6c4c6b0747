"""What makes text of what is said, for the live transcript: one `Recognizer` for each kind."""

import logging
import ssl
from typing import Final, Literal

from msgspec import Struct

from connector.errors import ConfigError, RecognizerBusy, RecognizerUnavailable
from connector.ports.finding import Finding
from connector.ports.recognizer import Recognizer
from connector.speech.embedded import Embedded
from connector.speech.moonshine import LANGUAGE, is_installed
from connector.speech.vosk import Vosk

__all__ = ["SpeechConfig", "check_recognizer", "open_recognizer"]


log = logging.getLogger(__name__)

MISSING: Final = "moonshine is not installed"
INSTALL: Final = "install the connector with its extra `speech`: pip install 'phone_panel-….whl[speech]'"


class SpeechConfig(Struct, frozen=True):
    """Which recognizer.  `moonshine` is on this machine; `vosk` a server elsewhere, the rest as `Vosk` has it.

    `authority` is the path of a certificate by which theirs are signed, "" for those that the system trusts.
    """

    kind: Literal["moonshine", "vosk"]
    urls: dict[str, str] = {}
    token: str = ""
    authority: str = ""
    speakers: int = 16
    timeout_s: float = 10

    def __repr__(self) -> str:
        return f"SpeechConfig(kind={self.kind!r}, …)"


def open_recognizer(config: SpeechConfig) -> Recognizer:
    """The recognizer of that configuration; nothing is asked of it yet.  Raises ConfigError."""
    if config.kind == "moonshine":
        if not is_installed():
            # Calls are worth more than a transcript: the connector serves them, and says what is missing.
            log.error("nothing is written down of calls: %s; %s", MISSING, INSTALL)
        return Embedded((LANGUAGE,), most=config.speakers)
    return _vosk(config)


async def check_recognizer(config: SpeechConfig) -> list[Finding]:
    """Whether it could be used now; nobody is listened to.  Raises ConfigError."""
    if config.kind == "moonshine":
        return await _check_moonshine()
    recognizer = _vosk(config)
    found = []
    for url in recognizer.addresses:
        try:
            await recognizer.try_out(url)
            found.append(Finding(True, f"recognizer at {url}"))
        except RecognizerBusy as full:
            found.append(Finding(True, str(full), "give it more, or fewer agents a transcript", hint=True))
        except RecognizerUnavailable as error:
            found.append(Finding(False, str(error), "does it run, and is it there that transcript.url says?"))
    await recognizer.close()
    return found


async def _check_moonshine() -> list[Finding]:
    """It is loaded once, as the connector would."""
    if not is_installed():
        return [Finding(False, f"transcript.recognizer: {MISSING}", INSTALL)]
    recognizer = Embedded((LANGUAGE,))
    try:
        why = await recognizer.try_out()
    finally:
        await recognizer.close()
    cure = "docs/admin/transcript.md says what it needs"
    return [Finding(not why, f"recognizer: moonshine{why and f', whose process {why}'}", cure)]


def _vosk(config: SpeechConfig) -> Vosk:
    trust = None
    if config.authority:
        try:
            trust = ssl.create_default_context(cafile=config.authority)
        except (OSError, ssl.SSLError) as error:
            why = getattr(error, "strerror", None) or error
            raise ConfigError(f"transcript.authority_file: {config.authority} cannot be used: {why}.") from error
    return Vosk(config.urls, token=config.token, trust=trust, most=config.speakers, timeout_s=config.timeout_s)
