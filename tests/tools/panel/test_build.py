"""The panel's build, on made-up components: what goes in, what comes out, and what it refuses."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

if TYPE_CHECKING:
    from playwright.async_api import Browser

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parent.parent.parent.parent
METADATA = "force-app/main/default"
XMLNS = 'xmlns="http://soap.sforce.com/2006/04/metadata"'
LABEL = "<labels><fullName>Hold</fullName><value>Hold &amp; wait</value></labels>"
TRANSLATION = "<customLabels><label>In de wacht</label><name>Hold</name></customLabels>"
SCRIPT = """import { LightningElement } from "lwc";
import hold from "@salesforce/label/c.Hold";
export default class PhonePanel extends LightningElement {
  static renderMode = "light";
  hold = hold;
  caller = "+1 415 555 0143";
  find() {
    this.caller = "عبد الرحمن";
  }
}
"""
TEMPLATE = """<template lwc:render-mode="light">
  <button class="slds-button slds-button_brand pp-own" onclick={find}>
    <c-icon name="utility:pause" size="small"></c-icon>{hold}
  </button>
  <p dir="auto">{caller}</p>
</template>
"""


class Sources:
    """A small project at `root` with the real build tools."""

    def __init__(self, root: Path, node: str) -> None:
        self.root = root
        self._node = node
        for folder in ("tools/panel", "lwc/icon", "lwc/iconSource"):
            shutil.copytree(ROOT / folder, root / folder)
        self.write("package.json", "{}")
        (root / "node_modules").symlink_to((ROOT / "node_modules").resolve())
        self.write("lwc/phonePanel/phonePanel.js", SCRIPT)
        self.write("lwc/phonePanel/phonePanel.html", TEMPLATE)
        self.write("lwc/phonePanel/phonePanel.css", ".pp-own { color: var(--slds-g-color-neutral-base-10, #000); }")
        self.write(f"{METADATA}/labels/CustomLabels.labels-meta.xml", f"<CustomLabels {XMLNS}>{LABEL}</CustomLabels>")
        dutch = f"<Translations {XMLNS}>{TRANSLATION}</Translations>"
        self.write(f"{METADATA}/translations/nl_NL.translation-meta.xml", dutch)

    def write(self, name: str, text: str) -> None:
        """Put a source file in its place."""
        file = self.root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def build(self) -> tuple[int, str]:
        """Run the build into `root`/out: exit code and output."""
        command = [self._node, str(self.root / "tools/panel/build.mjs"), "--out", str(self.root / "out")]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
        return done.returncode, done.stdout + done.stderr

    def built(self, name: str) -> Path:
        """The built file that the manifest gives for `name`."""
        panel = self.root / "out" / "panel"
        return panel / str(json.loads((panel / "manifest.json").read_text())[name])


@pytest.fixture
def sources(tmp_path: Path, needs: Callable[[str], str]) -> Sources:
    """A project that builds as it is."""
    return Sources(tmp_path / "first", needs("node"))


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory, needs: Callable[[str], str]) -> Sources:
    """The same project, built once for the tests that only look at what came out."""
    project = Sources(tmp_path_factory.mktemp("finished") / "first", needs("node"))
    code, output = project.build()
    assert code == 0, output
    assert "gzipped" in output
    return project


def test_the_same_sources_give_the_same_bytes_in_another_folder(
    finished: Sources, tmp_path: Path, needs: Callable[[str], str]
) -> None:
    other = Sources(tmp_path / "a second folder", needs("node"))
    code, output = other.build()
    assert code == 0, output
    for name in ("panel.js", "panel.css"):
        assert finished.built(name).name == other.built(name).name
        assert finished.built(name).read_bytes() == other.built(name).read_bytes()
    assert (finished.root / "out/vendor/utility-sprite.svg").stat().st_size > 100_000


def test_styles_hold_what_is_used_and_little_else(finished: Sources) -> None:
    styles = finished.built("panel.css").read_text()
    assert ".slds-button_brand" in styles
    assert ".slds-icon_small" in styles
    assert ".slds-carousel" not in styles
    assert "--slds-g-color-neutral-base-10:" in styles  # only our own component uses it
    assert "@font-face" not in styles
    assert ".pp-own" in styles  # the components' own rules are there before the script has run


@pytest.mark.parametrize(
    ("name", "text", "fault"),
    [
        ("lwc/phonePanel/phonePanel.js", SCRIPT.replace("c.Hold", "c.Held"), "label Held is not in CustomLabels"),
        ("lwc/phonePanel/phonePanel.html", TEMPLATE.replace("pause", "no_such"), "SLDS has no icon utility:no_such"),
        ("lwc/phonePanel/phonePanel.js", "export default class {", "Unexpected token"),
        ("lwc/phonePanel/phonePanel.js", SCRIPT + 'import "c/nowhere";', "c/nowhere"),
        ("tools/panel/page.css", "body { background: url(https://example.com/a.png) }", "would fetch"),
    ],
)
def test_a_fault_in_the_sources_fails_the_build_and_is_named(
    sources: Sources, name: str, text: str, fault: str
) -> None:
    sources.write(name, text)
    code, output = sources.build()
    assert code == 1, output
    assert fault in output
    assert "manifest.json" not in [file.name for file in sources.root.rglob("out/**/*")]


def test_over_budget_is_a_fault(sources: Sources) -> None:
    noise = "".join(f".pp-{number:x}-{number * 7919 % 104729:x}{{order:{number}}}" for number in range(12_000))
    sources.write("tools/panel/page.css", noise)
    code, output = sources.build()
    assert code == 1
    assert "over budget: panel.css" in output


@pytest.mark.browser
@pytest.mark.parametrize(("locale", "text"), [("nl-BE", "In de wacht"), ("de-DE", "Hold & wait")])
async def test_in_a_browser_icon_and_language_are_right(
    finished: Sources, chromium: Browser, locale: str, text: str
) -> None:
    page = await chromium.new_page(locale=locale)
    await page.set_content("<!doctype html><body></body>")
    await page.add_style_tag(content=finished.built("panel.css").read_text())
    await page.add_script_tag(content=finished.built("panel.js").read_text())
    assert (await page.inner_text("c-phone-panel button")).strip() == text
    # A <use> whose symbol is missing has no size.
    width = await page.evaluate("document.querySelector('c-icon use').getBBox().width")
    assert width > 0


@pytest.mark.browser
async def test_a_name_that_comes_after_the_number_is_written_from_right_to_left(
    finished: Sources, chromium: Browser
) -> None:
    page = await chromium.new_page()
    await page.set_content("<!doctype html><body></body>")
    await page.add_script_tag(content=finished.built("panel.js").read_text())
    caller = page.locator("c-phone-panel p")
    await expect(caller).to_have_css("direction", "ltr")
    await page.locator("c-phone-panel button").click()
    await expect(caller).to_have_text("عبد الرحمن")
    await expect(caller).to_have_css("direction", "rtl")
