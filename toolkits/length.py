"""How much of a long text an agent is shown."""

from __future__ import annotations

LEAST, MOST = 200, 100_000


def length(characters: int) -> int:
    """The same, where it makes sense. Raises ValueError, beginning with the key."""
    if not LEAST <= characters <= MOST:
        raise ValueError(f"characters={characters}: this must lie between {LEAST} and {MOST}")
    return characters
