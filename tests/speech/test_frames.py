"""What the two processes tell each other: whole messages out of any pieces, and no words of what cannot be read."""

import pytest

from connector.speech.frames import (
    LARGEST,
    BadFrame,
    End,
    Listen,
    Said,
    Sound,
    ToWorker,
    encode,
    from_worker,
    to_worker,
)


def test_messages_come_whole_out_of_any_pieces() -> None:
    messages: list[ToWorker] = [Listen(1), Sound(1, 0, b"\x00" * 3_200), Sound(1, 100, b""), End(1)]
    data = b"".join(encode(message) for message in messages)
    for size in (1, 3, 1_000, len(data)):
        frames = to_worker()
        found = [message for at in range(0, len(data), size) for message in frames.feed(data[at : at + size])]
        assert found == messages


@pytest.mark.parametrize(
    "data",
    [
        (LARGEST + 1).to_bytes(4, "big"),
        b"\xff" * 8,
        b"\x00\x00\x00\x06secret",
        encode(Sound(1, 0, b"secret")),
        encode(Said(1, "secret", True, 0, 1)).replace(b"\xa4text", b"\xa4tixt"),
    ],
)
def test_what_cannot_be_read_is_told_without_what_it_was(data: bytes) -> None:
    with pytest.raises(BadFrame) as caught:
        list(from_worker().feed(data))
    assert "secret" not in str(caught.value)
    assert caught.value.__cause__ is None
