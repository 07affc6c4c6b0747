"""`make deploy` and `make scratch-org`, with a command line that answers as Salesforce's: what is asked, and told."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
FAKE = """#!{python}
import json, os, sys
from pathlib import Path
folder = Path(__file__).parent
asked = " ".join(sys.argv[1:])
with (folder / "asked").open("a") as log:
    log.write(os.environ.get("PHONE_PANEL_HOST", "") + " " + asked + "\\n")
answers = json.loads((folder / "answers.json").read_text())
for start, answer in answers.items():
    if start in asked:
        print(json.dumps(answer))
        sys.exit(answer["status"])
print(json.dumps({{"status": 0, "result": {{"id": "005A", "records": []}}}}))
"""
NOT_SIGNED_IN = {"status": 1, "name": "NamedOrgNotFoundError", "message": "No authorization for acme."}
CENTRE = {"status": 0, "result": {"records": [{"Id": "04vA"}]}}

Deploy = Callable[..., tuple[int, str, list[str]]]


@pytest.fixture
def deploy(tmp_path: Path) -> Deploy:
    """`deploy(arguments, answers)`: exit code, what is told, and what Salesforce's command line was asked."""
    fake = tmp_path / "sf"
    fake.write_text(FAKE.format(python=sys.executable))
    fake.chmod(0o755)

    def run(*arguments: str, **answers: Any) -> tuple[int, str, list[str]]:
        (tmp_path / "answers.json").write_text(json.dumps({key.replace("_", " "): one for key, one in answers.items()}))
        done = subprocess.run(
            [sys.executable, str(ROOT / "tools" / "deploy.py"), *arguments],
            env={**os.environ, "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}"},
            capture_output=True, text=True, check=False, timeout=60,
        )  # fmt: skip
        asked = tmp_path / "asked"
        return done.returncode, done.stdout + done.stderr, asked.read_text().splitlines() if asked.exists() else []

    return run


def test_the_package_is_deployed_and_then_the_reports_and_record_pages(deploy: Deploy) -> None:
    code, told, asked = deploy("acme", "phone.acme.example:8443")
    assert code == 0, told
    assert [line.split(" --target-org acme")[0] for line in asked] == [
        "phone.acme.example:8443 org display",
        "phone.acme.example:8443 project deploy start --source-dir force-app --source-dir lwc",
        "phone.acme.example:8443 project deploy start --source-dir reports",
        "phone.acme.example:8443 project deploy start --source-dir record-pages",
    ]


def test_who_is_not_signed_in_is_told_how(deploy: Deploy) -> None:
    code, told, asked = deploy("acme", "phone.acme.example", org_display=NOT_SIGNED_IN)
    assert (code, len(asked)) == (1, 1)
    assert "sf org login web --alias acme" in told


def test_what_the_org_refuses_is_named_with_its_cure(deploy: Deploy) -> None:
    failure = {"componentType": "CustomField", "fullName": "Activity.Phone_Contact_Key__c", "problem": "not unique"}
    refused = {"status": 1, "result": {"details": {"componentFailures": [failure]}}}
    code, told, asked = deploy("acme", "phone.acme.example", **{"force-app": refused})
    assert (code, len(asked)) == (1, 2)
    assert "CustomField Activity.Phone_Contact_Key__c: not unique" in told
    assert "PHONE_PANEL_KEY=shared" in told


def test_record_pages_that_are_refused_keep_nothing_else_out(deploy: Deploy) -> None:
    failure = {"componentType": "FlexiPage", "fullName": "Phone_Contact", "problem": "no such component"}
    refused = {"status": 1, "result": {"details": {"componentFailures": [failure]}}}
    code, told, asked = deploy("acme", "phone.acme.example", **{"source-dir record-pages": refused})
    assert (code, len(asked)) == (0, 4)
    assert "FlexiPage Phone_Contact: no such component" in told
    assert "The rest is in the org" in told


