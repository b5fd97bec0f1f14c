"""Words that a text does not hold."""

from __future__ import annotations

import re

from engine.graders import nonce as module
from engine.graders.nonce import nonce


def test_the_same_text_has_the_same_word():
    """Another text has another, and so has another purpose."""
    words = [nonce("fence", "a"), nonce("fence", "a"), nonce("fence", "b"), nonce("control", "a")]
    assert words[0] == words[1]
    assert len(set(words)) == 3
    assert all(re.fullmatch(r"[0-9a-f]{16}", word) for word in words)


def test_any_text_has_one():
    """Half a surrogate pair included, which a model may well send."""
    assert nonce("fence", "\ud800")


def test_a_word_that_the_text_holds_is_not_taken(monkeypatch):
    """However unlikely that is."""
    words = iter(["taken", "taken too", "free"])
    monkeypatch.setattr(module, "_word", lambda _: next(words))
    assert nonce("fence", "taken, taken too") == "free"
