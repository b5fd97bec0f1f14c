"""The provider's prompt cache: what of a prompt was read from it, what was written, what was neither."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any

from .messages_rules import blocks_of

_CHARACTERS_A_TOKEN = 4


class PromptCache:
    """Prefixes up to each mark are kept; a later prompt that starts with one reads it."""

    def __init__(self) -> None:
        self._kept: set[str] = set()

    def count(self, body: Mapping[str, Any]) -> dict[str, int]:
        """The input side of a Message's usage."""
        digest, total, read, written = hashlib.sha256(), 0, 0, 0
        marks = []
        for block, marked in _prompt(body):
            digest.update(block.encode())
            total += -(-len(block) // _CHARACTERS_A_TOKEN)
            if digest.hexdigest() in self._kept:
                read = total
            if marked:
                marks.append(digest.hexdigest())
                written = total
        read = min(read, written)
        self._kept.update(marks)
        return {
            "input_tokens": total - max(read, written),
            "cache_read_input_tokens": read,
            "cache_creation_input_tokens": max(written - read, 0),
        }


def _prompt(body: Mapping[str, Any]) -> Iterator[tuple[str, bool]]:
    """Every block of the prompt in its order, and whether a mark stands behind it."""
    blocks = [*body.get("tools", ()), *blocks_of(body.get("system", []))]
    for message in body["messages"]:
        blocks += [{"role": message["role"], **block} for block in blocks_of(message["content"])]
    for index, block in enumerate(blocks):
        plain = {word: value for word, value in block.items() if word != "cache_control"}
        last = index == len(blocks) - 1 and bool(body.get("cache_control"))
        yield json.dumps(plain), last or bool(block.get("cache_control"))
