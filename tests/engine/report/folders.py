"""Folders of experiments as the engine leaves them, made of small records: no model, no sandbox."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from engine.past import Past, read
from tests.engine.test_summary import record

CODE = "import math\n\n\ndef area(radius):\n    return math.pi  *  radius ** 2\n"
QUOTE = {"quote": "return math.pi * radius ** 2", "file": "main.py", "line": 5}
MEASURED = {"quote": "0 of 1 functions", "file": "", "line": None}
CRITERIA = ("exact", "documented")
USED = {"input": 900, "output": 100, "cache_read": 0, "cache_write": 0, "cost": 0.01}

# What a submission might hold to get out of its place: each line on its own tries another way.
HOSTILE = "\n".join(
    [
        "<script>window.owned = 1</script>",
        "</script><script>window.owned = 2</script>",
        "<!-- <script> --><img src=x onerror='window.owned = 3'>",
        "<svg onload='window.owned = 4'></svg><iframe srcdoc='<script>parent.owned = 5</script>'></iframe>",
        "]]></template></textarea></style></title>{{ 7 * 7 }}{% raw %}",
        '" autofocus onfocus="window.owned = 6',
        "javascript:window.owned=7",
        "\u2028window.owned = 8\u2029",
        "\x1b[31mred\x1b[0m \u202eright to left\u202c zero\u200bwidth\x00",
    ]
)


def verdict(said: str, points: float = 0.0, **changes: Any) -> dict[str, Any]:
    fields = {"verdict": said, "reason": f"it is {said}", "evidence": [], "by": "judge", "points": points}
    return fields | {"failure": None, "votes": None, "opinions": None} | changes


def events(text: str = "Let me see.", thinking: str = "What is asked?") -> list[dict[str, Any]]:
    """A run of one turn with a tool call."""
    call = {"id": "t1", "name": "python", "arguments": {"code": "print(1)\nprint(2)"}}
    asked = {"role": "agent", "model": "m", "seconds": 1.5, "messages": 1, "stop": "tools", "usage": USED}
    return [
        {"event": "run_started", "time": "2026-01-01T00:00:00.000+00:00", "run": 0},
        {"event": "model_call", "time": "", **asked, "thinking": thinking, "text": text, "calls": [call]},
        {"event": "tool_call", "time": "", "id": "t1", "name": "python"},
        {"event": "tool_result", "time": "", "id": "t1", "text": "1\n2", "error": False},
    ]


def run(at: int, passes: bool, **changes: Any) -> dict[str, Any]:
    """A run that misses one criterion or none."""
    exact = verdict("pass", 1.0, evidence=[QUOTE], votes={"pass": 2, "unclear": 1})
    other = verdict("pass" if passes else "fail", 2.0 * passes, evidence=[MEASURED])
    told = {"verdicts": dict(zip(CRITERIA, (exact, other), strict=True)), "score": 1.0 if passes else 1 / 3}
    told |= {"points": {"got": 3.0 if passes else 1.0, "of": 3.0}, "usage": {"agent": USED}}
    if not passes:
        told |= {
            "failure": "below_threshold",
            "reason": "got 1 of the 3 points needed; documented: it is fail",
        }
    return vars(record("pass" if passes else "fail", at)) | told | changes


def experiment(
    folder: Path,
    runs: Sequence[Mapping[str, Any]],
    task: str = "circle",
    files: Mapping[str, str] | None = None,
    said: Sequence[Mapping[str, Any]] | None = None,
    **rubric: Any,
) -> Past:
    """Each run handed in these files, and its transcript has these events."""
    criteria = {
        "exact": {"claim": "the formula is exact"},
        "documented": {"claim": "it says so", "points": 2},
    }
    config = {"task": {"name": task}, "rubric": {"criteria": criteria, **rubric}, "threshold": {}}
    config |= {"grading": {"probe": True, "judge": True}}
    for part in ("transcripts", "submissions"):
        (folder / part).mkdir(parents=True)
    (folder / "config.yaml").write_text(yaml.safe_dump(config, sort_keys=False))
    with (folder / "runs.jsonl").open("w") as out:
        for each in runs:
            name = f"{each['run']:03d}"
            out.write(json.dumps(each) + "\n")
            lines = "".join(json.dumps(event) + "\n" for event in (events() if said is None else said))
            (folder / "transcripts" / f"{name}.jsonl").write_text(lines)
            for path, text in ({"main.py": CODE} if files is None else files).items():
                target = folder / "submissions" / name / path
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_text(text, encoding="utf-8")
    return read(folder)


def sweep(folder: Path, tasks: int = 3, models: int = 2, runs: int = 10) -> list[Past]:
    """Every third run passes with the first model, every second one with the other."""
    return [
        experiment(
            folder / f"task{task}-model{model}",
            [run(at, at % (3 - model % 2) == 0, model=f"model-{model}") for at in range(runs)],
            task=f"task{task}",
        )
        for task in range(tasks)
        for model in range(models)
    ]


def scored(folder: Path) -> Past:
    """One run whose submission has two items, each scored, with what a judge listed."""

    def one(title: str, score: float, line: int) -> dict[str, Any]:
        told = {"score": score, "scores": [score - 1, score + 1], "title": title, "evidence": []}
        told["evidence"] = [{"quote": title, "file": "ideas.json", "line": line}]
        remarks = {"prior_work": [f"prior work on {title}"], "key_risks": [f"{title} is late"]}
        return verdict("pass", **told, remarks=remarks)

    items = [one("Warm caches", 8, 2), one("Cold starts", 4, 3)]
    verdicts = {"exact": verdict("pass", 6.0, score=6.0, scores=[5.0, 7.0], items=items)}
    titles = ["Warm caches", "Cold starts"]
    said = {"by": "j", "order": titles, "ranking": titles, "best": "It pays.", "worst": "It does not."}
    whole = run(
        0,
        True,
        verdicts=verdicts,
        points={"got": 6.0, "of": 10.0},
        band="GOOD",
        items=[
            {"title": each["title"], "points": each["score"], "scores": {"exact": each["score"]}}
            for each in items
        ],
        samples={"points": [5.0, 7.0], "spread": 1.4, "bands": ["POOR", "GOOD"], "stability": 0.5},
        assessments=[{**said, "summary": "They differ."}],
        measures={"papers": {"cited": 3, "unknown": ["one", "two"]}},
    )
    text = '{"ideas": [\n"Warm caches",\n"Cold starts"\n]}\n'
    criteria = {"exact": {"claim": "it is worth it", "points": 10, "scale": {"low": 1, "high": 10}}}
    return experiment(folder, [whole], "ideas", {"ideas.json": text}, criteria=criteria)
