"""What is kept of a run: one line of runs.jsonl."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from engine.model import Usage
from engine.rating import least, most
from engine.rubric import Rubric
from engine.secrets import scrubbed
from engine.threshold import Threshold, reaches
from engine.verdict import Verdict, place

Outcome = Literal["pass", "fail", "undecided", "void"]


@dataclass(frozen=True)
class Grade:
    """What the verdicts come to: points got of those to be had, and whether they reach the threshold.

    `band` is the rubric's name for that many points, None where it has none or they are not certain.
    """

    outcome: Outcome
    failure: str | None
    reason: str
    got: float
    of: float
    band: str | None = None


@dataclass(frozen=True)
class Record:
    """One attempt and its grading.

    `outcome` is never guessed: `undecided` hangs on unclear criteria, `void` is a failure of ours.
    `score` is the share of the points got, from 0 to 1, null where nothing was scored. `reason` says on
    one line why the run did not pass: the criteria missed, what their graders found, and where. `sandbox`
    names the backend and its level, where one was used. `measures` are what the rubric counts beside.

    `band` is the rubric's name for the points. `items` has the title, the points and the scores of each item,
    `assessments` what each sample of a judge said of them all; `samples` has the points and the band of each
    sample, their `spread` (standard deviation), and the share (`stability`) whose band is that of their mean.
    """

    run: int
    outcome: Outcome
    failure: str | None
    reason: str
    score: float | None
    points: Mapping[str, float]
    verdicts: Mapping[str, Mapping[str, Any]]
    source: str | None
    digest: str | None
    model: str | None
    judge: str | None
    sandbox: str | None
    usage: Mapping[str, Mapping[str, Any]]
    seconds: float
    started: str
    measures: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    band: str | None = None
    items: Sequence[Mapping[str, Any]] = field(default_factory=list)
    samples: Mapping[str, Any] = field(default_factory=dict)
    assessments: Sequence[Mapping[str, Any]] = field(default_factory=list)

    def line(self) -> bytes:
        """One line of JSON, its end included, without secrets.

        Half a surrogate pair becomes the escape that it is.
        """
        text = json.dumps(scrubbed(asdict(self)), ensure_ascii=False, allow_nan=False)
        return text.encode("utf-8", "backslashreplace") + b"\n"

    def problem(self) -> str:
        """What in it no line can hold, such as a number that a probe of an author made up, or nothing."""
        try:
            self.line()
        except (TypeError, ValueError) as error:
            return str(error)
        return ""

    @classmethod
    def parse(cls, line: bytes) -> Record:
        """Read a line back; fields of a newer engine are passed over. Raises ValueError, TypeError or
        AttributeError where it is none.
        """
        known = {name: value for name, value in json.loads(line).items() if name in cls.__dataclass_fields__}
        record = cls(**known)
        record.used()  # what cannot be added up is no usage
        return record

    def usage_of(self, role: str) -> Usage:
        return Usage(**self.usage.get(role, {}))

    def used(self) -> Usage:
        """By all roles together."""
        return sum(map(self.usage_of, self.usage), Usage())


def grade(verdicts: Mapping[str, Verdict], rubric: Rubric, threshold: Threshold) -> Grade:
    """Count the points. A failed gate ends it; what is unclear may lie anywhere on its scale."""
    of = rubric.points
    gates = {id: verdict for id, verdict in verdicts.items() if id not in rubric.criteria}
    for id, verdict in gates.items():
        if verdict.verdict == "fail":
            return Grade("fail", verdict.failure, _why([id], verdicts), 0.0, of)
    got, reachable = (round(count(verdicts, rubric.criteria), 9) for count in (least, most))
    band = rubric.band(got) if got == reachable else None
    need = of if threshold.points is None else threshold.points
    failed, unclear = (
        [id for id in (*gates, *rubric.criteria) if verdicts[id].verdict == decision]
        for decision in ("fail", "unclear")
    )
    if reaches(got, need) and all(verdict.verdict == "pass" for verdict in gates.values()):
        return Grade("pass", None, "", got, of, band)
    if reaches(reachable, need):
        return Grade("undecided", None, f"hangs on {_why(unclear, verdicts)}", got, of, band)
    why = [f"got {got:.4g} of the {need:g} points needed", _why(failed, verdicts)]
    why += [f"unclear: {', '.join(unclear)}"] if unclear else []
    return Grade("fail", threshold.failure, "; ".join(filter(None, why)), got, of, band)


def _why(ids: Iterable[str], verdicts: Mapping[str, Verdict]) -> str:
    """What the graders say of these criteria, and where; those of which they say the same go together."""
    said: dict[tuple[str, bool], list[str]] = {}
    for id in ids:
        reason = " ".join(verdicts[id].reason.split()).removesuffix(".")
        said.setdefault((reason, bool(place(verdicts[id].evidence))), []).append(id)
    return "; ".join(
        ": ".join(filter(None, (", ".join(alike), reason))) + _where(alike, verdicts)
        for (reason, _), alike in said.items()
    )


def _where(ids: Iterable[str], verdicts: Mapping[str, Verdict]) -> str:
    """Their places in the same order, or the one that they share; the file is named where it changes."""
    places = [place(verdicts[id].evidence) for id in ids]
    kept = places if len(set(places)) > 1 else places[:1]
    files = [None, *(each.rpartition(":")[0] for each in kept)]
    told = [
        each.rpartition(":")[2] if before == file else each
        for each, before, file in zip(kept, files, files[1:], strict=False)
    ]
    return f" ({', '.join(told)})" if any(told) else ""
