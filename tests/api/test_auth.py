"""Sign-in: what is refused, with which code, and what is accepted once."""

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

from connector.api.auth import LEEWAY, SANDBOX_ISSUER, Session, SignIn
from connector.app import Connector
from connector.config import read
from connector.errors import ConfigError, SignInRefused
from tests.api.tokens import ISSUER, NOW, ORG, issuer, key, public_pem, token
from tests.domain.stage import JONAS, SAM, START


class Clock:
    def __init__(self) -> None:
        self.ms = START

    def now(self) -> int:
        return self.ms


def sign_in(*issuers: Any, clock: Clock | None = None) -> SignIn:
    return SignIn(issuers or (issuer(),), (clock or Clock()).now)


def refusal(text: str, by: SignIn | None = None) -> str:
    with pytest.raises(SignInRefused) as caught:
        (by or sign_in()).verify(text)
    assert str(caught.value)
    return caught.value.code


def encoded(part: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()


def test_a_good_token_says_who_speaks() -> None:
    assert sign_in().verify(token(JONAS)) == Session(JONAS, ORG, NOW + 120)


@pytest.mark.parametrize("text", ["", "x", "a.b.c", "é.b.c", "....", "bnVsbA.bnVsbA.", "e30.W10."])
def test_what_is_no_token_is_malformed(text: str) -> None:
    assert refusal(text) == "token_malformed"


@given(st.text(max_size=200))
def test_whatever_the_text_it_is_refused_and_never_an_error_of_ours(text: str) -> None:
    assert refusal(text, _ANY).startswith("token_")


_ANY = sign_in()


@pytest.mark.parametrize("name", ["https://other.my.salesforce.com", "", None, 5, ISSUER + "/"])
def test_a_foreign_issuer_is_named(name: object) -> None:
    claims = {"iss": name, "sub": SAM}
    assert refusal(f"{encoded({'alg': 'RS256', 'typ': 'JWT'})}.{encoded(claims)}.c2ln") == "token_foreign"


def test_a_token_of_another_key_is_wrong() -> None:
    assert refusal(token(signed_by=key("theirs"))) == "token_wrong"


def test_a_token_that_was_changed_is_wrong() -> None:
    head, _, signature = token().split(".")
    body = {"iss": ISSUER, "aud": "phone-panel", "sub": JONAS, "org": ORG, "iat": NOW, "exp": NOW + 120, "jti": "x"}
    assert refusal(f"{head}.{encoded(body)}.{signature}") == "token_wrong"


def test_an_unsigned_token_is_wrong() -> None:
    body = token().split(".")[1]
    for algorithm in ("none", "None", "NONE", ""):
        assert refusal(f"{encoded({'alg': algorithm, 'typ': 'JWT'})}.{body}.") == "token_wrong"


def test_our_public_key_is_no_secret_to_sign_with() -> None:
    # The library would refuse to make it: so by hand, as who attacks would.
    body = f"{encoded({'alg': 'HS256', 'typ': 'JWT'})}.{token().split('.')[1]}"
    signature = hmac.new(public_pem().encode(), body.encode(), hashlib.sha256).digest()
    forged = f"{body}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"
    assert refusal(forged) == "token_wrong"


def test_another_algorithm_of_the_same_key_is_wrong() -> None:
    assert refusal(token(algorithm="RS512")) == "token_wrong"
    assert refusal(token(algorithm="PS256")) == "token_wrong"


@pytest.mark.parametrize("audience", ["someone-else", "", ["someone-else"], "phone-panel2"])
def test_a_token_for_somebody_else_is_wrong(audience: object) -> None:
    assert refusal(token(aud=audience)) == "token_wrong"


@pytest.mark.parametrize("claim", ["exp", "iat", "sub", "org", "jti", "aud"])
def test_a_token_that_lacks_a_claim_is_wrong(claim: str) -> None:
    assert refusal(token(without=claim)) == "token_wrong"


@pytest.mark.parametrize(
    ("claim", "value"), [("exp", "soon"), ("iat", "now"), ("exp", 1.5e30), ("iat", None), ("sub", 5), ("jti", 5)]
)
def test_a_claim_of_the_wrong_type_is_wrong(claim: str, value: object) -> None:
    assert refusal(token_by_hand(claim, value)) == "token_wrong"


def token_by_hand(claim: str, value: object) -> str:
    """The library would not encode some of these."""
    claims = {"iss": ISSUER, "aud": "phone-panel", "sub": SAM, "org": ORG, "iat": NOW, "exp": NOW + 120, "jti": "x"}
    text = json.dumps({**claims, claim: value})
    return jwt.api_jws.encode(text.encode(), key(), algorithm="RS256")


def test_the_clocks_may_differ_a_little() -> None:
    clock = Clock()
    by = sign_in(clock=clock)
    early, late = token(iat=NOW + LEEWAY), token(exp=NOW - LEEWAY + 1)
    assert by.verify(early).agent == SAM
    assert by.verify(late).agent == SAM
    assert refusal(token(iat=NOW + LEEWAY + 1), by) == "token_wrong"
    assert refusal(token(exp=NOW - LEEWAY), by) == "token_expired"


def test_a_token_expires_by_our_clock() -> None:
    clock = Clock()
    by = sign_in(clock=clock)
    text = token()
    clock.ms += (120 + LEEWAY) * 1000
    assert refusal(text, by) == "token_expired"


def test_another_org_of_the_same_issuer_is_foreign() -> None:
    assert refusal(token(org="00D000000000002EAA")) == "token_foreign"
    assert refusal(token(org=None)) == "token_wrong"


def test_a_token_opens_one_socket() -> None:
    clock = Clock()
    by = sign_in(clock=clock)
    first, second = token(), token()
    by.verify(first)
    assert refusal(first, by) == "token_used"
    by.verify(second)
    clock.ms += LEEWAY * 1000
    assert refusal(first, by) == "token_used"
    clock.ms += (120 - 1) * 1000
    assert refusal(first, by) == "token_used", "as long as it would be accepted it is remembered"


def test_a_refused_token_is_not_used_up() -> None:
    by = sign_in()
    text = token(jti="once", org="00D000000000002EAA")
    refusal(text, by)
    assert by.verify(token(jti="once")).agent == SAM


def test_used_tokens_are_forgotten_when_they_have_expired() -> None:
    clock = Clock()
    by = sign_in(clock=clock)
    for _ in range(3):
        by.verify(token())
    clock.ms += 10 * 60_000
    by.verify(token(iat=NOW + 600, exp=NOW + 720))
    assert len(by._used) == 1


def test_two_orgs_may_make_the_same_token_id() -> None:
    other = "https://other.my.salesforce.com"
    by = sign_in(issuer(), issuer(other, public_pem(key("theirs")), "00D000000000002EAA"))
    by.verify(token(jti="1"))
    assert by.verify(token(iss=other, org="00D000000000002EAA", jti="1", signed_by=key("theirs"))).org.startswith("00D")


def test_one_issuer_cannot_sign_for_another() -> None:
    other = "https://other.my.salesforce.com"
    by = sign_in(issuer(), issuer(other, public_pem(key("theirs")), "00D000000000002EAA"))
    assert refusal(token(signed_by=key("theirs")), by) == "token_wrong"


# --- settings --------------------------------------------------------------------------------------------------------


def test_the_sandbox_signs_in_the_demo_only() -> None:
    with pytest.raises(ConfigError, match=r"sign_in: .*demo only"):
        sign_in(issuer(SANDBOX_ISSUER))
    assert SignIn([issuer(SANDBOX_ISSUER)], Clock().now, sandbox=True).verify(token(iss=SANDBOX_ISSUER)).agent == SAM


def test_serve_refuses_the_sandbox(tmp_path: Path, needs: Any) -> None:
    needs("panel")
    (tmp_path / "key.pem").write_text(public_pem())
    settings = tmp_path / "connector.toml"
    pem = tmp_path / "key.pem"
    settings.write_text(f'[[sign_in]]\nissuer = "{SANDBOX_ISSUER}"\npublic_key_file = "{pem}"\norg = "{ORG}"\n')
    with pytest.raises(ConfigError, match=r"sign_in: .*demo only"):
        Connector(read(settings, {}))


@pytest.mark.parametrize("pem", ["", "nonsense", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----"])
def test_what_is_no_key_is_refused_at_the_start(pem: str) -> None:
    with pytest.raises(ConfigError, match=r"sign_in\.public_key_file: .*acme.*PEM"):
        sign_in(issuer(pem=pem))


def test_a_key_must_be_rsa_and_long_enough() -> None:
    curve = ec.generate_private_key(ec.SECP256R1()).public_key()
    pems = [
        curve.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode(),
        public_pem(key("short", 1024)),
    ]
    for pem in pems:
        with pytest.raises(ConfigError, match="RSA key of 2048 bits"):
            sign_in(issuer(pem=pem))


def test_a_certificate_will_do() -> None:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "phone panel")])
    made = datetime(2026, 1, 1, tzinfo=UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key().public_key())
        .serial_number(1)
        .not_valid_before(made)
        .not_valid_after(made + timedelta(days=365))
        .sign(key(), hashes.SHA256())
    )
    pem = certificate.public_bytes(Encoding.PEM).decode()
    assert sign_in(issuer(pem=pem)).verify(token()).agent == SAM
