"""What a judge is shown of a submission that is too long to be read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from engine.graders.fence import Lines, Shown

MOST = 200_000  # characters, as they are shown
NUMBER = 8  # of them, for the number of a line, its bar and its end


def cut(files: Shown, most: int = MOST) -> tuple[Shown, list[str]]:
    """The files, and of each that is not shown whole, by its number, what is left out.

    No file has more room than all could have: what a short one leaves is the longer ones'. Of one that does
    not fit, a quarter of its room shows the end, in whole lines, and all else the beginning. The words name
    no file, since a name is the submission's.
    """
    room = _shares({name: _size(lines) for name, lines in files.items()}, most)
    made = {name: _cut(lines, room[name]) for name, lines in files.items()}
    told = [
        _told(at, files[name], made[name]) for at, name in enumerate(files, 1) if files[name] != made[name]
    ]
    return made, told


def _size(lines: Iterable[str | None]) -> int:
    return sum(len(line) + NUMBER for line in lines if line is not None)


def _shares(sizes: Mapping[str, int], room: int) -> dict[str, int]:
    shares: dict[str, int] = {}
    for name in sorted(sizes, key=lambda name: sizes[name]):
        shares[name] = min(sizes[name], room // (len(sizes) - len(shares)))
        room -= shares[name]
    return shares


def _cut(lines: Lines, room: int) -> Lines:
    if _size(lines) <= room:
        return lines
    end = lines[len(lines) - _fitting(reversed(lines), room // 4) :]
    room -= _size(end)
    start = lines[: _fitting(lines, room)]
    over = room - _size(start) - NUMBER  # for the beginning of a line
    part = (lines[len(start)] or "")[:over] if over > 0 else None
    return [*start, part, *[None] * (len(lines) - len(start) - 1 - len(end)), *end]


def _fitting(lines: Iterable[str | None], room: int) -> int:
    """How many whole lines there is room for."""
    count = 0
    for line in lines:
        room -= _size([line])
        if room < 0:
            break
        count += 1
    return count


def _told(number: int, whole: Lines, made: Lines) -> str:
    pairs = list(zip(whole, made, strict=True))
    missing = [at for at, (line, left) in enumerate(pairs) if line != left]
    count = sum(_length(line) - _length(left) for line, left in pairs)
    begin = f"character {max(1, _length(made[missing[0]])):,} of line {missing[0] + 1:,}"
    end = f"the end of line {missing[-1] + 1:,}"
    return f"of file {number}, {count:,} characters are not shown, from {begin} to {end}"


def _length(line: str | None) -> int:
    """With its end, so that an empty one counts as well."""
    return 0 if line is None else len(line) + 1
