"""ID tokens of Salesforce: which are accepted, what is refused with which code, and how its keys are found."""

import base64
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from connector.api.auth import LEEWAY
from connector.api.openid import FRESH, NOT_AGAIN_WITHIN, OpenId
from connector.errors import SignInRefused
from connector.service.clock import ManualClock
from tests.api.openid_rig import CLIENT, Provider, challenge, jwk
from tests.api.tokens import NOW, ORG, key, public_pem
from tests.domain.stage import JONAS, SAM

NONCE = "nonce-1"
CALLBACK = "https://phone.acme.example/sign-in/callback"


@pytest.fixture
async def provider() -> AsyncIterator[Provider]:
    async with Provider(ManualClock()).running() as made:
        yield made


@pytest.fixture
async def openid(provider: Provider) -> AsyncIterator[OpenId]:
    made = OpenId(provider.config(CALLBACK), provider.clock.now)
    yield made
    await made.close()


async def refusal(openid: OpenId, text: str, nonce: str = NONCE) -> str:
    with pytest.raises(SignInRefused) as refused:
        await openid.verified(text, nonce)
    assert str(refused.value)
    assert text not in str(refused.value) or len(text) < 10
    return refused.value.code


async def test_a_good_token_says_who_has_signed_in(provider: Provider, openid: OpenId) -> None:
    assert await openid.verified(provider.token(NONCE), NONCE) == SAM
    assert await openid.verified(provider.token(NONCE, sub=f"{provider.url}/id/{ORG}/{JONAS}"), NONCE) == JONAS
    assert await openid.verified(provider.token(NONCE, aud=[CLIENT]), NONCE) == SAM


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"aud": "somebody-else"}, "token_wrong"),
        ({"aud": [CLIENT, "somebody-else"]}, "token_wrong"),
        ({"iss": "https://login.salesforce.com.evil.example"}, "token_wrong"),
        ({"nonce": "of-another-sign-in"}, "token_used"),
        ({"nonce": ""}, "token_used"),
        ({"nonce": 5}, "token_used"),
        ({"exp": NOW - LEEWAY}, "token_expired"),
        ({"iat": NOW + LEEWAY + 1}, "token_wrong"),
        ({"exp": "soon"}, "token_wrong"),
        ({"exp": 1.5e30}, "token_wrong"),
        ({"sub": f"https://login.salesforce.com/id/00D000000000002EAA/{SAM}"}, "token_foreign"),
        ({"sub": SAM}, "token_wrong"),
        ({"sub": f"https://login.salesforce.com/id/{ORG}/{SAM}/more"}, "token_wrong"),
        ({"sub": f"https://login.salesforce.com/id/{ORG}/{SAM}\n"}, "token_wrong"),
        ({"sub": f"https://evil.example/{ORG}/id/{ORG}/{SAM}"}, "token_wrong"),
        ({"alg": "RS512"}, "token_wrong"),
        ({"alg": "PS256"}, "token_wrong"),
        ({"signed_by": "theirs", "kid": "one"}, "token_wrong"),
        ({"signed_by": "theirs"}, "token_wrong"),
        ({"kid": ""}, "token_wrong"),
        *(({"without": claim}, "token_wrong") for claim in ("exp", "iat", "sub", "aud", "iss", "nonce")),
    ],
)
async def test_a_token_that_is_not_good(provider: Provider, openid: OpenId, changes: dict[str, Any], code: str) -> None:
    assert await refusal(openid, provider.token(NONCE, **changes)) == code


@pytest.mark.parametrize("text", ["", "x", "a.b.c", "....", "é.b.c", "bnVsbA.bnVsbA."])
async def test_what_is_no_token(openid: OpenId, text: str) -> None:
    assert await refusal(openid, text) == "token_malformed"


@pytest.mark.parametrize("algorithm", ["none", "None", "NONE", ""])
async def test_an_unsigned_token_is_wrong(provider: Provider, openid: OpenId, algorithm: str) -> None:
    head = encoded({"alg": algorithm, "typ": "JWT", "kid": "one"})
    assert await refusal(openid, f"{head}.{provider.token(NONCE).split('.')[1]}.") == "token_wrong"


