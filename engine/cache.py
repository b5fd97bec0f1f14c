"""Replies of models that were paid for once, kept for later experiments."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tempfile
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from engine.model import Model

SETTINGS_OF_OURS = ("traffic", "price", "timeout_seconds", "retires")  # no reply depends on them


class Cache:
    """Fields of turns by key, a file each, for the roles that may use it.

    `taken` counts those that were found. A folder that cannot be used is none: nothing is found there, and
    nothing kept.
    """

    def __init__(self, folder: Path | None = None, roles: Collection[str] = ()) -> None:
        self._folder = folder
        self.roles = roles if folder else ()
        self.taken = 0

    def get(self, key: str) -> Mapping[str, Any] | None:
        try:
            found = json.loads(self._file(key).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        if not isinstance(found, dict):
            return None
        self.taken += 1
        return found

    def put(self, key: str, fields: Mapping[str, Any]) -> None:
        """Whole or not at all, for its owner alone."""
        file = self._file(key)
        with contextlib.suppress(OSError):
            file.parent.mkdir(parents=True, exist_ok=True)
            number, name = tempfile.mkstemp(dir=file.parent)
            with os.fdopen(number, "w", encoding="utf-8") as new:
                json.dump(fields, new, default=str)
            Path(name).replace(file)

    def drop(self, key: str) -> None:
        if self._folder:
            with contextlib.suppress(OSError):
                self._file(key).unlink()

    def _file(self, key: str) -> Path:
        assert self._folder is not None
        return self._folder / key[:2] / f"{key}.json"


def reply_key(model: Model, request: str, run: int, time: int) -> str:
    """Of the reply that the model gives to the request of that digest when it is asked in that run for the
    `time`th time.
    """
    own = {name: value for name, value in vars(model).items() if name not in SETTINGS_OF_OURS}
    settings = {name: value for name, value in own.items() if not name.startswith("_")}
    text = json.dumps([type(model).__name__, settings, request, run, time], sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()
