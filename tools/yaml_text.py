"""Values as YAML that every reader reads the same: for the pages in docs/reference that are made from types."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

PLAIN = re.compile(r"[A-Za-z_$/][\w$/.-]*")
WORDS = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})
"""Words that YAML 1.1 reads as something else than text."""


def tidy(value: Any) -> Any:
    """Docstrings on one line each, so that the page does not change with their breaks."""
    if isinstance(value, dict):
        return {
            key: " ".join(inner.split()) if key == "description" and isinstance(inner, str) else tidy(inner)
            for key, inner in value.items()
        }
    return [tidy(inner) for inner in value] if isinstance(value, list) else value


def lines(value: Any, depth: int) -> Iterator[str]:
    """The value as YAML in block form; texts that could be read as something else are quoted as JSON quotes them."""
    pad = "  " * depth
    pairs = value.items() if isinstance(value, dict) else ((None, inner) for inner in value)
    for key, inner in pairs:
        lead = f"{pad}-" if key is None else f"{pad}{_scalar(key)}:"
        if not isinstance(inner, dict | list) or not inner:
            yield f"{lead} {_scalar(inner)}"
        elif key is None and isinstance(inner, dict):
            first, *rest = lines(inner, depth + 1)
            yield f"{lead} {first.lstrip()}"
            yield from rest
        else:
            yield lead
            yield from lines(inner, depth + 1)


def _scalar(value: Any) -> str:
    if isinstance(value, str) and PLAIN.fullmatch(value) and value.lower() not in WORDS:
        return value
    return json.dumps(value, ensure_ascii=False)
