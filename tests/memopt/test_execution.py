"""The gate: what its two runs come to."""

from __future__ import annotations

import pytest

from engine.submission import Submission
from engine.verdict import Verdict
from sandbox import Job
from tests.doubles import inside
from tests.memopt.parts import part
from tests.memopt.scripted import Run, Scripted, ended, other_training, training

TEXT = "import torch\nprint(1.0)\n"


async def gate(plain: Run, other: Run | None = None, text: str = TEXT) -> Verdict:
    second = other or Run(other_training())

    def choose(job: Job, arguments: list[str]) -> Run:
        return second if "--lr" in arguments else plain

    verdicts = await part("execution").probe(Submission({"reference.py": text}), inside(Scripted(choose)))
    return verdicts["execution"]


async def test_a_good_script_passes() -> None:
    """The reason says what was seen."""
    verdict = await gate(Run())
    assert (verdict.verdict, verdict.failure) == ("pass", None)
    assert verdict.reason == "10 rows pass through the model and back, 2 parameters change"


@pytest.mark.parametrize(("name", "text"), [("x.py", "def f(:\n"), ("x.py", "x = 1\0"), ("x.txt", "hello")])
async def test_what_is_no_python_is_invalid(name: str, text: str) -> None:
    """Nothing is run for it."""
    sandbox = Scripted(lambda job, arguments: Run())
    verdict = (await part("execution").probe(Submission({name: text}), inside(sandbox)))["execution"]
    assert (verdict.verdict, verdict.failure) == ("fail", "invalid_submission")
    assert not sandbox.jobs


async def test_an_error_is_shown_where_it_arose() -> None:
    """With its message and the line of the script."""
    verdict = await gate(Run([ended("error", message="NameError: name 'x'", line=2)], 1))
    assert (verdict.verdict, verdict.failure) == ("fail", "runtime_error")
    assert verdict.reason == "NameError: name 'x'"
    assert [(each.file, each.line, each.quote) for each in verdict.evidence] == [
        ("reference.py", 2, "print(1.0)")
    ]


async def test_a_script_that_does_not_end_is_a_timeout() -> None:
    """That is what the run is called."""
    assert (await gate(Run(ended="timeout"))).failure == "timeout"


async def test_an_argument_that_is_ignored_fails() -> None:
    """Though the first run is as it should be."""
    verdict = await gate(Run(), Run(training(rows=12, epochs=1, batch=4)))
    assert (verdict.verdict, verdict.reason) == ("fail", "--epochs is ignored")


async def test_what_is_not_sure_stays_open() -> None:
    """The gate says so, with the line."""
    verdict = await gate(Run(training(alike=0.7)))
    assert (verdict.verdict, verdict.failure) == ("unclear", None)
    assert "head.weight" in verdict.reason


async def test_a_file_that_could_deceive_proves_nothing_by_its_run() -> None:
    """It gets no pass, but a fail it gets."""
    text = TEXT + "import sys\nsys._getframe()\n"
    verdict = await gate(Run(), text=text)
    assert verdict.verdict == "unclear"
    assert [each.line for each in verdict.evidence] == [4]
    assert (await gate(Run(training(rows=4, asked=10)), text=text)).verdict == "fail"


async def test_where_recorders_failed_nothing_is_missing_for_sure() -> None:
    """The script is not blamed for it."""
    untold = [("recorder_failed", {"trace": "?"}), *training(rows=8, asked=10)]
    assert (await gate(Run(untold))).verdict == "unclear"


@pytest.mark.parametrize("events", [[], [("rows", {})], [("ended", {"how": 3})], [("end", {"shapes": None})]])
async def test_forged_facts_are_the_submissions_fault(events: list[tuple[str, dict[str, object]]]) -> None:
    """They never break the probe."""
    assert (await gate(Run(events))).failure == "runtime_error"
