"""The rubric of eleven patterns: the same claims as the traced one, decided by words alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from engine.graders import pattern
from engine.submission import Submission
from tests.doubles import attempt

ROOT = Path(__file__).parents[2]
SAYS = {
    "amp": 'with torch.autocast("cuda"):\n    pass',
    "gradient_checkpointing": "x = torch.utils.checkpoint.checkpoint(block, x)",
    "sdpa": "y = F.scaled_dot_product_attention(q, k, v)",
    "gradient_accumulation": "loss = loss / steps",
    "optimizer": "o.zero_grad(set_to_none=True)",
    "explicit_memory": "for x in y:\n    del x",
    "pin_memory": "DataLoader(data, pin_memory=device.type)",
    "micro_batching": "for part in batch.chunk(4):\n    pass",
    "inplace": "x.add_(y)",
    "compile": "model = torch.compile(model)",
    "channels_last": "x.to(memory_format=torch.channels_last)",
}
SAYS_NOT = {
    "amp": 'note = "autocast("',
    "gradient_checkpointing": "save_checkpoint(model)",
    "sdpa": "# scaled_dot_product_attention(",
    "gradient_accumulation": "return total_loss / len(loader)",
    "optimizer": "o.zero_grad(set_to_none=False)",
    "explicit_memory": "model = delete(x)",
    "pin_memory": "DataLoader(data, pin_memory=False)",
    "micro_batching": "q, k, v = self.qkv(x).chunk(3, dim=-1)\nline.split()",
    "inplace": "x = x.add(y)",
    "compile": "x = compiled",
    "channels_last": "x.contiguous()",
}


def rubric(name: str) -> Any:
    return yaml.safe_load((ROOT / f"rubrics/{name}.yaml").read_text())


def claims(name: str, part: str) -> dict[str, str]:
    return {id: each["claim"] for id, each in rubric(name)[part].items()}


@pytest.mark.parametrize("part", ["gates", "criteria"])
def test_the_claims_are_the_same(part):
    """So that the two rubrics can be compared, run by run."""
    assert claims("memopt_patterns", part) == claims("memopt", part)


@pytest.mark.parametrize("id", SAYS)
async def test_code_that_speaks_of_it_matches(tmp_path, id):
    """And code that does not, or says it in a comment or a string alone, does not match."""
    said = rubric("memopt_patterns")["criteria"][id]["pattern"]
    for text, verdict in ((SAYS[id], "pass"), (SAYS_NOT[id], "fail")):
        handed_in = Submission({"train_optimized.py": f"{text}\n"})
        assert (await pattern.decide(said, handed_in, attempt(tmp_path))).verdict == verdict
