"""What came of the suite, to be read: on a terminal of any width, or in the docs."""

from __future__ import annotations

import itertools
import textwrap
from collections.abc import Iterator, Mapping, Sequence

from sandbox.hostile.attack import Attack, Outcome

Went = Mapping[str, Mapping[str, Outcome]]  # by backend and attack


def lines(suite: Sequence[Attack], went: Went, width: int) -> Iterator[str]:
    """A line for each attack, or two where that is too long."""
    name = max(len(attack.name) for attack in suite) + 4
    columns = [max(len(backend), len("not held")) + 2 for backend in went]
    wide = name + sum(columns) <= width
    if wide:
        yield _row("", went, name, columns)
    for family, attacks in itertools.groupby(suite, key=lambda attack: attack.family):
        yield family
        for attack in attacks:
            had = [went[backend][attack.name] for backend in went]
            if wide:
                yield _row(f"  {attack.name}", had, name, columns)
            else:
                yield from _stacked(attack.name, dict(zip(went, had, strict=True)), width)
    yield ""
    yield from itertools.chain.from_iterable(textwrap.wrap(each, width) for each in counts(suite, went))


def counts(suite: Sequence[Attack], went: Went) -> Iterator[str]:
    """How many of the attacks that work on this machine each backend held."""
    for backend, had in went.items():
        works = sum(outcome != "not here" for outcome in had.values())
        held = sum(outcome == "held" for outcome in had.values())
        yield f"{backend} held {held} of {works}."
    if absent := [
        attack.name for attack in suite if any(each[attack.name] == "not here" for each in went.values())
    ]:
        yield f"Not here, since they fail on this machine even where nothing stops them: {', '.join(absent)}."


def markdown(suite: Sequence[Attack], went: Went) -> Iterator[str]:
    """The same as a table for the docs."""
    yield f"| attack | what it tries | {' | '.join(went)} |"
    yield "| --- | --- |" + " --- |" * len(went)
    for family, attacks in itertools.groupby(suite, key=lambda attack: attack.family):
        yield f"| **{family}** | |" + " |" * len(went)
        for attack in attacks:
            had = (_marked(went[backend][attack.name]) for backend in went)
            yield f"| `{attack.name}` | {attack.tries} | {' | '.join(had)} |"


def _row(first: str, cells: Iterator[str] | Sequence[str] | Went, name: int, columns: Sequence[int]) -> str:
    padded = (cell.ljust(column) for cell, column in zip(cells, columns, strict=True))
    return f"{first.ljust(name)}{''.join(padded)}".rstrip()


def _stacked(name: str, had: Mapping[str, Outcome], width: int) -> Iterator[str]:
    yield f"  {name}"
    for outcome, backends in itertools.groupby(
        sorted(had, key=lambda each: had[each]), key=lambda each: had[each]
    ):
        yield from textwrap.wrap(
            f"{outcome}: {', '.join(backends)}", width, initial_indent="    ", subsequent_indent="      "
        )


def _marked(outcome: Outcome) -> str:
    return outcome if outcome in ("held", "not here") else f"**{outcome}**"
