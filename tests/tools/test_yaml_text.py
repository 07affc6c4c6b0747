"""YAML is written so that every reader reads the same."""

from typing import Any

import pytest
import yaml_text


@pytest.mark.parametrize(
    ("value", "lines"),
    [
        ({"a": 1, "b": [], "c": {}}, ["a: 1", "b: []", "c: {}"]),
        ({"a": {"b": [1, {"c": True, "d": None}]}}, ["a:", "  b:", "    - 1", "    - c: true", "      d: null"]),
        ({"yes": "no", "x": "a: b", "$ref": "#/y"}, ['"yes": "no"', 'x: "a: b"', '$ref: "#/y"']),
        ({"version": "1", "é": "ü"}, ['version: "1"', '"é": "ü"']),
        ([[1, 2]], ["-", "  - 1", "  - 2"]),
    ],
)
def test_yaml_is_written_so_that_every_reader_reads_the_same(value: Any, lines: list[str]) -> None:
    assert list(yaml_text.lines(value, 0)) == lines
