"""The straight line of one run: agent -> submission -> gates -> verdicts -> Record."""

from __future__ import annotations

import time
import traceback
from collections.abc import Coroutine, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from engine.agent import Attempt
from engine.errors import AgentFailed, Void
from engine.folder import Folder
from engine.graders.both import merge
from engine.plan import Plan
from engine.record import Grade, Record, grade
from engine.submission import Submission
from engine.together import together
from engine.transcript import Transcript
from engine.verdict import Verdict
from sandbox import SandboxError


@dataclass
class _Progress:
    """What a run has come to so far; all of it is kept, however the run ends."""

    submission: Submission | None = None
    verdicts: dict[str, Verdict] = field(default_factory=dict)
    measures: dict[str, Mapping[str, Any]] = field(default_factory=dict)


async def run_once(plan: Plan, index: int, folder: Folder, transcript: Transcript) -> Record:
    """Make one attempt and grade it. Every failure becomes a record; only cancellation passes through."""
    started, clock = datetime.now(UTC), time.monotonic()
    attempt = Attempt(
        index, plan.task, plan.prompt, plan.tools, plan.sandbox, transcript, plan.given, plan.reference
    )
    progress = _Progress()
    result = await _blame(_walk(plan, attempt, folder, progress), plan, transcript)
    record = _record(plan, attempt, progress, result, started, time.monotonic() - clock)
    transcript.write("run_ended", outcome=record.outcome, failure=record.failure, reason=record.reason)
    return record


async def _walk(plan: Plan, attempt: Attempt, folder: Folder, progress: _Progress) -> Grade:
    attempt.transcript.write("run_started", run=attempt.index)
    async with attempt.workspace:
        submission = progress.submission = await plan.agent.solve(attempt)
    folder.keep(attempt.index, submission)
    attempt.transcript.write("submitted", files=list(submission.files), digest=submission.digest)
    gates = await plan.probes.grade(submission, plan.gates, attempt)
    progress.verdicts |= {id: _named(verdict, plan.gates[id].failure) for id, verdict in gates.items()}
    if all(verdict.verdict != "fail" for verdict in progress.verdicts.values()):
        progress.verdicts.update(await _criteria(plan, submission, attempt))
        progress.measures.update(await plan.probes.measure(submission, plan.measures, attempt))
    for id, verdict in progress.verdicts.items():
        attempt.transcript.write("verdict", criterion=id, **asdict(verdict))
    return grade(progress.verdicts, plan.criteria, plan.threshold)


def _named(verdict: Verdict, failure: str) -> Verdict:
    """A failed gate says what the run is called, if the probe has no better word."""
    return replace(verdict, failure=verdict.failure or failure) if verdict.verdict == "fail" else verdict


async def _criteria(plan: Plan, submission: Submission, attempt: Attempt) -> Mapping[str, Verdict]:
    """Both graders work at the same time; a criterion that none of them speaks of is unclear."""
    graders = [plan.probes if plan.use_probes else None, plan.judge]
    said = await together(grader.grade(submission, plan.criteria, attempt) for grader in graders if grader)
    merged = merge(*said) if len(said) > 1 else dict(said[0])
    nobody = Verdict("unclear", "no probe decides this; a judge would (grading=both)")
    return {id: merged.get(id, nobody) for id in plan.criteria}


async def _blame(work: Coroutine[Any, Any, Grade], plan: Plan, transcript: Transcript) -> Grade:
    """Say whose fault it was when the line broke."""
    of = sum(criterion.points for criterion in plan.criteria.values())
    try:
        return await work
    except AgentFailed as error:
        return Grade("fail", error.failure, error.reason, 0.0, of)
    except Void as error:
        return Grade("void", error.kind, error.reason, 0.0, of)
    except SandboxError as error:
        return Grade("void", "sandbox", str(error), 0.0, of)
    except Exception as error:  # a bug of ours must not cost the other runs, and is never the agent's fault
        transcript.write("error", traceback=traceback.format_exc())
        return Grade("void", "engine", f"{type(error).__name__}: {error}", 0.0, of)


def _record(
    plan: Plan,
    attempt: Attempt,
    progress: _Progress,
    result: Grade,
    started: datetime,
    seconds: float,
) -> Record:
    submission = progress.submission
    ran = progress.verdicts or attempt.workspace.used
    scored = result.outcome in ("pass", "fail")
    return Record(
        run=attempt.index,
        outcome=result.outcome,
        failure=result.failure,
        reason=result.reason,
        score=round(result.got / result.of, 6) if scored else None,
        points={"got": result.got, "of": result.of},
        measures=progress.measures,
        verdicts={id: _told(id, verdict, plan) for id, verdict in progress.verdicts.items()},
        source=submission.source if submission else None,
        digest=submission.digest if submission else None,
        model=_id(plan, "agent"),
        judge=_id(plan, "judge"),
        sandbox=f"{plan.sandbox.name} (level {plan.sandbox.level})" if ran else None,
        usage={role: asdict(usage) for role, usage in attempt.transcript.usage.items()},
        seconds=round(seconds, 3),
        started=started.isoformat(timespec="milliseconds"),
    )


def _id(plan: Plan, role: str) -> str | None:
    return plan.models[role].id if role in plan.models else None


def _told(id: str, verdict: Verdict, plan: Plan) -> dict[str, Any]:
    """A verdict as it is kept, with the points it earned; a gate has none."""
    worth = plan.criteria[id].points if id in plan.criteria else 0.0
    return {**asdict(verdict), "points": worth if verdict.verdict == "pass" else 0.0}
