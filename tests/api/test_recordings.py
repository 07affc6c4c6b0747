"""Listening to what was recorded: who may, how they sign in, and which bytes they get."""

import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientResponse, ClientSession, CookieJar, web
from aiohttp.test_utils import BaseTestServer, TestServer
from msgspec.structs import replace
from yarl import URL

from connector.api.auth import SignIn
from connector.api.http import PANEL
from connector.api.listeners import COST_OF_A_TRY, LASTS, Listeners
from connector.api.recordings import COOKIE, RecordingsApi
from connector.domain.events import RecordingChanged
from connector.domain.model import Recording
from connector.errors import RecordingGone, SwitchUnavailable
from connector.ports.recordings import Stored
from tests.api.rig import ORIGIN, Edge
from tests.api.tokens import issuer, token
from tests.domain.stage import DIRECTORY, JONAS, SAM

SUPERVISOR = "005000000000009AAA"
DATA = bytes(range(256)) * 4


class Shelf:
    """Recordings in memory."""

    def __init__(self) -> None:
        self.stored: list[Stored] = []
        self.opened: list[str] = []
        self.down = False
        self.breaks_at: int | None = None

    def put(self, contact: str, *started: int) -> None:
        self.stored += [Stored(f"{contact}-{at}", contact, at) for at in started]

    async def of(self, contact: str) -> Sequence[Stored]:
        if self.down:
            raise SwitchUnavailable("down")
        return [one for one in self.stored if one.contact == contact]

    @asynccontextmanager
    async def open(self, name: str) -> AsyncIterator["Shelf"]:
        self.opened.append(name)
        if name not in [one.name for one in self.stored]:
            raise RecordingGone(name)
        yield self

    size = len(DATA)

    async def read(self, start: int, stop: int) -> AsyncIterator[bytes]:
        for at in range(start, stop, 100):
            if self.breaks_at is not None and at >= self.breaks_at:
                raise SwitchUnavailable("cut off")
            yield DATA[at : min(at + 100, stop)]


class House:
    """The edge with recordings, and a browser."""

    def __init__(self, edge: Edge, shelf: Shelf, server: BaseTestServer, browser: ClientSession) -> None:
        self.edge, self.shelf, self.server, self.browser = edge, shelf, server, browser
        self.key = ""

    def url(self, path: str) -> URL:
        return URL(f"http://{self.server.host}:{self.server.port}{path}", encoded=True)

    async def ask(self, path: str, method: str = "GET", **headers: str) -> ClientResponse:
        answer = await self.browser.request(method, self.url(path), headers=headers, allow_redirects=False)
        await answer.read()
        return answer

    async def sign_in(self, given: str | None = None, agent: str = SAM, **headers: str) -> ClientResponse:
        form = {"token": token(agent) if given is None else given}
        answer = await self.browser.post(
            self.url(f"/recordings/{self.key}"),
            data=form,
            headers={"Origin": ORIGIN, **headers},
            allow_redirects=False,
        )
        await answer.read()
        return answer


@pytest.fixture
async def house(edge: Edge) -> AsyncIterator[House]:
    """Sam has talked with a customer, and it was recorded twice."""
    boss = replace(DIRECTORY.agents[JONAS], id=SUPERVISOR, name="Boss", supervisor=True)
    edge.runner.set_directory(replace(DIRECTORY, agents={**DIRECTORY.agents, SUPERVISOR: boss}))
    shelf = Shelf()
    api = RecordingsApi(
        runner=edge.runner,
        store=edge.disk,  # type: ignore[arg-type]  # no more of it is used
        recordings=shelf,  # type: ignore[arg-type]  # nor of this
        listeners=Listeners(SignIn([issuer()], edge.clock.now), edge.clock),
        origins=frozenset({ORIGIN}),
        templates=PANEL / "templates",
        org="https://acme.my.salesforce.com",
    )
    app = web.Application()
    app.router.add_routes(api.routes())
    async with TestServer(app) as server, ClientSession(cookie_jar=CookieJar(unsafe=True)) as browser:
        made = House(edge, shelf, server, browser)
        made.key = await edge.talking()
        edge.hangs_up(made.key)
        shelf.put(made.key, 1_795_438_800_000, 1_795_438_860_000)
        yield made


