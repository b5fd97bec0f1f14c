"""Whether what a judge quotes stands where it says."""

from __future__ import annotations

from engine.graders.fence import Lines, Shown
from engine.verdict import Evidence, Verdict

TELLING = 5  # characters, blanks not counted


def misquoted(verdict: Verdict, files: Shown, own: str | None = None) -> str | None:
    """What is wrong with the evidence, or None. Where there is one `own` file, no other may be quoted.

    A pass must rest on a quote that says something; an absence has nothing to quote. The words hold none of
    the quote and no name: both may be the submission's.
    """
    for item in verdict.evidence:
        lines = files.get(item.file, []) if own in (None, item.file) else []
        if not _stands(item, lines):
            number = list(files).index(item.file) + 1 if item.file in files else None
            where = f"file {number}" if number else "a file that is not there"
            return f"the quote from line {item.line} of {where} does not stand there"
    longest = max((len("".join(item.quote.split())) for item in verdict.evidence), default=0)
    if verdict.verdict == "pass" and longest < TELLING:
        what = "a pass" if verdict.score is None else f"a score of {verdict.score:g}"
        return f"{what} needs a quote of at least {TELLING} characters"
    return None


def _stands(item: Evidence, lines: Lines) -> bool:
    quoted = [_bare(line) for line in item.quote.strip("\n").split("\n")]
    start = (item.line or 0) - 1
    if start < 0 or not quoted[0] or not quoted[-1]:
        return False
    there = [_bare(line) for line in lines[start : start + len(quoted)] if line is not None]
    if len(there) < len(quoted):
        return False
    if len(quoted) == 1:
        return quoted[0] in there[0]
    return there[0].endswith(quoted[0]) and there[1:-1] == quoted[1:-1] and there[-1].startswith(quoted[-1])


def _bare(line: str) -> str:
    return " ".join(line.split())
