"""What can be seen of a job from outside: its processes, in the /proc of the host."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from sandbox.hostile.targets import Targets

PROC = Path("/proc")
SOON = 0.2  # seconds that a signal may take


def marked(mark: str) -> set[int]:
    """Processes of the host that are named by a mark."""
    if not PROC.is_dir():
        return set()
    pids = (int(name) for name in os.listdir(PROC) if name.isdigit())  # noqa: PTH208  often called
    return {pid for pid in pids if _text(PROC / str(pid) / "comm") == f"{mark}\n"}


def end(pids: set[int]) -> None:
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


@dataclass(frozen=True)
class Scene:
    """A hostile job that has tried everything and waits. `loot` is what it says that it has read."""

    targets: Targets
    loot: Mapping[str, bytes]
    pids: set[int]

    def looted(self, name: str) -> bool:
        """Whether it has read the secret, which nobody could guess."""
        return self.targets.token.encode() in self.loot.get(name, b"")

    def texts(self, name: str) -> list[str]:
        """The same file in /proc of each of its processes."""
        return [_text(PROC / str(pid) / name) for pid in sorted(self.pids)]

    def field(self, name: str) -> list[str]:
        """A line of the status of each of its processes."""
        return [value(text, name) for text in self.texts("status") if text]

    def opened(self) -> list[tuple[str, bool]]:
        """What its open descriptors are, and whether each can be written."""
        return [each for pid in sorted(self.pids) for each in _opened(PROC / str(pid))]

    def holds(self, word: str) -> int:
        """How many open descriptors are of a kind."""
        return sum(word in target for target, _ in self.opened())

    def links(self, name: str) -> set[str]:
        """Where the same link in /proc of its processes leads."""
        return set(_links(PROC / str(pid) / name for pid in self.pids))

    def sizes(self) -> int:
        """Bytes of the files in its working folder."""
        folders = [PROC / str(pid) / "cwd" for pid in self.pids]
        return max((_size(folder) for folder in folders), default=0)

    def find(self, name: str) -> list[os.stat_result]:
        """A file of its working folder, as each of its processes sees that."""
        found = []
        for pid in self.pids:
            with contextlib.suppress(OSError):
                found.append((PROC / str(pid) / "cwd" / name).lstat())
        return found

    def stopped(self) -> bool:
        """Whether a process that started one of these stands still, or soon does. It then goes on."""
        parents = {int(pid) for pid in self.field("PPid")} - self.pids - {0}
        try:
            return any(map(_soon_still, parents))
        finally:
            for pid in parents:
                os.kill(pid, signal.SIGCONT)


def _soon_still(pid: int) -> bool:
    for _ in range(20):
        if value(_text(PROC / str(pid) / "status"), "State").startswith("T"):
            return True
        time.sleep(SOON / 20)
    return False


def value(text: str, field: str) -> str:
    """A line of a status, without its name."""
    lines = (line.partition(":\t")[2] for line in text.splitlines() if line.startswith(f"{field}:"))
    return next(lines, "").strip()


def _text(path: Path) -> str:
    try:
        return path.read_text(errors="replace")
    except OSError:
        return ""


def _links(paths: Iterator[Path]) -> Iterator[str]:
    for path in paths:
        with contextlib.suppress(OSError):
            yield str(path.readlink())


def _opened(folder: Path) -> Iterator[tuple[str, bool]]:
    with contextlib.suppress(OSError):
        for path in (folder / "fd").iterdir():
            with contextlib.suppress(OSError):
                flags = value(_text(folder / "fdinfo" / path.name), "flags") or "0"
                yield str(path.readlink()), bool(int(flags, 8) & (os.O_WRONLY | os.O_RDWR))


def _size(folder: Path) -> int:
    with contextlib.suppress(OSError):
        return sum(path.lstat().st_size for path in folder.iterdir() if path.is_file())
    return 0
