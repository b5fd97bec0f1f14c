"""One watched process from inside: the author's recorders first, then the script, as `python script.py` is.

    # watch.py, the author's
    def watch(note, rank): ...

`note(kind, **facts)` sends an event at once. What `watch` returns, if anything, is called after the script
has ended, and after what it had registered to be done at its exit. Events are hints: the script shares the
process. From here come `ended`, which only the events of that function follow; `watch_failed` where that
function raised an error; and `not_watched` where `watch` did, and the script was not run.
"""

# ruff: noqa: PTH118, PTH119, PTH120, PTH123
# pathlib loads slowly

from __future__ import annotations

import atexit
import builtins
import importlib
import importlib.util
import os
import sys
import threading
import traceback
from importlib.machinery import SourceFileLoader
from types import ModuleType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType
    from typing import Any, NoReturn

    Note = Callable[..., None]

LONGEST = 4000  # characters of an error's message or trace


def _encoder() -> Callable[[Any], str]:
    """JSON's, out of a copy of its module that the script does not come upon."""
    spec = importlib.util.find_spec("json.encoder")
    assert spec and spec.loader
    own = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(own)
    return own.JSONEncoder().encode  # type: ignore[no-any-return]


def teller(descriptor: int, token: str) -> Note:
    """A function that sends events. Children of this process are silent: an event is one process's own."""
    write, dump, get_pid, own = os.write, _encoder(), os.getpid, os.getpid()

    def note(kind: str, **facts: Any) -> None:
        if get_pid() == own:
            rest = memoryview(f"{token}{dump([kind, facts])}\n".encode("utf-8", "backslashreplace"))
            while rest:
                rest = rest[write(descriptor, rest) :]

    return note


def be(order: dict[str, Any], folder: str, note: Note, finish: Callable[[], None] | None) -> NoReturn:
    """Run the script to its end, whatever that is, and end the process."""
    code = 1
    try:
        facts = _run(os.path.join(folder, order["script"]), order["arguments"], order["given"])
        _say_goodbye()
        note("ended", **facts)
        code = int(facts["code"])
        if finish:
            finish()
    except Exception:
        note("watch_failed", trace=last_error())
    finally:
        os._exit(code)


def last_error() -> str:
    """The error that is being handled."""
    return traceback.format_exc()[-LONGEST:]


def _run(script: str, arguments: list[str], given: list[str]) -> dict[str, Any]:
    """How the script ended: it came to its end, left early, or raised an error."""
    main = sys.modules["__main__"] = ModuleType("__main__")
    main.__dict__.update(__builtins__=builtins, __cached__=None)
    main.__file__ = script
    main.__loader__ = SourceFileLoader("__main__", script)
    sys.argv[:] = [os.path.basename(script), *arguments]
    sys.path.insert(0, os.path.dirname(script))
    for name in given:  # before the script could write another in its place
        importlib.import_module(name)
    try:
        with open(script, "rb") as file:
            text = file.read()
        exec(compile(text, script, "exec", dont_inherit=True), main.__dict__)  # noqa: S102  the purpose of all this
        return {"how": "finished", "code": 0}
    except SystemExit as end:
        return {"how": "exit", "code": _code(end), "line": _line(end.__traceback__, script)}
    except BaseException as error:
        return _told(error, script)


def _told(error: BaseException, script: str) -> dict[str, Any]:
    """An error as facts, and on standard error as the interpreter would print it."""
    error.__traceback__ = error.__traceback__.tb_next if error.__traceback__ else None  # our own frame
    lines = traceback.format_exception(error)
    sys.stderr.write("".join(lines))
    last = "".join(traceback.format_exception_only(error)).strip()
    return {
        "how": "error",
        "code": 1,
        "type": type(error).__name__,
        "message": last[-LONGEST:],
        "line": error.lineno if isinstance(error, SyntaxError) else _line(error.__traceback__, script),
        "trace": "".join(lines)[-LONGEST:],
    }


def _line(trace: TracebackType | None, script: str) -> int | None:
    """The line of the script that was being run."""
    lines = [frame.lineno for frame in traceback.extract_tb(trace) if frame.filename == script]
    return lines[-1] if lines else None


def _code(end: SystemExit) -> int:
    if end.code is None:
        return 0
    if isinstance(end.code, int):
        return end.code & 0xFF
    sys.stderr.write(f"{end.code}\n")
    return 1


def _say_goodbye() -> None:
    """What an interpreter does at its end."""
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError, AttributeError):  # closed or replaced by the script
            continue
