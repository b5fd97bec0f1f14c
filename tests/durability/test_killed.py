"""Experiments that are killed at any moment, and go on."""

from __future__ import annotations

import json
import os
import random
import re
import signal
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.durability.counting import CRITERIA, TALK, Counting, kept, my_evals
from tests.durability.forge import Forge
from tests.servers.messages import MessagesServer

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

RUNS, KILLS, AT_ONCE = 40, 100, 4
CALLS = TALK + 2 + len(CRITERIA)  # of a run, one after the other: a draft, talk, a submission, a judge
SEED = 7


def test_a_hundred_kills(tmp_path: Path) -> None:
    """Forty records, none twice, transcripts whole, and no reply that was kept was ever asked for again."""
    said = Counting()
    out, chance = tmp_path / "here", random.Random(SEED)
    with MessagesServer(said, seconds=0.02) as server, forge(tmp_path, server) as engines:
        lost, kills = 0, 0
        while kills < KILLS:
            before = len(said.said)
            number = engines.start(*arguments(tmp_path, out))
            await_replies(said, chance)
            os.kill(number, signal.SIGKILL)
            if engines.wait() != -signal.SIGKILL:
                break
            kills += 1
            server.settle()
            on_disk = {reply for replies in kept(out).values() for reply in replies}
            missing = set(said.said[before:]) - on_disk
            assert len(missing) <= AT_ONCE, "more was lost than was under way"
            lost += len(missing)
        assert kills == KILLS, "it was done before"
        engines.start(*arguments(tmp_path, out))
        assert engines.wait() == 0, (tmp_path / "log").read_text()[-2000:]
    assert server.invalid == []
    check(out, said, lost)


def forge(folder: Path, server: MessagesServer) -> Forge:
    return Forge(
        folder, folder / "log", ANTHROPIC_API_KEY="sk-local-secret", ANTHROPIC_BASE_URL=server.url,
        XDG_CACHE_HOME=str(folder / "cache"), HOME=str(folder),
    )  # fmt: skip


def arguments(folder: Path, out: Path) -> list[str]:
    """To begin or, once it has begun, to go on."""
    mine = folder / "my_evals"
    own = ["--config-dir", str(mine if mine.exists() else my_evals(mine))]
    if (out / "runs.jsonl").exists():
        return [*own, f"resume={out}"]
    return [*own, "task=mine", "grading=judge", f"out={out}", f"runs={RUNS}", f"concurrency={AT_ONCE}"]


def await_replies(said: Counting, chance: random.Random) -> None:
    """Until some replies have gone out and a moment more, or for any time from the start on."""
    if chance.random() < 0.2:
        time.sleep(chance.uniform(0, 1.5))
    else:
        for _ in range(chance.choice([0, 1, 1, 2, 3, 4])):
            said.came.acquire(timeout=20)
        time.sleep(chance.uniform(0, 0.08))
    while said.came.acquire(blocking=False):
        pass


def check(out: Path, said: Counting, lost: int) -> None:
    records = [json.loads(line) for line in (out / "runs.jsonl").read_text().splitlines()]
    assert sorted(record["run"] for record in records) == list(range(RUNS))
    replies = kept(out)
    assert {run: len(each) for run, each in replies.items()} == dict.fromkeys(range(RUNS), CALLS)
    assert Counter(reply for each in replies.values() for reply in each).most_common(1)[0][1] == 1
    assert len(said.said) == RUNS * CALLS + lost
    for record in records:
        whole(out, record)


def whole(out: Path, record: dict[str, Any]) -> None:
    """Its transcript has each thing once, and its outcome, submission and usage agree with it."""
    run = f"{record['run']:03d}"
    lines = (out / "transcripts" / f"{run}.jsonl").read_text().splitlines()
    events = [json.loads(line) for line in lines]
    kinds = Counter(event["event"] for event in events)
    assert (kinds["run_started"], kinds["submitted"], kinds["model_call"]) == (1, 1, CALLS)
    assert kinds["tool_result"] == TALK + 1
    assert events[-1]["event"] == "run_ended"
    submitted = (out / "submissions" / run / "answer.py").read_text()
    drawn = int(re.search(r"\d+", submitted)[0])  # type: ignore[index]
    assert record["outcome"] == ("pass" if drawn % 2 == 0 else "fail")
    calls = [event for event in events if event["event"] == "model_call"]
    for role in ("agent", "judge"):
        used = sum(call["usage"]["output"] for call in calls if call["role"] == role)
        assert record["usage"][role]["output"] == used
