"""A model in a tool loop: ask, act on the calls, until it submits or a limit is reached."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass

from engine.agent import Attempt
from engine.errors import AgentFailed, Void
from engine.model import Message, Model, Request, Results, Turn, User
from engine.submission import Submission
from engine.task import Limits
from engine.tool import Submitted, specs, use
from engine.transcript import Transcript

ENDINGS = {
    "refusal": "the model refused to go on",
    "context": "the conversation outgrew the model's context window",
}


@dataclass
class _Call:
    """The call of the model that is pending, if any."""

    asked: float | None = None

    def seconds(self) -> float:
        return 0.0 if self.asked is None else time.monotonic() - self.asked


@dataclass(frozen=True)
class Loop:
    """`reminder` is said once to a model that stops without having submitted.

    Where the time limit strikes while a reply is awaited that alone took more than half of the limit, the
    provider is to blame (void): its retries and queues are no work of the agent's. Else the agent is.
    """

    model: Model
    reminder: str

    async def solve(self, attempt: Attempt) -> Submission:
        limit = attempt.task.limits.seconds
        call = _Call()
        try:
            async with asyncio.timeout(limit):
                return await self._converse(attempt, call)
        except Submitted as done:
            return done.submission
        except TimeoutError:
            if limit and call.seconds() > limit / 2:
                raise Void("provider", f"{self.model.id}: no reply for {call.seconds():.3g} s") from None
            raise AgentFailed("timeout", f"nothing was submitted within {limit:g} seconds") from None

    async def _converse(self, attempt: Attempt, call: _Call) -> Submission:
        messages: list[Message] = [User((attempt.prompt,))]
        tools = specs(attempt.tools)
        reminded = False
        while True:
            _check(attempt.task.limits, attempt.transcript, messages)
            request = Request(tuple(messages), tools=tools, growing=True)
            call.asked = time.monotonic()
            turn = await attempt.transcript.ask("agent", self.model, request)
            call.asked = None
            messages.append(turn)
            if turn.stop in ENDINGS:
                raise AgentFailed("no_submission", ENDINGS[turn.stop])
            if turn.calls:
                messages.append(await _act(turn, attempt))
            elif turn.stop != "pause":
                if reminded:
                    raise AgentFailed(
                        "no_submission", "the model stopped without submitting, though reminded"
                    )
                reminded = True
                messages.append(User((self.reminder,)))


async def _act(turn: Turn, attempt: Attempt) -> Results:
    """Run the calls of one turn in their order, so that a submission ends what comes after it."""
    results = []
    for call in turn.calls:
        attempt.transcript.write("tool_call", id=call.id, name=call.name)
        result = await use(call, attempt)
        attempt.transcript.write("tool_result", id=call.id, text=result.text, error=result.error)
        results.append(result)
    # Counted once all are answered: a call cannot heed what is said of another of its turn.
    pairs = zip(turn.calls, results, strict=True)
    attempt.refused.extend(call.name for call, result in pairs if result.misfit)
    return Results(tuple(results))


def _check(limits: Limits, transcript: Transcript, messages: list[Message]) -> None:
    turns = sum(isinstance(message, Turn) for message in messages)
    usage = transcript.usage["agent"]
    if limits.cost is not None and usage.cost is None:
        raise Void("engine", "task.limits.cost is set, and what the replies cost is not known")
    for name, used, limit in (
        ("turns", turns, limits.turns),
        ("tokens", usage.tokens, limits.tokens),
        ("US dollars", usage.cost or 0.0, limits.cost),
    ):
        if limit is not None and used >= limit:
            raise AgentFailed("no_submission", f"nothing was submitted within {limit:g} {name}")
