"""What is true of the org as a whole: its budget, its clock, certificates, person accounts."""

import datetime as dt
from collections.abc import Iterator
from typing import Final

from cryptography.x509 import load_pem_x509_certificate

from connector.ports.diagnosis import Diagnosis, hint, unknown, well, wrong
from connector.salesforce.client import SalesforceClient, quoted
from connector.salesforce.config import SalesforceConfig, private_key
from connector.salesforce.doctor.patient import ASSIGN, Patient
from connector.salesforce.faults import Refused

SKEW_S: Final = 30
"""By how much clocks may differ: session tokens that the org signs are taken so much later and earlier."""

A_DAY_OF_ONE_AGENT: Final = 300
"""API requests: about 60 contacts, each a look-up of the caller and up to four writes."""

A_DAY_WITHOUT_AGENTS: Final = 3_000
"""API requests of a quiet day: the configuration, and which numbers have changed, are asked for again and again."""

SOON: Final = 30
"""Days before the end of a certificate from which it is told."""

SIGNS: Final = "Phone_Panel_Session"
"""The certificate that signs session tokens, unless the Phone Setting `Certificate` names another."""

_STORAGE: Final = 0.05


def clock(client: SalesforceClient) -> Iterator[Diagnosis]:
    """Whether Salesforce's clock and ours agree; needs no sign-in."""
    ahead = client.clock_ahead()
    if ahead is None:
        cure = "Compare this machine's clock with another: `timedatectl`."
        yield unknown("clock", "Salesforce's answer does not say what time it is there", cure)
    elif abs(ahead) > SKEW_S:
        way = "behind" if ahead > 0 else "ahead of"
        what = f"this machine's clock is {abs(ahead):.0f} s {way} Salesforce's"
        fails = "Sign-in is refused (invalid or expired assertion), and session tokens seem expired or not yet good"
        cure = "`sudo timedatectl set-ntp true`, or mend the time of the machine this one runs on."
        yield wrong("clock", what, fails, "everybody", cure)
    else:
        yield well("clock", f"this machine's clock and Salesforce's agree within {max(1, abs(ahead)):.0f} s")


def own_certificate(config: SalesforceConfig, today: dt.date) -> Iterator[Diagnosis]:
    """Whether the certificate that the connected app holds, as far as we have it, fits our key and is good."""
    if config.client_secret is not None:
        return
    if not config.certificate_file:
        what = "when the connected app's certificate ends is not known here"
        cure = "Set salesforce.certificate_file to the file that was uploaded to the app; or see the app itself."
        yield hint("certificate", what, "Sign-in will be refused from that day on", "everybody", cure)
        return
    try:
        with open(config.certificate_file, "rb") as file:  # noqa: PTH123 - the path is a setting
            certificate = load_pem_x509_certificate(file.read())
    except (OSError, ValueError) as error:
        cure = "It is the PEM file that was uploaded to the connected app."
        yield unknown("certificate", f"salesforce.certificate_file: {config.certificate_file}: {error}", cure)
        return
    if certificate.public_key() != private_key(config).public_key():
        cure = "Set salesforce.private_key_file to the key of that certificate, or upload the right one to the app."
        what = "the certificate is not that of salesforce.private_key_file"
        yield wrong("certificate", what, "Sign-in is refused: invalid assertion", "everybody", cure)
        return
    renew = "Make a new one (`openssl req -x509 -key app.key.pem -days 730 -out app.crt.pem`); External Client App "
    renew += "Manager > the app > Edit > JWT Bearer Flow: upload it."
    until = certificate.not_valid_after_utc.date()
    yield _until("the connected app's certificate", until, today, "Sign-in is refused", renew)


