"""A subject that answers whatever it likes: it never gets a pass, and never breaks what asks it."""

from __future__ import annotations

from array import array
from collections.abc import Mapping
from typing import Any

import pytest

from engine.submission import Submission
from engine.verdict import Verdict
from tests.doubles import inside
from tests.titans.parts import part
from tests.titans.scripted import LOGITS, Answer, Scripted, message, only

TEXT = "class SimpleTransformer: ...\n"
Array = message.Array
pack = message.pack


async def probed(name: str, subject: Answer, examiner: Answer | None = None) -> Mapping[str, Verdict]:
    return await part(name).probe(
        Submission({"titans.py": TEXT}), inside(Scripted(subject, examiner or none))
    )


async def gate(subject: Answer) -> Verdict:
    return (await probed("execution", subject))["execution"]


def none(question: Any, arrays: list[Any]) -> bytes:
    return pack({"error": "there is no examiner"})


def floats(tokens: bytes, kind: str = "f", size: float = 1.0) -> bytes:
    """Logits that depend on each token and on nothing else."""
    rows = (((token * 31 + 7) % 1009, token) for token in array("q", tokens))
    values = (size * ((first * (place + 1)) % 101 - 50) for first, _ in rows for place in range(LOGITS[2]))
    return array(kind, values).tobytes()


def honest(question: Any, arrays: list[Any]) -> bytes:
    if question.get("do") == "forward":
        return pack({"ok": {}}, [Array("float32", LOGITS, floats(arrays[0].data))])
    return pack({"ok": {"gradients": 3} if question.get("do") == "train" else {}})


NOTHING = {
    "no bytes": b"",
    "half a length": b"\0\0",
    "rubbish": b"\xff" * 64,
    "null": pack(None),
    "a list": pack([]),
    "a word": pack("ok"),
    "a number": pack(1),
    "no result": pack({}),
    "no error": pack({"error": None}),
    "an empty error": pack({"error": ""}),
    "an error of nothing but a line's end": pack({"error": "\n"}),
    "an error that is no text": pack({"error": {"a": 1}}),
    "an error on no line": pack({"error": "x", "line": 1 << 99}),
    "an error on a line that is none": pack({"error": "x", "line": [1]}),
    "an error before the first line": pack({"error": "x", "line": -1}),
    "a verdict": pack({"verdict": "pass", "execution": {"verdict": "pass"}}),
    "arrays too large": pack({"ok": {}}, [Array("float32", (1 << 60,), b"")]),
}


async def test_the_honest_subject_passes_the_gate() -> None:
    """The control of all that follows."""
    verdict = await gate(honest)
    assert verdict.verdict == "pass", verdict.reason
    assert "reaches 3 parameters" in verdict.reason


@pytest.mark.parametrize("where", ["load", "forward"])
@pytest.mark.parametrize("kind", NOTHING)
async def test_an_answer_without_result_fails_the_gate(where: str, kind: str) -> None:
    """Wherever it comes, it is a runtime error."""
    verdict = await gate(only(where, NOTHING[kind], honest))
    assert (verdict.verdict, verdict.failure) == ("fail", "runtime_error")


@pytest.mark.parametrize("kind", NOTHING)
async def test_training_is_told_and_not_judged(kind: str) -> None:
    """Whatever the subject says of its backward pass, the gate's verdict stays."""
    verdict = await gate(only("train", NOTHING[kind], honest))
    assert verdict.verdict == "pass", verdict.reason


@pytest.mark.parametrize("answer", [None, [], "3", 3, {}], ids=str)
async def test_training_without_a_number(answer: object) -> None:
    """It changes nothing."""
    assert (await gate(only("train", pack({"ok": answer}), honest))).verdict == "pass"


async def test_a_reason_stays_short() -> None:
    """A subject cannot fill the record."""
    verdict = await gate(only("train", pack({"ok": {"gradients": "9" * 1_000_000}}), honest))
    assert verdict.verdict == "pass"
    assert len(verdict.reason) < 10_000


@pytest.mark.parametrize("where", ["load", "forward"])
async def test_a_line_that_is_a_truth(where: str) -> None:
    """JSON's true is no line number."""
    verdict = await gate(only(where, pack({"error": "x", "line": True}), honest))
    assert (verdict.verdict, verdict.failure) == ("fail", "runtime_error")


def logits(*arrays: Any) -> bytes:
    return pack({"ok": {}}, arrays)


