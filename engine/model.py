"""One LLM behind one API, and the words in which we speak to it.

A conversation is a sequence of messages: `User` texts, the model's own `Turn`s and the `Results` of
the tools it called. A `Turn` keeps the provider's content in `raw`, which goes back untouched, so that
thinking blocks keep their signatures.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, Protocol

from engine.bounds import at_least
from engine.traffic import Traffic

Stop = Literal["end", "tools", "length", "pause", "refusal", "context"]
JsonSchema = Mapping[str, Any]


@dataclass(frozen=True)
class Usage:
    """Tokens and US dollars. `input` excludes what was read from or written to a cache.

    `cost` is None where a price is not known; None stays None in a sum.
    """

    input: int = 0
    output: int = 0
    cache_read: int = 0
    cache_write: int = 0
    cost: float | None = 0.0

    def __add__(self, other: Usage) -> Usage:
        known = self.cost is not None and other.cost is not None
        return Usage(
            self.input + other.input,
            self.output + other.output,
            self.cache_read + other.cache_read,
            self.cache_write + other.cache_write,
            (self.cost or 0.0) + (other.cost or 0.0) if known else None,
        )

    @property
    def tokens(self) -> int:
        return self.input + self.output + self.cache_read + self.cache_write


@dataclass
class Price:
    """US dollars per million tokens; `long_factor` times as much for a prompt of over `long_over` tokens."""

    input: float = 0.0
    output: float = 0.0
    cache_read: float = 0.0
    cache_write: float = 0.0
    long_over: int | None = None
    long_factor: float = 1.0

    @classmethod
    def stated(cls, said: Mapping[str, Any] | None) -> Price | None:
        """The price that a config states, if any. Raises ValueError, naming the key."""
        if not said:
            return None
        there = cls.__dataclass_fields__
        if unknown := [name for name in said if name not in there]:
            raise ValueError(f"price.{unknown[0]}: there is no such price; there are: {', '.join(there)}")
        return cls(**said)

    def __post_init__(self) -> None:
        stated = {name: each for name, each in vars(self).items() if name != "long_over" or each is not None}
        at_least(0, **{f"price.{name}": each for name, each in stated.items()})

    def cost(self, usage: Usage) -> float:
        """The cost of one call (not of a sum of calls: the long-prompt price depends on each)."""
        long = self.long_over is not None and usage.tokens - usage.output > self.long_over
        return (
            (self.long_factor if long else 1.0)
            * (
                usage.input * self.input
                + usage.output * self.output
                + usage.cache_read * self.cache_read
                + usage.cache_write * self.cache_write
            )
            / 1e6
        )


@dataclass(frozen=True)
class ToolCall:
    """The model's wish to have a tool run. `arguments` is what it sent, not yet validated.

    `problem` says why the call must not run (arguments that are no JSON object, or were cut off):
    answer it with an error result.
    """

    id: str
    name: str
    arguments: Mapping[str, Any]
    problem: str = ""


@dataclass(frozen=True)
class ToolResult:
    """What a tool answered to the call with that id; `error` where it could not do it.

    `misfit` where the arguments did not fit the tool's schema.
    """

    id: str
    text: str
    error: bool = False
    misfit: bool = False


@dataclass(frozen=True)
class User:
    """Texts of ours. Everything up to and including part `cached` is marked as a shared prefix."""

    parts: tuple[str, ...]
    cached: int | None = None


@dataclass(frozen=True)
class Results:
    """The answers to all calls of one turn, in their order, and optionally a word of ours after them."""

    results: tuple[ToolResult, ...]
    note: str = ""


@dataclass(frozen=True)
class Turn:
    """One reply of a model. `raw` is the provider's own content, given back as it came."""

    text: str
    calls: tuple[ToolCall, ...] = ()
    stop: Stop = "end"
    usage: Usage = Usage()
    thinking: str = ""
    raw: Any = None


Message = User | Results | Turn


@dataclass(frozen=True)
class ToolSpec:
    """What a model is told of a tool; `schema` is the JSON Schema (type object) of its arguments."""

    name: str
    description: str
    schema: JsonSchema


@dataclass(frozen=True)
class Request:
    """All that one reply depends on. With `schema`, the reply's text is a JSON document that should fit it.

    `growing` says that the conversation will be sent again, longer, so its end is worth caching. `extended`
    asks the model to think at length.
    """

    messages: tuple[Message, ...]
    system: str = ""
    tools: tuple[ToolSpec, ...] = ()
    schema: JsonSchema | None = None
    growing: bool = False
    extended: bool = False


class Model(Protocol):
    """An actor: one instance serves all runs and keeps nothing of them."""

    id: str
    traffic: Traffic
    price: Price | None

    def missing(self) -> str | None:
        """What this machine lacks to use the model (a key's variable, a package), or None. Costs nothing."""

    def notice(self, today: date) -> str | None:
        """What the user should know before the runs (the model retires soon), or None."""

    def priced(self) -> bool:
        """Whether the cost of its replies will be known, so that it can be limited. Costs nothing."""

    def thinks(self) -> bool:
        """Whether it can think at length (`Request.extended`). Costs nothing."""

    async def reply(self, request: Request) -> Turn:
        """Ask once, within a timeout. Raises Unanswered: whether to ask again is decided elsewhere."""

    async def close(self) -> None:
        """Give connections back, at the end of all runs."""
