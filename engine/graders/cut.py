"""What a judge is shown of a submission that is too long to be read."""

from __future__ import annotations

from collections.abc import Sequence

from engine.graders.fence import Shown

MOST = 200_000  # characters, as they are shown


def cut(files: Shown, most: int = MOST) -> tuple[Shown, list[str]]:
    """The beginning of each file, and of each that is not whole, by its number, what is left out.

    No file is shown for more than all have room for: what a short one leaves is the longer ones'. The words
    name no file, since a name is the submission's.
    """
    sizes = {name: _size(lines) for name, lines in files.items()}
    room, left, shares = most, len(files), dict[str, int]()
    for name in sorted(sizes, key=lambda name: sizes[name]):
        shares[name] = min(sizes[name], room // left)
        room, left = room - shares[name], left - 1
    told = [
        f"of file {at} the first {shares[name]:,} of {sizes[name]:,} characters are shown"
        for at, name in enumerate(files, start=1)
        if shares[name] < sizes[name]
    ]
    return {name: _first(lines, shares[name]) for name, lines in files.items()}, told


def _size(lines: Sequence[str]) -> int:
    return sum(map(len, lines)) + len(lines)


def _first(lines: Sequence[str], most: int) -> Sequence[str]:
    """Whole lines, and the beginning of the one that does not fit."""
    shown: list[str] = []
    for line in lines:
        if len(line) + 1 > most:
            return [*shown, line[:most]]
        shown.append(line)
        most -= len(line) + 1
    return shown
