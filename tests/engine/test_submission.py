"""What is handed in."""

from __future__ import annotations

import pytest

from engine.errors import AgentFailed
from engine.submission import Submission


def test_frozen():
    """Nobody changes a submission after it was handed in."""
    files = {"b.py": "2", "a.py": "1"}
    submission = Submission(files)
    files["a.py"] = "changed"
    assert list(submission.files.items()) == [("a.py", "1"), ("b.py", "2")]
    with pytest.raises(TypeError):
        submission.files["a.py"] = "changed"


@pytest.mark.parametrize("files", [{"a.py": "x = '\ud800'"}, {"a\udcff.py": "x"}])
def test_half_a_surrogate_pair_is_no_submission(files):
    """What no file could hold is the agent's failure, named as such."""
    with pytest.raises(AgentFailed) as failed:
        Submission(files)
    assert failed.value.failure == "invalid_submission"


def test_the_digest_tells_contents_apart():
    """Equal files have equal digests; moving a character between name and text does not."""
    assert Submission({"a": "bc"}).digest == Submission({"a": "bc"}, source="x").digest
    assert Submission({"a": "bc"}).digest != Submission({"ab": "c"}).digest
    assert Submission({"a": "b", "c": "d"}).digest != Submission({"a": "bcd"}).digest
