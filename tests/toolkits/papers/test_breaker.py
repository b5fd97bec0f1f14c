"""A source that fails again and again."""

from __future__ import annotations

import time

import pytest

from toolkits.papers.breaker import Breaker
from toolkits.papers.trouble import Trouble


def test_opens_and_closes():
    """Failures in a row open it; later one question decides anew."""
    breaker = Breaker(most=2, seconds=0.3)
    breaker.failed()
    breaker.worked()
    breaker.failed()
    breaker.check()
    breaker.failed()
    with pytest.raises(Trouble, match="failed 2 times in a row and is left alone") as raised:
        breaker.check()
    assert raised.value.told()["retry_after"] == 1
    assert raised.value.told()["instead"]
    time.sleep(0.31)
    breaker.check()
    breaker.failed()
    with pytest.raises(Trouble):
        breaker.check()
    time.sleep(0.31)
    breaker.worked()
    breaker.failed()
    breaker.check()
