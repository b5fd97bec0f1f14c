"""Secrets do not reach our files."""

from __future__ import annotations

import pytest

from engine.secrets import masked, scrubbed


@pytest.mark.parametrize(
    "name",
    [
        *("api_key", "apikey", "apiKey", "x-api-key", "client_secret", "auth_token", "token", "accessToken"),
        *("Authorization", "proxy-authorization", "password", "aws_secret_access_key"),
    ],
)
def test_by_name(name):
    """Wherever it stands, with one value or several."""
    assert masked({"agent": [{name: "x"}, {name: ["x", 5]}]}) == {
        "agent": [{name: "***"}, {name: ["***"] * 2}]
    }


@pytest.mark.parametrize("name", ["max_tokens", "tokens", "author", "tokenizer", "secretary"])
def test_names_of_other_things(name):
    """A count of tokens is no secret, nor is who wrote something."""
    assert masked({name: 16000}) == {name: 16000}


@pytest.mark.parametrize("value", [None, True, {"user": "me"}])
def test_only_a_value_is_secret(value):
    """Nothing, a switch, and a mapping whose own names are harmless stay."""
    assert masked({"auth": value}) == {"auth": value}


@pytest.mark.parametrize("part", ["rubric", "task"])
def test_what_an_author_states_is_no_secret(part):
    """A criterion may be called after a secret thing."""
    said = {part: {"criteria": {"no_secrets_leaked": {"claim": "x"}, "stop_token": "y", "password": "z"}}}
    assert masked(said) == said


def test_the_user_of_an_address():
    said = "http://h/v1?a=1&api_key=abc&b=2 and https://h/?token=x"
    assert masked(said) == "http://h/v1?a=1&api_key=***&b=2 and https://h/?token=***"
    said = "no connection to https://user:pw@host:80/v1?to=a@b and http://x/y@z"
    assert masked(said) == "no connection to https://***@host:80/v1?to=a@b and http://x/y@z"


@pytest.mark.parametrize("part", ["rubric", "agent"])
def test_by_value(monkeypatch, part):
    """What a secret variable holds, wherever it came in."""
    monkeypatch.setenv("TOY_API_KEY", "swordfish")
    assert masked({part: {"url": "http://x/swordfish/y"}}) == {part: {"url": "http://x/***/y"}}


def test_what_is_written_holds_no_value(monkeypatch):
    """Wherever the value of a secret variable came in, and a longer secret before one that it holds."""
    monkeypatch.setenv("MY_API_KEY", "planted-123")
    monkeypatch.setenv("OTHER_TOKEN", "planted-123-longer")
    said = {"text": "x planted-123-longer y", "calls": [{"planted-123": ("planted-123",)}], "n": 5}
    assert scrubbed(said) == {"text": "x *** y", "calls": [{"***": ("***",)}], "n": 5}
    assert scrubbed({"password": "a tool's argument"}) == {"password": "a tool's argument"}
