"""An interpreter that keeps its variables between calls, from inside."""

from __future__ import annotations

import ast
import builtins
import linecache
import os
import sys
import traceback
from types import ModuleType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import TracebackType
    from typing import Any, NoReturn

    from sandbox.channel import Channel

OURS = (__file__, ast.__file__)  # whose frames are left out of a traceback


def serve(requests: Channel, done: int) -> NoReturn:
    """Run each text that comes, and write a byte to `done` after it."""
    own, number = os.getpid(), 0
    space = _main()
    while True:
        number += 1
        run(requests.receive().decode("utf-8", "surrogatepass"), f"<call {number}>", space)
        if os.getpid() != own:  # a copy that the code made of itself
            os._exit(0)
        os.write(done, b".")


def run(code: str, name: str, space: dict[str, Any]) -> None:
    """Run a text as if typed in: an expression at its end is shown, an exception told."""
    linecache.cache[name] = (len(code), None, code.splitlines(keepends=True), name)
    try:
        _execute(code, name, space)
    except SystemExit as end:
        sys.stderr.write(f"SystemExit: {end.code}\n")
    except BaseException as error:
        error.__traceback__ = _theirs(error.__traceback__)
        traceback.print_exception(error)
    for stream in (sys.stdout, sys.stderr):
        stream.flush()


def _execute(code: str, name: str, space: dict[str, Any]) -> None:
    tree = ast.parse(code, name)
    last = [tree.body.pop()] if tree.body and isinstance(tree.body[-1], ast.Expr) else []
    for part, mode in ((tree, "exec"), (ast.Interactive(last), "single")):
        exec(compile(part, name, mode, dont_inherit=True), space)  # noqa: S102  the purpose of all this


def _theirs(trace: TracebackType | None) -> TracebackType | None:
    """The code's part of a traceback."""
    while trace and trace.tb_frame.f_code.co_filename in OURS:
        trace = trace.tb_next
    return trace


def _main() -> dict[str, Any]:
    """The variables of a new `__main__`; nothing of ours is left where the code would come upon it."""
    for name in [name for name in sys.modules if name.partition(".")[0] == "sandbox"]:
        del sys.modules[name]
    main = sys.modules["__main__"] = ModuleType("__main__")
    main.__dict__.update(__builtins__=builtins)
    sys.argv[:] = [""]
    sys.path[0] = ""
    return main.__dict__
