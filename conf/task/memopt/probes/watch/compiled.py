"""What torch.compile was given, and whether that ran. Here it runs as it is: to compile is slow."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import torch
from graph import Graph
from witness import Witness, lines, tensors

MODES = {"default", "reduce-overhead", "max-autotune", "max-autotune-no-cudagraphs", "lite"}


def watch_compiled(witness: Witness, graph: Graph) -> None:
    original = torch.compile
    torch.compiler.set_stance("force_eager")

    def compile(model: Any = None, **kwargs: Any) -> Any:  # noqa: A001  its name
        if model is None:
            return lambda function: compile(function, **kwargs)
        where = lines()
        if not isinstance(model, torch.nn.Module):
            return original(recorded(model, where), **_eager(kwargs))
        result = original(model, **_eager(kwargs))
        object.__setattr__(result, "forward", recorded(result.forward, where))
        return result

    def recorded(function: Callable[..., Any], where: list[int]) -> Callable[..., Any]:
        @functools.wraps(function)
        def run(*args: Any, **kwargs: Any) -> Any:
            graph.compiled.append(where)
            before = graph.work
            try:
                result = function(*args, **kwargs)
            finally:
                graph.compiled.pop()
            ran(where, result, graph.work > before)
            return result

        return run

    @witness.safe
    def ran(where: list[int], result: Any, worked: bool) -> None:
        witness.used("compile", where, heard=False, how="" if worked else "idle")
        for each in tensors(result) if worked else ():
            graph.heard(each, lambda: witness.used("compile", where, heard=True))

    torch.compile = compile


def _eager(kwargs: dict[str, Any]) -> dict[str, Any]:
    """The same request with a backend that does nothing, unless it makes no sense, which is then said."""
    mode = kwargs.get("mode")
    sense = mode is None or (mode in MODES and kwargs.get("options") is None)
    if sense and kwargs.get("backend") in (None, "inductor"):
        return kwargs | {"backend": "eager", "mode": None, "options": None}
    return kwargs
