"""What `/panel` loads before it can be used, in bytes as they are and gzipped (level 9).

    python bench/panel_size.py

The page is rendered as the connector renders it, and names all that it loads: one script and one style sheet.
"""

import asyncio
import gzip
import os
import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from aiohttp.test_utils import make_mocked_request

from bench.figures import Figure, options, tell
from connector.api.http import STATIC, PanelPage

PROGRAM = "panel_size"
KIB = 1024
HOW = "page rendered by the connector; gzip -9"


def size(what: str, texts: list[bytes], limit: int) -> list[Figure]:
    """The sum of the parts, gzipped each for itself, against its limit in KB of 1,024 bytes."""
    packed = sum(len(gzip.compress(text, 9)) for text in texts) / KIB
    plain = sum(map(len, texts)) / KIB
    return [
        Figure(PROGRAM, f"{what}, gzipped", packed, packed, packed, "KB", HOW, f"< {limit} KB", packed < limit),
        Figure(PROGRAM, f"{what}, as it is", plain, plain, plain, "KB", "same files"),
    ]


def main() -> None:
    """Measures and tells."""
    given = options(__doc__ or "", repeats=1).parse_args()
    started = os.getloadavg()
    request = make_mocked_request("GET", "/panel", headers={"Host": "localhost:8080"})
    page = asyncio.run(PanelPage(frozenset({"https://example.my.salesforce.com"})).page(request)).body
    assert isinstance(page, bytes)
    names = re.findall(r'(?:src|href)="/panel/static/([^"]+)"', page.decode())
    files = {name: (STATIC / name).read_bytes() for name in names}
    if sorted(Path(name).suffix for name in files) != [".css", ".js"]:
        raise SystemExit(f"the page loads {names}: count what is new, too")
    scripts = [text for name, text in files.items() if name.endswith(".js")]
    styles = [text for name, text in files.items() if name.endswith(".css")]
    figures = size("Page and script of /panel", [page, *scripts], 93) + size("Style sheet of /panel", styles, 40)
    tell(figures, started, given.out)


if __name__ == "__main__":
    main()
