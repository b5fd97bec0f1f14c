"""The models that come with the engine, as conf/model/ configures them."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
import warnings
from datetime import date, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import anthropic
import pytest
from anthropic.resources.messages.messages import DEPRECATED_MODELS
from omegaconf import OmegaConf

from engine.model import Request, User
from engine.models.anthropic import Anthropic
from engine.models.litellm import LiteLLM

from ..servers.messages import MessagesServer
from ..servers.messages_rules import MODELS, MODES
from ..servers.replies import text

FOLDER = Path(__file__).parents[2] / "conf/model"
NAMES = sorted(path.stem for path in FOLDER.glob("*.yaml"))
CLAUDES = ["haiku", "haiku-4-5", "opus", "sonnet", "sonnet-4-5"]
A_MILLION = 1e6


def load(name: str) -> dict[str, Any]:
    loaded = OmegaConf.to_container(OmegaConf.load(FOLDER / f"{name}.yaml"))
    assert isinstance(loaded, dict)
    return {str(key): value for key, value in loaded.items()}


def build(name: str, **changes: Any) -> Any:
    options = load(name) | changes
    module, _, kind = options.pop("_target_").rpartition(".")
    return getattr(importlib.import_module(module), kind)(**options)


def test_names() -> None:
    """These are the names that `agent.model=` takes."""
    assert set(NAMES) == {*CLAUDES, "litellm", "scripted"}


@pytest.mark.parametrize("name", NAMES)
def test_builds(name: str) -> None:
    """Each says in its first line what it is, and builds without importing an SDK."""
    assert (FOLDER / f"{name}.yaml").read_text().startswith("# ")
    assert build(name, id="openai/x" if name == "litellm" else load(name)["id"]).id


@pytest.mark.parametrize("name", CLAUDES)
async def test_accepted(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each Claude's request as configured is one that the API takes, and warns nobody."""
    monkeypatch.setenv("ANTHROPIC_API_KEY", "k")
    async with MessagesServer(lambda _: [text("Hello.")]) as server:
        model = build(name, base_url=server.url)
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            assert (await model.reply(Request((User(("Hello?",)),)))).usage.cost > 0
        await model.close()
    assert server.invalid == []
    assert [str(warning.message) for warning in caught] == []
    assert model.id in MODELS & set(MODES)


@pytest.mark.parametrize("name", CLAUDES)
def test_prices(name: str) -> None:
    """Prices are those of litellm's list, read from its file."""
    spec = find_spec("litellm")
    assert spec and spec.origin
    listed = json.loads(
        Path(spec.origin).with_name("model_prices_and_context_window_backup.json").read_text()
    )
    entry, price = listed[load(name)["id"]], load(name)["price"]
    for ours, theirs in {
        "input": "input_cost_per_token",
        "output": "output_cost_per_token",
        "cache_read": "cache_read_input_token_cost",
        "cache_write": "cache_creation_input_token_cost",
    }.items():
        assert price[ours] == pytest.approx(entry[theirs] * A_MILLION)
        long = entry.get(f"{theirs}_above_{price.get('long_over', 0) // 1000}k_tokens")
        assert long is None or long == pytest.approx(entry[theirs] * price["long_factor"])
    assert ("long_over" in price) == any(word.endswith("00k_tokens") for word in entry)


@pytest.mark.parametrize("name", CLAUDES)
def test_retirement(name: str) -> None:
    """The retirement dates that the SDK knows are ours, and no others."""
    known = DEPRECATED_MODELS.get(load(name)["id"])
    day = datetime.strptime(known.replace("th,", ","), "%B %d, %Y").date() if known else None
    assert build(name).retires == day


def test_notice() -> None:
    """A model that retires says so before, and after."""
    model = build("sonnet-4-5")
    assert model.notice(date(2026, 11, 22)) == "claude-sonnet-4-5-20250929 retires on 2026-11-30, in 8 days"
    assert "was retired on 2026-11-30" in model.notice(date(2026, 12, 1))
    assert build("haiku").notice(date(2026, 12, 1)) is None


@pytest.mark.parametrize("variable", ["ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN"])
def test_missing(variable: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a key Claude says which variable to set; either will do, as for the SDK."""
    for name in ("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    model = Anthropic("claude-haiku-5-5", base_url="http://127.0.0.1:1")
    assert "ANTHROPIC_API_KEY" in (model.missing() or "")
    monkeypatch.setenv(variable, "k")
    assert model.missing() is None
    assert anthropic.Anthropic().auth_headers == {"Authorization": "Bearer k"}


def test_imports_nothing_heavy() -> None:
    """Importing the models imports neither SDK: the command line starts fast."""
    code = (
        "import sys, engine.models.anthropic, engine.models.litellm, engine.models.scripted\n"
        "sys.exit(bool({'anthropic', 'litellm', 'aiohttp', 'pydantic'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=FOLDER.parents[1], check=False).returncode == 0


@pytest.mark.parametrize("kind", [Anthropic, LiteLLM])
@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"price": {"input": "abc"}}, r"price\.input=abc: this must be a number of 0 or more"),
        ({"price": {"output": -1}}, r"price\.output=-1: "),
        ({"price": {"inputs": 1}}, r"price\.inputs: there is no such price; there are: input, output"),
        ({"max_tokens": 0}, r"max_tokens=0: this must be a number of 1 or more"),
        ({"retries": -1}, r"retries=-1: "),
        ({"timeout_seconds": 0.0}, r"timeout_seconds=0\.0: this must be a number of more than 0"),
        ({"id": " "}, r"id= : "),
        ({"base_url": "notaurl"}, r"base_url=notaurl: this must be an address"),
    ],
)
def test_refused(kind: Any, options: dict[str, Any], message: str) -> None:
    """A value that makes no sense is refused with its key before anything is paid."""
    with pytest.raises(ValueError, match=f"^{message}"):
        kind(**{"id": "openai/x", **options})


def test_no_day() -> None:
    """A retirement is a date."""
    with pytest.raises(ValueError, match=r"^retires=soon: this must be a date such as"):
        Anthropic("claude-haiku-5-5", retires="soon")


@pytest.mark.parametrize(
    ("model", "known"),
    [
        (Anthropic("claude-haiku-5-5"), False),
        (Anthropic("claude-haiku-5-5", price={"input": 1, "long_over": None}), True),
        (LiteLLM("openai/gpt-4o"), True),
        (LiteLLM("openai/my-own"), False),
        (LiteLLM("openai/my-own", price={"input": 1}), True),
    ],
)
def test_priced(model: Any, known: bool) -> None:
    """A cost is known by a stated price, or by litellm's list."""
    assert model.priced() is known
