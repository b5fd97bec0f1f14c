"""FSDP on the CPU, and how the script wraps its model, calls it and gathers its state."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import torch
from mend import mend
from place import DEVICE, lines, mark, place, sizes
from policy import Policies, answers
from pretended import Devices
from torch import nn
from torch.distributed.fsdp import FullyShardedDataParallel as FSDP  # noqa: N817  as everybody does
from torch.distributed.fsdp import ShardingStrategy

CPU = torch.device("cpu")
POSITIONAL = ("process_group", "sharding_strategy", "cpu_offload", "auto_wrap_policy")


class Sharding:
    """Knows the FSDP model of this process: `root` is the outermost one that was made last."""

    def __init__(self, note: Callable[..., None], devices: Devices) -> None:
        self.note, self.devices, self.policies = note, devices, Policies()
        self.root: Any = None
        self.called: Any = None
        self.gathered: Any = None
        self.inside = False
        mend()
        self._watch_wrapping()
        self._watch_forward()
        self._watch_state()

    def _watch_wrapping(self) -> None:
        own = FSDP.__init__

        def init(model: Any, module: nn.Module, *args: Any, **kwargs: Any) -> None:
            if self.inside:
                return own(model, module, *args, **kwargs)
            kwargs |= dict(zip(POSITIONAL, args, strict=False))
            policy, offload = kwargs.get("auto_wrap_policy"), kwargs.pop("cpu_offload", None)
            self._tell_place(module, kwargs.get("device_id"), offload)
            self.note("wrapping", policy=self.policies.kind(policy), **_about(module), lines=lines())
            self.inside = True
            try:
                own(model, module, **{**kwargs, "device_id": CPU})
            finally:
                self.inside = False
            self.root = model
            return self._tell_units(model, policy)

        FSDP.__init__ = init

    def _tell_place(self, module: nn.Module, device: Any, offload: Any) -> None:
        if device is not None:
            self.devices.named(device, "device_id")
        at_home = all(place(one) != DEVICE for one in module.parameters())
        if device is None and at_home and not (offload and offload.offload_params):
            self.note("fault", what="model on host", how="FSDP", lines=lines())

    def _tell_units(self, model: Any, policy: Any) -> None:
        inside = [one for one in model.modules() if isinstance(one, FSDP) and one is not model]
        units = [type(one._fsdp_wrapped_module).__name__ for one in inside]
        said = answers(policy) if callable(policy) else None
        sharded = model.sharding_strategy is not ShardingStrategy.NO_SHARD
        self.note("wrapped", units=units, sharded=sharded, lambdas=len(self.policies.lambdas), answers=said)

    def _watch_forward(self) -> None:
        own = FSDP.forward

        def forward(model: Any, *args: Any, **kwargs: Any) -> Any:
            if model is not self.root:
                return own(model, *args, **kwargs)
            if model is not self.called:
                self.called = model
                self.note("called", lines=lines())
            named = {key: _moved(one) for key, one in kwargs.items()}
            return mark(own(model, *map(_moved, args), **named), DEVICE)

        FSDP.forward = forward

    def _watch_state(self) -> None:
        own = nn.Module.state_dict

        def state_dict(module: nn.Module, *args: Any, **kwargs: Any) -> Any:
            outermost = not args and "prefix" not in kwargs and isinstance(module, FSDP)
            if not outermost:
                return own(module, *args, **kwargs)
            settings, root = _settings(module), module is self.root
            self.note("state_dict", **settings, root=root, lines=lines())
            state = own(module, *args, **kwargs)
            self.note("gathered", size=sizes(state))
            if root and settings["type"] == "FULL_STATE_DICT":
                self.gathered = state
            return state

        FSDP.state_dict = state_dict


def _moved(value: Any) -> Any:
    """FSDP takes to its device what it is called with."""
    return mark(value.view_as(value), DEVICE) if isinstance(value, torch.Tensor) else value


def _settings(model: nn.Module) -> dict[str, Any]:
    said = FSDP.get_state_dict_type(model)
    offload, rank0 = (
        bool(getattr(said.state_dict_config, name, False)) for name in ("offload_to_cpu", "rank0_only")
    )
    return {"type": said.state_dict_type.name, "offload": offload, "rank0": rank0}


def _about(module: nn.Module) -> dict[str, bool]:
    """Whether this is the model that was given, in the size that was asked for."""
    if not is_given(module):
        return {"model": False, "sized": False}
    with torch.device("meta"):
        size = sys.argv[sys.argv.index("--model-size") + 1]
        asked = [one.shape for one in sys.modules["model"].build_model(size).parameters()]
    flat = any(isinstance(one, FSDP) for one in module.modules())  # its parameters have no shapes any more
    return {"model": True, "sized": flat or [one.shape for one in module.parameters()] == asked}


def is_given(module: nn.Module) -> bool:
    """Whether this is the model of model.py."""
    model = sys.modules.get("model")
    return model is not None and isinstance(module, model.TransformerLM)
