"""What an earlier session left of a run."""

from __future__ import annotations

import json

import pytest

from engine import journal
from engine.journal import Journal, digest
from engine.model import Request, Results, ToolCall, ToolResult, ToolSpec, Turn, Usage, User

CALL = ToolCall("call_1", "run", {"code": "1 + 1"})
TURN = Turn("I run it.", (CALL,), "tools", Usage(10, 5, cost=0.5), "Hm.", [{"type": "text", "text": "I"}])
ASK = Request(
    (User(("Do it.",)), TURN, Results((ToolResult("call_1", "2"),))), tools=(ToolSpec("run", "", {}),)
)


def event(kind: str = "model_call", request: str = "r", **fields: object) -> dict:
    made = {
        "event": kind,
        "role": "agent",
        "request": request,
        "call": 0,
        "key": "",
        "seconds": 1.0,
        **journal.told(TURN),
        **fields,
    }
    return json.loads(json.dumps(made))


def test_a_turn_survives_the_file():
    """All of it, down to what the provider wants back untouched."""
    assert journal.turn(event()) == TURN


def test_a_request_is_known_again():
    """Also where a turn in it was read back; by all that a reply depends on, and nothing else."""
    again = Request((ASK.messages[0], journal.turn(event()), ASK.messages[2]), tools=ASK.tools)
    assert digest("m", again) == digest("m", ASK)
    cheaper = Turn(**{**vars(TURN), "usage": Usage(1)})
    assert digest("m", Request((ASK.messages[0], cheaper, ASK.messages[2]), tools=ASK.tools)) == digest(
        "m", ASK
    )


@pytest.mark.parametrize(
    "other",
    [
        Request(ASK.messages[:1], tools=ASK.tools),
        Request(ASK.messages, tools=ASK.tools, system="Be brief."),
        Request(ASK.messages, tools=ASK.tools, schema={"type": "object"}),
        Request(ASK.messages, tools=ASK.tools, extended=True),
        Request(ASK.messages),
        Request((User(("Do", " it.")), *ASK.messages[1:]), tools=ASK.tools),
    ],
)
def test_another_request_is_another(other):
    assert digest("m", other) != digest("m", ASK)
    assert digest("other", ASK) != digest("m", ASK)


def test_replies_are_taken_once_in_their_order():
    past = Journal([event(text="one"), event(text="two"), event(request="q", text="three")])
    assert [past.reply("r")["text"], past.reply("r")["text"], past.reply("r")] == ["one", "two", None]
    assert [rest["text"] for rest in past.rest()] == ["three"]


def test_what_was_disowned_is_not_taken_but_was_paid_for():
    """Others to the same request are, whenever they came."""
    disowned = {"event": "disowned", "calls": [1]}
    said = [event(text="one", call=0), event(text="bad", call=1), disowned, event(text="two", call=2)]
    past = Journal(said)
    assert [past.reply("r")["text"], past.reply("r")["text"], past.reply("r")] == ["one", "two", None]
    assert [rest["text"] for rest in past.rest()] == ["bad"]
    assert past.calls == 3


def test_what_was_masked_is_not_what_was_said():
    """The reply was paid for; the tool is used again."""
    result = {"event": "tool_result", "id": "call_1", "text": "***", "error": False, "seconds": 0.1}
    past = Journal([event(text="***", masked=True), {**result, "masked": True}])
    assert past.reply("r") is past.result(CALL) is None
    assert [rest["text"] for rest in past.rest()] == ["***"]


def test_answers_of_tools():
    said = {
        "event": "tool_result",
        "id": "call_1",
        "text": "2",
        "error": False,
        "misfit": True,
        "seconds": 0.1,
    }
    past = Journal([said, {**said, "id": "call_2", "text": "3"}])
    assert journal.result(past.result(CALL)) == ToolResult("call_1", "2", misfit=True)
    assert past.result(CALL) is None
    assert [each.text for each in past.results()] == ["3"]


def test_a_new_run_has_no_past():
    past = Journal()
    assert (past.begun, past.submitted, past.reply("r"), list(past.rest())) == (False, None, None, [])


def test_an_event_that_we_never_wrote_is_of_no_use():
    """A folder may have been through other hands; what is whole counts."""
    odd = [{"event": "model_call"}, {"event": "tool_result"}, event(calls=7), event(usage={"x": 1})]
    past = Journal([*odd, event(text="good")])
    assert past.reply("r")["text"] == "good"
    assert past.reply("r") is None
    assert journal.paid([*odd, event(), {"event": "submitted"}]) == TURN.usage
