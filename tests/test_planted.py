"""Keys that are planted wherever a user has them are found nowhere afterwards."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.durability.counting import Counting, my_evals
from tests.servers.messages import MessagesServer
from tests.servers.replies import Failure, Reply, call, text

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[1]
KEY, OTHER, IN_FILE, IN_ADDRESS = (f"sk-planted-{name}-0123456789" for name in ("one", "two", "file", "url"))
PLANTED = (KEY, OTHER, IN_FILE, IN_ADDRESS)
LOOK = "env; cat /proc/*/environ | tr '\\0' '\\n'; cat {folder}/.env; grep -rs sk-planted {folder} /tmp; echo"


class Echoing(Counting):
    """A provider that tells everybody the key, and an agent that looks for more of them."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder = folder
        self.faults = [Failure(500), Failure(401)]

    def __call__(self, body: dict[str, Any]) -> Any:
        if self.faults:
            return self.faults.pop()
        said = super().__call__(body)
        assert isinstance(said, Reply)
        judged = (body.get("output_config") or {}).get("format")
        return said if judged else Reply([text(f"Your key is {KEY}."), *self._looking(body), *said.content])

    def _looking(self, body: dict[str, Any]) -> list[dict[str, Any]]:
        first = len(body["messages"]) == 1
        return [call("bash", {"command": LOOK.format(folder=self.folder)})] if first else []


def test_planted_keys_are_found_nowhere(tmp_path: Path) -> None:
    """In files, on the terminal, in the prompt or in the sandbox; also where a run broke and was resumed."""
    (tmp_path / ".env").write_text(f"ANTHROPIC_API_KEY={IN_FILE}\n")
    mine = my_evals(tmp_path / "my_evals")
    with MessagesServer(Echoing(tmp_path)) as server:
        server.error = lambda *_: {"type": "error", "error": {"type": "x", "message": f"bad key {KEY}"}}
        begin = ("task=mine", "grading=judge", "runs=2", "concurrency=1", "out=here", "agent.model.retries=0")
        with_user = f"judge.model.base_url=http://user:{IN_ADDRESS}@localhost"
        with_key = f"judge.model.base_url=http://localhost:9/?api_key={IN_ADDRESS}"
        told = [
            engine(tmp_path, server.url, "--config-dir", str(mine), "verbose=true", *more)
            for more in (begin, ("resume=here",), (*begin, with_user), (*begin, with_key))
        ]
        prompts = [json.dumps([each.body["messages"][0], each.body.get("tools")]) for each in server.requests]
    assert [each.returncode for each in told] == [3, 0, 2, 2], told[-1].stdout + told[-1].stderr
    assert "bad key ***" in told[0].stdout
    shown = {"terminal": "".join(each.stdout + each.stderr for each in told), "prompts": "\n".join(prompts)}
    assert [(where, key) for where, content in shown.items() for key in PLANTED if key in content] == []
    assert list(holding(tmp_path)) == []
    assert "Your key is ***." in (tmp_path / "here/transcripts/000.jsonl").read_text()
    assert re.search(r"PATH=", (tmp_path / "here/transcripts/000.jsonl").read_text()), "it did look"


def engine(folder: Path, url: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {
        "PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "HOME": str(folder / "home"),
        "ANTHROPIC_API_KEY": KEY, "ANTHROPIC_BASE_URL": url, "MY_SECRET_TOKEN": OTHER,
    }  # fmt: skip
    return subprocess.run(
        [sys.executable, "-m", "engine", *arguments],
        check=False, env=environment, cwd=folder, capture_output=True, text=True,
    )  # fmt: skip


def holding(folder: Path) -> Iterator[tuple[str, str]]:
    """Files that we wrote and that hold one of the keys."""
    for path in folder.rglob("*"):
        if path.is_file() and path.name != ".env":
            content = path.read_bytes()
            yield from ((str(path.relative_to(folder)), key) for key in PLANTED if key.encode() in content)
