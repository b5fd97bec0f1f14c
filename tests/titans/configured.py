"""The sandbox as users have it: chosen by self-test, with warm workers."""

from __future__ import annotations

from pathlib import Path

import yaml

from sandbox.auto import Auto

CONFIG = Path(__file__).parents[2] / "conf/sandbox/auto.yaml"


def configured() -> Auto:
    return Auto(preload=yaml.safe_load(CONFIG.read_text(encoding="utf-8"))["preload"])
