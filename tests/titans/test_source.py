"""The submission's text: its file, its lines, and constructs by which it could deceive whoever runs it."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.submission import Submission
from tests.titans.parts import part

Source = part("source").Source
TASK = Path(__file__).parents[2] / "conf/task/titans"
HONEST = """
import math
import os.path
import sys
from dataclasses import dataclass
import torch
import torch.nn as nn
import torch.nn.functional as F

torch.manual_seed(0)
torch.backends.cudnn.deterministic = True

class NeuralMemory(nn.Module):
    def __init__(self):
        super().__init__()
        self.decay = nn.Parameter(torch.zeros(1))
        self.inspect = "a word"
        setattr(self, "gate", nn.Linear(2, 2))

    def forward(self, x):
        print("eval", file=sys.stderr)
        self.eval()
        return torch.compile and x

class SimpleTransformer(nn.Module):
    pass

if __name__ == "__main__":
    import subprocess
    exec("1")
"""


DECEIVING = {"patched_checker", "forged_descriptors", "forged_output", "exit_at_import", "exit_in_forward"}


def source(text: str) -> object:
    return Source("titans.py", text)


def test_the_file_that_defines_the_model_is_taken() -> None:
    """Among several Python files it is the one, whatever their order; other files are left alone."""
    files = {
        "a.py": "x = 1",
        "b.txt": "class SimpleTransformer: ...",
        "c.py": "class SimpleTransformer: ...",
        "d.py": "",
    }
    assert Source.of(Submission(files)).name == "c.py"


def test_without_the_model_any_python_file_is_taken() -> None:
    """So that the gate can say what is missing in it."""
    assert Source.of(Submission({"a.md": "", "b.py": "x = 1"})).name == "b.py"


def test_no_python_file() -> None:
    """Then there is no source."""
    assert Source.of(Submission({"a.md": "class SimpleTransformer"})) is None
    assert Source.of(Submission({})) is None


@pytest.mark.parametrize(
    "text",
    [
        "class SimpleTransformer: ...",
        "class Model: ...\nSimpleTransformer = Model",
        "from other import Model as SimpleTransformer",
        "def SimpleTransformer(**sizes): ...",
        "if True:\n    class SimpleTransformer: ...",
    ],
)
def test_the_model_can_be_defined_in_several_ways(text: str) -> None:
    """A class, an alias, an import, a factory."""
    assert source(text).defines("SimpleTransformer")


@pytest.mark.parametrize(
    "text", ["", "# class SimpleTransformer", "print(SimpleTransformer)", "'class SimpleTransformer: ...'"]
)
def test_a_name_that_is_only_spoken_of_is_not_defined(text: str) -> None:
    """Comments, strings and uses define nothing."""
    assert not source(text).defines("SimpleTransformer")


@pytest.mark.parametrize(("line", "quotes"), [(2, ["b = 2"]), (0, []), (-1, []), (9, []), (None, [])])
def test_evidence_is_a_line_that_is_there(line: int | None, quotes: list[str]) -> None:
    """Quoted without its indent; nothing for a line that is not there."""
    found = source("if a:\n    b = 2\n").evidence(line)
    assert [(one.quote, one.file, one.line) for one in found] == [
        (quote, "titans.py", line) for quote in quotes
    ]


def test_an_ordinary_file_is_not_suspected() -> None:
    """Innocent namesakes, harmless parts of sys and os, and what only a script would do."""
    assert source(HONEST).tampering() is None


@pytest.mark.parametrize("path", sorted((TASK / "specimens").glob("*.py")), ids=lambda path: path.stem)
def test_specimens_that_deceive_are_suspected_and_no_others(path: Path) -> None:
    """Those that reach for the process or its descriptors."""
    if path.stem == "truncated":
        return
    found = source(path.read_text(encoding="utf-8")).tampering()
    assert found is None or path.stem in DECEIVING, found
    assert found is not None or path.stem not in {"patched_checker", "forged_descriptors"}


@pytest.mark.parametrize(
    "text",
    [
        "import ctypes",
        "import os.path, gc as tidy",
        "from importlib import reload",
        "import multiprocessing.shared_memory",
        "from torch.utils import _python_dispatch",
        "from torch.utils._python_dispatch import TorchDispatchMode",
        "import torch.utils._python_dispatch as d",
        "import channel",
        "import subject.recorder",
        "exec('1')",
        "run = eval",
        "__import__('os')",
        "os._exit(0)",
        "os.write(3, b'')",
        "sys.modules['x']",
        "sys.settrace(f)",
        "sys._getframe()",
        "x.__subclasses__()",
        "f.__globals__['x']",
        "torch._C._dispatch",
        "nn.Module.__call__ = f",
        "torch.Tensor.add = f",
        "torch.nn.functional.linear = f",
        "F.linear = f",
        "setattr(torch, 'bmm', f)",
        "setattr(nn.Module, 'train', f)",
        "class T(torch.Tensor):\n    def __torch_function__(self): ...",
        "def f():\n    def g():\n        import socket",
    ],
)
def test_constructs_that_could_deceive(text: str) -> None:
    """Their line and a word for them."""
    line, word = source(f"x = 1\n{text}\n").tampering()
    assert line >= 2
    assert word


def test_the_first_construct_is_named() -> None:
    """In the order of lines."""
    assert source("def f():\n    eval('1')\n\nimport gc\n").tampering() == (2, "eval")


def test_a_main_block_with_an_alternative_is_looked_at() -> None:
    """What runs on import is no script, wherever it stands."""
    assert source("if __name__ == '__main__':\n    pass\nelse:\n    import gc\n").tampering()


@pytest.mark.parametrize("mark", ["\f", "\v", "\x1c", "\x85", "\u2028"])
def test_lines_are_numbered_as_python_numbers_them(mark: str) -> None:
    """Only a newline ends a line."""
    (found,) = source(f"'a{mark}b'\nc = 3\n").evidence(2)
    assert found.quote == "c = 3"


def test_a_cleaned_file_keeps_its_lines() -> None:
    """What could deceive is cut out, with all that needs it; what is left stands where it stood."""
    text = "import gc\nx = 1\n\n\ngc.collect()\nclass SimpleTransformer:\n    y = 2\n"
    cleaned = source(text).cleaned()
    assert cleaned.text == "\nx = 1\n\n\n\nclass SimpleTransformer:\n    y = 2\n"
    assert cleaned.tampering() is None


def test_a_class_that_could_deceive_is_not_cut_out() -> None:
    """There would be nothing left to examine."""
    assert source("class SimpleTransformer:\n    x = eval('1')\n").cleaned() is None
