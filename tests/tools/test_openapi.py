"""The OpenAPI page is what the connector serves, and its examples are what the types take."""

from typing import Any

import openapi

from connector.api.openapi import document
from connector.api.recordings import RecordingsApi
from connector.wire import requests
from tests.tools.test_asyncapi import references


def test_the_page_is_up_to_date() -> None:
    assert openapi.PAGE.read_text(encoding="utf-8") == openapi.text(), "run `python tools/openapi.py`"


def test_every_reference_leads_somewhere() -> None:
    described = document()
    found = references(described)
    assert len(found) > 5
    for reference in found:
        place: Any = described
        for name in reference.removeprefix("#/").split("/"):
            place = place[name]
        assert place


def test_what_is_described_of_recordings_is_what_is_served() -> None:
    described = {
        (method.upper(), path)
        for path, methods in document()["paths"].items()
        for method in methods
        if path.startswith("/recordings") and method != "parameters"
    }
    api = object.__new__(RecordingsApi)
    assert described == {(route.method, route.path) for route in api.routes()}


def test_the_examples_can_be_sent() -> None:
    paths = document()["paths"]
    decoders = {"/api/callbacks": requests.decode_callback, "/api/work-items": requests.decode_work}
    assert {path for path in paths if path.startswith("/api/")} == set(decoders)
    for path, decode in decoders.items():
        example = paths[path]["post"]["requestBody"]["content"]["application/json"]["example"]
        assert requests.encode(decode(requests.encode(example)))
