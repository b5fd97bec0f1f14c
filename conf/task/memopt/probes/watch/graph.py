"""The training's graph: what depends on the tokens, what the loss depends on, and the parameters found so.

A tensor counts as part of the training when it depends on the table of token embeddings and a gradient that
can be felt comes back to it. So nothing counts that is done to tensors beside the model.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import torch
from torch import Tensor
from torch.utils.weak import WeakIdKeyDictionary

FAINT = 1e-9  # no gradient of an honest part of the model is as small everywhere
SHARE = 1e-2  # of the gradient of the embedded tokens, the one that all others add up to


class Graph:
    """`tables` are looked-up token embeddings, `parameters` the leaves of losses that depend on one, by id.

    `initial` are the values of the parameters before the first step, `compiled` where what runs was compiled.
    """

    def __init__(self) -> None:
        self.tables: dict[int, Tensor] = {}
        self.parameters: dict[int, Tensor] = {}
        self.initial: dict[int, Tensor] = {}
        self.compiled: list[list[int]] = []
        self.found: list[Callable[[torch.nn.Parameter], None]] = []  # told of each parameter, once
        self.work = 0  # operations so far that compute something
        self.width = 0  # numbers that a row of tokens is embedded in
        self.depth = 0  # of backward passes: a checkpoint may run one within another
        self.training = False  # the outermost depends on tokens
        self._own = WeakIdKeyDictionary()
        self._waiting: list[Callable[[], None]] = []
        self._came: list[tuple[float, Callable[[], None]]] = []  # in the backward pass that is going on
        self._main = 0.0

    def heard(self, tensor: Tensor, act: Callable[[], None]) -> None:
        """Have `act` called once a gradient comes back to this tensor, if it is a part of the training.

        It is called at the end of the backward pass, since a gradient that cannot be felt beside the one of
        the embedded tokens does not count.
        """
        if tensor.requires_grad and (self.depends(tensor) or self.recomputing):
            _once(tensor, lambda size: self._came.append((size, act)))

    def embedded(self, tensor: Tensor, act: Callable[[], None]) -> None:
        """Have `act` called as soon as a gradient comes back to these embedded tokens."""

        def come(size: float) -> None:
            self._main = max(self._main, size)
            if size > FAINT:
                act()

        if tensor.requires_grad and (self.depends(tensor) or self.recomputing):
            _once(tensor, come)

    @property
    def recomputing(self) -> bool:
        """A checkpoint repeats a part of the training, cut off from the rest."""
        return self.depth > 0 and self.training

    def depends(self, tensor: Tensor) -> bool:
        """Whether a tensor depends on the tokens."""
        return any(id(leaf) in self.tables for leaf in leaves(tensor))

    def wide(self, given: Iterable[Tensor]) -> bool:
        """Whether one of these has as many numbers as a row of embedded tokens."""
        return any(each.numel() >= self.width for each in given)

    def own(self, given: Iterable[Tensor]) -> bool:
        """Whether one of these came, by whatever way, from the data, the tables or the parameters."""
        return any(each in self._own or id(each) in self.parameters for each in given)

    def holds(self, tensor: Tensor) -> bool:
        """Whether it is a trained parameter or its gradient, or a part of one."""
        held = [one for each in self.parameters.values() for one in (each, each.grad) if one is not None]
        return any(_place(tensor) == _place(one) for one in held)

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
            if self.depth == 0:
                self._leave()

    def _enter(self, roots: Sequence[Tensor]) -> None:
        found = {id(leaf): leaf for root in roots for leaf in leaves(root)}
        if self.depth == 0:
            self.training = any(key in self.tables for key in found)
        if self.training:
            for key, leaf in found.items():
                if key not in self.parameters and isinstance(leaf, torch.nn.Parameter):
                    self.parameters[key] = leaf
                    self.initial[key] = leaf.detach().clone()
                    for act in self.found:
                        act(leaf)

    def _leave(self) -> None:
        came, main, self._came, self._main = self._came, self._main, [], 0.0
        for size, act in came:
            if size > max(FAINT, SHARE * main):
                act()


def _once(tensor: Tensor, act: Callable[[float], None]) -> None:
    """Have `act` told the size of the first gradient that comes back to this tensor."""
    called = []

    def come(gradient: Tensor) -> None:
        if not called:
            called.append(True)
            with torch._C.DisableTorchFunction():
                act(float(gradient.detach().float().norm()))

    tensor.register_hook(come)


def _place(tensor: Tensor) -> int:
    return tensor.untyped_storage().data_ptr()


def grown(tensor: Tensor) -> Any:
    """The node of the graph that a tensor came from. A view made without gradients may refuse to say."""
    try:
        return tensor.grad_fn
    except RuntimeError:
        return None


def leaves(tensor: Tensor) -> Iterator[Tensor]:
    """The leaves that a tensor was computed from."""
    first = grown(tensor)
    if first is None:
        yield from [tensor] * tensor.requires_grad
        return
    seen, waiting = {first}, [first]
    while waiting:
        node = waiting.pop()
        if hasattr(node, "variable"):
            yield node.variable
        fresh = [each for each, _ in node.next_functions if each is not None and each not in seen]
        seen.update(fresh)
        waiting += fresh
