"""The org's Apex and page say what connector and panel take them to say.  They themselves run in an org only."""

from __future__ import annotations

import json
import re
from pathlib import Path

import jwt

from connector.api import auth, http
from connector.sandbox.org import apex

ROOT = Path(__file__).resolve().parents[2]
ORG = ROOT / "force-app" / "main" / "default"
SESSION = (ORG / "classes" / "PhonePanelSession.cls").read_text()
CONTROLLER = (ORG / "classes" / "PhonePanelController.cls").read_text()
PAGE = (ORG / "pages" / "PhonePanel.page").read_text()


def test_the_token_has_the_claims_of_the_stand_ins() -> None:
    token = apex.Signer("00D000000000001AAA", lambda: 1_700_000_000.0).token("005000000000001AAA")
    claims = re.findall(r"'(\w+)' => ", SESSION.split("> claims()")[1].split("}")[0])
    assert set(claims) == set(jwt.decode(token, options={"verify_signature": False}))
    assert f"AUDIENCE = '{auth.AUDIENCE}'" in SESSION
    assert f"SECONDS = {apex.TOKEN_SECONDS};" in SESSION
    assert jwt.get_unverified_header(token) == {"alg": "RS256", "typ": "JWT"}
    assert "'alg' => 'RS256', 'typ' => 'JWT'" in SESSION


def test_the_panel_asks_a_web_service_that_is_there() -> None:
    asked = re.search(r'apexClass: "(\w+)", methodName: "(\w+)"', (ROOT / "lwc/openCti/openCti.js").read_text())
    assert asked is not None
    assert asked[1] == apex.SIGNING_CLASS
    assert f"global with sharing class {asked[1]}" in SESSION
    assert f"webService static String {asked[2]}()" in SESSION


def test_page_and_connector_use_one_version_of_open_cti() -> None:
    source = json.loads((ROOT / "sfdx-project.json").read_text())["sourceApiVersion"]
    assert source == http.OPEN_CTI_VERSION
    assert f"OPEN_CTI_VERSION = '{source}'" in CONTROLLER
    assert f'src="/support/api/{source}/lightning/opencti_min.js"' in PAGE
    for file in (*ORG.rglob("*.cls-meta.xml"), *ORG.rglob("*.trigger-meta.xml"), *ORG.rglob("*.page-meta.xml")):
        assert f"<apiVersion>{source}</apiVersion>" in file.read_text(), file.name


def test_the_page_tells_the_panel_what_the_connectors_own_page_tells() -> None:
    told = re.findall(r"'(\w+)' => ", CONTROLLER)
    assert told == ["socket", "origins", "openCtiVersion", "language"]
    assert 'id="phone-panel-config"' in PAGE
    assert "escape=" not in PAGE, "what is merged in is escaped by the platform"


def test_every_field_and_object_that_apex_names_is_deployed() -> None:
    deployed = {path.name.split(".")[0] for path in (*ORG.glob("objects/*"), *ORG.glob("objects/*/fields/*"))}
    for file in (*ORG.rglob("*.cls"), *ORG.rglob("*.trigger"), *ORG.rglob("*.page")):
        assert set(re.findall(r"\b\w+__(?:c|mdt)\b", file.read_text())) <= deployed, file.name


def test_an_edit_of_any_part_of_the_address_takes_its_verification_away() -> None:
    parts = {file.name.split(".")[0] for file in ORG.glob("objects/User/fields/Phone_Address_*")}
    parts = {"Phone_Country__c", *(name for name in parts if "_Verified_" not in name)}
    for name in ("PhoneAddressVerification", "PhoneAddressVerificationTest"):
        text = (ORG / "classes" / f"{name}.cls").read_text()
        listed = text.split("List<SObjectField>{")[1].split("}")[0]
        assert set(re.findall(r"User\.(\w+)", listed)) == parts


def test_every_class_has_a_test_class() -> None:
    names = {file.stem for file in (ORG / "classes").glob("*.cls")}
    assert {f"{name}Test" for name in names if not name.endswith("Test")} == {n for n in names if n.endswith("Test")}


def test_every_key_of_the_orgs_own_is_left_alone_by_the_connector() -> None:
    read = set(re.findall(r"Phone_Setting__mdt\.getInstance\('(\w+)'\)", SESSION + CONTROLLER))
    shipped = {file.name.split(".")[1] for file in (ORG / "customMetadata").glob("Phone_Setting.*.md-meta.xml")}
    assert read == {"Connector_Address", "Certificate"}
    assert shipped == {"Connector_Address"}
