"""Claude's actor against the strict double, by the real SDK over HTTP."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest

from engine.errors import Void
from engine.model import Request, Results, ToolResult, ToolSpec, Turn, User
from engine.models.anthropic import Anthropic

from ..servers.replies import Failure, Reply, call, text, thinking
from .rig import ASK, Rig

ADD = ToolSpec("add", "Add numbers.", {"type": "object", "properties": {"numbers": {"type": "array"}}})


@pytest.mark.parametrize("max_tokens", [16_000, 30_000], ids=["plain", "streamed"])
class TestEitherWay:
    """What holds for plain requests and for streamed ones, which those above 21,333 tokens are."""

    @pytest.mark.parametrize(
        ("reason", "stop"),
        [
            ("end_turn", "end"),
            ("stop_sequence", "end"),
            ("max_tokens", "length"),
            ("pause_turn", "pause"),
            ("refusal", "refusal"),
            ("model_context_window_exceeded", "context"),
        ],
    )
    async def test_stop(self, rig: Rig, max_tokens: int, reason: str, stop: str) -> None:
        """Each of the API's stop reasons has its word."""
        rig.answers(Reply([text("Hel")], reason))
        turn = await rig.model(max_tokens=max_tokens).reply(ASK)
        assert (turn.text, turn.stop) == ("Hel", stop)
        assert rig.body.get("stream", False) == (max_tokens > 21_333)

    async def test_calls(self, rig: Rig, max_tokens: int) -> None:
        """Several calls of one turn are answered together, thoughts go back untouched, and a note follows."""
        content = [
            thinking("Two sums. " * 500),
            text("Let me add."),
            *(call("add", {"numbers": [n]}) for n in (1, 2)),
        ]
        rig.answers(content, [text("Done.")])
        model = rig.model(max_tokens=max_tokens, thinking="adaptive")
        first = await model.reply(Request(ASK.messages, tools=(ADD,), growing=True))
        assert (first.text, first.stop, first.thinking) == ("Let me add.", "tools", "Two sums. " * 500)
        assert [(made.name, made.arguments) for made in first.calls] == [
            ("add", {"numbers": [1]}),
            ("add", {"numbers": [2]}),
        ]
        results = Results(
            (ToolResult(first.calls[0].id, "1"), ToolResult(first.calls[1].id, "", error=True)), "Hurry."
        )
        second = await model.reply(Request((*ASK.messages, first, results), tools=(ADD,), growing=True))
        assert second.text == "Done."
        assert rig.body["messages"][1] == {"role": "assistant", "content": content}
        assert [block["type"] for block in rig.body["messages"][2]["content"]] == ["tool_result"] * 2 + [
            "text"
        ]
        assert second.usage.cache_read > 0
        assert rig.server.invalid == []

    async def test_cut_call(self, rig: Rig, max_tokens: int) -> None:
        """A call inside which the tokens ran out must not run, and says so."""
        rig.answers(Reply([call("add", {}), call("add", {"numbers": []})], "max_tokens"))
        turn = await rig.model(max_tokens=max_tokens).reply(Request(ASK.messages, tools=(ADD,)))
        assert [bool(made.problem) for made in turn.calls] == [False, True]

    @pytest.mark.parametrize("kind", ["malformed", "alien", "html", "cut", "reset"])
    async def test_broken(self, rig: Rig, max_tokens: int, kind: Any) -> None:
        """An answer that cannot be read is a void of the provider, never another error."""
        rig.answers(Failure(kind=kind))
        with pytest.raises(Void) as raised:
            await rig.model(max_tokens=max_tokens).reply(ASK)
        assert raised.value.kind == "provider"
        assert "claude-haiku-5-5: " in raised.value.reason

    async def test_usage(self, rig: Rig, max_tokens: int) -> None:
        """A call's tokens and its price are those of the provider's count."""
        price = {"input": 1.0, "output": 10.0, "cache_read": 0.1, "cache_write": 1.25}
        turn = await rig.model(max_tokens=max_tokens, price=price).reply(ASK)
        used = turn.usage
        assert used.input > 0
        assert used.output > 0
        assert used.cost == pytest.approx((used.input + 10 * used.output) / 1e6)


