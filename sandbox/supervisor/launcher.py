"""The program of a supervisor's process, `launcher.py job CONTROL CHANNEL`, all numbers of descriptors.

It reads an order from the control channel, carries it out, and answers with a report. The same program is a
warm worker as `launcher.py worker CONTROL MODULE ...`.
"""

# ruff: noqa: PTH100, PTH120
# pathlib loads slowly, and every job waits for its supervisor

from __future__ import annotations

import marshal
import os
import sys
import types


def supervise(control: int, channel: int) -> None:
    from sandbox.channel import Channel
    from sandbox.supervisor.watch import Supervisor, failed

    engine = Channel(control)
    try:
        order = marshal.loads(engine.receive())  # noqa: S302  the engine wrote it
        report = Supervisor(order, control, channel).report()
    except Exception as error:
        report = failed(f"{type(error).__name__}: {error}")
    engine.send(marshal.dumps(dict(report)))
    os._exit(0)  # at once: there is nothing to tidy up


def _name_package() -> None:
    """Let `sandbox.x` be imported without running the package's own __init__, which loads dataclasses."""
    package = types.ModuleType("sandbox")
    package.__path__ = [os.path.dirname(os.path.dirname(os.path.abspath(__file__)))]
    sys.modules["sandbox"] = package


if __name__ == "__main__":
    _name_package()
    if sys.argv[1] == "worker":
        from sandbox.supervisor.worker import serve

        serve(int(sys.argv[2]), sys.argv[3:])
    supervise(int(sys.argv[2]), int(sys.argv[3]))
