"""The composition root's own decisions: what it needs of Salesforce, and when an agent's day began."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from msgspec.structs import replace

from connector.app import crm_of, midnight
from connector.config import Config, Salesforce
from connector.errors import ConfigError
from tests.api.tokens import key


def ms(text: str) -> int:
    return round(datetime.fromisoformat(text).timestamp() * 1000)


@pytest.mark.parametrize(
    ("now", "zone", "began"),
    [
        ("2026-11-23T07:30:00+00:00", "UTC", "2026-11-23T00:00:00+00:00"),
        ("2026-11-23T07:30:00+00:00", "America/Los_Angeles", "2026-11-22T00:00:00-08:00"),
        ("2026-11-23T08:00:00+00:00", "America/Los_Angeles", "2026-11-23T00:00:00-08:00"),
        ("2026-11-23T23:30:00+00:00", "Europe/Amsterdam", "2026-11-24T00:00:00+01:00"),
        # The days on which the clocks are set forward and back begin at the offset of the day before.
        ("2026-03-29T20:00:00+00:00", "Europe/Amsterdam", "2026-03-29T00:00:00+01:00"),
        ("2026-10-25T20:00:00+00:00", "Europe/Amsterdam", "2026-10-25T00:00:00+02:00"),
        ("2026-06-01T12:00:00+00:00", "Asia/Kolkata", "2026-06-01T00:00:00+05:30"),
        ("2026-06-01T12:00:00+00:00", "Nowhere/Atlantis", "2026-06-01T00:00:00+00:00"),
        ("2026-06-01T12:00:00+00:00", "", "2026-06-01T00:00:00+00:00"),
        ("2026-06-01T12:00:00+00:00", "../../etc/passwd", "2026-06-01T00:00:00+00:00"),
    ],
)
def test_the_day_begins_at_midnight_where_the_agent_is(now: str, zone: str, began: str) -> None:
    assert datetime.fromtimestamp(midnight(ms(now), zone) / 1000, UTC) == datetime.fromisoformat(began)


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