async def test_conversation_without_words(rig: Rig) -> None:
    """Empty texts and turns without content are left out, and what then are neighbours is one message."""
    silent, blank = Turn("", raw=[]), Turn(" ", raw=[text("  ")])
    lone = Turn("", raw=[thinking("Hm.")])
    request = Request((User(("a", "", " ")), silent, User(("b",)), lone, blank, User(("c",))), system=" ")
    await rig.model().reply(request)
    assert rig.body["messages"] == [{"role": "user", "content": [text("a"), text("b"), text("c")]}]
    assert rig.server.invalid == []


async def test_pause(rig: Rig) -> None:
    """A paused turn is sent back as the last message, and goes on."""
    rig.answers(Reply([text("Wait")], "pause_turn"), [text("Go.")])
    model = rig.model()
    paused = await model.reply(ASK)
    assert (await model.reply(Request((*ASK.messages, paused)))).text == "Go."


async def test_surrogates(rig: Rig) -> None:
    """Text that is no Unicode, as a hostile submission may hold, is sent with marks in its place."""
    await rig.model().reply(Request((User(("a\ud800b",)),), system="\udfff!"))
    assert (rig.body["messages"][0]["content"][0]["text"], rig.body["system"]) == ("a?b", "?!")


async def test_shared_prefix(rig: Rig) -> None:
    """A marked part is written to the cache by the first request, and read by the next at its price."""
    model = rig.model(price={"input": 1.0, "output": 0.0, "cache_read": 0.1, "cache_write": 1.25})
    prefix = "The submission. " * 100
    first = await model.reply(Request((User((prefix, "Criterion 1?"), cached=0),)))
    second = await model.reply(Request((User((prefix, "Criterion 2?"), cached=0),)))
    assert [first.usage.cache_read, second.usage.cache_write] == [0, 0]
    assert first.usage.cache_write == second.usage.cache_read > second.usage.input > 0
    expected = (second.usage.input + 0.1 * second.usage.cache_read) / 1e6
    assert second.usage.cost == pytest.approx(expected)


async def test_long_prompt_price(rig: Rig) -> None:
    """Where a long prompt has another price, each call is paid by its own length."""
    price = {"input": 1.0, "long_over": 1000, "long_factor": 5}
    model = rig.model(price=price)
    short, long = await model.reply(ASK), await model.reply(Request((User(("x" * 8000,)),)))
    assert short.usage.cost == pytest.approx(short.usage.input / 1e6)
    assert long.usage.cost == pytest.approx(5 * long.usage.input / 1e6)


async def test_no_price(rig: Rig) -> None:
    """Without a price the cost is unknown, not zero."""
    assert (await rig.model().reply(ASK)).usage.cost is None


async def test_schema(rig: Rig) -> None:
    """A schema goes out closed and without bounds, and the caller's own copy stays as it was."""
    schema = {
        "type": "object",
        "properties": {
            "minimum": {"type": "integer", "minimum": 1},
            "notes": {"type": "array", "minItems": 2, "items": {"type": "object", "properties": {}}},
            "either": {"oneOf": [{"type": "string", "maxLength": 3}, {"type": "null"}]},
        },
    }
    before = str(schema)
    await rig.model(effort="low").reply(Request(ASK.messages, schema=schema))
    assert str(schema) == before
    sent = rig.body["output_config"]
    assert sent["effort"] == "low"
    assert sent["format"]["schema"]["properties"]["minimum"] == {"type": "integer"}
    assert rig.server.invalid == []


@pytest.mark.parametrize(
    ("model", "mode", "sent"),
    [
        ("claude-haiku-5-5", None, None),
        ("claude-opus-5-5", "adaptive", {"type": "adaptive"}),
        ("claude-sonnet-5-5", "between_tools", {"type": "between_tools"}),
        ("claude-haiku-4-5", {"budget": 2000}, {"type": "enabled", "budget_tokens": 2000}),
    ],
)
async def test_thinking(rig: Rig, model: str, mode: Any, sent: Any) -> None:
    """Each mode of thinking is sent in the API's words, to a model that has it."""
    await rig.model(model, thinking=mode).reply(ASK)
    assert rig.body.get("thinking") == sent


