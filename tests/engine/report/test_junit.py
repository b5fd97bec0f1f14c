"""Experiments as JUnit XML."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import pytest

from engine.past import Past
from engine.report.junit import junit
from tests.engine.report.test_runs import REPLAYED, RUNS, START, experiment
from tests.engine.test_summary import record


def read(*pasts: Past) -> Element:
    return ElementTree.fromstring(junit(pasts).encode())


def cases(root: Element) -> list[Element]:
    return list(root.iter("testcase"))


@pytest.fixture
def root(tmp_path: Path) -> Element:
    return read(experiment(tmp_path / "x", RUNS))


def test_a_suite_for_each_experiment(tmp_path):
    """It has the counts of its cases, and the whole the sums."""
    root = read(experiment(tmp_path / "x", RUNS), experiment(tmp_path / "y", REPLAYED))
    first, second = root.findall("testsuite")
    counts = {
        "tests": "5",
        "failures": "2",
        "errors": "1",
        "skipped": "1",
        "time": "2.000",
        "timestamp": START,
    }
    assert first.attrib == {"name": str(tmp_path / "x"), **counts}
    assert (second.get("tests"), second.get("failures")) == ("3", "0")
    assert (root.tag, root.get("tests"), root.get("failures"), root.get("errors")) == (
        "testsuites",
        "8",
        "2",
        "1",
    )


def test_a_case_for_each_run(root, tmp_path):
    """A pass has nothing in it, a fail a failure, a void run an error, and an undecided one is skipped."""
    kinds = [[child.tag for child in case] for case in cases(root)]
    assert kinds == [[], ["failure"], ["skipped"], ["error"], ["failure"]]
    assert cases(root)[0].attrib == {"name": "run 000", "classname": "toy.bears", "time": "2.000"}
    replayed = cases(read(experiment(tmp_path / "y", REPLAYED)))
    assert [case.get("name") for case in replayed] == ["run 000 strong", "run 001 weak", "run 002 strong"]


def test_why_it_failed(root):
    """The criteria that were missed, for what reason, and where; those that hold are left out."""
    told = cases(root)[1].find("failure")
    assert told is not None
    assert "a: fail: fail of a\n    answer.py:3: x = 1\n    it ran" in str(told.text)
    assert "value: fail (2.5): worth" in str(told.text)
    assert "ready" not in str(told.text)


def test_what_it_is_called(root):
    """A void run names its kind and its reason."""
    error = cases(root)[3].find("error")
    assert error is not None
    assert (error.get("type"), error.get("message")) == ("provider", "provider: overloaded")


def test_hostile_text(root):
    """What XML cannot hold is spelled out, and nothing that is written is markup."""
    told = cases(root)[4].find("failure")
    assert told is not None
    shown = "=HYPERLINK(0)⟦U+0000⟧⟦U+001B⟧[31m<b>&⟦U+202E⟧⟦U+FFFE⟧⟦U+000D⟧]]>\nsecond ⟦U+D800⟧ line"
    assert str(told.text) == shown
    assert not list(told)
    assert "⟦U+0000⟧" in str(told.get("message"))


def test_hostile_names(tmp_path):
    """A file's name, a failure and a criterion's id are no safer than a reason."""
    evil = record("fail", 0, {"a\x00": "fail"}, source='"\x01>', failure="\x02")
    (case,) = cases(read(experiment(tmp_path / "x", [evil])))
    assert case.get("name") == 'run 000 "⟦U+0001⟧>'
    assert case[0].get("type") == "⟦U+0002⟧"
    assert "a⟦U+0000⟧: fail" in str(case[0].text)


@pytest.mark.parametrize(
    ("runs", "kinds"),
    [
        ([record("pass"), record("fail", 1)], []),
        ([record("pass"), record("undecided", 1), record("fail", 2)], ["failure"]),
        ([record("fail"), record("void", 1)], ["error"]),
        ([record("pass"), record("void", 1)], []),
        ([], ["failure"]),
    ],
)
def test_the_pass_rate_is_a_case(tmp_path, runs, kinds):
    """Undecided counts as failed, as in the exit code; where runs are void, what is too low is our error."""
    *_, last = cases(read(experiment(tmp_path / "x", runs, fail_under=0.5)))
    assert last.get("name") == "pass rate of at least 0.5"
    assert [child.tag for child in last] == kinds


def test_no_pass_rate_is_asked_for(root):
    """Without fail_under there is no case for it."""
    assert [case.get("name") for case in cases(root)] == [f"run {run:03d}" for run in range(5)]
