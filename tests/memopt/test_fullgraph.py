"""A script that asks for one compiled graph, which the recorders would not notice to break."""

from __future__ import annotations

import pytest

from engine.source import Source
from tests.memopt.parts import part
from tests.titans.configured import configured


@pytest.mark.parametrize("text", ["x = 1\n", "import torch\ntorch.compile(print, fullgraph=False)\n"])
async def test_others_are_not_run_again(text):
    """It costs a run, so only what asks for it."""
    assert await part("fullgraph").compiled_whole(Source("a.py", text), None) is None


@pytest.mark.slow
@pytest.mark.parametrize(("inside", "code"), [("pass", 0), ("if loss > 100: raise ValueError", 1)])
async def test_a_graph_that_breaks_is_an_error(inside, code):
    """As it would be for whoever runs it with a real compiler."""
    text = (
        "import torch\nfrom model import SyntheticTokens, build_model\nmodel = build_model('small')\n"
        "@torch.compile(fullgraph=True)\n"
        f"def forward(ids):\n    loss = model(ids).mean()\n    {inside}\n    return loss\n"
        "forward(SyntheticTokens(2).tokens[:, :-1])\n"
    )
    sandbox = configured()
    found = await part("fullgraph").compiled_whole(Source("a.py", text), sandbox)
    await sandbox.close()
    assert found.processes[0].code == code
