"""The page for who has an Asterisk of their own: its dialplan is the one that the tests run."""

import re
from pathlib import Path

import pytest
from jinja2 import Environment, PackageLoader

PAGE = Path(__file__).resolve().parents[1] / "docs" / "admin" / "asterisk.md"


def dialplan() -> dict[str, str]:
    """Each context of the dialplan that the tests run, as an administrator would have it, with the remark before it."""
    environment = Environment(loader=PackageLoader("connector.sandbox.asterisk"), autoescape=False)
    values = {"app": "phone-panel", "away": "please-hold", "emergency": "emergency-national"}
    text = environment.get_template("extensions.conf.j2").render(**values, rings=8, waits=40)
    found = re.findall(r"(?:^;.*\n)*^\[(.+)\]\n(?:^[^\[\n].*\n)+", text, re.MULTILINE)
    whole = [match[0] for match in re.finditer(r"(?:^;.*\n)*^\[.+\]\n(?:^[^\[\n].*\n)+", text, re.MULTILINE)]
    return dict(zip(found, whole, strict=True))


@pytest.mark.parametrize("context", [name for name in dialplan() if name != "general"])
def test_the_dialplan_is_the_one_that_is_tested(context: str) -> None:
    page = PAGE.read_text(encoding="utf-8")
    blocks = "\n".join(re.findall(r"```ini\n(.*?)```", page, re.DOTALL))
    assert dialplan()[context].strip() in blocks
