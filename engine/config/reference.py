"""What `${...}` in somebody else's file may mean: another value of the config, and nothing of this machine.

Other references call a function, such as one that reads the environment, where keys and addresses lie that a
prompt would carry away.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from omegaconf import grammar_parser
from omegaconf.errors import GrammarParseError
from omegaconf.grammar.gen.OmegaConfGrammarParser import OmegaConfGrammarParser

from engine.config.tree import leaves
from engine.errors import Refused

SWEPT = "hydra.sweeper.params."  # which is read a second time, so that what is masked at first is none then
AS_TEXT = r"to have it as a text, write \${"


def check(said: Any, file: Path) -> None:
    """Raises Refused, naming file and key."""
    for key, value in leaves(said):
        if isinstance(value, str) and "${" in value:
            where = f"{file}: {key.removeprefix('hydra.')}"
            if key.startswith(SWEPT):
                raise Refused(f"{where}: a sweep of a file varies plain values, without ${{...}}")
            _check(value, where)


def _check(value: str, where: str) -> None:
    try:
        called = next(_called(grammar_parser.parse(value)), None)
    except GrammarParseError as error:
        raise Refused(f"{where}: this opens a reference with ${{ and is none; {AS_TEXT}") from error
    if called is not None:
        raise Refused(
            f"{where}: ${{{called}:...}} is not a file's to call; accepted: ${{KEY}}, another value of the"
            f" config; {AS_TEXT}"
        )


def _called(tree: Any) -> Iterator[str]:
    if isinstance(tree, OmegaConfGrammarParser.InterpolationResolverContext):
        yield tree.getChild(1).getText()  # after the ${
    for child in getattr(tree, "children", None) or ():
        yield from _called(child)
