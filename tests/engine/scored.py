"""A rubric that scores the ideas of a document, such documents, and a judge that answers on them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from engine.model import Request, User
from engine.rubric import Criterion, Items, Rubric, Scale
from engine.submission import Submission
from engine.task import Task
from tests.doubles import asked_for

TEN = Scale(1, 10)
CRITERIA = {  # weights of 0.6 and 0.4
    "value": Criterion("it is worth it", 6.0, scale=TEN, passes=6.5),
    "newness": Criterion("it is new", 4.0, scale=TEN, passes=6.5),
}
RUBRIC = Rubric(
    scale=TEN,
    items=Items("ideas", min=2, max=4),
    bands={"GOOD": 6.5, "POOR": 1.0},
    remarks={"risks": "what would make it fail"},
    criteria=CRITERIA,
)
TASK = Task(name="toy", description="a toy", submission="ideas.json")
TITLES = ("Warm caches", "Cold starts", "Lukewarm tea")

Score = Callable[[str, str], int]  # of a title and a criterion's id
Said = dict[str, Any]


def document(*titles: str) -> Submission:
    """Each idea has a text that names it."""
    ideas = [{"title": title, "text": f"All about {title}.\nIn two lines."} for title in titles or TITLES]
    return Submission({"ideas.json": json.dumps({"ideas": ideas}, indent=2)})


def titles_in(request: Request) -> list[str]:
    """As a judge is shown them, in their order."""
    first = next(message for message in request.messages if isinstance(message, User))
    return re.findall(r"^--- file \d+: item \d+\n +1\| title: (.*)$", "\n".join(first.parts), re.MULTILINE)


def asked_again(request: Request) -> bool:
    return sum(isinstance(message, User) for message in request.messages) > 1


def answering(score: Score, criteria: Mapping[str, Criterion], titles: list[str]) -> Said:
    """A whole answer whose quotes stand, and whose ranking follows from its scores."""
    worth = {
        at: sum(one.earned(score(title, id)) for id, one in criteria.items())
        for at, title in enumerate(titles, start=1)
    }
    ranking = sorted(worth, key=lambda at: -worth[at])
    return {
        "control": "fail",
        "items": [
            {
                "item": at,
                "title": title,
                "answers": [_one(at, title, id, score(title, id)) for id in criteria],
            }
            for at, title in enumerate(titles, start=1)
        ],
        "ranking": ranking,
        "best": {"item": ranking[0], "reason": "the most for the money"},
        "worst": {"item": ranking[-1], "reason": "the least"},
        "summary": "They differ.",
    }


def _one(at: int, title: str, id: str, score: int) -> Said:
    return {
        "criterion": id,
        "evidence": [{"file": f"item {at}", "line": 2, "quote": f"All about {title}."}],
        "risks": [f"{title} is late"],
        "reason": f"so {id} of {title}",
        "score": score,
    }


def seven(title: str, id: str) -> int:
    return 7


def scoring(
    score: Score = seven, spoil: Callable[[Said], object] = lambda _: None, mends: bool = True
) -> Callable[[Request], str]:
    """A judge's answers. `spoil` changes the first one, and where it never `mends`, each."""

    def answer(request: Request) -> str:
        criteria = {id: CRITERIA[id] for id in asked_for(request)}
        said = answering(score, criteria, titles_in(request))
        if not mends or not asked_again(request):
            spoil(said)
        return json.dumps(said)

    return answer