async def test_a_published_key_is_no_secret_to_sign_with(provider: Provider, openid: OpenId) -> None:
    body = f"{encoded({'alg': 'HS256', 'typ': 'JWT', 'kid': 'one'})}.{provider.token(NONCE).split('.')[1]}"
    for secret in (public_pem(key("one")), json.dumps(jwk(key("one"), "one"))):
        made = hmac.new(secret.encode(), body.encode(), hashlib.sha256).digest()
        forged = f"{body}.{base64.urlsafe_b64encode(made).rstrip(b'=').decode()}"
        assert await refusal(openid, forged) == "token_wrong"


async def test_a_key_that_the_token_brings_along_is_not_used(provider: Provider, openid: OpenId) -> None:
    public = jwk(key("theirs"), "one")
    claims = jwt.decode(provider.token(NONCE), options={"verify_signature": False})
    for extra in ({"jwk": public}, {"jku": "https://evil.example/keys"}, {"x5u": "https://evil.example/keys"}):
        forged = jwt.encode(claims, key("theirs"), algorithm="RS256", headers={"kid": "one", **extra})
        assert await refusal(openid, forged) == "token_wrong"


def encoded(part: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()


async def test_the_clocks_may_differ_a_little(provider: Provider, openid: OpenId) -> None:
    early: dict[str, Any] = {"iat": NOW + LEEWAY, "exp": NOW + 300}
    late: dict[str, Any] = {"iat": NOW - 300, "exp": NOW - LEEWAY + 1}
    assert await openid.verified(provider.token(NONCE, **early), NONCE) == SAM
    assert await openid.verified(provider.token(NONCE, **late), NONCE) == SAM


# --- keys ------------------------------------------------------------------------------------------------------------


async def test_addresses_and_keys_are_asked_for_once_an_hour(provider: Provider, openid: OpenId) -> None:
    for _ in range(3):
        await openid.verified(provider.token(NONCE), NONCE)
    assert provider.asked == ["discovery", "keys"]
    provider.clock.advance(FRESH)
    now = NOW + FRESH // 1000
    await openid.verified(provider.token(NONCE, iat=now, exp=now + 120), NONCE)
    assert provider.asked == ["discovery", "keys"] * 2


async def test_a_new_key_is_found_at_once(provider: Provider, openid: OpenId) -> None:
    await openid.verified(provider.token(NONCE), NONCE)
    provider.clock.advance(NOT_AGAIN_WITHIN)
    provider.published = {"two": key("two")}
    assert await openid.verified(provider.token(NONCE, signed_by="two"), NONCE) == SAM
    assert await refusal(openid, provider.token(NONCE)) == "token_wrong"
    assert provider.asked == ["discovery", "keys", "keys"], "one look for a key that was not there, and not again soon"


async def test_a_key_with_the_same_name_that_is_no_longer_published_ends_within_the_hour(
    provider: Provider, openid: OpenId
) -> None:
    await openid.verified(provider.token(NONCE), NONCE)
    provider.published = {"one": key("theirs")}
    provider.clock.advance(FRESH)
    now = NOW + FRESH // 1000
    assert await refusal(openid, provider.token(NONCE, iat=now, exp=now + 120)) == "token_wrong"


@pytest.mark.parametrize(
    "published",
    [
        {"use": "enc"},
        {"kty": "oct", "k": "c2VjcmV0"},
        {"n": "AQAB"},
        {"n": "?"},
        {"kid": 5},
        {"kty": "EC"},
    ],
)
async def test_a_key_that_cannot_be_used_is_passed_over(
    provider: Provider, openid: OpenId, published: dict[str, Any]
) -> None:
    good = jwk(key("two"), "two")
    provider.keys_text = json.dumps({"keys": ["nonsense", jwk(key("one"), "one", **published), good]})
    assert await refusal(openid, provider.token(NONCE)) == "token_wrong"
    assert await openid.verified(provider.token(NONCE, signed_by="two"), NONCE) == SAM


async def test_a_short_key_is_passed_over(provider: Provider, openid: OpenId) -> None:
    short = key("short", 1024)
    assert isinstance(short.public_key(), RSAPublicKey)
    provider.published = {"short": short}
    with pytest.raises(SignInRefused) as refused:
        await openid.verified(provider.token(NONCE, kid="short"), NONCE)
    assert refused.value.code == "sign_in_down"


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"keys": 5}', '{"keys": []}', "x" * 300_000])
async def test_keys_that_cannot_be_read(provider: Provider, openid: OpenId, text: str) -> None:
    provider.keys_text = text
    assert await refusal(openid, provider.token(NONCE)) == "sign_in_down"


