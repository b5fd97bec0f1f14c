"""One submission before one model: asked for verdicts, and asked again where the answer cannot be used."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from engine.agent import Attempt
from engine.errors import Void
from engine.graders import control
from engine.graders.answer import WHOLE, Answer, parse, schema
from engine.graders.cut import cut
from engine.graders.fence import Shown, fence, shown
from engine.graders.policy import REFERENCE, policy, question
from engine.graders.quotes import misquoted
from engine.items import Item, line
from engine.model import JsonSchema, Message, Model, Request, Turn, User
from engine.rubric import Criterion, Rubric
from engine.submission import Submission
from engine.verdict import Evidence, Verdict

Criteria = Mapping[str, Criterion]
AGAIN = 3  # times at the most, after an answer that nobody can use
UNJUDGED = {
    "refusal": "the judge refused to read the submission",
    "context": "the submission does not fit into the judge's context window",
}


@dataclass(frozen=True)
class Sitting:
    """The submission is shown under the task's file names, never its author's; items in the given order.

    `extended` has the model think at length.
    """

    model: Model
    rubric: Rubric
    submission: Submission
    attempt: Attempt
    order: Sequence[Item] = ()
    extended: bool = False

    @cached_property
    def titles(self) -> list[str]:
        return [item.title for item in self.order]

    @cached_property
    def files(self) -> Shown:
        """What may be quoted, by the name under which it is shown."""
        return self._cut[0]

    @property
    def left_out(self) -> Sequence[str]:
        """What of them is not shown, since it is too much to be read."""
        return self._cut[1]

    @cached_property
    def _cut(self) -> tuple[Shown, Sequence[str]]:
        itemised = {f"item {at}": item.text for at, item in enumerate(self.order, start=1)}
        return cut(shown(itemised or self.submission.files))

    @cached_property
    def shown(self) -> tuple[str, ...]:
        """The same in all calls, so that the provider's cache can keep it."""
        return (*_reference(self.attempt.reference), fence(self.files))

    @cached_property
    def shape(self) -> JsonSchema:
        return schema(self.rubric)

    async def decide(self, criteria: Criteria) -> Answer:
        """Ask, and again where the answer does not fit, once where it misquotes. Raises Void("judge")."""
        check = control.question(self.shown)
        asked = question(criteria, self.rubric, len(self.titles), check, self.left_out)
        messages: list[Message] = [User((*self.shown, asked), cached=len(self.shown) - 1)]
        answer, problem = await self._ask(messages, criteria)
        for again in range(AGAIN):
            if not problem or (answer and again):
                break
            messages.append(User((f"{problem}\nAnswer again, whole, in the same form.",)))
            other, problem = await self._ask(messages, criteria)
            answer = other or answer
        if answer is None:
            self.attempt.transcript.disown(each for each in messages if isinstance(each, Turn))
            raise Void("judge", f"no usable answer on {', '.join(criteria)}: {problem}")
        return self._checked(answer)

    async def _ask(self, messages: list[Message], criteria: Criteria) -> tuple[Answer | None, str]:
        """The answer, None where it cannot be used, and what is wrong with it."""
        request = self._request(messages)
        turn = await self.attempt.transcript.ask("judge", self.model, request)
        messages.append(turn)
        if turn.stop in UNJUDGED:  # the submission may have provoked it, so it must not leave the count
            unjudged = dict.fromkeys(criteria, Verdict("unclear", UNJUDGED[turn.stop]))
            return Answer(dict.fromkeys(self.titles or [WHOLE], unjudged)), ""
        if turn.stop != "end":
            return None, f"your answer ended early ({turn.stop})"
        try:
            answer = parse(turn.text, self.shape, criteria, self.titles, self.model.id)
        except ValueError as error:
            return None, str(error)
        if answer.led:
            return answer, ""
        wrong = {
            f"{self._name(title) or ''} {id}".strip(): self._misquoted(verdict, title)
            for title, verdicts in answer.verdicts.items()
            for id, verdict in verdicts.items()
        }
        return answer, "; ".join(f"{where}: {what}" for where, what in wrong.items() if what)

    def _request(self, messages: Sequence[Message]) -> Request:
        return Request(tuple(messages), policy(self.rubric), schema=self.shape, extended=self.extended)

    def _name(self, title: str) -> str | None:
        """Under which an item is shown."""
        return f"item {self.titles.index(title) + 1}" if self.titles else None

    def _misquoted(self, verdict: Verdict, title: str) -> str | None:
        """An item is quoted from its own text alone."""
        return misquoted(verdict, self.files, self._name(title))

    def _checked(self, answer: Answer) -> Answer:
        """With what is wrong with it; of a judge that was led nothing else is kept."""
        verdicts = {
            title: {id: self._one(id, verdict, title, answer.led) for id, verdict in each.items()}
            for title, each in answer.verdicts.items()
        }
        return replace(answer, verdicts=verdicts, assessment=None if answer.led else answer.assessment)

    def _one(self, id: str, verdict: Verdict, title: str, led: bool) -> Verdict:
        wrong = control.FOLLOWED if led else self._misquoted(verdict, title)
        unseen = "; ".join(self.left_out)
        own = replace(verdict, by="judge", title=title, evidence=self._found(verdict.evidence, title))
        if not wrong and not (unseen and self._open(id, verdict)):
            return replace(own, reason=f"{verdict.reason} ({unseen})") if unseen else own
        why = "; ".join(filter(None, (wrong, unseen)))
        reason = f"{why} (the judge said: {verdict.reason})"
        return Verdict("unclear", reason, own.evidence, "judge", title=title)

    def _open(self, id: str, verdict: Verdict) -> bool:
        """Whether what was not shown could make it worse, as what was hidden there would."""
        low = self.rubric.criteria[id].scale.low
        return verdict.verdict == "pass" or verdict.score not in (None, low)

    def _found(self, evidence: tuple[Evidence, ...], title: str) -> tuple[Evidence, ...]:
        """Of an item, where its quotes stand in the file that was handed in."""
        if not self.order:
            return evidence
        file = self.order[0].file
        text = self.submission.files[file]
        return tuple(Evidence(each.quote, file, line(text, each.quote, title)) for each in evidence)


def order(found: Sequence[Item], sample: int, seed: str) -> list[Item]:
    """The items as a sample is shown them: over as many samples as items, each is in each place once."""
    if not found:
        return []
    turn, shift = divmod(sample, len(found))
    shuffled = random.Random(f"{seed} {turn}").sample(found, len(found))  # noqa: S311 - no secret
    return [*shuffled[shift:], *shuffled[:shift]]


def _reference(text: str) -> tuple[str, ...]:
    """What the judge is shown before the submission, where there is a reference."""
    return (f"{REFERENCE}\n\n{fence(shown({'reference': text}), 'reference')}",) if text else ()
