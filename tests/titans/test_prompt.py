"""The prompt of titans in each of its variants, as the agent gets it."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from engine.config.prompt import render
from engine.task import Assets, Task

FOLDER = Path(__file__).parents[2] / "conf/task/titans"
PROMPTS = yaml.safe_load(FOLDER.with_suffix(".yaml").read_text(encoding="utf-8"))["task"]["prompts"]
GIVEN_AWAY = ("prediction error", "error of the memory", "complement", "1 - g", "1-g", "1 \N{MINUS SIGN} g")
every_variant = pytest.mark.parametrize("variant", PROMPTS)


def prompt(variant: str) -> str:
    task = Task(name="titans", description="a memory", prompts=PROMPTS, prompt=variant)
    return render(task, Assets(FOLDER))


def prose(variant: str) -> str:
    """All but the starter code, whose blank lines are its own."""
    before, opening, rest = prompt(variant).partition("```python\n")
    return before + opening + rest[rest.index("```") :]


@every_variant
def test_no_variant_shows_how_it_was_made(variant: str) -> None:
    """No tags, no names of the template, no undefined values are left over."""
    text = prose(variant)
    assert not [
        trace for trace in ("{%", "%}", "{{", "}}", "hints.", "given.items", "Undefined") if trace in text
    ]


@every_variant
def test_no_variant_has_holes(variant: str) -> None:
    """One blank line between paragraphs, none within a list, no blanks at the ends."""
    text = prose(variant)
    assert "\n\n\n" not in text
    items = text.partition("## Requirements\n\n")[2].partition("\n\n")[0].splitlines()
    assert len(items) >= 3
    assert all(item.startswith("- ") for item in items)
    assert all(line == line.rstrip() for line in text.splitlines())
    assert text.endswith("\n") and not text.endswith("\n\n")


@every_variant
def test_every_variant_can_be_worked_from(variant: str) -> None:
    """The starter code whole, the module's name, the signature and the way to hand in."""
    text = prompt(variant)
    starter = (FOLDER / "given/transformer.py").read_text(encoding="utf-8").strip()
    assert f"```python\n{starter}\n```" in text
    assert all(word in text for word in ("`NeuralMemory`", "forward(input_ids, labels=None)", "`submit`"))


@pytest.mark.parametrize("variant", sorted(set(PROMPTS) - {"explicit"}))
def test_what_is_to_be_derived_stays_unsaid(variant: str) -> None:
    """Neither the prediction error nor the complementary form."""
    text = prose(variant).lower()
    assert not [word for word in GIVEN_AWAY if word in text]


def test_the_explicit_variant_says_it() -> None:
    """It alone spells out the prediction error and the complementary form."""
    text = prose("explicit")
    assert "prediction error" in text
    assert "(1 - g)" in text


def test_the_default_variant_is_the_tasks_own() -> None:
    """A task that chooses nothing shows the default."""
    assert Task(name="titans", description="a memory", prompts=PROMPTS).prompt == "default"


def test_each_hint_shows_in_the_prompt() -> None:
    """Switching one hint on adds text, and no two add the same."""
    hints = list(PROMPTS["default"])
    variants = {hint: {other: other == hint for other in hints} for hint in hints}
    bare = dict.fromkeys(hints, False)
    task = Task(name="titans", description="a memory", prompts=variants | {"bare": bare}, prompt="bare")
    least = render(task, Assets(FOLDER))
    shown = set()
    for hint in hints:
        task.prompt = hint
        text = render(task, Assets(FOLDER))
        assert len(text) > len(least), hint
        shown.add(text)
    assert len(shown) == len(hints)
