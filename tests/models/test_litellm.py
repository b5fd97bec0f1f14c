"""Everything else by litellm, against the strict double of chat completions."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from engine.errors import Unanswered, Void
from engine.model import Request, Results, ToolResult, ToolSpec, Turn, User
from engine.models.litellm import LiteLLM

from ..servers.chat import ChatServer
from ..servers.replies import Failure, Reply, call, text, thinking

pytestmark = pytest.mark.slow  # litellm takes five seconds to import

ROOT = Path(__file__).parents[2]
ASK = Request((User(("Say", "", "hello.")),), system="Be brief.")
ADD = ToolSpec("add", "Add numbers.", {"type": "object", "properties": {"n": {"type": "integer"}}})


@pytest.fixture
async def server() -> AsyncIterator[ChatServer]:
    async with ChatServer(lambda _: [text("Hello.")]) as server:
        yield server


@pytest.fixture
async def model(server: ChatServer) -> AsyncIterator[LiteLLM]:
    model = LiteLLM("openai/gpt-5", base_url=server.url, api_key="sk-very-secret", retries=0)
    yield model
    await model.close()


def answers(server: ChatServer, *replies: Any) -> None:
    waiting = list(replies)
    server.respond = lambda _: waiting.pop(0)


@pytest.mark.parametrize(
    ("reason", "stop"), [("end_turn", "end"), ("max_tokens", "length"), ("refusal", "refusal")]
)
async def test_stop(server: ChatServer, model: LiteLLM, reason: str, stop: str) -> None:
    """Each reason to stop has its word."""
    answers(server, Reply([thinking("Hm."), text("Hel")], reason))
    turn = await model.reply(ASK)
    assert (turn.text, turn.stop, turn.thinking) == ("Hel", stop, "Hm.")
    assert [message["content"] for message in server.requests[0].body["messages"]] == [
        "Be brief.",
        "Say\n\nhello.",
    ]


async def test_calls(server: ChatServer, model: LiteLLM) -> None:
    """Calls are answered one by one, then comes the note; what was no JSON is answered as an error."""
    broken = {**call("add", {}), "input": "{n: 1"}
    listed = {**call("add", {}), "input": "[1]"}
    answers(server, [call("add", {"n": 1}), broken, listed], [text("Done.")])
    first = await model.reply(Request(ASK.messages, tools=(ADD,)))
    assert first.stop == "tools"
    assert [dict(made.arguments) for made in first.calls] == [{"n": 1}, {}, {}]
    assert first.calls[0].problem == ""
    assert "no JSON (" in first.calls[1].problem
    assert "{n: 1" in first.calls[1].problem
    assert "no JSON object" in first.calls[2].problem
    results = tuple(ToolResult(made.id, made.problem or "1", bool(made.problem)) for made in first.calls)
    second = await model.reply(Request((*ASK.messages, first, Results(results, "Hurry.")), tools=(ADD,)))
    assert second.text == "Done."
    assert [message["role"] for message in server.requests[1].body["messages"]] == (
        ["user", "assistant"] + ["tool"] * 3 + ["user"]
    )
    assert server.invalid == []


async def test_cut_call(server: ChatServer, model: LiteLLM) -> None:
    """A call inside which the tokens ran out must not run."""
    answers(server, Reply([call("add", {})], "max_tokens"))
    turn = await model.reply(Request(ASK.messages, tools=(ADD,)))
    assert (turn.stop, turn.calls[0].problem) == ("length", "it was cut off at max_tokens")


async def test_thinking_goes_back(server: ChatServer, model: LiteLLM) -> None:
    """A conversation that thinks, says nothing, or was never this model's can be sent again."""
    answers(server, [thinking("Hm."), text("A")], [text("B")])
    first = await model.reply(ASK)
    foreign = Turn("C")
    request = Request((*ASK.messages, first, User(("x",)), Turn(""), foreign, User(("y",))))
    assert (await model.reply(request)).text == "B"
    assert server.invalid == []


async def test_schema(server: ChatServer, model: LiteLLM) -> None:
    """A schema goes out as a strict response format."""
    schema = {"type": "object", "properties": {"a": {"type": "integer", "minimum": 1}}}
    await model.reply(Request(ASK.messages, schema=schema))
    sent = server.requests[0].body["response_format"]["json_schema"]
    assert sent["strict"]
    assert sent["schema"]["required"] == ["a"]
    assert server.invalid == []


async def test_usage(server: ChatServer, model: LiteLLM) -> None:
    """Cached tokens are counted apart, and litellm's list gives the price."""
    used = (await model.reply(ASK)).usage
    assert abs(used.input - used.cache_read) <= 1
    assert used.cost
    assert used.cost > 0


async def test_own_price(server: ChatServer) -> None:
    """A price in the YAML comes before litellm's, and a model without either has an unknown cost."""
    options: dict[str, Any] = {"base_url": server.url, "retries": 0}
    priced = LiteLLM("openai/gpt-5", price={"input": 1.0}, **options)
    unknown = LiteLLM("openai/our-own", **options)
    used = (await priced.reply(ASK)).usage
    assert used.cost == pytest.approx(used.input / 1e6)
    assert (await unknown.reply(ASK)).usage.cost is None
    await priced.close()
    await unknown.close()


