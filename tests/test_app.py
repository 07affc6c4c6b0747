"""The composition root's own decisions: what it needs of Salesforce, and who gets an e-mail."""

from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from msgspec.structs import replace

from connector.api.keys import hash_of
from connector.config import ApiKey, Config, Emergency, Reconcile, Salesforce
from connector.configured import api_keys_of, budget_channels_of, channels_of, crm_of, gaps_channels_of, mail_server_of
from connector.errors import ConfigError
from tests.api.tokens import key


@pytest.fixture
def given(tmp_path: Path) -> Salesforce:
    """The settings that the JWT bearer flow needs."""
    pem = tmp_path / "app.pem"
    pem.write_bytes(key().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return Salesforce(consumer_key="k", username="u", private_key_file=str(pem))


@pytest.mark.parametrize("missing", ["consumer_key", "username", "private_key_file"])
def test_what_the_sign_in_lacks_is_named(missing: str, given: Salesforce) -> None:
    with pytest.raises(ConfigError, match=rf"^salesforce\.{missing}: is missing"):
        crm_of(Config(salesforce=replace(given, **{missing: ""})))


async def test_a_client_secret_takes_the_place_of_user_and_key(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("hush\n")
    crm = crm_of(Config(salesforce=Salesforce(consumer_key="k", client_secret_file=str(secret))))
    await crm.close()
    with pytest.raises(ConfigError, match=r"^salesforce\.client_secret_file: .* cannot be read"):
        crm_of(Config(salesforce=Salesforce(consumer_key="k", client_secret_file=str(tmp_path / "none"))))


async def test_all_settings_together_make_an_adapter(given: Salesforce) -> None:
    crm = crm_of(Config(salesforce=given))
    await crm.close()


# --- what else the settings name -------------------------------------------------------------------------------------


def emergency(**values: Any) -> Config:
    mail = {"email_to": ("a@b.example",), "email_from": "c@b.example", "smtp_host": "mail.b.example"}
    return Config(emergency=Emergency(**{**mail, **values}))


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"email_from": ""}, r"^emergency\.email_from: is missing"),
        ({"smtp_host": ""}, r"^emergency\.smtp_host: is missing"),
        ({"email_to": ("a@b.example", "nobody")}, r"'nobody' is not an e-mail address"),
        ({"email_from": "c@b\nBcc: x@y"}, "is not an e-mail address"),
        ({"smtp_tls": "none"}, r"^emergency\.smtp_tls: none is for"),
        ({"smtp_user": "u", "smtp_password_file": "none"}, r"^emergency\.smtp_password_file: none cannot be read"),
        ({"webhook_url": "http://hooks.example/x"}, r"^emergency\.webhook_url: must be https"),
        ({"webhook_url": "file:///etc/passwd"}, r"^emergency\.webhook_url: must be https"),
        ({"webhook_url": "https://x.example", "webhook_secret_file": "none"}, r"^emergency\.webhook_secret_file: none"),
    ],
)
def test_what_is_wrong_with_the_ways_out_of_an_alarm_is_named(values: dict[str, Any], words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        channels_of(emergency(**values))


async def test_there_is_a_way_out_for_each_address_and_the_webhook(tmp_path: Path) -> None:
    assert channels_of(Config()) == []
    assert mail_server_of(Config()) is None
    secret = tmp_path / "secret"
    secret.write_text("hush\n")
    config = emergency(
        email_to=("a@b.example", "d@b.example"),
        smtp_user="u",
        smtp_password_file=str(secret),
        webhook_url="http://127.0.0.1:1/x",
        webhook_secret_file=str(secret),
    )
    channels = channels_of(config)
    assert [channel.name for channel in channels] == ["webhook", "email", "email"]
    server = mail_server_of(config)
    assert server is not None
    assert (server.user, server.password) == ("u", "hush")
    for channel in channels:
        await channel.close()


async def test_those_who_are_told_of_gaps_need_the_mail_server_only() -> None:
    """Whoever is told of an emergency need not be, and the other way round."""
    assert gaps_channels_of(Config()) == gaps_channels_of(emergency()) == []
    config = replace(emergency(email_to=()), reconcile=Reconcile(email_to=("crm@b.example", "it@b.example")))
    assert channels_of(config) == []
    channels = gaps_channels_of(config)
    assert [channel.name for channel in channels] == ["email", "email"]
    for channel in channels:
        await channel.close()
    with pytest.raises(ConfigError, match=r"^reconcile: 'nobody' is not an e-mail address"):
        gaps_channels_of(emergency_and("nobody"))
    with pytest.raises(ConfigError, match=r"^emergency\.smtp_host: is missing; e-mail of an alarm needs it"):
        gaps_channels_of(replace(emergency(smtp_host=""), reconcile=Reconcile(email_to=("a@b.example",))))


async def test_those_who_are_told_of_a_shortage_need_the_mail_server_only() -> None:
    def telling(*to: str) -> Config:
        return replace(emergency(email_to=()), salesforce=Salesforce(budget_email_to=to))

    assert budget_channels_of(Config()) == budget_channels_of(emergency()) == []
    (channel,) = budget_channels_of(telling("it@b.example"))
    assert channels_of(telling("it@b.example")) == []
    await channel.close()
    with pytest.raises(ConfigError, match=r"^salesforce\.budget_email_to: 'nobody' is not an e-mail address"):
        budget_channels_of(telling("nobody"))


def emergency_and(to: str) -> Config:
    return replace(emergency(), reconcile=Reconcile(email_to=(to,)))


def test_the_hash_of_a_key_may_be_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "hash"
    file.write_text(hash_of("ppk_secret").upper() + "\n")
    keys = api_keys_of(Config(api_keys=(ApiKey("flow", sha256_file=str(file)), ApiKey("other", "ab" * 32))))
    assert len(keys) == 2
    assert keys.name_of("Bearer ppk_secret", 0) == "flow"
    file.write_text("ppk_secret")
    with pytest.raises(ConfigError, match=r"must hold 64 hexadecimal digits"):
        api_keys_of(Config(api_keys=(ApiKey("flow", sha256_file=str(file)),)))


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ((ApiKey("flow"),), "flow: takes either"),
        ((ApiKey("flow", "ab" * 32, "file"),), "flow: takes either"),
        ((ApiKey("flow", "ab" * 32), ApiKey("flow", "cd" * 32)), "flow is there twice"),
    ],
)
def test_what_is_wrong_with_a_key_is_named(keys: tuple[ApiKey, ...], words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        api_keys_of(Config(api_keys=keys))
