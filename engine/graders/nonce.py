"""A word that a text does not hold, and that none of its authors could know."""

from __future__ import annotations

import hashlib
import hmac
from itertools import count

from engine.place import key


def nonce(purpose: str, text: str) -> str:
    """The same for the same text, and another for each purpose."""
    return next(word for number in count() if (word := _word(f"{purpose} {number} {text}")) not in text)


def _word(said: str) -> str:
    return hmac.new(key(), said.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()[:16]
