"""The engine's own Python, as a job sees it."""

from __future__ import annotations

import sys
from pathlib import Path, PurePosixPath

QUIET = {
    "LANG": "C.UTF-8",
    "PATH": "/usr/local/bin:/usr/bin:/bin",
    "PYTHONNOUSERSITE": "1",
    "PYTHONDONTWRITEBYTECODE": "1",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
}


def program(argv: tuple[str, ...]) -> list[str]:
    """The command to start, with "python" as this very interpreter."""
    if not argv:
        raise ValueError("a job needs a program: argv is empty")
    return [sys.executable, "-s", *argv[1:]] if argv[0] == "python" else list(argv)


def folders() -> list[str]:
    """What the interpreter must be able to read: its prefixes and its installed packages."""
    prefixes = {sys.prefix, sys.base_prefix, sys.exec_prefix, sys.base_exec_prefix}
    prefixes |= {str(Path(sys.executable).resolve().parent.parent)}
    packages = {path for path in sys.path if path.endswith(("site-packages", "dist-packages"))}
    return _outermost(prefixes | packages)


def _outermost(paths: set[str]) -> list[str]:
    """Without those that lie inside of others."""
    return sorted(
        path for path in paths if not paths & {str(parent) for parent in PurePosixPath(path).parents}
    )
