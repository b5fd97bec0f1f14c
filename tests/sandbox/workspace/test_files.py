"""Text files of a workspace."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from sandbox.workspace import files


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "ten.txt").write_text("".join(f"line {number}\n" for number in range(1, 11)))
    return tmp_path


def test_write_and_read(here: Path) -> None:
    """Folders are made, what stood there is replaced, the text comes back as it is."""
    for text in ("long\n" * 9, "zwölf\r\nno end"):
        assert files.write("a/b.txt", text) == f"{len(text.encode())} bytes are in a/b.txt"
    assert (here / "a/b.txt").read_bytes() == "zwölf\r\nno end".encode()
    assert files.read("a/b.txt", 1, None, 100) == "zwölf\r\nno end"


def test_some_lines() -> None:
    """Lines are counted from 1, and the last one is included."""
    assert files.read("ten.txt", 2, 3, 100) == "line 2\nline 3\n"
    assert files.read("ten.txt", 10, 99, 100) == "line 10\n"
    with pytest.raises(ValueError, match=r"ten.txt: there is no line 11"):
        files.read("ten.txt", 11, None, 100)


def test_long_files_are_cut_at_a_line() -> None:
    """The answer says where to go on."""
    shown = files.read("ten.txt", 3, None, 15)
    assert shown == "line 3\nline 4\n[Cut before line 5: more than 15 characters. Go on with first=5.]"


def test_long_lines_are_cut(here: Path) -> None:
    """One that alone is too long is shown in part, wherever its bytes are cut."""
    (here / "wide.txt").write_text("ü" * 1000)
    for most in (10, 11):
        assert files.read("wide.txt", 1, None, most).startswith("ü" * most + "\n[Line 1 is cut here")


def test_whole_or_not_at_all(here: Path) -> None:
    """For handing in, nothing is cut."""
    assert files.whole("ten.txt", 1000).count("\n") == 10
    with pytest.raises(ValueError, match=r"ten.txt: this has more than 10 bytes"):
        files.whole("ten.txt", 10)


@pytest.mark.parametrize("content", [b"\xff\xfe", b"a\0b", b"\x80" + b"x" * 500])
def test_binary_files_are_named_so(here: Path, content: bytes) -> None:
    """Bytes that are no text are not shown as if they were."""
    (here / "some.bin").write_bytes(content)
    with pytest.raises(ValueError, match=r"some.bin: this is no text in UTF-8"):
        files.read("some.bin", 1, None, 50)


def test_places_that_are_no_files(here: Path) -> None:
    """A folder is told with what lies in it, and what might never end is not opened."""
    os.mkfifo("pipe")
    with pytest.raises(ValueError, match=r"\.: this is a folder; in it: pipe, ten.txt"):
        files.read(".", 1, None, 100)
    for act in (lambda: files.read("pipe", 1, None, 100), lambda: files.write("pipe", "")):
        with pytest.raises(ValueError, match="pipe: this is neither a file nor a folder"):
            act()
    with pytest.raises(FileNotFoundError):
        files.read("nothing", 1, None, 100)
