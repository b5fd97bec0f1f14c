"""Probe and judge together."""

from __future__ import annotations

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
