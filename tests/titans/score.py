"""Scores the probes on a folder of labelled submissions: python tests/titans/score.py FOLDER [NAME ...]

The folder holds Python files and a labels.json as conf/task/titans/specimens/ does. Every submission goes
through the real probes in a real sandbox, two at a time.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from engine.graders.probes import Probes  # noqa: E402
from engine.submission import Submission  # noqa: E402
from engine.verdict import Verdict  # noqa: E402
from sandbox.subprocess import Subprocess  # noqa: E402

AT_ONCE = 2


async def verdicts(file: Path, sandbox: Subprocess) -> dict[str, Verdict]:
    """What the gate says, and if it is passed, what the criteria get."""
    probes = Probes(ROOT / "conf/task/titans/probes")
    submission = Submission({file.name: file.read_text(encoding="utf-8")})
    gate = await probes._load("execution")(submission, sandbox)
    if gate["execution"].verdict != "pass":
        return dict(gate)
    return {**gate, **await probes._load("behaviour")(submission, sandbox)}


async def score(folder: Path, names: Sequence[str]) -> Counter[tuple[str, str]]:
    """Counts of (criterion, how it was judged); every error is printed as it comes."""
    labels = json.loads((folder / "labels.json").read_text(encoding="utf-8"))
    tally: Counter[tuple[str, str]] = Counter()
    room = asyncio.Semaphore(AT_ONCE)
    sandbox = Subprocess()

    async def one(name: str) -> None:
        async with room:
            start = time.monotonic()
            found = await verdicts(folder / f"{name}.py", sandbox)
            print(f"{name}  {time.monotonic() - start:.1f} s", flush=True)
            _compare(labels[name], found, tally)

    await asyncio.gather(*(one(name) for name in sorted(names or labels)))
    return tally


def _compare(label: dict[str, Any], found: dict[str, Verdict], tally: Counter[tuple[str, str]]) -> None:
    gate = found["execution"]
    stopped = gate.failure if gate.verdict == "fail" else None
    expected = label["failure"] if label["failure"] != "below_threshold" else None
    _count("execution", str(expected), str(stopped), gate.reason, tally)
    for criterion, want in (label.get("verdicts") or {}).items():
        if criterion in found:
            _count(criterion, want, found[criterion].verdict, found[criterion].reason, tally)


def _count(criterion: str, want: str, got: str, reason: str, tally: Counter[tuple[str, str]]) -> None:
    kind = "right" if want == got else "unclear" if got == "unclear" else f"false {got}"
    tally[criterion, kind] += 1
    if kind != "right":
        print(f"    {criterion}: {kind}, should be {want}: {reason}", flush=True)


def report(tally: Counter[tuple[str, str]]) -> str:
    kinds = sorted({kind for _, kind in tally}, key=lambda kind: kind != "right")
    rows = [[criterion, *(tally[criterion, kind] for kind in kinds)] for criterion in dict.fromkeys(c for c, _ in tally)]
    lines = [["criterion", *kinds], *rows, ["all", *(sum(row[i] for row in rows) for i in range(1, len(kinds) + 1))]]
    return "\n".join("  ".join(f"{cell!s:>17}" for cell in line) for line in lines)


if __name__ == "__main__":
    print(report(asyncio.run(score(Path(sys.argv[1]), sys.argv[2:]))))
