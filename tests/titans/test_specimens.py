"""The specimens of titans, their labels and the variants of its prompt, without running any of them."""

from __future__ import annotations

import ast
import json
from pathlib import Path
from typing import Any

import jinja2
import pytest
import yaml

ROOT = Path(__file__).parents[2]
TASK = ROOT / "conf/task/titans"
SPECIMENS = TASK / "specimens"
LABELS: dict[str, dict[str, Any]] = json.loads((SPECIMENS / "labels.json").read_text(encoding="utf-8"))
CRITERIA = [
    "neural_memory",
    "surprise_gate",
    "learnable_decay",
    "outer_product",
    "recurrent_update",
    "memory_gating",
]
AT_THE_GATE = {"runtime_error", "invalid_submission", "timeout"}
TELLTALES = ("prediction error", "(1 - g)", "(1 \N{MINUS SIGN} g)", "1-g", "1\N{MINUS SIGN}g", "complement")


def prompt(variant: str) -> str:
    """The prompt as the agent gets it."""
    config = yaml.safe_load(TASK.with_suffix(".yaml").read_text(encoding="utf-8"))
    given = {path.name: path.read_text(encoding="utf-8") for path in (TASK / "given").glob("*.py")}
    template = jinja2.Environment(undefined=jinja2.StrictUndefined, autoescape=False).from_string(
        (TASK / "prompt.md").read_text(encoding="utf-8")
    )
    return template.render(hints=config["task"]["prompts"][variant], given=given)


def test_each_specimen_has_a_label_and_each_label_a_specimen() -> None:
    """Names in labels.json are the names of the files."""
    assert {path.stem for path in SPECIMENS.glob("*.py")} == set(LABELS)
    assert len(LABELS) >= 16


def test_the_criteria_are_those_of_the_rubric() -> None:
    """The rubric has the six criteria in the contract's order, a point each."""
    rubric = yaml.safe_load((ROOT / "rubrics/titans.yaml").read_text(encoding="utf-8"))
    assert list(rubric["criteria"]) == CRITERIA
    assert all(criterion["points"] == 1 for criterion in rubric["criteria"].values())
    assert list(rubric["gates"]) == ["execution"]


@pytest.mark.parametrize("name", sorted(LABELS))
def test_a_label_is_well_formed(name: str) -> None:
    """A pass has all six, below the threshold lacks some, and what stopped at the gate has no verdicts."""
    label = LABELS[name]
    assert set(label) <= {"outcome", "failure", "verdicts", "note"}
    assert label["note"].endswith(".")
    if label["failure"] in AT_THE_GATE:
        assert label["outcome"] == "fail"
        assert "verdicts" not in label
        return
    verdicts = label["verdicts"]
    assert list(verdicts) == CRITERIA
    assert set(verdicts.values()) <= {"pass", "fail"}
    passed = set(verdicts.values()) == {"pass"}
    assert (label["outcome"], label["failure"]) == (("pass", None) if passed else ("fail", "below_threshold"))


def test_each_criterion_is_failed_by_some_and_passed_by_others() -> None:
    """No criterion could be decided by always saying the same."""
    for criterion in CRITERIA:
        said = {label["verdicts"][criterion] for label in LABELS.values() if "verdicts" in label}
        assert said == {"pass", "fail"}


def test_the_reference_passes() -> None:
    """The specimen called reference is the one that must pass."""
    assert LABELS["reference"]["outcome"] == "pass"


@pytest.mark.parametrize("name", sorted(LABELS))
def test_a_specimen_parses_unless_its_label_says_otherwise(name: str) -> None:
    """Only an invalid submission has a syntax error."""
    source = (SPECIMENS / f"{name}.py").read_text(encoding="utf-8")
    if LABELS[name]["failure"] == "invalid_submission":
        with pytest.raises(SyntaxError):
            ast.parse(source)
    else:
        classes = [node.name for node in ast.parse(source).body if isinstance(node, ast.ClassDef)]
        assert "SimpleTransformer" in classes


@pytest.mark.parametrize("variant", ["default", "biology", "biology_outer"])
def test_only_the_explicit_prompt_gives_away_what_is_to_be_derived(variant: str) -> None:
    """The default and the poorer variants name neither the error nor the complement."""
    text = prompt(variant).lower()
    assert not [word for word in TELLTALES if word in text]


def test_the_explicit_prompt_tells_all() -> None:
    """All hints explicit: the prediction error and the complementary form."""
    text = prompt("explicit")
    assert "prediction error" in text
    assert "(1 - g)" in text


def test_the_default_prompt_states_what_is_required() -> None:
    """The starter code, the two limits, the matrix, the outer product, the gates and the way to hand in."""
    text = prompt("default")
    for part in (
        (TASK / "given/transformer.py").read_text(encoding="utf-8").strip(),
        "quadratic",
        "window is fixed",
        "`NeuralMemory`",
        "(d_mem \N{MULTIPLICATION SIGN} d_mem)",
        "one at a time",
        "M += V ⊗ Kᵀ",
        "learnable parameters",
        "sigmoid gates",
        "`submit`",
    ):
        assert part in text


def test_fewer_hints_make_a_shorter_prompt() -> None:
    """The variants differ by what they tell."""
    lengths = [len(prompt(variant)) for variant in ("biology", "biology_outer", "default", "explicit")]
    assert lengths == sorted(lengths)
