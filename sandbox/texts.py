"""The texts of our programs for jobs, which a job imports from its working folder."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

from sandbox import channel


def texts(package: ModuleType) -> dict[str, bytes]:
    """The modules of a package that needs `sandbox.channel` alone, and that one, each where its name is."""
    folder = Path(str(package.__file__)).parent
    ours = [Path(channel.__file__), *sorted(folder.glob("*.py"))]
    return {path.relative_to(folder.parents[1]).as_posix(): path.read_bytes() for path in ours}