# --- signing in ------------------------------------------------------------------------------------------------------


async def test_without_a_session_it_says_where_to_open_it_from(house: House) -> None:
    for path in (f"/recordings/{house.key}", f"/recordings/{house.key}/1"):
        answer = await house.ask(path)
        assert answer.status == 401
        assert "Open this recording from its task in Salesforce" in await answer.text()
    assert house.shelf.opened == []


async def test_who_is_not_signed_in_is_led_to_the_page_of_the_org(house: House) -> None:
    text = await (await house.ask(f"/recordings/{house.key}")).text()
    assert f'<a href="https://acme.my.salesforce.com/apex/PhoneRecording?contact={house.key}">Sign in with' in text
    page = (Path(__file__).parents[2] / "force-app/main/default/pages/PhoneRecording.page").read_text()
    assert 'name="token"' in page
    assert "salesforce.com" not in await (await house.ask("/recordings/..%2fwork")).text()


async def test_it_says_so_in_dutch(house: House) -> None:
    answer = await house.ask(f"/recordings/{house.key}", **{"Accept-Language": "nl-NL,nl;q=0.9"})
    text = await answer.text()
    assert '<html lang="nl">' in text
    assert "Open deze opname vanuit de taak" in text


async def test_a_token_opens_a_session_and_the_page_follows(house: House) -> None:
    answer = await house.sign_in()
    assert (answer.status, answer.headers["Location"]) == (303, f"/recordings/{house.key}")
    cookie = answer.headers["Set-Cookie"]
    assert re.search(rf"^{COOKIE}=[\w-]{{43}};", cookie)
    for part in ("HttpOnly", "SameSite=Lax", "Path=/recordings", f"Max-Age={LASTS // 1000}"):
        assert part in cookie
    assert "Secure" not in cookie
    page = await house.ask(answer.headers["Location"])
    text = await page.text()
    assert page.status == 200
    assert text.count("<audio controls") == 2
    assert f'src="/recordings/{house.key}/1"' in text
    assert f'src="/recordings/{house.key}/2"' in text
    assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]
    assert page.headers["Cache-Control"] == "private, no-store"


async def test_behind_tls_the_cookie_is_for_tls_only(house: House) -> None:
    answer = await house.sign_in(**{"X-Forwarded-Proto": "https"})
    assert "Secure" in answer.headers["Set-Cookie"]


async def test_a_token_is_good_once(house: House) -> None:
    given = token()
    assert (await house.sign_in(given)).status == 303
    house.browser.cookie_jar.clear()
    again = await house.sign_in(given)
    assert again.status == 401
    assert "Set-Cookie" not in again.headers
    assert (await house.ask(f"/recordings/{house.key}")).status == 401


@pytest.mark.parametrize(
    "given",
    ["", "x", token(exp=1, iat=0), token(aud="else"), token("005000000000777AAA"), token(org="00D000000000002EAA")],
)
async def test_a_token_that_is_not_accepted(house: House, given: str) -> None:
    answer = await house.sign_in(given)
    assert answer.status == 401
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("origin", ["https://evil.example", "null", ""])
async def test_a_form_of_another_site_is_refused(house: House, origin: str) -> None:
    assert (await house.sign_in(Origin=origin)).status == 403


async def test_a_form_that_is_none_is_refused(house: House) -> None:
    url = house.url(f"/recordings/{house.key}")
    async with house.browser.post(url, json={"token": token()}, headers={"Origin": ORIGIN}) as answer:
        assert answer.status == 415
    async with house.browser.post(url, data={"token": "x" * 20_000}, headers={"Origin": ORIGIN}) as answer:
        assert answer.status == 415


async def test_signing_in_has_a_rate(house: House) -> None:
    seen = [(await house.sign_in("x")).status for _ in range(COST_OF_A_TRY[0] + 1)]
    assert seen == [401] * COST_OF_A_TRY[0] + [429]


