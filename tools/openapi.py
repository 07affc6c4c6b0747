"""Write docs/reference/openapi.yaml from what the connector serves. `--check` only says whether it is up to date."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from yaml_text import lines

from connector.api.openapi import document

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "reference" / "openapi.yaml"
HEADER = "# Made by `python tools/openapi.py` from connector/wire/requests.py; edit the types, not this file.\n"


def main() -> int:
    """Write the page, or compare it. Returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit code 1 when it is out of date")
    if not parser.parse_args().check:
        PAGE.write_text(text(), encoding="utf-8")
        return 0
    if PAGE.exists() and PAGE.read_text(encoding="utf-8") == text():
        return 0
    print(f"{PAGE.relative_to(ROOT)} is out of date: run `python tools/openapi.py`")
    return 1


def text() -> str:
    """The page as it should be."""
    return HEADER + "\n".join(lines(document(), 0)) + "\n"


if __name__ == "__main__":
    sys.exit(main())
