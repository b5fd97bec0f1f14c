"""The training's graph: what depends on the tokens, what the loss depends on, and the parameters found so.

A tensor counts as part of the training when it depends on the table of token embeddings and a gradient that
can be felt comes back to it. So nothing counts that is done to tensors beside the model.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator, Sequence

import torch
from torch import Tensor
from torch.utils.weak import WeakIdKeyDictionary

FAINT = 1e-9  # no gradient of an honest part of the model is as small everywhere


class Graph:
    """`tables` are looked-up token embeddings, `parameters` the leaves of losses that depend on one, by id.

    `initial` are the values of the parameters before the first step, `compiled` where what runs was compiled.
    """

    def __init__(self) -> None:
        self.tables: dict[int, Tensor] = {}
        self.parameters: dict[int, Tensor] = {}
        self.initial: dict[int, Tensor] = {}
        self.compiled: list[list[int]] = []
        self.depth = 0  # of backward passes: a checkpoint may run one within another
        self.training = False  # the outermost depends on tokens
        self._own = WeakIdKeyDictionary()
        self._waiting: list[Callable[[], None]] = []

    def heard(self, tensor: Tensor, act: Callable[[], None]) -> None:
        """Have `act` called once a gradient comes back to this tensor, if it is a part of the training."""
        if not tensor.requires_grad or not (self.depends(tensor) or self.recomputing):
            return
        called = []

        def come(gradient: Tensor) -> None:
            with torch._C.DisableTorchFunction():
                if not called and bool((gradient.abs() > FAINT).any()):
                    called.append(True)
                    act()

        tensor.register_hook(come)

    @property
    def recomputing(self) -> bool:
        """A checkpoint repeats a part of the training, cut off from the rest."""
        return self.depth > 0 and self.training

    def depends(self, tensor: Tensor) -> bool:
        """Whether a tensor depends on the tokens."""
        return any(id(leaf) in self.tables for leaf in leaves(tensor))

    def own(self, given: Iterable[Tensor]) -> bool:
        """Whether one of these came, by whatever way, from the data, the tables or the parameters."""
        return any(each in self._own or id(each) in self.parameters for each in given)

    def keep(self, given: Iterable[Tensor]) -> None:
        """These did."""
        for each in given:
            self._own[each] = True

    def trained(self, parameters: Iterable[Tensor]) -> bool:
        """Whether one of them is trained. Nobody knows before the first backward pass."""
        return any(id(one) in self.parameters for one in parameters)

    def when_known(self, parameters: Sequence[Tensor], act: Callable[[bool], None]) -> None:
        """Have `act` told whether one of these is trained, as soon as that can be known."""
        if self.parameters:
            act(self.trained(parameters))
        else:
            self._waiting.append(lambda: act(self.trained(parameters)))

    def settle(self) -> None:
        """What is not known by now will not be."""
        for act in self._waiting:
            act()

    @contextlib.contextmanager
    def backward(self, roots: Sequence[Tensor]) -> Iterator[None]:
        """A backward pass from these tensors is going on."""
        with torch._C.DisableTorchFunction():
            self._enter(roots)
        self.depth += 1
        try:
            yield
        finally:
            self.depth -= 1

    def _enter(self, roots: Sequence[Tensor]) -> None:
        found = {id(leaf): leaf for root in roots for leaf in leaves(root)}
        if self.depth == 0:
            self.training = any(key in self.tables for key in found)
        if self.training:
            for key, leaf in found.items():
                if key not in self.parameters and isinstance(leaf, torch.nn.Parameter):
                    self.parameters[key] = leaf
                    self.initial[key] = leaf.detach().clone()


def leaves(tensor: Tensor) -> Iterator[Tensor]:
    """The leaves that a tensor was computed from."""
    if tensor.grad_fn is None:
        yield from [tensor] * tensor.requires_grad
        return
    seen, waiting = {tensor.grad_fn}, [tensor.grad_fn]
    while waiting:
        node = waiting.pop()
        if hasattr(node, "variable"):
            yield node.variable
        fresh = [each for each, _ in node.next_functions if each is not None and each not in seen]
        seen.update(fresh)
        waiting += fresh
