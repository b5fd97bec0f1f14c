"""Jobs forked from warm workers: like cold ones, out of reach of each other, and the workers behind them."""

import asyncio
import os
import secrets
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from sandbox import Job, JobLimits, Result, interpreter, run
from sandbox.namespaces import Namespaces
from sandbox.pool import Pool
from tests.sandbox.warm import NAMED, Sure, Warm, alive, children

pytestmark = pytest.mark.asyncio(loop_scope="module")

LOOK = """
import builtins, os, resource, signal, sys
import __main__
print(__name__, __main__.__dict__ is globals(), __builtins__ is builtins, type(__loader__), __spec__ is None)
print(globals().get('__file__'), sys.argv, sys.path, sys.flags, sys.orig_argv, sys.prefix, sys.executable)
print(os.getcwd(), os.listdir('.'), sorted(os.environ.items()))
print(os.path.expanduser('~'), os.getuid(), os.getgid())
print(os.getpid(), os.getppid(), os.getsid(0), sorted(os.listdir('/proc/self/fd')), os.umask(0))
print([signal.getsignal(number) for number in sorted(signal.valid_signals())])
limits = [name for name in dir(resource) if name.startswith('RLIMIT') and name != 'RLIMIT_AS']
print([resource.getrlimit(getattr(resource, name)) for name in limits])
status = open('/proc/self/status').read().splitlines()
alike = ('Sig', 'Shd', 'Cap', 'Seccomp', 'NoNew', 'Threads', 'Groups')
print([line for line in status if line.startswith(alike)])
print([name for name in sys.modules if name.partition('.')[0] in ('sandbox', 'engine', 'toolkits')])
print(os.stat('/proc/self/mem').st_uid, sys.stdin.read(), sys.stdout.encoding, sys.stderr.errors)
import tempfile; print(tempfile.gettempdir(), exit, __import__('gc').isenabled())
def f(x: int): ...
print(f.__annotations__)
"""
TELLS = """
import atexit, sys, threading, time, weakref
weakref.finalize(sys, print, 'finalized')
atexit.register(print, 'at exit')
threading.Thread(target=lambda: (time.sleep(0.2), print('thread'))).start()
print('begun', end='')
"""


async def both(argv: tuple[str, ...], files: dict[str, bytes]) -> tuple[Result, Result]:
    """The same job cold and warm."""
    cold = await run(Namespaces(), Job(argv, files, {"GIVEN": "1"}))
    warm = await run(Warm(), Job(argv, files, {"GIVEN": "1"}))
    return cold, warm


def said(result: Result) -> tuple[object, ...]:
    return result.ended, result.code, result.stdout, result.stderr


@pytest.mark.parametrize(
    "argv",
    [("-c", LOOK, "1", "-x"), ("-m", "inner.look", "1", "-x"), ("inner/look.py", "1", "-x")],
    ids=["text", "module", "script"],
)
async def test_like_a_new_interpreter(argv: tuple[str, ...]) -> None:
    """A warm program finds what it would find if an interpreter had been started for it."""
    cold, warm = await both(("python", *argv), {"inner/look.py": LOOK.encode()})
    assert (cold.code, cold.stderr) == (0, "")
    assert warm.stdout.splitlines() == cold.stdout.splitlines()


@pytest.mark.parametrize(
    "end",
    [
        *(
            "",
            "sys.exit(3)",
            "sys.exit('last words')",
            "exit(300)",
            "1 / 0",
            "raise SystemExit(None)",
            "nonsense(",
        ),
        *(
            "import os; os._exit(4)",
            "import os; os.abort()",
            "sys.excepthook = lambda *_: print('own'); 1 / 0",
        ),
    ],
)
async def test_ends_like_a_new_interpreter(end: str) -> None:
    """Exit codes, last words, tracebacks, threads and exit handlers are the same."""
    cold, warm = await both(("python", "main.py"), {"main.py": (TELLS + end).encode()})
    assert said(warm) == said(cold)


