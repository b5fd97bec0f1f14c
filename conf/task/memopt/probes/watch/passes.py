"""Which rows of tokens the training passes through the model, forward and back."""

import zlib
from array import array

import torch
from witness import lines, tensors

VOCABULARY = 8192  # of given/model.py


def watch_passes(witness, graph, operations):
    """Rows count when a gradient comes back to their embedding: not where it is off, and not twice."""

    def looked_up(name, args, kwargs, result):
        if name != "embedding":
            return
        given = [each for each in (*args[:2], *kwargs.values()) if isinstance(each, torch.Tensor)]
        table = next((each for each in given if each.is_floating_point() and each.dim() == 2), None)
        ids = next((each for each in given if not each.is_floating_point()), None)
        if table is None or ids is None or ids.dim() != 2 or len(table) != VOCABULARY:
            return
        graph.tables[id(table)] = table
        where, rows = lines(), keys(ids)
        graph.heard(result, lambda: witness.tell("rows", rows=rows, lines=where))

    operations.after(looked_up)
    _watch_backward(witness, graph)


def _watch_backward(witness, graph):
    def around(original):
        def run(*args, **kwargs):
            roots = tensors([args[0] if args else kwargs.get("tensors", kwargs.get("outputs"))])
            outermost = graph.depth == 0
            with graph.backward(roots):
                if outermost and graph.training:
                    began(roots)
                return original(*args, **kwargs)

        return run

    @witness.safe
    def began(roots):
        with torch._C.DisableTorchFunction():
            loss = float(roots[0].detach()) if roots and roots[0].numel() == 1 else None
            grads = [table.grad for table in graph.tables.values()]
            carried = any(grad is not None and bool(grad.count_nonzero()) for grad in grads)
        witness.tell("backward", loss=loss, carried=carried, lines=lines())

    torch.autograd.backward = around(torch.autograd.backward)
    torch.autograd.grad = around(torch.autograd.grad)
    backward = torch.autograd.backward

    def method(self, gradient=None, retain_graph=None, create_graph=False, inputs=None):
        backward(self, gradient, retain_graph, create_graph, inputs=inputs)

    torch.Tensor.backward = method


def keys(ids):
    """A number for each row that tells it from others."""
    return [zlib.crc32(array("q", row).tobytes()) for row in ids.tolist()]
