"""What can be seen of each attack that had its effect, from outside of the sandbox."""

from __future__ import annotations

import contextlib
import stat
from collections.abc import Callable
from pathlib import Path

import sandbox
from sandbox.hostile.scene import PROC, Scene, value
from sandbox.job import MIB, JobLimits, Result

LIMITS = JobLimits(seconds=20.0, memory=64 * MIB, processes=16, disk=8 * MIB)
SPARE = 3  # processes that a job may have beyond its limit before it is ended
DESCRIPTORS = 300
SIGUSR1 = 1 << 9
SOURCE = Path(str(sandbox.__file__))


def _looted(name: str) -> Callable[[Scene], bool]:
    return lambda scene: scene.looted(name)


def _left(name: str) -> Callable[[Scene], bool]:
    return lambda scene: scene.targets.planted[name].exists()


def _called(name: str) -> Callable[[Scene], bool]:
    return lambda scene: name in scene.targets.services and scene.targets.called(name)


def _holds(word: str, more_than: int = 0) -> Callable[[Scene], bool]:
    return lambda scene: scene.holds(word) > more_than


def _writes(word: str) -> Callable[[Scene], bool]:
    return lambda scene: any(word in target and writable for target, writable in scene.opened())


def _parted(kind: str) -> Callable[[Scene], bool]:
    """Its processes are in several namespaces."""
    return lambda scene: len(scene.links(f"ns/{kind}")) > 1


def _victim(scene: Scene, field: str, base: int) -> int:
    with contextlib.suppress(OSError, ValueError):
        return int(value((PROC / str(scene.targets.victim) / "status").read_text(), field), base)
    return 0


def _listens(scene: Scene) -> bool:
    """One of its sockets is in the host's table of services (state 0A)."""
    rows = [line.split() for line in (PROC / "net" / "tcp").read_text().splitlines()[1:]]
    return any(row[3] == "0A" and scene.holds(f"socket:[{row[9]}]") for row in rows)


def _memory(scene: Scene) -> bool:
    """Shared pages are counted once."""
    lines = [line.split() for text in scene.texts("smaps_rollup") for line in text.splitlines()]
    return sum(int(line[1]) * 1024 for line in lines if line[0] == "Pss:") > LIMITS.memory


def _source(scene: Scene) -> bool:
    return scene.loot.get("own_source", b"") == SOURCE.read_bytes()[:4096]


SOCKETS = ("vsock", "packets", "raw_socket", "kernel_events", "kernel_crypto")
READ = ("secret", "environment", "variables", "descriptors", "foreign_memory", "foreign_memory_by_call",
        "foreign_descriptor")  # fmt: skip

# While the job still waits.
SEEN: dict[str, Callable[[Scene], bool]] = {
    **{name: _looted(name) for name in READ},
    "own_source": _source,
    **{name: _left(name) for name in ("write", "system_file", "shared_folder")},
    "kernel_setting": _writes("core_pattern"),
    "control_group": _writes("cgroup.procs"),
    "device": lambda scene: any(stat.S_ISCHR(found.st_mode) for found in scene.find("device")),
    "kill": lambda scene: bool(_victim(scene, "ShdPnd", 16) & SIGUSR1),
    "trace_other": lambda scene: _victim(scene, "TracerPid", 10) > 0,
    "trace_child": lambda scene: any(int(pid) for pid in scene.field("TracerPid")),
    "stop_watcher": Scene.stopped,
    **{
        name: _called(name)
        for name in ("connect", "connect_v6", "datagram", "path_socket", "abstract_socket")
    },
    "listen": _listens,
    **{name: _holds("socket:", more_than=1) for name in SOCKETS},
    "processes": lambda scene: len(scene.pids) > LIMITS.processes + SPARE,
    "threads": lambda scene: sum(map(int, scene.field("Threads"))) > LIMITS.processes + SPARE,
    "memory": _memory,
    "shared_memory": lambda scene: any("/SYSV" in text for text in scene.texts("maps")),
    "memfd": _holds("/memfd:hidden"),
    "disk": lambda scene: scene.sizes() > LIMITS.disk,
    "big_file": lambda scene: scene.sizes() > LIMITS.disk,
    "open_files": lambda scene: scene.holds("") > DESCRIPTORS,
    **{name: _parted("user") for name in ("user_namespace", "clone_namespace", "clone3_namespace")},
    "mount": lambda scene: any(" - tmpfs hostile " in text for text in scene.texts("mountinfo")),
    "mount_context": _holds("[fscontext]"),
    "chroot": lambda scene: any(link.endswith("/trap") for link in scene.links("root")),
    "rights": lambda scene: any(int(rights, 16) for rights in scene.field("CapEff")),
    "personality": lambda scene: any(int(text, 16) & 0x40000 for text in scene.texts("personality") if text),
    "io_uring": _holds("[io_uring]"),
    "page_faults": _holds("[userfaultfd]"),
    "kernel_program": _holds("bpf-map"),
    "performance": _holds("[perf_event]"),
    "file_events": _holds("[fanotify]"),
    "keyring": lambda scene: scene.targets.key in (PROC / "keys").read_text(),
    "other_machine": _holds("/memfd:machine"),
}

# When it is over: by what the caller got, and by the processes that are still there.
AFTER: dict[str, Callable[[Result, set[int]], bool]] = {
    "daemon": lambda _, left: bool(left),
    "output": lambda result, _: len(result.stdout) > LIMITS.output,
    "errors": lambda result, _: len(result.stderr) > LIMITS.output,
}
