"""The training's graph: what depends on the tokens, what the loss depends on, and the parameters found so.

A tensor counts as part of the training when it depends on the table of token embeddings and a gradient other
than zero comes back to it. So nothing counts that is done to tensors beside the model.
"""

import contextlib

import torch


class Graph:
    """`tables` are looked-up token embeddings, `parameters` the leaves of losses that depend on one, by id."""

    def __init__(self):
        self.tables = {}
        self.parameters = {}
        self.initial = {}
        self.depth = 0  # of backward passes: a checkpoint may run one within another
        self.training = False  # the outermost depends on tokens

    def heard(self, tensor, act):
        """Have `act` called when a gradient comes back to this tensor, if it is a part of the training."""
        if not tensor.requires_grad or not (self.depends(tensor) or self.recomputing):
            return
        called = []

        def come(gradient):
            with torch._C.DisableTorchFunction():
                if not called and bool(gradient.count_nonzero()):
                    called.append(True)
                    act()

        tensor.register_hook(come)

    @property
    def recomputing(self):
        """A checkpoint repeats a part of the training, cut off from the rest."""
        return self.depth > 0 and self.training

    def depends(self, tensor):
        """Whether a tensor depends on the tokens."""
        return any(id(leaf) in self.tables for leaf in leaves(tensor))

    @contextlib.contextmanager
    def backward(self, roots):
        """A backward pass from these tensors is going on."""
        self._enter(roots)
        self.depth += 1
        try:
            yield
        finally:
            self.depth -= 1

    def _enter(self, roots):
        with torch._C.DisableTorchFunction():
            found = {id(leaf): leaf for root in roots for leaf in leaves(root)}
            if self.depth == 0:
                self.training = any(key in self.tables for key in found)
            if self.training:
                fresh = {key: leaf for key, leaf in found.items() if key not in self.parameters}
                lasting = {key: leaf for key, leaf in fresh.items() if isinstance(leaf, torch.nn.Parameter)}
                self.parameters |= lasting
                self.initial |= {key: leaf.detach().clone() for key, leaf in lasting.items()}


def leaves(tensor):
    """The leaves that a tensor was computed from, nearest first, each once."""
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
