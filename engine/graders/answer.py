"""What a judge must answer, as a JSON Schema, and what it did answer, in the engine's words."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engine.graders import control, ranking
from engine.items import called
from engine.misfit import rule
from engine.model import JsonSchema
from engine.rubric import RESERVED, Criterion, Rubric, Scale
from engine.verdict import Assessment, Decision, Evidence, Verdict

if TYPE_CHECKING:
    from jsonschema import ValidationError

Criteria = Mapping[str, Criterion]
WHOLE = ""  # the title of a submission that is judged as one


@dataclass(frozen=True)
class Answer:
    """A verdict by item's title and criterion's id, and where there are items, what is said of them all.

    A judge that was `led` passed the control claim, which is false.
    """

    verdicts: Mapping[str, Mapping[str, Verdict]]
    assessment: Assessment | None = None
    led: bool = False


def schema(rubric: Rubric) -> JsonSchema:
    """The same for every call on this rubric: another schema would empty the provider's cache."""
    by_scale: dict[tuple[int, int], list[str]] = {}
    for id, criterion in rubric.criteria.items():
        by_scale.setdefault((criterion.scale.low, criterion.scale.high), []).append(id)
    forms = [_form(ids, Scale(*ends), rubric) for ends, ids in by_scale.items()]
    answers = {"type": "array", "items": forms[0] if len(forms) == 1 else {"anyOf": forms}}
    if rubric.items is None:
        return _closed({"control": control.FORM, "answers": answers})
    item = {"item": {"type": "integer"}, "title": {"type": "string"}, "answers": answers}
    listed = {"type": "array", "items": _closed(item)}
    return _closed({"control": control.FORM, "items": listed, **ranking.FORM})


def _form(ids: Sequence[str], scale: Scale, rubric: Rubric) -> JsonSchema:
    """One answer on criteria of that scale: the evidence before what is concluded from it."""
    quote = {
        "file": {"type": "string"},
        "line": {"type": "integer", "description": "the number before the bar at the quote's first line"},
        "quote": {"type": "string", "description": "copied to the letter, without number and bar"},
    }
    said = {"type": "array", "minItems": 1, "items": {"type": "string", "pattern": r"\S"}}
    reason = "one to three sentences, from the evidence to the " + ("verdict" if scale.pass_fail else "score")
    score = {"type": "integer", "minimum": scale.low, "maximum": scale.high}
    verdict = {"type": "string", "enum": ["pass", "fail", "unclear"]}
    return _closed(
        {
            "criterion": {"type": "string", "enum": list(ids)},
            "evidence": {"type": "array", "items": _closed(quote)},
            **{id: {**said, "description": what} for id, what in rubric.remarks.items()},
            "reason": {"type": "string", "description": reason},
            **({"verdict": verdict} if scale.pass_fail else {"score": score}),
        }
    )


def _closed(properties: Mapping[str, Any]) -> JsonSchema:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def parse(text: str, shape: JsonSchema, asked: Criteria, titles: Sequence[str], by: str = "") -> Answer:
    """Exactly one verdict for each item and criterion asked.

    Raises ValueError, in words for the judge and none of the submission's, which would be outside the fence.
    `titles` are those of the items in the order in which they were shown, none where there are no items.
    """
    from jsonschema import Draft202012Validator  # imported where first used: 0.1 s
    from jsonschema.exceptions import best_match

    try:
        document = json.loads(text, parse_float=_number)
    except (json.JSONDecodeError, RecursionError) as error:
        raise ValueError(f"your answer is not JSON: {error}") from None
    problem = best_match(Draft202012Validator(shape).iter_errors(document))
    if problem:
        raise ValueError(f"your answer does not fit the schema at {rule(_telling(problem))}")
    led = document["control"] == "pass"
    if not titles:
        return Answer({WHOLE: _verdicts(document["answers"], asked, "")}, led=led)
    said = {each["item"]: each for each in document["items"]}
    if sorted(each["item"] for each in document["items"]) != list(range(1, len(titles) + 1)):
        numbers = [each["item"] for each in document["items"]]
        raise ValueError(f"you were shown the items 1 to {len(titles)}, once each, and answered {numbers}")
    numbered = list(enumerate(titles, start=1))
    if wrong := [f"item {at}" for at, title in numbered if called(said[at]["title"]) != title]:
        raise ValueError(f"the title that you give is not that of {', '.join(wrong)}; copy it to the letter")
    verdicts = {title: _verdicts(said[at]["answers"], asked, f"item {at}: ") for at, title in numbered}
    return Answer(verdicts, ranking.assessed(document, verdicts, asked, by), led)


def _telling(problem: ValidationError) -> ValidationError:
    """Of forms for several scales, what is wrong by that of the criterion that was answered."""
    context = list(problem.context or ()) if problem.validator == "anyOf" else []
    others = {error.schema_path[0] for error in context if list(error.path) == ["criterion"]}
    own = [error for error in context if error.schema_path[0] not in others]
    return own[0] if own else problem


def _number(text: str) -> int | float:
    """1.0 is a whole number as well."""
    number = float(text)
    return int(number) if number.is_integer() else number


def _verdicts(answers: Sequence[Mapping[str, Any]], asked: Criteria, where: str) -> dict[str, Verdict]:
    answered = [answer["criterion"] for answer in answers]
    if sorted(answered) != sorted(asked):
        raise ValueError(f"{where}you were asked for {', '.join(asked)}, once each, and answered {answered}")
    return {answer["criterion"]: _verdict(answer, asked[answer["criterion"]]) for answer in answers}


def _verdict(answer: Mapping[str, Any], criterion: Criterion) -> Verdict:
    score = answer.get("score")
    decision: Decision = answer["verdict"] if score is None else criterion.decision(score)
    return Verdict(
        decision,
        answer["reason"],
        tuple(Evidence(item["quote"], item["file"], item["line"]) for item in answer["evidence"]),
        score=score,
        scores=() if score is None else (score,),
        remarks={id: tuple(said) for id, said in answer.items() if id not in RESERVED} or None,
    )
