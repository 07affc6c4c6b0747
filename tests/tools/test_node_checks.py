"""The checks of org metadata find real faults: a made-up project with one fault each."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parent.parent.parent
META = (
    '<?xml version="1.0" encoding="UTF-8" ?>\n<{type} xmlns="http://soap.sforce.com/2006/04/metadata">{body}</{type}>\n'
)
BUNDLE = META.format(type="LightningComponentBundle", body="<apiVersion>62.0</apiVersion><isExposed>false</isExposed>")


@pytest.fixture
def check(tmp_path: Path, needs: Callable[[str], str]) -> Callable[[str], tuple[int, str]]:
    """`check(name)` runs tools/check_<name>.mjs on the project in `tmp_path`: exit code and output."""
    node = needs("node")
    project = '{"packageDirectories": [{"path": "force-app"}, {"path": "lwc"}], "sourceApiVersion": "62.0"}'
    (tmp_path / "sfdx-project.json").write_text(project)
    (tmp_path / "lwc" / "good").mkdir(parents=True)
    (tmp_path / "lwc" / "good" / "good.js").write_text('import { LightningElement } from "lwc";\n')
    (tmp_path / "lwc" / "good" / "good.js-meta.xml").write_text(BUNDLE)
    (tmp_path / "force-app").mkdir()

    def run(name: str) -> tuple[int, str]:
        command = [node, str(ROOT / "tools" / f"check_{name}.mjs"), str(tmp_path)]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
        return done.returncode, done.stdout + done.stderr

    return run


def _label(value: str) -> str:
    body = (
        "<labels><fullName>A</fullName><language>en_US</language><protected>" + value + "</protected>"
        "<shortDescription>A</shortDescription><value>A</value></labels>"
    )
    return META.format(type="CustomLabels", body=body)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (_label("true"), None),
        (_label("yes"), "'yes' is not true or false"),
        (_label("true").replace("<value>", "<worth>").replace("</value>", "</worth>"), "has no element <worth>"),
        (_label("true").replace("<value>A</value>", ""), "<value> is missing"),
        (_label("true").replace("</labels>", ""), "not well-formed"),
        (_label("true").replace("2006/04", "2007/04"), "the root element lacks"),
        (_label("true").replace("CustomLabels", "CustomLabel2"), "<CustomLabel2> is no metadata type"),
    ],
)
def test_metadata(tmp_path: Path, check: Callable[[str], tuple[int, str]], text: str, fault: str | None) -> None:
    labels = tmp_path / "force-app" / "main" / "default" / "labels"
    labels.mkdir(parents=True)
    (labels / "CustomLabels.labels-meta.xml").write_text(text)
    code, output = check("metadata")
    assert (code == 0) == (fault is None), output
    assert fault is None or fault in output


def test_a_bundle_without_its_metadata_is_found(tmp_path: Path, check: Callable[[str], tuple[int, str]]) -> None:
    (tmp_path / "lwc" / "good" / "good.js-meta.xml").unlink()
    code, output = check("metadata")
    assert code == 1
    assert "lwc/good: good.js-meta.xml is missing" in output


@pytest.mark.parametrize(
    ("source", "good"), [("class A { Integer b = 1; }", True), ("class A { Integer b = ; }", False)]
)
def test_apex(tmp_path: Path, check: Callable[[str], tuple[int, str]], source: str, good: bool) -> None:
    (tmp_path / "force-app" / "A.cls").write_text(source)
    code, output = check("apex")
    assert code == (0 if good else 1), output
    assert good or "force-app/A.cls:1:" in output


def test_apex_rules(tmp_path: Path, check: Callable[[str], tuple[int, str]]) -> None:
    body = "return Database.query('SELECT Id FROM Task WHERE Subject = \\'' + subject + '\\'');"
    (tmp_path / "force-app" / "A.cls").write_text(
        f"public with sharing class A {{ public List<Task> b(String subject) {{ {body} }} }}"
    )
    code, output = check("apex_rules")
    assert code == 1, output
    assert "force-app/A.cls:1: ApexSOQLInjection" in output


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ("String a = UserInfo.getUserId();", None),
        ("Strang a;", "No type declaration found for 'Strang'"),
        ("Task a = new Task(Phone_Made_Up__c = 'b');", "Unknown field 'Phone_Made_Up__c'"),
        ("Task a = new Task(Phone_Skill__c = 'b');", None),
        ("Integer a = 'one'.size();", "size"),
    ],
)
def test_apex_types(tmp_path: Path, check: Callable[[str], tuple[int, str]], body: str, fault: str | None) -> None:
    default = tmp_path / "force-app" / "main" / "default"
    field = default / "objects" / "Activity" / "fields" / "Phone_Skill__c.field-meta.xml"
    field.parent.mkdir(parents=True)
    field.write_bytes((ROOT / field.relative_to(tmp_path)).read_bytes())
    (default / "A.cls").write_text(f"public class A {{ void b() {{ {body} }} }}")
    (default / "A.cls-meta.xml").write_text(META.format(type="ApexClass", body="<apiVersion>62.0</apiVersion>"))
    command = [sys.executable, str(ROOT / "tools" / "check_apex_types.py"), str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert (done.returncode == 0) == (fault is None), done.stdout
    assert (fault or "1 Apex files, 0 faults") in done.stdout


def test_no_apex_is_fine(check: Callable[[str], tuple[int, str]]) -> None:
    assert check("apex") == (0, "no Apex yet\n")


def test_every_bundle_must_be_converted(tmp_path: Path, check: Callable[[str], tuple[int, str]]) -> None:
    assert check("conversion") == (0, "1 components converted, 0 faults\n")
    (tmp_path / "lwc" / "hollow").mkdir()
    code, output = check("conversion")
    assert code == 1, output
    assert "lwc/hollow was not converted" in output


@pytest.mark.parametrize(
    ("file", "source", "rule"),
    [
        ("x.js", 'export const a = () => document.querySelector("div");', "@lwc/lwc/no-document-query"),
        ("x.js", 'import { LightningElement } from "lwc";\nexport default class X extends LightningElement {}', None),
        ("x.html", '<template><p class="slds-m-top--small">x</p></template>', "@salesforce-ux/slds/enforce-bem-usage"),
        ("x.html", '<template><p class="slds-m-top_small">x</p></template>', None),
        ("x.css", ".a { color: var(--lwc-colorTextDefault); }", "@salesforce-ux/slds/lwc-token-to-slds-hook"),
        ("__tests__/x.test.js", 'it("a", () => {});', "jest/expect-expect"),
    ],
)
def test_the_rules_for_components_and_styles_are_in_force(
    file: str, source: str, rule: str | None, needs: Callable[[str], str]
) -> None:
    """As `make check` runs ESLint, where a warning is a fault, too."""
    command = [needs("node"), str(ROOT / "node_modules" / "eslint" / "bin" / "eslint.js"), "--max-warnings", "0"]
    done = subprocess.run(
        [*command, "--stdin", "--stdin-filename", f"lwc/x/{file}"],
        cwd=ROOT, input=source + "\n", capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert (done.returncode == 0) == (rule is None), done.stdout + done.stderr
    assert rule is None or rule in done.stdout
