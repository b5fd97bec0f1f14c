"""Runs the submission and does as it is asked: forward passes, and a record of one.

Everything in this process is at the submission's mercy, so that nothing it says is believed unchecked.
"""

from __future__ import annotations

import importlib.util
import sys
import traceback
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import channel
import torch
import wire
from subject.recorder import Recorder

Answer = tuple[Any, list[torch.Tensor]]


class Host:
    """The submission's model, built anew for every question, so that no question changes the next."""

    def __init__(self, filename: str, sizes: dict[str, int]) -> None:
        self.filename, self.sizes = filename, sizes
        spec = importlib.util.spec_from_file_location("submission", filename)
        module = importlib.util.module_from_spec(spec)
        sys.modules["submission"] = module
        spec.loader.exec_module(module)
        self.kind = module.SimpleTransformer

    def model(self) -> torch.nn.Module:
        torch.manual_seed(0)
        model = self.kind(**self.sizes).eval()
        torch.manual_seed(1)
        return model

    def forward(self, ids: torch.Tensor, names: list[str], values: list[torch.Tensor]) -> Answer:
        """The logits for these ids, with these parameters in place of the model's own."""
        model = self.model()
        own = dict(model.named_parameters())
        with torch.no_grad():
            for name, value in zip(names, values, strict=True):
                own[name].copy_(value)
        return {}, [logits(model(ids))]

    def train(self, ids: torch.Tensor) -> Answer:
        """Whether a loss on the logits reaches the parameters."""
        model = self.model().train()
        logits(model(ids)).float().square().mean().backward()
        return {"gradients": sum(p.grad is not None for p in model.parameters())}, []

    def reached(self, ids: torch.Tensor) -> list[str] | None:
        """The parameters that get a gradient, None where a backward pass fails."""
        model = self.model()
        try:
            logits(model(ids)).float().square().mean().backward()
        except RuntimeError:
            return None
        return [name for name, parameter in model.named_parameters() if parameter.grad is not None]

    def count(self, ids: torch.Tensor) -> Answer:
        """How many tensor operations a forward pass takes."""
        recorder = Recorder({}, self.filename)
        model = self.model()
        with recorder:
            model(ids)
        return {"steps": len(recorder.steps)}, []

    def record(self, ids: torch.Tensor) -> Answer:
        """A forward pass as data: leaves with their values, operations, and their places in the source."""
        model = self.model()
        named = {f"parameter:{name}": tensor for name, tensor in model.named_parameters()}
        named |= {f"buffer:{name}": tensor for name, tensor in model.named_buffers()}
        recorder = Recorder(named | {"input:ids": ids}, self.filename)
        with recorder:
            result = recorder.refer(logits(model(ids)))
        trace = {
            "leaves": recorder.leaves,
            "steps": recorder.steps,
            "places": [list(place) for place in recorder.places],
            "result": result,
            "reached": self.reached(ids),
        }
        return trace, recorder.tensors


def logits(output: Any) -> torch.Tensor:
    if not isinstance(output, dict) or "logits" not in output:
        raise TypeError(f"forward returned {type(output).__name__}, not a dict with 'logits'")
    if not isinstance(output["logits"], torch.Tensor):
        raise TypeError(f"'logits' is {type(output['logits']).__name__}, not a tensor")
    return output["logits"]


def attempt(work: Callable[[], Answer]) -> bytes:
    """The answer as a message, or the error that came instead of it."""
    try:
        value, tensors = work()
        return wire.pack({"ok": value}, tensors)
    except Exception as error:
        frames = traceback.extract_tb(error.__traceback__)
        lines = [frame.lineno for frame in frames if Path(frame.filename).name == Path(sys.argv[1]).name]
        text = "".join(traceback.format_exception_only(error)).strip()
        return wire.pack({"error": text[-2000:], "line": lines[-1] if lines else None})


def main() -> None:
    """Load the submission, say so, then answer one question after the other."""
    torch.set_num_threads(1)
    made: list[Host] = []
    request, _ = wire.unpack(channel.receive())

    def load() -> Answer:
        made.append(Host(str(Path(sys.argv[1]).resolve()), request["sizes"]))
        made[0].model()
        return {}, []

    channel.send(attempt(load))
    while made:
        request, tensors = wire.unpack(channel.receive())
        channel.send(attempt(partial(_answer, made[0], request, tensors)))


def _answer(host: Host, request: dict[str, Any], tensors: list[torch.Tensor]) -> Answer:
    if request["do"] == "forward":
        return host.forward(tensors[0], request.get("names", []), tensors[1:])
    return getattr(host, request["do"])(tensors[0])


if __name__ == "__main__":
    main()
