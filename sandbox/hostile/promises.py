"""The backends, the strongest first, and what each is known not to hold."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from sandbox.hostile.attack import Attack, Outcome
from sandbox.landlock import Landlock
from sandbox.namespaces import Namespaces
from sandbox.subprocess import Subprocess
from sandbox.supervised import Supervised

# "warm" is "namespaces" once more, with jobs that are copies of a running interpreter, as by default.
BACKENDS: dict[str, Callable[[], Supervised]] = {
    "namespaces": Namespaces,
    "warm": lambda: Namespaces(["decimal"]),
    "landlock": Landlock,
    "subprocess": Subprocess,
}
BOUNDED = {
    *("variables", "descriptors", "daemon", "processes", "threads", "memory", "big_file", "output", "errors"),
    *("open_files", "pickled", "zip_bomb", "flood", "silence", "hang", "no_text", "fifo", "patched_probe"),
}


def promised(backend: str, suite: Sequence[Attack]) -> set[str]:
    """The attacks that a backend holds wherever it starts."""
    names = {attack.name for attack in suite}
    return {"landlock": names - {"disk"}, "subprocess": names & BOUNDED}.get(backend, names)


def broken(backend: str, suite: Sequence[Attack], went: Mapping[str, Outcome]) -> list[str]:
    """The promises that were not kept, or of which nothing was found out."""
    return [name for name in sorted(promised(backend, suite)) if went[name] in ("not held", "untried")]
