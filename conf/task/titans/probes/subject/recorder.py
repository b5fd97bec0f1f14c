"""Writes down every tensor operation of a forward pass, as data that another process can replay."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from types import FrameType
from typing import Any

import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

RANDOM = ("rand", "normal", "uniform", "bernoulli", "exponential", "dropout", "multinomial", "poisson")
Where = tuple[tuple[int, str, str], ...]


class Recorder(TorchDispatchMode):
    """`steps` and `places` describe the operations, `leaves` and `tensors` what came from outside."""

    def __init__(self, named: dict[str, torch.Tensor], filename: str) -> None:
        super().__init__()
        self.filename = filename
        self.named = {id(tensor): name for name, tensor in named.items()}
        self.known: dict[int, int] = {}
        self.homes: dict[tuple[Any, ...], int] = {}
        self.storages: dict[int, int] = {}
        self.alive: list[torch.Tensor] = []
        self.leaves: list[dict[str, Any]] = []
        self.tensors: list[torch.Tensor] = []
        self.steps: list[dict[str, Any]] = []
        self.places: dict[Where, int] = {}

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        return False  # or torch would import its compiler, which takes as long as all else

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        del types
        kwargs = kwargs or {}
        name = str(func)
        encoded = self.encode(list(args)), {key: self.encode(value) for key, value in kwargs.items()}
        result = func(*args, **kwargs)
        step = {"op": name, "args": encoded[0], "kwargs": encoded[1]}
        if any(word in name for word in RANDOM):
            return self.fixed(result)
        step |= {"outs": [self.learn(out) for out in _outputs(result)], "at": self.place()}
        self.steps.append(step)
        return result

    def fixed(self, result: Any) -> Any:
        """A random operation: its outcome is kept as a constant, or copied over what it filled in place."""
        for out in _outputs(result):
            if out is None:
                continue
            target = self.find(out)
            ref = self.leaf("constant", "", out)
            if target is None:
                self.remember(out, ref)
            else:
                args = [{"t": target}, {"t": ref}]
                copy = {"op": "aten.copy_.default", "args": args, "kwargs": {}, "outs": [self.fresh(out)]}
                self.steps.append(copy | {"at": self.place()})
        return result

    def encode(self, value: Any) -> Any:
        if isinstance(value, torch.Tensor):
            return {"t": self.refer(value)}
        if isinstance(value, (list, tuple)):
            return [self.encode(item) for item in value]
        if value is None or isinstance(value, (bool, int, str)):
            return value
        if isinstance(value, float):
            return {"f": repr(value)}
        if isinstance(value, (torch.dtype, torch.memory_format, torch.layout)):
            return {"c": str(value)}
        return {"c": ""}

    def refer(self, tensor: torch.Tensor) -> int:
        """The number of a tensor that an operation takes: known, or new from outside."""
        ref = self.find(tensor)
        if ref is None and id(tensor) not in self.named:
            ref = self.view(tensor)
        if ref is None:
            kind, _, name = self.named.get(id(tensor), "constant").partition(":")
            ref = self.leaf(kind, name, tensor)
            self.remember(tensor, ref)
        return ref

    def view(self, tensor: torch.Tensor) -> int | None:
        """A tensor made behind our back that lies in known memory, such as what autograd kept of a view."""
        base = self.storages.get(tensor.untyped_storage().data_ptr()) if tensor.numel() else None
        if base is None or self.alive[base].dtype != tensor.dtype:
            return None
        args = [{"t": base}, list(tensor.shape), list(tensor.stride()), tensor.storage_offset()]
        step = {"op": "aten.as_strided.default", "args": args, "kwargs": {}, "outs": [self.fresh(tensor)]}
        self.steps.append(step | {"at": self.place()})
        return self.known[id(tensor)]

    def find(self, tensor: torch.Tensor) -> int | None:
        ref = self.known.get(id(tensor))
        return self.homes.get(_home(tensor)) if ref is None else ref

    def learn(self, out: torch.Tensor | None) -> int | None:
        return None if out is None else self.fresh(out)

    def fresh(self, tensor: torch.Tensor) -> int:
        ref = len(self.alive)
        self.remember(tensor, ref)
        return ref

    def remember(self, tensor: torch.Tensor, ref: int) -> None:
        if ref == len(self.alive):
            self.alive.append(tensor)
        self.known[id(tensor)] = ref
        if tensor.numel():
            self.homes[_home(tensor)] = ref
            self.storages.setdefault(tensor.untyped_storage().data_ptr(), ref)

    def leaf(self, kind: str, name: str, tensor: torch.Tensor) -> int:
        with torch.no_grad():
            self.tensors.append(tensor.detach().clone())
        ref = len(self.alive)
        self.alive.append(tensor)
        self.leaves.append({"ref": ref, "kind": kind, "name": name, "trained": bool(tensor.requires_grad)})
        return ref

    def place(self) -> int:
        """The submission's frames that led here, innermost first, each as line, function and class."""
        frames: list[tuple[int, str, str]] = []
        frame = sys._getframe(2)
        while frame is not None:
            if frame.f_code.co_filename == self.filename:
                frames.append((frame.f_lineno, frame.f_code.co_name, _owner(frame)))
            frame = frame.f_back
        return self.places.setdefault(tuple(frames), len(self.places))


def _owner(frame: FrameType) -> str:
    """The class of the module whose method a frame runs, empty for a function."""
    names = frame.f_code.co_varnames[: frame.f_code.co_argcount]
    first = frame.f_locals.get(names[0]) if names else frame.f_locals.get("self")
    return type(first).__name__ if isinstance(first, torch.nn.Module) else ""


def _outputs(result: Any) -> Iterator[torch.Tensor | None]:
    return (out if isinstance(out, torch.Tensor) else None for out in tree_leaves(result))


def _home(tensor: torch.Tensor) -> tuple[Any, ...]:
    place = tensor.untyped_storage().data_ptr(), tensor.storage_offset()
    return (*place, tensor.dtype, tuple(tensor.shape), tensor.stride())
