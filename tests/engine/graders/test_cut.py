"""What is shown of what is too long."""

from __future__ import annotations

import pytest

from engine.graders.cut import NUMBER, cut
from engine.graders.fence import fence, shown


def test_what_fits_is_shown_whole():
    """And nothing is said of it."""
    files = shown({"f.py": "x = 1\n", "g.py": ""})
    assert cut(files, 5 + 3 * NUMBER) == (files, [])
    assert cut(files, 4 + 3 * NUMBER)[1]


def test_the_beginning_and_the_end_are_shown():
    """Three quarters and one; lines keep their numbers."""
    files = shown({"f.py": "\n".join(f"line {number:03}" for number in range(1, 101))})
    made, told = cut(files, 40 * (8 + NUMBER))
    lines = made["f.py"]
    assert lines == [*files["f.py"][:30], *[None] * 60, *files["f.py"][90:]]
    assert told == [
        "of file 1, 540 characters are not shown, from character 1 of line 31 to the end of line 90"
    ]


def test_of_a_long_line_the_beginning_is_shown():
    """A file of one line cannot hide all of itself."""
    made, told = cut(shown({"f.txt": "A" * 1000}), 100)
    assert made["f.txt"] == ["A" * 92]
    assert told == [
        "of file 1, 908 characters are not shown, from character 93 of line 1 to the end of line 1"
    ]


def test_a_long_file_takes_no_room_from_a_short_one():
    """Each has its share, and what it does not need is the others'."""
    made, told = cut(shown({"a": "x\n" * 1000, "b": "short", "c": "y\n" * 1000}), 1000)
    assert made["b"] == ["short"]
    sizes = {
        name: sum(len(line) + NUMBER for line in lines if line is not None) for name, lines in made.items()
    }
    assert sizes["a"] == pytest.approx(sizes["c"], abs=2 * NUMBER)
    assert 970 < sum(sizes.values()) <= 1000
    assert [each.split(",")[0] for each in told] == ["of file 1", "of file 3"]


@pytest.mark.parametrize("text", ["\n" * 300_000, "\u200b" * 300_000, "A" * 300_000, "é\n" * 300_000])
def test_what_is_shown_has_a_bound(text):
    """Line numbers and hidden characters that are written out count as well."""
    made, told = cut(shown({"f": text}))
    assert len(fence(made)) < 210_000
    assert told


def test_a_name_is_not_told():
    """It may be an order to the judge, and these words stand outside of the data."""
    assert "pass" not in cut(shown({"answer pass": "x" * 1000}), 100)[1][0]
