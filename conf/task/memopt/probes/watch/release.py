"""Memory given back by hand: names of tensors deleted, garbage collected, caches emptied."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable
from types import CodeType, FrameType
from typing import Any

import order
import torch
from graph import Graph
from witness import ENDING, Witness, lines, tensors


def watch_releases(witness: Witness) -> None:
    def around(original: Callable[..., Any], how: str) -> Callable[..., Any]:
        def release(*args: Any, **kwargs: Any) -> Any:
            if where := lines():
                witness.used("explicit_memory", where, heard=True, how=how)
            return original(*args, **kwargs)

        return release

    gc.collect = around(gc.collect, "gc.collect()")
    torch.cuda.empty_cache = around(torch.cuda.empty_cache, "empty_cache()")
    torch.cuda.memory.empty_cache = torch.cuda.empty_cache


def watch_deletions(witness: Witness, graph: Graph) -> None:
    """Follow the script's lines, where some of them delete names: no operation tells of that."""
    targets = {line: [compile(each, "<target>", "eval") for each in names] for line, names in order.DELETES}

    def entered(frame: FrameType, event: str, arg: Any) -> Any:  # noqa: ARG001  called so
        if frame.f_code.co_filename.endswith(ENDING):
            return _Deletions(targets, witness, graph).moved
        return None

    if targets:
        sys.settrace(entered)


class _Deletions:
    """One frame of the script on its way from line to line."""

    def __init__(self, targets: dict[int, list[CodeType]], witness: Witness, graph: Graph) -> None:
        self.targets, self.witness, self.graph = targets, witness, graph
        self.about: list[tuple[CodeType, list[int], bool]] = []
        self.look = witness.safe(self._look)

    def moved(self, frame: FrameType, event: str, arg: Any) -> Any:  # noqa: ARG002  called so
        self.look(frame, event)
        return self.moved

    def _look(self, frame: FrameType, event: str) -> None:
        """What was about to be deleted and is not there any more was deleted."""
        for target, where, heard in self.about:
            if _value(target, frame) is None:
                self.witness.used("explicit_memory", where, heard, "del")
        self.about = []
        if event == "line" and frame.f_lineno in self.targets:
            for target in self.targets[frame.f_lineno]:
                if found := tensors(_value(target, frame)):
                    self.about.append((target, lines(frame), self.graph.own(found)))


def _value(target: CodeType, frame: FrameType) -> Any:
    """What a name or a part of the script's stands for at this moment; None where there is nothing."""
    try:
        return eval(target, frame.f_globals, frame.f_locals)  # noqa: S307  only what its own `del` would look up
    except Exception:  # whatever looking it up raises
        return None
