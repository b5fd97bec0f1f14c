"""What an agent hands in: a few text files, frozen, with a digest."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from engine.errors import AgentFailed
from engine.visible import visible


@dataclass(frozen=True)
class Submission:
    """`files` maps a relative POSIX path to its text; `source` names the item that a replay took it from.

    Raises AgentFailed for what is not text (half a surrogate pair).
    """

    files: Mapping[str, str]
    source: str | None = None

    def __post_init__(self) -> None:
        for name, text in self.files.items():
            if not _is_text(name) or not _is_text(text):
                raise AgentFailed(
                    "invalid_submission", f"{visible(name)} is not text that can be written as UTF-8"
                )
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

    @classmethod
    def read(cls, folder: Path, source: str | None) -> Submission:
        """What was saved there. Raises OSError or UnicodeDecodeError where it cannot be read."""
        files = [path for path in folder.rglob("*") if path.is_file()]
        texts = {path.relative_to(folder).as_posix(): path.read_bytes().decode() for path in files}
        return cls(texts, source)

    def save(self, folder: Path) -> None:
        for name, text in self.files.items():
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8")


def _is_text(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