async def test_program_that_is_not_there() -> None:
    """A missing file is exit code 2, a missing module 1, as always."""
    for argv in [("python", "no.py"), ("python", "-m", "no")]:
        cold, warm = await both(argv, {})
        assert (warm.ended, warm.code) == (cold.ended, cold.code)


@pytest.mark.slow
async def test_torch() -> None:
    """A warm job need not import torch; it has one thread there, and random numbers of its own."""
    program = "import sys; print('torch' in sys.modules)\nimport torch, numpy, random\n"
    program += "print(torch.get_num_threads(), torch.initial_seed(), numpy.random.rand(), random.random())"
    cold = await run(Namespaces(), Job(("python", "-c", program)))
    if "ModuleNotFoundError" in cold.stderr:
        pytest.skip("no torch here")
    warm, other = [(await run(Warm(), Job(("python", "-c", program)))).stdout.split() for _ in range(2)]
    assert cold.stdout.split()[:2] == ["False", "1"]
    assert warm[:2] == other[:2] == ["True", "1"]
    assert len(set(warm[2:]) | set(other[2:])) == 6


SPOIL = """
import builtins, decimal, os, signal, sys
decimal.Decimal = builtins.abs = os.fork = os.listdir = None
sys.modules['planted'] = sys.modules['json'] = sys
sys.path[:] = ['/planted']
os.environ['PLANTED'] = '1'
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
sys.setrecursionlimit(77)
if 'torch' in sys.modules:
    import torch
    torch.nn.Module.forward = torch.nn.Module.__call__ = None
    torch.set_default_dtype(torch.float64); torch.manual_seed(5); torch.set_num_threads(7)
    torch.ones(1).storage
"""
STATE = """
import builtins, decimal, json, os, signal, sys
print(decimal.Decimal, builtins.abs, os.fork, os.listdir, json.__name__,
      'planted' in sys.modules, sys.path, 'PLANTED' in os.environ, signal.getsignal(signal.SIGCHLD),
      sys.getrecursionlimit())
if 'torch' in sys.modules:
    import torch
    print(torch.nn.Module.forward, torch.nn.Module.__call__, torch.get_default_dtype(),
          torch.get_num_threads())
"""


async def test_later_jobs_are_not_spoilt() -> None:
    """What a job does to the modules, the settings and itself ends with it."""
    before = await run(Warm(), Job(("python", "-c", STATE)))
    within = await run(Warm(), Job(("python", "-c", SPOIL.replace("os.listdir", "os.link") + STATE)))
    spoilt = await run(Warm(), Job(("python", "-c", SPOIL)))
    after = await run(Warm(), Job(("python", "-c", STATE)))
    hexless = [_without_addresses(result.stdout) for result in (before, within, after)]
    assert before.code == within.code == spoilt.code == after.code == 0
    assert hexless[0] == hexless[2] != hexless[1]


def _without_addresses(text: str) -> str:
    return " ".join(word for word in text.split() if not word.startswith("0x"))


FIND = """
import os, re, sys
wanted, found = sys.argv[1][::-1].encode(), 0
with open('/proc/self/maps') as maps, open('/proc/self/mem', 'rb', 0) as memory:
    for line in maps:
        first, last = (int(end, 16) for end in line.split()[0].split('-'))
        if line.split()[1].startswith('rw'):
            memory.seek(first)
            try:
                found += memory.read(last - first).count(wanted)
            except OSError:
                pass
print(found - 1)  # but for the one just made
"""


async def test_no_trace_of_earlier_jobs() -> None:
    """A job finds nothing of another's files or variables in its memory, which is a copy of the worker's."""
    token = secrets.token_hex(16)
    find = Job(("python", "find.py", token[::-1]), {"find.py": FIND.encode()})
    files = {**find.files, "given": f"a{token}b".encode()}
    holder = await run(Warm(), Job(find.argv, files, {"GIVEN": f"a{token}b"}))
    later = await run(Warm(), find)
    assert int(holder.stdout) > 0, holder
    assert int(later.stdout) <= 0, later


