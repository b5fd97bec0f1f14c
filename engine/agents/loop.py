"""A model in a tool loop: ask, act on the calls, until it submits or a limit is reached."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from engine.agent import Attempt
from engine.errors import AgentFailed
from engine.model import Message, Model, Request, Results, Turn, User
from engine.submission import Submission
from engine.task import Limits
from engine.tool import Submitted, specs, use
from engine.transcript import Transcript

ENDINGS = {
    "refusal": "the model refused to go on",
    "context": "the conversation outgrew the model's context window",
}


@dataclass(frozen=True)
class Loop:
    """`reminder` is said once to a model that stops without having submitted."""

    model: Model
    reminder: str

    async def solve(self, attempt: Attempt) -> Submission:
        limit = attempt.task.limits.seconds
        try:
            async with asyncio.timeout(limit):
                return await self._converse(attempt)
        except Submitted as done:
            return done.submission
        except TimeoutError:
            raise AgentFailed("timeout", f"nothing was submitted within {limit:g} seconds") from None

    async def _converse(self, attempt: Attempt) -> Submission:
        messages: list[Message] = [User((attempt.prompt,))]
        tools = specs(attempt.tools)
        reminded = False
        while True:
            _check(attempt.task.limits, attempt.transcript, messages)
            request = Request(tuple(messages), tools=tools, growing=True)
            turn = await attempt.transcript.ask("agent", self.model, request)
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
    return Results(tuple(results))


def _check(limits: Limits, transcript: Transcript, messages: list[Message]) -> None:
    turns = sum(isinstance(message, Turn) for message in messages)
    usage = transcript.usage["agent"]
    for name, used, limit in (
        ("turns", turns, limits.turns),
        ("tokens", usage.tokens, limits.tokens),
        ("US dollars", usage.cost or 0.0, limits.cost),
    ):
        if limit is not None and used >= limit:
            raise AgentFailed("no_submission", f"nothing was submitted within {limit:g} {name}")
