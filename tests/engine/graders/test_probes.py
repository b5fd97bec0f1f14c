"""Loading and running a task's probes."""

from __future__ import annotations

import pytest

from engine.errors import Void
from engine.graders.probes import Probes
from engine.rubric import Criterion, Measure
from engine.together import together
from sandbox import SandboxError
from tests.doubles import attempt, submission, write_probe

CRITERIA = {"a": Criterion("a", probe="look"), "b": Criterion("b", probe="look"), "c": Criterion("c")}


async def test_a_probe_decides_the_criteria_that_name_it(tmp_path):
    """One run of the file serves both criteria; what it leaves out is unclear; others are not its."""
    write_probe(tmp_path / "p", "look", 'return {"a": Verdict("pass", "found", (Evidence("x"),))}')
    said = await Probes(tmp_path / "p").decide(submission(), CRITERIA, attempt(tmp_path))
    assert (said["a"].verdict, said["a"].by) == ("pass", "probe:look")
    assert said["b"].verdict == "unclear"
    assert "c" not in said


async def test_probes_share_modules(tmp_path):
    """The folder is a package: relative imports work, and parts are not listed as probes."""
    write_probe(tmp_path / "p", "look", 'from .part import WORD; return {"a": Verdict("fail", WORD)}')
    (tmp_path / "p" / "part.py").write_text("WORD = 'shared'\n")
    probes = Probes(tmp_path / "p")
    assert probes.names() == ("look",)
    assert (await probes.decide(submission(), CRITERIA, attempt(tmp_path)))["a"].reason == "shared"


async def test_two_tasks_may_name_a_probe_alike(tmp_path):
    """Folders do not see each other's modules."""
    for folder, word in (("p", "one"), ("q", "two")):
        write_probe(tmp_path / folder, "look", f'return {{"a": Verdict("fail", "{word}")}}')
    said = [
        (await Probes(tmp_path / folder).decide(submission(), CRITERIA, attempt(tmp_path)))["a"].reason
        for folder in ("p", "q")
    ]
    assert said == ["one", "two"]


async def test_a_probe_that_breaks_is_never_the_agents_fault(tmp_path):
    """An exception in a probe is void, with the probe named; a sandbox failure stays one."""
    write_probe(tmp_path / "p", "look", "return 1 / 0")
    with pytest.raises(Void, match=r"look\.py: ZeroDivisionError") as void:
        await Probes(tmp_path / "p").decide(submission(), CRITERIA, attempt(tmp_path))
    assert void.value.kind == "probe"
    write_probe(tmp_path / "q", "look", 'raise SandboxError("no")')
    with pytest.raises(SandboxError):
        await Probes(tmp_path / "q").decide(submission(), CRITERIA, attempt(tmp_path))


@pytest.mark.parametrize(
    "body",
    [
        'return {"a": Verdict("Pass", "")}',
        'return {"a": Verdict("pass", "", (Evidence("x", line=float("nan")),))}',
        'return {"a": "pass"}',
        "return None",
    ],
)
async def test_a_probe_that_speaks_nonsense_is_void(tmp_path, body):
    """A word that is no verdict, or no verdict at all, is the probe's fault and never a fail."""
    write_probe(tmp_path / "p", "look", body)
    with pytest.raises(Void, match=r"look\.py") as void:
        await Probes(tmp_path / "p").decide(submission(), CRITERIA, attempt(tmp_path))
    assert void.value.kind == "probe"


async def test_no_more_at_once_than_there_is_room_for(tmp_path):
    """Submissions wait for a processor rather than slow each other down."""
    write_probe(tmp_path / "p", "look", "return await look()")
    with (tmp_path / "p/look.py").open("a") as file:
        file.write(
            "import asyncio\nrunning, most = 0, 0\n\n"
            "async def look():\n    global running, most\n    running += 1\n    most = max(most, running)\n"
            "    await asyncio.sleep(0.01)\n    running -= 1\n    return {'a': Verdict('fail', str(most))}\n"
        )
    probes = Probes(tmp_path / "p", at_once=2)
    said = await together(probes.decide(submission(), CRITERIA, attempt(tmp_path)) for _ in range(6))
    assert {one["a"].reason for one in said} <= {"1", "2"}


def test_no_folder_no_probes(tmp_path):
    """A task without probes has none."""
    assert Probes(tmp_path / "none").names() == ()


def write_measure(folder, body):
    folder.mkdir()
    (folder / "count.py").write_text(f"async def measure(submission, attempt):\n    {body}\n")
    return Probes(folder)


async def test_a_measure_is_kept_beside_the_verdicts(tmp_path):
    """It sees the submission and what tools answered in the run."""
    probes = write_measure(tmp_path / "p", "return {'files': len(submission.files), 'seen': attempt.seen}")
    here = attempt(tmp_path)
    here.seen.append("word")
    said = await probes.measure(submission(), {"m": Measure("count")}, here)
    assert said == {"m": {"files": 1, "seen": ["word"]}}
    assert probes.names() == ()
    assert probes.problem("count", "measure") is None
    assert "no attribute 'probe'" in (probes.problem("count") or "")


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ("return 1 / 0", "ZeroDivisionError"),
        ("return {'n': float('nan')}", "ValueError: Out of range float"),
        ("return {'n': {1}}", "TypeError: Object of type set"),
    ],
)
async def test_a_measure_that_breaks_costs_nobody_a_run(tmp_path, body, error):
    """It says so in its place."""
    probes = write_measure(tmp_path / "p", body)
    said = await probes.measure(submission(), {"m": Measure("count")}, attempt(tmp_path))
    assert f"count.py: {error}" in said["m"]["error"]
