"""The composed config as plain values, with every reference in it followed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from omegaconf import Container, DictConfig, ListConfig, Node, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from engine.config.advice import explain
from engine.config.effort import bounded
from engine.errors import Refused

Tree = dict[str, Any]


def resolved(cfg: DictConfig) -> Tree:
    """Raises Refused, naming the key, where a reference leads nowhere, or to more and more."""
    at = ""
    try:
        with bounded(lambda: at):
            for node in _references(cfg):
                at = str(node._get_full_key(None))
                found = node._dereference_node()
                if isinstance(found, Container):
                    OmegaConf.to_container(found, resolve=True)
            tree = OmegaConf.to_container(cfg, resolve=True)
    except OmegaConfBaseException as error:
        raise Refused(explain(error) if error.full_key else f"{at}: {explain(error)}") from error
    assert isinstance(tree, dict)
    return {str(key): value for key, value in tree.items()}


def leaves(node: Any, key: str = "") -> Iterator[tuple[str, Any]]:
    """Each value that is no mapping and no list, by its key."""
    if not isinstance(node, Mapping | list) or not node:
        yield key, node
        return
    for name, each in node.items() if isinstance(node, Mapping) else enumerate(node):
        yield from leaves(each, f"{key}.{name}" if key else str(name))


def _references(node: Any) -> Iterator[Node]:
    if isinstance(node, Node) and node._is_interpolation():
        yield node
    elif isinstance(node, DictConfig | ListConfig) and not node._is_none() and not node._is_missing():
        keys: Iterable[Any] = node if isinstance(node, DictConfig) else range(len(node))
        for key in keys:
            yield from _references(node._get_node(key))
