"""What is run, and with what beside it."""

from __future__ import annotations

import ast

import pytest

from engine.source import Source
from engine.submission import Submission
from tests.memopt.parts import part

script = part("script")
DELETING = Source("x.py", "del a, b\nif c:\n    del (d[0],\n         e.f)\n# del g\n")


def test_the_contract_names_four_arguments() -> None:
    """Those that the task is graded with; the others are left to the script."""
    words = "--epochs 1 --batch-size 2 --num-samples 10 --model-size small"
    assert " ".join(script.CONTRACT.words()) == words


def test_the_script_lies_beside_the_given_model() -> None:
    """And knows nothing of the recorders."""
    made = script.script(DELETING, script.CONTRACT, shim=False)
    assert set(made.files) == {"train_optimized.py", "model.py"}
    assert made.files["model.py"] == made.watch["given.py"] == (script.GIVEN / "model.py").read_bytes()


def test_the_recorders_know_their_order() -> None:
    """What will be run, how, and where something is deleted."""
    text = script.script(DELETING, script.CONTRACT, shim=True).watch["order.py"].decode()
    order = {node.targets[0].id: ast.literal_eval(node.value) for node in ast.parse(text).body}
    assert order == {
        "SCRIPT": "train_optimized.py",
        "SAMPLES": 10,
        "SEED": 0,
        "SIZE": "small",
        "SHIM": True,
        "DELETES": [(1, ["a", "b"]), (3, ["d[0]"]), (4, ["e.f"])],
    }


def test_the_other_run_has_a_size_of_its_own() -> None:
    """So that a script which always trains `small` is told from one that listens."""
    text = script.script(DELETING, script.OTHER, shim=False).files["model.py"].decode()
    assert text.endswith(script.OTHER_SIZE)
    assert script.OTHER.model_size in script.OTHER_SIZE


@pytest.mark.parametrize(
    ("names", "name"),
    [
        (["a.py", "train_optimized.py"], "train_optimized.py"),
        (["a.py", "out/train_optimized.py"], "out/train_optimized.py"),
        (["model.py", "solution.py"], "solution.py"),
        (["model.py", "helpers.py", "training.py"], "training.py"),
        (["notes.md", "b.py"], "b.py"),
        (["model.py"], "model.py"),
        (["notes.md"], None),
    ],
)
def test_the_script_is_found(names: list[str], name: str | None) -> None:
    """By its name, or as what is no model; the model is only taken where there is nothing else."""
    found = script.source_of(Submission({each: f"# {each}" for each in names}))
    assert (found and (found.name, found.text)) == (name and (name, f"# {name}"))


def test_the_vocabulary_is_that_of_the_given_model() -> None:
    """By its size the recorders know the table of token embeddings."""
    passes = (script.HERE / "watch/passes.py").read_text(encoding="utf-8")
    given = (script.GIVEN / "model.py").read_text(encoding="utf-8")
    line = next(line for line in given.splitlines() if line.startswith("VOCABULARY ="))
    assert line in passes
