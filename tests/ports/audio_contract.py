"""What every switch does whose calls can be listened to: the `Audio` port."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Protocol

import pytest

from connector.errors import SwitchUnavailable
from connector.ports.audio import PIECE, Audio


class Talking(Protocol):
    """A customer and an agent talk; time passes.  `customer` and `agent` are their legs."""

    audio: Audio
    customer: str
    agent: str

    def speakers(self, sound: bytes) -> set[str]:
        """Whose words are in it: customer, agent."""

    async def hang_up(self) -> None:
        """The customer does."""


async def some(pieces: AsyncGenerator[bytes, None], seconds: float) -> bytes:
    """What is heard in that time, which is counted in pieces."""
    found = b""
    async with asyncio.timeout(20), aclosing(pieces):
        async for piece in pieces:
            assert len(piece) == PIECE
            found += piece
            if len(found) >= PIECE * 50 * seconds:
                break
    return found


class AudioContract:
    """The tests."""

    seconds = 2.0
    """So long is listened until everybody has said something."""

    async def test_each_side_is_heard_apart(self, talking: Talking) -> None:
        both = (some(talking.audio.listen(leg), self.seconds) for leg in (talking.customer, talking.agent))
        customer, agent = await asyncio.gather(*both)
        assert talking.speakers(customer) == {"customer"}
        assert talking.speakers(agent) == {"agent"}

    async def test_who_listens_later_hears_what_is_said_then(self, talking: Talking) -> None:
        await some(talking.audio.listen(talking.customer), 0.2)
        assert talking.speakers(await some(talking.audio.listen(talking.customer), self.seconds)) == {"customer"}

    async def test_it_ends_with_the_leg(self, talking: Talking) -> None:
        pieces = 0
        async with asyncio.timeout(10):
            async for _ in talking.audio.listen(talking.customer):
                pieces += 1
                if pieces == 10:
                    await talking.hang_up()
        assert pieces >= 10

    async def test_a_leg_that_is_not_there_cannot_be_heard(self, talking: Talking) -> None:
        with pytest.raises(SwitchUnavailable, match="nobody"):
            await anext(talking.audio.listen("nobody"))
