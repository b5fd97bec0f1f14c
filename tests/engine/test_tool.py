"""Running the calls of a model."""

from __future__ import annotations

import threading
from typing import ClassVar

import pytest

from engine.errors import Void
from engine.model import ToolCall
from engine.tool import Submitted, ToolError, specs, use
from tests.doubles import attempt, submission


class Add:
    description = "Add."
    schema: ClassVar = {
        "type": "object",
        "properties": {"x": {"type": "integer"}},
        "required": ["x"],
        "additionalProperties": False,
    }

    def __call__(self, attempt, /, *, x):
        if x < 0:
            raise ArithmeticError("negative")
        return f"{x + 1} in {threading.current_thread() is threading.main_thread()}"


class AsyncAdd(Add):
    async def __call__(self, attempt, /, *, x):
        if x == 13:
            raise Void("provider", "down")
        return str(x + 1)


class Refusing(Add):
    def __call__(self, attempt, /, *, x):
        raise ToolError('{"what":"closed"}')


class Handing(Add):
    """Hands in whatever it is called with, after so many refusals."""

    def __init__(self, refusals=1):
        self.refusals = refusals

    def __call__(self, attempt, /, **arguments):
        raise Submitted(submission(str(arguments)))


async def call(tmp_path, tool, **arguments):
    return await use(ToolCall("1", "add", arguments), attempt(tmp_path, tools={"add": tool}))


async def test_sync_and_async(tmp_path):
    """A blocking tool works in a thread, an async one in the loop."""
    assert (await call(tmp_path, Add(), x=1)).text == "2 in False"
    assert (await call(tmp_path, AsyncAdd(), x=1)).text == "2"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [({"x": "1"}, "x: '1' is not of type 'integer'"), ({}, "'x' is a required"), ({"x": 1, "y": 2}, "'y'")],
)
async def test_invalid_arguments_are_told(tmp_path, arguments, words):
    """The model learns which argument is wrong and how."""
    result = await call(tmp_path, Add(), **arguments)
    assert result.error
    assert words in result.text


async def test_what_a_tool_says_goes_to_the_model_as_it_is(tmp_path):
    """A tool's own error has no name of an exception before it."""
    result = await call(tmp_path, Refusing(), x=1)
    assert (result.text, result.error) == ('{"what":"closed"}', True)


async def test_what_was_answered_is_kept(tmp_path):
    """Answers, not errors, in their order: whoever measures a submission may compare with them."""
    here = attempt(tmp_path, tools={"add": Add()})
    for x in (1, -1, 2):
        await use(ToolCall("1", "add", {"x": x}), here)
    assert [text.split()[0] for text in here.seen] == ["2", "3"]


async def test_a_call_that_was_cut_off_is_not_run(tmp_path):
    """What the provider could not make sense of is told to the model, even where the rest would do."""
    call = ToolCall("1", "add", {"x": 1}, problem="cut off at max_tokens")
    result = await use(call, attempt(tmp_path, tools={"add": Add()}))
    assert (result.error, result.text) == (True, "ValueError: cut off at max_tokens")


async def test_an_exception_is_told(tmp_path):
    """A tool that raises does not end the run."""
    result = await call(tmp_path, Add(), x=-1)
    assert (result.error, result.text) == (True, "ArithmeticError: negative")


async def test_our_failures_pass_through(tmp_path):
    """A void is not something the model could react to."""
    with pytest.raises(Void):
        await call(tmp_path, AsyncAdd(), x=13)


def test_specs():
    """The model is told the name that the toolkit gives."""
    assert [spec.name for spec in specs({"plus": Add()})] == ["plus"]


async def handed_in(here, *, name="hand", problem="", **arguments):
    """What comes of a call: the error that the model is told, or the submission's text."""
    try:
        result = await use(ToolCall("1", name, arguments, problem), here)
        here.refused.extend([name] * result.misfit)  # as the loop does, once a turn is answered
    except Submitted as done:
        return done.submission.files["answer.py"]
    assert result.error
    return result.text


@pytest.mark.parametrize("refusals", [0, 1, 2])
async def test_what_does_not_fit_is_refused_so_often(tmp_path, refusals):
    """The agent learns each time what is wrong; the next call is let through as it is."""
    here = attempt(tmp_path, tools={"hand": Handing(refusals)})
    for _ in range(refusals):
        assert "x: 'wrong' is not of type 'integer'" in await handed_in(here, x="wrong")
    assert await handed_in(here, x="wrong") == "{'x': 'wrong'}"


async def test_a_call_that_fits_is_handed_in_at_once(tmp_path):
    """No refusal is used up."""
    here = attempt(tmp_path, tools={"hand": Handing()})
    assert await handed_in(here, x=1) == "{'x': 1}"
    assert here.refused == []


async def test_refusals_are_counted_by_tool_and_by_attempt(tmp_path):
    """Another tool's, or another attempt's, are none of its own."""
    tools = {"hand": Handing(), "other": Handing(), "add": Add()}
    here, there = attempt(tmp_path, tools=tools), attempt(tmp_path, tools=tools)
    assert "'x' is a required property" in await handed_in(here, name="add")
    for name in ("hand", "other"):
        assert "'x' is a required property" in await handed_in(here, name=name)
        assert await handed_in(here, name=name) == "{}"
    assert "'x' is a required property" in await handed_in(there)


async def test_a_call_that_was_cut_off_is_never_let_through(tmp_path):
    """It is not what the agent meant to hand in, and uses up no refusal."""
    here = attempt(tmp_path, tools={"hand": Handing()})
    for _ in range(3):
        assert await handed_in(here, problem="cut off", x="wrong") == "ValueError: cut off"
    assert "x: 'wrong'" in await handed_in(here, x="wrong")


@pytest.mark.parametrize(
    ("name", "arguments", "problem", "misfit"),
    [
        ("hand", {"x": "wrong"}, "", True),
        ("add", {}, "", True),
        ("add", {"x": -1}, "", False),
        ("add", {"x": 1}, "", False),
        ("add", {"x": "wrong"}, "cut off", False),
        ("sing", {}, "", False),
    ],
)
async def test_a_misfit_is_marked_and_not_counted(tmp_path, name, arguments, problem, misfit):
    """Counting is the loop's, once all calls of a turn are answered; other errors are no misfits."""
    here = attempt(tmp_path, tools={"hand": Handing(), "add": Add()})
    result = await use(ToolCall("1", name, arguments, problem), here)
    assert result.misfit is misfit
    assert result.error is (misfit or arguments != {"x": 1})
    assert here.refused == []


async def test_a_long_argument_is_not_repeated(tmp_path):
    """What is wrong with it is told by the rule; of many problems the first five."""
    result = await call(tmp_path, Add(), x="x" * 10_000)
    assert result.text == 'ValueError: x: this breaks the rule type "integer"'

    class Many(Add):
        schema: ClassVar = {"properties": {f"x{at}": {"type": "integer"} for at in range(9)}}

    result = await call(tmp_path, Many(), **{f"x{at}": "x" * 10_000 for at in range(9)})
    told = [f'x{at}: this breaks the rule type "integer"' for at in range(5)]
    assert result.text == "ValueError: " + "; ".join(told)


async def test_other_tools_refuse_always(tmp_path):
    """Arguments that do not fit never reach a tool that does not say it takes them."""
    here = attempt(tmp_path, tools={"add": Add()})
    for _ in range(5):
        assert "x: 'wrong' is not of type" in await handed_in(here, name="add", x="wrong")
