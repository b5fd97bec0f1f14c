"""Reading reviews of a field."""

from __future__ import annotations

import pytest

from engine.model import ToolCall
from engine.tool import specs, use
from tests.doubles import attempt
from toolkits.literature import GetAllLiterature, GetLiterature, reviews

GIVEN = {"memory.md": "# Memory\nLong.", "rl.md": "# Learning", "notes.txt": "not a review", "data.csv": "1"}


async def called(folder, tool, given=GIVEN, **arguments):
    here = attempt(folder, given=given, tools={"read": tool})
    return await use(ToolCall("1", "read", arguments), here)


@pytest.mark.parametrize(
    ("topic", "names"), [("all", ["memory", "rl"]), ("rl", ["rl"]), ("robotics", []), ("notes", [])]
)
def test_what_is_given_on_a_topic(tmp_path, topic, names):
    """Files TOPIC.md and no others: of one topic, or of all."""
    assert list(reviews(attempt(tmp_path, given=GIVEN), topic)) == names


@pytest.mark.parametrize("allowed", ["all", "memory"])
async def test_a_review_is_read_whole(tmp_path, allowed):
    """By the short name of its topic, and to the letter."""
    result = await called(tmp_path, GetLiterature(allowed), topic="memory")
    assert (result.text, result.error) == ("# Memory\nLong.", False)


@pytest.mark.parametrize(
    ("allowed", "topic", "words"),
    [
        ("all", "robotics", "there is no review of 'robotics'; there are: memory, rl"),
        ("memory", "rl", "there is no review of 'rl'; there are: memory"),
        ("robotics", "rl", "there is no review of 'rl'; there are: none"),
        ("all", "all", "there is no review of 'all'; there are: memory, rl"),
        ("all", "memory.md", "there is no review of 'memory.md'"),
        ("all", "notes", "there is no review of 'notes'"),
    ],
)
async def test_a_review_that_may_not_be_read(tmp_path, allowed, topic, words):
    """Also one that is given, but not on the task's topic; what there is, is told word for word."""
    result = await called(tmp_path, GetLiterature(allowed), topic=topic)
    assert result.error
    assert result.text.startswith(words)


async def test_all_reviews_at_once(tmp_path):
    """Each under its topic, in the order of their names."""
    result = await called(tmp_path, GetAllLiterature())
    assert result.text == "<!-- topic: memory -->\n\n# Memory\nLong.\n\n<!-- topic: rl -->\n\n# Learning"


async def test_all_reviews_of_one_topic(tmp_path):
    """The others of the folder are not the task's."""
    result = await called(tmp_path, GetAllLiterature("rl"))
    assert result.text == "<!-- topic: rl -->\n\n# Learning"


@pytest.mark.parametrize(("allowed", "given"), [("all", {}), ("robotics", GIVEN), ("all", {"notes.txt": ""})])
async def test_there_are_no_reviews(tmp_path, allowed, given):
    """It is told, and is no empty answer."""
    result = await called(tmp_path, GetAllLiterature(allowed), given)
    assert (result.text, result.error) == ("there are no reviews", True)


async def test_what_was_read_is_kept(tmp_path):
    """A measure can tell what an agent has seen; an error is nothing that it saw."""
    here = attempt(tmp_path, given=GIVEN, tools={"one": GetLiterature(), "all": GetAllLiterature()})
    for name, arguments in (("one", {"topic": "rl"}), ("one", {"topic": "no"}), ("all", {})):
        await use(ToolCall("1", name, arguments), here)
    assert [text.count("# Learning") for text in here.seen] == [1, 1]


def test_both_are_told_to_the_agent():
    """One takes a topic, the other nothing."""
    one, every = specs({"get_literature": GetLiterature(), "get_all_literature": GetAllLiterature()})
    assert (one.schema["required"], every.schema["properties"]) == (["topic"], {})


@pytest.mark.parametrize("arguments", [{}, {"topic": ""}, {"topic": 1}, {"topic": "rl", "pages": 2}])
async def test_arguments_that_do_not_fit(tmp_path, arguments):
    """They are told like those of any tool."""
    assert (await called(tmp_path, GetLiterature(), **arguments)).error