REACH = """
import os, signal, sys
pids = [int(name) for name in os.listdir('/proc') if name.isdigit()]
print(sorted(pids))
for pid in (1, *map(int, sys.argv[1:])):
    for number in (signal.SIGKILL, signal.SIGTERM, signal.SIGSTOP):
        try:
            if pid != os.getpid():
                os.kill(pid, number)
        except OSError:
            pass
    for name in ('environ', 'mem', 'maps', 'fd/5', 'cwd/etc', 'root/etc'):
        try:
            if pid != os.getpid():
                os.close(os.open(f'/proc/{pid}/{name}', os.O_RDONLY)); print('opened', pid, name)
        except OSError:
            pass
try:
    os.kill(-1, signal.SIGKILL)
except OSError:
    pass
print('done')
"""


async def test_workers_and_other_jobs_are_out_of_reach() -> None:
    """A job sees only its own processes: neither the worker nor a neighbour can be signalled or looked at."""
    mark = f"sandbox-test-{secrets.token_hex(8)}"
    sleep = Job(("python", "-c", f"{NAMED}os.write(3, bytes(4)); os.read(3, 1)"), env={"MARK": mark})
    async with Warm().open(sleep) as neighbour:
        assert await neighbour.receive() == b""
        worker = _worker(Warm.shared)
        others = map(str, {worker} | alive(mark) | children(worker))
        result = await run(Warm(), Job(("python", "-c", REACH, *others)))
        assert (result.code, result.stdout) == (0, "[1, 2]\ndone\n")
        await neighbour.send(b"")
        assert (await neighbour.wait()).ended == "exit"
    assert _worker(Warm.shared) == worker
    assert (await run(Warm(), Job(("python", "-c", "print(1)")))).stdout == "1\n"


def _worker(pool: Pool | None) -> int:
    worker = pool._slots[0].result()
    assert worker is not None
    return worker.process.pid


WARM = "import sys; print('decimal' in sys.modules)"  # not among what a new interpreter loads


@pytest_asyncio.fixture(loop_scope="module")
async def sandbox() -> AsyncIterator[Namespaces]:
    sandbox = Namespaces(["decimal"])
    yield sandbox
    await sandbox.close()


async def test_worker_that_dies(sandbox: Namespaces) -> None:
    """A running job does not notice; the next one runs cold; then there is another worker."""
    async with sandbox.open(
        Job(("python", "-c", "import os; os.write(3, bytes(4)); os.read(3, 1)"))
    ) as running:
        assert await running.receive() == b""
        worker = _worker(sandbox._pool)
        os.kill(worker, signal.SIGKILL)
        assert (await run(sandbox, Job(("python", "-c", WARM)))).stdout == "False\n"
        assert (await run(sandbox, Job(("python", "-c", WARM)))).stdout == "True\n"
        await running.send(b"")
        assert (await running.wait()).code == 0
    assert _worker(sandbox._pool) != worker


async def test_worker_is_replaced_after_many_jobs() -> None:
    """A worker forks so many jobs and then makes room for a new one, also when all come at once."""
    sandbox = Namespaces()
    sandbox._pool = pool = Sure(["decimal"], jobs=2)
    workers = []  # and not their ids: what is freed gives its id to the next
    for _ in range(6):
        assert (await run(sandbox, Job(("python", "-c", WARM)))).stdout == "True\n"
        await asyncio.sleep(0.01)
        workers.append(pool._slots[0])
    assert len({id(worker) for worker in workers}) >= 3
    sandbox._pool = Pool(["decimal"], jobs=2)
    ends = await asyncio.gather(*(run(sandbox, Job(("python", "-c", WARM))) for _ in range(10)))
    assert {end.code for end in ends} == {0}
    await pool.close()
    await sandbox.close()


