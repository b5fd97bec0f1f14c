"""A Python program in an interpreter that already runs, as if that had been started for it.

What the interpreter has imported stays; everything else is as it would be after `python -s ...`: arguments,
search path, environment, signals, `__main__`, how it ends.
"""

# ruff: noqa: PTH100, PTH109, PTH120, PTH123
# pathlib loads slowly, and every job waits for its supervisor

from __future__ import annotations

import atexit
import builtins
import os
import runpy
import signal
import sys
import threading
from importlib.machinery import BuiltinImporter, SourceFileLoader
from operator import attrgetter
from types import ModuleType

from sandbox.isolation import kernel

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import TracebackType
    from typing import NoReturn

# What seeds generators of random numbers that would go on, in every job, where the worker's stand. `random`
# renews itself.
SEEDS = (("numpy.random", "seed"), ("torch", "default_generator.seed"))


def run(argv: list[str], env: dict[str, str]) -> NoReturn:
    """Be this program: `argv` is what follows `python -s`."""
    code = 1
    try:
        _renew(argv, env)
        try:
            _main(argv)
            code = 0
        except SystemExit as end:
            code = _code(end)
        except BaseException as error:
            error.__traceback__ = _own(error.__traceback__)
            sys.excepthook(type(error), error, error.__traceback__)
        _finish()
    finally:
        os._exit(code)


def _renew(argv: list[str], env: dict[str, str]) -> None:
    """Forget what this process was: a worker, then a supervisor."""
    kernel.call("prctl", kernel.PR_SET_DUMPABLE, 1, 0, 0, 0)  # lost with root's id; a program regains it
    os.environ.clear()
    os.environ.update(env)
    sys.orig_argv[2:] = argv
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    for number in (signal.SIGPIPE, signal.SIGXFSZ):
        signal.signal(number, signal.SIG_IGN)
    for name in [name for name in sys.modules if name.partition(".")[0] == "sandbox"]:
        del sys.modules[name]
    if "tempfile" in sys.modules:
        sys.modules["tempfile"].tempdir = None  # type: ignore[attr-defined]  # to be looked for anew
    for name, seed in SEEDS:
        if name in sys.modules:
            attrgetter(seed)(sys.modules[name])()


def _main(argv: list[str]) -> None:
    main = sys.modules["__main__"] = ModuleType("__main__")
    main.__dict__.update(__builtins__=builtins, __loader__=BuiltinImporter)
    if argv[0] == "-m":
        sys.argv[:] = ["-m", *argv[2:]]
        sys.path.insert(0, os.getcwd())
        runpy._run_module_as_main(argv[1])  # type: ignore[attr-defined]  # what `python -m` itself calls
    elif argv[0] == "-c":
        sys.argv[:] = ["-c", *argv[2:]]
        sys.path.insert(0, "")
        exec(compile(argv[1], "<string>", "exec", dont_inherit=True), main.__dict__)  # noqa: S102  the purpose of all this
    else:
        sys.argv[:] = argv
        _script(os.path.abspath(argv[0]), main)


def _script(path: str, main: ModuleType) -> None:
    try:
        with open(path, "rb") as file:
            source = file.read()
    except OSError as error:
        sys.stderr.write(f"can't open file {path!r}: {error.strerror}\n")
        sys.exit(2)
    sys.path.insert(0, os.path.dirname(os.path.realpath(path)))
    main.__file__ = path
    main.__loader__ = SourceFileLoader("__main__", path)
    main.__dict__["__cached__"] = None
    exec(compile(source, path, "exec", dont_inherit=True), main.__dict__)  # noqa: S102  the purpose of all this


def _own(trace: TracebackType | None) -> TracebackType | None:
    """The program's part of a traceback."""
    while trace and trace.tb_frame.f_globals is globals():
        trace = trace.tb_next
    return trace


def _code(end: SystemExit) -> int:
    """The exit code, as the interpreter makes it of what `sys.exit` was given."""
    if end.code is None:
        return 0
    if isinstance(end.code, int):
        return end.code & 0xFF
    sys.stderr.write(f"{end.code}\n")
    return 1


def _finish() -> None:
    """What an interpreter does at its end: wait for threads, say good-bye, let go of what was printed."""
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        if stream and not stream.closed:
            stream.flush()
