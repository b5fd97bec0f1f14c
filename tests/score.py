"""Scores the probes of a task on a folder of labelled submissions, for whoever tunes probes or rubric.

    python tests/score.py titans conf/task/titans/specimens
    python tests/score.py memopt ~/my-submissions terse_style no_decay
    python tests/score.py titans ~/my-submissions --sandbox subprocess

The folder holds Python files and a labels.json as the task's specimens/ does: by file name, the `failure`
(null, what too few points are called, or what stops it at the gate) and the `verdicts` that it must get.
Every submission, or those named, goes through the real probes. Each decision that differs from its label is
printed with the probe's reason, then a table of all: right, unclear, false pass, false fail. The exit code
is 1 where a decision is wrong, 0 where none is; unclear counts as undecided, which is not wrong.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from engine.graders.probes import Probes
from engine.submission import Submission
from engine.verdict import Verdict
from sandbox import Sandbox
from sandbox.subprocess import Subprocess
from tests.doubles import inside
from tests.titans.configured import configured

TASKS = Path(__file__).parents[1] / "conf/task"
SANDBOXES = {"auto": configured, "subprocess": Subprocess}
AT_THE_GATE = "execution"
TOO_FEW = ("below_threshold", "insufficient_optimizations")  # points: no matter of the gate
AT_ONCE = 2

Tally = Counter[tuple[str, str]]


def probes(task: str) -> Probes:
    return Probes(TASKS / task / "probes")


def module(task: str, name: str) -> Any:
    """The module probes/<name>.py of a task, the very one that its probes use."""
    own = probes(task)
    package = own._load(own.names()[0]).__module__.rpartition(".")[0]
    return import_module(f"{package}.{name}")


async def verdicts(task: str, file: Path, sandbox: Sandbox) -> dict[str, Verdict]:
    """What the gate says, if there is one, and where it is passed, what the criteria get."""
    submission = Submission({file.name: file.read_text(encoding="utf-8")})
    found: dict[str, Verdict] = {}
    for name in sorted(probes(task).names(), key=lambda name: name != AT_THE_GATE):
        found |= await probes(task)._load(name)(submission, inside(sandbox))
        if name == AT_THE_GATE and found[name].verdict == "fail":
            break
    return found


async def score(task: str, folder: Path, names: Sequence[str], sandbox: Sandbox) -> Tally:
    """Counts of (criterion, how it was judged); what is not right is printed as it comes."""
    labels = json.loads((folder / "labels.json").read_text(encoding="utf-8"))
    tally: Tally = Counter()
    room = asyncio.Semaphore(AT_ONCE)

    async def one(name: str) -> None:
        async with room:
            start = time.monotonic()
            found = await verdicts(task, folder / f"{name}.py", sandbox)
            print(f"{name}  {time.monotonic() - start:.1f} s", flush=True)
            _compare(labels[name], found, tally)

    await sandbox.check()
    await asyncio.gather(*(one(name) for name in sorted(names or labels)))
    await sandbox.close()
    return tally


def _compare(label: Mapping[str, Any], found: Mapping[str, Verdict], tally: Tally) -> None:
    if gate := found.get(AT_THE_GATE):
        wanted = "pass" if label["failure"] in (None, *TOO_FEW) else label["failure"]
        _count(AT_THE_GATE, wanted, gate.failure or gate.verdict, gate.reason, tally)
    for criterion, want in (label.get("verdicts") or {}).items():
        if criterion in found:
            _count(criterion, want, found[criterion].verdict, found[criterion].reason, tally)


def _count(criterion: str, want: str, got: str, reason: str, tally: Tally) -> None:
    kind = "right" if want == got else got if got == "unclear" else f"false {got}"
    tally[criterion, kind] += 1
    if kind != "right":
        print(f"    {criterion}: {kind}, should be {want}: {reason}", flush=True)


def table(tally: Tally) -> str:
    kinds = sorted({kind for _, kind in tally}, key=lambda kind: kind != "right")
    criteria = dict.fromkeys(criterion for criterion, _ in tally)
    rows = [[criterion, *(tally[criterion, kind] for kind in kinds)] for criterion in criteria]
    sums = [sum(tally[criterion, kind] for criterion in criteria) for kind in kinds]
    lines = [["criterion", *kinds], *rows, ["all", *sums]]
    return "\n".join("  ".join(f"{cell!s:>17}" for cell in line) for line in lines)


def wrong(tally: Tally) -> int:
    return sum(count for (_, kind), count in tally.items() if kind not in ("right", "unclear"))


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("task", choices=sorted(path.parent.name for path in TASKS.glob("*/probes")))
    parser.add_argument("folder", type=Path, help="with labels.json and the submissions")
    parser.add_argument("names", nargs="*", help="those to score, without .py (default: all labelled)")
    parser.add_argument("--sandbox", choices=SANDBOXES, default="auto", help="where they run (default: auto)")
    chosen = parser.parse_args(arguments)
    tally = asyncio.run(score(chosen.task, chosen.folder, chosen.names, SANDBOXES[chosen.sandbox]()))
    print(table(tally))
    return 1 if wrong(tally) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
