"""What the processes did not get to: the text decides where it is plain, and is unclear where it is not."""

from __future__ import annotations

import pytest

from tests.fsdp.scripted import REFERENCE, findings, found, until


def test_what_was_not_reached_is_read_from_the_text() -> None:
    """An error before the training costs the whole alone, where the text is right."""
    verdicts = {criterion: finding.verdict for criterion, finding in findings(until("epoch")).items()}
    assert verdicts.pop("overall_correctness") == "fail"
    assert set(verdicts.values()) == {"pass"}


TEXTS = {
    "distributed_init": ('"nccl"', '"gloo"'),
    "fsdp_wrap": ("auto_wrap_policy=policy, ", ""),
    "wrap_policy": ("lambda_auto_wrap_policy", "size_based_auto_wrap_policy"),
    "distributed_sampler": ("sampler=sampler", "sampler=None"),
    "set_epoch": ("sampler.set_epoch(epoch)", "sampler.set_epoch(0)"),
    "rank0_checkpoint": ("if dist.get_rank() == 0:\n        os", "if True:\n        os"),
    "full_state_dict": (", rank0_only=True", ""),
    "cleanup": ("    dist.destroy_process_group()\n", ""),
    "optimizer_after_wrap": (
        "    model = shard(build_model(args.model_size), local_rank)\n",
        "    model = build_model(args.model_size)\n    torch.optim.SGD(model.parameters())\n"
        "    model = shard(model, local_rank)\n",
    ),
}


DOUBTS = {
    "set_epoch": ("sampler.set_epoch(epoch)", "sampler.set_epoch(epoch * 0)"),
    "set_epoch ": ("sampler.set_epoch(epoch)", "DistributedSampler(dataset).set_epoch(epoch)"),
    "distributed_sampler": ("sampler=sampler", "sampler=chosen(sampler_of)"),
    "rank0_checkpoint": ('"model": state}', '"model": build_model("small").state_dict()}'),
    "rank0_checkpoint ": ("if dist.get_rank() == 0:\n        os", "if is_main(x):\n        os"),
    "full_state_dict": ("FULL_STATE_DICT, config)", "FULL_STATE_DICT, other)"),
    "full_state_dict ": (
        "        state = model.state_dict()",
        "        pass\n    state = model.state_dict()",
    ),
    "optimizer_after_wrap": ("AdamW(model.parameters()", "AdamW(other.parameters()"),
    "fsdp_wrap": ("    return FSDP(", "    FSDP("),
}


@pytest.mark.parametrize("criterion", DOUBTS)
def test_what_was_not_reached_and_is_doubtful_is_unclear(criterion: str) -> None:
    """It may be right in a way that the text does not show."""
    old, new = DOUBTS[criterion]
    assert old in REFERENCE
    finding = found(criterion.strip(), until("device"), text=REFERENCE.replace(old, new))
    assert finding.verdict == "unclear", finding.reason


WRITERS = (
    ("== 0:\n        os", "== 1:\n        os"),
    ("dist.get_rank() == 0:\n        os", "not local:\n        os"),
)


@pytest.mark.parametrize(("old", "new"), WRITERS)
def test_another_rank_that_would_write_fails(old: str, new: str) -> None:
    """Rank 1, or the first of each node."""
    text = REFERENCE.replace(old, new).replace(
        "def main", 'local = int(os.environ["LOCAL_RANK"])\n\n\ndef main'
    )
    finding = found("rank0_checkpoint", until("device"), text=text)
    assert finding.verdict == "fail", finding.reason


@pytest.mark.parametrize("criterion", TEXTS)
def test_what_was_not_reached_and_is_wrong_fails(criterion: str) -> None:
    """By the text alone."""
    old, new = TEXTS[criterion]
    assert old in REFERENCE
    finding = found(criterion, until("device"), text=REFERENCE.replace(old, new))
    assert finding.verdict == "fail", finding.reason
