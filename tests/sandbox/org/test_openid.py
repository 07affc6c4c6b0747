"""The org as an OpenID provider: a code is good once, for the app, address and verifier that it was asked with."""

from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import aiohttp
import jwt
import pytest

from connector.sandbox.org.openid import CODE_SECONDS
from connector.sandbox.org.server import CONSUMER_KEY, Org, start_org
from tests.api.openid_rig import challenge
from tests.api.tokens import public_pem

pytestmark = pytest.mark.slow

CALLBACK = "http://localhost:8080/sign-in/callback"
VERIFIER = "v" * 43


class Browser:
    """One that follows no redirects."""

    def __init__(self, org: Org, http: aiohttp.ClientSession) -> None:
        self.org, self.http = org, http
        self.now = 0.0

    def query(self, **changes: str) -> dict[str, str]:
        return {
            "response_type": "code",
            "client_id": CONSUMER_KEY,
            "redirect_uri": CALLBACK,
            "scope": "openid",
            "state": "s t",
            "nonce": "n",
            "code_challenge": challenge(VERIFIER),
            "code_challenge_method": "S256",
            **changes,
        }

    async def page(self, **changes: str) -> tuple[int, str]:
        url = f"{self.org.url}/services/oauth2/authorize?{urlencode(self.query(**changes))}"
        async with self.http.get(url) as answer:
            return answer.status, await answer.text()

    async def choose(self, user: str, **changes: str) -> dict[str, str]:
        form = {**self.query(**changes), "user": user}
        async with self.http.post(
            f"{self.org.url}/services/oauth2/authorize", data=form, allow_redirects=False
        ) as answer:
            assert answer.status == 302
            to = urlsplit(answer.headers["Location"])
            assert f"{to.scheme}://{to.netloc}{to.path}" == CALLBACK
            return {name: values[0] for name, values in parse_qs(to.query).items()}

    async def tokens(self, code: str, **changes: str) -> tuple[int, dict[str, Any]]:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "client_id": CONSUMER_KEY,
            "redirect_uri": CALLBACK,
            "code_verifier": VERIFIER,
            **changes,
        }
        async with self.http.post(f"{self.org.url}/services/oauth2/token", data=form) as answer:
            return answer.status, await answer.json()

    def user(self, name: str = "Sam Rivera") -> str:
        users = self.org.context.database.find(self.org.context.schema["User"], "IsActive", True)
        return next(str(user["Id"]) for user in users if user["Name"] == name)

    async def keys(self) -> dict[str, Any]:
        async with self.http.get(f"{self.org.url}/id/keys") as answer:
            return {key["kid"]: jwt.PyJWK(key).key for key in (await answer.json())["keys"]}


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    passed = [1_795_438_800.0]
    org = await start_org(client_certificate=public_pem(), callbacks=(CALLBACK,), now=lambda: passed[0])
    try:
        async with aiohttp.ClientSession() as http:
            made = Browser(org, http)
            made.passed = passed  # type: ignore[attr-defined]  # the org's clock
            yield made
    finally:
        await org.close()


async def test_the_whole_way(browser: Browser) -> None:
    status, page = await browser.page()
    assert status == 200
    assert f'<button name="user" value="{browser.user()}">Sam Rivera</button>' in page
    back = await browser.choose(browser.user())
    assert back["state"] == "s t"
    status, body = await browser.tokens(back["code"])
    assert (status, body["scope"]) == (200, "openid")
    kid = jwt.get_unverified_header(body["id_token"])["kid"]
    claims = jwt.decode(
        body["id_token"],
        (await browser.keys())[kid],
        algorithms=["RS256"],
        audience=CONSUMER_KEY,
        issuer=browser.org.url,
        options={"verify_exp": False, "verify_iat": False},
    )
    assert claims["nonce"] == "n"
    assert claims["sub"] == body["id"] == f"{browser.org.url}/id/{browser.org.organization_id}/{browser.user()}"


async def test_a_code_is_tried_once(browser: Browser) -> None:
    code = (await browser.choose(browser.user()))["code"]
    assert (await browser.tokens(code))[0] == 200
    assert (await browser.tokens(code))[1]["error"] == "invalid_grant"
    code = (await browser.choose(browser.user()))["code"]
    await browser.tokens(code, code_verifier="w" * 43)
    assert (await browser.tokens(code))[1]["error"] == "invalid_grant", "a wrong verifier has no second try"


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"code_verifier": "w" * 43}, "invalid_grant"),
        ({"code_verifier": ""}, "invalid_grant"),
        ({"redirect_uri": "https://evil.example"}, "redirect_uri_mismatch"),
        ({"client_id": "other"}, "invalid_client_id"),
        ({"client_secret": "wrong"}, "invalid_client"),
    ],
)
async def test_what_is_not_as_it_was_asked(browser: Browser, changes: dict[str, str], error: str) -> None:
    code = (await browser.choose(browser.user()))["code"]
    status, body = await browser.tokens(code, **changes)
    assert (status, body["error"]) == (400, error)


async def test_a_code_does_not_last(browser: Browser) -> None:
    code = (await browser.choose(browser.user()))["code"]
    browser.passed[0] += CODE_SECONDS  # type: ignore[attr-defined]
    assert (await browser.tokens(code))[1]["error_description"] == "expired authorization code"


@pytest.mark.parametrize(
    "changes",
    [
        {"client_id": "other"},
        {"redirect_uri": "https://evil.example"},
        {"redirect_uri": CALLBACK + "/x"},
        {"response_type": "token"},
        {"scope": "api"},
        {"code_challenge_method": "plain"},
        {"code_challenge": ""},
    ],
)
async def test_an_app_that_may_not_ask_gets_no_browser_back(browser: Browser, changes: dict[str, str]) -> None:
    status, page = await browser.page(**changes)
    assert status == 400
    assert "error=" in page
    assert "<form" not in page


async def test_who_denies_and_who_is_nobody(browser: Browser) -> None:
    for user in ("", "005000000000000AAA", "<script>"):
        assert (await browser.choose(user))["error"] == "access_denied"


async def test_what_the_app_says_is_no_markup(browser: Browser) -> None:
    _, page = await browser.page(state='"><script>')
    assert "<script>" not in page


async def test_a_rotation_replaces_the_key(browser: Browser) -> None:
    before = await browser.keys()
    made = browser.org.openid.rotate()
    assert set(await browser.keys()) == {made}
    assert made not in before