async def test_a_session_ends(house: House) -> None:
    await house.sign_in()
    house.edge.clock.advance(LASTS - 1)
    assert (await house.ask(f"/recordings/{house.key}")).status == 200
    house.edge.clock.advance(1)
    assert (await house.ask(f"/recordings/{house.key}")).status == 401


async def test_a_made_up_cookie_is_no_session(house: House) -> None:
    assert (await house.ask(f"/recordings/{house.key}", Cookie=f"{COOKIE}={'x' * 43}")).status == 401


async def test_who_is_no_agent_any_more_does_not_listen(house: House) -> None:
    await house.sign_in()
    house.edge.runner.set_directory(replace(DIRECTORY, agents={JONAS: DIRECTORY.agents[JONAS]}))
    assert (await house.ask(f"/recordings/{house.key}")).status == 401


# --- who may hear ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("agent", "status"), [(SAM, 200), (SUPERVISOR, 200), (JONAS, 404)])
async def test_its_agent_and_supervisors_may_hear_it(house: House, agent: str, status: int) -> None:
    await house.sign_in(agent=agent)
    for path in (f"/recordings/{house.key}", f"/recordings/{house.key}/1", f"/recordings/{house.key}/2"):
        assert (await house.ask(path)).status == status


async def test_what_may_not_be_heard_looks_like_what_there_is_not(house: House) -> None:
    await house.sign_in(agent=JONAS)
    foreign = await house.ask(f"/recordings/{house.key}/1")
    unknown = await house.ask("/recordings/019ac8a2-0000-7000-8000-000000000000/1")
    assert (foreign.status, await foreign.text()) == (unknown.status, await unknown.text())
    assert house.shelf.opened == []


async def test_when_the_contact_is_forgotten_it_is_still_known_whose_it_was(house: House) -> None:
    old = "019ac8a2-0000-7000-8000-000000000001"
    house.shelf.put(old, 1_795_000_000_000)
    house.edge.disk.heard[old] = SAM
    await house.sign_in()
    assert (await house.ask(f"/recordings/{old}/1")).status == 200
    house.edge.disk.heard[old] = JONAS
    assert (await house.ask(f"/recordings/{old}/1")).status == 404


async def test_one_that_still_runs_is_not_there_yet(house: House) -> None:
    key = await house.edge.talking(JONAS, number="+14155550199")
    house.edge.runner.event(RecordingChanged(key, Recording.ON, house.edge.clock.now()))
    house.shelf.put(key, 1_795_438_900_000, 1_795_438_960_000)
    await house.sign_in(agent=SUPERVISOR)
    assert [(await house.ask(f"/recordings/{key}/{n}")).status for n in (1, 2)] == [200, 404]
    house.edge.hangs_up(key)
    assert (await house.ask(f"/recordings/{key}/2")).status == 200


# --- no path tricks --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    [
        "/recordings/..%2f..%2fetc%2fpasswd",
        "/recordings/%2e%2e/1",
        "/recordings/a%00b/1",
        "/recordings/KEY/0",
        "/recordings/KEY/3",
        "/recordings/KEY/-1",
        "/recordings/KEY/1.wav",
        "/recordings/KEY/%31%2f..",
        "/recordings/KEY/..%2f..%2fx",
        "/recordings/KEY/1111",
        "/recordings/KEY/%D9%A1",
        "/recordings/KEY%0a/1",
        "/recordings/KEY./1",
    ],
)
async def test_nothing_but_a_contact_and_a_number_leads_anywhere(house: House, path: str) -> None:
    await house.sign_in(agent=SUPERVISOR)
    assert (await house.ask(path.replace("KEY", house.key))).status == 404
    assert house.shelf.opened == []


async def test_a_token_is_not_looked_at_for_what_is_no_contact(house: House) -> None:
    async with house.browser.post(
        house.url("/recordings/..%2fx"), data={"token": token()}, headers={"Origin": ORIGIN}
    ) as answer:
        assert answer.status == 404


# --- bytes -----------------------------------------------------------------------------------------------------------


