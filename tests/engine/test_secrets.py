"""Secrets do not reach our files."""

from __future__ import annotations

import pytest

from engine.secrets import masked, masked_override


@pytest.mark.parametrize(
    "name", ["api_key", "apikey", "client_secret", "auth_token", "token", "Authorization"]
)
def test_by_name(name):
    assert masked({"a": [{name: "x"}]}) == {"a": [{name: "***"}]}
    assert masked_override(f"agent.model.{name}=swordfish") == f"agent.model.{name}=***"


@pytest.mark.parametrize("name", ["max_tokens", "tokens"])
def test_counts_of_tokens_are_no_secret(name):
    assert masked({name: 16000}) == {name: 16000}
    assert masked_override(f"agent.model.{name}=16000") == f"agent.model.{name}=16000"


def test_an_empty_key_is_no_secret():
    assert masked({"api_key": None}) == {"api_key": None}


def test_by_value(monkeypatch):
    """What a secret variable holds, wherever it came in."""
    monkeypatch.setenv("TOY_API_KEY", "swordfish")
    assert masked({"url": "http://x/swordfish/y"}) == {"url": "http://x/***/y"}
    assert (
        masked_override("agent.model.base_url=http://x/swordfish/y") == "agent.model.base_url=http://x/***/y"
    )


def test_within_an_override():
    """A mapping on the command line, quoted or not."""
    said = "+agent.model.extra={headers: {Authorization: Bearer abc def}, api_key: 'x, y', top_p: 1}"
    assert (
        masked_override(said) == "+agent.model.extra={headers: {Authorization: ***}, api_key: ***, top_p: 1}"
    )
