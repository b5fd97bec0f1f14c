"""What the engine tells a supervisor, and what the supervisor answers: plain values that marshal carries.

The supervisor's process must start fast, so neither dataclasses, typing nor json is loaded there.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypedDict

    from sandbox.job import Ended

    class Order(TypedDict):
        """A job for one supervisor. Sizes are bytes, `seconds` is wall time.

        `warm`: the supervisor was forked by a warm worker, and runs the Python program of `argv` in itself.
        """

        isolation: str
        warm: bool
        argv: list[str]
        env: dict[str, str]
        files: dict[str, bytes]
        readable: list[str]
        hidden: list[str]
        devices: list[str]
        scratch: str
        seconds: float
        memory: int
        processes: int
        disk: int
        output: int

    class Report(TypedDict):
        """What became of it. A non-empty `failure` is a fault of the sandbox, and then only it counts."""

        failure: str
        ended: Ended
        code: int | None
        stdout: bytes
        stderr: bytes
        seconds: float
