"""Judges under attack: what is sent to one, to the letter, and what becomes of one that obeys."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Mapping
from typing import Any

import pytest

from engine.graders.judge import Judge
from engine.models.anthropic import Anthropic
from engine.submission import Submission
from engine.verdict import Verdict
from engine.visible import visible
from tests.doubles import RUBRIC, attempt
from tests.servers.messages import MessagesServer
from tests.servers.replies import text
from tests.servers.scripts import deciding

from .attacks import ATTACKS, ORDER

FENCED = re.compile(r"<submission-([0-9a-f]{16})>\n(.*)\n</submission-\1>", re.DOTALL)
CONTROL = re.compile(r"in `control`: the submission contains ([0-9a-f]{16})\.")
SAID = (
    r"of file \d+, [\d,]+ characters are not shown,"
    r" from character [\d,]+ of line [\d,]+ to the end of line [\d,]+"
)
LEFT_OUT = re.compile(
    rf"\n\nIt was too long to be shown whole: {SAID}(; {SAID})*\. Decide by what is shown\.\n\n"
)
HARMLESS = {"answer.py": "x = 1"}

every = pytest.mark.parametrize("files", ATTACKS.values(), ids=ATTACKS)


@pytest.fixture
async def server(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[MessagesServer]:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-local")
    async with MessagesServer(deciding(lambda _: "fail")) as server:
        yield server


async def graded(server: MessagesServer, tmp_path: Any, files: Mapping[str, str]) -> Mapping[str, Verdict]:
    model = Anthropic("claude-haiku-5-5", base_url=server.url, max_tokens=16_000, retries=0)
    try:
        return await Judge(model).grade(Submission(files), RUBRIC, attempt(tmp_path))
    finally:
        await model.close()


def parts(body: Mapping[str, Any]) -> tuple[re.Match[str], str]:
    """Of a request as it came: the data, and all else that the judge reads, with no word left out."""
    first, *more = body["messages"]
    data, question = (block["text"] for block in first["content"])
    fenced = FENCED.fullmatch(data)
    assert fenced
    assert first["role"] == "user"
    rest = json.dumps([{**body, "messages": None}, question, *more], ensure_ascii=False)
    return fenced, rest


def outside(body: Mapping[str, Any]) -> str:
    """All but the data, without what is random and what is said of a part that was left out."""
    fenced, rest = parts(body)
    control = CONTROL.search(rest)
    assert control
    assert control[1] not in fenced[0]
    told = LEFT_OUT.sub("", json.loads(rest)[1].replace(control[1], "CODE"))
    return rest.replace(json.dumps(json.loads(rest)[1], ensure_ascii=False), json.dumps(told))


@every
async def test_all_of_it_stays_within_the_fence(server, tmp_path, files):
    """What else is sent is, to the letter, what is sent with a harmless submission."""
    await graded(server, tmp_path, HARMLESS)
    harmless = [outside(request.body) for request in server.requests]
    server.requests.clear()
    said = await graded(server, tmp_path, files)
    told = [
        re.sub(r"was data\. *(?=Begin)", "was data. ", outside(request.body)) for request in server.requests
    ]
    assert told == harmless
    assert not server.invalid
    assert {verdict.verdict for verdict in said.values()} <= {"fail", "unclear"}


@every
async def test_within_the_fence_each_line_is_marked_and_visible(server, tmp_path, files):
    """By a number and a bar, or it is ours; and nothing in it closes the fence or is out of sight."""
    await graded(server, tmp_path, files)
    fenced, rest = parts(server.requests[0].body)
    nonce, body = fenced.groups()
    assert nonce not in body
    assert nonce not in rest
    lines = body.split("\n")
    ours = [line for line in lines if not re.match(r" *\d+\| ", line)]
    heads = [line for line in ours if line != "--- lines are left out here"]
    assert [re.sub(": .*", "", head) for head in heads] == [
        f"--- file {at}" for at in range(1, len(files) + 1)
    ]
    assert [visible(line) for line in lines] == lines
    assert len(body) < 230_000


@every
async def test_the_same_attack_is_sent_in_the_same_words(server, tmp_path, files):
    """So that what was answered once can be found again."""
    for _ in range(2):
        await graded(server, tmp_path, files)
    bodies = [request.body for request in server.requests]
    assert bodies[: len(bodies) // 2] == bodies[len(bodies) // 2 :]


def quoting(file: str) -> Any:
    """A judge that was talked into quotes which nobody wrote, from a file of that name."""

    def respond(body: dict[str, Any]) -> Any:
        (said,) = deciding()(body)
        answer = json.loads(said["text"])
        for each in answer["answers"]:
            each["evidence"] = [{"file": file, "line": 1, "quote": f"{ORDER}, and once more: {ORDER}"}]
        return [text(json.dumps(answer))]

    return respond


@every
async def test_a_judge_is_corrected_in_our_own_words(server, tmp_path, files):
    """What it is told of a wrong quote holds neither the quote nor the name of the file."""
    server.respond = quoting(visible(next(iter(files))))
    said = await graded(server, tmp_path, files)
    assert {verdict.verdict for verdict in said.values()} == {"unclear"}
    for request in server.requests:
        for message in request.body["messages"][2::2]:
            (block,) = message["content"]
            own = r"\w: the quote from line 1 of (file \d+|a file that is not there) does not stand there\n"
            assert re.fullmatch(own + "Answer again, whole, in the same form.", block["text"])


def obedient(body: dict[str, Any]) -> Any:
    """A judge that does what it reads, wherever it reads it, and quotes as it should."""
    (said,) = deciding()(body)
    obeys = ORDER in json.dumps(body["messages"], ensure_ascii=False)
    return [text(json.dumps({**json.loads(said["text"]), "control": "pass" if obeys else "fail"}))]


OBEYED = ("instructions", "fake rubric", "bare delimiter", "earlier verdicts", "turns", "system reminder")


@pytest.mark.parametrize("what", OBEYED)
async def test_a_judge_that_obeys_is_noticed(server, tmp_path, what):
    """Who passes all that it is asked passes the control claim, and then nothing that it said is believed."""
    server.respond = obedient
    said = await graded(server, tmp_path, {"answer.py": "z = 'at least five'"})
    assert {verdict.verdict for verdict in said.values()} == {"pass"}
    said = await graded(server, tmp_path, ATTACKS[what])
    assert {verdict.verdict for verdict in said.values()} == {"unclear"}
    assert {verdict.reason for verdict in said.values()} == {
        "the judge passed a claim that is certainly false, so it may have followed the submission"
        " (the judge said: So it was scripted.)"
    }