def org_certificate(patient: Patient, today: dt.date) -> Iterator[Diagnosis]:
    """Whether the org's certificate that signs the agents' session tokens is there and good."""
    name = _signs(patient)
    soql = f"SELECT DeveloperName, ExpirationDate FROM Certificate WHERE DeveloperName = {quoted(name)}"  # noqa: S608 - quoted
    rows = patient.client.tooling(soql)
    renew = f"Setup > Certificate and Key Management > Create Self-Signed Certificate: {name}_2; name it in the Phone "
    renew += "Setting Certificate; Download Certificate, and name the file in sign_in.public_key_file."
    fails = "Agents cannot sign in to the panel inside the org"
    for row in rows:
        until = dt.date.fromisoformat(str(row["ExpirationDate"])[:10])
        yield _until(f"the org's certificate {name}", until, today, fails, renew)
    if not rows:
        what = f"the org has no certificate {name}, which signs session tokens"
        cure = renew.replace(f"{name}_2; name it in the Phone Setting Certificate;", f"{name};")
        yield hint("certificate", what, f"{fails}; a panel that the connector hosts needs none", "all agents", cure)


def _signs(patient: Patient) -> str:
    """The name of the certificate that signs session tokens, as the org's own class finds it."""
    try:
        rows = patient.client.query("SELECT Value__c FROM Phone_Setting__mdt WHERE DeveloperName = 'Certificate'")
    except Refused:
        return SIGNS
    return str((rows[0]["Value__c"] if rows else None) or SIGNS)


def _until(what: str, until: dt.date, today: dt.date, fails: str, renew: str) -> Diagnosis:
    if until <= today:
        return wrong("certificate", f"{what} ended on {until}", fails, "everybody", renew)
    if (until - today).days <= SOON:
        return wrong("certificate", f"{what} ends on {until}", f"{fails} from that day on", "everybody", renew)
    return well("certificate", f"{what} is good until {until}")


def budget(patient: Patient) -> Iterator[Diagnosis]:
    """Whether API requests and storage last."""
    limits = patient.client.get("limits/")
    daily = limits.get("DailyApiRequests", {})
    most, left = daily.get("Max", 0), daily.get("Remaining", 0)
    agents = len(patient.directory.agents)
    needed = A_DAY_WITHOUT_AGENTS + agents * A_DAY_OF_ONE_AGENT
    cure = "Setup > Company Information > API Requests, Last 24 Hours; Setup > Event Manager shows who uses them up. "
    cure += "Find that integration, or buy more."
    fails = "Tasks wait until requests are free again (REQUEST_LIMIT_EXCEEDED); callers are not recognised"
    what = f"{left:,} of {most:,} API requests are left for these 24 hours; {agents} agents need about {needed:,} a day"
    if most < needed or left <= most // 10:
        yield wrong("API budget", what, fails, "everybody", cure)
    else:
        yield well("API budget", what)
    storage = limits.get("DataStorageMB")
    if storage is None:
        return
    most, left = storage.get("Max", 0), storage.get("Remaining", 0)
    what = f"{left:,} of {most:,} MB of data storage are left; a Task takes 2 KB"
    if left <= most * _STORAGE:
        cure = "Setup > Storage Usage: delete or archive what is not needed, or buy more."
        yield wrong("API budget", what, "New Tasks are refused: STORAGE_LIMIT_EXCEEDED", "everybody", cure)
    else:
        yield well("API budget", what)


def person_accounts(patient: Patient) -> Iterator[Diagnosis]:
    """Whether people who are person accounts can be matched and named on Tasks."""
    try:
        account = {field["name"] for field in patient.client.describe("Account")["fields"]}
    except Refused:
        what = "the integration user cannot read Account"
        fails = "Callers' companies and person accounts are not found"
        yield wrong("person accounts", what, fails, "all callers who are accounts", ASSIGN)
        return
    if "IsPersonAccount" not in account:
        yield well("person accounts", "person accounts are off")
        return
    problem = "PersonContactId of Account" if "PersonContactId" not in account else ""
    if not problem:
        try:
            patient.client.describe("Contact")
        except Refused:
            problem = "Contact"
    if problem:
        what = f"person accounts are on, and the integration user cannot read {problem}"
        fails = "A Task's Name takes a Contact only: person accounts are not found, nor put on Tasks"
        yield wrong("person accounts", what, fails, "callers who are person accounts", ASSIGN)
    else:
        yield well("person accounts", "person accounts are on, and their Contacts can be read")
