"""Scripts run and watched in a real sandbox: what recorders see, and how a script ends."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import pytest

from engine.trace import Script, Trace, trace
from sandbox import Job, Result, SandboxError, Session
from sandbox.landlock import Landlock
from sandbox.namespaces import Namespaces

WATCH = b"""
import os

def watch(note, rank):
    make = os.makedirs
    def makedirs(name):
        note("folder", name=name, rank=rank)
        make(name)
    os.makedirs = makedirs
    return lambda: note("finished", here=sorted(os.listdir(".")))
"""
TWO = tuple({"RANK": str(rank), "WORLD_SIZE": "2"} for rank in range(2))
MEETING = """
import os, socket, sys
place = ("127.0.0.1", int(os.environ["MASTER_PORT"]))
if os.environ["RANK"] == "0":
    with socket.create_server(place) as server:
        print(server.accept()[0].recv(10).decode())
else:
    for _ in range(500):
        try:
            socket.create_connection(place).sendall(b"hello")
            break
        except ConnectionRefusedError:
            __import__("time").sleep(0.01)
"""


async def run(
    text: str,
    *arguments: str,
    ranks: tuple[Mapping[str, str], ...] = ({},),
    watch: bytes = WATCH,
    seconds: float = 20,
) -> Trace:
    files = {"train.py": text.encode(), "data/given.txt": b"given"}
    script = Script("train.py", arguments, files, {"watch.py": watch}, ranks, seconds)
    return await trace(Namespaces(), script)


async def test_recorders_see_what_the_script_does():
    """Their events come in order, then how it ended, then their last word."""
    found = await run("import os\nos.makedirs('made')\nopen('made/x', 'w').write('12')\nprint('printed')")
    (process,) = found.processes
    assert [event.kind for event in process.events] == ["folder", "ended", "finished"]
    assert process.of("folder") == ({"name": "made", "rank": 0},)
    assert process.of("finished")[0]["here"] == ["data", "made", "train.py"]
    assert (found.ended, process.code, process.stdout, process.stderr) == ("exit", 0, "printed\n", "")
    assert found.files["made/x"] == 2


async def test_a_script_is_what_python_would_run():
    """Its name, arguments, folder and first place to import from; and nothing of ours in sight."""
    found = await run(
        "import sys, os, json\n"
        "def f(x: int): ...\n"
        "ours = [name for name in sys.modules if name == 'watch' or name.startswith('sandbox')]\n"
        "print(json.dumps([__name__, sys.argv, os.path.dirname(os.path.abspath(__file__)) == os.getcwd(),"
        " sys.path[0] == os.getcwd(), [p for p in sys.path if 'watchers' in p], ours,"
        " 'SANDBOX_CHANNEL' in os.environ, open('data/given.txt').read(), str(f.__annotations__['x'])]))",
        "--epochs", "3",
    )  # fmt: skip
    said = json.loads(found.processes[0].stdout)
    assert said == [
        "__main__",
        ["train.py", "--epochs", "3"],
        True,
        True,
        [],
        [],
        False,
        "given",
        "<class 'int'>",
    ]


@pytest.mark.parametrize(
    ("text", "code", "facts"),
    [
        ("import sys\nsys.exit(3)", 3, {"how": "exit", "line": 2}),
        ("raise SystemExit('words')", 1, {"how": "exit"}),
        ("def f():\n    return 1 / 0\n\nf()", 1, {"how": "error", "type": "ZeroDivisionError", "line": 2}),
        ("x = (\n", 1, {"how": "error", "type": "SyntaxError"}),
        ("import nowhere", 1, {"how": "error", "type": "ModuleNotFoundError", "line": 1}),
        ("import atexit\natexit.register(print, 'bye')", 0, {"how": "finished"}),
    ],
)
async def test_how_a_script_ends(text, code, facts):
    """With its exit code, and with the kind and line of its error."""
    (process,) = (await run(text)).processes
    ended = process.of("ended")[0]
    assert process.code == code
    assert {name: ended[name] for name in facts} == facts
    assert process.stdout == ("bye\n" if "bye" in text else "")


async def test_given_modules_are_what_was_given():
    """Though the script writes something else over them before it imports them."""
    files = {
        "train.py": b"open('model.py', 'w').write('x = 2')\nimport model\nprint(model.x)",
        "model.py": b"x = 1\n",
    }
    found = await trace(Namespaces(), Script("train.py", (), files, {"watch.py": WATCH}, given=("model",)))
    assert found.processes[0].stdout == "1\n"


async def test_an_error_is_told_without_our_frames():
    """The trace begins with the script."""
    (process,) = (await run("1 / 0")).processes
    assert "watched" not in process.stderr
    assert "ZeroDivisionError: division by zero" in process.stderr
    assert process.of("ended")[0]["message"] == "ZeroDivisionError: division by zero"


async def test_processes_find_each_other():
    """Each has its own environment, output and events, and a place to meet."""
    found = await run(MEETING, ranks=TWO)
    assert [process.stdout for process in found.processes] == ["hello\n", ""]
    assert [process.code for process in found.processes] == [0, 0]


async def test_many_at_once_do_not_meet_each_other():
    """Ten jobs of two processes each, all with places of their own."""
    found = await asyncio.gather(*(run(MEETING, ranks=TWO) for _ in range(10)))
    assert [each.processes[0].stdout for each in found] == ["hello\n"] * 10


@pytest.mark.slow
async def test_waiting_for_each_other_is_a_deadlock():
    """It ends long before the time limit."""
    found = await run("import threading\nthreading.Event().wait()", ranks=TWO, seconds=100)
    assert found.ended == "deadlock"
    assert found.seconds < 30
    assert [process.code for process in found.processes] == [None, None]


async def test_time_ends_a_script_that_works_on():
    """And what was noted before is there."""
    found = await run("import os\nos.makedirs('made')\nwhile True: pass", seconds=1)
    assert (found.ended, found.processes[0].code) == ("timeout", None)
    assert len(found.processes[0].of("folder")) == 1


async def test_when_one_fails_the_others_are_ended():
    """As torchrun does."""
    found = await run("import os\nif os.environ['RANK'] == '0': 1 / 0\nwhile True: pass", ranks=TWO)
    assert (found.ended, [process.code for process in found.processes]) == ("exit", [1, None])
    assert found.seconds < 15


@pytest.mark.parametrize(
    ("text", "ended"),
    [
        ("import os, signal\nos.kill(os.getppid(), signal.SIGKILL)\nwhile True: pass", {"killed", "signal"}),
        ("x = bytearray(1 << 40)", {"exit"}),
        ("import os\nos._exit(0)", {"exit"}),
    ],
)
async def test_a_script_that_does_harm_is_a_trace_as_well(text, ended):
    """No exception, and no event that tells of a good end."""
    found = await run(text)
    assert found.ended in ended
    assert [end["how"] for end in found.processes[0].of("ended")] in ([], ["error"])


async def test_events_are_the_recorders_alone():
    """Neither a child of the process nor what is written to its pipe is taken for one of them."""
    found = await run(
        "import os\n"
        "if os.fork() == 0:\n    os.makedirs('by a child')\n    os._exit(0)\nos.wait()\n"
        "for number in range(3, 250):\n"
        "    try: os.write(number, b'[\"folder\", {}]\\n')\n    except OSError: pass\n"
    )
    assert found.processes[0].of("folder") == ()
    assert found.processes[0].of("ended") == ({"how": "finished", "code": 0},)


async def test_a_long_output_keeps_its_ends():
    """The middle is left out."""
    (process,) = (
        await run("print('first')\nfor i in range(100000): print('x' * 50)\nprint('last')")
    ).processes
    assert process.stdout.startswith("first")
    assert process.stdout.endswith("last\n")
    assert len(process.stdout) < 100_000


@pytest.mark.parametrize(
    "watch",
    [
        b"1 / 0",
        b"def watch(note, rank):\n    1 / 0",
        b"import threading, time\nthreading.Thread(target=time.sleep, args=(9,)).start()",
    ],
    ids=["when imported", "when asked", "threads"],
)
async def test_recorders_that_fail_are_their_authors_fault(watch):
    """An error with its trace, and never a trace of the script."""
    with pytest.raises(RuntimeError, match=r"the recorders failed: [\s\S]*(ZeroDivisionError|thread)"):
        await run("print(1)", watch=watch)


async def test_a_sandbox_without_network_will_not_do_for_several():
    """That is no fault of the script."""
    script = Script("train.py", (), {"train.py": b""}, {"watch.py": WATCH}, TWO)
    with pytest.raises(SandboxError, match="no loopback network"):
        await trace(Landlock(), script)


class Saying:
    """A job that says what it is told to say."""

    name, level, sockets = "saying", 3, True

    def __init__(self, *frames: bytes) -> None:
        self.frames = list(frames)

    @asynccontextmanager
    async def open(self, job: Job) -> AsyncIterator[Session]:
        yield self

    async def send(self, frame: bytes) -> None: ...

    async def receive(self, most: int = 0) -> bytes:
        if not self.frames:
            raise EOFError
        return self.frames.pop(0)

    async def wait(self) -> Result:
        return Result("memory", None, "", "", 1.0)


@pytest.mark.parametrize(
    ("frames", "ended"),
    [
        ((), "memory"),
        ((b"{",), "output"),
        ((b'{"rank": 7, "event": ["x", {}]}',), "output"),
        ((b'{"event": 3}',), "output"),
        ((b"\xff\xfe",), "output"),
    ],
)
async def test_a_launcher_that_was_taken_over_is_no_crash_of_ours(frames, ended):
    """What it says has no form, so there is nothing but the end."""
    script = Script("train.py", (), {"train.py": b""}, {"watch.py": WATCH})
    found = await trace(Saying(*frames), script)
    assert found.ended == ended
    assert found.processes[0].events == ()
