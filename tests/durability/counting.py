"""What the loopback API has answered, by its own count, for tests that hold it against what was kept."""

from __future__ import annotations

import itertools
import json
import re
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.servers.double import Answer, Respond
from tests.servers.messages_rules import blocks_of
from tests.servers.replies import Reply, call, text
from tests.servers.scripts import deciding

TALK = 3  # turns of talk before it hands in
FILE, DRAFT = "answer.py", "number = {}\n"
CRITERIA = ("numbered", "even")


class Counting:
    """Agent and judge by turns. Every reply has a number of its own, so that it can be found on disk.

    An agent writes a number into a file, talks for some turns, and hands the file in; a judge passes it
    where the number is even. Without a workspace it hands the number in as it is.
    """

    def __init__(self) -> None:
        self.said: list[int] = []
        self.came = threading.Semaphore(0)
        self._next = itertools.count(1)
        self._judge: Respond = deciding(lambda _: "pass")

    def __call__(self, body: dict[str, Any]) -> Answer:
        number = next(self._next)
        self.said.append(number)
        self.came.release()
        judged = (body.get("output_config") or {}).get("format")
        return self._judged(body, number) if judged else Reply(self._worked(body, number))

    def _worked(self, body: Mapping[str, Any], number: int) -> list[dict[str, Any]]:
        turns = sum(message["role"] == "assistant" for message in body["messages"])
        if "write_file" not in {tool["name"] for tool in body["tools"]}:
            act = [call("submit", {"content": DRAFT.format(number)})] if turns else []
        elif not turns:
            act = [call("write_file", {"path": FILE, "content": DRAFT.format(number)})]
        else:
            act = [call("read_file" if turns <= TALK else "submit_file", {"path": FILE})]
        return [text(f"reply {number}"), *act]

    def _judged(self, body: Mapping[str, Any], number: int) -> Reply:
        shown = "\n".join(block["text"] for block in blocks_of(body["messages"][0]["content"]))
        handed_in = re.search(r"number = (\d+)", shown)
        assert handed_in
        verdict = "pass" if int(handed_in[1]) % 2 == 0 else "fail"
        (block,) = deciding(lambda id: verdict if id == "even" else "pass")(body)
        document = json.loads(block["text"])
        for answer in document["answers"]:
            answer["reason"] = f"reply {number}"
        return Reply([text(json.dumps(document))])


def my_evals(folder: Path) -> Path:
    """A task of YAML alone, whose agent works in the sandbox, and whose judge has two criteria."""
    (folder / "task/mine").mkdir(parents=True)
    (folder / "rubric").mkdir()
    (folder / "task/mine.yaml").write_text(
        "# @package _global_\n# Write a number\n"
        "defaults:\n  - override /rubric: mine\n  - override /toolkit: code\n"
        "task:\n  name: mine\n  description: numbers\n  submission: answer.py\n"
    )
    (folder / "task/mine/prompt.md").write_text("Write down a number.\n")
    (folder / "rubric/mine.yaml").write_text(
        "# Is it even\ncriteria:\n  numbered: {claim: it has a number}\n  even: {claim: the number is even}\n"
    )
    return folder


def kept(out: Path) -> dict[int, list[int]]:
    """The numbers of the replies that the transcripts tell of, by run; a torn last line is none."""
    found: dict[int, list[int]] = {}
    for path in sorted((out / "transcripts").glob("*.jsonl")):
        events = [json.loads(line) for line in path.read_bytes().split(b"\n")[:-1]]
        said = [event["text"] for event in events if event["event"] == "model_call"]
        found[int(path.stem)] = [int(re.search(r"reply (\d+)", each)[1]) for each in said]  # type: ignore[index]
    return found
