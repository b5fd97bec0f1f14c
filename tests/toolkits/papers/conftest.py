"""A cache of their own for all tests on papers, and no way out to the network."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import stamina

PROXIES = ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's cache folder."""
    for name in PROXIES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def twice() -> Iterator[None]:
    """Whatever may be tried again is tried twice, without a pause."""
    with stamina.set_testing(True, attempts=2):
        yield
