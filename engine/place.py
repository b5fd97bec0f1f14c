"""The user's own folder for what can be made or fetched again, and a key that lies there."""

from __future__ import annotations

import os
import secrets
import tempfile
from contextlib import suppress
from functools import cache
from pathlib import Path

SIZE = 32  # bytes of the key


def place() -> Path:
    home = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(home, "declarative-evals").expanduser()


def key() -> bytes:
    """The same for all processes of the user, and known to nobody else.

    Where it cannot be kept, it is this process's own.
    """
    return _key(place() / "key")


@cache
def _key(file: Path) -> bytes:
    with suppress(OSError):
        if not file.exists():
            _make(file)
        kept = file.read_bytes()
        if len(kept) == SIZE:
            return kept
    return secrets.token_bytes(SIZE)


def _make(file: Path) -> None:
    """Whole, for its owner alone; whoever else makes one at the same moment finds it made."""
    file.parent.mkdir(parents=True, exist_ok=True)
    number, name = tempfile.mkstemp(dir=file.parent)
    with os.fdopen(number, "wb") as new:
        new.write(secrets.token_bytes(SIZE))
    with suppress(FileExistsError):
        os.link(name, file)
    Path(name).unlink()
