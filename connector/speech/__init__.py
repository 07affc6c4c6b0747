"""What makes text of what is said, for the live transcript: one `Recognizer` for each kind."""

import ssl
from typing import Literal

from msgspec import Struct

from connector.errors import ConfigError, RecognizerBusy, RecognizerUnavailable
from connector.ports.finding import Finding
from connector.ports.recognizer import Recognizer
from connector.speech.vosk import Vosk

__all__ = ["SpeechConfig", "check_recognizer", "open_recognizer"]


class SpeechConfig(Struct, frozen=True):
    """Which recognizer.  `vosk` is a server elsewhere, the rest as `Vosk` has it.

    `authority` is the path of a certificate by which theirs are signed, "" for those that the system trusts.
    """

    kind: Literal["vosk"]
    urls: dict[str, str] = {}
    token: str = ""
    authority: str = ""
    speakers: int = 16
    timeout_s: float = 10

    def __repr__(self) -> str:
        return f"SpeechConfig(kind={self.kind!r}, …)"


def open_recognizer(config: SpeechConfig) -> Recognizer:
    """The recognizer of that configuration; nothing is asked of it yet.  Raises ConfigError."""
    return _vosk(config)


async def check_recognizer(config: SpeechConfig) -> list[Finding]:
    """Whether it could be used now; nobody is listened to.  Raises ConfigError."""
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


def _vosk(config: SpeechConfig) -> Vosk:
    trust = None
    if config.authority:
        try:
            trust = ssl.create_default_context(cafile=config.authority)
        except (OSError, ssl.SSLError) as error:
            why = getattr(error, "strerror", None) or error
            raise ConfigError(f"transcript.authority_file: {config.authority} cannot be used: {why}.") from error
    return Vosk(config.urls, token=config.token, trust=trust, most=config.speakers, timeout_s=config.timeout_s)
