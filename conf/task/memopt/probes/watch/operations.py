"""Every call of a torch function by Python code, intercepted once for all recorders."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch.overrides import TorchFunctionMode
from witness import Witness


class Operations(TorchFunctionMode):
    """Recorders look at a call before it, or at its arguments and result after it.

    `translate` may change a call's arguments, and `instead` holds functions that are called in its place.
    Names are those of the functions; to read or set an attribute is `grad.__get__` or `grad.__set__`.
    """

    def __init__(self, witness: Witness) -> None:
        super().__init__()
        self.translate: Callable[..., Any] | None = None
        self.instead: dict[str, Callable[..., Any]] = {}
        self._safe = witness.safe
        self._before: list[Callable[..., Any]] = []
        self._after: list[Callable[..., Any]] = []

    def before(self, look: Callable[..., None]) -> None:
        """Have `look(name, function, args, kwargs)` called before each call."""
        self._before.append(self._safe(look))

    def after(self, look: Callable[..., None]) -> None:
        """Have `look(name, args, kwargs, result)` called after each call that gives a tensor."""
        self._after.append(self._safe(look))

    def __torch_function__(
        self, func: Callable[..., Any], types: Any, args: Any = (), kwargs: Any = None
    ) -> Any:
        kwargs = kwargs or {}
        name = _name(func)
        if self.translate:
            args, kwargs = self.translate(name, args, kwargs)
        for look in self._before:
            look(name, func, args, kwargs)
        result = self.instead.get(name, func)(*args, **kwargs)
        if isinstance(result, torch.Tensor):
            for look in self._after:
                look(name, args, kwargs, result)
        return result


def _name(func: Callable[..., Any]) -> str:
    name = getattr(func, "__name__", "")
    if name not in ("__get__", "__set__"):
        return name
    return f"{getattr(func.__self__, '__name__', '')}.{name}"
