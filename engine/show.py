"""`python -m engine.show DIR 7`: one run of an experiment, to be read."""

from __future__ import annotations

import json
import re
import sys
from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path

from engine.errors import Refused
from engine.folder import Folder
from engine.report.run import print_run
from engine.terminal import Terminal

DONE, NOTHING, REFUSED = 0, 1, 2


def main(argv: Sequence[str] | None = None) -> int:
    """0 shown; 1 nothing matches --grep; 2 refused."""
    parser = ArgumentParser(prog="python -m engine.show", description=__doc__)
    parser.add_argument("folder", type=Path, metavar="DIR", help="output folder of an experiment")
    parser.add_argument("run", type=int, metavar="RUN", help="the number of a run")
    parser.add_argument(
        "--turn", type=int, help="only this turn of the agent, from 1, with what tools answered"
    )
    parser.add_argument("--grep", metavar="REGEX", help="only lines in which this is found, with their turn")
    parser.add_argument(
        "--json", action="store_true", help="the record and the transcript as one JSON document"
    )
    asked = parser.parse_args(argv)
    try:
        return show(asked.folder, asked.run, asked.turn, asked.grep, asked.json)
    except Refused as error:
        print(f"Refused: {error}", file=sys.stderr)
        return REFUSED


def show(folder: Path, number: int, turn: int | None, grep: str | None, plain: bool) -> int:
    pattern = _pattern(grep)
    try:
        records = Folder(folder).records()
    except (OSError, ValueError) as error:
        raise Refused(f"{folder}: this is not the output folder of an experiment: {error}") from error
    record = next((one for one in records if one.run == number), None)
    events = Folder(folder).events(number)
    if record is None and not events:
        there = f"0 to {max(one.run for one in records)}" if records else "none"
        raise Refused(f"{folder}: there is no run {number}; there are: {there}")
    if plain:
        said = {"record": json.loads(record.line()) if record else None, "transcript": events}
        print(json.dumps(said, ensure_ascii=False, indent=2))
        return DONE
    found = print_run(Terminal(), record, events, turn, pattern)
    if not found:
        print(f"Nothing of run {number} is like that", file=sys.stderr)
    return DONE if found else NOTHING


def _pattern(text: str | None) -> re.Pattern[str] | None:
    try:
        return None if text is None else re.compile(text, re.IGNORECASE)
    except re.error as error:
        raise Refused(f"--grep {text}: this is no regular expression: {error}") from error


if __name__ == "__main__":
    sys.exit(main())
