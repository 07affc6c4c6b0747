"""A connector's place at the server: what it is told, and what becomes of one that does not read."""

import asyncio

from connector.domain.events import LegRinging
from connector.ports.switch import Snapshot
from connector.switch.simulated.engine import REPLACED
from connector.switch.simulated.server import MOST_UNREAD, Connection
from connector.switch.simulated.wire import FromSwitch, Happened, Replaced, Snapshotted, decode_from_switch, event_of


class Socket:
    """Keeps what is sent."""

    def __init__(self) -> None:
        self.sent: list[FromSwitch] = []
        self.closed: int | None = None

    async def send_str(self, text: str) -> None:
        self.sent.append(decode_from_switch(text))

    async def close(self, *, code: int) -> None:
        self.closed = code


async def written(connection: Connection) -> Socket:
    socket = Socket()
    await asyncio.wait_for(connection.write(socket), 5)  # type: ignore[arg-type]
    return socket


async def test_all_is_sent_in_order_and_nothing_after_the_end() -> None:
    connection = Connection(lambda: None)
    connection.up(Snapshot(phones={"2041": True}))
    connection.event(LegRinging("agent", 5))
    connection.down("gone for a while")
    connection.event(LegRinging("other", 6))
    socket = await written(connection)
    first, second = socket.sent
    assert isinstance(first, Snapshotted)
    assert first.snapshot.phones == {"2041": True}
    assert isinstance(second, Happened)
    assert event_of(second) == LegRinging("agent", 5)
    assert socket.closed == 1012


async def test_one_that_is_replaced_is_told_so() -> None:
    connection = Connection(lambda: None)
    connection.down(REPLACED)
    assert (await written(connection)).sent == [Replaced()]


async def test_one_that_does_not_read_is_broken_off_and_costs_no_more_memory() -> None:
    broken_off: list[bool] = []
    connection = Connection(lambda: broken_off.append(True))
    for at in range(MOST_UNREAD + 10):
        connection.event(LegRinging("agent", at))
    assert broken_off == [True]
    assert connection._unread.qsize() == MOST_UNREAD


def test_an_event_of_a_newer_switch_is_none_of_ours() -> None:
    newer = decode_from_switch('{"type":"event","name":"LegTeleported","event":{"leg":"agent"}}')
    assert isinstance(newer, Happened)
    assert event_of(newer) is None