@pytest.mark.parametrize("mode", ["always", {"budget": 100}, {"budget": 16_000}, {"budget": 2000, "x": 1}])
def test_thinking_refused(mode: Any) -> None:
    """A mode that does not exist, or a budget out of bounds, is refused before anything is spent."""
    with pytest.raises(ValueError, match=r"^thinking="):
        Anthropic("claude-haiku-4-5", thinking=mode)


async def test_extra(rig: Rig) -> None:
    """Only what the config names is sent beside the request; what the API refuses is void with its words."""
    await rig.model(extra={"service_tier": "standard_only"}).reply(ASK)
    assert set(rig.body) == {"model", "max_tokens", "messages", "service_tier"}
    with pytest.raises(Void, match=r"answered 400: body.temperature: unknown \(request req_000002\)"):
        await rig.model(extra={"temperature": 1}).reply(ASK)


async def test_many_at_once(rig: Rig) -> None:
    """Two hundred replies of 0.3 s take little longer than what our own processor needs for them."""
    rig.server.seconds = 0.3
    model = rig.model()
    await model.reply(ASK)
    start, busy = time.perf_counter(), time.process_time()
    turns = await asyncio.gather(*(model.reply(ASK) for _ in range(200)))
    took, busy = time.perf_counter() - start, time.process_time() - busy
    assert len(turns) == 200
    assert rig.server.most_open > 100
    assert took < 0.3 + 3 * busy + 1
    assert rig.server.invalid == []


AT_LENGTH = Request(ASK.messages, extended=True)
ADAPTIVE = {"thinking": "adaptive", "effort": "high", "max_tokens": 32_000}
BUDGET = {"thinking": {"budget": 10_000}, "max_tokens": 32_000}


@pytest.mark.parametrize(
    ("model", "extended", "sent"),
    [
        (
            "claude-haiku-5-5",
            ADAPTIVE,
            {"thinking": {"type": "adaptive"}, "output_config": {"effort": "high"}},
        ),
        ("claude-haiku-4-5", BUDGET, {"thinking": {"type": "enabled", "budget_tokens": 10_000}}),
    ],
)
async def test_thinking_at_length(rig: Rig, model: str, extended: Any, sent: Any) -> None:
    """Both forms are sent in the API's words, with room for the thoughts, and so are streamed."""
    claude = rig.model(model, extended=extended)
    assert claude.thinks()
    assert (await claude.reply(AT_LENGTH)).text == "Hello."
    expected = {"model", "max_tokens", "messages", "stream", *sent}
    assert {word: rig.body[word] for word in sent} == sent
    assert (set(rig.body), rig.body["max_tokens"], rig.body["stream"]) == (expected, 32_000, True)
    assert rig.server.invalid == []


@pytest.mark.parametrize("extended", [ADAPTIVE, BUDGET])
async def test_only_who_asks_thinks_at_length(rig: Rig, extended: Any) -> None:
    """Any other request of the same model is as it ever was."""
    await rig.model(extended=extended).reply(ASK)
    assert set(rig.body) == {"model", "max_tokens", "messages"}
    assert rig.body["max_tokens"] == 16_000


@pytest.mark.parametrize(
    ("options", "thinking", "effort"),
    [
        ({"effort": "low"}, {"type": "adaptive"}, "low"),
        ({"effort": "max"}, {"type": "adaptive"}, "max"),
        ({"thinking": "between_tools"}, {"type": "adaptive"}, "high"),
        ({"thinking": "between_tools", "effort": "xhigh"}, {"type": "adaptive"}, "xhigh"),
    ],
)
async def test_how_much_is_thought_at_length(rig: Rig, options: Any, thinking: Any, effort: str) -> None:
    """`extended` says how to think; an effort that the model's YAML states itself stays."""
    await rig.model("claude-sonnet-5-5", extended=ADAPTIVE, **options).reply(AT_LENGTH)
    assert (rig.body["thinking"], rig.body["output_config"]) == (thinking, {"effort": effort})
    assert rig.server.invalid == []


async def test_a_budget_to_think_at_length(rig: Rig) -> None:
    """It is another than that of ordinary requests."""
    model = rig.model("claude-haiku-4-5", thinking={"budget": 2000}, extended=BUDGET)
    await model.reply(AT_LENGTH)
    assert rig.body["thinking"] == {"type": "enabled", "budget_tokens": 10_000}
    await model.reply(ASK)
    assert rig.body["thinking"] == {"type": "enabled", "budget_tokens": 2000}


