"""The AsyncAPI page is what the types say, and every example message is what the page says."""

import json
from pathlib import Path
from typing import Any

import asyncapi
import pytest

from connector.wire import state

FIXTURES = Path(__file__).parents[1] / "fixtures" / "wire"


def test_the_page_is_up_to_date() -> None:
    assert asyncapi.PAGE.read_text(encoding="utf-8") == asyncapi.text(), "run `python tools/asyncapi.py`"


def references(value: Any) -> set[str]:
    if isinstance(value, dict):
        own = {value["$ref"]} if isinstance(value.get("$ref"), str) else set()
        return own.union(*map(references, value.values()))
    return set().union(*map(references, value)) if isinstance(value, list) else set()


def test_every_reference_leads_somewhere() -> None:
    document = asyncapi.document()
    found = references(document)
    assert len(found) > 40
    for reference in found:
        place: Any = document
        for name in reference.removeprefix("#/").split("/"):
            place = place[name]
        assert place


@pytest.mark.parametrize(("folder", "operation"), [("to_connector", "receive"), ("to_panel", "send")])
def test_every_example_is_one_of_the_messages_with_its_keys(folder: str, operation: str) -> None:
    document = asyncapi.document()
    listed = {ref["$ref"].rsplit("/", 1)[1] for ref in document["operations"][operation]["messages"]}
    messages = document["components"]["messages"]
    schemas = document["components"]["schemas"]
    by_type = {messages[name]["name"]: schemas[name] for name in listed}
    seen = set()
    for path in sorted((FIXTURES / folder).glob("*.json")):
        message = json.loads(path.read_text(encoding="utf-8"))
        schema = by_type[message["type"]]
        seen.add(message["type"])
        assert set(message) <= set(schema["properties"]), path.name
        assert set(schema["required"]) <= set(message), path.name
    assert seen == set(by_type)


def test_a_message_that_is_added_to_the_wire_is_in_the_page() -> None:
    structs = {name: kind for name, kind in vars(state).items() if isinstance(kind, type)}
    tagged = {
        name
        for name, kind in structs.items()
        if (config := getattr(kind, "__struct_config__", None)) is not None and config.tag_field == "type"
    }
    assert tagged == {kind.__name__ for kind in asyncapi.TO_PANEL}
