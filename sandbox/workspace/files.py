"""Text files of a workspace. What cannot be done is an OSError or ValueError that says why."""

# ruff: noqa: PTH103, PTH110, PTH112, PTH113, PTH120, PTH123, PTH208
# pathlib loads slowly

from __future__ import annotations

import itertools
import os


def read(path: str, first: int, last: int | None, most: int) -> str:
    """Lines `first` to `last`, counted from 1, of at most so many characters, and where to go on."""
    _check(path)
    shown: list[str] = []
    size = 0
    with open(path, "rb") as file:
        for number, line in enumerate(itertools.islice(file, first - 1, last), start=first):
            text = _text(line[: 4 * most], path, cut=len(line) > 4 * most)
            if size + len(text) > most:
                return "".join(shown) + _rest(text, number, most, first=not shown)
            shown.append(text)
            size += len(text)
    if not shown and first > 1:
        raise ValueError(f"{path}: there is no line {first}")
    return "".join(shown)


def whole(path: str, most: int) -> str:
    """All of a file, which must not have more bytes than `most`."""
    _check(path)
    with open(path, "rb") as file:
        data = file.read(most + 1)
    if len(data) > most:
        raise ValueError(f"{path}: this has more than {most} bytes")
    return _text(data, path)


def write(path: str, content: str) -> str:
    """Make or replace a file, and the folders that it needs."""
    data = content.encode()
    if os.path.exists(path):
        _check(path)
    os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
    with open(path, "wb") as file:
        file.write(data)
    return f"{len(data)} bytes are in {path}"


def _rest(text: str, number: int, most: int, first: bool) -> str:
    if first:
        return f"{text[:most]}\n[Line {number} is cut here: it is longer than {most} characters.]"
    return f"[Cut before line {number}: more than {most} characters. Go on with first={number}.]"


def _check(path: str) -> None:
    """Only regular files end: reading others might not."""
    if os.path.isdir(path):
        raise ValueError(f"{path}: this is a folder; in it: {', '.join(sorted(os.listdir(path))[:100])}")
    if os.path.exists(path) and not os.path.isfile(path):
        raise ValueError(f"{path}: this is neither a file nor a folder")


def _text(data: bytes, path: str, cut: bool = False) -> str:
    text = data.decode(errors="ignore" if cut else "strict") if _is_text(data, cut) else None
    if text is None:
        raise ValueError(f"{path}: this is no text in UTF-8")
    return text


def _is_text(data: bytes, cut: bool) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError as error:
        return cut and error.start >= len(data) - 4
    return b"\0" not in data
