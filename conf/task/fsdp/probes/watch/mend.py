"""What of FSDP takes it for granted that it is not on a CPU, mended."""

from __future__ import annotations

from typing import Any

import torch
from torch.distributed.fsdp import _flat_param, _init_utils


def mend() -> None:
    handle, to_cpu = _flat_param.FlatParamHandle, _flat_param.FlatParamHandle.to_cpu

    def flat_param_to(self: Any, *args: Any, **kwargs: Any) -> None:
        self.flat_param.data = self.flat_param.to(*args, **kwargs).clone()
        if self._use_orig_params:
            if self.is_sharded(self.flat_param):
                self._use_sharded_views()
            else:
                self._use_unsharded_views(as_params=True)

    class Quietly:
        def __init__(self, own: Any) -> None:
            self.own = own

        def __enter__(self) -> None:
            with torch.no_grad():
                self.own.__enter__()

        def __exit__(self, *error: Any) -> Any:
            with torch.no_grad():
                return self.own.__exit__(*error)

    handle.flat_param_to = flat_param_to
    handle.to_cpu = lambda self: Quietly(to_cpu(self))
    _init_utils._check_module_states_for_sync_module_states = lambda _: None
