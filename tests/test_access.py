"""The connector's own access: key or secret from a file or the environment, and what is said when there is none."""

import re
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from connector.config import Config, Oidc, Salesforce, read
from connector.configured import crm_of, openid_of
from connector.errors import ConfigError
from tests.api.tokens import ORG, key

PEM = key().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
WHO = {"SALESFORCE_CONSUMER_KEY": "3MVG9", "SALESFORCE_USERNAME": "connector@acme.example"}




@pytest.mark.parametrize("pem", [PEM, PEM.replace("\n", "\\n")])
async def test_the_key_may_come_from_the_environment(pem: str) -> None:
    crm = crm_of(read(None, {**WHO, "SALESFORCE_PRIVATE_KEY": pem}))
    await crm.close()


async def test_the_environment_goes_before_the_file(tmp_path: Path) -> None:
    given = {**WHO, "SALESFORCE_PRIVATE_KEY": PEM, "SALESFORCE_PRIVATE_KEY_FILE": str(tmp_path / "is-not-there")}
    await crm_of(read(None, given)).close()


async def test_a_secret_needs_no_user_and_no_key(tmp_path: Path) -> None:
    await crm_of(read(None, {"SALESFORCE_CONSUMER_KEY": "3MVG9", "SALESFORCE_CLIENT_SECRET": "s3cret"})).close()
    (tmp_path / "secret").write_text("s3cret\n")
    salesforce = Salesforce(consumer_key="3MVG9", client_secret_file=str(tmp_path / "secret"))
    await crm_of(Config(salesforce=salesforce)).close()


def test_a_key_that_is_none_is_refused_and_not_shown() -> None:
    with pytest.raises(ConfigError, match=r"salesforce\.private_key") as refused:
        crm_of(read(None, {**WHO, "SALESFORCE_PRIVATE_KEY": "s3cret-but-no-key"}))
    assert "s3cret" not in str(refused.value)


@pytest.mark.parametrize(
    ("content", "why"), [(None, "cannot be read: No such file"), ("no certificate", "holds no certificate in PEM form")]
)
def test_an_authority_that_cannot_be_used_is_named(tmp_path: Path, content: str | None, why: str) -> None:
    file = tmp_path / "authority.pem"
    if content is not None:
        file.write_text(content)
    given = Salesforce(consumer_key="3MVG9", username="connector@acme.example", private_key=PEM, ca_file=str(file))
    with pytest.raises(ConfigError, match=re.escape(f"salesforce.ca_file: {file} {why}")):
        crm_of(Config(salesforce=given))


def test_without_a_key_it_says_which_setting_is_missing() -> None:
    with pytest.raises(ConfigError, match=r"salesforce\.private_key_file: is missing"):
        crm_of(read(None, WHO))


# --- signing in at the connector -------------------------------------------------------------------------------------

OIDC = Oidc(login_url="https://acme.my.salesforce.com/", client_id="3MVG9", org=ORG)
HERE = "https://phone.acme.example"


def test_without_a_client_nobody_signs_in_here() -> None:
    assert openid_of(Config()) is None
    assert openid_of(Config(oidc=Oidc(org=ORG), public_url=HERE)) is None


def test_all_that_it_takes(tmp_path: Path) -> None:
    made = openid_of(Config(oidc=OIDC, public_url=HERE))
    assert made is not None
    assert (made.login_url, made.client_secret) == ("https://acme.my.salesforce.com", None)
    assert made.callback == f"{HERE}/sign-in/callback"
    (tmp_path / "secret").write_text("s3cret\n")
    own = Oidc(client_id="3MVG9", org=ORG, client_secret_file=str(tmp_path / "secret"))
    made = openid_of(Config(oidc=own, public_url=HERE))
    assert made is not None
    assert (made.login_url, made.client_secret) == ("https://login.salesforce.com", "s3cret")


@pytest.mark.parametrize(
    ("config", "said"),
    [
        (Config(oidc=OIDC), "public_url: is missing"),
        (Config(oidc=Oidc(client_id="3MVG9"), public_url=HERE), "oidc.org: is missing"),
        (Config(oidc=Oidc("http://acme.example", "3MVG9", "", ORG), public_url=HERE), "oidc.login_url: "),
        (Config(oidc=Oidc("acme", "3MVG9", "", ORG), public_url=HERE), "oidc.login_url: "),
        (Config(oidc=Oidc("", "3MVG9", "/is/not/there", ORG), public_url=HERE), "oidc.client_secret_file: "),
    ],
)
def test_what_is_missing_is_named(config: Config, said: str) -> None:
    with pytest.raises(ConfigError, match=f"^{re.escape(said)}"):
        openid_of(config)
