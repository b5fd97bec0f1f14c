"""A submission as a judge sees it: data between fences, never instructions.

The fence carries a random nonce, so nothing inside can close it. Lines are numbered, which escapes
whatever looks like structure, and characters that a reader could not see are written out.
"""

from __future__ import annotations

import secrets
import unicodedata
from collections.abc import Mapping

MOST = 200_000
HIDDEN = {"Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp"}


def show(line: str) -> str:
    """The line with hidden characters (controls, zero-width, bidirectional, private use) as ⟦U+XXXX⟧."""
    return "".join(_visible(char) for char in line)


def _visible(char: str) -> str:
    hidden = char != "\t" and unicodedata.category(char) in HIDDEN
    return f"⟦U+{ord(char):04X}⟧" if hidden else char


def shown(files: Mapping[str, str]) -> dict[str, list[str]]:
    """Each file's lines as they are shown. Only a newline ends a line, so that no other character can."""
    return {
        name: [show(line.removesuffix("\r")) for line in text.split("\n")] for name, text in files.items()
    }


def fence(files: Mapping[str, str]) -> str:
    """All files, numbered, between fences with one fresh nonce. Cut beyond `MOST` characters, and says so."""
    nonce = secrets.token_hex(8)
    body = "\n".join(
        f"--- file {number}: {name}\n" + "\n".join(f"{at:>5}| {line}" for at, line in enumerate(lines, 1))
        for number, (name, lines) in enumerate(shown(files).items(), 1)
    )
    if len(body) > MOST:
        body = f"{body[:MOST]}\n[cut here by rule: {len(body) - MOST} more characters were handed in]"
    return f"<submission-{nonce}>\n{body}\n</submission-{nonce}>"
