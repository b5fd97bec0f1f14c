"""A function that an agent may call."""

from __future__ import annotations

import asyncio
import inspect
import math
from collections.abc import Awaitable, Mapping
from typing import Any, Protocol

from engine.agent import Attempt
from engine.errors import AgentFailed, Stopped, Void
from engine.misfit import told
from engine.model import JsonSchema, ToolCall, ToolResult, ToolSpec
from engine.submission import Submission
from sandbox import SandboxError


class Tool(Protocol):
    """An actor, sync or async; its name is its key in the toolkit. `schema` describes the arguments.

    One that works in the attempt's workspace says `needs_sandbox = True`. One that hands in its arguments
    may say `refusals = 1`: so many calls that do not fit its schema are refused, and the next is let
    through.
    """

    description: str
    schema: JsonSchema

    def __call__(self, attempt: Attempt, /, **arguments: Any) -> str | Awaitable[str]:
        """Answer in text. Any exception becomes an error result that the model can react to."""


class Submitted(Exception):
    """Raised by a tool to hand in: the attempt ends here."""

    def __init__(self, submission: Submission) -> None:
        super().__init__("submitted")
        self.submission = submission


class ToolError(Exception):
    """What a tool could not do, told to the model word for word."""


class Misfit(Exception):
    """Arguments that do not fit the tool's schema, in words for the model."""


def need_sandbox(tools: Mapping[str, Tool]) -> bool:
    return any(getattr(tool, "needs_sandbox", False) for tool in tools.values())


def works_there(call: ToolCall, tools: Mapping[str, Tool]) -> bool:
    """Whether the call goes to a tool that works in the workspace."""
    return call.name in tools and need_sandbox({call.name: tools[call.name]})


def specs(tools: Mapping[str, Tool]) -> tuple[ToolSpec, ...]:
    return tuple(ToolSpec(name, tool.description, tool.schema) for name, tool in tools.items())


async def use(call: ToolCall, attempt: Attempt) -> ToolResult:
    """Run one call of a model. Raises Submitted; failures of ours and of the agent pass through."""
    try:
        tool = _find(call.name, attempt.tools)
        _validate(call, tool, attempt)
        text = await _answer(tool, attempt, call.arguments)
        attempt.seen.append(text)
        return ToolResult(call.id, text)
    except (Submitted, Stopped, AgentFailed, Void, SandboxError):
        raise
    except Misfit as misfit:
        return ToolResult(call.id, f"ValueError: {misfit}", error=True, misfit=True)
    except ToolError as error:
        return ToolResult(call.id, str(error), error=True)
    except Exception as error:  # a tool's exception is the model's to react to, never a crash of the run
        return ToolResult(call.id, f"{type(error).__name__}: {error}", error=True)


def _find(name: str, tools: Mapping[str, Tool]) -> Tool:
    if name not in tools:
        raise LookupError(f"there is no tool {name!r}; the tools are: {', '.join(tools)}")
    return tools[name]


def _validate(call: ToolCall, tool: Tool, attempt: Attempt) -> None:
    if call.problem:
        raise ValueError(call.problem)
    from jsonschema import Draft202012Validator  # imported where first used: 0.1 s

    problems = list(map(told, Draft202012Validator(tool.schema).iter_errors(dict(call.arguments))))
    if problems and attempt.refused.count(call.name) < getattr(tool, "refusals", math.inf):
        raise Misfit("; ".join(problems[:5]))


async def _answer(tool: Tool, attempt: Attempt, arguments: Mapping[str, Any]) -> str:
    if inspect.iscoroutinefunction(type(tool).__call__):
        return str(await tool(attempt, **arguments))  # type: ignore[misc]
    return str(await asyncio.to_thread(tool, attempt, **arguments))
