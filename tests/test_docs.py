"""The documentation as its readers have it: every link leads somewhere, and what can be configured is in it."""

import re
from functools import cache
from pathlib import Path
from urllib.parse import unquote
from xml.etree import ElementTree as ET

import pytest

from connector.salesforce.settings import _SETTINGS

ROOT = Path(__file__).resolve().parents[1]
METADATA = ROOT / "force-app" / "main" / "default"
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
GUIDE = ROOT / "docs" / "admin"

LINK = re.compile(r"!?\[(?:[^\[\]]|\[[^\]]*\])*\]\(([^)\s]+)\)")
FENCE = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)
HEADING = re.compile(r"^#{1,6} (.+)$", re.MULTILINE)


@cache
def text_of(page: Path) -> str:
    """The page without what is code in it."""
    return FENCE.sub("", page.read_text(encoding="utf-8"))


@cache
def anchors(page: Path) -> frozenset[str]:
    """What may follow `#`, as code hosts make it of headings."""
    found: list[str] = []
    for heading in HEADING.findall(text_of(page)):
        words = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).lower()
        anchor = re.sub(r"[^\w\- ]", "", words).strip().replace(" ", "-")
        times = sum(re.fullmatch(rf"{re.escape(anchor)}(-\d+)?", known) is not None for known in found)
        found.append(f"{anchor}-{times}" if times else anchor)
    return frozenset(found)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    for link in LINK.findall(text_of(page)):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = unquote(link).partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), f"{link}: there is no {path}"
        if anchor:
            assert anchor in anchors(target), f"{link}: {target.name} has no such heading"


def test_the_guide_names_all_its_pages_and_the_readme_leads_to_it() -> None:
    entrance = text_of(GUIDE / "README.md")
    named = {link.partition("#")[0] for link in LINK.findall(entrance)}
    assert {page.name for page in GUIDE.glob("*.md")} - {"README.md"} <= named
    assert "docs/admin/README.md" in LINK.findall(text_of(ROOT / "README.md"))


def test_every_picture_is_shown_and_small_enough() -> None:
    links = [(page, link) for page in PAGES for link in LINK.findall(text_of(page))]
    shown = {(page.parent / link).resolve() for page, link in links if link.endswith(".png")}
    taken = set((ROOT / "docs" / "images").rglob("*.png"))
    assert taken == shown
    for picture in (ROOT / "docs" / "images" / "admin").glob("*.png"):
        assert picture.stat().st_size < 150_000, picture.name


# --- what can be configured -------------------------------------------------------------------------------------------

REFERENCE = (ROOT / "docs" / "reference" / "salesforce.md").read_text(encoding="utf-8")
ALL_OF_IT = REFERENCE + "".join(page.read_text(encoding="utf-8") for page in sorted(GUIDE.glob("*.md")))


def label_of(file: Path) -> str:
    """What an administrator reads in Setup."""
    found = ET.parse(file).getroot().find("{http://soap.sforce.com/2006/04/metadata}label")
    assert found is not None and found.text, file
    return found.text


CONFIGURED = sorted((METADATA / "objects").glob("Phone_*__mdt"))
LISTS = sorted((METADATA / "objects").glob("Phone_*__c"))
FIELDS = sorted((METADATA / "objects").glob("*/fields/*.field-meta.xml"))


@pytest.mark.parametrize("folder", [*CONFIGURED, *LISTS], ids=lambda folder: folder.name)
def test_what_is_configured_is_in_the_reference_and_in_everyday_work(folder: Path) -> None:
    assert f"`{folder.name}`" in REFERENCE
    label = label_of(folder / f"{folder.name}.object-meta.xml")
    assert re.search(rf"\*{label}\*|tab \*{label[:-1]}", (GUIDE / "everyday.md").read_text(encoding="utf-8")), label


@pytest.mark.parametrize("field", FIELDS, ids=lambda file: f"{file.parts[-3]}.{file.name.partition('.')[0]}")
def test_every_field_is_named(field: Path) -> None:
    name = field.name.partition(".")[0]
    last = name.removeprefix("Phone_Address")
    names = {f"`{name}`", f"`…{last}`"} if last != name else {f"`{name}`"}
    assert any(one in ALL_OF_IT for one in names) or f"*{label_of(field)}*" in ALL_OF_IT, name


@pytest.mark.parametrize("key", sorted(_SETTINGS))
def test_every_setting_of_the_org_is_in_the_reference(key: str) -> None:
    assert f"`{key}`" in REFERENCE


@pytest.mark.parametrize("kind", ["permissionsets", "callCenters", "applications"])
def test_whatever_is_assigned_is_named_as_setup_shows_it(kind: str) -> None:
    for file in (METADATA / kind).iterdir():
        found = re.search(r"<(?:label|displayName)>(.*?)</", file.read_text(encoding="utf-8"))
        assert found is not None
        assert f"**{found[1]}**" in ALL_OF_IT, found[1]


# --- what is not proven -----------------------------------------------------------------------------------------------

UNPROVEN = ROOT / "docs" / "explain" / "unproven.md"
CELL = re.compile(r"(?<!\\)\|")


def test_whatever_is_not_proven_says_how_it_is_tried() -> None:
    rows = [line for line in text_of(UNPROVEN).splitlines() if line.startswith("| **")]
    assert rows
    for row in rows:
        cells = [cell.strip() for cell in CELL.split(row)[1:-1]]
        assert len(cells) == 3, row
        assert all(cells), row


def test_every_apex_test_is_among_them() -> None:
    named = UNPROVEN.read_text(encoding="utf-8")
    for file in (METADATA / "classes").glob("*Test.cls"):
        assert file.stem in named, file.stem
