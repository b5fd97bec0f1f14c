"""Whose fault is it? Three families, and whatever else is raised is a bug.

Refused      the user's input is wrong: nothing was spent, exit code 2
AgentFailed  the agent is to blame: the run is a `fail` with that failure
Void         we are to blame (provider, sandbox, judge, probe, tool): no score, never a fail, can be run again

Stopped is none of them: the experiment ends early, and the run goes on when it is resumed.
"""

from __future__ import annotations

from typing import Literal

VoidKind = Literal["provider", "sandbox", "judge", "probe", "tool", "engine"]


class Refused(Exception):
    """Bad input. The message says what is wrong, where, and what would be accepted."""


class AgentFailed(Exception):
    """The agent did not hand in something that can be graded; `failure` names why."""

    def __init__(self, failure: str, reason: str) -> None:
        super().__init__(f"{failure}: {reason}")
        self.failure = failure
        self.reason = reason


class Void(Exception):
    """A failure of ours; `kind` says whose."""

    def __init__(self, kind: VoidKind, reason: str) -> None:
        super().__init__(f"{kind}: {reason}")
        self.kind = kind
        self.reason = reason


class Unanswered(Void):
    """A model did not reply to one try. `again`: another try may be answered.

    `throttled`: we are to ask less often, and not before `after` seconds, where these are stated. `down`: it
    is not about this request, so others will be left unanswered as well.
    """

    def __init__(
        self,
        reason: str,
        *,
        again: bool = True,
        throttled: bool = False,
        after: float | None = None,
        down: bool = True,
    ) -> None:
        super().__init__("provider", reason)
        self.again = again
        self.throttled = throttled
        self.after = after
        self.down = down


class Stopped(Exception):
    """No further model is called in this session; nothing that was paid for is lost."""