# --- addresses -------------------------------------------------------------------------------------------------------


async def test_the_browser_is_sent_with_all_that_belongs_to_it(provider: Provider, openid: OpenId) -> None:
    url = await openid.authorize_url("the state", NONCE, "challenge")
    assert url == (
        f"{provider.url}/authorize?response_type=code&client_id={CLIENT}"
        "&redirect_uri=https%3A%2F%2Fphone.acme.example%2Fsign-in%2Fcallback&scope=openid&state=the+state"
        f"&nonce={NONCE}&code_challenge=challenge&code_challenge_method=S256"
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"issuer": "https://evil.example"},
        {"token_endpoint": "http://evil.example/token"},
        {"jwks_uri": "ftp://127.0.0.1/keys"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"token_endpoint": None},
    ],
)
async def test_a_provider_that_cannot_be_trusted(provider: Provider, openid: OpenId, changes: dict[str, Any]) -> None:
    provider.document.update(changes)
    with pytest.raises(SignInRefused) as refused:
        await openid.authorize_url("state", NONCE, "challenge")
    assert refused.value.code == "sign_in_down"


async def test_a_provider_that_is_away_is_asked_again_the_next_time(provider: Provider, openid: OpenId) -> None:
    kept, provider.document = provider.document, {}
    with pytest.raises(SignInRefused):
        await openid.authorize_url("state", NONCE, "challenge")
    provider.document = kept
    assert await openid.authorize_url("state", NONCE, "challenge")


async def test_nobody_there(provider: Provider) -> None:
    nowhere = OpenId(type(provider.config(CALLBACK))("http://127.0.0.1:9", CLIENT, None, ORG, CALLBACK), lambda: 0)
    with pytest.raises(SignInRefused) as refused:
        await nowhere.authorize_url("state", NONCE, "challenge")
    assert refused.value.code == "sign_in_down"
    await nowhere.close()


# --- the code --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("secret", [None, "s3cret"])
async def test_a_code_is_exchanged_with_its_verifier(provider: Provider, secret: str | None) -> None:
    openid = OpenId(provider.config(CALLBACK, secret), provider.clock.now)
    provider.id_token = provider.token(NONCE)
    assert await openid.user("the-code", "the-verifier", NONCE) == SAM
    expected = {
        "grant_type": "authorization_code",
        "code": "the-code",
        "redirect_uri": CALLBACK,
        "client_id": CLIENT,
        "code_verifier": "the-verifier",
    }
    assert provider.form == {**expected, **({"client_secret": secret} if secret else {})}
    await openid.close()


async def test_what_salesforce_says_of_a_code_is_told(provider: Provider, openid: OpenId) -> None:
    provider.answer = (400, '{"error": "invalid_grant", "error_description": "expired authorization code"}')
    with pytest.raises(SignInRefused, match=r"invalid_grant: expired authorization code") as refused:
        await openid.user("code", "verifier", NONCE)
    assert refused.value.code == "sign_in_refused"


@pytest.mark.parametrize(
    ("status", "code"), [(500, "sign_in_down"), (302, "sign_in_refused"), (404, "sign_in_refused")]
)
async def test_other_answers(provider: Provider, openid: OpenId, status: int, code: str) -> None:
    provider.answer = (status, "<html>")
    with pytest.raises(SignInRefused) as refused:
        await openid.user("code", "verifier", NONCE)
    assert refused.value.code == code


@pytest.mark.parametrize("body", ["[]", "{}", "nonsense", '{"id_token": null}', '{"id_token": 5}'])
async def test_an_answer_without_an_id_token(provider: Provider, openid: OpenId, body: str) -> None:
    provider.answer = (200, body)
    with pytest.raises(SignInRefused) as refused:
        await openid.user("code", "verifier", NONCE)
    assert refused.value.code == "token_malformed"


def test_the_challenge_of_the_rfc() -> None:
    assert challenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk") == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
