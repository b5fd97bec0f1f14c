"""What every backend does for an honest job, and what remains of it."""

import asyncio
import os
import signal
import subprocess
import sys
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from sandbox import Job, JobLimits, SandboxError, interpreter, run
from sandbox.auto import Auto
from sandbox.landlock import Landlock
from sandbox.namespaces import Namespaces
from sandbox.subprocess import Subprocess
from sandbox.supervised import Supervised
from tests.sandbox.warm import NAMED, Warm, alive, children

pytestmark = pytest.mark.asyncio(loop_scope="module")
KINDS = [Namespaces, Warm, Landlock, Subprocess]
every_kind = pytest.mark.parametrize("kind", KINDS)
HERE = Path(__file__).parents[2]
SHOW = (
    "import os; print(sorted(os.environ)); print(sorted(os.listdir('.'))); print(os.listdir('/proc/self/fd'))"
)


@every_kind
async def test_folder_and_environment(kind: type[Supervised]) -> None:
    """A job finds its files, its variables and its channel, and nothing else of ours."""
    os.environ["SECRET_OF_THE_ENGINE"] = "x"
    try:
        files = {"main.py": b"import inner.part", "inner/part.py": SHOW.encode()}
        result = await run(kind(), Job(("python", "main.py"), files, {"GIVEN": "1"}))
    finally:
        del os.environ["SECRET_OF_THE_ENGINE"]
    variables, folder, descriptors = result.stdout.splitlines()
    assert {"GIVEN", "HOME", "LANG", "OMP_NUM_THREADS", "PATH", "SANDBOX_CHANNEL", "TMPDIR"} <= set(
        eval(variables)
    )
    assert "SECRET" not in variables
    assert folder == "['inner', 'main.py']", result
    assert len(eval(descriptors)) == 5


@pytest.mark.parametrize("kind", [Namespaces, Landlock])
async def test_devices_are_there_if_asked_for(kind: type[Supervised]) -> None:
    """And only then: here the terminal, of which the kernel then says that the job has none."""
    program = "import errno, os\ntry:\n    os.open('/dev/tty', os.O_RDWR)\nexcept OSError as error:\n"
    program += "    print(errno.errorcode[error.errno])"
    without, having = [
        (await run(made, Job(("python", "-c", program)))).stdout.strip()
        for made in (kind(), kind(devices=["/dev/tty"]))
    ]
    assert without in ("ENOENT", "EACCES")
    assert having in ("", "ENXIO")


async def test_a_device_lies_among_the_devices() -> None:
    """Nothing else of the host is shown that way, and one that is not there is known before it matters."""
    for path in ("/etc/shadow", "nvidia0", "/dev/../etc/shadow", "/dev/nothing"):
        for kind in (Namespaces, Auto):
            with pytest.raises(ValueError, match=f"devices={path}: this must be"):
                kind(devices=[path])


@every_kind
async def test_python_is_the_engines(kind: type[Supervised]) -> None:
    """The program "python" is the engine's interpreter with its packages, but without the engine."""
    program = "import sys, pytest; print(sys.version); print(pytest.__version__); import engine.plan"
    result = await run(kind(), Job(("python", "-c", program)))
    assert result.stdout == f"{sys.version}\n{pytest.__version__}\n"
    assert ("ModuleNotFoundError" in result.stderr) == (kind is not Subprocess)


@every_kind
async def test_an_interpreter_behind_a_link(kind: type[Supervised], tmp_path: Path) -> None:
    """As where an environment lies on another disk."""
    (tmp_path / "env").symlink_to(sys.prefix)
    script = (
        "import asyncio\nfrom sandbox.job import Job, run\n"
        f"from {kind.__module__} import {kind.__name__} as Kind\n"
        "print(asyncio.run(run(Kind(), Job(('python', '-c', 'import sys; print(sys.prefix)')))).stdout)"
    )
    command = [tmp_path / "env/bin/python", "-c", script]
    done = await asyncio.to_thread(subprocess.run, command, check=True, capture_output=True, text=True)
    assert done.stdout.strip() == str(tmp_path / "env")


