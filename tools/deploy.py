"""Put the Salesforce side into an org: `python tools/deploy.py ORG HOST` (an alias of `sf`, and the connector's host).

With --scratch the org is made first, if it is not there yet, and afterwards its user is an agent in the call centre,
with a customer to talk to. All of it can be repeated. PHONE_PANEL_KEY is as in docs/admin/salesforce.md.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from house.cache import Cache
from house.salesforce_cli import command, find_cli
from house.steps import SetupError, say

ROOT = Path(__file__).resolve().parent.parent
NODE = ROOT / ".venv" / "bin" / "node"
PLACE = re.compile(r"[a-z0-9.-]+(:\d{1,5})?", re.IGNORECASE)
SETS = ("Phone_Panel_Agent", "Phone_Panel_Supervisor", "Phone_Panel_Administrator", "Phone_Panel_Integration")
"""In an org to try it in one user is everybody, the connector's user too."""

APP = "/lightning/app/c__Phone_Panel"
CERTIFICATES = "/lightning/setup/CertificatesAndKeysManagement/home"
CUSTOMER = {"FirstName": "Mia", "LastName": "Chen", "Phone": "+14155550143", "Title": "Head of Procurement"}

_SIGN_IN = "Sign in first: sf org login web --alias {org} (a sandbox: --instance-url https://test.salesforce.com)"
_DEV_HUB = "That org is no Dev Hub: in it Setup > Dev Hub > Enable; then sf org login web --set-default-dev-hub"
_NETWORK = "The org cannot be reached from here: look at network, proxy (HTTPS_PROXY) and the address in sf org list."
CURES = (
    ("NoDefaultDevHub", "Sign in to a Dev Hub first: sf org login web --set-default-dev-hub"),
    ("NotADevHub", _DEV_HUB),
    ("enabled as a Dev Hub", _DEV_HUB),
    ("ScratchOrgInfo", "Your user in the Dev Hub needs a permission set with Create on Scratch Org Infos."),
    ("LIMIT_EXCEEDED", "The Dev Hub has no scratch org left today: sf org list, then sf org delete scratch."),
    ("NamedOrgNotFound", _SIGN_IN),
    ("AuthInfo", _SIGN_IN),
    ("RefreshTokenAuth", _SIGN_IN),
    ("INVALID_SESSION_ID", _SIGN_IN),
    ("invalid_grant", _SIGN_IN),
    ("ENOTFOUND", _NETWORK),
    ("EAI_AGAIN", _NETWORK),
    ("ECONNREFUSED", _NETWORK),
    ("ETIMEDOUT", _NETWORK),
    ("API_DISABLED", "The org's edition has no API: Enterprise, Unlimited, Performance or Developer has."),
    ("API_CURRENTLY_DISABLED", "Who deploys needs API Enabled (Setup > Users > their permission sets)."),
    ("CallCenterId", "Who puts users into a call centre needs Manage Users and Manage Call Centers."),
    ("INSUFFICIENT_ACCESS", "Who deploys needs Customize Application and Modify Metadata Through Metadata API."),
    ("Phone_Contact_Key__c", "If the org refuses a unique field there, again with PHONE_PANEL_KEY=shared, or plain."),
)
"""A word of Salesforce's → what to do about it."""


