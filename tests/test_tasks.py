"""Each task that ships with the project: its prompt in every variant, its rubric, its threshold."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from omegaconf import OmegaConf

from engine.config.prompt import render
from engine.config.rubric import settle
from engine.config.schema import noun
from engine.rubric import Criterion, Gate, Rubric
from engine.task import Assets, Task
from engine.threshold import Threshold
from tests.engine.config.composing import planned

ROOT = Path(__file__).parents[1]
TASKS = {path.stem: yaml.safe_load(path.read_text()) for path in sorted((ROOT / "conf/task").glob("*.yaml"))}
VARIANTS = [(task, variant) for task, said in TASKS.items() for variant in said["task"]["prompts"]]
IDS = {
    "titans": "neural_memory surprise_gate learnable_decay outer_product recurrent_update memory_gating",
    "fsdp": "distributed_init fsdp_wrap wrap_policy distributed_sampler set_epoch rank0_checkpoint"
    " full_state_dict cleanup optimizer_after_wrap overall_correctness",
    "memopt": "amp gradient_checkpointing sdpa gradient_accumulation optimizer explicit_memory pin_memory"
    " micro_batching inplace compile channels_last",
}
GATES = {"titans": ["execution"], "fsdp": [], "memopt": ["execution"]}
NEEDED = {"titans": None, "fsdp": 8, "memopt": 6}
LEFT_OVER = ("{%", "%}", "{{", "}}", "hints.", "Undefined")


def prose(task: str, variant: str) -> str:
    """The prompt but for the files that it shows, whose blank lines are their own."""
    assets = Assets(ROOT / "conf/task" / task)
    said = {"topic": "stones", "subject": "stones", **TASKS[task]["task"], "prompt": variant}
    resolved = OmegaConf.to_container(OmegaConf.create({"task": said}), resolve=True)
    stated = OmegaConf.create({"rubric": rubric(task if task != "literature" else "literature_rl")})
    held, _ = settle(noun(Rubric, OmegaConf.to_container(stated, resolve=True)["rubric"]), Threshold())
    text = render(noun(Task, resolved["task"]), assets, held)
    for given in assets.given().values() if task != "ideas" else ():
        assert given.rstrip() in text
        text = text.replace(given.rstrip(), "")
    return text


def rubric(name: str) -> dict[str, Any]:
    return yaml.safe_load((ROOT / "rubrics" / f"{name}.yaml").read_text())


@pytest.mark.parametrize(("task", "variant"), VARIANTS)
def test_a_prompt_shows_all_that_is_given_and_no_trace_of_its_making(task, variant):
    """No tags, no holes, no blanks at the ends of lines."""
    text = prose(task, variant)
    assert not [trace for trace in LEFT_OVER if trace in text]
    assert "\n\n\n" not in text
    assert all(line == line.rstrip() for line in text.splitlines())
    assert TASKS[task]["task"]["submission"] in text or task in ("titans", "ideas")


@pytest.mark.parametrize("task", TASKS)
def test_variants_of_a_prompt_differ(task):
    """Each hint says something."""
    texts = {prose(task, variant) for variant in TASKS[task]["task"]["prompts"]}
    assert len(texts) == len(TASKS[task]["task"]["prompts"])


ASKED = ("task=ideas", "agent=replay", "grading=probe")


def test_the_prompt_for_ideas_asks_for_what_the_rubric_holds():
    """How many there are to be, and what each criterion is worth: the rubric's own numbers."""
    plain = planned(*ASKED, "topic=memory").prompt
    assert "Propose 3 research ideas on" in plain
    assert (
        "business viability (30%), potential upside (25%), likelihood of success (30%), novelty (15%)"
        in plain
    )
    weights = ("rubric.criteria.novelty.weight=0.2", "rubric.criteria.business_viability.weight=0.25")
    changed = planned(*ASKED, "topic=all", "rubric.items.min=4", "rubric.items.max=7", *weights).prompt
    assert "Propose 4 to 7 research ideas on" in changed
    assert (
        "business viability (25%), potential upside (25%), likelihood of success (30%), novelty (20%)"
        in changed
    )
    assert "business viability (" not in planned(*ASKED, "topic=memory", "task.prompt=short").prompt


TOPICS = {
    "memory": "extended_context retrieval_augmentation summarization memory_architectures parametric_memory"
    " seminal_rag seminal_memgpt seminal_transformer_xl",
    "rl": "deep_rl_foundations rlhf continual_rl world_models sequence_modeling"
    " seminal_dqn2015 seminal_instructgpt seminal_dreamerv3",
    "robotics": "vla_models sim_to_real imitation_learning large_scale_grasping sample_efficient_rl"
    " seminal_rt1 seminal_qtopt seminal_diffpolicy",
}


@pytest.mark.parametrize("topic", TOPICS)
def test_a_topic_has_its_rubric_reference_and_specimens(topic):
    """Five approaches, three works, two points of synthesis, of which a judge alone decides the last."""
    said = yaml.safe_load((ROOT / f"conf/topic/{topic}.yaml").read_text())
    assert said["task"]["topic"] == topic
    assert {"override /rubric": "literature_${topic}"} in TASKS["literature"]["defaults"]
    assert (ROOT / f"conf/task/literature/specimens/{topic}/reference.md").is_file()
    criteria = {id: noun(Criterion, node) for id, node in rubric(f"literature_{topic}")["criteria"].items()}
    assert list(criteria) == [*TOPICS[topic].split(), "comparison", "trends"]
    assert {criterion.points for criterion in criteria.values()} == {1}
    assert all(criterion.holds and criterion.fails for criterion in criteria.values())
    assert [id for id, criterion in criteria.items() if not criterion.probe] == ["comparison", "trends"]
    assert TASKS["literature"]["threshold"]["points"] == 7


@pytest.mark.parametrize("task", IDS)
def test_a_rubric_has_the_criteria_that_others_rely_on(task):
    """By their ids, of one point each, with what makes them hold and fail."""
    said = rubric(task)
    criteria = {id: noun(Criterion, node) for id, node in said["criteria"].items()}
    assert list(criteria) == IDS[task].split()
    assert {criterion.points for criterion in criteria.values()} == {1}
    assert all(criterion.holds and criterion.fails and criterion.probe for criterion in criteria.values())
    assert list({id: noun(Gate, node) for id, node in said["gates"].items()}) == GATES[task]
    assert TASKS[task].get("threshold", {}).get("points") == NEEDED[task]
