"""The modules of the fsdp probe, imported as the engine imports them."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from tests.score import probes


def part(name: str) -> Any:
    """The module probes/<name>.py, the very one that the probe itself uses."""
    package = probes("fsdp")._load("conversion").__module__.rpartition(".")[0]
    return import_module(f"{package}.{name}")