@every_kind
async def test_installed_engine_is_hidden(kind: type[Supervised], monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the engine is installed among the packages, a job cannot read it; its neighbours it can."""
    monkeypatch.setattr(interpreter, "OURS", ("pluggy",))
    program = "import pathlib, iniconfig as there; print(there.__file__); "
    program += "print(*(pathlib.Path(there.__file__).parents[1] / 'pluggy').rglob('*.py')); import pluggy"
    result = await run(kind(), Job(("python", "-c", program)))
    assert "iniconfig" in result.stdout
    assert (result.code == 0 and "pluggy" in result.stdout) == (kind is Subprocess)


@every_kind
async def test_codes(kind: type[Supervised]) -> None:
    """An exit code, a signal and a program that is not there are told apart."""
    sandbox = kind()
    ends = [
        await run(sandbox, Job(argv))
        for argv in [("python", "-c", "exit(3)"), ("sh", "-c", "kill -SEGV $$"), ("no-such-program",)]
    ]
    assert [(end.ended, end.code) for end in ends] == [
        ("exit", 3),
        ("signal", -signal.SIGSEGV),
        ("exit", 127),
    ]
    assert "no-such-program" in ends[2].stderr


@pytest.mark.parametrize("path", ["/etc/x", "../x", "a/../../x", ""])
async def test_file_outside(path: str) -> None:
    """A file can only be given inside of the working folder."""
    with pytest.raises(ValueError, match="relative path"):
        await run(Subprocess(), Job(("python", "-c", ""), {path: b""}))


async def test_set_up_that_fails_is_ours() -> None:
    """Files that do not fit on the disk that they are given are a fault of the set-up, not of the job."""
    job = Job(("python", "-c", ""), {"big": bytes(1 << 20)}, limits=JobLimits(disk=1 << 18))
    with pytest.raises(SandboxError, match="could not be set up"):
        await run(Namespaces(), job)


@every_kind
async def test_check(kind: type[Supervised], monkeypatch: pytest.MonkeyPatch) -> None:
    """A check passes where jobs run and says why they do not."""
    await kind().check()
    monkeypatch.setattr("sandbox.interpreter.program", lambda _: ["no-python"])
    with pytest.raises(SandboxError, match="no-python"):
        await kind().check()


@every_kind
async def test_nothing_remains(
    kind: type[Supervised], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Leaving a job early kills its processes and removes its folder."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    mark = f"sandbox-test-{os.urandom(8).hex()}"
    program = NAMED + "import os, time; os.fork(); os.fork(); time.sleep(60)"
    async with kind().open(Job(("python", "-c", program), {"x": b""}, {"MARK": mark})):
        await until(lambda: len(alive(mark)) >= 4)
    assert not alive(mark)
    assert not os.listdir(tmp_path)  # noqa: PTH208  in a moment that holds nobody up


@every_kind
async def test_cancelled(kind: type[Supervised]) -> None:
    """A cancelled job dies."""
    mark = f"sandbox-test-{os.urandom(8).hex()}"
    task = asyncio.create_task(
        run(kind(), Job(("python", "-c", NAMED + "import time; time.sleep(60)"), {}, {"MARK": mark}))
    )
    await until(lambda: bool(alive(mark)))
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not alive(mark)


ENGINE = """
import asyncio, sys
from sandbox import Job, run
from sandbox.{module} import {kind}
program = "import os, time; os.fork() or os.setsid(); time.sleep(60)"
asyncio.run(run({kind}(), Job(("python", "-c", program), dict(), dict(MARK=sys.argv[1]))))
"""


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
@every_kind
async def test_engine_dies(kind: type[Supervised], number: signal.Signals) -> None:
    """No process of a job outlives an engine that is killed or interrupted."""
    mark = f"sandbox-test-{os.urandom(8).hex()}"
    name = "Namespaces" if kind is Warm else kind.__name__
    arguments = "['decimal']" if kind is Warm else ""
    program = ENGINE.format(module=kind.name, kind=name, named=NAMED, arguments=arguments)
    engine = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", program, mark),
        cwd=HERE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    await until(lambda: len(alive(mark) - {engine.pid}) >= 2)
    started = children(engine.pid)
    engine.send_signal(number)
    await engine.wait()
    await until(lambda: not alive(mark) and not any(map(_runs, started)))


def _runs(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


@pytest.mark.slow
async def test_many_at_once() -> None:
    """Two hundred jobs opened at once all run."""
    sandbox = Namespaces()
    limits = JobLimits(seconds=60)
    results = await asyncio.gather(*(run(sandbox, Job(("/bin/true",), limits=limits)) for _ in range(200)))
    assert {(result.ended, result.code) for result in results} == {("exit", 0)}


@pytest.mark.parametrize("kind", [Namespaces, Warm])
async def test_sessions_within_sessions(kind: type[Supervised]) -> None:
    """Whoever holds one session gets as many more as he likes: none waits for another's end."""
    sandbox = kind()
    job = Job(("python", "-c", "import os; os.write(3, bytes(4)); os.read(3, 1)"), limits=JobLimits(60))
    async with asyncio.timeout(50), AsyncExitStack() as held:
        for _ in range(16):
            session = await held.enter_async_context(sandbox.open(job))
            assert await session.receive() == b""


async def until(condition) -> None:
    """Wait for what comes soon; fail when it does not."""
    for _ in range(200):
        if condition():
            return
        await asyncio.sleep(0.05)
    pytest.fail("did not come about in ten seconds")
