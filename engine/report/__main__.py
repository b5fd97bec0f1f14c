"""`python -m engine.report DIR [DIR...]`: what experiments came to, made anew from their folders."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from pathlib import Path

from engine.errors import Refused
from engine.past import Past, read
from engine.report.comparison import print_comparison, print_figures
from engine.report.html import write_page
from engine.report.inspect import write_inspect
from engine.report.junit import junit
from engine.report.runs import write_csv
from engine.report.sweep import Job, print_sweep
from engine.report.terminal import print_summary
from engine.terminal import Terminal

DONE, REFUSED = 0, 2


def main(argv: Sequence[str] | None = None) -> int:
    parser = ArgumentParser(prog="python -m engine.report", description=__doc__)
    parser.add_argument("folders", nargs="+", type=Path, metavar="DIR", help="output folder of an experiment")
    parser.add_argument("--html", type=Path, metavar="FILE", help="write one page of all, for a browser")
    parser.add_argument("--csv", type=Path, metavar="FILE", help="write a table with a row for each run")
    parser.add_argument("--junit", type=Path, metavar="FILE", help="write JUnit XML, for CI")
    parser.add_argument("--inspect", type=Path, metavar="DIR", help="write a log of Inspect AI for each")
    arguments = parser.parse_args(argv)
    try:
        pasts = [read(folder) for folder in arguments.folders]
        _export(pasts, arguments)
        tell(pasts)
    except (Refused, OSError) as error:
        print(f"Refused: {error}", file=sys.stderr)
        return REFUSED
    return DONE


def _export(pasts: Sequence[Past], asked: Namespace) -> None:
    if asked.html:
        write_page(pasts, asked.html)
    if asked.csv:
        write_csv(pasts, asked.csv)
    if asked.junit:
        asked.junit.write_text(junit(pasts), encoding="utf-8")
    for past in pasts if asked.inspect else ():
        write_inspect(past, asked.inspect)


def tell(pasts: Sequence[Past]) -> None:
    """The summary of one experiment; of several a row for each, and each against the first."""
    terminal = Terminal()
    if len(pasts) == 1:
        print_summary(terminal, pasts[0].summary, pasts[0].folder)
        print_figures(terminal, pasts[0])
        return
    print_sweep(terminal, [Job({"experiment": str(past.folder)}, DONE, past.summary) for past in pasts])
    for past in pasts[1:]:
        print_comparison(terminal, pasts[0], past)


if __name__ == "__main__":
    sys.exit(main())
