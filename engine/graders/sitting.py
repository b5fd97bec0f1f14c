"""One submission before one model: asked for verdicts, and asked again where the answer cannot be used."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from engine.agent import Attempt
from engine.errors import Void
from engine.graders.answer import WHOLE, Answer, parse, schema
from engine.graders.fence import Shown, fence, shown
from engine.graders.policy import REFERENCE, policy, question
from engine.graders.quotes import misquoted
from engine.items import Item, line
from engine.model import JsonSchema, Message, Model, Request, Turn, User
from engine.rubric import Criterion, Rubric
from engine.submission import Submission
from engine.verdict import Evidence, Verdict

Criteria = Mapping[str, Criterion]
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
        itemised = {f"item {at}": item.text for at, item in enumerate(self.order, start=1)}
        return shown(itemised or self.submission.files)

    @cached_property
    def shown(self) -> tuple[str, ...]:
        """The same in all calls, so that the provider's cache can keep it."""
        return (*_reference(self.attempt.reference), fence(self.files))

    @cached_property
    def shape(self) -> JsonSchema:
        return schema(self.rubric)

    async def decide(self, criteria: Criteria) -> Answer:
        """Ask, and ask once more where the answer does not fit or misquotes. Raises Void("judge")."""
        asked = question(criteria, self.rubric, len(self.titles))
        messages: list[Message] = [User((*self.shown, asked), cached=len(self.shown) - 1)]
        answer, problem = await self._ask(messages, criteria)
        if problem:
            messages.append(User((f"{problem}\nAnswer again, whole, in the same form.",)))
            again, problem = await self._ask(messages, criteria)
            answer = again or answer
        if answer is None:
            self.attempt.transcript.disown(self.model, self._requests(messages))
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
        wrong = {
            f"{self._name(title) or ''} {id}".strip(): self._misquoted(verdict, title)
            for title, verdicts in answer.verdicts.items()
            for id, verdict in verdicts.items()
        }
        return answer, "; ".join(f"{where}: {what}" for where, what in wrong.items() if what)

    def _request(self, messages: Sequence[Message]) -> Request:
        return Request(tuple(messages), policy(self.rubric), schema=self.shape, extended=self.extended)

    def _requests(self, messages: Sequence[Message]) -> list[Request]:
        """All that led to this conversation, which ends with a turn."""
        turns = [at for at, message in enumerate(messages) if isinstance(message, Turn)]
        return [self._request(messages[:at]) for at in turns]

    def _name(self, title: str) -> str | None:
        """Under which an item is shown."""
        return f"item {self.titles.index(title) + 1}" if self.titles else None

    def _misquoted(self, verdict: Verdict, title: str) -> str | None:
        """An item is quoted from its own text alone."""
        own = self._name(title)
        return misquoted(verdict, {own: self.files[own]} if own else self.files)

    def _checked(self, answer: Answer) -> Answer:
        verdicts = {
            title: {id: self._one(verdict, title) for id, verdict in each.items()}
            for title, each in answer.verdicts.items()
        }
        return replace(answer, verdicts=verdicts)

    def _one(self, verdict: Verdict, title: str) -> Verdict:
        wrong = self._misquoted(verdict, title)
        own = replace(verdict, by="judge", title=title, evidence=self._found(verdict.evidence, title))
        if not wrong:
            return own
        reason = f"{wrong} (the judge said: {verdict.reason})"
        return Verdict("unclear", reason, own.evidence, "judge", title=title)

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
