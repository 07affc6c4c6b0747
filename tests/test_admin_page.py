"""The page for who has an Asterisk of their own: its dialplan is the one that the tests run."""

import re
from pathlib import Path

from jinja2 import Environment, PackageLoader

PAGE = Path(__file__).resolve().parents[1] / "docs" / "admin" / "asterisk.md"


def test_the_dialplan_of_emergency_calls_is_the_one_that_is_tested() -> None:
    environment = Environment(loader=PackageLoader("connector.sandbox.asterisk"), autoescape=False)
    template = environment.get_template("extensions.conf.j2")
    text = template.render(app="phone-panel", away="", emergency="emergency-national")
    blocks = re.findall(r"```ini\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    (agents,) = (block for block in blocks if block.startswith("[agents]"))
    (emergency,) = (block for block in blocks if "[phone-panel-emergency]" in block)
    assert emergency.strip() == text[text.index("; What the connector has said of the phone") :].strip()
    for line in agents.strip().splitlines():
        assert line in text
