"""A server that answers from a list, and Claudes that speak to it."""

from __future__ import annotations

from typing import Any

from engine.model import Request, User
from engine.models.anthropic import Anthropic

from ..servers.messages import MessagesServer

KEY = "sk-ant-a-secret"
ASK = Request((User(("Say hello.",)),))


class Rig:
    """A server that answers from a list, and models that speak to it."""

    def __init__(self, server: MessagesServer) -> None:
        self.server = server
        self.models: list[Anthropic] = []

    def model(self, id: str = "claude-haiku-5-5", **options: Any) -> Anthropic:
        options = {"retries": 0, "base_url": self.server.url, "max_tokens": 16_000, **options}
        self.models.append(Anthropic(id, **options))
        return self.models[-1]

    def answers(self, *replies: Any) -> None:
        waiting = list(replies)
        self.server.respond = lambda _: waiting.pop(0)

    @property
    def body(self) -> dict[str, Any]:
        return self.server.requests[-1].body