async def test_worker_with_threads_does_not_fork(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A copy of a process with threads may hang, so that such a worker is none, and jobs run cold."""
    threads = "import threading, time; threading.Thread(target=time.sleep, args=(60,), daemon=True).start()"
    (tmp_path / "threaded.py").write_text(threads)
    monkeypatch.setitem(interpreter.QUIET, "PYTHONPATH", str(tmp_path))
    sandbox = Namespaces(["threaded"])
    for _ in range(2):
        result = await run(sandbox, Job(("python", "-c", "import sys; print('threaded' in sys.modules)")))
        assert result.stdout == "False\n"
    await sandbox.close()


async def test_nothing_to_preload() -> None:
    """Where none of the modules is installed, jobs run cold; where some are, the rest is left out."""
    for modules, expected in [(["no_such_module"], "False\n"), (["no_such_module", "decimal"], "True\n")]:
        sandbox = Namespaces(modules)
        assert (await run(sandbox, Job(("python", "-c", WARM)))).stdout == expected
        await sandbox.close()


async def test_close_leaves_nothing() -> None:
    """Closing ends the worker, also one that is still warming up; a closed sandbox warms up anew."""
    sandbox = Namespaces(["decimal"])
    await run(sandbox, Job(("python", "-c", WARM)))
    worker = _worker(sandbox._pool)
    await sandbox.close()
    assert not Path(f"/proc/{worker}").exists()
    before = children(os.getpid())
    early = asyncio.create_task(run(sandbox, Job(("python", "-c", WARM))))
    await asyncio.sleep(0.02)
    warming = children(os.getpid()) - before
    early.cancel()
    await asyncio.gather(early, return_exceptions=True)
    await sandbox.close()
    assert warming
    assert not warming & children(os.getpid())


async def test_cancelled_while_forking(sandbox: Namespaces) -> None:
    """Whoever gives up in the middle leaves no job behind and mixes nothing up for the others."""
    await run(sandbox, Job(("python", "-c", WARM)))
    for wait in (0.0, 0.001, 0.005, 0.02):
        tasks = [
            asyncio.create_task(run(sandbox, Job(("python", "-c", f"print({number})"))))
            for number in range(6)
        ]
        await asyncio.sleep(wait)
        for task in tasks[::2]:
            task.cancel()
        ends = await asyncio.gather(*tasks, return_exceptions=True)
        assert [end.stdout for end in ends[1::2]] == ["1\n", "3\n", "5\n"]
    for _ in range(100):
        if not children(_worker(sandbox._pool)):
            return
        await asyncio.sleep(0.05)
    pytest.fail("supervisors are left")


@pytest.mark.parametrize(
    ("job", "warm"),
    [
        (Job(("python", "main.py")), True),
        (Job(("python", "-m", "x", "y"), env={"RANK": "0", "OMP_NUM_THREADS": "1"}), True),
        (Job(("python", "-m", "x"), warm=False), False),
        (Job(("python", "-u", "main.py")), False),
        (Job(("python",)), False),
        (Job(("python", "-c")), False),
        (Job(("sh", "main.py")), False),
        (Job(("python", "-c", ""), env={"OMP_NUM_THREADS": "2"}), False),
        (Job(("python", "-c", ""), env={"PYTHONPATH": "shim"}), False),
    ],
)
async def test_what_can_be_warm(job: Job, warm: bool) -> None:
    """A job is warm where it asks for nothing that must be settled when an interpreter starts."""
    assert interpreter.warm(job) == warm


TWO_RANKS = """
import os, sys, torch, torch.distributed as dist
children = []
for rank in range(2):
    if not (pid := os.fork()):
        os.environ |= dict(RANK=str(rank), WORLD_SIZE='2', MASTER_ADDR='127.0.0.1', MASTER_PORT='29511')
        dist.init_process_group('gloo')
        value = torch.tensor([rank + 1.0]); dist.all_reduce(value); print(value.item(), flush=True)
        dist.destroy_process_group()
        sys.exit(0)
    children.append(pid)
print([os.waitpid(pid, 0)[1] for pid in children])
"""


@pytest.mark.slow
async def test_two_ranks() -> None:
    """Processes that a warm job forks talk to each other over gloo, which needs threads and the loopback."""
    result = await run(Warm(), Job(("python", "-c", TWO_RANKS), limits=JobLimits(seconds=60)))
    if "ModuleNotFoundError" in result.stderr:
        pytest.skip("no torch here")
    assert sorted(result.stdout.split("\n")[:2]) == ["3.0", "3.0"], result
    assert result.stdout.endswith("[0, 0]\n")
