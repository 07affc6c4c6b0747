"""Recordings over HTTP, as ARI has them; the simulated switch answers the same requests."""

import asyncio
import re
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Final
from urllib.parse import quote

import aiohttp
import msgspec
from msgspec import Struct

from connector.errors import RecordingGone, SwitchUnavailable
from connector.ports.recordings import Stored, stored

TIMEOUT: Final = aiohttp.ClientTimeout(total=None, sock_connect=5, sock_read=30)
PIECE: Final = 64 * 1024


class _Listed(Struct, frozen=True):
    name: str
    format: str = ""


_LISTED: Final = msgspec.json.Decoder(list[_Listed])


class _Answer:
    """A recording whose bytes are on their way; there are no parts of one to be asked for, so some are passed over."""

    def __init__(self, answer: aiohttp.ClientResponse, size: int) -> None:
        self._answer = answer
        self.size = size

    async def read(self, start: int, stop: int) -> AsyncIterator[bytes]:
        """See the port."""
        at = 0
        try:
            async for piece in self._answer.content.iter_chunked(PIECE):
                wanted = piece[max(0, start - at) : max(0, stop - at)]
                at += len(piece)
                if wanted:
                    yield wanted
                if at >= stop:
                    return
        except (aiohttp.ClientError, OSError, TimeoutError) as lost:
            raise SwitchUnavailable(f"a recording was cut off: {lost!r}") from lost
        raise SwitchUnavailable(f"a recording was cut off after {at} of {self.size} bytes")


class StoredOverHttp:
    """See `connector.ports.recordings.RecordingStore`: those of the switch at `url`, who is asked with `headers`."""

    def __init__(self, url: str, headers: Mapping[str, str]) -> None:
        self._url = f"{url}/recordings/stored"
        self._headers = headers
        self._session: aiohttp.ClientSession | None = None

    async def of(self, contact: str) -> Sequence[Stored]:
        """See the port."""
        body = await self._listed()
        # Of many thousands a few are wanted: to read all as values would hold up the loop.
        names = re.findall(rb'"name":\s*"(' + re.escape(contact.encode()) + rb'-\d{13})"', body)
        return _sorted(name.decode() for name in names)

    async def before(self, time: int) -> Sequence[Stored]:
        """See the port."""
        body = await self._listed()
        return [one for one in await asyncio.to_thread(_read, body) if one.started < time]

    @asynccontextmanager
    async def open(self, name: str) -> AsyncIterator[_Answer]:
        """See the port."""
        _ours(name)
        async with self._asked("GET", f"/{quote(name, safe='')}/file") as answer:
            if answer.status == 404:
                raise RecordingGone(name)
            size = answer.content_length
            if answer.status != 200 or size is None:
                raise SwitchUnavailable(f"the switch answers {answer.status} where a recording should be")
            yield _Answer(answer, size)

    async def remove(self, name: str) -> None:
        """See the port."""
        _ours(name)
        async with self._asked("DELETE", f"/{quote(name, safe='')}") as answer:
            if answer.status not in (200, 204, 404):
                raise SwitchUnavailable(f"the switch answers {answer.status} to removing a recording")

    async def close(self) -> None:
        """See the port."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def _listed(self) -> bytes:
        async with self._asked("GET", "") as answer:
            if answer.status != 200:
                raise SwitchUnavailable(f"the switch answers {answer.status} where its recordings should be")
            try:
                return await answer.read()
            except (aiohttp.ClientError, OSError, TimeoutError) as lost:
                raise SwitchUnavailable(f"the list of recordings was cut off: {lost!r}") from lost

    @asynccontextmanager
    async def _asked(self, method: str, path: str) -> AsyncIterator[aiohttp.ClientResponse]:
        if self._session is None:
            self._session = aiohttp.ClientSession(headers=self._headers, timeout=TIMEOUT)
        try:
            answer = await self._session.request(method, self._url + path)
        except (aiohttp.ClientError, OSError, TimeoutError) as lost:
            raise SwitchUnavailable(f"recordings cannot be asked for: {lost!r}") from lost
        try:
            yield answer
        finally:
            # What was not read is not waited for.
            answer.close()


def _read(body: bytes) -> list[Stored]:
    """The recordings that are listed.  Raises `SwitchUnavailable` for what is no list."""
    try:
        listed = _LISTED.decode(body)
    except msgspec.DecodeError as bad:
        raise SwitchUnavailable(f"the list of recordings cannot be read: {bad}") from bad
    return _sorted(one.name for one in listed if one.format == "wav")


def _sorted(names: Iterable[str]) -> list[Stored]:
    """Those of ours, the first one first."""
    found = (one for name in names if (one := stored(name)) is not None)
    return sorted(found, key=lambda one: (one.started, one.name))


def _ours(name: str) -> None:
    """A name that is none of ours is never part of an address.  Raises `RecordingGone`."""
    if stored(name) is None:
        raise RecordingGone(name)
