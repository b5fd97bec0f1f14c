"""Running the calls of a model."""

from __future__ import annotations

import threading
from typing import ClassVar

import pytest

from engine.errors import Void
from engine.model import ToolCall
from engine.tool import ToolError, specs, use
from tests.doubles import attempt


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
