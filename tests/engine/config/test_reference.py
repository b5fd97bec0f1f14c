"""References in files that others wrote."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.config import reference
from engine.errors import Refused
from tests.engine.config.composing import TASK, composed, my_evals, write

FILE = Path("task/mine.yaml")


@pytest.mark.parametrize(
    "text", ["${task.name}", "a ${.x} ${..y[0]} b", r"\${oc.env:HOME}", "$HOME", "${a.${b}}", 7, None]
)
def test_other_values_are_referred_to(text):
    """And what only looks like a reference is a text."""
    reference.check({"task": {"description": text}}, FILE)


@pytest.mark.parametrize(
    ("text", "called"),
    [
        ("${oc.env:HOME}", "oc.env"),
        ("so ${oc.env:HOME,x} it is", "oc.env"),
        ("${a.${oc.env:HOME}}", "oc.env"),
        ("${oc.${b}:HOME}", "oc.${b}"),
        (r"${oc.decode:'\${oc.env:HOME}'}", "oc.decode"),
        ("${oc.create:{x:'${oc.env:HOME}'}}", "oc.create"),
        (r"\\${oc.env:HOME}", "oc.env"),
        ("${scratch:}", "scratch"),
        ("${hydra:runtime.cwd}", "hydra"),
    ],
)
def test_nothing_else_is_called(text, called):
    with pytest.raises(Refused) as refused:
        reference.check({"task": {"hints": [{"x": text}]}}, FILE)
    assert str(refused.value).startswith(f"task/mine.yaml: task.hints.0.x: ${{{called}:...}} is not a file's")


@pytest.mark.parametrize("text", ["f'${x'", "${", "${a b}"])
def test_what_is_no_reference(text):
    """It is said how to write it as a text."""
    with pytest.raises(Refused, match=r"^task/mine.yaml: rubric.criteria.a.claim: .* as a text, write \\\${"):
        reference.check({"rubric": {"criteria": {"a": {"claim": text}}}}, FILE)


def test_a_sweep_has_none():
    """Its values are unmasked when they are first read, and read again."""
    said = {"hydra": {"sweeper": {"params": {"task.description": r"'\${oc.env:HOME}'"}}}}
    with pytest.raises(Refused, match=r"mine.yaml: sweeper.params.task.description: .*plain values"):
        reference.check(said, FILE)


@pytest.mark.parametrize(
    ("group", "key", "overrides"),
    [
        ("task", "x", ()),
        ("rubric", "rubric.x", ()),
        ("model", "agent.model.x", ("agent=loop", "agent.model=mine")),
        ("agent", "agent.x", ("agent=mine",)),
    ],
)
def test_in_every_file_of_the_users_folder(tmp_path, group, key, overrides):
    text = "x: '${oc.env:DATABASE_URL}'\n"
    own = write(
        my_evals(tmp_path / "my_evals"), {f"{group}/mine.yaml": (TASK if group == "task" else "") + text}
    )
    with pytest.raises(Refused, match=rf"^/.*/{group}/mine\.yaml: {key}: \${{oc\.env:\.\.\.}} is not"):
        composed("task=mine", *overrides, own=own)
