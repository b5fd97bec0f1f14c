"""The messages between the probe's processes: what is packed comes back, what is forged is refused."""

from __future__ import annotations

import json
import time

import pytest

from tests.titans.parts import part

message = part("message")
Array = message.Array


def forged(head: object, data: bytes = b"", size: int | None = None) -> bytes:
    """A message with any header, and any announced length of it."""
    text = head if isinstance(head, bytes) else json.dumps(head).encode()
    return (len(text) if size is None else size).to_bytes(4, "big") + text + data


def announcing(*arrays: object, data: bytes = b"") -> bytes:
    return forged({"value": {}, "arrays": list(arrays)}, data)


def test_what_is_packed_comes_back() -> None:
    """A JSON value and arrays of several types, an empty one and a scalar among them."""
    arrays = [
        Array("float32", (2, 3), bytes(range(24))),
        Array("bool", (), b"\1"),
        Array("int64", (0, 7), b""),
        Array("bfloat16", (1,), b"ab"),
    ]
    value = {"ok": [1, None, "é", {"deep": [True]}]}
    assert message.unpack(message.pack(value, arrays)) == (value, arrays)


def test_nothing_but_a_value() -> None:
    """Arrays are optional."""
    assert message.unpack(message.pack("x")) == ("x", [])


def test_bytes_beyond_the_last_array_are_ignored() -> None:
    """What is not announced is not read."""
    assert message.unpack(message.pack(1) + b"more") == (1, [])


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\0\0",
        b"\0\0\0\0",
        b"\0\0\0\4",
        b"\xff\xff\xff\xff{}",
        forged(b"\xff\xfe\0"),
        forged(b"{'value': 1}"),
        forged({"value": 1, "arrays": []}, size=5),
        forged(b"[" * 100_000),
        forged(b"9" * 10_000),
    ],
    ids=[
        "nothing",
        "half a length",
        "no header",
        "header missing",
        "huge header announced",
        "not UTF-8",
        "not JSON",
        "cut off",
        "nested without end",
        "a number without end",
    ],
)
def test_bytes_that_are_no_message(data: bytes) -> None:
    """They are Malformed, whatever is wrong with them."""
    with pytest.raises(message.Malformed):
        message.unpack(data)


@pytest.mark.parametrize(
    "head",
    [
        None,
        [],
        "text",
        7,
        {},
        {"arrays": []},
        {"value": 1},
        {"value": 1, "arrays": None},
        {"value": 1, "arrays": 3},
        {"value": 1, "arrays": "ab"},
        {"value": 1, "arrays": {"a": 1}},
    ],
    ids=str,
)
def test_a_header_of_another_form(head: object) -> None:
    """A header is a value and a list of arrays."""
    with pytest.raises(message.Malformed):
        message.unpack(forged(head))


@pytest.mark.parametrize(
    "array",
    [
        [],
        ["float32"],
        ["float32", [1], 2],
        ["float32", 4],
        ["float32", None],
        ["float32", ["x"]],
        ["float32", [[1]]],
        ["float32", [None]],
        ["complex128", [1]],
        ["os.system", [1]],
        [["float32"], [1]],
        ["float32", [2]],
        ["float32", [-1]],
        ["float32", [-1, -1]],
        ["float32", [-1, 0]],
        ["float32", [1 << 40]],
        ["float32", [1 << 40] * 40],
        ["float32", [float("nan")]],
        ["float32", [float("inf")]],
    ],
    ids=str,
)
def test_an_array_that_cannot_be(array: object) -> None:
    """Unknown types, shapes that are none, and more bytes than there are."""
    with pytest.raises(message.Malformed):
        message.unpack(announcing(array, data=b"four"))


def test_arrays_cannot_share_bytes() -> None:
    """Each takes its own from what is there."""
    with pytest.raises(message.Malformed):
        message.unpack(announcing(["uint8", [4]], ["uint8", [1]], data=b"four"))


def test_very_many_arrays_are_read_in_time() -> None:
    """Many empty arrays cost no more than their announcement."""
    began = time.monotonic()
    _, arrays = message.unpack(announcing(*[["bool", [0]]] * 200_000))
    assert len(arrays) == 200_000
    assert time.monotonic() - began < 10


def test_a_header_is_bounded() -> None:
    """Parsing takes thirty times a header's size, and those of honest subjects are of about a megabyte."""
    with pytest.raises(message.Malformed):
        message.unpack(forged(b" " * (33 << 20) + b'{"value": 1, "arrays": []}'))
