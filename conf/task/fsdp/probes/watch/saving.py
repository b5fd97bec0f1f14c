"""What the script writes: by torch.save, and whether the state that was gathered is in it, or by itself."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import Any

import torch
from place import lines, sizes, tensors
from sharding import Sharding

PLAIN = (torch.Tensor, torch.nn.Parameter)
WRITES = os.O_WRONLY | os.O_RDWR


def watch_saving(note: Callable[..., None], sharding: Sharding) -> None:
    save = torch.save

    def saved(value: Any, where: Any, *args: Any, **kwargs: Any) -> None:
        path = os.fspath(where) if isinstance(where, str | os.PathLike) else None
        held = _held(value, sharding.gathered)
        note("saved", where=path, size=sizes(value), whole=held, lines=lines())
        save(value, where, *args, **kwargs)

    torch.save = torch.serialization.save = saved
    _watch_files(note)


def _held(value: Any, state: Any) -> bool | None:
    """Whether all of a state is in a value; None where there is no state."""
    with torch.no_grad(), torch._C.DisableTorchFunction():
        there = [one for one in tensors(value, depth=4) if type(one) in PLAIN]
        return all(any(_same(one, other) for other in there) for one in tensors(state)) if state else None


def _same(one: torch.Tensor, other: torch.Tensor) -> bool:
    """The same numbers, but for what is lost by another type of number."""
    if one is other or one.shape != other.shape or one.device != other.device:
        return one is other
    if one.dtype == other.dtype:
        return torch.equal(one, other)
    return torch.allclose(one.float(), other.float(), rtol=0.01, atol=1e-6)


def _watch_files(note: Callable[..., None]) -> None:
    """The files below the working folder that are opened to be written, each told once."""
    home, told = os.getcwd(), set()  # noqa: PTH109  pathlib loads slowly

    def heard(event: str, args: tuple[Any, ...]) -> None:
        if event != "open" or not isinstance(args[0], str) or not args[2] & WRITES:
            return
        path = os.path.relpath(args[0], home)
        if path not in told and not path.startswith(os.pardir):
            told.add(path)
            note("opened", path=path, lines=lines())

    sys.addaudithook(heard)
