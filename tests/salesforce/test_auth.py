"""Signing in: the assertion, refusals with their cure, settings that cannot be used."""

from collections.abc import Callable
from pathlib import Path

import jwt
import pytest
import requests
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, PrivateFormat
from msgspec import structs
from requests import exceptions as fault

from connector.errors import ConfigError, CrmUnavailable
from connector.salesforce import SalesforceConfig, open_crm
from connector.salesforce.auth import SignIn
from connector.salesforce.config import usual_audience
from tests.salesforce.conftest import MakeConfig
from tests.salesforce.scripted import INSTANCE, LOGIN, Answer, Scripted, form_of, said
from tests.sandbox.org.rig import RunningOrg

NOON = 1_795_435_200


def sign_in(config: SalesforceConfig, answer: Callable[[], Answer]) -> tuple[SignIn, list[requests.PreparedRequest]]:
    network = Scripted(said(200, {}))
    asked: list[requests.PreparedRequest] = []

    def answered(request: requests.PreparedRequest) -> Answer:
        asked.append(request)
        return answer()

    network.token_answer = answered
    session = requests.Session()
    session.mount("https://", network)
    return SignIn(config, session, now=lambda: NOON + 0.9), asked


def token() -> Answer:
    return said(200, {"access_token": "secret-token", "instance_url": INSTANCE + "/", "token_type": "Bearer"})


@pytest.fixture
def signing(private_pem: str) -> SalesforceConfig:
    return SalesforceConfig(LOGIN + "/", "consumer", "integration@acme.example", private_key=private_pem)


@pytest.fixture
def by_secret() -> SalesforceConfig:
    """Without a key, which takes long to read."""
    return SalesforceConfig(LOGIN, "consumer", client_secret="s3cret")


def test_the_assertion(signing: SalesforceConfig, private_key: rsa.RSAPrivateKey) -> None:
    signed, asked = sign_in(signing, token)
    found = signed.token()
    assert (found.access, found.instance) == ("secret-token", INSTANCE)
    assert signed.token() is found
    (request,) = asked
    assert request.url == f"{LOGIN}/services/oauth2/token"
    form = form_of(request)
    assert form["grant_type"] == "urn:ietf:params:oauth:grant-type:jwt-bearer"
    claims = jwt.decode(
        form["assertion"],
        private_key.public_key(),
        ["RS256"],
        audience=LOGIN,
        options={"verify_exp": False, "verify_iat": False},
    )
    assert claims == {
        "iss": "consumer",
        "sub": "integration@acme.example",
        "aud": LOGIN,
        "iat": NOON,
        "exp": NOON + 180,
    }
    assert jwt.get_unverified_header(form["assertion"])["alg"] == "RS256"


def test_audience_and_token_url_can_be_given(signing: SalesforceConfig) -> None:
    config = structs.replace(signing, audience="https://test.salesforce.com", token_url="https://sso.example/token")
    signed, asked = sign_in(config, token)
    signed.token()
    assert asked[0].url == "https://sso.example/token"
    claims = jwt.decode(form_of(asked[0])["assertion"], options={"verify_signature": False})
    assert claims["aud"] == "https://test.salesforce.com"


@pytest.mark.parametrize(
    ("login_url", "audience"),
    [
        ("https://login.salesforce.com", "https://login.salesforce.com"),
        ("https://test.salesforce.com/", "https://test.salesforce.com"),
        ("https://acme.my.salesforce.com", "https://login.salesforce.com"),
        ("https://acme.my.salesforce.com/", "https://login.salesforce.com"),
        ("https://acme-dev-ed.develop.my.salesforce.com", "https://login.salesforce.com"),
        ("https://acme--uat.sandbox.my.salesforce.com", "https://test.salesforce.com"),
        ("https://ACME--uat.my.salesforce.com", "https://test.salesforce.com"),
        ("https://fun-fox-1.scratch.my.salesforce.com", "https://test.salesforce.com"),
        ("https://sandbox.my.salesforce.com", "https://login.salesforce.com"),
        ("https://acme.my.site.com/customers", "https://acme.my.site.com/customers"),
        ("https://my.salesforce.com.evil.example", "https://my.salesforce.com.evil.example"),
        ("http://127.0.0.1:8480", "http://127.0.0.1:8480"),
    ],
)
def test_whom_an_assertion_is_for(login_url: str, audience: str) -> None:
    assert usual_audience(login_url) == audience


def test_at_my_domain_the_assertion_is_for_the_server_that_signs_in_its_users(signing: SalesforceConfig) -> None:
    signed, asked = sign_in(structs.replace(signing, login_url="https://acme--uat.sandbox.my.salesforce.com"), token)
    signed.token()
    assert asked[0].url == "https://acme--uat.sandbox.my.salesforce.com/services/oauth2/token"
    claims = jwt.decode(form_of(asked[0])["assertion"], options={"verify_signature": False})
    assert claims["aud"] == "https://test.salesforce.com"


def test_client_credentials(by_secret: SalesforceConfig) -> None:
    signed, asked = sign_in(by_secret, token)
    signed.token()
    assert form_of(asked[0]) == {"grant_type": "client_credentials", "client_id": "consumer", "client_secret": "s3cret"}


