"""A model in a tool loop: ask, act on the calls, until it submits or a limit is reached."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

from engine.agent import Attempt
from engine.errors import AgentFailed, Void
from engine.journal import result as told
from engine.model import Message, Model, Request, Results, ToolCall, ToolResult, Turn, User
from engine.submission import Submission
from engine.task import Limits
from engine.tool import Submitted, specs, use, works_there
from engine.transcript import Transcript

ENDINGS = {
    "refusal": "the model refused to go on",
    "context": "the conversation outgrew the model's context window",
}


@dataclass(frozen=True)
class Loop:
    """`reminder` is said once to a model that stops without having submitted.

    Where the time limit strikes while a reply is awaited that alone took more than half of the limit, the
    provider is to blame (void). Else the agent is: retries and queues are not counted (see Clock).
    """

    model: Model
    reminder: str

    async def solve(self, attempt: Attempt) -> Submission:
        limit = attempt.task.limits.seconds
        clock = attempt.transcript.clock
        try:
            async with clock.running(limit):
                return await self._converse(attempt)
        except Submitted as done:
            return done.submission
        except TimeoutError:
            if limit and clock.pending() > limit / 2:
                raise Void("provider", f"{self.model.id}: no reply for {clock.pending():.3g} s") from None
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
    results = [await _answer(call, attempt) for call in turn.calls]
    # Counted once all are answered: a call cannot heed what is said of another of its turn.
    pairs = zip(turn.calls, results, strict=True)
    attempt.refused.extend(call.name for call, result in pairs if result.misfit)
    return Results(tuple(results))


async def _answer(call: ToolCall, attempt: Attempt) -> ToolResult:
    """As the tool does, or did in an earlier session. What it did to the workspace is done again."""
    past = attempt.transcript.past.result(call)
    if past is None:
        return await _use(call, attempt)
    if works_there(call, attempt.tools):
        with attempt.transcript.clock.waiting(), suppress(Submitted):
            await use(call, attempt)
    elif not past["error"]:
        attempt.seen.append(past["text"])
    attempt.transcript.clock.charge(past["seconds"])
    return told(past)


async def _use(call: ToolCall, attempt: Attempt) -> ToolResult:
    attempt.transcript.write("tool_call", id=call.id, name=call.name)
    began = attempt.transcript.clock.now()
    result = await use(call, attempt)
    seconds = round(attempt.transcript.clock.now() - began, 3)
    attempt.transcript.write("tool_result", **vars(result), seconds=seconds)
    return result


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
