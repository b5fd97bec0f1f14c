"""Submissions that show their examiners one model and are another: they get no pass."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from engine.submission import Submission
from engine.verdict import Verdict
from sandbox import Sandbox
from tests.doubles import inside
from tests.titans.ahead import ahead
from tests.titans.configured import configured
from tests.titans.parts import part
from tests.titans.scripted import Scripted, message

REFERENCE = (Path(__file__).parents[2] / "conf/task/titans/specimens/reference.py").read_text(
    encoding="utf-8"
)
BLEND = "gate * attended + (1 - gate) * remembered"
START = "        seq = input_ids.shape[1]\n"
IMPORTS = "import torch.nn.functional as F\n"
Probed = Mapping[str, asyncio.Task[Mapping[str, Verdict]]]

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]


def replaced(*changes: tuple[str, str]) -> str:
    """The reference with some of its text exchanged."""
    text = REFERENCE
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


def two_faced(watched: str, other: str = "attended", start: str = "") -> str:
    """The reference where `watched()` says so, and another blend elsewhere."""
    return replaced(
        (IMPORTS, f"{IMPORTS}\nCALLS = []\n\n{watched}\n"),
        (f"({BLEND})", f"({BLEND} if watched() else {other})"),
        (START, START + "        CALLS.append(1)\n" + start),
    )


HOSTILE = {
    "asks for the dispatch mode": two_faced(
        "from torch.utils._python_dispatch import _get_current_dispatch_mode\n\n"
        "def watched():\n    return _get_current_dispatch_mode() is not None\n"
    ),
    "asks for the dispatch mode by another name": two_faced(
        'dispatch = getattr(torch.utils, "_python" + "_dispatch")\n\n'
        "def watched():\n    return dispatch._get_current_dispatch_mode() is not None\n"
    ),
    "counts its calls": two_faced("def watched():\n    return len(CALLS) == 1\n"),
    "counts its calls and is good at every other": two_faced(
        "def watched():\n    return len(CALLS) % 2 == 1\n"
    ),
    "sees that memory is kept": two_faced(
        "def watched():\n    return len({torch.empty(4096).data_ptr() for _ in range(64)}) == 64\n"
    ),
    "sees that the parameters are its own": two_faced(
        "def watched():\n    return bool(TRANSFORMERS[-1].norm.weight.eq(1).all())\n\nTRANSFORMERS = []\n",
        start="        TRANSFORMERS.append(self)\n",
    ),
    "takes the memory back where nobody looks": replaced(
        (
            f"        x = x + self.dropout({BLEND})\n",
            f"        blended = {BLEND}\n"
            "        blended.detach().numpy()[...] = attended.detach().numpy()\n"
            "        x = x + self.dropout(blended)\n",
        )
    ),
    "remembers outside of torch": replaced(
        (
            "        return self.to_output(torch.stack(reads, dim=1))\n",
            "        reads = [torch.tensor(read.tolist()) for read in reads]\n"
            "        return self.to_output(torch.stack(reads, dim=1).cumsum(1).detach())\n",
        ),
        ("strength.unsqueeze(-1) * binding", "torch.tensor((strength.unsqueeze(-1) * binding).tolist())"),
    ),
    "changes what is read of it": REFERENCE
    + '\n\nexec("Block.forward = lambda self, x: x + self.attention(self.attention_norm(x))")\n',
    "hides its model behind another of that name": REFERENCE + "\n\nclass Plain(SimpleTransformer):\n"
    "    def forward(self, input_ids, labels=None):\n"
    '        return {"logits": self.head(self.token_embedding(input_ids))}\n\n\n'
    'globals()["SimpleTransformer"] = Plain\n',
    "learns while it is asked": replaced(
        (START, START + "        with torch.no_grad():\n            self.norm.bias += 1.0\n"),
        ("self.norm(x)", "(self.norm(x) * self.norm.bias.detach().numpy().mean().item())"),
    ),
}
TINY = two_faced(
    "def watched():\n    return len(CALLS) == 1\n", f"{BLEND.replace('remembered', '0 * remembered')}"
)
SUBTLE = {
    "is another model within the tolerance": TINY.replace(
        "        return self.to_output(torch.stack(reads, dim=1))\n",
        "        return 1e-4 * self.to_output(torch.stack(reads, dim=1))\n",
    ),
    "is another model elsewhere than in the process that asks": REFERENCE.replace(
        "class SimpleTransformer(nn.Module)", "class Shown(nn.Module)"
    )
    + "\n\nclass SimpleTransformer(Shown):\n"
    "    def forward(self, input_ids, labels=None):\n"
    '        return {"logits": self.head(self.token_embedding(input_ids))}\n\n\n'
    'host = torch.sys.modules["__main__"].Host\n'
    "host.model = lambda self: Shown(**self.sizes).eval()\n",
}
KNOWN = {
    "is another model for other sizes": replaced(
        (f"({BLEND})", f"({BLEND} if x.shape[0] == 5 else attended)"),
    ),
}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def sandbox() -> AsyncIterator[Sandbox]:
    sandbox = configured()
    yield sandbox
    await sandbox.close()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def probed(request: pytest.FixtureRequest, sandbox: Sandbox) -> AsyncIterator[Probed]:
    """What the criteria get, by the kind of hostility."""

    async def one(kind: str) -> Mapping[str, Verdict]:
        return await part("behaviour").probe(
            Submission({"titans.py": (HOSTILE | SUBTLE | KNOWN)[kind]}), inside(sandbox)
        )

    async with ahead(request, "kind", one) as tasks:
        yield tasks


@pytest.mark.parametrize("kind", HOSTILE)
async def test_what_is_not_as_recorded_gets_no_pass(probed: Probed, kind: str) -> None:
    """The record is good, but other questions find another model."""
    said = await probed[kind]
    assert {verdict.verdict for verdict in said.values()} == {"unclear"}, said
    suspected = part("source").Source("titans.py", HOSTILE[kind]).tampering()
    assert suspected or "does not agree" in said["neural_memory"].reason


@pytest.mark.parametrize("kind", SUBTLE)
async def test_what_only_seems_to_be_as_recorded_gets_no_pass(probed: Probed, kind: str) -> None:
    """A memory that hardly stirs the logits, and a file that reaches for its host, prove nothing."""
    assert not await passes(probed, kind)


@pytest.mark.parametrize("kind", KNOWN)
@pytest.mark.xfail(strict=True, reason="not found yet: all six pass")
async def test_what_no_question_has_found_yet(probed: Probed, kind: str) -> None:
    """Another model where the examiner does not ask."""
    assert not await passes(probed, kind)


async def passes(probed: Probed, kind: str) -> dict[str, str]:
    said = await probed[kind]
    return {id: verdict.reason for id, verdict in said.items() if verdict.verdict == "pass"}


LEAVES = [
    {"ref": 0, "kind": "input", "name": "ids", "trained": False},
    {"ref": 1, "kind": "parameter", "name": "w", "trained": True},
]


def step(name: str, args: list[object], out: int) -> dict[str, object]:
    return {"op": f"aten.{name}", "args": args, "kwargs": {}, "outs": [out], "at": 0}


EMBED = step("embedding.default", [{"t": 1}, {"t": 0}], 2)
SQUARE = step("zeros.default", [[3000, 3000]], 3)
BOMBS = {
    "all the memory there is": [
        EMBED,
        step("ones.default", [[1 << 17, 1 << 14]], 3),
        step("add.Tensor", [{"t": 3}, {"t": 3}], 4),
    ],
    "memory by and by": [
        EMBED,
        *(
            step("full.default", [[1 << 12, 1 << 12], {"f": f"{place}.0"}], place + 3)
            for place in range(1000)
        ),
    ],
    "years of time": [
        EMBED,
        SQUARE,
        *(step("mm.default", [{"t": place + 3}, {"t": place + 3}], place + 4) for place in range(5000)),
    ],
    "very many operations": [
        EMBED,
        *(step("neg.default", [{"t": place + 2}], place + 3) for place in range(50_000)),
    ],
}


@pytest.mark.parametrize("bomb", BOMBS)
async def test_a_record_that_takes_too_much_decides_nothing(
    sandbox: Sandbox, bomb: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The examiner works within limits of its own; where it ends, nothing is decided."""
    monkeypatch.setattr(part("laboratory"), "SECONDS", 12.0)
    steps = BOMBS[bomb]
    record = {"leaves": LEAVES, "steps": steps, "places": [[]], "result": len(steps) + 1, "reached": None}
    ids = message.Array("int64", (5, 6), bytes(5 * 6 * 8))
    weight = message.Array("float32", (1000, 8), bytes(1000 * 8 * 4))

    def subject(question: Any, arrays: list[Any]) -> bytes:
        answers = {"record": record, "count": {"steps": len(steps)}}
        given = [ids, weight] if question.get("do") == "record" else []
        return message.pack({"ok": answers.get(question.get("do"), {})}, given)

    async with asyncio.timeout(60):
        text = "class SimpleTransformer: ..."
        said = await part("behaviour").probe(
            Submission({"titans.py": text}), inside(Scripted(subject, None, sandbox))
        )
    assert {verdict.verdict for verdict in said.values()} == {"unclear"}, said
