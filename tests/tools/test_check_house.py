"""Each of the house's rules finds what it is for, and leaves the rest alone."""

from __future__ import annotations

import check_house
import pytest


def _xml(root: str, body: str) -> str:
    return f'<{root} xmlns="http://soap.sforce.com/2006/04/metadata">{body}</{root}>'


def _texts(english: dict[str, str], dutch: dict[str, str], source: str) -> dict[str, str]:
    labels = "".join(f"<labels><fullName>{k}</fullName><value>{v}</value></labels>" for k, v in english.items())
    translated = "".join(f"<customLabels><label>{v}</label><name>{k}</name></customLabels>" for k, v in dutch.items())
    return {
        check_house.ENGLISH: _xml("CustomLabels", labels),
        check_house.DUTCH: _xml("Translations", translated),
        "lwc/words/words.js": source,
    }


USES_HOLD = 'import hold from "@salesforce/label/c.Hold";'


def test_a_whole_set_of_labels_is_fine() -> None:
    assert list(check_house.labels(_texts({"Hold": "Hold {0}"}, {"Hold": "Wacht {0}"}, USES_HOLD))) == []


@pytest.mark.parametrize(
    ("english", "dutch", "source", "fault"),
    [
        ({}, {}, USES_HOLD, "label Hold is not in"),
        ({"Hold": "Hold"}, {}, USES_HOLD, "label Hold has no Dutch"),
        ({"Hold": "Hold"}, {"Hold": "Wacht"}, "", "label Hold is used nowhere"),
        ({"Hold": "{0} held"}, {"Hold": "{1} wacht"}, USES_HOLD, "other places to fill in"),
        ({"Hold": "Hold"}, {"Hold": "Wacht", "End": "Einde"}, USES_HOLD, "label End has no English"),
    ],
)
def test_a_gap_in_the_labels_is_found(english: dict[str, str], dutch: dict[str, str], source: str, fault: str) -> None:
    found = list(check_house.labels(_texts(english, dutch, source)))
    assert len(found) == 1
    assert fault in found[0]


def test_a_label_used_by_apex_counts_as_used() -> None:
    texts = _texts({"Hold": "Hold"}, {"Hold": "Wacht"}, "")
    texts["force-app/main/default/classes/A.cls"] = "String s = System.Label.Hold;"
    assert list(check_house.labels(texts)) == []


@pytest.mark.parametrize(
    "text",
    [
        "cd /" + "work/main",
        '"/' + 'root/.cache"',
        "/" + "home/ann/src",
        "https://registry." + "npmjs.org/x",
        "//files." + "pythonhosted.org/p",
    ],
)
def test_a_path_or_registry_is_found_with_its_line(text: str) -> None:
    [fault] = check_house.places({"docs/a.md": f"first\n{text}\n"})
    assert fault.startswith("docs/a.md:2: ")


@pytest.mark.parametrize("text", ["/work queue", "a/work/b", "${HOME}/work/x", "https://example.com/root/x", "npm ci"])
def test_other_paths_are_left_alone(text: str) -> None:
    assert list(check_house.places({"docs/a.md": text})) == []


def test_a_lock_with_an_address_is_found() -> None:
    texts = dict.fromkeys(check_house.LOCKS, "{}")
    assert list(check_house.locks(texts)) == []
    texts["package-lock.json"] = '{"resolved": "x"}'
    [fault] = check_house.locks(texts)
    assert fault.startswith("package-lock.json: ")


@pytest.mark.parametrize(
    ("line", "faults"),
    [
        ("x = f()  # " + "type: ignore[misc]", 1),
        ("x = f()  # " + "noqa: S310", 1),
        ("x = f()  # " + "noqa: S310, PLC0415", 1),
        ("x = f()  # " + "noqa: S310 - our own address", 0),
        ("x = f()  # " + "type: ignore[misc]  # the set above is Command", 0),
        ("# because\nx = f()  # " + "type: ignore[misc]", 0),
    ],
)
def test_an_ignore_needs_its_reason(line: str, faults: int) -> None:
    assert len(list(check_house.ignores({"connector/a.py": line}))) == faults
    assert list(check_house.ignores({"tests/test_a.py": line})) == []


def test_only_one_bundle_speaks_open_cti() -> None:
    text = "sforce.opencti.screenPop({});"
    assert list(check_house.one_host({"lwc/openCti/openCti.js": text, "lwc/a/__tests__/a.test.js": text})) == []
    assert len(list(check_house.one_host({"lwc/phonePanel/phonePanel.js": text}))) == 1
    assert list(check_house.one_host({"lwc/words/words.js": 'import x from "@salesforce/label/c.X";'})) == []
