"""An interpreter that outlives its calls, and what is said when it does not."""

from __future__ import annotations

import secrets

import pytest

from tests.sandbox.warm import alive
from tests.sandbox.workspace.opened import opened

pytestmark = pytest.mark.asyncio(loop_scope="module")
LOST = "Variables are lost, files are kept."


async def test_state_is_kept() -> None:
    """Variables, imports, the working folder and files outlive a call."""
    async with opened() as it:
        await it.python(
            "import os, json as j\nx = [1]\nos.mkdir('sub'); os.chdir('sub')\nopen('f', 'w').write('hi')"
        )
        assert await it.python("x.append(2); print(j.dumps(x), os.listdir())") == "[1, 2] ['f']\n"
        assert await it.read("sub/f") == "hi"


async def test_what_main_is() -> None:
    """The code is `__main__` of an ordinary interpreter, in the folder of the files, alone with itself."""
    code = (
        "import sys, os, __main__\n"
        "print(__name__, __main__.__dict__ is globals(), sys.argv, sys.path[0] == '', os.getcwd()[-5:])\n"
        "print([name for name in sys.modules if name[:7] == 'sandbox'], 'SANDBOX_CHANNEL' in os.environ)\n"
        "print(sorted(int(end) for end in os.listdir('/proc/self/fd') if int(end) < 10))\n"
        "input()"
    )
    async with opened() as it:
        said = (await it.python(code)).splitlines()
    assert said[0] == "__main__ True [''] True /work"
    assert said[1] == "[] False"
    assert said[2] == "[0, 1, 2, 3]"  # 3 is the listing itself
    assert said[-1] == "EOFError: EOF when reading a line"


async def test_both_streams_in_their_order() -> None:
    """What is printed, what goes to standard error, and what other programs print come as they came."""
    code = "import sys, os\nprint('a')\nprint('b', file=sys.stderr)\nos.system('echo c')\nprint('d', end='')"
    async with opened() as it:
        assert await it.python(code) == "a\nb\nc\nd"


async def test_a_call_that_hangs() -> None:
    """It is killed with what it started; what it printed is shown; the loss is said; the next call works."""
    mark = secrets.token_hex(7)
    code = (
        f"import os\nx = 1\nopen('/proc/self/comm', 'w').write('{mark}')\n"
        "if os.fork(): print('before')\nwhile True: pass"
    )
    async with opened() as it:
        await it.write("kept.txt", "kept")
        assert await it.python(code, seconds=0.3) == f"before\n[Stopped after 0.3 seconds. {LOST}]"
        await it.shell("sleep 0.1")  # a killed process takes its time
        assert alive(mark) == set()
        assert "NameError" in await it.python("x")
        assert await it.python("open('kept.txt').read()") == "'kept'\n"


@pytest.mark.parametrize(
    ("code", "how"),
    [
        ("import os; os._exit(3)", "exit code 3"),
        ("import os; os.abort()", "killed by SIGABRT"),
        ("import os, sys; os.close(17)", "exit code 1"),
    ],
)
async def test_an_interpreter_that_ends(code: str, how: str) -> None:
    """How it ended is said, and the next call has a new one."""
    async with opened() as it:
        assert await it.python(f"x = 1; {code}") == f"[The interpreter ended: {how}. {LOST}]"
        assert "NameError" in await it.python("x")


async def test_an_end_between_calls() -> None:
    """It is said at the next call, which is made nevertheless."""
    async with opened() as it:
        await it.python("import os, threading\nthreading.Timer(0.1, os._exit, [1]).start()")
        await it.shell("sleep 0.5")
        assert await it.python("1 + 1") == f"2\n[The interpreter has ended since the last call. {LOST}]\n"


async def test_a_copy_that_forgets_to_leave() -> None:
    """Code that forks does not make two interpreters of one."""
    async with opened() as it:
        await it.python(
            "import os\nme = os.getpid()\nif not os.fork(): x = 'copy'\nelse: x = os.wait() and 'own'"
        )
        assert await it.python("x, os.getpid() == me") == "('own', True)\n"
        assert await it.python("2") == "2\n"
