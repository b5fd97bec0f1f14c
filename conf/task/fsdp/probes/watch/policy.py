"""The policy that a script hands to FSDP: which of torch's it is, and what it says."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from typing import Any

import torch
from torch import nn
from torch.distributed.fsdp import wrap

NAMES = {
    "lambda_auto_wrap_policy": "lambda",
    "transformer_auto_wrap_policy": "transformer",
    "size_based_auto_wrap_policy": "size_based",
    "always_wrap_policy": "always",
}


class Policies:
    """Counts the functions that lambda_auto_wrap_policy was used with."""

    def __init__(self) -> None:
        self.lambdas: list[Any] = []
        wrap.lambda_auto_wrap_policy = self._counting(wrap.lambda_auto_wrap_policy)
        self._known = {getattr(wrap, name): kind for name, kind in NAMES.items()}

    def _counting(self, own: Callable[..., bool]) -> Callable[..., bool]:
        def lambda_auto_wrap_policy(
            module: nn.Module, recurse: bool, nonwrapped_numel: int, lambda_fn: Callable[..., bool]
        ) -> bool:
            if lambda_fn not in self.lambdas:
                self.lambdas.append(lambda_fn)
            return own(module, recurse, nonwrapped_numel, lambda_fn)

        return lambda_auto_wrap_policy

    def kind(self, policy: Any) -> str:
        """One of torch's, "none", "function" for one of the script's own, or the name of its class."""
        function = policy.func if isinstance(policy, functools.partial) else policy
        known = next((kind for each, kind in self._known.items() if each is function), None)
        return known or ("none" if policy is None else _class(function))


def _class(policy: Any) -> str:
    return "function" if callable(policy) else type(policy).__name__


def answers(policy: Any) -> dict[str, Any]:
    """What it says of modules that nobody has shown it before, or by which error it says nothing."""
    said: dict[str, Any] = {}
    for name, module in _chosen().items():
        numel = sum(one.numel() for one in module.parameters())
        try:
            said[name] = bool(policy(module=module, recurse=False, nonwrapped_numel=numel))
        except Exception as error:
            said[name] = type(error).__name__
    return said


def _chosen() -> dict[str, nn.Module]:
    model = sys.modules["model"]
    with torch.device("meta"):
        block = next(
            one for one in model.build_model("small").modules() if isinstance(one, model.TransformerBlock)
        )
        return {
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