def test_reports_that_are_refused_keep_nothing_else_out(deploy: Deploy) -> None:
    failure = {"componentType": "ReportType", "fullName": "Phone_Calls", "problem": "no such object"}
    refused = {"status": 1, "result": {"details": {"componentFailures": [failure]}}}
    code, told, _ = deploy("acme", "phone.acme.example", reports=refused)
    assert code == 0
    assert "ReportType Phone_Calls: no such object" in told
    assert "The rest is in the org" in told


def test_a_scratch_org_is_made_and_its_user_is_an_agent(deploy: Deploy) -> None:
    code, told, asked = deploy(
        "--scratch", "trial", "phone.acme.example", org_display_user={"status": 0, "result": {"id": "005A"}},
        org_display=NOT_SIGNED_IN, CallCenter_WHERE=CENTRE,
    )  # fmt: skip
    assert code == 0, told
    text = "\n".join(asked)
    assert "org create scratch --definition-file tools/org/scratch-org.json --alias trial" in text
    assert "org assign permset --name Phone_Panel_Agent --name Phone_Panel_Supervisor" in text
    assert "--record-id 005A --values CallCenterId=04vA Phone_Device__c=1001" in text
    assert "data create record --sobject Contact --values FirstName='Mia'" in text
    assert "Certificate" in told


def test_again_it_makes_nothing_twice(deploy: Deploy) -> None:
    contact = {"status": 0, "result": {"records": [{"Id": "003A"}]}}
    code, told, asked = deploy("--scratch", "trial", "h.example", CallCenter_WHERE=CENTRE, Contact_WHERE=contact)
    assert code == 0, told
    assert not [line for line in asked if "org create scratch" in line or "data create" in line]


def test_permission_sets_that_the_user_has_are_no_failure(deploy: Deploy) -> None:
    had = {"name": "me", "message": "Duplicate PermissionSetAssignment. Assignee: 005A; Permission Set: 0PSA"}
    other = {"name": "me", "message": "Permission set not found"}
    for failures, wanted in (([had], 0), ([had, other], 1)):
        answer = {"status": 1, "result": {"successes": [], "failures": failures}}
        code, told, _ = deploy("--scratch", "trial", "h.example", CallCenter_WHERE=CENTRE, assign_permset=answer)
        assert code == wanted, told
    assert "me: Permission set not found" in told


def test_without_a_dev_hub_it_says_what_to_do(deploy: Deploy) -> None:
    answers = {"org display": NOT_SIGNED_IN}
    answers["org create"] = {"status": 1, "name": "NoDefaultDevHubError", "message": "No default dev hub found."}
    code, told, _ = deploy("--scratch", "trial", "phone.acme.example", **answers)
    assert code == 1
    assert "sf org login web --set-default-dev-hub" in told


def test_an_address_is_no_host(deploy: Deploy) -> None:
    code, told, asked = deploy("acme", "https://phone.acme.example")
    assert (code, asked) == (2, [])
    assert "without https://" in told


def test_the_app_is_opened_where_that_is_asked_for_and_can_be(deploy: Deploy) -> None:
    answers: dict[str, Any] = {"CallCenter_WHERE": CENTRE}
    code, told, asked = deploy("--scratch", "--open", "trial", "h.example", **answers)
    assert code == 0, told
    assert asked[-1].startswith("h.example org open --path /lightning/app/c__Phone_Panel")
    answers["org open"] = {"status": 1, "name": "Error", "message": "spawn xdg-open ENOENT"}
    code, told, _ = deploy("--scratch", "--open", "trial", "h.example", **answers)
    assert code == 0, "all is in the org"
    assert "spawn xdg-open ENOENT" in told
    assert "open it by the last line above" in told
    code, _, asked = deploy("--scratch", "trial", "h.example", CallCenter_WHERE=CENTRE)
    assert (code, "org open" in asked[-1]) == (0, False)


