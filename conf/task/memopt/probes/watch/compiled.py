"""What torch.compile was asked to compile, and whether that ran. It runs uncompiled here: that is slow and adds nothing."""

import functools

import torch
import torch._dynamo.eval_frame
from witness import lines, tensors


def watch_compiled(witness, graph):
    original = torch.compile
    torch.compiler.set_stance("force_eager")

    def compile(model=None, **kwargs):
        if model is None:
            return lambda function: compile(function, **kwargs)
        if kwargs.get("mode") is not None and kwargs.get("options") is not None:
            return original(model, **kwargs)  # which says what is wrong with that
        if kwargs.get("backend") in (None, "inductor"):
            kwargs |= {"backend": "eager", "mode": None, "options": None}
        where = lines()
        if isinstance(model, torch.nn.Module):
            result = original(model, **kwargs)
            object.__setattr__(result, "_asked", where)
            return result
        return original(_recorded(model, where), **kwargs)

    def _recorded(function, where):
        @functools.wraps(function)
        def run(*args, **kwargs):
            result = function(*args, **kwargs)
            ran(where, result)
            return result

        return run

    @witness.safe
    def ran(where, result):
        witness.used("compile", where, heard=False)
        for each in tensors(result):
            graph.heard(each, lambda: witness.used("compile", where, heard=True))

    module = torch._dynamo.eval_frame.OptimizedModule
    call = module.__call__

    def called(self, *args, **kwargs):
        result = call(self, *args, **kwargs)
        ran(self.__dict__.get("_asked") or [], result)
        return result

    module.__call__ = called
    torch.compile = compile
