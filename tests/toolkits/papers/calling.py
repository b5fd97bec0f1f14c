"""Calls of the five tools as an agent makes them."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from engine.model import Model, ToolCall
from engine.tool import use
from tests.doubles import attempt
from toolkits.papers.library import Library
from toolkits.papers.tools import (
    PaperIntroduction,
    PaperReferences,
    PaperResults,
    PaperWithTldr,
    WebSearch,
)

Call = Callable[..., Awaitable[Any]]


def calling(folder: Path, library: Library, reader: Model | None = None, **options: Any) -> Call:
    """A function that calls a tool by name; the answer is told as data, an error by its `error`."""
    tools = {
        "web_search": WebSearch(library),
        "get_paper_with_tldr": PaperWithTldr(library),
        "get_paper_introduction": PaperIntroduction(library, reader, **options),
        "get_paper_results": PaperResults(library, reader, **options),
        "get_paper_references": PaperReferences(library),
    }
    this = attempt(folder, tools=tools)

    async def call(name: str, **arguments: Any) -> Any:
        result = await use(ToolCall("1", name, arguments), this)
        if result.error and not result.text.startswith("{"):
            return result.text
        told = json.loads(result.text)
        assert result.error is ("error" in told)
        assert result.text == json.dumps(told, ensure_ascii=False, separators=(",", ":"))
        return told

    return call
