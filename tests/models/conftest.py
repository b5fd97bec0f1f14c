"""Claude's actor with a strict server at its other end."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from ..servers.messages import MessagesServer
from ..servers.replies import text
from .rig import KEY, Rig


@pytest.fixture
async def rig(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Rig]:
    monkeypatch.setenv("ANTHROPIC_API_KEY", KEY)
    async with MessagesServer(lambda _: [text("Hello.")]) as server:
        rig = Rig(server)
        yield rig
        for model in rig.models:
            await model.close()
