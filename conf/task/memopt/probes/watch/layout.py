"""Tensors of four dimensions whose channels are brought last in memory."""

import torch
from witness import lines


def watch_layout(witness, graph, operations):
    def ordered(name, args, kwargs, result):
        asked = torch.channels_last in (kwargs.get("memory_format"), *_formats(args))
        if asked and result.dim() == 4 and result.is_contiguous(memory_format=torch.channels_last):
            where = lines()
            if where:
                witness.used("channels_last", where, heard=False)
                graph.heard(result, lambda: witness.used("channels_last", where, heard=True))

    operations.after(ordered)


def _formats(args):
    return [each for each in args if isinstance(each, torch.memory_format)]
