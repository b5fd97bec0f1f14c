"""A shell line decides, run in a real sandbox beside the submission."""

from __future__ import annotations

import pytest

from engine.graders import command
from engine.rubric import Command
from engine.submission import Submission
from engine.verdict import Verdict
from sandbox import SandboxError
from sandbox.namespaces import Namespaces
from tests.doubles import NoSandbox, attempt

ANSWER = "import sys\nprint('sum', sum(map(int, sys.argv[1:])))\n"


async def said(tmp_path, run: str, text: str = ANSWER, **more: object) -> Verdict:
    given = {"check.py": "from answer import x\nassert x == 3, f'x is {x}'\n", "answer.py": "x = 0\n"}
    own = attempt(tmp_path, sandbox=Namespaces(), given=given)
    return await command.decide(Command(run, **more), Submission({"answer.py": text}), own)


async def test_the_exit_code_decides(tmp_path):
    """Zero unless another one is asked for."""
    assert (await said(tmp_path, "python answer.py 1 2")).verdict == "pass"
    assert (await said(tmp_path, "exit 3", code=3)).verdict == "pass"
    assert (await said(tmp_path, "exit 3")).verdict == "fail"


async def test_a_fail_tells_the_error(tmp_path):
    """With its last lines."""
    verdict = await said(tmp_path, "python answer.py one")
    assert verdict.verdict == "fail"
    assert "exit code 1, not exit code 0" in verdict.reason
    assert "ValueError: invalid literal" in verdict.reason


async def test_given_files_lie_beside_the_submission(tmp_path):
    """What is handed in stands in place of the file that was given."""
    assert (await said(tmp_path, "python check.py", "x = 3\n")).verdict == "pass"
    assert "x is 4" in (await said(tmp_path, "python check.py", "x = 4\n")).reason


async def test_output_must_match_where_that_is_asked_for(tmp_path):
    """Somewhere in what it prints."""
    assert (await said(tmp_path, "python answer.py 1 2", output="^sum 3$")).verdict == "pass"
    assert (await said(tmp_path, "python answer.py 1 2", output="^sum 4$")).verdict == "fail"


async def test_time_is_a_fail_of_its_own(tmp_path):
    """Named timeout."""
    verdict = await said(tmp_path, "sleep 9", seconds=0.3)
    assert (verdict.verdict, verdict.failure) == ("fail", "timeout")


async def test_python_is_the_engines(tmp_path):
    """With its packages, and as an ordinary program of the shell."""
    assert (await said(tmp_path, "echo 1 | python -c 'import regex, sys; sys.exit(0)'")).verdict == "pass"


async def test_a_broken_sandbox_is_no_verdict(tmp_path):
    """Ours, not the agent's."""
    with pytest.raises(SandboxError):
        await command.decide(Command("true"), Submission({"a": ""}), attempt(tmp_path, sandbox=NoSandbox()))


@pytest.mark.parametrize(
    ("told", "words"),
    [
        (Command(" "), "run is empty"),
        (Command("x", seconds=0), "seconds=0"),
        (Command("x", seconds=float("nan")), "seconds=nan"),
        (Command("x", code=300), "code=300"),
        (Command("x", output="("), r"output=\(: this is no regular expression".replace("\\", "")),
    ],
)
def test_what_cannot_be_run_is_a_problem(told, words):
    """Known before anything is run."""
    assert words in (command.problem(told) or "")
    assert command.problem(Command("true")) is None
