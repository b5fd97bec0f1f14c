"""Every call of a torch function by Python code, intercepted once for all recorders."""

import torch
from torch.overrides import TorchFunctionMode


class Operations(TorchFunctionMode):
    """Recorders look at a call before it, or at its arguments and result after it.

    `translate` may change a call's arguments, and `instead` holds functions that are called in its place.
    """

    def __init__(self, witness):
        super().__init__()
        self.safe = witness.safe
        self.translate = None
        self.instead = {}
        self._before = []
        self._after = []

    def before(self, look):
        self._before.append(self.safe(look))

    def after(self, look):
        self._after.append(self.safe(look))

    def __torch_function__(self, func, types, args=(), kwargs=None):
        kwargs = kwargs or {}
        name = getattr(func, "__name__", "")
        if self.translate:
            args, kwargs = self.translate(name, args, kwargs)
        for look in self._before:
            look(name, func, args, kwargs)
        result = self.instead.get(name, func)(*args, **kwargs)
        if isinstance(result, torch.Tensor):
            for look in self._after:
                look(name, args, kwargs, result)
        return result
