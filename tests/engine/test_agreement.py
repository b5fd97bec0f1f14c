"""Agreement beyond chance."""

from __future__ import annotations

from typing import Any

import pytest

from engine.agreement import Agreement, between_samples, judge_with_probe
from engine.record import Record
from tests.engine.test_summary import record


def said(**verdict: Any) -> dict[str, Any]:
    return {"verdict": "pass", "points": 0, "reason": "", "evidence": [], "by": "judge", **verdict}


def records(*verdicts: dict[str, Any]) -> list[Record]:
    blank = [record("pass", at) for at in range(len(verdicts))]
    return [
        Record(**{**vars(one), "verdicts": {"a": each}}) for one, each in zip(blank, verdicts, strict=True)
    ]


def test_scores_of_samples():
    """By hand, three verdicts of two samples: (1, 2), (4, 4), (7, 6).

    Observed: (1 + 0 + 1) / 3 squared differences within pairs. Expected: the mean over all 15 pairs of the
    six values 1 2 4 4 6 7, whose squared differences sum to 156: 10.4. So 1 - (2/3) / 10.4.
    """
    found = between_samples(records(said(scores=[1, 2]), said(scores=[4, 4]), said(scores=[7, 6])))
    assert found == Agreement(3, pytest.approx(1 - (2 / 3) / 10.4, abs=1e-6))


def test_votes_of_samples():
    """By hand, two to one and three to none: (p p f), (f f f).

    Observed disagreement: 4 of 12 ordered pairs within verdicts, 1/3. Expected: 2 passes and 4 fails
    of six values, 16 of 30 ordered pairs. So 1 - (1/3) / (16/30).
    """
    found = between_samples(records(said(votes={"pass": 2, "fail": 1}), said(votes={"fail": 3})))
    assert found == Agreement(2, pytest.approx(1 - (1 / 3) / (16 / 30), abs=1e-6))


def test_items_count_one_by_one():
    items = [{"scores": [1, 1], "title": "x"}, {"scores": [9, 9], "title": "y"}]
    assert between_samples(records(said(scores=[5, 5], items=items))) == Agreement(2, 1.0)


def test_judge_and_probe():
    """Full agreement is 1; where all say the same there is nothing to measure; unclear is no vote."""
    both = [said(opinions={"probe:p": word, "judge": word}) for word in ("pass", "fail")]
    assert judge_with_probe(records(*both)) == Agreement(2, 1.0)
    assert judge_with_probe(records(both[0], both[0])) == Agreement(2, None)
    unsure = said(opinions={"probe:p": "unclear", "judge": "fail"})
    assert judge_with_probe(records(*both, unsure)) == Agreement(2, 1.0)


def test_one_opinion_alone():
    """There is nobody to agree with; so too where the others are unclear throughout."""
    assert judge_with_probe(records(said(opinions={"probe:p": "pass", "judge": "unclear"}))) is None
    assert between_samples(records(said())) is None
    assert judge_with_probe(records(said())) is None
