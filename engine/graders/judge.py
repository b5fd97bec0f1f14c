"""Decides criteria by asking a model, one criterion a call, with its quotes checked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from engine.agent import Attempt
from engine.errors import Void
from engine.graders.answer import misquoted, parse, schema
from engine.graders.fence import fence, shown
from engine.graders.policy import POLICY, question
from engine.model import JsonSchema, Message, Model, Request, User
from engine.rubric import Criterion
from engine.submission import Submission
from engine.together import together
from engine.verdict import Decision, Verdict

Criteria = Mapping[str, Criterion]


@dataclass(frozen=True)
class Judge:
    """`samples` independent answers vote on each criterion.

    `criteria_per_call` is 1 (several in one call cost 19 to 35 points of balanced accuracy on code,
    RuVerBench 2026), another number, or "all", the cheap mode. The calls share the submission as a
    cached prefix: the first call writes it to the cache, the others follow at once.
    """

    model: Model
    samples: int = 1
    criteria_per_call: int | Literal["all"] = 1

    async def grade(
        self, submission: Submission, criteria: Criteria, attempt: Attempt
    ) -> Mapping[str, Verdict]:
        calls = self._calls(criteria) * self.samples
        sitting = _Sitting(self.model, schema(criteria), submission, attempt)
        first = await sitting.decide(calls[0])
        others = await together(sitting.decide(call) for call in calls[1:])
        return {id: _vote([answer[id] for answer in (first, *others) if id in answer]) for id in criteria}

    def _calls(self, criteria: Criteria) -> list[Criteria]:
        ids = list(criteria)
        size = len(ids) if self.criteria_per_call == "all" else self.criteria_per_call
        return [{id: criteria[id] for id in ids[at : at + size]} for at in range(0, len(ids), size)]


class _Sitting:
    """One submission before the judge. It is shown under the task's file names, never its author's."""

    def __init__(self, model: Model, shape: JsonSchema, submission: Submission, attempt: Attempt) -> None:
        self.model = model
        self.shape = shape
        self.files = shown(submission.files)
        self.fenced = fence(submission.files)
        self.attempt = attempt

    async def decide(self, criteria: Criteria) -> dict[str, Verdict]:
        """Ask, and ask once more where the answer does not fit or misquotes. Raises Void("judge")."""
        messages: list[Message] = [User((self.fenced, question(criteria)), cached=0)]
        verdicts, problem = await self._ask(messages, criteria)
        if problem:
            messages.append(User((f"{problem}\nAnswer again, whole, in the same form.",)))
            verdicts, problem = await self._ask(messages, criteria)
        if verdicts is None:
            raise Void("judge", f"no usable answer on {', '.join(criteria)}: {problem}")
        return {id: self._checked(verdict) for id, verdict in verdicts.items()}

    async def _ask(
        self, messages: list[Message], criteria: Criteria
    ) -> tuple[dict[str, Verdict] | None, str]:
        request = Request(tuple(messages), POLICY, schema=self.shape)
        turn = await self.attempt.transcript.ask("judge", self.model, request)
        messages.append(turn)
        if turn.stop != "end":
            return None, f"your answer ended early ({turn.stop})"
        try:
            verdicts = parse(turn.text, self.shape, criteria)
        except ValueError as error:
            return None, str(error)
        problems = [
            f"{id}: {wrong}" for id, said in verdicts.items() if (wrong := misquoted(said, self.files))
        ]
        return verdicts, "; ".join(problems)

    def _checked(self, verdict: Verdict) -> Verdict:
        wrong = misquoted(verdict, self.files)
        if not wrong:
            return replace(verdict, by="judge")
        return replace(
            verdict, verdict="unclear", reason=f"{wrong} (the judge said: {verdict.reason})", by="judge"
        )


def _vote(answers: list[Verdict]) -> Verdict:
    """The decision of more than half; without one, unclear."""
    votes: Counter[Decision] = Counter(answer.verdict for answer in answers)
    if len(answers) == 1:
        return answers[0]
    decision, count = votes.most_common(1)[0]
    if count * 2 <= len(answers):
        return Verdict("unclear", f"the samples are split: {dict(votes)}", by="judge", votes=votes)
    return replace(next(answer for answer in answers if answer.verdict == decision), votes=votes)
