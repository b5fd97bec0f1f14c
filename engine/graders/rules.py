"""Graders that need no code: what a criterion or a gate says in YAML decides it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

from engine.agent import Attempt
from engine.graders import command, pattern, schema
from engine.rubric import Claim
from engine.submission import Submission
from engine.verdict import Verdict

Decide = Callable[[Any, Submission, Attempt], Awaitable[Verdict]]
RULES: dict[str, tuple[Decide, Callable[[object], str | None]]] = {
    "pattern": (pattern.decide, pattern.problem),
    "command": (command.decide, command.problem),
    "schema": (schema.decide, schema.problem),
}


def ruled(claim: Claim) -> bool:
    """Whether one of these decides the claim."""
    return bool(claim.by().keys() & RULES.keys())


async def decide(claim: Claim, submission: Submission, attempt: Attempt) -> Verdict:
    """The verdict of the one that decides it. Raises SandboxError."""
    name, said = next(iter(claim.by().items()))
    verdict = await RULES[name][0](said, submission, attempt)
    return replace(verdict, by=name)


def problem(claim: Claim) -> str | None:
    """What is wrong with how it is to be decided, beginning with the key."""
    by = claim.by()
    if len(by) > 1:
        return f"{' and '.join(by)}: only one of these can decide it"
    for name, said in by.items():
        if name in RULES and (told := RULES[name][1](said)):
            return f"{name}: {told}"
    return None
