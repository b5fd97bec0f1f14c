"""Warm workers take seconds to start, so that all tests of a module share them, and its event loop."""

from collections.abc import AsyncIterator

import pytest_asyncio

from tests.sandbox.warm import PRELOAD, Sure, Warm


@pytest_asyncio.fixture(scope="module", loop_scope="module", autouse=True)
async def workers() -> AsyncIterator[None]:
    Warm.shared = Sure(PRELOAD)
    yield
    await Warm.shared.close()
