"""What was said on the command line is kept as it was typed, without secrets."""

from __future__ import annotations

import pytest
from hydra.core.override_parser.overrides_parser import OverridesParser

from engine.config.origin import discreet


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("agent.model.api_key='sk-1,2'", "agent.model.api_key=***"),
        ("agent.model.api_key=sk-1\\,2", "agent.model.api_key=***"),
        ("+agent.model.auth_token=abc def", "+agent.model.auth_token=***"),
        (
            "agent.model.extra={extra_headers: {x-api-key: 'sk, 1'}, top_p: 1}",
            'agent.model.extra={"extra_headers": {"x-api-key": "***"}, "top_p": 1}',
        ),
        ("agent.model.base_url=https://user:pw@host/v1", "agent.model.base_url=https://***@host/v1"),
        ("rubric.criteria.words.claim=swordfish", "rubric.criteria.words.claim=***"),
    ],
)
def test_secrets_are_not_kept(typed, kept, monkeypatch):
    monkeypatch.setenv("TOY_API_KEY", "swordfish")
    assert discreet(OverridesParser.create().parse_override(typed)) == kept


@pytest.mark.parametrize(
    "typed",
    [
        "runs=10",
        "~rubric.criteria.x",
        "agent.model.max_tokens=16000",
        "agent.model.api_key=null",
        "+rubric.criteria.password_hashing={claim: 'it, well, hashes', points: 1.0}",
        "+rubric.criteria.stop_token.claim=It stops.",
        "agent.model.extra.user=${oc.env:USER}",
    ],
)
def test_all_else_is_kept_as_typed(typed):
    assert discreet(OverridesParser.create().parse_override(typed)) == typed