@pytest.mark.parametrize(
    ("status", "headers", "again", "throttled", "after"),
    [
        (429, {"retry-after": "7"}, True, True, 7.0),
        (429, {}, True, True, None),
        (500, {}, True, False, None),
        (503, {}, True, True, None),
        (401, {}, False, False, None),
    ],
)
async def test_a_try_that_failed(
    server: ChatServer, model: LiteLLM, status: int, headers: Any, again: bool, throttled: bool, after: Any
) -> None:
    """It is sent once, and says what it means for the next ones."""
    server.failures = [Failure(status, headers=headers)]
    with pytest.raises(Unanswered, match=r"openai/gpt-5: .*failed on order") as raised:
        await model.reply(ASK)
    assert (raised.value.again, raised.value.throttled, raised.value.after) == (again, throttled, after)
    assert len(server.requests) == 1


async def test_our_fault(server: ChatServer, model: LiteLLM) -> None:
    """What the provider refuses is void with its words, and not to be tried again."""
    model.extra = {"extra_body": {"nonsense": 1}}
    with pytest.raises(Unanswered, match="nonsense: unknown") as raised:
        await model.reply(ASK)
    assert (raised.value.again, raised.value.down) == (False, False)


@pytest.mark.parametrize("kind", ["malformed", "alien", "html", "cut", "reset"])
async def test_broken(server: ChatServer, model: LiteLLM, kind: Any) -> None:
    """An answer that cannot be read is a void of the provider."""
    answers(server, Failure(kind=kind))
    with pytest.raises(Void) as raised:
        await model.reply(ASK)
    assert raised.value.kind == "provider"


async def test_slow_provider(server: ChatServer, model: LiteLLM) -> None:
    """A try that takes longer than allowed is given up."""
    model.timeout_seconds = 0.2
    answers(server, Failure(kind="hang"))
    with pytest.raises(Void, match=r"(?i)time"):
        await model.reply(ASK)


async def test_context(server: ChatServer, model: LiteLLM) -> None:
    """A conversation that outgrew the window is the model's end, not a failure of ours."""
    message = "This model's maximum context length is 8192 tokens."
    server.error = lambda *_: {"error": {"message": message, "code": "context_length_exceeded"}}
    answers(server, Failure(400))
    assert (await model.reply(ASK)).stop == "context"


async def test_key_stays_secret(server: ChatServer, model: LiteLLM) -> None:
    """A provider that echoes the key does not get it into our records."""
    server.error = lambda *_: {"error": {"message": "bad sk-very-secret"}}
    answers(server, Failure(401))
    with pytest.raises(Void, match=r"bad \*\*\*"):
        await model.reply(ASK)


def test_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    """The variable that is missing is named; an address or a key in the config needs none."""
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    needs = "openai/gpt-5 cannot be reached: set OPENAI_API_KEY in the environment"
    assert LiteLLM("openai/gpt-5").missing() == needs
    assert LiteLLM("openai/gpt-5", base_url="http://127.0.0.1:1").missing() is None
    assert LiteLLM("openai/gpt-5", api_key="k").missing() is None
    assert LiteLLM("ollama/llama3").missing() is None
    monkeypatch.setenv("OPENAI_API_KEY", "k")
    assert LiteLLM("openai/gpt-5").missing() is None


async def test_many_at_once(server: ChatServer, model: LiteLLM) -> None:
    """A hundred replies wait for the provider together."""
    server.seconds = 0.3
    await model.reply(ASK)
    start, busy = time.perf_counter(), time.process_time()
    await asyncio.gather(*(model.reply(ASK) for _ in range(100)))
    took, busy = time.perf_counter() - start, time.process_time() - busy
    assert server.most_open > 50
    assert took < 0.3 + 2 * busy + 0.5


async def test_quiet(server: ChatServer) -> None:
    """A whole program says nothing on stderr, neither on failure nor at its end."""
    code = f"""
import asyncio
from engine.errors import Unanswered, Void
from engine.model import Request, User
from engine.models.litellm import LiteLLM
async def main():
    model = LiteLLM("openai/gpt-5", base_url={server.url!r}, retries=0)
    for _ in range(2):
        try:
            print((await model.reply(Request((User(("Hello?",)),)))).text)
        except Void as void:
            print(void.kind)
    await model.close()
asyncio.run(main())
"""
    server.failures = [Failure(500)]
    program = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", code), cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    out, err = await program.communicate()
    assert (out.decode(), err.decode()) == ("provider\nHello.\n", "")


async def test_thinking_at_length(server: ChatServer) -> None:
    """The effort is sent with a request that asks for it, and with no other; `extra` comes last."""
    options: dict[str, Any] = {"base_url": server.url, "api_key": "k", "retries": 0}
    model = LiteLLM("openai/gpt-5", extended={"reasoning_effort": "high"}, **options)
    assert (await model.reply(Request(ASK.messages, extended=True))).text == "Hello."
    await model.reply(ASK)
    assert [request.body.get("reasoning_effort") for request in server.requests] == ["high", None]
    model.extra = {"reasoning_effort": "low"}
    await model.reply(Request(ASK.messages, extended=True))
    assert server.requests[-1].body["reasoning_effort"] == "low"
    assert server.invalid == []
    await model.close()


@pytest.mark.parametrize(
    ("id", "extended", "thinks"),
    [
        ("openai/gpt-5", {"reasoning_effort": "high"}, True),
        ("mistral/mistral-large-latest", {"reasoning_effort": "high"}, False),
        ("nobody/knows", {"reasoning_effort": "high"}, False),
        ("openai/gpt-5", {}, False),
        ("openai/gpt-5", None, False),
        ("openai/our-own", {"extra_body": {"thinking": True}}, True),
    ],
)
def test_who_can_think_at_length(id: str, extended: Any, thinks: bool) -> None:
    """A model that takes the effort, by litellm's list, or whatever else the config says to send."""
    assert LiteLLM(id, extended=extended).thinks() is thinks
