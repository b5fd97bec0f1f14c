"""From an order to a running program: pipes, confinement, files, limits, and exec, or run in a warm copy."""

# ruff: noqa: PTH103, PTH120, PTH123
# pathlib loads slowly, and every job waits for its supervisor

from __future__ import annotations

import fcntl
import os
import signal
import sys

from sandbox.supervisor.limits import limit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn

    from sandbox.isolation.plain import Plain
    from sandbox.supervisor.order import Order

CHANNEL = 3  # the job's descriptor of the channel
TOLD = 4
HIGH = 16
SIGNALS = ("SIGPIPE", "SIGXFSZ")  # Python ignores them; a program expects the default


class Started:
    """A job that has begun: its first process and our ends of its pipes.

    On `told` come the words of a set-up that failed, or the status of a job whose parent is not us.
    """

    def __init__(self, pid: int, stdout: int, stderr: int, told: int) -> None:
        self.pid = pid
        self.stdout = stdout
        self.stderr = stderr
        self.told = told


def start(order: Order, place: Plain, channel: int) -> Started:
    """Start the job's program in its place."""
    out, err, told = os.pipe(), os.pipe(), os.pipe()
    pid = place.fork(told[1])
    if pid == 0:
        _become(order, place, (channel, out[1], err[1], told[1]))
    for end in (out[1], err[1], told[1], channel):
        os.close(end)
    return Started(pid, out[0], err[0], told[0])


def _become(order: Order, place: Plain, ends: tuple[int, int, int, int]) -> NoReturn:
    """Turn this process into the job, or tell why not."""
    told = ends[3]
    try:
        told = _arrange(*ends)
        os.setsid()
        os.umask(0o022)
        os.chdir(place.folder)
        place.confine()
        _write(order["files"])
        limit(order, place.alone)
        for name in SIGNALS:
            signal.signal(getattr(signal, name), signal.SIG_DFL)
        _execute(order, place.folder)
    except BaseException as error:  # whatever it is, the supervisor must hear of it
        os.write(told, f"{type(error).__name__}: {error}".encode())
    finally:
        os._exit(127)


def _arrange(channel: int, out: int, err: int, told: int) -> int:
    """Leave descriptors 0 to 4 alone open and say where `told` now is: it closes when the program starts."""
    null = os.open(os.devnull, os.O_RDONLY)
    ends = (null, out, err, channel, told)
    high = [fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, HIGH) for end in ends]  # out of each other's way
    for number, end in enumerate(high):
        os.dup2(end, number, inheritable=number != TOLD)
    os.closerange(TOLD + 1, os.sysconf("SC_OPEN_MAX"))
    return TOLD


def _write(files: dict[str, bytes]) -> None:
    for path, content in files.items():
        os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
        with open(path, "wb") as file:
            file.write(content)


def _execute(order: Order, folder: str) -> None:
    """Become the program. One that cannot be started is the job's own fault: exit code 127."""
    env = {"HOME": folder, "TMPDIR": folder, "SANDBOX_CHANNEL": str(CHANNEL)} | order["env"]
    if order["warm"]:
        from sandbox.supervisor import program  # loaded by the worker, and of no use to others

        os.close(TOLD)
        program.run(order["argv"][2:], env)
    try:
        os.execvpe(order["argv"][0], order["argv"], env)  # noqa: S606  the purpose of all this
    except OSError as error:
        sys.stderr.write(f"{order['argv'][0]}: {error.strerror}\n")
        sys.stderr.flush()