async def test_the_whole(house: House) -> None:
    await house.sign_in()
    answer = await house.ask(f"/recordings/{house.key}/1")
    assert await answer.read() == DATA
    assert (answer.status, answer.headers["Content-Type"]) == (200, "audio/wav")
    assert answer.headers["Content-Length"] == str(len(DATA))
    assert answer.headers["Accept-Ranges"] == "bytes"
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert re.fullmatch(r'inline; filename="recording-\d{8}-\d{6}-1\.wav"', answer.headers["Content-Disposition"])
    assert house.key not in answer.headers["Content-Disposition"]


@pytest.mark.parametrize(
    ("header", "start", "stop"),
    [("bytes=0-0", 0, 1), ("bytes=100-899", 100, 900), ("bytes=1023-", 1023, 1024), ("bytes=-24", 1000, 1024)],
)
async def test_a_part(house: House, header: str, start: int, stop: int) -> None:
    await house.sign_in()
    answer = await house.ask(f"/recordings/{house.key}/2", Range=header)
    assert (answer.status, await answer.read()) == (206, DATA[start:stop])
    assert answer.headers["Content-Range"] == f"bytes {start}-{stop - 1}/{len(DATA)}"
    assert answer.headers["Content-Length"] == str(stop - start)


async def test_a_part_that_there_is_not(house: House) -> None:
    await house.sign_in()
    answer = await house.ask(f"/recordings/{house.key}/1", Range="bytes=1024-")
    assert (answer.status, answer.headers["Content-Range"]) == (416, "bytes */1024")


@pytest.mark.parametrize("header", ["bytes=0-1,5-6", "bytes=9-2", "pages=1-2", "bytes=x"])
async def test_what_is_no_one_part_is_the_whole(house: House, header: str) -> None:
    await house.sign_in()
    answer = await house.ask(f"/recordings/{house.key}/1", Range=header)
    assert (answer.status, len(await answer.read())) == (200, len(DATA))


async def test_a_part_of_another_version_is_the_whole(house: House) -> None:
    await house.sign_in()
    tag = (await house.ask(f"/recordings/{house.key}/1")).headers["ETag"]
    same = await house.ask(f"/recordings/{house.key}/1", **{"Range": "bytes=0-9", "If-Range": tag})
    other = await house.ask(f"/recordings/{house.key}/1", **{"Range": "bytes=0-9", "If-Range": '"other"'})
    assert (same.status, other.status) == (206, 200)


async def test_only_its_head(house: House) -> None:
    await house.sign_in()
    answer = await house.ask(f"/recordings/{house.key}/1", "HEAD")
    assert (answer.status, await answer.read()) == (200, b"")
    assert answer.headers["Content-Length"] == str(len(DATA))
    part = await house.ask(f"/recordings/{house.key}/1", "HEAD", Range="bytes=0-9")
    assert (part.status, part.headers["Content-Length"]) == (206, "10")
    assert (await house.ask(f"/recordings/{house.key}", "HEAD")).status == 200


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
async def test_nothing_can_be_changed(house: House, method: str) -> None:
    await house.sign_in()
    assert (await house.ask(f"/recordings/{house.key}/1", method)).status == 405


async def test_a_switch_that_cannot_be_asked(house: House) -> None:
    await house.sign_in()
    house.shelf.down = True
    answer = await house.ask(f"/recordings/{house.key}")
    assert answer.status == 503
    assert "can&#39;t be reached" in await answer.text() or "can't be reached" in await answer.text()


async def test_one_that_is_cut_off_is_not_taken_for_whole(house: House) -> None:
    await house.sign_in()
    house.shelf.breaks_at = 500
    with pytest.raises(Exception, match=r".*"):
        await house.ask(f"/recordings/{house.key}/1")


async def test_the_log_has_who_heard_what_and_no_number(house: House, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    await house.sign_in()
    await house.ask(f"/recordings/{house.key}/1", Range="bytes=0-9")
    (heard,) = [record for record in caplog.records if record.message == "a recording is heard"]
    values: dict[str, Any] = vars(heard)
    assert (values["contact"], values["agent"]) == (house.key, SAM)
    assert not re.search(r"\+\d{6}", caplog.text)
