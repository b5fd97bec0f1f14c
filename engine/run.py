"""The straight line of one run: agent -> submission -> gates -> verdicts -> Record."""

from __future__ import annotations

import asyncio
import time
import traceback
from collections.abc import Coroutine, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from engine.agent import Attempt
from engine.errors import AgentFailed, Stopped, Void
from engine.folder import Folder
from engine.graders.both import merge
from engine.plan import Plan
from engine.rating import DIGITS, by_item, least, sampled
from engine.record import Grade, Record, grade
from engine.rubric import Criterion, Rubric
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
    """Make one attempt and grade it, or go on with one that an earlier session left.

    Every failure becomes a record; only cancellation and Stopped pass through.
    """
    started, clock = datetime.now(UTC), time.monotonic()
    attempt = Attempt(
        index, plan.task, plan.prompt, plan.tools, plan.sandbox, transcript, plan.given, plan.reference
    )
    progress = _Progress()
    result = await _blame(_walk(plan, attempt, folder, progress), plan, transcript)
    transcript.settle()
    record = _record(plan, attempt, progress, result, started, time.monotonic() - clock)
    if problem := record.problem():
        lost = Grade("void", "engine", f"its record cannot be kept: {problem}", 0.0, plan.rubric.points)
        submitted = _Progress(progress.submission)
        record = _record(plan, attempt, submitted, lost, started, time.monotonic() - clock)
    transcript.write("run_ended", outcome=record.outcome, failure=record.failure, reason=record.reason)
    return record


async def _walk(plan: Plan, attempt: Attempt, folder: Folder, progress: _Progress) -> Grade:
    submission = progress.submission = await _submission(plan, attempt, folder)
    gates = await plan.probes.decide(submission, plan.rubric.gates, attempt)
    progress.verdicts |= {id: _named(verdict, plan.rubric.gates[id].failure) for id, verdict in gates.items()}
    if all(verdict.verdict != "fail" for verdict in progress.verdicts.values()):
        progress.verdicts.update(await _criteria(plan, submission, attempt))
        progress.measures.update(await plan.probes.measure(submission, plan.rubric.measures, attempt))
    for id, verdict in progress.verdicts.items():
        attempt.transcript.write("verdict", criterion=id, **verdict.told())
    return grade(progress.verdicts, plan.rubric, plan.threshold)


async def _submission(plan: Plan, attempt: Attempt, folder: Folder) -> Submission:
    """What was handed in already, else what the agent hands in now."""
    transcript, past = attempt.transcript, attempt.transcript.past
    if past.begun:
        transcript.write("run_resumed", run=attempt.index)
    else:
        transcript.write("run_started", run=attempt.index, prompt=attempt.prompt)
    if past.submitted and (kept := folder.kept(attempt.index, past.submitted)):
        attempt.seen.extend(result.text for result in past.results() if not result.error)
        return kept
    async with attempt.workspace:
        submission = await plan.agent.solve(attempt)
    with transcript.keeping():
        await asyncio.to_thread(folder.keep, attempt.index, submission)
    transcript.write(
        "submitted", files=list(submission.files), digest=submission.digest, source=submission.source
    )
    return submission


def _named(verdict: Verdict, failure: str) -> Verdict:
    """A failed gate says what the run is called, if the probe has no better word."""
    return replace(verdict, failure=verdict.failure or failure) if verdict.verdict == "fail" else verdict


async def _criteria(plan: Plan, submission: Submission, attempt: Attempt) -> Mapping[str, Verdict]:
    """Both graders work at the same time; a criterion that none of them speaks of is unclear."""
    graders = [plan.probes if plan.use_probes else None, plan.judge]
    said = await together(grader.grade(submission, plan.rubric, attempt) for grader in graders if grader)
    merged = merge(*said) if len(said) > 1 else dict(said[0])
    return {id: merged.get(id) or _nobody(criterion) for id, criterion in plan.rubric.criteria.items()}


def _nobody(criterion: Criterion) -> Verdict:
    what = "no probe decides this; a judge would" if criterion.scale.pass_fail else "a score needs a judge"
    return Verdict("unclear", f"{what} (grading=both)")


async def _blame(work: Coroutine[Any, Any, Grade], plan: Plan, transcript: Transcript) -> Grade:
    """Say whose fault it was when the line broke."""
    of = plan.rubric.points
    try:
        return await work
    except Stopped:
        raise
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
        band=result.band,
        assessments=[asdict(each) for each in attempt.assessments],
        **_scored(progress.verdicts, plan.rubric),
        source=submission.source if submission else None,
        digest=submission.digest if submission else None,
        model=plan.ids("agent"),
        judge=plan.ids("judge"),
        sandbox=f"{plan.sandbox.name} (level {plan.sandbox.level})" if ran else None,
        usage={role: asdict(usage) for role, usage in attempt.transcript.usage.items()},
        seconds=round(seconds, 3),
        started=started.isoformat(timespec="milliseconds"),
    )


def _scored(verdicts: Mapping[str, Verdict], rubric: Rubric) -> dict[str, Any]:
    """Items and samples, where the criteria were looked at."""
    if not rubric.criteria.keys() <= verdicts.keys():
        return {}
    own = {id: verdicts[id] for id in rubric.criteria}
    return {"items": by_item(own, rubric.criteria), "samples": sampled(own, rubric)}


def _told(id: str, verdict: Verdict, plan: Plan) -> dict[str, Any]:
    """A verdict as it is kept, with the points it earned; a gate has none."""
    criterion = plan.rubric.criteria.get(id)
    points = least({id: verdict}, {id: criterion}) if criterion else 0.0
    return {**verdict.told(), "points": round(points, DIGITS)}