async def test_a_model_that_is_told_not_to_think_does_at_length(rig: Rig) -> None:
    """What `thinking` says is of ordinary requests alone, and so is a smaller room."""
    model = rig.model("claude-haiku-5-5", thinking="disabled", max_tokens=4_000, extended=ADAPTIVE)
    assert model.thinks()
    await model.reply(AT_LENGTH)
    assert (rig.body["thinking"], rig.body["max_tokens"]) == ({"type": "adaptive"}, 32_000)
    assert rig.body["output_config"] == {"effort": "high"}
    await model.reply(ASK)
    assert (rig.body["thinking"], rig.body["max_tokens"]) == ({"type": "disabled"}, 4_000)
    assert "output_config" not in rig.body
    assert rig.server.invalid == []


async def test_thinking_of_the_model_where_extended_names_none(rig: Rig) -> None:
    """What is left open there is as in any request."""
    model = rig.model("claude-sonnet-5-5", thinking="between_tools", extended={"effort": "max"})
    await model.reply(AT_LENGTH)
    assert rig.body["thinking"] == {"type": "between_tools"}
    assert rig.body["output_config"] == {"effort": "max"}
    assert rig.body["max_tokens"] == 16_000


def test_to_think_at_length_is_to_think() -> None:
    with pytest.raises(ValueError, match=r"extended\.thinking=disabled"):
        Anthropic("claude-haiku-5-5", extended={"thinking": "disabled"})


@pytest.mark.parametrize(
    ("own", "extended", "sent", "streamed"),
    [
        (16_000, {"thinking": "adaptive"}, 16_000, False),
        (16_000, {"thinking": "adaptive", "max_tokens": 21_333}, 21_333, False),
        (16_000, {"thinking": "adaptive", "max_tokens": 21_334}, 21_334, True),
        (40_000, {"thinking": "adaptive", "max_tokens": 32_000}, 40_000, True),
    ],
)
async def test_the_larger_room_holds(rig: Rig, own: int, extended: Any, sent: int, streamed: bool) -> None:
    """Above 21,333 tokens the answer is streamed: the SDK would not wait for it."""
    turn = await rig.model(max_tokens=own, extended=extended).reply(AT_LENGTH)
    assert (turn.text, turn.stop) == ("Hello.", "end")
    assert (rig.body["max_tokens"], rig.body.get("stream", False)) == (sent, streamed)


async def test_thoughts_and_a_form_together(rig: Rig) -> None:
    """A judge thinks at length and answers in a form: both are in one part of the request."""
    rig.answers([thinking("Hm. " * 1000), text("{}")])
    request = Request(ASK.messages, schema={"type": "object", "properties": {}}, extended=True)
    turn = await rig.model(extended=ADAPTIVE).reply(request)
    assert (turn.text, turn.thinking) == ("{}", "Hm. " * 1000)
    assert set(rig.body["output_config"]) == {"effort", "format"}
    assert rig.server.invalid == []


@pytest.mark.parametrize("extended", [None, {}])
def test_a_model_that_does_not_say_how_cannot_think_at_length(extended: Any) -> None:
    """So a plan that wants it is refused."""
    assert Anthropic("claude-haiku-5-5", extended=extended).thinks() is False


@pytest.mark.parametrize(
    ("extended", "words"),
    [
        ({"budget": 10_000}, r"^extended\.budget: there is only thinking, effort and max_tokens"),
        ({**ADAPTIVE, "efort": "high"}, r"^extended\.efort: there is only"),
        ({**ADAPTIVE, "max_tokens": -1}, r"^extended\.max_tokens=-1: "),
        ({"thinking": "always"}, r"thinking=always: this must be one of adaptive"),
        ({"thinking": {"budget": 100}}, r"thinking=\{'budget': 100\}: "),
        ({"thinking": {"budget": 32_000}, "max_tokens": 32_000}, r"thinking=\{'budget': 32000\}: "),
    ],
)
def test_thinking_at_length_refused(extended: Any, words: str) -> None:
    """A key or value that does not exist is refused before anything is spent."""
    with pytest.raises(ValueError, match=words):
        Anthropic("claude-haiku-4-5", extended=extended)
