"""Tells what was seen. It must never break the script that it watches."""

from __future__ import annotations

import functools
import sys
import traceback
from collections.abc import Callable, Sequence
from types import FrameType
from typing import Any

import order
import torch

ENDING = "/" + order.SCRIPT
OURS = ("/operations.py", "/witness.py")  # which stand between an intercepted call and the recorder


class Witness:
    """`tell` sends an event; `used` tells of each place that uses a technique once."""

    def __init__(self, note: Callable[..., None]) -> None:
        self.tell = note
        self._told: set[Any] = set()

    def used(self, technique: str, lines: Sequence[int], heard: bool, how: str = "") -> None:
        """`heard`: as a part of the training, so that the loss depends on it."""
        place = (technique, tuple(lines), heard, how)
        if place not in self._told:
            self._told.add(place)
            self.tell("used", technique=technique, lines=list(lines), heard=heard, how=how)

    def safe(self, act: Callable[..., Any]) -> Callable[..., Any]:
        """The same function, whose own errors are told and not raised."""

        @functools.wraps(act)
        def acted(*args: Any, **kwargs: Any) -> Any:
            try:
                return act(*args, **kwargs)
            except Exception:  # whatever it is, the script is not to blame
                self.tell("recorder_failed", trace=traceback.format_exc()[-1000:])

        return acted


def lines(frame: FrameType | None = None) -> list[int]:
    """The lines of the script that are being run, innermost first."""
    frame = frame or sys._getframe(1)
    found = []
    while frame is not None:
        if frame.f_code.co_filename.endswith(ENDING):
            found.append(frame.f_lineno)
        frame = frame.f_back
    return found


def at_hand(frame: FrameType | None, through: tuple[str, ...] = ()) -> bool:
    """Whether a frame is the script's, apart from those in between whose files end so."""
    while frame is not None and frame.f_code.co_filename.endswith(through):
        frame = frame.f_back
    return frame is not None and frame.f_code.co_filename.endswith(ENDING)


def tensors(value: Any, depth: int = 3) -> list[torch.Tensor]:
    """The tensors in a value as loaders and models give it."""
    if isinstance(value, torch.Tensor):
        return [value]
    if hasattr(value, "__dict__"):
        value = vars(value)
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list | tuple) else ()
    return [found for part in parts for found in tensors(part, depth - 1)] if depth else []
