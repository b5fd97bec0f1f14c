"""What a config may say: the dataclasses of the nouns, as Hydra and omegaconf hold them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from hydra.core.config_store import ConfigStore
from omegaconf import MISSING, DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from engine.budget import Budget
from engine.config.advice import explain
from engine.config.literal import literal
from engine.errors import Refused
from engine.rubric import Rubric
from engine.task import Task
from engine.threshold import Threshold

Noun = TypeVar("Noun")
AUTO = "auto"  # of `runs`: they are made until it is decided whether the pass rate lies in the target band

# A key that the YAML does not state may be given on the command line: what stands in these is checked
# after composing, against a dataclass or the signature of the actor.
OPEN = (
    *("rubric.gates", "rubric.criteria", "rubric.measures", "rubric.bands", "rubric.remarks"),
    *("agent", "judge", "reader", "library", "toolkit", "sandbox"),
)


@dataclass
class Grading:
    """Which kinds of graders decide the criteria. Gates are decided by probes in any case."""

    probe: bool = MISSING
    judge: bool = MISSING


@dataclass
class Caching:
    """Of which roles an earlier reply may be taken: to the same request, of the same model, in a run of
    that number.
    """

    agent: bool = MISSING
    judge: bool = MISSING
    reader: bool = MISSING


@dataclass
class Config:
    """The whole. The open mappings are actors, each built by its `_target_`."""

    task: Task = field(default_factory=Task)
    rubric: Rubric = field(default_factory=Rubric)
    threshold: Threshold = field(default_factory=Threshold)
    grading: Grading = field(default_factory=Grading)
    agent: dict[str, Any] = field(default_factory=dict)
    judge: dict[str, Any] = field(default_factory=dict)
    reader: dict[str, Any] = field(default_factory=dict)
    library: dict[str, Any] = field(default_factory=dict)
    toolkit: dict[str, Any] = field(default_factory=dict)
    sandbox: dict[str, Any] = field(default_factory=dict)
    runs: Any = MISSING
    max_runs: int = MISSING
    concurrency: int = MISSING
    verbose: bool = MISSING
    fail_under: float | None = MISSING
    max_failures: int = MISSING
    budget: Budget = field(default_factory=Budget)
    cache: Caching = field(default_factory=Caching)
    resume: str | None = MISSING
    out: str | None = MISSING


def store() -> None:
    schema = OmegaConf.structured(Config)
    for key in OPEN:
        OmegaConf.select(schema, key)._set_flag("struct", False)
    ConfigStore.instance().store(name="schema", node=schema, provider="engine")


def noun(kind: type[Noun], node: Any, key: str = "") -> Noun:
    """The whole config, or the part at `key`, as its dataclass. Raises Refused, naming the key."""
    if not isinstance(node, Mapping | DictConfig):
        raise Refused(f"{key}: this must be a mapping with {', '.join(vars(kind)['__dataclass_fields__'])}")
    said = node if isinstance(node, DictConfig) else literal(node)
    try:
        made = OmegaConf.to_object(OmegaConf.merge(OmegaConf.structured(kind), said))
    except OmegaConfBaseException as error:
        raise Refused(explain(error, key)) from error
    assert isinstance(made, kind)
    return made
