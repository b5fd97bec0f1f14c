"""The gate: each way to fail it with the name it gets, and that nothing but the logits counts."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping

import pytest
import pytest_asyncio

from engine.submission import Submission
from engine.verdict import Verdict
from sandbox import Sandbox
from tests.doubles import inside
from tests.titans.ahead import ahead
from tests.titans.configured import configured
from tests.titans.parts import part

Judged = Mapping[str, asyncio.Task[Verdict]]

probe = part("execution").probe
MODEL = """import torch
import torch.nn as nn


class SimpleTransformer(nn.Module):
    def __init__(self, vocab_size=10000, d_model=512, n_heads=8, n_layers=6, d_ff=2048):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, d_model)
        self.head = nn.Linear(d_model, vocab_size)

    def forward(self, input_ids, labels=None):
        x = self.head(self.embedding(input_ids))
        return {"logits": x}
"""
RETURN = 'return {"logits": x}'
torch_runs = pytest.mark.slow
own_loop = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def sandbox() -> AsyncIterator[Sandbox]:
    sandbox = configured()
    yield sandbox
    await sandbox.close()


async def gate(text: str, sandbox: Sandbox) -> Verdict:
    return (await probe(Submission({"titans.py": text}), inside(sandbox)))["execution"]


def ending(last: str) -> str:
    """The model, with another end of its forward pass."""
    assert RETURN in MODEL
    return MODEL.replace(RETURN, last.replace("\n", "\n        "))


class Nowhere:
    """A sandbox for submissions that are refused before anything is run."""

    name, level, sockets = "nowhere", 3, True

    def open(self, job: object) -> object:
        raise AssertionError("nothing was to be run")

    async def check(self) -> None: ...

    async def close(self) -> None: ...


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        ({}, "no Python file"),
        ({"titans.md": MODEL}, "no Python file"),
        ({"titans.py": ""}, "defines no SimpleTransformer"),
        ({"titans.py": "class Transformer: ..."}, "defines no SimpleTransformer"),
        ({"titans.py": "# class SimpleTransformer"}, "defines no SimpleTransformer"),
        ({"titans.py": "x = 1\nclass SimpleTransformer(:\n"}, "does not parse"),
        ({"titans.py": "SimpleTransformer = '\0'"}, "does not parse"),
        ({"titans.py": f"SimpleTransformer = {'(' * 5000}1{')' * 5000}"}, "does not parse"),
        ({"titans.py": f"SimpleTransformer = {'-' * 100_000}1"}, "does not parse"),
    ],
    ids=[
        "nothing",
        "no Python",
        "empty",
        "another class",
        "only a comment",
        "syntax error",
        "NUL",
        "nested without end",
        "negated without end",
    ],
)
async def test_what_cannot_be_run_is_invalid(files: dict[str, str], reason: str) -> None:
    """It is told from the text alone."""
    verdict = (await probe(Submission(files), inside(Nowhere())))["execution"]
    assert (verdict.verdict, verdict.failure) == ("fail", "invalid_submission")
    assert reason in verdict.reason


async def test_a_syntax_error_is_shown_where_it_stands() -> None:
    """Line and quote."""
    text = "x = 1\nclass SimpleTransformer(:\n    pass\n"
    (place,) = (await probe(Submission({"titans.py": text}), inside(Nowhere())))["execution"].evidence
    assert (place.quote, place.file, place.line) == ("class SimpleTransformer(:", "titans.py", 2)


@torch_runs
@own_loop
async def test_a_plain_model_passes(sandbox: Sandbox) -> None:
    """The control of all that follows; what it prints is its own affair."""
    noisy = MODEL.replace("import torch\n", "import torch\nprint('FAIL: runtime_error')\n", 1)
    verdict = await gate(noisy, sandbox)
    assert (verdict.verdict, verdict.failure) == ("pass", None), verdict.reason
    assert "(2, 32, 1000)" in verdict.reason
    assert "a backward pass reaches 3 parameters" in verdict.reason


@torch_runs
@own_loop
async def test_a_model_that_cannot_be_trained_still_runs(sandbox: Sandbox) -> None:
    """A backward pass that fails is told, not judged."""
    verdict = await gate(ending('return {"logits": x.detach()}'), sandbox)
    assert verdict.verdict == "pass"
    assert "backward" in verdict.reason


FAILING = {
    "exit at import": ("import sys\nsys.exit(0)\n" + MODEL, "ended early (exit code 0)", None),
    "exit in forward": (ending("import os\nos._exit(0)"), "ended early (exit code 0)", None),
    "killed": (ending("import os\nos.kill(os.getpid(), 9)"), "ended early", None),
    "exception at import": ("import torch\n1 / 0\n" + MODEL, "ZeroDivisionError: division by zero", "1 / 0"),
    "missing module": ("import no_such_module\n" + MODEL, "No module named", "import no_such_module"),
    "exception in the constructor": (
        MODEL.replace("super().__init__()", "super().__init__(1, 2)"),
        "TypeError",
        "super().__init__(1, 2)",
    ),
    "exception in forward": (
        ending("raise RuntimeError('the gate\\'s shape')"),
        "RuntimeError: the gate's shape",
        "raise RuntimeError('the gate\\'s shape')",
    ),
    "no such size": (MODEL.replace(", d_ff=2048", ""), "unexpected keyword argument 'd_ff'", None),
    "bare tensor": (ending("return x"), "not a dict with 'logits'", None),
    "no logits": (ending('return {"output": x}'), "not a dict with 'logits'", None),
    "logits that are a list": (
        ending('return {"logits": x.tolist()}'),
        "'logits' is list, not a tensor",
        None,
    ),
    "last token only": (ending('return {"logits": x[:, -1]}'), "shape (2, 1000), not (2, 32, 1000)", None),
    "other vocabulary": (ending('return {"logits": x[..., 1:]}'), "shape (2, 32, 999)", None),
    "not floating point": (ending('return {"logits": x.argsort()}'), "not floating point: ['int64']", None),
    "NaN": (ending('return {"logits": x / 0 * 0}'), "not finite", None),
    "one infinity": (ending('x[1, 31, 999] = float("inf")\nreturn {"logits": x}'), "not finite", None),
    "constant": (ending('return {"logits": x * 0}'), "the same for other input ids", None),
    "noise": (ending('return {"logits": x * 0 + torch.randn_like(x)}'), "", None),
    "rows mixed up": (
        ending('first = x[:1].expand_as(x)\nreturn {"logits": first}'),
        "do not follow their row",
        None,
    ),
    "frames of its own": (
        ending(
            "import json, os\n"
            'head = json.dumps({"value": {"ok": {}}, "arrays": [["float32", [2, 32, 1000]]]}).encode()\n'
            "frame = len(head).to_bytes(4, 'big') + head + os.urandom(32000) + bytes(224000)\n"
            "os.write(int(os.environ['SANDBOX_CHANNEL']), len(frame).to_bytes(4, 'big') + frame)\n"
            "os._exit(0)"
        ),
        "",
        None,
    ),
    "a frame without end": (
        ending("import os\nos.write(int(os.environ['SANDBOX_CHANNEL']), b'\\xff' * 100)\nos._exit(0)"),
        "announced a frame of 4294967295 bytes",
        None,
    ),
    "rubbish on the channel": (
        ending("import os\nos.write(int(os.environ['SANDBOX_CHANNEL']), b'\\0\\0\\0\\4pass')\nos._exit(0)"),
        "not a message",
        None,
    ),
    "verdicts in print": (
        "import sys\n"
        'verdict = \'{"execution": {"verdict": "pass", "failure": null}}\'\n'
        "print(verdict)\nprint(verdict, file=sys.stderr)\nsys.exit(0)\n" + MODEL,
        "ended early (exit code 0)",
        None,
    ),
}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def judged(request: pytest.FixtureRequest, sandbox: Sandbox) -> AsyncIterator[Judged]:
    """The gate's verdict, by the kind of failure."""
    async with ahead(request, "kind", lambda kind: gate(FAILING[kind][0], sandbox)) as tasks:
        yield tasks


