"""What the given model learns from the same rows by the same weights: each backward pass is held against it.

    compared    {loss, alike, where, sure}

`loss` is the given model's; `alike` how like its gradients are, of the parameter `where` they are least so;
`sure` whether the parameters were found by their names. A pass may divide its loss, scale it, compute it in
pieces or in a lower precision: the direction of its gradients stays, parameter by parameter. Other labels,
fewer tokens or a layer that is left out change it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

import given
import order
import torch
from graph import Graph
from naming import Naming
from torch import Tensor, nn
from torch.func import functional_call
from torch.nn import functional
from witness import Witness


class Truth:
    """`rows` are the keys of those that came back in the backward pass that is going on."""

    def __init__(self, witness: Witness, graph: Graph, tokens: Mapping[int, Tensor]) -> None:
        self.graph, self.rows = graph, list[int]()
        self.begin, self.compare = witness.safe(self._begin), witness.safe(self._compare)
        self._tell, self._tokens = witness.tell, tokens
        self._differentiate = torch.autograd.grad  # before it is watched
        with torch.device("meta"):
            self._model = given.build_model(order.SIZE)
        self._naming = Naming(self._model)
        self._names, self._sure = dict[str, int](), False
        self._before: dict[int, Tensor] = {}
        self._came: dict[int, Tensor] = {}
        graph.found.append(self._listen)

    def _listen(self, parameter: nn.Parameter) -> None:
        key = id(parameter)

        def come(gradient: Tensor) -> None:
            with torch._C.DisableTorchFunction():
                fresh = gradient.detach().to_dense().double()
                self._came[key] = self._came.get(key, 0) + fresh

        parameter.register_hook(come)

    def along(self, parameters: Iterable[Tensor]) -> float:
        """The cosine between the gradients that these have and those that came in the last backward pass."""
        pairs = [
            (one.grad.detach().to_dense().double().flatten(), self._came[id(one)].flatten())
            for one in parameters
            if one.grad is not None and id(one) in self._came
        ]
        dot = sum(float(have @ came) for have, came in pairs)
        squares = [sum(float(each @ each) for each in side) for side in zip(*pairs, strict=True)]
        return dot / math.sqrt(math.prod(squares)) if dot else 0.0

    def _begin(self) -> None:
        """A backward pass begins. Before it has ended, hooks of the script's may have stepped."""
        self.rows.clear()
        self._came.clear()
        with torch._C.DisableTorchFunction():
            known = self.graph.parameters.items()
            self._before = {key: one.detach().float().clone() for key, one in known}

    def _compare(self) -> None:
        if not self.rows or any(row not in self._tokens for row in self.rows):
            return
        with torch._C.DisableTorchFunction():
            if not self._names:
                self._names, self._sure = self._naming.of(self.graph.parameters)
            if self._names and all(key in self._before for key in self._names.values()):
                loss, true = self._true()
                came = {name: self._came.get(key) for name, key in self._names.items()}
                where, alike = _likeness(came, true)
                self._tell("compared", loss=loss, alike=alike, where=where, sure=self._sure)

    def _true(self) -> tuple[float, dict[str, Tensor]]:
        tokens = torch.stack([self._tokens[row] for row in self.rows])
        weights = {name: self._before[key].requires_grad_() for name, key in self._names.items()}
        with torch.enable_grad(), torch.autocast("cpu", enabled=False):
            logits = functional_call(self._model, weights, (tokens[:, :-1],))
            loss = functional.cross_entropy(logits.flatten(0, 1), tokens[:, 1:].flatten())
            found = self._differentiate(loss, list(weights.values()))
        return loss.item(), dict(zip(weights, found, strict=True))


def _likeness(came: Mapping[str, Tensor | None], true: Mapping[str, Tensor]) -> tuple[str, float]:
    """The parameter whose gradient is least like the true one, and how like: 1 the same but for a common
    factor, 0 nothing."""
    cosines, lengths = dict.fromkeys(true, 0.0), dict.fromkeys(true, 0.0)
    for name, gradient in came.items():
        if gradient is not None:
            one, other = gradient.flatten(), true[name].double().flatten()
            lengths[name] = float(one.norm() / other.norm())
            cosines[name] = float(functional.cosine_similarity(one, other, dim=0, eps=1e-30))
    most = max(lengths.values())
    alike = {name: cosines[name] * length / most if length else 0.0 for name, length in lengths.items()}
    where = min(alike, key=lambda name: alike[name])
    return where, alike[where]