@pytest.mark.parametrize(
    "error,description,cure",
    [
        ("invalid_grant", "user hasn't approved this consumer", "Permitted Users"),
        ("invalid_app_access", "user is not admin approved to access this app", "Permitted Users"),
        ("invalid_grant", "invalid assertion", "certificate"),
        ("invalid_grant", "audience is invalid", "salesforce.audience"),
        ("invalid_client_id", "client identifier invalid", "salesforce.consumer_key"),
        ("invalid_grant", "expired access/refresh token", "clock"),
        ("invalid_grant", "ip restricted", "IP restrictions"),
        ("something_new", "", "certificate"),
    ],
)
def test_a_refused_sign_in_says_what_to_do(
    by_secret: SalesforceConfig, error: str, description: str, cure: str
) -> None:
    signed, _ = sign_in(by_secret, lambda: said(400, {"error": error, "error_description": description}))
    with pytest.raises(CrmUnavailable) as caught:
        signed.token()
    assert (caught.value.code, caught.value.doubtful, caught.value.retry_after) == ("login", False, 60_000)
    assert error in str(caught.value)
    assert cure in str(caught.value)


@pytest.mark.parametrize(
    "answer,code,words",
    [
        (fault.ConnectTimeout, "connection", "no answer in time"),
        (fault.SSLError, "connection", "salesforce.ca_file"),
        (fault.ProxyError, "connection", "salesforce.proxy"),
        (fault.ConnectionError, "connection", "no connection"),
        (lambda: said(502, "<html>"), "unavailable", "502"),
        (lambda: said(503, {"error": "server_error"}), "unavailable", "503"),
        (lambda: said(302, ""), "unavailable", "302"),
        (lambda: said(200, "<html>a captive portal</html>"), "login", "no Salesforce org"),
        (lambda: said(200, []), "login", "no Salesforce org"),
        (lambda: said(200, {"access_token": "", "instance_url": INSTANCE}), "login", "no Salesforce org"),
        (lambda: said(200, {"access_token": "x", "instance_url": 7}), "login", "no Salesforce org"),
        (lambda: said(200, {"access_token": "x", "instance_url": "http://acme.example"}), "login", "not https"),
        (lambda: said(200, {"access_token": "x", "instance_url": "http://localhost:1"}), "login", "not https"),
    ],
)
def test_no_token(by_secret: SalesforceConfig, answer: Callable[[], Answer], code: str, words: str) -> None:
    signed, _ = sign_in(by_secret, answer)
    with pytest.raises(CrmUnavailable) as caught:
        signed.token()
    assert (caught.value.code, caught.value.doubtful) == (code, False)
    assert words in str(caught.value)


def test_after_a_failure_the_next_attempt_may_succeed(by_secret: SalesforceConfig) -> None:
    answers = [fault.ConnectionError(), token()]
    signed, _ = sign_in(by_secret, lambda: answers.pop(0))
    with pytest.raises(CrmUnavailable):
        signed.token()
    assert signed.token().access == "secret-token"


def test_the_stand_in_org_takes_the_assertion_and_refuses_another_key(config: MakeConfig, org: RunningOrg) -> None:
    session = requests.Session()
    assert SignIn(config(), session).token().instance == org.url
    other = rsa.generate_private_key(65537, 2048)
    pem = other.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    with pytest.raises(CrmUnavailable) as caught:
        SignIn(config(private_key=pem), session).token()
    assert "invalid assertion" in str(caught.value)
    session.close()


@pytest.mark.parametrize(
    "changes,named",
    [
        ({"login_url": "http://login.salesforce.com"}, "salesforce.login_url"),
        ({"login_url": "login.salesforce.com"}, "salesforce.login_url"),
        ({"login_url": ""}, "salesforce.login_url"),
        ({"token_url": "http://sso.example"}, "salesforce.token_url"),
        ({"consumer_key": ""}, "salesforce.consumer_key"),
        ({"username": ""}, "salesforce.username"),
        ({"timeout_s": 0}, "salesforce.timeout_s"),
        ({"threads": 0}, "salesforce.threads"),
        ({"reserve_percent": 91}, "salesforce.reserve_percent"),
        ({"reserve_percent": float("nan")}, "salesforce.reserve_percent"),
        ({"last_reserve_percent": -1}, "salesforce.last_reserve_percent"),
        ({"reserve_percent": 10, "last_reserve_percent": 11}, "salesforce.last_reserve_percent"),
        ({"private_key": ""}, "salesforce.private_key_file"),
        ({"private_key": "no key"}, "salesforce.private_key"),
        ({"private_key_file": "/nowhere/key.pem"}, "salesforce.private_key_file"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(
    signing: SalesforceConfig, changes: dict[str, object], named: str
) -> None:
    with pytest.raises(ConfigError, match=f"^{named}: "):
        open_crm(structs.replace(signing, **changes))


def test_a_key_that_is_encrypted_or_not_rsa_is_refused(
    signing: SalesforceConfig, private_key: rsa.RSAPrivateKey, tmp_path: Path
) -> None:
    encrypted = private_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"x"))
    (tmp_path / "key.pem").write_bytes(encrypted)
    with pytest.raises(ConfigError, match=r"salesforce.private_key_file: is not an unencrypted PEM"):
        open_crm(structs.replace(signing, private_key="", private_key_file=str(tmp_path / "key.pem")))
    curve = ec.generate_private_key(ec.SECP256R1()).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    with pytest.raises(ConfigError, match="is not an RSA key"):
        open_crm(structs.replace(signing, private_key=curve.decode()))