class Sf:
    """Salesforce's command line, for one org."""

    def __init__(self, org: str, host: str) -> None:
        self._org = org
        self._start = _found()
        self._environment = {**os.environ, "PHONE_PANEL_HOST": host, "SF_SKIP_NEW_VERSION_CHECK": "true"}
        self._environment["PATH"] = f"{NODE.parent}{os.pathsep}{os.environ['PATH']}"

    def ask(self, *arguments: str) -> dict[str, Any]:
        """Its whole answer, good or bad."""
        done = subprocess.run(
            [*self._start, *arguments, "--target-org", self._org, "--json"],
            cwd=ROOT, env=self._environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        return _answer(arguments, done)

    def do(self, what: str, *arguments: str, had: str | None = None) -> Any:
        """Its result; says what is done and how long it took. Raises SetupError with Salesforce's words and a cure.

        `had`: words of failures that only say that it was done before.
        """
        say(f"  {what} …")
        started = time.monotonic()
        answer = self.ask(*arguments)
        if answer.get("status") != 0 and not _done_before(answer, had):
            raise SetupError(f"{what} failed:\n{self._why(answer)}")
        say(f"  {what}: done in {time.monotonic() - started:.0f} s")
        return answer["result"]

    def make(self) -> None:
        """A scratch org under that alias, unless it is there."""
        if self.ask("org", "display").get("status") == 0:
            say(f"  scratch org {self._org}: is there")
            return
        say("  scratch org … (some minutes)")
        started = time.monotonic()
        arguments = ["org", "create", "scratch", "--definition-file", "tools/org/scratch-org.json"]
        arguments += ["--alias", self._org, "--duration-days", "30", "--wait", "20", "--json"]
        done = subprocess.run(
            [*self._start, *arguments], cwd=ROOT, env=self._environment, capture_output=True, text=True, check=False
        )
        answer = _answer(arguments, done)
        if answer.get("status") != 0:
            raise SetupError(f"scratch org failed:\n{self._why(answer)}")
        say(f"  scratch org: done in {time.monotonic() - started:.0f} s")

    def _why(self, answer: dict[str, Any]) -> str:
        details = (answer.get("result") or {}).get("details") or {}
        failures = details.get("componentFailures") or []
        found = [f"    {one['componentType']} {one['fullName']}: {one['problem']}" for one in failures]
        found += [f"    {one.get('name')}: {one.get('message')}" for one in _failures(answer)]
        if not found:
            found = [f"    {answer.get('name', '')}: {answer.get('message', '')}"]
        text = "\n".join(dict.fromkeys(found))
        cure = next((words for word, words in CURES if word in text), None)
        return f"{text}\n    {cure.format(org=self._org)}" if cure else text


def _answer(arguments: Sequence[str], done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    """What the command line said.  Raises SetupError with its words where it is no answer of its own."""
    try:
        answer: dict[str, Any] = json.loads(done.stdout)
    except ValueError as error:
        words = (done.stderr or done.stdout).strip() or f"it ended with code {done.returncode} and said nothing"
        raise SetupError(f"sf {arguments[0]} {arguments[1]}: {words}") from error
    return answer


def _failures(answer: dict[str, Any]) -> list[dict[str, Any]]:
    """What `org assign permset` could not do."""
    result = answer.get("result")
    return list(result.get("failures") or []) if isinstance(result, dict) else []


def _done_before(answer: dict[str, Any], had: str | None) -> bool:
    failures = _failures(answer)
    return had is not None and bool(failures) and all(had in str(one.get("message")) for one in failures)


def _found() -> list[str]:
    """`sf` of this machine, or the one that the tests use."""
    for folder in os.environ["PATH"].split(os.pathsep):
        if os.access(Path(folder) / "sf", os.X_OK):
            return [str(Path(folder) / "sf")]
    cached = find_cli(Cache.of_user(), ROOT)
    if cached is None:
        raise SetupError("Salesforce's command line is not there: install it, or python3 tools/setup.py sf")
    return command(cached, NODE)


def deploy(sf: Sf) -> None:
    """The package is in the org; its reports and its record pages, too, unless the org refuses them."""
    package = ("--source-dir", "force-app", "--source-dir", "lwc")
    sf.do("fields, pages, classes, permission sets", "project", "deploy", "start", *package)
    for what, folder in (("reports", "reports"), ("record pages", "record-pages")):
        try:
            sf.do(what, "project", "deploy", "start", "--source-dir", folder)
        except SetupError as problem:
            say(f"  {problem}\n  The rest is in the org and works without them.")


def settle(sf: Sf) -> None:
    """The org's own user is an agent with a phone in the call centre, and has a customer."""
    names = [part for name in SETS for part in ("--name", name)]
    sf.do("permission sets for you", "org", "assign", "permset", *names, had="Duplicate PermissionSetAssignment")
    user = sf.do("you", "org", "display", "user")["id"]
    centres = _rows(sf, "SELECT Id FROM CallCenter WHERE InternalName = 'PhonePanel'")
    if not centres:
        raise SetupError("The call centre PhonePanel is not in the org: was it deployed?")
    values = f"CallCenterId={centres[0]['Id']} Phone_Device__c=1001 Phone_Country__c=US"
    sf.do("you in the call centre", *("data", "update", "record", "--sobject", "User"), "--record-id", user,
          "--values", values)  # fmt: skip
    if not _rows(sf, "SELECT Id FROM Contact WHERE Phone = '+14155550143'"):
        fields = " ".join(f"{name}='{value}'" for name, value in CUSTOMER.items())
        sf.do("a customer", "data", "create", "record", "--sobject", "Contact", "--values", fields)


def show(sf: Sf) -> None:
    """The app, in this machine's browser; where there is none, the line above says how to open it elsewhere."""
    try:
        sf.do("the app Phone in your browser", "org", "open", "--path", APP)
    except SetupError as problem:
        say(f"  {problem}\n  All is in the org; open it by the last line above where there is a browser.")


def _rows(sf: Sf, query: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = sf.do("a look", "data", "query", "--query", query)["records"]
    return rows


def main() -> int:
    """Returns 0 when the org has it all, 1 with the reason otherwise."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("org", help="alias or user name that sf knows")
    parser.add_argument("host", help="the connector's, as phone.acme.com or phone.acme.com:8443")
    parser.add_argument("--scratch", action="store_true", help="make the org, and get its user ready")
    parser.add_argument("--open", action="store_true", help="with --scratch: show the app in your browser at the end")
    chosen = parser.parse_args()
    if not PLACE.fullmatch(chosen.host):
        parser.error(f"{chosen.host!r} is no host: give it as phone.acme.com, without https:// and without a path")
    try:
        sf = Sf(chosen.org, chosen.host)
        if chosen.scratch:
            sf.make()
        else:
            sf.do(f"the org {chosen.org}", "org", "display")
        deploy(sf)
        if chosen.scratch:
            settle(sf)
            say("  Left for you: a certificate, the connector's app and its settings: step 2 of docs/admin/README.md")
            say("  and what follows; nothing but a person can do them.")
            say(f"    sf org open --target-org {chosen.org} --path {CERTIFICATES}")
            say(f"    sf org open --target-org {chosen.org} --path {APP}")
            if chosen.open:
                show(sf)
    except SetupError as problem:
        say(f"deploy: {problem}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
