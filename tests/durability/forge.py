"""Starts engines by forking a process that has imported all of it: imports take seconds, and are not tested.

As a script: each line of standard input is a JSON list of arguments. The child's number is printed as it
starts, and its exit status as it ends; at the end of the input, whether processes of any of them are left.
"""

from __future__ import annotations

import ctypes
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Self

ROOT = Path(__file__).parents[2]
PR_SET_CHILD_SUBREAPER = 36
PATIENCE = (
    30.0  # seconds that they may take to end: a sandbox's test of itself has a daemon that lives for 20
)


class Forge:
    """`with` it, `start` an engine, and `wait` for it. Its output is appended to `log`."""

    def __init__(self, cwd: Path, log: Path, **environment: str) -> None:
        self.cwd = cwd
        self.log = log
        self.environment = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            "COLUMNS": "80",
            **environment,
        }

    def start(self, *arguments: str) -> int:
        """The number of the new process."""
        assert self._process.stdin
        self._process.stdin.write(json.dumps(arguments) + "\n")
        self._process.stdin.flush()
        return self._number()

    def wait(self) -> int:
        """How it ended: an exit code, or the negative number of a signal."""
        return self._number()

    def _number(self) -> int:
        assert self._process.stdout
        return int(self._process.stdout.readline())

    def __enter__(self) -> Self:
        self._output = self.log.open("ab")
        self._process = subprocess.Popen(
            [sys.executable, __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._output,
            cwd=self.cwd, env=self.environment, text=True,
        )  # fmt: skip
        return self

    def __exit__(self, *_: object) -> None:
        left, _ = self._process.communicate()
        self._output.close()
        assert left == "0\n", "processes are left, see the log"


def serve() -> None:
    # What an engine imports on its way, so that a child need not.
    import anthropic
    import anyio
    import tenacity  # noqa: F401

    from engine.__main__ import main

    anyio.CapacityLimiter(1)
    anthropic.AsyncAnthropic(api_key="none", http_client=anthropic.DefaultAioHttpClient())
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1)  # a killed engine's processes become ours
    for line in sys.stdin:
        child = os.fork()
        if not child:
            os.dup2(2, 1)
            code = 70
            try:
                code = main(json.loads(line))
            finally:
                sys.stdout.flush()
                os._exit(code)
        print(child, flush=True)
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
    print(left(), flush=True)


def left() -> int:
    """Whether any of the processes below us are still there after some time."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        try:
            if not os.waitpid(-1, os.WNOHANG)[0]:
                time.sleep(0.01)
        except ChildProcessError:
            return 0
    subprocess.run(["ps", "-wweo", "pid,ppid,stat,args", "--forest"], check=False, stdout=sys.stderr)
    return 1


if __name__ == "__main__":
    serve()
