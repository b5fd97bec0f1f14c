"""An experiment whose provider fails every third request."""

from __future__ import annotations

import json
import random
import re
from pathlib import Path
from typing import Any

import pytest

from tests.durability.counting import Counting, my_evals
from tests.durability.forge import Forge
from tests.servers.double import Answer
from tests.servers.messages import MessagesServer
from tests.servers.replies import Failure, Reply, call, text

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

RUNS, AT_ONCE, LIMIT, SHARE, SEED = 200, 40, 16, 0.3, 11
FAULTS: tuple[Any, ...] = (
    Failure(429),
    Failure(429, headers={"retry-after": "1"}),
    Failure(429, headers={"retry-after-ms": "30"}),
    Failure(529),
    Failure(503),
    Failure(500),
    Failure(408),
    Failure(kind="reset"),
    Failure(kind="cut"),
    Failure(kind="torn"),
    Failure(kind="closed"),
    Failure(kind="overloaded"),
    Failure(kind="malformed"),
    Failure(kind="alien"),
    Failure(kind="html"),
    Failure(kind="hang"),
    Reply([text("I would rather not.")], "refusal"),
)
CUT_SHORT = Reply([text('{"answers": [')], "max_tokens")
ILL_CALLED = Reply([text("Let me see."), call("submit", {"text": "wrong"}), call("nothing", {})])


class Moody(Counting):
    """Fails a share of the requests, each fault as often as any other."""

    def __init__(self) -> None:
        super().__init__()
        self.chance = random.Random(SEED)
        self.failed: list[Any] = []

    def __call__(self, body: dict[str, Any]) -> Answer:
        if self.chance.random() >= SHARE:
            return super().__call__(body)
        judged = bool((body.get("output_config") or {}).get("format"))
        self.failed.append(self.chance.choice([*FAULTS, CUT_SHORT if judged else ILL_CALLED]))
        return self.failed[-1]


def test_every_third_request_fails(tmp_path: Path) -> None:
    """Two hundred runs end with the outcome that they deserve, none void, and nobody is hammered."""
    said, out = Moody(), tmp_path / "here"
    with (
        MessagesServer(said, seconds=0.01) as server,
        Forge(tmp_path, tmp_path / "log", **environment(tmp_path, server.url)) as engines,
    ):
        engines.start(*arguments(my_evals(tmp_path / "my_evals"), out))
        assert engines.wait() == 0, (tmp_path / "log").read_text()[-2000:]
    records = [json.loads(line) for line in (out / "runs.jsonl").read_text().splitlines()]
    assert sorted(record["run"] for record in records) == list(range(RUNS))
    assert {record["run"]: record["outcome"] for record in records} == {
        run: deserved(out, run) for run in range(RUNS)
    }
    assert server.invalid == []
    assert 1 < server.most_open <= LIMIT
    assert len(said.failed) > 0.25 * len(server.requests)
    assert {id(fault) for fault in said.failed} == set(map(id, (*FAULTS, CUT_SHORT, ILL_CALLED)))


def environment(folder: Path, url: str) -> dict[str, str]:
    return {
        "ANTHROPIC_API_KEY": "sk-local-secret",
        "ANTHROPIC_BASE_URL": url,
        "XDG_CACHE_HOME": str(folder / "cache"),
        "HOME": str(folder),
    }


def arguments(mine: Path, out: Path) -> list[str]:
    """One model for agent and judge, which streams to the judge alone."""
    patience = ("backoff_seconds=0.05", "timeout_seconds=1", f"max_connections={LIMIT}")
    models = [f"{role}.model.{key}" for role in ("agent", "judge") for key in patience]
    return [
        "--config-dir", str(mine), "task=mine", "toolkit=submit", "grading=judge", "judge.model=haiku",
        "judge.model.max_tokens=32000", "task.limits.turns=50", f"runs={RUNS}", f"concurrency={AT_ONCE}",
        f"out={out}", *models,
    ]  # fmt: skip


def deserved(out: Path, run: int) -> str:
    submitted = (out / "submissions" / f"{run:03d}" / "answer.py").read_text()
    drawn = int(re.search(r"\d+", submitted)[0])  # type: ignore[index]
    return "pass" if drawn % 2 == 0 else "fail"
