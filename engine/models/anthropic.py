"""Claude, by Anthropic's own SDK."""

from __future__ import annotations

import asyncio
import os
import warnings
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

from engine.bounds import above_zero, at_least, some_text, web_address, without_user
from engine.model import Price, Request, Turn
from engine.models import messages_api
from engine.models.trouble import PATIENCE, unanswered
from engine.secrets import masked
from engine.traffic import Traffic

if TYPE_CHECKING:
    from anthropic import AsyncAnthropic
    from anthropic.types import Message

_LONGEST_PLAIN = 21_333  # the SDK refuses to wait for more tokens than this without streaming
_CONNECT_SECONDS = 10.0
_KEYS = ("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN")
_SIGN_INS = ("ANTHROPIC_PROFILE", "ANTHROPIC_FEDERATION_RULE_ID", "ANTHROPIC_CONFIG_DIR")
_PROFILES = ".config/anthropic/configs"
_TOO_LONG = "prompt is too long"  # the API has no code for it
_MODES = ("adaptive", "between_tools", "disabled")
Effort = Literal["low", "medium", "high", "xhigh", "max"]
_EFFORTS: tuple[Effort, ...] = get_args(Effort)


class Anthropic:
    """One Claude model. `ANTHROPIC_API_KEY` and `ANTHROPIC_BASE_URL` are the SDK's to read.

    `thinking` is "adaptive", "between_tools", "disabled" or {"budget": tokens}; None leaves it to the API.
    `timeout_seconds` bounds the silence of a try, and three times that the whole of it. `retries`,
    `backoff_seconds` and `max_connections` are those of Traffic. `price` is in US dollars per million tokens
    (see Price), `retires` the day after which the API no longer knows the model.
    `extended` has the `thinking`, `effort` and `max_tokens` of a request to think at length; an `effort` of
    the model's own stays, and of `max_tokens` the larger holds. `extra` are request parameters sent as they
    stand.
    """

    def __init__(
        self,
        id: str,
        *,
        max_tokens: int = 16_000,
        thinking: str | Mapping[str, Any] | None = None,
        effort: Effort | None = None,
        base_url: str | None = None,
        price: Mapping[str, Any] | None = None,
        timeout_seconds: float = 600.0,
        retries: int = 10,
        backoff_seconds: float = 1.0,
        max_connections: int = 100,
        retires: str | None = None,
        extended: Mapping[str, Any] | None = None,
        extra: Mapping[str, Any] | None = None,
    ) -> None:
        some_text(id=id)
        at_least(1, max_tokens=max_tokens)
        above_zero(timeout_seconds=timeout_seconds)
        web_address(base_url=base_url)
        without_user(base_url=base_url)
        self.id = id
        self.max_tokens = max_tokens
        self.thinking = _thinking(thinking, max_tokens)
        self.effort = effort
        self.base_url = base_url
        self.price = Price.stated(price)
        self.timeout_seconds = timeout_seconds
        self.traffic = Traffic(retries, backoff_seconds, max_connections)
        self.retires = _date(retires) if retires else None
        self.extended = _extended(extended, self.max_tokens)
        self.extra = dict(extra or {})
        self._opened: AsyncAnthropic | None = None

    def missing(self) -> str | None:
        if any(os.environ.get(name) for name in _KEYS + _SIGN_INS) or (Path.home() / _PROFILES).is_dir():
            return None
        return f"{self.id} needs a key: set {' or '.join(_KEYS)} in the environment"

    def notice(self, today: date) -> str | None:
        if self.retires is None:
            return None
        if today > self.retires:
            return f"{self.id} was retired on {self.retires}: expect the API to refuse it"
        return f"{self.id} retires on {self.retires}, in {(self.retires - today).days} days"

    def priced(self) -> bool:
        return self.price is not None

    def thinks(self) -> bool:
        return bool(self.extended)

    async def reply(self, request: Request) -> Turn:
        parameters = self._parameters(request)
        try:
            async with asyncio.timeout(PATIENCE * self.timeout_seconds):
                answer = await self._ask(parameters)
            return messages_api.turn(answer, self.price)
        except Exception as error:  # beside its own errors the SDK lets through what a broken answer causes
            if _TOO_LONG in str(error):
                return Turn("", stop="context")
            raise unanswered(self._words(error), error) from error

    async def close(self) -> None:
        if self._opened is not None:
            await self._opened.close()
            self._opened = None

    def _parameters(self, request: Request) -> dict[str, Any]:
        body = messages_api.body(request)
        own = {"max_tokens": self.max_tokens, "thinking": self.thinking, "effort": self.effort}
        if request.extended and self.extended:
            own = {
                "thinking": self.extended["thinking"] or self.thinking,
                "effort": self.effort or self.extended["effort"],
                "max_tokens": max(self.max_tokens, self.extended["max_tokens"]),
            }
        output = {**body.pop("output_config", {}), **({"effort": own["effort"]} if own["effort"] else {})}
        return {
            "model": self.id,
            "max_tokens": own["max_tokens"],
            **body,
            **({"thinking": own["thinking"]} if own["thinking"] else {}),
            **({"output_config": output} if output else {}),
            **({"extra_body": self.extra} if self.extra else {}),
        }

    async def _ask(self, parameters: dict[str, Any]) -> dict[str, Any]:
        messages = self._client().messages
        if parameters["max_tokens"] <= _LONGEST_PLAIN:
            message: Message = await messages.create(**parameters)
        else:
            async with messages.stream(**parameters) as stream:
                message = await stream.get_final_message()
        return message.to_dict(warnings=False)

    def _client(self) -> AsyncAnthropic:
        """One client for all runs; importing its module takes seconds, so only where it is first used."""
        if self._opened is None:
            import anthropic

            # The user reads of a retirement once, in `notice`.
            warnings.filterwarnings("ignore", "The model '.*' is deprecated", DeprecationWarning)
            self._opened = anthropic.AsyncAnthropic(
                base_url=self.base_url,
                timeout=anthropic.Timeout(self.timeout_seconds, connect=_CONNECT_SECONDS),
                max_retries=0,  # whether and when to ask again is decided for all calls together
                http_client=anthropic.DefaultAioHttpClient(),
            )
        return self._opened

    def _words(self, error: Exception) -> str:
        """What went wrong, in plain words and without the key."""
        import anthropic

        match error:
            case anthropic.APIStatusError():
                said = error.api_message or error.message
                words = f"the API answered {error.status_code}: {said} (request {error.request_id})"
            case anthropic.APITimeoutError() | TimeoutError():
                words = f"no answer within {self.timeout_seconds:g} s"
            case anthropic.APIConnectionError():
                words = f"no connection to {error.request.url.host}: {error.__cause__ or error}"
            case _:
                words = f"the client cannot read the answer: {type(error).__name__}: {error}"
        return str(masked(f"{self.id}: {words}"))


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"retires={text}: this must be a date such as 2026-11-30") from None


