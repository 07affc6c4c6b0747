"""What the connector and the embedded recognizer's process tell each other: a length and a message, in MessagePack."""

from collections.abc import Iterator
from typing import Final, Generic, TypeVar

import msgspec
from msgspec import Struct

LENGTH: Final = 4
"""Bytes before a message: how many it has, the highest first."""

LARGEST: Final = 64 * 1024
"""A tenth of a second of sound has 3,200 bytes, and the longest text is much shorter than this."""


class Listen(Struct, frozen=True, gc=False, tag=True):
    """Somebody is listened to from now on, under that number, which comes only once."""

    ear: int


class Sound(Struct, frozen=True, gc=False, tag=True):
    """What follows of their audio; `at` is ms since it began."""

    ear: int
    at: int
    data: bytes


class End(Struct, frozen=True, gc=False, tag=True):
    """There is no more audio; what was said last is still wanted."""

    ear: int


class Forget(Struct, frozen=True, gc=False, tag=True):
    """Nothing of them is wanted any more."""

    ear: int


class Ping(Struct, frozen=True, gc=False, tag=True):
    """Is anybody there?"""


class Ready(Struct, frozen=True, gc=False, tag=True):
    """The model is loaded."""


class Said(Struct, frozen=True, gc=False, tag=True):
    """As `Heard`."""

    ear: int
    text: str
    final: bool
    began: int
    ended: int


class Over(Struct, frozen=True, gc=False, tag=True):
    """Everything up to the end of the audio was said."""

    ear: int


class Pong(Struct, frozen=True, gc=False, tag=True):
    """I am."""


class Broken(Struct, frozen=True, gc=False, tag=True):
    """The process ends; `why` is a kind of error, never its words."""

    why: str


ToWorker = Listen | Sound | End | Forget | Ping
FromWorker = Ready | Said | Over | Pong | Broken

_ENCODER: Final = msgspec.msgpack.Encoder()


class BadFrame(Exception):
    """What came is none of ours."""


def encode(message: ToWorker | FromWorker) -> bytes:
    """The message as it is sent."""
    data = _ENCODER.encode(message)
    return len(data).to_bytes(LENGTH, "big") + data


Message = TypeVar("Message")


class Frames(Generic[Message]):
    """Messages out of what comes, in whatever pieces it comes."""

    def __init__(self, decoder: msgspec.msgpack.Decoder[Message]) -> None:
        self._decoder = decoder
        self._held = bytearray()

    def feed(self, data: bytes) -> Iterator[Message]:
        """Each message that is whole now.  Raises BadFrame for what cannot be read, without what it was."""
        self._held += data
        while len(self._held) >= LENGTH:
            end = LENGTH + int.from_bytes(self._held[:LENGTH], "big")
            if end > LENGTH + LARGEST:
                raise BadFrame("too long")
            if len(self._held) < end:
                return
            body = bytes(self._held[LENGTH:end])
            del self._held[:end]
            try:
                message = self._decoder.decode(body)
            except msgspec.DecodeError:
                raise BadFrame("not to be read") from None
            yield message


def to_worker() -> Frames[ToWorker]:
    """For the process."""
    return Frames(msgspec.msgpack.Decoder(ToWorker))


def from_worker() -> Frames[FromWorker]:
    """For the connector."""
    return Frames(msgspec.msgpack.Decoder(FromWorker))
