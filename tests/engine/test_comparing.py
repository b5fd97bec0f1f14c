"""Two experiments, run by run."""

from __future__ import annotations

import math
from typing import Any

import pytest

from engine.comparing import compare, means, pairs_needed, rates
from engine.statistics import Z95, binomial
from tests.engine.test_summary import record


def runs(outcomes: str, **changes: Any) -> list[Any]:
    """One record a letter: p, f, u or v."""
    words = {"p": "pass", "f": "fail", "u": "undecided", "v": "void"}
    scores = {"p": 1.0, "f": 0.0}
    return [
        record(words[letter], at, score=scores.get(letter), **changes) for at, letter in enumerate(outcomes)
    ]


def test_pairs_are_counted_where_both_are_decided():
    """Void and undecided runs pair with nothing."""
    found = compare(runs("ppffuv"), runs("pfpfpp"))
    assert (found.pairs, found.both, found.gained, found.lost, found.neither) == (6, 1, 1, 1, 1)
    assert found.rate.value == 0
    assert found.rate.p == 1


def test_items_are_paired_by_their_names():
    """Whatever their numbers; of several runs of one item the first."""
    first = [record("fail", 0, source="a"), record("pass", 1, source="b"), record("fail", 2, source="a")]
    second = [record("pass", 0, source="b"), record("pass", 1, source="a"), record("pass", 2, source="c")]
    found = compare(first, second)
    assert (found.pairs, found.gained, found.both) == (2, 1, 1)


def test_a_replay_of_an_experiment_is_paired_by_what_was_handed_in():
    """A run that handed in nothing has no place in the replay, so that numbers and names differ."""
    first = [record("fail", 0), record("pass", 1, digest="x"), record("fail", 2, digest="y")]
    again = [record("pass", 0, source="001", digest="x"), record("pass", 1, source="002", digest="y")]
    found = compare(first, [*again, record("void", 2)])
    assert (found.pairs, found.both, found.gained, found.lost) == (2, 1, 1, 0)


def test_repeats_of_an_item_are_no_more_evidence():
    first = [record("fail", at, source="ab"[at % 2], digest="ab"[at % 2]) for at in range(20)]
    second = [record("pass", at, source="ab"[at % 2], digest="ab"[at % 2]) for at in range(20)]
    assert compare(first, second).pairs == 2


def test_nothing_to_pair():
    assert compare(runs("pp"), []).rate is None


def test_verdicts_that_changed_are_counted_by_criterion():
    """Also of runs whose outcome did not change."""
    first = [record("fail", at, {"a": "fail", "b": "pass"}) for at in range(3)]
    second = [
        record("fail", at, {"a": said, "b": "pass"}) for at, said in enumerate(("pass", "pass", "unclear"))
    ]
    assert compare(first, second).criteria == {"a": {"fail -> pass": 2, "fail -> unclear": 1}}


@pytest.mark.parametrize(
    ("gained", "lost", "p"),
    [
        (0, 0, 1.0),
        (1, 5, 14 / 64),  # 2 (C(6,0) + C(6,1)) / 2^6
        (10, 2, 158 / 4096),  # 2 (1 + 12 + 66) / 2^12
        (0, 8, 2 / 256),
    ],
)
def test_the_exact_test_of_mcnemar(gained, lost, p):
    """By hand: the binomial chance, at 1/2, of a split as uneven."""
    assert rates(gained, lost, 40).p == pytest.approx(p, abs=1e-9)


def test_the_interval_of_a_difference():
    """Wald+2 by hand: 12 gained, 2 lost of 50: 10/52, and the root of 15 - 100/52, over 52."""
    found = rates(12, 2, 50)
    spread = math.sqrt(15 - 100 / 52) / 52
    assert found.value == pytest.approx(0.2)
    assert found.low == pytest.approx(10 / 52 - Z95 * spread, abs=1e-9)
    assert found.high == pytest.approx(10 / 52 + Z95 * spread, abs=1e-9)


@pytest.mark.parametrize("pairs", [10, 20, 30, 60])
def test_the_interval_covers(pairs):
    """In 94 of 100 cases on average, in 93 at least, over all counts of gains and losses."""
    rates_of_change = [(0.1, 0.1), (0.3, 0.1), (0.4, 0.05), (0.25, 0.25)]
    shares = [_covered(pairs, up, down) for up, down in rates_of_change]
    assert sum(shares) / len(shares) >= 0.94
    assert min(shares) >= 0.93


def _covered(pairs: int, up: float, down: float) -> float:
    covered = 0.0
    for changed in range(pairs + 1):
        chance = binomial(changed, pairs, up + down)
        for gained in range(changed + 1):
            low, high = rates_interval(gained, changed - gained, pairs)
            if low <= up - down <= high:
                covered += chance * binomial(gained, changed, up / (up + down))
    return covered


def rates_interval(gained: int, lost: int, pairs: int) -> tuple[float, float]:
    found = rates(gained, lost, pairs)
    return found.low, found.high


def test_means_of_scores():
    """Differences 0.1, 0.3, 0.2, 0.4: mean 0.25, standard error 0.0645497, t(3) at 97.5% is 3.1824463."""
    found = means([(0.1, 0.2), (0.2, 0.5), (0.3, 0.5), (0.4, 0.8)])
    assert found.value == pytest.approx(0.25)
    assert found.low == pytest.approx(0.25 - 3.182446305 * 0.0645497224, abs=1e-6)
    assert found.high == pytest.approx(0.25 + 3.182446305 * 0.0645497224, abs=1e-6)
    assert found.p == pytest.approx(0.0304662, abs=1e-6)  # 2 P(T > 3.8729833), 3 degrees of freedom


def test_the_same_difference_everywhere():
    """Nothing changed is known for sure; that all changed alike has no error to judge it by."""
    assert means([(0.5, 0.5), (0.2, 0.2)]).p == 1.0
    assert means([(0.5, 0.6), (0.2, 0.3)]) is None


@pytest.mark.parametrize(
    ("gained", "lost", "pairs", "needed"), [(6, 2, 20, 77), (2, 6, 20, 77), (3, 3, 20, None)]
)
def test_how_many_pairs_would_show_it(gained, lost, pairs, needed):
    """By hand: changed 0.4, difference 0.2: 1.744564^2 / 0.04 = 76.09.

    1.744564 is 1.959964 x 0.632456 + 0.841621 x 0.6.
    """
    assert pairs_needed(gained, lost, pairs) == needed
