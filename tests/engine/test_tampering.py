"""What a file could deceive its watchers by, and what ordinary programs do."""

# ruff: noqa: E501
# programs on one line each

from __future__ import annotations

import pytest

from engine.source import Source
from engine.tampering import tampering

HOSTILE = {
    "frames": "import sys\nsys._getframe(1).f_locals['note']('passed')",
    "modules": "import sys\nsys.modules['watch'].note('passed')",
    "modules by another way": "import torch\ntorch.sys.modules['watch']",
    "modules imported by another way": "from torch import sys",
    "from sys": "from sys import modules as m",
    "collector": "import gc\n[x for x in gc.get_objects() if callable(x)]",
    "closure": "import torch\ntorch.compile.__closure__[0].cell_contents('x')",
    "unwrapped": "import torch\ntorch.compile.__wrapped__",
    "traceback": "try:\n    1 / 0\nexcept Exception as e:\n    e.__traceback__.tb_frame.f_back",
    "ends behind": "import os\nos._exit(0)",
    "another process": "import subprocess\nsubprocess.run(['true'])",
    "foreign code": "import ctypes",
    "ctypes by numpy": "import numpy as np\nnp.ctypeslib",
    "text run": "exec('import gc')",
    "text imported": "__import__('gc').get_objects()",
    "importlib": "import importlib\nimportlib.import_module('gc')",
    "own function for theirs": "import torch\ntorch.nn.functional.softmax = lambda *a: None",
    "by its short name": "from torch.nn import functional as F\nF.softmax = None",
    "by an alias": "import torch\nx = torch.nn.functional\nx.softmax = None",
    "by setattr": "import torch\nsetattr(torch.optim.Adam, 'step', None)",
    "a class": "from torch.optim import Adam\nAdam.step = lambda self: None",
    "the class of an object": "def f(optimizer):\n    type(optimizer).step = None",
    "the class by its name": "def f(optimizer):\n    setattr(optimizer.__class__, 'step', None)",
    "a module handed on": "import torch\ndef f(m):\n    m.compile = None\nf(torch)",
    "a module in a loop": "import torch.nn.functional as F\nfor m in (F,):\n    m.relu = None",
    "by its own dictionary": "import torch\ntorch.__dict__['compile'] = None",
    "a function of code": "import types\ntypes.FunctionType(compile('1', '', 'eval'), {})()",
    "by its dictionary": "import torch\nvars(torch)['compile'] = None",
    "a name made up": "import sys\ngetattr(sys, 'mod' + 'ules')",
    "a special name made up": "def f(x):\n    return getattr(x, '__glo' + 'bals__')",
    "a special name by format": "'{0.__globals__}'.format(print)",
    "a part by its name": "import sys\ngetattr(sys, 'modules')",
    "a special name by its name": "import torch\ngetattr(torch.save, '__closure__')",
    "a name cut out": "import torch\ngetattr(torch.save, ('x__clo' + 'sure__')[1:])",
    "a name in a variable": "import torch\nn = 'x__clo' + 'sure__'\ngetattr(torch.save, n[1:])",
    "a cell by its name": "def f(c):\n    return getattr(c, 'cell_contents')",
    "a formatter": "import string\nstring.Formatter().get_field('0.x', (print,), {})",
    "annotations that are run": "import typing\ntyping.get_type_hints(print)",
    "pickles": "import torch\ntorch.serialization.pickle.loads(b'')",
    "files that are run": "import torch\ntorch.load('x', weights_only=False)",
    "a special name by code": "def f(x, n):\n    return getattr(x, chr(95) * 2 + n)",
    "descriptors": "import os\nos.write(7, b'{}')",
    "opened descriptor": "open(7, 'w').write('{}')",
    "descriptor by path": "open('/proc/self/fd/7', 'w')",
    "modes": "from torch.utils._python_dispatch import TorchDispatchMode",
    "tensor subclass": "class T:\n    @classmethod\n    def __torch_function__(cls, *a): ...",
    "operators": "import torch\ntorch.library.Library('aten', 'IMPL')",
    "tracing": "import sys\nsys.settrace(None)",
    "globals": "globals()['x'] = 1",
    "what is not known": "import pydantic",
}
ORDINARY = {
    "arguments": "import argparse as a\nargs = a.ArgumentParser().parse_args()\nprint(vars(args), args.__dict__)",
    "measuring": "import gc, sys, tracemalloc\ntracemalloc.start()\nprint(gc.get_stats(), sys.getsizeof(1))",
    "arguments at once": "import argparse as a\nprint(vars(a.ArgumentParser().parse_args()))",
    "a method made by hand": "def forward(self): ...\nforward = forward.__get__(object())",
    "environment": "import os\nrank = int(os.environ['LOCAL_RANK'])\nos.environ.setdefault('X', '1')",
    "collecting": "import gc\ngc.collect()\ngc.disable()",
    "fused if there": "import inspect, torch\nfused = 'fused' in inspect.signature(torch.optim.AdamW).parameters",
    "compile if there": "import torch\nif hasattr(torch, 'compile'):\n    model = torch.compile(object())",
    "alias": "import torch\nF = torch.nn.functional\nF.relu(torch.ones(1))",
    "settings": "import torch\ntorch.backends.cuda.matmul.allow_tf32 = True\ntorch._dynamo.config.suppress_errors = True",
    "own module": "import model\nfrom model import Block\nBlock.forward = None\nmodel.Block = None\nsetattr(Block, 'x', 1)",
    "own object": "def f(model, n):\n    model.blocks = None\n    for name, child in model.named_children():\n"
    "        setattr(model, name, child)\n        getattr(model, name)",
    "parts by names that stand there": "def f(layer):\n    for name in ('q_proj', 'k_proj'):\n        getattr(layer, name)",
    "a part that may be missing": "def f(model):\n    return getattr(model, 'module', model)",
    "quiet ranks": "import builtins, os, sys\nsys.stdout = open(os.devnull, 'w')\nbuiltins.print = lambda *a: None",
    "exit": "import sys\nif __name__ == '__main__':\n    sys.exit(main())",
    "dtype by name": "import torch\ndef f(args):\n    return getattr(torch, args.dtype)",
    "subclasses": "import torch\nclass M(torch.nn.Module):\n    def __init__(self):\n        super().__init__()",
    "prose": '"""Never touches sys.modules, __globals__ or /proc."""\nx = 1',
    "dotted import": "import torch.distributed as dist\nimport torch.nn.functional as F\ndist.init_process_group('nccl')",
    "own name": "def compile(x):\n    return x\ncompile(1)",
    "own dictionary": "def f(block):\n    block.__dict__['parts'] = 1",
    "method": "import types\ndef f(block, forward):\n    block.forward = types.MethodType(forward, block)",
    "optional": "try:\n    import psutil\nexcept ImportError:\n    psutil = None",
    "handlers": "import signal\nsignal.signal(signal.SIGTERM, lambda *a: None)",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_what_reaches_its_watchers_is_found(text):
    """With a line of it and words for it."""
    found = tampering(Source("train.py", text), ("model",))
    assert found is not None
    line, what = found
    assert 1 <= line <= text.count("\n") + 1
    assert what


@pytest.mark.parametrize("text", ORDINARY.values(), ids=ORDINARY)
def test_ordinary_programs_are_left_alone(text):
    """Nothing of what training scripts do is suspicious."""
    assert tampering(Source("train.py", text), ("model",)) is None


def test_what_does_not_parse_is_an_error():
    """It is for the caller to say what that means."""
    with pytest.raises(SyntaxError):
        tampering(Source("train.py", "def ("))
