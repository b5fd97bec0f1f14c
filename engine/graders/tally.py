"""Several answers of judges become one verdict: samples of one question, and the items of a submission."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from statistics import fmean

from engine.rubric import Criterion
from engine.verdict import Decision, Verdict


def samples(answers: Sequence[Verdict], criterion: Criterion) -> Verdict:
    """The mean of scores, the decision of more than half; without so many, unclear."""
    if len(answers) == 1:
        return answers[0]
    scored = [(answer, answer.score) for answer in answers if answer.score is not None]
    if len(scored) * 2 <= len(answers):
        return _voted(answers)
    mean = fmean(score for _, score in scored)
    nearest, _ = min(scored, key=lambda pair: abs(pair[1] - mean))
    scores = tuple(answer.score for answer in answers)
    return replace(nearest, verdict=criterion.decision(mean), score=mean, scores=scores)


def _voted(answers: Sequence[Verdict]) -> Verdict:
    counted: Counter[Decision] = Counter(answer.verdict for answer in answers)
    decision, count = counted.most_common(1)[0]
    votes = dict(counted)
    if count * 2 <= len(answers):
        first = answers[0]
        reason = f"the samples are split: {votes}"
        return Verdict("unclear", reason, by=first.by, votes=votes, title=first.title)
    return replace(next(answer for answer in answers if answer.verdict == decision), votes=votes)


def items(each: Sequence[Verdict], criterion: Criterion) -> Verdict:
    """The mean over the items, which all have their titles; unclear where one of them is."""
    by = each[0].by
    unclear = [item for item in each if item.verdict == "unclear"]
    if unclear:
        reason = f"{unclear[0].title}: {unclear[0].reason}"
        return Verdict("unclear", reason, unclear[0].evidence, by, items=tuple(each))
    scores = [item.scored(criterion.scale) or 0.0 for item in each]
    mean = fmean(scores)
    lowest = each[scores.index(min(scores))]
    reason = f"{mean:.3g} on average; lowest, {min(scores):g}, {lowest.title}: {lowest.reason}"
    return Verdict(
        criterion.decision(mean),
        reason,
        lowest.evidence,
        by,
        score=mean,
        scores=_by_sample(each),
        items=tuple(each),
    )


def _by_sample(each: Sequence[Verdict]) -> tuple[float | None, ...]:
    """The mean over the items in each sample, None where it has not scored every item."""
    if len({len(item.scores) for item in each}) != 1:
        return ()
    return tuple(map(_mean, zip(*(item.scores for item in each), strict=True)))


def _mean(scores: Sequence[float | None]) -> float | None:
    known = [score for score in scores if score is not None]
    return fmean(known) if len(known) == len(scores) else None
