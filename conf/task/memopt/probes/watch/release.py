"""Memory given back by hand: names of tensors deleted, garbage collected, caches emptied."""

import gc
import sys

import order
import torch
from witness import ENDING, lines, tensors


def watch_releases(witness):
    def around(original, how):
        def release(*args, **kwargs):
            if where := lines():
                witness.used("explicit_memory", where, heard=True, how=how)
            return original(*args, **kwargs)

        return release

    gc.collect = around(gc.collect, "gc.collect()")
    torch.cuda.empty_cache = around(torch.cuda.empty_cache, "empty_cache()")
    torch.cuda.memory.empty_cache = torch.cuda.empty_cache


def watch_deletions(witness, graph):
    """Follow the script's lines, where some of them delete names: no operation tells of that."""
    targets = {line: [compile(text, "<target>", "eval") for text in texts] for line, texts in order.DELETES}
    if not targets:
        return

    def entered(frame, event, arg):
        if not frame.f_code.co_filename.endswith(ENDING):
            return None
        waiting = []

        @witness.safe
        def moved(frame, event, arg):
            for target, where, heard in waiting:
                if _value(target, frame) is None:
                    witness.used("explicit_memory", where, heard, "del")
            waiting.clear()
            if event == "line" and frame.f_lineno in targets:
                found = [(each, _value(each, frame)) for each in targets[frame.f_lineno]]
                waiting.extend((each, lines(frame), own(value)) for each, value in found if tensors(value))
            return moved

        return moved

    def own(value):
        with torch._C.DisableTorchFunction():
            return any(_ids(each) or graph.depends(each) for each in tensors(value))

    sys.settrace(entered)


def _ids(tensor):
    return tensor.dim() == 2 and tensor.dtype is torch.int64


def _value(target, frame):
    try:
        return eval(target, frame.f_globals, frame.f_locals)  # noqa: S307  a name of the script's, read where it stands
    except Exception:  # it is not there (any more)
        return None
