"""Every component and module of the panel has tests of its own; what is drawn is tried for accessibility, too."""

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BUNDLES = sorted(folder for folder in (ROOT / "lwc").iterdir() if (folder / f"{folder.name}.js").exists())
DRAWN = [bundle for bundle in BUNDLES if (bundle / f"{bundle.name}.html").exists()]


def written_for(bundle: Path) -> str:
    file = bundle / "__tests__" / f"{bundle.name}.test.js"
    return file.read_text() if file.exists() else ""


def test_there_are_bundles() -> None:
    assert len(BUNDLES) > 30
    assert len(DRAWN) > 20


@pytest.mark.parametrize("bundle", BUNDLES, ids=lambda bundle: bundle.name)
def test_each_has_tests_that_expect_something(bundle: Path) -> None:
    text = written_for(bundle)
    assert f'"c/{bundle.name}"' in text
    assert "expect(" in text


@pytest.mark.parametrize("bundle", DRAWN, ids=lambda bundle: bundle.name)
def test_what_is_drawn_is_tried_for_accessibility(bundle: Path) -> None:
    text = written_for(bundle)
    assert "tests/lwc/accessible" in text
    assert "expect(await faults(" in text


def test_every_apex_class_and_trigger_has_tests_that_assert_something() -> None:
    """They run in an org only: docs/explain/unproven.md says how."""
    classes = ROOT / "force-app" / "main" / "default" / "classes"
    of_tests = {file.stem: file.read_text() for file in classes.glob("*Test.cls")}
    others = {file.stem for file in classes.glob("*.cls")} - of_tests.keys()
    assert others
    unproven = (ROOT / "docs" / "explain" / "unproven.md").read_text()
    for name in others:
        assert f"{name}Test" in of_tests, name
        text = of_tests[f"{name}Test"]
        assert "@IsTest" in text
        assert name in text.replace(f"{name}Test", "")
        assert "Assert." in text or "System.assert" in text
        assert f"{name}Test" in unproven
