"""Imports go down only, and each heavy or foreign package has one door."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MODULES = sorted(
    path for folder in ("engine", "toolkits", "sandbox") for path in (ROOT / folder).rglob("*.py")
)

NOUNS = {"engine/task.py", "engine/rubric.py"}  # MISSING, which makes a field of the schema mandatory

DOORS = {
    "hydra": {"engine/__main__.py", "engine/config/"},
    "omegaconf": {"engine/__main__.py", "engine/config/", *NOUNS},
    "anthropic": {"engine/models/anthropic.py"},
    "litellm": {"engine/models/litellm.py"},
    "rich": {"engine/terminal.py", "engine/live.py", "engine/report/"},
    "torch": set(),
    "pymupdf": {"toolkits/papers/pdf/document.py"},
    "httpx": {"toolkits/papers/"},
    "stamina": {"toolkits/papers/web.py"},
    "tenacity": {"engine/calls.py"},
    "anyio": {"engine/traffic.py"},
    "filelock": {"toolkits/papers/pace.py"},
    "regex": {"engine/graders/pattern.py"},
    "importlib": {
        "engine/config/actors.py",  # a _target_
        "engine/graders/probes.py",  # the author's
        "engine/models/litellm.py",  # only to find a file
        "engine/doctor.py",  # only to see what is installed
        "toolkits/papers/web.py",  # only to see what is installed
        "sandbox/supervisor/",  # inside the sandbox
        "sandbox/watched/",  # as well
    },
}
KINDS = ("engine.agents", "engine.models", "engine.graders")


def imported(path: Path) -> Iterator[str]:
    """Every module that is imported for real, at the top or where it is first used."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            node.body = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            module = "." * node.level + (node.module or "")
            yield from (module, *(f"{module}.{name.name}" for name in node.names))
        elif isinstance(node, ast.Name) and node.id == "__import__":
            yield "importlib"


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("package", DOORS)
def test_one_door(package):
    """Only these files know the package."""
    users = {name(path) for path in MODULES if package in {one.split(".")[0] for one in imported(path)}}
    assert not [user for user in users if not user.startswith(tuple(DOORS[package]))]


def layers() -> dict[str, int]:
    """The line of each module in the map of engine/__init__.py, counted from the top; a folder is one."""
    said = ast.get_docstring(ast.parse((ROOT / "engine/__init__.py").read_text(encoding="utf-8"))) or ""
    lines = [line.strip() for line in said.splitlines() if line.startswith("    ")]
    columns = [re.match(r"\w+/?(, \w+)*", line) for line in lines]
    return {
        name.rstrip("/"): at for at, found in enumerate(columns) if found for name in found[0].split(", ")
    }


def test_imports_go_down_the_map():
    """Every module is on it, and imports from its own line and those below only."""
    layer = layers()
    for path in (ROOT / "engine").glob("**/*.py"):
        own = path.relative_to(ROOT / "engine").parts[0].removesuffix(".py")
        if own != "__init__":
            parts = [one.split(".") for one in imported(path)]
            used = {part[1] for part in parts if part[0] == "engine" and len(part) > 1}
            assert not [one for one in used if layer[one] < layer[own]], path


def test_imports_are_absolute():
    """So that each says whom it means."""
    assert not [name(path) for path in MODULES for one in imported(path) if one.startswith(".")]


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("from engine import graders", "engine.graders"),
        ("from .. import graders", "...graders"),
        ("def later():\n    import torch", "torch"),
        ("x = __import__('torch')", "importlib"),
        ("from importlib import import_module", "importlib.import_module"),
    ],
)
def test_no_way_around(tmp_path, line, found):
    """However something is imported, these tests see it."""
    (tmp_path / "x.py").write_text(line)
    assert found in list(imported(tmp_path / "x.py"))


@pytest.mark.parametrize("kind", KINDS)
def test_kinds_do_not_know_each_other(kind):
    """An agent knows no model and no grader, and so on: they meet in the plan alone."""
    others = [other for other in KINDS if other != kind]
    folder = ROOT / kind.replace(".", "/")
    for path in folder.glob("*.py"):
        assert not [one for one in imported(path) for other in others if one.startswith(other)], path


def test_the_sandbox_stands_alone():
    """It knows the standard library and itself."""
    import sys

    for path in (ROOT / "sandbox").rglob("*.py"):
        foreign = {one.split(".")[0] for one in imported(path)} - set(sys.stdlib_module_names) - {"sandbox"}
        assert not foreign, path


def test_toolkits_are_below_the_line_of_a_run():
    """A tool knows the nouns, not the plan, the schedule or the config."""
    for path in (ROOT / "toolkits").rglob("*.py"):
        above = ("engine.plan", "engine.run", "engine.schedule", "engine.config")
        assert not [one for one in imported(path) if one.startswith(above)], path


def test_the_engine_has_no_word_of_a_task():
    """Task names and criterion ids live in YAML and assets."""
    words = ("titans", "surprise_gate", "fsdp", "memopt")
    for path in (ROOT / "engine").rglob("*.py"):
        text = path.read_text(encoding="utf-8").lower()
        assert not [word for word in words if word in text], path


def test_no_module_is_long():
    """One noun a module."""
    assert not [name(path) for path in MODULES if path.read_text(encoding="utf-8").count("\n") > 250]
