"""Records what a training script does, in each of its processes, behind GPUs that are none."""

from __future__ import annotations

from collections.abc import Callable

import torch.fx.experimental.proxy_tensor  # noqa: F401  autocast looks for it where calls are intercepted
from group import watch_group
from learning import watch_learning
from pretended import pretend_cuda
from saving import watch_saving
from sharding import Sharding
from training import watch_training


def watch(note: Callable[..., None], rank: int) -> Callable[[], None]:  # noqa: ARG001
    devices = pretend_cuda(note)
    watch_group(note, devices)
    sharding = Sharding(note, devices)
    watch_saving(note, sharding)
    watch_learning(note)
    return watch_training(note, sharding)
