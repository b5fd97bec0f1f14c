"""Huge pages hold what was written, unchanged."""

import mmap
import secrets
from pathlib import Path

import pytest

from sandbox.supervisor import pages

SIZE = 5 * pages.HUGE
OFFERED = Path("/sys/kernel/mm/transparent_hugepage")


def huge() -> int:
    """Bytes of this process in huge pages."""
    lines = Path("/proc/self/smaps_rollup").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) << 10 for line in lines if line.startswith("AnonHugePages:"))


@pytest.mark.skipif(not OFFERED.exists(), reason="this kernel has no huge pages")
def test_what_was_written_is_in_huge_pages() -> None:
    with mmap.mmap(-1, SIZE, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS) as memory:
        content = secrets.token_bytes(SIZE)
        memory.write(content)
        before = huge()
        pages.collapse()
        assert huge() - before >= SIZE - 2 * pages.HUGE
        assert memory[:] == content


def test_a_kernel_that_cannot(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is lost by it."""
    monkeypatch.setattr(pages, "COLLAPSE", 999)
    pages.collapse()
