"""Probe and judge together."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.graders.both import merge
from engine.verdict import Verdict


@pytest.mark.parametrize(
    ("probe", "judge", "together", "by"),
    [
        ("pass", "pass", "pass", "probe:p"),
        ("pass", "unclear", "pass", "probe:p"),
        ("fail", "fail", "fail", "probe:p"),
        ("fail", "unclear", "fail", "probe:p"),
        ("unclear", "pass", "pass", "judge"),
        ("unclear", "fail", "fail", "judge"),
        ("unclear", "unclear", "unclear", "judge"),
        ("pass", "fail", "unclear", "probe:p, judge"),
        ("fail", "pass", "unclear", "probe:p, judge"),
    ],
)
def test_every_pair(probe, judge, together, by):
    """A probe's decision stands unless the judge says the contrary, which leaves it unclear."""
    verdict = merge({"a": Verdict(probe, "", by="probe:p")}, {"a": Verdict(judge, "", by="judge")})["a"]
    assert (verdict.verdict, verdict.by) == (together, by)
    assert verdict.opinions == {"probe:p": probe, "judge": judge}


def test_a_criterion_of_one_grader_is_its_own():
    """Where only one of them speaks, its verdict is the verdict."""
    only = Verdict("fail", "", by="judge")
    assert merge({}, {"a": only}) == {"a": only}


@pytest.mark.parametrize(
    ("probe", "judge", "score", "by"),
    [
        (Verdict("pass", "p"), "pass", 8, "judge"),
        (Verdict("fail", "p"), "fail", 3, "judge"),
        (Verdict("pass", "p", score=9), "pass", 9, "probe:p"),
        (Verdict("pass", "p"), "unclear", None, "probe:p"),
        (Verdict("pass", "p"), "fail", None, "probe:p, judge"),
    ],
)
def test_a_score_that_only_the_judge_has_is_kept(probe, judge, score, by):
    """Where both agree it says how much as well, with its evidence and items; a probe's own score stands."""
    told = {"pass": 8, "fail": 3, "unclear": None}[judge]
    said = Verdict(judge, "j", score=told, by="judge", items=(Verdict(judge, "i", score=told, title="X"),))
    merged = merge({"a": replace(probe, by="probe:p")}, {"a": said})["a"]
    assert (merged.score, merged.by) == (score, by)
    assert merged.opinions == {"probe:p": probe.verdict, "judge": judge}
    if by == "judge":
        assert (merged.reason, merged.items) == ("j", said.items)