@pytest.mark.parametrize(
    ("name", "message", "words"),
    [
        ("NotADevHubError", "The provided dev hub username a is not a valid dev hub.", "Setup > Dev Hub > Enable"),
        ("Error", "Make sure that the org a is enabled as a Dev Hub.", "Setup > Dev Hub > Enable"),
        ("INVALID_TYPE", "sObject type 'ScratchOrgInfo' is not supported.", "Create on Scratch Org Infos"),
        ("LIMIT_EXCEEDED", "The signup request failed: daily limit", "sf org delete scratch"),
        ("RefreshTokenAuthError", "Error authenticating with the refresh token", "sf org login web --alias trial"),
        ("FetchError", "getaddrinfo ENOTFOUND acme.my.salesforce.com", "HTTPS_PROXY"),
        ("S-9999", "A fatal signup error occurred.", "S-9999: A fatal signup error occurred."),
    ],
)
def test_why_there_is_no_scratch_org_is_told_with_the_cure(name: str, message: str, words: str, deploy: Deploy) -> None:
    answers = {"org display": NOT_SIGNED_IN, "org create": {"status": 1, "name": name, "message": message}}
    code, told, asked = deploy("--scratch", "trial", "phone.acme.example", **answers)
    assert (code, len(asked)) == (1, 2)
    assert message in told
    assert words in told


@pytest.mark.parametrize(
    ("name", "message", "words"),
    [
        ("INSUFFICIENT_ACCESS", "insufficient access rights on cross-reference id", "Modify Metadata Through Metadata"),
        ("API_DISABLED_FOR_ORG", "API is not enabled for this Organization", "edition has no API"),
        ("API_CURRENTLY_DISABLED", "API is disabled for this user", "needs API Enabled"),
        ("INVALID_SESSION_ID", "Session expired or invalid", "sf org login web --alias acme"),
    ],
)
def test_a_right_that_is_missing_is_named_with_the_cure(name: str, message: str, words: str, deploy: Deploy) -> None:
    refused = {"status": 1, "name": name, "message": message}
    code, told, asked = deploy("acme", "phone.acme.example", **{"force-app": refused})
    assert (code, len(asked)) == (1, 2)
    assert words in told


def test_what_is_done_is_told_as_it_is_done(deploy: Deploy) -> None:
    code, told, _ = deploy("--scratch", "trial", "h.example", org_display=NOT_SIGNED_IN, CallCenter_WHERE=CENTRE)
    assert code == 1, "who is the user? nobody"
    code, told, _ = deploy(
        "--scratch", "trial", "h.example", org_display_user={"status": 0, "result": {"id": "005A"}},
        org_display=NOT_SIGNED_IN, CallCenter_WHERE=CENTRE,
    )  # fmt: skip
    steps = ["scratch org", "fields, pages, classes, permission sets", "reports", "record pages",
             "permission sets for you", "you in the call centre", "a customer"]  # fmt: skip
    at = [(told.index(f"{step} …"), told.index(f"{step}: done in ")) for step in steps]
    assert [place for pair in at for place in pair] == sorted(place for pair in at for place in pair)


def test_a_command_line_that_breaks_is_told_in_its_own_words(tmp_path: Path) -> None:
    for script, words in (("echo 'Cannot find module x' >&2; exit 1", "Cannot find module x"),
                          ("exit 7", "ended with code 7 and said nothing")):  # fmt: skip
        fake = tmp_path / "sf"
        fake.write_text(f"#!/bin/sh\n{script}\n")
        fake.chmod(0o755)
        for arguments in (["acme", "h.example"], ["--scratch", "acme", "h.example"]):
            code, told = run(arguments, PATH=f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
            assert code == 1
            assert told.startswith("deploy: ") or "deploy: sf org display" in told
            assert words in told


def test_without_the_command_line_it_says_how_to_get_it(tmp_path: Path) -> None:
    code, told = run(["acme", "h.example"], PATH="/usr/bin:/bin", XDG_CACHE_HOME=str(tmp_path))
    assert (code, told.strip()) == (
        1,
        "deploy: Salesforce's command line is not there: install it, or python3 tools/setup.py sf",
    )


def run(arguments: list[str], **environment: str) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, str(ROOT / "tools" / "deploy.py"), *arguments],
        env={**os.environ, **environment}, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    return done.returncode, done.stdout + done.stderr
