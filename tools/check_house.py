"""The house's own rules, over the files that git knows: no path of a machine, no registry's address, whole label sets.

Each rule is a function that yields `place: what is wrong`. Exit code 1 when there is anything.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

ROOT = Path(__file__).resolve().parent.parent
METADATA = "{http://soap.sforce.com/2006/04/metadata}"
ENGLISH = "force-app/main/default/labels/CustomLabels.labels-meta.xml"
DUTCH = "force-app/main/default/translations/nl_NL.translation-meta.xml"

MACHINE = re.compile(r"(?<![\w.*$}-])/(?:work|root|Users|home/\w+)/[\w.]")
REGISTRY = re.compile(r"//[\w.-]*(?:npm|pypi|pythonhosted|crates|debian|maven)[\w-]*\.(?:org|com|io|net)\b")
LOCKS = (
    "package-lock.json", "requirements/salesforce-cli/package-lock.json", "requirements/run.txt",
    "requirements/dev.txt", "requirements/node.txt",
)  # fmt: skip
ADDRESS = re.compile(r'"resolved"|--(?:extra-)?index-url|--find-links|@ (?:file|https?):')
IGNORE = re.compile(r"#\s*(?:ruff: )?(?:noqa|type: ignore)[:\[](?P<rest>.*)$")
REASON = re.compile(r"[^\]\s,A-Z0-9]\S*\s+\w+")
USED_LABEL = re.compile(r"@salesforce/label/c\.(\w+)|\$Label\.(?:c\.)?(\w+)|System\.Label\.(\w+)")
OPEN_CTI = re.compile(r"\bsforce\b|\bopencti\b")
PLACEHOLDER = re.compile(r"\{\d+\}")


def main() -> int:
    """Print everything that breaks a rule. Returns 1 if there is anything, else 0."""
    texts = dict(_texts(ROOT))
    found = [fault for rule in (places, locks, ignores, labels, one_host) for fault in rule(texts)]
    for fault in found:
        print(fault)
    print(f"{len(texts)} files, {len(found)} faults")
    return 1 if found else 0


def _texts(root: Path) -> Iterator[tuple[str, str]]:
    """Path and text of every text file that is committed or about to be (ignored files left out)."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=root, check=True, capture_output=True).stdout
    for name in sorted(listed.decode().split("\0")):
        file = root / name
        if name and file.is_file():
            data = file.read_bytes()
            if b"\0" not in data:
                yield name, data.decode("utf-8", "replace")


def places(texts: dict[str, str]) -> Iterator[str]:
    """No committed file names a folder of somebody's machine or the address of a package registry."""
    for name, text in texts.items():
        for pattern, what in ((MACHINE, "a path of one machine"), (REGISTRY, "a package registry's address")):
            for match in pattern.finditer(text):
                line = text.count("\n", 0, match.start()) + 1
                yield f"{name}:{line}: {what}: {text[match.start() : match.end() + 20].splitlines()[0]}"


def locks(texts: dict[str, str]) -> Iterator[str]:
    """Lock files record versions and hashes, and no download address."""
    for name in LOCKS:
        match = ADDRESS.search(texts[name])
        if match:
            yield f"{name}: records where packages come from ({match[0]}); run `make lock`"


def ignores(texts: dict[str, str]) -> Iterator[str]:
    """An ignore in the product's or the tools' Python says why, on its line or on the one before."""
    for name, text in texts.items():
        if not name.endswith(".py") or not name.startswith(("connector/", "tools/")) or name == "tools/check_house.py":
            continue
        before = ""
        for number, line in enumerate(text.splitlines(), 1):
            match = IGNORE.search(line)
            if match and not REASON.search(match["rest"]) and not before.lstrip().startswith("#"):
                yield f"{name}:{number}: an ignore without its reason: {match[0]}"
            before = line


def labels(texts: dict[str, str]) -> Iterator[str]:
    """Each label that is used exists in English and Dutch with the same places to fill in, and each one is used."""
    english = _labels(texts[ENGLISH], "labels", "fullName", "value")
    dutch = _labels(texts[DUTCH], "customLabels", "name", "label")
    used: dict[str, str] = {}
    for name, text in texts.items():
        if name.startswith(("lwc/", "force-app/")) and "__tests__" not in name:
            for match in USED_LABEL.finditer(text):
                used.setdefault(next(group for group in match.groups() if group), name)
    for label, name in used.items():
        if label not in english:
            yield f"{name}: label {label} is not in {ENGLISH}"
    for label, text in english.items():
        if label not in used:
            yield f"{ENGLISH}: label {label} is used nowhere"
        if label not in dutch:
            yield f"{DUTCH}: label {label} has no Dutch"
        elif sorted(PLACEHOLDER.findall(text)) != sorted(PLACEHOLDER.findall(dutch[label])):
            yield f"{DUTCH}: label {label} has other places to fill in than the English one"
    for label in dutch.keys() - english.keys():
        yield f"{DUTCH}: label {label} has no English"


def _labels(text: str, element: str, key: str, value: str) -> dict[str, str]:
    found: dict[str, str] = {}
    # Our own files, from this repository; nobody else's XML is read here.
    for label in ET.fromstring(text).iter(METADATA + element):  # noqa: S314
        found[label.findtext(METADATA + key) or ""] = label.findtext(METADATA + value) or ""
    return found


def one_host(texts: dict[str, str]) -> Iterator[str]:
    """Only lwc/openCti speaks Open CTI: another host (Salesforce Voice) must be able to take its place."""
    for name, text in texts.items():
        code = name.endswith((".js", ".html")) and "__tests__" not in name
        if code and name.startswith("lwc/") and not name.startswith("lwc/openCti/") and OPEN_CTI.search(text):
            yield f"{name}: speaks Open CTI; that is lwc/openCti's part"


if __name__ == "__main__":
    sys.exit(main())
