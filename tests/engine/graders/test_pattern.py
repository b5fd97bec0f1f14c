"""A regular expression decides: on code without comments and strings, or on prose."""

from __future__ import annotations

import pytest

from engine.graders import pattern
from engine.submission import Submission
from engine.verdict import Evidence, Verdict
from tests.doubles import attempt

SAYS = '"""torch.compile"""\n# torch.compile\nx = "torch.compile"\n'


async def said(regex: str, files: dict[str, str], tmp_path) -> Verdict:
    return await pattern.decide(regex, Submission(files), attempt(tmp_path))


async def test_a_match_quotes_its_place(tmp_path):
    """The line as it stands in the file, comment included."""
    verdict = await said(r"^y = torch\.compile", {"a.py": SAYS + "y = torch.compile(x)  # now\n"}, tmp_path)
    assert verdict.verdict == "pass"
    assert verdict.evidence == (Evidence("y = torch.compile(x)  # now", "a.py", 4),)


async def test_comments_and_strings_are_no_code(tmp_path):
    """Nothing that only speaks of it matches."""
    verdict = await said(r"torch\.compile", {"a.py": SAYS}, tmp_path)
    assert (verdict.verdict, verdict.evidence) == ("fail", ())


async def test_prose_is_matched_as_it_stands(tmp_path):
    """What is no Python has no comments."""
    verdict = await said(r"^# Results", {"review.md": "Intro\n# Results\n"}, tmp_path)
    assert verdict.evidence == (Evidence("# Results", "review.md", 2),)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
async def test_lines_may_end_in_any_way(tmp_path, end):
    """A line is what a reader takes for one."""
    verdict = await said("^Results$", {"review.md": f"Intro{end}Results{end}"}, tmp_path)
    assert verdict.evidence == (Evidence("Results", "review.md", 2),)


@pytest.mark.parametrize("name", ["a.txt", "a.py"])
async def test_the_end_is_on_the_last_line(tmp_path, name):
    """An empty match there included."""
    assert [each.line for each in (await said("$", {name: "a\nb\n"}, tmp_path)).evidence] == [1, 2]


async def test_what_does_not_parse_has_no_code(tmp_path):
    """It fails, and says why."""
    verdict = await said("x", {"a.py": "x = (\n"}, tmp_path)
    assert verdict.verdict == "fail"
    assert "a.py does not parse" in verdict.reason


async def test_few_lines_are_quoted(tmp_path):
    """The first ones, each once and cut to a readable length."""
    verdict = await said("x", {"a.txt": "x" * 1_000_000 + "\nx\nx\nx\nx\n"}, tmp_path)
    assert [(each.line, len(each.quote)) for each in verdict.evidence] == [(1, 200), (2, 1), (3, 1)]


async def test_a_search_without_end_is_unclear(tmp_path, monkeypatch):
    """The text that provokes it is not to blame, nor rewarded."""
    monkeypatch.setattr(pattern, "SECONDS", 0.2)
    verdict = await said(r"^(a|aa)+$", {"a.txt": "a" * 60 + "!"}, tmp_path)
    assert verdict.verdict == "unclear"


@pytest.mark.parametrize(("regex", "words"), [("(", "no regular expression"), (3, "as a text")])
def test_what_is_no_expression_is_a_problem(regex, words):
    """Known before anything is run."""
    assert words in (pattern.problem(regex) or "")
    assert pattern.problem(r"\bx\b") is None
