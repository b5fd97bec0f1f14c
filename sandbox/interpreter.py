"""The engine's own Python, as a job sees it."""

from __future__ import annotations

import sys
from pathlib import Path, PurePosixPath

from sandbox.job import Job

# Packages of this very program: a job must not read them, since answers may lie among their data.
OURS = ("engine", "toolkits", "sandbox")
PACKAGES = ("site-packages", "dist-packages")
EARLY = ("PYTHON", "LD_")  # variables that are read when a program starts, and then no more
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


def warm(job: Job) -> bool:
    """Whether a running interpreter can take the part of the one that this job starts.

    Not if the job wants other options than `-m` and `-c`, or sets what is read only at the start.
    """
    match job.argv:
        case ("python", "-m" | "-c", _, *_):
            plain = True
        case ("python", path, *_):
            plain = path.endswith(".py")
        case _:
            plain = False
    early = (name for name in job.env if name.startswith(EARLY) or name in QUIET)
    return job.warm and plain and all(job.env[name] == QUIET.get(name) for name in early)


def folders() -> list[str]:
    """What the interpreter must be able to read: its prefixes and its installed packages."""
    prefixes = {sys.prefix, sys.base_prefix, sys.exec_prefix, sys.base_exec_prefix}
    prefixes |= {str(Path(sys.executable).resolve().parent.parent)}
    packages = {path for path in sys.path if path.endswith(PACKAGES)}
    return _outermost(_as_named_and_real(prefixes | packages))


def hidden() -> list[str]:
    """What of those folders must not be read: where this very program is installed in them."""
    roots = {Path(path) for path in sys.path if path.endswith(PACKAGES)} | {Path(__file__).parents[1]}
    found = {str(root / name) for root in roots for name in OURS if (root / name).is_dir()}
    return sorted(_as_named_and_real(found))


def _as_named_and_real(paths: set[str]) -> set[str]:
    """The same with what symbolic links make of them."""
    return paths | {str(Path(path).resolve()) for path in paths}


def _outermost(paths: set[str]) -> list[str]:
    """Without those that lie inside of others."""
    return sorted(path for path in paths if not paths & set(map(str, PurePosixPath(path).parents)))
