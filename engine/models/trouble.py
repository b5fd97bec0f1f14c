"""What the failure of a try means for the next ones, by the status and headers of HTTP."""

from __future__ import annotations

import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime

from engine.errors import Unanswered

PASSING = (408, 409, 429)  # of those that blame the request: time-out, conflict, rate limit
CLOSED = (401, 402, 403, 404)  # key, money, permission, model: no other request will fare better
PATIENCE = 3  # times the timeout of a client, for a whole reply: a long one may be streamed for longer
SLOWER = (429, 503, 529)
BROKE = ("credit balance is too low", "reached your specified api usage limits")  # under status 400


def unanswered(words: str, error: Exception) -> Unanswered:
    """A failure without a status (no connection, a timeout, an unreadable answer) may pass as well."""
    status = getattr(error, "status_code", None) or 0
    refused = 400 <= status < 500 and status not in PASSING
    said = f"{getattr(error, 'body', '')} {error}".lower()
    overloaded = "overloaded_error" in said  # in a stream, under status 200
    return Unanswered(
        words,
        again=not refused,
        throttled=status in SLOWER or overloaded,
        after=_after(_headers(error)),
        down=not refused or status in CLOSED or any(each in said for each in BROKE),
    )


def _headers(error: Exception) -> Mapping[str, str]:
    """Those of the answer; litellm has them in a place of their own."""
    own = getattr(error, "litellm_response_headers", None)
    headers = own or getattr(getattr(error, "response", None), "headers", None) or {}
    return {str(name).lower(): str(value) for name, value in headers.items()}


def _after(headers: Mapping[str, str]) -> float | None:
    """Seconds, as servers state them: RFC 9110, section 10.2.3; in milliseconds is a custom of providers."""
    try:
        if "retry-after-ms" in headers:
            return max(0.0, float(headers["retry-after-ms"]) / 1000)
        said = headers.get("retry-after")
        return None if said is None else max(0.0, _seconds(said))
    except (ValueError, TypeError, OverflowError):
        return None


def _seconds(said: str) -> float:
    return float(said) if said[:1].isdigit() else parsedate_to_datetime(said).timestamp() - time.time()
