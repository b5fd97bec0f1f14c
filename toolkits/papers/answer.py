"""What an HTTP answer means: its content, or Trouble."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

from toolkits.papers.trouble import Absent, Trouble

if TYPE_CHECKING:
    import httpx

LATER = (408, 425, 429, 500, 502, 503, 504, 529)
WORDS = {
    400: "does not understand the question",
    401: "refuses the key, or wants one",
    403: "refuses to answer",
    404: "does not know this paper",
    410: "does not know this paper any more",
    429: "is asked too often",
}
ELSEWHERE = "use another tool or another paper, or go on with what you have"
CHECK = "check the identifier, or search"


def content(response: httpx.Response, body: bytes) -> bytes:
    """The body of a good answer. Raises Trouble for any other."""
    status = response.status_code
    if 200 <= status < 300:
        return body
    what = f"{WORDS.get(status, 'failed')} (HTTP {status})"
    if status in LATER:
        after = retry_after(response.headers.get("retry-after"))
        raise Trouble(what, f"try again later, or {ELSEWHERE}", temporary=True, retry_after=after)
    if status in (404, 410):
        raise Absent(what, CHECK)
    raise Trouble(what, CHECK if status == 400 else ELSEWHERE)


def document(body: bytes) -> Any:
    """JSON. Some answer 200 with a page of HTML where something is wrong with them: that is temporary."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        kind = "a page of HTML" if body.lstrip()[:1] == b"<" else "something"
        raise Trouble(f"answered with {kind} that is no JSON", ELSEWHERE, temporary=True) from None


@contextmanager
def understood() -> Iterator[None]:
    """Any field of an answer may be missing, null, or something else than it should be."""
    try:
        yield
    except (AttributeError, LookupError, TypeError, ValueError) as error:
        raise Trouble("answered in a form that it should not have", ELSEWHERE) from error


def retry_after(said: str | None) -> float | None:
    """Seconds, also where a date was said; None where nothing sensible was."""
    if not said:
        return None
    try:
        seconds = float(said)
    except ValueError:
        seconds = _until(said)
    return max(0.0, seconds) if math.isfinite(seconds) else None


def _until(date: str) -> float:
    try:
        return (parsedate_to_datetime(date).astimezone(UTC) - datetime.now(UTC)).total_seconds()
    except (ValueError, OverflowError):
        return math.nan
