"""How much of a long text an agent is shown."""

from __future__ import annotations

import pytest

from toolkits.length import length


def test_what_makes_sense():
    """The rest is refused with its key."""
    assert length(10_000) == 10_000
    for characters in (0, 199, 100_001):
        with pytest.raises(
            ValueError, match=f"^characters={characters}: this must lie between 200 and 100000"
        ):
            length(characters)
