"""Why a source gave no answer, in words that an agent can act on."""

from __future__ import annotations

from typing import Any


class Trouble(Exception):
    """`what` went wrong; `instead` is what to try.

    `temporary`: the same question may be answered later, after `retry_after` seconds where that is known.
    """

    def __init__(
        self, what: str, instead: str = "", *, temporary: bool = False, retry_after: float | None = None
    ) -> None:
        super().__init__(what)
        self.what, self.instead = what, instead
        self.temporary, self.retry_after = temporary, retry_after

    def told(self) -> dict[str, Any]:
        """As data, without what is not known."""
        said = {"what": self.what, "retry_after": self.retry_after, "instead": self.instead}
        return {name: value for name, value in said.items() if value not in (None, "")}


class Unsupported(Trouble):
    """The source never has this kind of thing."""


class Absent(Trouble):
    """The source answered, and there is no such thing: an answer like another, and kept like one."""
