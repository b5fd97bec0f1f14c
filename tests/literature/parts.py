"""The modules of the literature probes, imported as the engine imports them."""

from __future__ import annotations

from functools import partial

from tests.score import module

part = partial(module, "literature")
