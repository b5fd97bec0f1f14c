"""Records what a training script does. Installed in its process before it starts; everything is told as events.

    expected    {rows, shapes}                        what training with these arguments is about
    loaded      {rows: [[key]], pinned}               a data loader gave a batch
    backward    {loss, carried}                       a backward pass begins; carried: gradients are there already
    rows        {rows: [key], lines}                  in it, a gradient came back to the tokens of these rows
    step        {lr, fused, foreach, lines}           an optimizer stepped
    used        {technique, lines, heard, how}        a technique, in the training (heard) or beside it
    end         {shapes, changed, finite}             the trained parameters at the end

`lines` are the script's, innermost first. A row's key is a checksum of its token ids.
"""

import given
import order
import torch
import torch.fx.experimental.proxy_tensor  # which autocast looks up where functions are intercepted
from attention import watch_attention
from compiled import watch_compiled
from cuda import pretend_cuda
from graph import Graph
from inplace import watch_inplace
from layout import watch_layout
from loading import watch_loading, watch_pinning
from operations import Operations
from optimizing import watch_optimizers, watch_resets
from passes import keys, watch_passes
from precision import watch_precision
from recompute import watch_checkpoints
from release import watch_deletions, watch_releases
from witness import Witness


def watch(note, rank):
    """Install the recorders. What is returned tells how the parameters ended."""
    witness = Witness(note)
    witness.tell("expected", rows=keys(given.SyntheticTokens(order.SAMPLES).tokens[:, :-1]), shapes=_shapes())
    graph = Graph()
    operations = Operations(witness)
    if order.SHIM:
        pretend_cuda(operations)
    watch_passes(witness, graph, operations)
    watch_loading(witness)
    watch_pinning(witness)
    watch_optimizers(witness, graph)
    tell_resets = watch_resets(witness, graph, operations)
    watch_precision(witness, graph, operations)
    watch_checkpoints(witness, graph)
    watch_attention(witness, graph)
    watch_inplace(witness, graph, operations)
    watch_layout(witness, graph, operations)
    watch_compiled(witness, graph)
    watch_releases(witness)
    operations.__enter__()
    watch_deletions(witness, graph)
    return lambda: (tell_resets(), _end(witness, graph))


def _shapes():
    """The shapes of a model's parameters, without drawing random numbers for them."""
    with torch.device("meta"):
        return [list(one.shape) for one in given.build_model(order.SIZE).parameters()]


def _end(witness, graph):
    with torch._C.DisableTorchFunction():
        now = graph.parameters.values()
        changed = [not torch.equal(one, graph.initial[id(one)]) for one in now]
        finite = all(bool(torch.isfinite(one).all()) for one in now)
    witness.tell("end", shapes=[list(one.shape) for one in now], changed=sum(changed), finite=finite)
