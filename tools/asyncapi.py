"""Write docs/reference/asyncapi.yaml from the types of the wire. `--check` only says whether it is up to date."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any, get_args

import msgspec
from yaml_text import lines, tidy

from connector.wire import VERSION, commands, state

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "reference" / "asyncapi.yaml"
TO_CONNECTOR: tuple[type, ...] = get_args(commands.Message)
TO_PANEL: tuple[type, ...] = (
    state.State,
    state.Setup,
    state.Reply,
    state.DraftSaved,
    state.DraftRefused,
    state.Found,
    state.Previewed,
    state.Described,
    state.Chore,
    state.ChoreYours,
    state.Queues,
    state.Today,
    state.Agents,
    state.Skills,
    state.Staff,
    state.Tasks,
    state.Alarm,
    state.Transcript,
    state.Segments,
    state.TranscriptOver,
    state.TokenWanted,
    state.Pong,
    state.Failure,
)
HEADER = "# Made by `python tools/asyncapi.py` from connector/wire; edit the types, not this file.\n"


def main() -> int:
    """Write the page, or compare it. Returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit code 1 when it is out of date")
    if not parser.parse_args().check:
        PAGE.write_text(text(), encoding="utf-8")
        return 0
    if PAGE.exists() and PAGE.read_text(encoding="utf-8") == text():
        return 0
    print(f"{PAGE.relative_to(ROOT)} is out of date: run `python tools/asyncapi.py`")
    return 1


def text() -> str:
    """The page as it should be."""
    return HEADER + "\n".join(lines(document(), 0)) + "\n"


def document() -> dict[str, Any]:
    """The AsyncAPI 3.0 document: one channel, the messages of either direction, and the schemas of their values."""
    _, schemas = msgspec.json.schema_components((*TO_CONNECTOR, *TO_PANEL), ref_template="#/components/schemas/{name}")
    names = {kind.__name__: _tag(kind) for kind in (*TO_CONNECTOR, *TO_PANEL)}
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Phone panel and connector",
            "version": str(VERSION),
            "description": "One JSON object a WebSocket text message. How they follow each other is in wire.md.",
        },
        "defaultContentType": "application/json",
        "channels": {
            "socket": {
                "address": "/panel/socket",
                "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in names},
            }
        },
        "operations": {
            "receive": _operation("receive", "What a panel sends; hello comes first.", TO_CONNECTOR),
            "send": _operation("send", "What a panel is sent.", TO_PANEL),
        },
        "components": {
            "messages": {
                name: {"name": tag, "payload": {"$ref": f"#/components/schemas/{name}"}} for name, tag in names.items()
            },
            "schemas": {name: tidy(schema) for name, schema in sorted(schemas.items())},
        },
    }


def _tag(kind: type) -> str:
    tag = kind.__struct_config__.tag  # type: ignore[attr-defined]  # every message is a tagged Struct
    assert isinstance(tag, str)
    return tag


def _operation(action: str, summary: str, kinds: tuple[type, ...]) -> dict[str, Any]:
    messages = [{"$ref": f"#/channels/socket/messages/{kind.__name__}"} for kind in kinds]
    return {"action": action, "channel": {"$ref": "#/channels/socket"}, "summary": summary, "messages": messages}


if __name__ == "__main__":
    sys.exit(main())
