"""Which part of a file a request asks for."""

import pytest

from connector.api.ranges import Unsatisfiable, asked

SIZE = 1_000


@pytest.mark.parametrize(
    ("header", "part"),
    [
        ("bytes=0-0", (0, 1)),
        ("bytes=0-499", (0, 500)),
        ("bytes=500-999", (500, 1_000)),
        ("bytes=500-99999", (500, 1_000)),
        ("bytes=999-", (999, 1_000)),
        ("bytes=0-", (0, 1_000)),
        ("bytes=-1", (999, 1_000)),
        ("bytes=-500", (500, 1_000)),
        ("bytes=-5000", (0, 1_000)),
        (" bytes=1-2 ", (1, 3)),
    ],
)
def test_one_part(header: str, part: tuple[int, int]) -> None:
    assert asked(header, SIZE) == part


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "bytes=",
        "bytes=-",
        "bytes=5-4",
        "bytes=a-b",
        "bytes=0x1-2",
        "bytes=1-2,5-6",
        "bytes=-1-2",
        "lines=1-2",
        "bytes 1-2",
        "bytes=1-2\nX: y",
        "bytes=" + "9" * 40 + "-",
    ],
)
def test_what_is_no_one_part_is_answered_whole(header: str | None) -> None:
    assert asked(header, SIZE) is None


@pytest.mark.parametrize("header", ["bytes=1000-", "bytes=1000-2000", "bytes=5000-6000", "bytes=-0"])
def test_a_part_that_there_is_not(header: str) -> None:
    with pytest.raises(Unsatisfiable):
        asked(header, SIZE)


@pytest.mark.parametrize("header", ["bytes=0-", "bytes=-1", "bytes=0-0"])
def test_of_nothing_there_is_no_part(header: str) -> None:
    with pytest.raises(Unsatisfiable):
        asked(header, 0)
