"""The connector's own key, secret and tokens: in no log, whatever is logged and whatever goes wrong."""

import asyncio
import logging
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from connector.api.openid import OpenIdConfig
from connector.errors import CrmUnavailable
from connector.salesforce import SalesforceConfig, auth, open_crm
from connector.sandbox.org.server import CONSUMER_KEY
from tests.salesforce.conftest import MakeConfig
from tests.sandbox.org.rig import RunningOrg

SECRET = "the-secret-of-the-app"
WRONG = "the-wrong-secret"


def pem(key: rsa.RSAPrivateKey) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def used(config: SalesforceConfig) -> str:
    """Signs in and asks something; the access token, \"\" if there was none."""
    crm = open_crm(config)

    async def run() -> str:
        try:
            await crm.directory()
            return crm._client.signed_in().access
        except CrmUnavailable:
            logging.getLogger("connector.test").exception("as who calls would")
            return ""
        finally:
            await crm.close()

    return asyncio.run(run())


def test_nothing_secret_is_logged(
    private_key: rsa.RSAPrivateKey, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level(logging.DEBUG)
    asserted: list[str] = []
    encode = jwt.encode

    def noted(*given: Any, **more: Any) -> str:
        asserted.append(encode(*given, **more))
        return asserted[-1]

    monkeypatch.setattr(jwt, "encode", noted)
    public = private_key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    org = RunningOrg(private_key, client_certificate=public, client_secret=SECRET)
    other = rsa.generate_private_key(65537, 2048)
    try:
        where = {"login_url": org.url, "consumer_key": CONSUMER_KEY}
        by_key = {**where, "username": "integration@phone-panel.example"}
        tokens = [
            used(SalesforceConfig(**by_key, private_key=pem(private_key))),  # type: ignore[arg-type]  # by name
            used(SalesforceConfig(**where, client_secret=SECRET)),  # type: ignore[arg-type]  # by name
        ]
        refused = [
            used(SalesforceConfig(**by_key, private_key=pem(other))),  # type: ignore[arg-type]  # by name
            used(SalesforceConfig(**where, client_secret=WRONG)),  # type: ignore[arg-type]  # by name
        ]
        org.control("POST", "faults", [{"kind": "expired_session"}, {"kind": "drop_before"}])
        tokens.append(used(SalesforceConfig(**where, client_secret=SECRET)))  # type: ignore[arg-type]  # by name
    finally:
        org.close()
    assert all(tokens)
    assert refused == ["", ""]
    assert len(asserted) == 2
    secrets = {*tokens, *asserted, SECRET, WRONG}
    secrets |= {line for key in (private_key, other) for line in pem(key).splitlines()[1:-1]}
    formatter = logging.Formatter()
    text = "\n".join(f"{formatter.format(record)} {record.__dict__}" for record in caplog.records)
    assert "Salesforce refused the sign-in" in text, "something was logged"
    assert [secret for secret in secrets if secret in text] == []


def test_settings_and_tokens_do_not_tell_their_secrets_when_they_are_shown(config: MakeConfig) -> None:
    shown = [
        repr(config(client_secret=SECRET)),
        repr(auth.Token(SECRET, "https://acme.my.salesforce.com")),
        repr(OpenIdConfig("https://acme.my.salesforce.com", "3MVG9", SECRET, "00D000000000001EAA", "https://c/x")),
    ]
    assert not [text for text in shown if SECRET in text or "PRIVATE" in text]
