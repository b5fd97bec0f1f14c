"""Text that somebody else wrote, made safe to look at: nothing in it is invisible, and nothing acts."""

from __future__ import annotations

import unicodedata

_CATEGORIES = {"Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp", "Zs"}
# Marks and letters that show nothing: joiners, fillers, blank Braille, variation selectors.
_BLANK = {0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x2800, 0x3164, 0xFFA0, *range(0x180B, 0x1810)}
_BLANK |= {*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)}


def visible(text: str) -> str:
    """The text with whatever a reader could not see (controls, zero-width, bidirectional) as ⟦U+XXXX⟧.

    Spaces and tabs stay; so do line ends only where the caller splits at them first.
    """
    return "".join(_visible(char) for char in text)


def brief(text: str, most: int) -> str:
    """The text on one line, visible, and cut where it is longer than `most` characters."""
    flat = visible(" ".join(text.split()))
    return flat if len(flat) <= most else f"{flat[: most - 1]}…"


def _visible(char: str) -> str:
    if char in " \t" or not (unicodedata.category(char) in _CATEGORIES or ord(char) in _BLANK):
        return char
    return f"⟦U+{ord(char):04X}⟧"
