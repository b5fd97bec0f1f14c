"""Every other model, by litellm."""

from __future__ import annotations

import asyncio
import json
import logging
import os
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any

from engine.bounds import above_zero, at_least, some_text, web_address, without_user
from engine.model import Price, Request, Turn
from engine.models import chat_api
from engine.models.trouble import PATIENCE, unanswered
from engine.secrets import MASK, masked
from engine.traffic import Traffic

_NAMED_AS_USUAL = ("openai", "mistral", "groq", "xai", "deepseek", "openrouter")  # by PROVIDER_API_KEY alone
_DEFAULTED = ("OLLAMA_API_BASE",)  # litellm calls it missing, and then does without
_PRICES = "model_prices_and_context_window_backup.json"
_LONGEST = 1000  # characters of a provider's complaint that are kept


class LiteLLM:
    """One model by its litellm id, such as openai/gpt-5; providers' keys are litellm's to read.

    `timeout_seconds` bounds the silence of a try, and three times that the whole of it. `retries`,
    `backoff_seconds` and `max_connections` are those of Traffic. `price` is in US dollars per million
    tokens (see Price); where it is null, litellm's own list is asked, and where that has none, the cost is
    unknown. `extended` are parameters of a request to think at length, `extra` of every request, both sent
    as they stand. What a provider does not support is refused, never dropped.
    """

    def __init__(
        self,
        id: str,
        *,
        max_tokens: int = 16_000,
        base_url: str | None = None,
        api_key: str | None = None,
        timeout_seconds: float = 600.0,
        retries: int = 10,
        backoff_seconds: float = 1.0,
        max_connections: int = 100,
        price: Mapping[str, Any] | None = None,
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
        self.base_url = base_url
        self.timeout_seconds = timeout_seconds
        self.traffic = Traffic(retries, backoff_seconds, max_connections)
        self.price = Price.stated(price)
        self.extended = dict(extended or {})
        self.extra = dict(extra or {})
        self._api_key = api_key
        self._used = False

    def missing(self) -> str | None:
        """Only of a less common provider does this import litellm (seconds), to learn the variable's name."""
        provider = self.id.partition("/")[0]
        usual = f"{provider.upper()}_API_KEY"
        if self._api_key or self.base_url or os.environ.get(usual):
            return None
        if provider in _NAMED_AS_USUAL:
            return f"{self.id} cannot be reached: set {usual} in the environment"
        found = _litellm().validate_environment(model=self.id)
        lacking = " and ".join(name for name in found["missing_keys"] if name not in _DEFAULTED)
        return f"{self.id} cannot be reached: set {lacking} in the environment" if lacking else None

    def notice(self, today: date) -> str | None:  # noqa: ARG002 - the protocol's
        return None

    def priced(self) -> bool:
        """From litellm's list as a file: importing it takes seconds."""
        return self.price is not None or bool({self.id, self.id.partition("/")[2]} & _listed())

    def thinks(self) -> bool:
        """As litellm's list has it, where it is asked for an effort. This imports litellm (seconds)."""
        taken = _litellm().get_supported_openai_params(model=self.id) or ()
        return bool(self.extended) and (
            "reasoning_effort" in taken or "reasoning_effort" not in self.extended
        )

    async def reply(self, request: Request) -> Turn:
        litellm = _litellm()
        self._used = True
        parameters = self._parameters(request)
        try:
            async with asyncio.timeout(PATIENCE * self.timeout_seconds):
                answer = await litellm.acompletion(**parameters)
            return self._paid(chat_api.turn(answer.model_dump(exclude_none=True)), answer)
        except litellm.ContextWindowExceededError:
            return Turn("", stop="context")
        except litellm.ContentPolicyViolationError:
            return Turn("", stop="refusal")
        except Exception as error:  # litellm lets through whatever a provider's answer causes
            raise unanswered(self._words(error), error) from error

    async def close(self) -> None:
        """Close litellm's connections: they are shared, so by the end of all runs."""
        if self._used:
            litellm = _litellm()
            await litellm.close_litellm_async_clients()
            litellm.in_memory_llm_clients_cache.flush_cache()
            self._used = False

    def _parameters(self, request: Request) -> dict[str, Any]:
        key = self._api_key or ("none" if self._keyless() else None)
        return {
            "model": self.id,
            "max_tokens": self.max_tokens,
            "timeout": self.timeout_seconds,
            "max_retries": 0,  # whether and when to ask again is decided for all calls together
            "base_url": self.base_url,
            **chat_api.body(request),
            **({"api_key": key} if key else {}),
            **(self.extended if request.extended else {}),
            **self.extra,
        }

    def _keyless(self) -> bool:
        """An address of the user's own, and no key for it: OpenAI's client wants one all the same."""
        return bool(self.base_url) and self.id.startswith("openai/") and not os.environ.get("OPENAI_API_KEY")

    def _paid(self, turn: Turn, answer: Any) -> Turn:
        if self.price:
            cost: float | None = self.price.cost(turn.usage)
        else:
            try:
                cost = _litellm().completion_cost(answer, model=self.id)
            except Exception:  # litellm's way to say that it does not know the price
                cost = None
        return replace(turn, usage=replace(turn.usage, cost=cost))

    def _words(self, error: Exception) -> str:
        """What went wrong, in plain words and without any key."""
        if isinstance(error, TimeoutError):
            return f"{self.id}: no answer within {self.timeout_seconds:g} s"
        words = masked(str(error) or type(error).__name__)
        words = words.replace(self._api_key, MASK) if self._api_key else words
        return f"{self.id}: {words[:_LONGEST]}"


def _listed() -> set[str]:
    """The models that litellm knows a price of."""
    spec = find_spec("litellm")
    if spec is None or spec.origin is None:
        return set()
    listed = json.loads(Path(spec.origin).with_name(_PRICES).read_text(encoding="utf-8"))
    return {id for id, entry in listed.items() if "input_cost_per_token" in entry}


def _litellm() -> ModuleType:
    """Imported where it is first used (it takes seconds), told to keep off the network and off stderr."""
    os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")
    os.environ.setdefault("LITELLM_MODE", "PRODUCTION")
    import litellm

    litellm.suppress_debug_info = True
    logging.getLogger("LiteLLM").setLevel(logging.CRITICAL)
    return litellm