FORGED = {
    "none": logits(),
    "two": logits(*[Array("float32", LOGITS, bytes(256_000))] * 2),
    "integers": logits(Array("int64", LOGITS, bytes(512_000))),
    "half precision": logits(Array("float16", LOGITS, bytes(128_000))),
    "another shape": logits(Array("float32", (2, 1000, 32), bytes(256_000))),
    "one row": logits(Array("float32", (1, 32, 1000), bytes(128_000))),
    "a scalar": logits(Array("float32", (), bytes(4))),
    "nothing at all": logits(Array("float32", (0,), b"")),
    "zeros": logits(Array("float32", LOGITS, bytes(256_000))),
    "constants": logits(Array("float32", LOGITS, floats(bytes(512)))),
    "not finite": logits(Array("float32", LOGITS, b"\xff" * 256_000)),
    "infinite": logits(Array("float64", LOGITS, array("d", [float("inf")]).tobytes() * 64_000)),
}


@pytest.mark.parametrize("kind", FORGED)
async def test_forged_logits_fail_the_gate(kind: str) -> None:
    """Of another number, type or shape, not finite, or the same for every input."""
    verdict = await gate(only("forward", FORGED[kind], honest))
    assert (verdict.verdict, verdict.failure) == ("fail", "runtime_error")


@pytest.mark.parametrize("size", [1.0, 3e306])
async def test_logits_that_follow_no_row_fail_the_gate(size: float) -> None:
    """Other logits for every question are not the model's, however large."""
    asked = []

    def drifting(question: Any, arrays: list[Any]) -> bytes:
        if question.get("do") != "forward":
            return honest(question, arrays)
        asked.append(1)
        tokens = array("q", ((place * 37 + len(asked) * 501) % 1000 for place in range(64))).tobytes()
        return pack({"ok": {}}, [Array("float64", LOGITS, floats(tokens, "d", size))])

    assert (await gate(drifting)).verdict == "fail"


RECORD = {
    "steps": [],
    "places": [[[1, "forward", "NeuralMemory"]]],
    "leaves": [],
    "result": 0,
    "reached": None,
}
CRITERIA = part("behaviour").CRITERIA


def recording(question: Any, arrays: list[Any]) -> bytes:
    if question.get("do") == "count":
        return pack({"ok": {"steps": 3}})
    return pack({"ok": RECORD if question.get("do") == "record" else {}})


def approving(question: Any, arrays: list[Any]) -> bytes:
    """An examiner that is content with everything, so that what follows it can be seen."""
    return pack({"ok": {id: {"verdict": "pass", "reason": "found", "places": [0, 7]} for id in CRITERIA}})


async def test_what_the_examiner_finds_becomes_the_verdicts() -> None:
    """The control of all that follows, with the source line of the place that is there."""
    said = await probed("behaviour", recording, approving)
    assert {id: verdict.verdict for id, verdict in said.items()} == dict.fromkeys(CRITERIA, "pass")
    assert {(one.quote, one.line) for verdict in said.values() for one in verdict.evidence} == {
        (TEXT.strip(), 1)
    }


@pytest.mark.parametrize("where", ["load", "record", "count"])
@pytest.mark.parametrize("kind", NOTHING)
async def test_without_a_record_nothing_is_decided(where: str, kind: str) -> None:
    """All six are unclear, even where the examiner would be content."""
    said = await probed("behaviour", only(where, NOTHING[kind], recording), approving)
    assert {id: verdict.verdict for id, verdict in said.items()} == dict.fromkeys(CRITERIA, "unclear")


@pytest.mark.parametrize("record", [None, [], "x", 3, {}, {"steps": None}, {"steps": 3}], ids=str)
async def test_a_record_of_another_form(record: object) -> None:
    """It decides nothing, and breaks nothing."""
    said = await probed("behaviour", only("record", pack({"ok": record}), recording), none)
    assert {verdict.verdict for verdict in said.values()} == {"unclear"}


@pytest.mark.parametrize(
    "count",
    [None, [], "x", {}, {"steps": None}, {"steps": "many"}, {"steps": []}, {"steps": float("inf")}],
    ids=str,
)
async def test_a_count_of_another_form(count: object) -> None:
    """It decides nothing, and breaks nothing."""
    said = await probed("behaviour", only("count", pack({"ok": count}), recording), none)
    assert {verdict.verdict for verdict in said.values()} == {"unclear"}


PLACES = [
    None,
    3,
    {"0": []},
    [3],
    [[None]],
    [[3]],
    [{"a": 1}],
    [[[True]]],
    [],
    {},
    "x",
    [None],
    [[]],
    [[["1"]]],
    [[[1.0]]],
    [[[None]]],
    [[[1 << 99, "f", ""]]],
    [[[-1, "f", ""]]],
    ["x"],
]


@pytest.mark.parametrize("places", PLACES, ids=str)
async def test_places_of_another_form(places: object) -> None:
    """What is said of the source is shown where it can be, and breaks nothing where it cannot."""
    forged = pack({"ok": RECORD | {"places": places}})
    said = await probed("behaviour", only("record", forged, recording), approving)
    assert not [one for verdict in said.values() for one in verdict.evidence]
