"""Decides criteria by asking a model, or several, with their quotes checked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from engine.agent import Attempt
from engine.graders import tally
from engine.graders.answer import WHOLE, Answer
from engine.graders.sitting import Sitting, order
from engine.items import Item, items
from engine.model import Model
from engine.rubric import Criterion, Rubric
from engine.submission import Submission
from engine.together import together
from engine.verdict import Verdict

Criteria = Mapping[str, Criterion]
Verdicts = Mapping[str, Mapping[str, Verdict]]  # by title, then by criterion


@dataclass(frozen=True)
class Judge:
    """`samples` independent answers of each model count alike: they vote, or their scores' mean is taken.

    `criteria_per_call` is 1 (several in one call cost 19 to 35 points of balanced accuracy on code,
    RuVerBench 2026), another number, or "all", the cheap mode; items, which a judge also ranks, need "all".
    The calls share the submission as a cached prefix: the first call writes it to the cache, the others
    follow at once. `extended_thinking` has the models think at length. `panel` is several models by name,
    in place of `model`.
    """

    model: Model | None = None
    samples: int = 1
    criteria_per_call: int | Literal["all"] = 1
    extended_thinking: bool = False
    panel: Mapping[str, Model] = field(default_factory=dict)

    @property
    def models(self) -> Mapping[str, Model]:
        """Those that are asked, by the key at which a config has them."""
        own = {"judge.model": self.model} if self.model else {}
        return {**own, **{f"judge.panel.{name}": model for name, model in self.panel.items()}}

    async def grade(self, submission: Submission, rubric: Rubric, attempt: Attempt) -> Mapping[str, Verdict]:
        """A verdict for each criterion. Raises Void, or AgentFailed where the items are not there."""
        found = items(submission, attempt.task.submission, rubric.items) if rubric.items else ()
        heard = await together(
            _heard(sitting, calls) for sitting, calls in self._sittings(submission, rubric, attempt, found)
        )
        answers = [answer for each in heard for answer in each]
        attempt.assessments.extend(answer.assessment for answer in answers if answer.assessment)
        said = [answer.verdicts for answer in answers]
        titles = [item.title for item in found] or [WHOLE]
        return {id: _verdict(id, one, said, titles) for id, one in rubric.criteria.items()}

    def _sittings(
        self, submission: Submission, rubric: Rubric, attempt: Attempt, found: Sequence[Item]
    ) -> Iterator[tuple[Sitting, list[Criteria]]]:
        """Each with its calls. Items are shown in another order to each sample, so that needs its own."""
        calls = self._calls(rubric.criteria)
        for place, model in enumerate(self.models.values()):
            for sample in range(self.samples if found else 1):
                shown = order(found, place * self.samples + sample, submission.digest)
                sitting = Sitting(model, rubric, submission, attempt, shown, self.extended_thinking)
                yield sitting, calls if found else calls * self.samples

    def _calls(self, criteria: Criteria) -> list[Criteria]:
        ids = list(criteria)
        size = len(ids) if self.criteria_per_call == "all" else self.criteria_per_call
        return [{id: criteria[id] for id in ids[at : at + size]} for at in range(0, len(ids), size)]


async def _heard(sitting: Sitting, calls: Sequence[Criteria]) -> list[Answer]:
    """The first call writes what all share to the provider's cache."""
    first = await sitting.decide(calls[0])
    return [first, *await together(sitting.decide(call) for call in calls[1:])]


def _verdict(id: str, criterion: Criterion, answers: Sequence[Verdicts], titles: Sequence[str]) -> Verdict:
    """Of all samples, and where there are items, of all these."""
    each = [
        tally.samples([said[title][id] for said in answers if id in said[title]], criterion)
        for title in titles
    ]
    return each[0] if titles == [WHOLE] else tally.items(each, criterion)
