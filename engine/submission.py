"""What an agent hands in: a few text files, frozen, with a digest."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType


@dataclass(frozen=True)
class Submission:
    """`files` maps a relative POSIX path to its text; `source` names the item that a replay took it from."""

    files: Mapping[str, str]
    source: str | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "files", MappingProxyType(dict(sorted(self.files.items()))))

    @property
    def digest(self) -> str:
        """SHA-256 over names and contents, so equal submissions have equal digests."""
        whole = hashlib.sha256()
        for name, text in self.files.items():
            for part in (name, text):
                data = part.encode()
                whole.update(len(data).to_bytes(8, "big") + data)
        return whole.hexdigest()

    def save(self, folder: Path) -> None:
        for name, text in self.files.items():
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8")
