"""FSDP on the CPU, and how the script wraps its model, trains it and gathers its state."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from typing import Any

import torch
from cuda import Devices
from place import DEVICE, lines, mark, place, sizes
from torch import nn
from torch.distributed.fsdp import FullyShardedDataParallel as FSDP  # noqa: N817  as everybody does
from torch.distributed.fsdp import _flat_param, _init_utils, wrap

CPU = torch.device("cpu")
POLICIES = {
    "lambda_auto_wrap_policy": "lambda",
    "transformer_auto_wrap_policy": "transformer",
    "size_based_auto_wrap_policy": "size_based",
    "always_wrap_policy": "always",
}


class Sharding:
    """Knows the FSDP model of this process: `root` is the outermost one that was made last."""

    def __init__(self, note: Callable[..., None], devices: Devices) -> None:
        self.note, self.devices = note, devices
        self.root: Any = None
        self.called: Any = None
        self.depth = 0
        self.lambdas: list[Any] = []
        self.policies = {name: getattr(wrap, name) for name in POLICIES}
        _mend()
        self._watch_policy()
        self._watch_wrapping()
        self._watch_forward()
        self._watch_state()

    def _watch_policy(self) -> None:
        own = wrap.lambda_auto_wrap_policy

        def lambda_auto_wrap_policy(
            module: nn.Module, recurse: bool, nonwrapped_numel: int, lambda_fn: Callable[..., bool]
        ) -> bool:
            if lambda_fn not in self.lambdas:
                self.lambdas.append(lambda_fn)
            return own(module, recurse, nonwrapped_numel, lambda_fn)

        wrap.lambda_auto_wrap_policy = lambda_auto_wrap_policy
        self.policies["lambda_auto_wrap_policy"] = lambda_auto_wrap_policy

    def _watch_wrapping(self) -> None:
        own = FSDP.__init__

        def init(model: Any, module: nn.Module, *args: Any, **kwargs: Any) -> None:
            if self.depth:
                own(model, module, *args, **kwargs)
                return
            kwargs |= dict(
                zip(
                    ("process_group", "sharding_strategy", "cpu_offload", "auto_wrap_policy"),
                    args,
                    strict=False,
                )
            )
            device, policy = kwargs.get("device_id"), kwargs.get("auto_wrap_policy")
            offload = kwargs.pop("cpu_offload", None)
            if device is not None:
                self.devices.named(device, "device_id")
            at_home = all(place(one) != DEVICE for one in module.parameters())
            if device is None and at_home and not (offload and offload.offload_params):
                self.note("fault", what="model on host", how="FSDP", lines=lines())
            self.note("wrapping", policy=self._kind(policy), **_about(module), lines=lines())
            self.depth += 1
            try:
                own(model, module, **{**kwargs, "device_id": CPU})
            finally:
                self.depth -= 1
            self.root = model
            self._tell(model, policy)

        FSDP.__init__ = init

    def _kind(self, policy: Any) -> str:
        function = policy.func if isinstance(policy, functools.partial) else policy
        for name, kind in POLICIES.items():
            if function is self.policies[name]:
                return kind
        return "none" if policy is None else "function" if callable(function) else type(policy).__name__

    def _tell(self, model: Any, policy: Any) -> None:
        inside = [one for one in model.modules() if isinstance(one, FSDP) and one is not model]
        units = [type(one._fsdp_wrapped_module).__name__ for one in inside]
        answers = _answers(policy) if callable(policy) else None
        self.note("wrapped", units=units, lambdas=len(self.lambdas), answers=answers)

    def _watch_forward(self) -> None:
        own = FSDP.forward

        def forward(model: Any, *args: Any, **kwargs: Any) -> Any:
            if model is not self.root:
                return own(model, *args, **kwargs)
            if model is not self.called:
                self.called = model
                self.note("called", training=model.training, lines=lines())
            moved = [mark(one.view_as(one), DEVICE) if isinstance(one, torch.Tensor) else one for one in args]
            named = {
                key: mark(one.view_as(one), DEVICE) if isinstance(one, torch.Tensor) else one
                for key, one in kwargs.items()
            }
            return mark(own(model, *moved, **named), DEVICE)

        FSDP.forward = forward

    def _watch_state(self) -> None:
        own = nn.Module.state_dict

        def state_dict(module: nn.Module, *args: Any, **kwargs: Any) -> Any:
            outermost = not args and "prefix" not in kwargs
            if outermost and isinstance(module, FSDP):
                said = FSDP.get_state_dict_type(module)
                config = said.state_dict_config
                self.note(
                    "state_dict",
                    type=said.state_dict_type.name,
                    offload=bool(getattr(config, "offload_to_cpu", False)),
                    rank0=bool(getattr(config, "rank0_only", False)),
                    root=module is self.root,
                    lines=lines(),
                )
            state = own(module, *args, **kwargs)
            if outermost and isinstance(module, FSDP):
                self.note("gathered", size=sizes(state))
            return state

        FSDP.state_dict = state_dict


def _about(module: nn.Module) -> dict[str, bool]:
    """Whether this is the model that was given, in the size that was asked for."""
    if not is_given(module):
        return {"model": False, "small": False}
    with torch.device("meta"):
        small = [one.shape for one in sys.modules["model"].build_model("small").parameters()]
    flat = any(isinstance(one, FSDP) for one in module.modules())  # its parameters have no shapes any more
    return {"model": True, "small": flat or [one.shape for one in module.parameters()] == small}


def is_given(module: nn.Module) -> bool:
    """Whether this is the model of model.py."""
    model = sys.modules.get("model")
    return model is not None and isinstance(module, model.TransformerLM)


def _answers(policy: Callable[..., Any]) -> dict[str, Any]:
    """What the script's policy says of modules that nobody has shown it before."""
    model = sys.modules["model"]
    with torch.device("meta"):
        block = next(
            one for one in model.build_model("small").modules() if isinstance(one, model.TransformerBlock)
        )
        chosen = {
            "block": block,
            "large linear": nn.Linear(1001, 1000, bias=False),
            "large embedding": nn.Embedding(1001, 1000),
            "large by two": nn.Linear(1000, 1000),
            "at the bound": nn.Linear(1000, 1000, bias=False),
            "small linear": nn.Linear(128, 128),
            "small norm": nn.LayerNorm(128),
            "container": nn.Sequential(nn.Linear(800, 800), nn.Linear(800, 800)),
            "container of blocks": nn.ModuleList([nn.Linear(1001, 1000)]),
        }
    said = {}
    for name, module in chosen.items():
        try:
            numel = sum(one.numel() for one in module.parameters())
            said[name] = bool(policy(module=module, recurse=False, nonwrapped_numel=numel))
        except Exception as error:
            said[name] = type(error).__name__
    return said


def _mend() -> None:
    """What of FSDP takes it for granted that it is not on a CPU."""
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
