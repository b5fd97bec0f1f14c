"""What can be said of ideas without a model: whether they differ, and whether they cite what exists."""

from __future__ import annotations

from itertools import combinations

from engine.agent import Attempt
from engine.submission import Submission
from engine.verdict import Evidence, Verdict

from .citing import found, texts
from .document import Idea, ideas
from .likeness import likeness

SAME = 0.32  # likeness from which two are one idea in other words
DISTINCT = 0.25  # up to which they are two


async def probe(submission: Submission, attempt: Attempt) -> dict[str, Verdict]:
    proposed = ideas(submission)
    return {"distinct": _distinct(proposed), "papers": _papers(proposed, texts(attempt))}


def _distinct(proposed: list[Idea]) -> Verdict:
    alike = [(likeness(one.text, other.text), one, other) for one, other in combinations(proposed, 2)]
    most, one, other = max(alike, key=lambda pair: pair[0], default=(0.0, None, None))
    if one and other and most >= SAME:
        evidence = (Evidence(one.title), Evidence(other.title))
        return Verdict("fail", f"{one.title!r} and {other.title!r} are one idea ({most:.2f} alike)", evidence)
    if one and other and most > DISTINCT:
        reason = f"{one.title!r} and {other.title!r} may be one idea ({most:.2f} alike)"
        return Verdict("unclear", reason, (Evidence(one.title), Evidence(other.title)))
    return Verdict("pass", f"no two are more than {most:.2f} alike, of {DISTINCT} at which two may be one")


def _papers(proposed: list[Idea], read: str) -> Verdict:
    """False citations alone fail; what nobody here knows may exist."""
    said = [(idea, [found(each, read) for each in idea.papers]) for idea in proposed]
    without = [(idea, kinds) for idea, kinds in said if "known" not in kinds]
    for idea, kinds in without:
        if "false" in kinds or not kinds:
            evidence = tuple(map(Evidence, idea.papers))
            return Verdict("fail", f"{idea.title!r} cites no paper that exists as it is cited", evidence)
    if without:
        idea = without[0][0]
        return Verdict(
            "unclear", f"no paper that {idea.title!r} cites is known here", tuple(map(Evidence, idea.papers))
        )
    return Verdict("pass", "each idea cites a paper that is known")
