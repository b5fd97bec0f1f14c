"""What a double answers: content blocks, whole replies, and failures on order."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Block = dict[str, Any]

_numbers = itertools.count(1)


@dataclass
class Reply:
    """One answer of a model. `stop_reason` follows from the content where it is not given."""

    content: list[Block]
    stop_reason: str | None = None

    def stopped(self) -> str:
        called = any(block["type"] == "tool_use" for block in self.content)
        return self.stop_reason or ("tool_use" if called else "end_turn")


@dataclass
class Failure:
    """`status` answers that error. Otherwise `kind`: never answer; drop the connection, at once or amid the
    body; send what is no JSON, what is no message, or a page of HTML. Of a stream, drop or close it amid
    the reply, or say in it that the provider is overloaded.
    """

    status: int = 0
    kind: Literal[
        "", "hang", "reset", "cut", "malformed", "alien", "html", "torn", "closed", "overloaded"
    ] = ""
    headers: Mapping[str, str] = field(default_factory=dict)


def text(words: str) -> Block:
    return {"type": "text", "text": words}


def call(name: str, arguments: Mapping[str, Any]) -> Block:
    return {"type": "tool_use", "id": f"toolu_{next(_numbers):08}", "name": name, "input": dict(arguments)}


def thinking(words: str) -> Block:
    return {"type": "thinking", "thinking": words, "signature": signature(words)}


def signature(words: str) -> str:
    return hashlib.sha256(b"the provider's secret" + words.encode()).hexdigest()
