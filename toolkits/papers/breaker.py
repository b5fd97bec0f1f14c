"""A source that fails again and again is left alone for a while."""

from __future__ import annotations

import math
import time

from toolkits.papers.answer import ELSEWHERE
from toolkits.papers.trouble import Trouble


class Breaker:
    """After `most` failures in a row nothing is asked for `seconds`; then one question decides anew."""

    def __init__(self, most: int = 3, seconds: float = 60.0) -> None:
        self.most, self.seconds = most, seconds
        self._failures = 0
        self._until = 0.0

    def check(self) -> None:
        """Raises Trouble while nothing is to be asked."""
        left = self._until - time.monotonic()
        if left > 0:
            what = f"failed {self._failures} times in a row and is left alone"
            raise Trouble(what, f"try again later, or {ELSEWHERE}", retry_after=math.ceil(left))

    def failed(self) -> None:
        self._failures += 1
        if self._failures >= self.most:
            self._until = time.monotonic() + self.seconds

    def worked(self) -> None:
        self._failures = 0
        self._until = 0.0
