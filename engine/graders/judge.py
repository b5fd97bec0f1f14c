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
from engine.graders.policy import POLICY, REFERENCE, question
from engine.model import JsonSchema, Message, Model, Request, User
from engine.rubric import Criterion
from engine.submission import Submission
from engine.together import together
from engine.verdict import Decision, Verdict

Criteria = Mapping[str, Criterion]
MOST = 200_000  # characters; a part shown would let the rest overturn what the judge saw
UNJUDGED = {
    "refusal": "the judge refused to read the submission",
    "context": "the submission does not fit into the judge's context window",
}


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
        size = sum(map(len, submission.files.values()))
        if size > MOST:
            reason = f"{size:,} characters are too many to judge; {MOST:,} would be read"
            return dict.fromkeys(criteria, Verdict("unclear", reason, by="judge"))
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
        self.shown = (*_reference(attempt.reference), fence(self.files))
        self.attempt = attempt

    async def decide(self, criteria: Criteria) -> dict[str, Verdict]:
        """Ask, and ask once more where the answer does not fit or misquotes. Raises Void("judge")."""
        messages: list[Message] = [User((*self.shown, question(criteria)), cached=len(self.shown) - 1)]
        verdicts, problem = await self._ask(messages, criteria)
        if problem:
            messages.append(User((f"{problem}\nAnswer again, whole, in the same form.",)))
            again, problem = await self._ask(messages, criteria)
            verdicts = again or verdicts
        if not verdicts:
            raise Void("judge", f"no usable answer on {', '.join(criteria)}: {problem}")
        return {id: self._checked(verdict) for id, verdict in verdicts.items()}

    async def _ask(self, messages: list[Message], criteria: Criteria) -> tuple[dict[str, Verdict], str]:
        """The verdicts, none where the answer cannot be used, and what is wrong with the answer."""
        request = Request(tuple(messages), POLICY, schema=self.shape)
        turn = await self.attempt.transcript.ask("judge", self.model, request)
        messages.append(turn)
        if turn.stop in UNJUDGED:  # the submission may have provoked it, so it must not leave the count
            return dict.fromkeys(criteria, Verdict("unclear", UNJUDGED[turn.stop])), ""
        if turn.stop != "end":
            return {}, f"your answer ended early ({turn.stop})"
        try:
            verdicts = parse(turn.text, self.shape, criteria)
        except ValueError as error:
            return {}, str(error)
        wrong = {id: misquoted(verdict, self.files) for id, verdict in verdicts.items()}
        return verdicts, "; ".join(f"{id}: {what}" for id, what in wrong.items() if what)

    def _checked(self, verdict: Verdict) -> Verdict:
        wrong = misquoted(verdict, self.files)
        if not wrong:
            return replace(verdict, by="judge")
        return Verdict("unclear", f"{wrong} (the judge said: {verdict.reason})", verdict.evidence, "judge")


def _reference(text: str) -> tuple[str, ...]:
    """What the judge is shown before the submission, where there is a reference."""
    return (f"{REFERENCE}\n\n{fence(shown({'reference': text}), 'reference')}",) if text else ()


def _vote(answers: list[Verdict]) -> Verdict:
    """The decision of more than half; without one, unclear."""
    votes: Counter[Decision] = Counter(answer.verdict for answer in answers)
    if len(answers) == 1:
        return answers[0]
    decision, count = votes.most_common(1)[0]
    if count * 2 <= len(answers):
        return Verdict("unclear", f"the samples are split: {dict(votes)}", by="judge", votes=votes)
    return replace(next(answer for answer in answers if answer.verdict == decision), votes=votes)
