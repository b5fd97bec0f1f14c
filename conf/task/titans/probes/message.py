"""A message between the probe's processes: a JSON value and some arrays, as plain bytes.

Reading checks everything: a message may come from a process that ran the submission.
"""

import json
import math
from collections.abc import Sequence
from typing import Any, NamedTuple

SIZES = {"float64": 8, "float32": 4, "float16": 2, "bfloat16": 2}
SIZES |= {"int64": 8, "int32": 4, "int16": 2, "int8": 1, "uint8": 1, "bool": 1}

MOST_HEADER = 32 << 20  # bytes; parsing takes thirty times as much


class Array(NamedTuple):
    """A tensor's bytes in row-major order."""

    dtype: str
    shape: tuple[int, ...]
    data: bytes


class Malformed(ValueError):
    """The bytes are no message of ours."""


def pack(value: Any, arrays: Sequence[Array] = ()) -> bytes:
    """Four bytes of the header's length, the header as JSON, then the arrays one after the other."""
    head = json.dumps(
        {"value": value, "arrays": [[array.dtype, list(array.shape)] for array in arrays]}
    ).encode()
    return b"".join([len(head).to_bytes(4, "big"), head, *(array.data for array in arrays)])


def unpack(message: bytes) -> tuple[Any, list[Array]]:
    size = int.from_bytes(message[:4], "big")
    try:
        if size > MOST_HEADER:
            raise Malformed(f"a header of {size} bytes, at most {MOST_HEADER} are read")
        head = json.loads(message[4 : 4 + size])
        kinds = [(str(dtype), tuple(int(n) for n in shape)) for dtype, shape in head["arrays"]]
        return head["value"], _split(memoryview(message)[4 + size :], kinds)
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError) as error:
        raise Malformed(f"not a message: {error}") from error


def _split(rest: memoryview, kinds: list[tuple[str, tuple[int, ...]]]) -> list[Array]:
    arrays = []
    for dtype, shape in kinds:
        size = SIZES[dtype] * math.prod(shape)
        if min(shape, default=0) < 0 or size > len(rest):
            raise Malformed(f"{size} bytes of an array were announced, {len(rest)} are there")
        arrays.append(Array(dtype, shape, bytes(rest[:size])))
        rest = rest[size:]
    return arrays
