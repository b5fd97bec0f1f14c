"""Decides a criterion by a shell line that runs beside the submission, in the sandbox.

The submission takes part in it, so that it can end with any exit code and print anything: a command proves
what the author's own files in it check, not what the submission says of itself.
"""

from __future__ import annotations

from engine.agent import Attempt
from engine.graders.pattern import matches
from engine.graders.pattern import problem as pattern_problem
from engine.rubric import Command
from engine.submission import Submission
from engine.verdict import Verdict
from sandbox import Job, JobLimits, Result, run

# `python` in the line is the one that has the engine's packages.
SHELL = (
    "import os, sys; "
    "os.environ['PATH'] = os.path.dirname(sys.executable) + os.pathsep + os.environ['PATH']; "
    "os.execv('/bin/sh', ['sh', '-c', sys.argv[1]])"
)
LAST = 3  # lines of its error that are told
CUT = 500  # characters of them


async def decide(command: Command, submission: Submission, attempt: Attempt) -> Verdict:
    """Run it in a folder with the task's given files and the submission's, which win."""
    files = {name: text.encode() for name, text in {**attempt.given, **submission.files}.items()}
    limits = JobLimits(seconds=command.seconds)
    job = Job(("python", "-c", SHELL, command.run), files, limits=limits, warm=False)
    result = await run(attempt.sandbox, job)
    if result.ended == "timeout":
        return Verdict("fail", f"{command.run}: not ended within {command.seconds:g} s", failure="timeout")
    if result.code != command.code:
        return Verdict("fail", f"{command.run}: {_how(result)}, not exit code {command.code}{_error(result)}")
    return await _output(command, result)


def problem(command: object) -> str | None:
    """What keeps this from being run, if anything does."""
    assert isinstance(command, Command)
    if not command.run.strip():
        return "run is empty; give a shell line, such as `python answer.py`"
    if not 0 < command.seconds <= 3600:  # nan included
        return f"seconds={command.seconds:g}: this must be more than 0 and at most 3600"
    if not 0 <= command.code <= 255:
        return f"code={command.code}: an exit code lies between 0 and 255"
    told = None if command.output is None else pattern_problem(command.output)
    return f"output={command.output}: {told}" if told else None


async def _output(command: Command, result: Result) -> Verdict:
    if command.output is None:
        return Verdict("pass", f"{command.run}: exit code {command.code}")
    try:
        found = await matches(command.output, result.stdout)
    except TimeoutError:
        return Verdict("unclear", f"{command.output} takes too long on what {command.run} prints")
    if not found:
        return Verdict("fail", f"{command.run}: nothing that it prints matches {command.output}")
    return Verdict(
        "pass", f"{command.run}: exit code {command.code}, and its output matches {command.output}"
    )


def _how(result: Result) -> str:
    return f"exit code {result.code}" if result.ended == "exit" else f"ended by {result.ended}"


def _error(result: Result) -> str:
    last = "; ".join(line.strip() for line in result.stderr.strip().splitlines()[-LAST:])
    return f": {last[-CUT:]}" if last else ""
