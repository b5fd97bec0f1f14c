"""A submission as a judge sees it: data between fences, never instructions.

The fence carries a nonce that follows from the content and a key of the user's: nothing inside can close it,
and the same content is shown in the same words again. Lines are numbered, which escapes whatever looks like
structure, and characters that a reader could not see are written out.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping, Sequence

from engine.place import key
from engine.visible import visible

Shown = Mapping[str, Sequence[str]]


def shown(files: Mapping[str, str]) -> Shown:
    """Each file's lines as they are shown. Only a newline ends a line, so that no other character can."""
    return {
        visible(name): [visible(line.removesuffix("\r")) for line in text.split("\n")]
        for name, text in files.items()
    }


def fence(files: Shown, kind: str = "submission") -> str:
    """All lines, numbered, between two fences that say what they hold, with one nonce."""
    body = "\n".join(
        f"--- file {number}: {name}\n" + "\n".join(f"{at:>5}| {line}" for at, line in enumerate(lines, 1))
        for number, (name, lines) in enumerate(files.items(), 1)
    )
    nonce = hmac.new(key(), body.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()[:16]
    return f"<{kind}-{nonce}>\n{body}\n</{kind}-{nonce}>"
