"""The command `connector doctor`: what it prints, and how it ends."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from connector.cli import main
from connector.sandbox.org.server import CONSUMER_KEY, INTEGRATION_USERNAME
from tests.sandbox.org.rig import RunningOrg

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def org_and_key() -> Iterator[tuple[RunningOrg, rsa.RSAPrivateKey]]:
    key = rsa.generate_private_key(65537, 2048)
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    running = RunningOrg(key, client_certificate=public)
    yield running, key
    running.close()


@pytest.fixture
def settings(org_and_key: tuple[RunningOrg, rsa.RSAPrivateKey], tmp_path: Path) -> Iterator[str]:
    org, key = org_and_key
    pem = tmp_path / "app.key.pem"
    pem.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    path = tmp_path / "connector.toml"
    path.write_text(
        f'[salesforce]\nlogin_url = "{org.url}"\nconsumer_key = "{CONSUMER_KEY}"\n'
        f'username = "{INTEGRATION_USERNAME}"\nprivate_key_file = "{pem}"\n'
    )
    yield str(path)
    org.control("POST", "settings", {"hostile": []})


def test_an_org_as_it_should_be_ends_well(settings: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "--config", settings, "--try-task"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "ok       required fields: every field that must have a value gets one" in lines
    assert [line for line in lines if line.startswith("hint")] == [
        "hint     certificate: when the connected app's certificate ends is not known here"
    ]
    assert any(line.startswith("ok       task: ") and "recycle bin" in line for line in lines)
    assert lines[-1] == "0 wrong, 0 not to be looked at, 1 hints."


def test_what_is_wrong_is_told_with_what_fails_for_whom_and_its_cure(
    settings: str, org_and_key: tuple[RunningOrg, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    org_and_key[0].control("POST", "settings", {"hostile": ["disposition_rule"]})
    assert main(["doctor", "--config", settings]) == 1
    out = capsys.readouterr().out
    told = out[out.index("WRONG") :].splitlines()
    assert told[0].startswith("WRONG    validation: the validation rule Task_CallDisposition_1 (AND(")
    assert told[1].startswith("         fails: Salesforce refuses the Task: FIELD_CUSTOM_VALIDATION_EXCEPTION")
    assert told[2].startswith("           for: Tasks of: ")
    assert told[3].startswith("          mend: Setup > Object Manager > Task > Validation Rules")
    assert out.splitlines()[-1] == "1 wrong, 0 not to be looked at, 1 hints."


def test_other_programs_get_json(
    settings: str, org_and_key: tuple[RunningOrg, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    org = org_and_key[0]
    org.control("POST", "settings", {"hostile": ["hidden_setup"]})
    assert main(["doctor", "--config", settings, "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert (told["org"], told["ok"]) == (org.url, False)
    unknown = [found for found in told["findings"] if found["state"] == "unknown"]
    assert [found["about"] for found in unknown] == ["validation", "older versions", "certificate"]
    assert set(unknown[0]) == {"about", "state", "what", "fails", "whom", "cure"}


def test_each_thing_that_is_looked_at_is_in_the_guide(settings: str, capsys: pytest.CaptureFixture[str]) -> None:
    main(["doctor", "--config", settings, "--try-task", "--json"])
    about = {found["about"] for found in json.loads(capsys.readouterr().out)["findings"]}
    page = (Path(__file__).parents[1] / "docs" / "admin" / "doctor.md").read_text(encoding="utf-8")
    assert [name for name in sorted(about) if f"| {name} |" not in page] == []
