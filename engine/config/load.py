"""From the composed config to the Plan: each part becomes its noun or its actor, or is refused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from omegaconf import DictConfig, OmegaConf

from engine.config.actors import build
from engine.config.destination import destination
from engine.config.origin import Origin
from engine.config.prompt import render
from engine.config.resume import digests, resumed
from engine.config.rubric import settle
from engine.config.schema import AUTO, Config, noun
from engine.config.tree import Tree, resolved
from engine.config.trust import check
from engine.errors import Refused
from engine.graders.judge import Judge
from engine.graders.probes import Probes
from engine.model import Model
from engine.plan import Plan
from engine.secrets import masked
from engine.task import Assets, Task, text
from engine.transcript import ROLES


def load(cfg: DictConfig, origin: Origin) -> Plan:
    """Everything is checked here that can be checked without money. Raises Refused, naming key and file."""
    try:
        return _plan(resolved(cfg), origin)
    except Refused as error:
        key = str(error).partition(":")[0].partition("=")[0]
        part = key.partition(".")[0]
        file = {"rubric": origin.rubric, "task": origin.task}.get(part) or origin.wrote(key)
        raise Refused(f"{error} ({part}: {file})" if file else str(error)) from error


def _plan(tree: Tree, origin: Origin) -> Plan:
    said = noun(Config, tree)
    task = said.task
    assets = Assets(origin.task.with_suffix(""))
    check(said, origin, assets)
    rubric, threshold = settle(said.rubric, said.threshold)
    agent = build(said.agent, "agent", specimens=assets.folder / task.specimens, submission=task.submission)
    judge = build(said.judge, "judge") if said.grading.judge else None
    reader = _reader(said.reader, agent)
    library = build(said.library, "library") if said.library else None
    offered = {name: actor for name, actor in {"library": library, "reader": reader}.items() if actor}
    items = getattr(agent, "items", ())
    runs = _runs(said, len(items))
    prompt, reference = render(task, assets, rubric), _reference(task, assets)
    config = OmegaConf.to_yaml(
        OmegaConf.create(masked({**tree, "runs": AUTO if said.runs == AUTO else runs}))
    )
    out = destination(said.out, task.name, origin.swept)
    files = digests(prompt, reference, assets, items)
    return Plan(
        task=task,
        prompt=prompt,
        rubric=rubric,
        threshold=threshold,
        agent=agent,
        tools={
            name: build(tool, f"toolkit.{name}", **offered) for name, tool in said.toolkit.items() if tool
        },
        probes=Probes(assets.probes),
        judge=judge,
        use_probes=said.grading.probe,
        sandbox=build(said.sandbox, "sandbox"),
        models=_models(agent, judge, reader),
        runs=runs,
        auto=said.runs == AUTO,
        concurrency=said.concurrency,
        verbose=said.verbose,
        fail_under=said.fail_under,
        max_failures=said.max_failures,
        budget=said.budget,
        cached=[role for role in ROLES if getattr(said.cache, role)],
        out=out,
        resumed=resumed(out, config, files),
        config=config,
        overrides=origin.overrides,
        command=origin.command,
        given=assets.given(),
        reference=reference,
        assets=files,
    )


def _runs(said: Config, items: int) -> int:
    """How many there will be, at the most: no item is replayed twice to decide anything."""
    match said.runs:
        case None:
            return items or 1
        case "auto":
            return min(said.max_runs, items or said.max_runs)
        case int() if not isinstance(said.runs, bool):
            return said.runs
    raise Refused(f"runs={said.runs}: this must be a whole number, {AUTO}, or null")


def _reader(said: Mapping[str, Any], agent: Any) -> Model | None:
    """Only what a model calls will ask it."""
    chosen = said.get("model") and hasattr(agent, "model")
    return build(said["model"], "reader.model") if chosen else None


def _reference(task: Task, assets: Assets) -> str:
    if task.reference is None:
        return ""
    try:
        return text(assets.within(task.reference, "task.reference"))
    except (OSError, UnicodeDecodeError) as error:
        raise Refused(f"task.reference={task.reference}: this cannot be read: {error}") from error


def _models(agent: Any, judge: Judge | None, reader: Model | None) -> dict[str, Model]:
    """The models in use, by their keys."""
    asked = {"agent.model": getattr(agent, "model", None), "reader.model": reader}
    return {key: model for key, model in asked.items() if model} | dict(judge.models if judge else {})
