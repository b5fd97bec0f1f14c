"""Records what a training script does, in its process, and tells it as events.

    expected    {rows, shapes}              what a training by these arguments is about
    loaded      {rows: [[key]], pinned}     a data loader gave a batch
    backward    {loss, carried}             a backward pass begins; carried: there are gradients already
    rows        {rows: [key]}               in it a gradient came back to the tokens of these rows
    step        {lr, pushed, fused, foreach}  an optimizer of trained parameters stepped, by a gradient or not
    used        {technique, heard, how}     a technique, in the training (heard) or beside it
    compared    {loss, alike, where, sure}  that pass beside the given model's: see truth.py
    end         {shapes, changed, finite, seed}  the trained parameters, and the seed of random numbers

Most have `lines` besides: where the script was, innermost first. A row's key is a checksum of its token ids.
"""

from __future__ import annotations

from collections.abc import Callable

import given
import order
import torch
import torch.fx.experimental.proxy_tensor  # autocast looks for it where functions are intercepted
from attention import watch_attention
from compiled import watch_compiled
from graph import Graph
from inplace import watch_inplace
from layout import watch_layout, watch_modules
from loading import watch_loading, watch_pinning
from operations import Operations
from optimizing import watch_optimizers, watch_resets
from passes import keys, watch_passes
from precision import watch_precision
from pretended import pretend_cuda
from recompute import watch_checkpoints
from release import watch_deletions, watch_releases
from truth import Truth
from witness import Witness
from work import watch_work


def watch(note: Callable[..., None], rank: int) -> Callable[[], None]:  # noqa: ARG001  there is only one
    """Install the recorders. What is returned tells how it all ended."""
    tokens = given.SyntheticTokens(order.SAMPLES, order.SEED).tokens
    rows = keys(tokens[:, :-1])
    note("expected", rows=rows, shapes=_shapes())
    witness, graph = Witness(note), Graph()
    truth = Truth(witness, graph, dict(zip(rows, tokens, strict=True)))
    operations = Operations(witness)
    if order.SHIM:
        pretend_cuda(operations)
    watch_work(graph, operations)
    watch_passes(witness, graph, operations, truth)
    for install in (watch_precision, watch_inplace, watch_layout, watch_resets):
        install(witness, graph, operations)
    watch_optimizers(witness, truth, graph)
    for follow in (
        watch_checkpoints,
        watch_attention,
        watch_compiled,
        watch_modules,
        watch_loading,
    ):
        follow(witness, graph)
    for listen in (watch_pinning, watch_releases):
        listen(witness)
    operations.__enter__()
    watch_deletions(witness, graph)
    return lambda: _end(witness, graph)


def _shapes() -> list[list[int]]:
    """The shapes of a model's parameters; no random numbers are drawn for them."""
    with torch.device("meta"):
        return [list(one.shape) for one in given.build_model(order.SIZE).parameters()]


def _end(witness: Witness, graph: Graph) -> None:
    graph.settle()
    with torch._C.DisableTorchFunction():
        now = graph.parameters.values()
        changed = [not _same(one, graph.initial[id(one)]) for one in now]
        finite = all(bool(torch.isfinite(one).all()) for one in now)
    witness.tell(
        "end",
        shapes=[list(one.shape) for one in now],
        changed=sum(changed),
        finite=finite,
        seed=torch.initial_seed(),
    )


def _same(now: torch.Tensor, then: torch.Tensor) -> bool:
    """Whether a parameter has its values still; it may have been moved or cast meanwhile."""
    return now.shape == then.shape and torch.equal(now.detach().cpu().double(), then.cpu().double())