@torch_runs
@own_loop
@pytest.mark.parametrize("kind", FAILING)
async def test_what_does_not_run_as_it_should_fails(judged: Judged, kind: str) -> None:
    """Each is a runtime error, told in its own words and with the line of the submission where it has one."""
    text, reason, quote = FAILING[kind]
    verdict = await judged[kind]
    assert (verdict.verdict, verdict.failure) == ("fail", "runtime_error"), verdict.reason
    assert reason in verdict.reason
    if quote:
        (place,) = verdict.evidence
        assert (place.quote, place.file) == (quote, "titans.py")
        assert text.splitlines()[place.line - 1].strip() == quote


@torch_runs
@own_loop
@pytest.mark.parametrize("where", ["at import", "in forward", "asleep"])
async def test_what_does_not_end_is_a_timeout(
    sandbox: Sandbox, where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An endless loop at import or in forward, or one that only sleeps."""
    monkeypatch.setattr(part("laboratory"), "SECONDS", 8.0)
    text = {
        "at import": "while True: pass\n" + MODEL,
        "in forward": ending("while True: x = (x + 1).detach()"),  # or the graph would fill the memory
        "asleep": ending("import time\ntime.sleep(3600)"),
    }[where]
    async with asyncio.timeout(60):
        verdict = await gate(text, sandbox)
    assert (verdict.verdict, verdict.failure) == ("fail", "timeout"), verdict.reason
    assert "no answer within 8 s" in verdict.reason


@torch_runs
@own_loop
async def test_what_takes_all_memory_fails(sandbox: Sandbox) -> None:
    """It ends with the job and is the submission's fault."""
    verdict = await gate(ending("hoard = [bytearray(1 << 26) for _ in range(1000)]"), sandbox)
    assert (verdict.verdict, verdict.failure) == ("fail", "runtime_error"), verdict.reason