def _extended(said: Mapping[str, Any] | None, max_tokens: int) -> dict[str, Any]:
    """All three settings; empty where none is stated."""
    if not said:
        return {}
    if unknown := sorted(said.keys() - {"thinking", "effort", "max_tokens"}):
        raise ValueError(f"extended.{unknown[0]}: there is only thinking, effort and max_tokens")
    most = said.get("max_tokens") or max_tokens
    at_least(1, **{"extended.max_tokens": most})
    effort = said.get("effort")
    if effort not in (None, *_EFFORTS):
        raise ValueError(f"extended.effort={effort}: this must be one of {', '.join(_EFFORTS)}, or null")
    thinking = _thinking(said.get("thinking"), max(most, max_tokens), "extended.thinking")
    if thinking == {"type": "disabled"}:
        raise ValueError("extended.thinking=disabled: this is for requests to think at length")
    return {"thinking": thinking, "effort": effort, "max_tokens": most}


def _thinking(
    wish: str | Mapping[str, Any] | None, max_tokens: int, key: str = "thinking"
) -> dict[str, Any] | None:
    match wish:
        case None:
            return None
        case str() if wish in _MODES:
            return {"type": wish}
        case {"budget": int(budget), **rest} if not rest and 1024 <= budget < max_tokens:
            return {"type": "enabled", "budget_tokens": budget}
    modes = ", ".join(_MODES)
    raise ValueError(
        f"{key}={wish}: this must be one of {modes}, null, or {{budget: 1024 to max_tokens - 1}}"
    )
