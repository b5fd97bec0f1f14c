"""The ten criteria on what scripted processes tell: each fault costs its own criterion."""

from __future__ import annotations

import pytest

from tests.fsdp.parts import part
from tests.fsdp.scripted import ROWS, Change, Events, findings, found, telling, without

CRITERIA = list(part("conversion").CRITERIA)


def other(rank: int, nodes: bool) -> bool:
    return rank == 1


def apart(rank: int, nodes: bool) -> bool:
    return nodes and rank == 1


def only_on(which: int, change: Change) -> Change:
    return lambda rank, nodes, events: change(rank, nodes, events) if rank == which else events


@pytest.mark.parametrize("criterion", CRITERIA)
def test_a_right_conversion_passes(criterion: str) -> None:
    """Each criterion, and where the submission has a line for it, that line is shown."""
    finding = found(criterion)
    assert finding.verdict == "pass", finding.reason
    assert (finding.line is None) == (criterion == "overall_correctness")


def by_rank(rank: int, nodes: bool, events: Events) -> Events:
    """Each has a device to itself, but not that which LOCAL_RANK names."""
    return events if nodes else telling("device", index=rank)(rank, nodes, events)


def drifting(rank: int, nodes: bool, events: Events) -> Events:
    """Without sharding, and without averaging."""
    whole = telling("wrapped", sharded=False)(rank, nodes, events)
    return telling("weights", total=float(rank))(rank, nodes, whole)


DEVICES = "distributed_init overall_correctness"  # no run on real devices would end well
ANSWERS = part("policy").EXPECTED
FAULTS: dict[str, tuple[Change, str]] = {
    "another backend": (telling("init", backend="gloo"), "distributed_init"),
    "no group": (without("init"), "distributed_init"),
    "a device that is not there": (
        telling("device", apart, index=1, there=False),
        "distributed_init overall_correctness",
    ),
    "the device of another": (telling("device", other, index=1), "distributed_init overall_correctness"),
    "devices by rank": (by_rank, "distributed_init"),
    "no wrapper": (without("wrapping"), "fsdp_wrap wrap_policy"),
    "no policy handed over": (telling("wrapping", policy="none"), "fsdp_wrap wrap_policy"),
    "another model wrapped": (telling("wrapping", model=False), "fsdp_wrap"),
    "a wrapper never called": (without("called"), "fsdp_wrap"),
    "a policy by class": (telling("wrapping", policy="transformer"), "wrap_policy"),
    "a policy of its own": (telling("wrapping", policy="CustomPolicy"), "wrap_policy"),
    "a wrong answer": (
        telling("wrapped", answers={**ANSWERS, "container": True}),
        "wrap_policy",
    ),
    "an error for an answer": (telling("wrapped", answers={"block": "TypeError"}), "wrap_policy"),
    "no block a unit": (telling("wrapped", units=["Embedding"]), "wrap_policy"),
    "another sampler": (telling("epoch", distributed=False, sampler="RandomSampler"), "distributed_sampler"),
    "the share of another": (telling("epoch", apart, rank=0), "distributed_sampler"),
    "epochs not told": (without("set_epoch"), "set_epoch"),
    "the same epoch each time": (telling("set_epoch", epoch=0), "set_epoch"),
    "another sampler told": (telling("set_epoch", of=3), "set_epoch"),
    "nothing written": (without("saved"), "rank0_checkpoint"),
    "nothing in what is written": (telling("saved", size=0), "rank0_checkpoint"),
    "another state written": (telling("saved", whole=False), "rank0_checkpoint"),
    "another type": (telling("state_dict", type="SHARDED_STATE_DICT"), "full_state_dict"),
    "not offloaded": (telling("state_dict", offload=False), "full_state_dict"),
    "gathered by every rank": (telling("state_dict", rank0=False), "full_state_dict"),
    "never gathered": (without("state_dict"), "full_state_dict"),
    "optimizer first": (telling("optimizer", after=False), "optimizer_after_wrap"),
    "optimizer of others": (telling("optimizer", wrapped=0), "optimizer_after_wrap"),
    "no step": (without("step"), "optimizer_after_wrap overall_correctness"),
    "no weight changes": (telling("weights", changed=0), "overall_correctness"),
    "no gradients": (telling("step", grads=False), "overall_correctness"),
    "gradients never reset": (telling("backward", carried=True), "overall_correctness"),
    "other losses": (telling("forward", loss=7.0), "overall_correctness"),
    "losses that are none": (telling("forward", loss=float("nan")), "overall_correctness"),
    "another model trained": (without("forward"), "overall_correctness"),
    "a model of another size": (telling("wrapping", apart, sized=False), "overall_correctness"),
    "other sequences": (telling("forward", rows=[-1] * 4), "overall_correctness"),
    "sequences left out": (telling("forward", other, rows=[ROWS[12]]), "overall_correctness"),
    "a loss of something else": (telling("asked", right=0.1), "overall_correctness"),
    "whole weights that differ": (drifting, "overall_correctness"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_costs_its_own_criteria(name: str) -> None:
    """They fail, and all others pass."""
    change, criteria = FAULTS[name]
    verdicts = {criterion: finding.verdict for criterion, finding in findings(change).items()}
    failing = [criterion for criterion, verdict in verdicts.items() if verdict == "fail"]
    assert failing == [criterion for criterion in CRITERIA if criterion in criteria.split()]
    assert set(verdicts.values()) == {"pass", "fail"}


@pytest.mark.parametrize("what", ["host tensor", "host collective", "model on host", "something new"])
def test_what_a_gpu_would_refuse_costs_the_whole(what: str) -> None:
    """Though nothing broke on the CPU."""
    fault = ("fault", {"what": what, "how": "add", "lines": [52]})
    finding = found("overall_correctness", lambda rank, nodes, events: [*events, fault])
    assert (finding.verdict, finding.line) == ("fail", 52)


def test_gloo_takes_tensors_of_the_host() -> None:
    """Where it is asked for beside NCCL."""
    fault = ("fault", {"what": "host collective", "how": "all_reduce", "lines": [58]})

    def change(rank: int, nodes: bool, events: Events) -> Events:
        return [*telling("init", backend="cpu:gloo,cuda:nccl")(rank, nodes, events), fault]

    assert found("overall_correctness", change).verdict == "pass"


def test_rank_1_writes_nothing() -> None:
    """Even if rank 0 writes as well; it is the other one that is named."""
    saved = ("saved", {"where": "ckpt/x.pt", "size": 9, "lines": [68]})
    finding = found(
        "rank0_checkpoint", lambda rank, nodes, events: [*events, saved] if rank and nodes else events
    )
    assert (finding.verdict, finding.reason) == ("fail", "rank 1 of two nodes writes a checkpoint too")


@pytest.mark.parametrize(("rank", "size", "verdict"), [(0, 9, "pass"), (1, 9, "fail"), (1, 0, "pass")])
def test_rank_1_writes_nothing_as_large_by_other_means(rank: int, size: int, verdict: str) -> None:
    """A log of its own is none."""
    opened = ("opened", {"path": "ckpt/own.bin", "lines": [68]})
    finding = found(
        "rank0_checkpoint",
        lambda own, nodes, events: [*events, opened] if own == rank else events,
        files={"ckpt/own.bin": size * 10**6 + 99},
    )
    assert finding.verdict == verdict


def test_what_is_gathered_may_be_written_beside_other_things() -> None:
    """One write that holds it is enough."""
    other = ("saved", {"where": "ckpt/loss.pt", "size": 1, "whole": False, "lines": [60]})
    finding = found("rank0_checkpoint", lambda rank, nodes, events: events if rank else [other, *events])
    assert (finding.verdict, finding.line) == ("pass", 68)


def test_each_epoch_has_an_order_of_its_own() -> None:
    """If it is told which it is; else the order is charged there."""

    def again(rank: int, nodes: bool, events: Events) -> Events:
        read = telling("batch", rows=ROWS[:4])(rank, nodes, events)
        return telling("forward", rows=ROWS[:4])(rank, nodes, read)

    assert "same order" in found("overall_correctness", again).reason

    def untold(rank: int, nodes: bool, events: Events) -> Events:
        return again(rank, nodes, without("set_epoch")(rank, nodes, events))

    assert "same order" not in found("overall_correctness", untold).reason


def test_all_ranks_gather() -> None:
    """One that takes no part is named."""
    alone = without("state_dict")
    finding = found(
        "full_state_dict", lambda rank, nodes, events: alone(rank, nodes, events) if rank else events
    )
    assert finding.verdict == "fail"
    assert "rank 1" in finding.reason


def test_the_optimizer_may_hold_less_than_the_model() -> None:
    """But nothing else."""
    assert found("optimizer_after_wrap", telling("optimizer", params=3, wrapped=3)).verdict == "pass"


@pytest.mark.parametrize("kept", [{0}, set()])
def test_every_rank_destroys_the_group(kept: set[int]) -> None:
    """Not rank 0 alone, and not nobody."""
    drop = without("destroyed")
    finding = found(
        "cleanup", lambda rank, nodes, events: events if rank in kept else drop(rank, nodes, events)
    )
    assert finding.verdict == "fail"


def test_a_group_is_needed_to_the_end() -> None:
    """Data that are read after it was destroyed."""
    batch = ("batch", {"loader": 1, "rows": [1]})
    assert found("cleanup", lambda rank, nodes, events: [*events, batch]).verdict == "fail"


def test_only_rank_0_prints() -> None:
    """All do here."""
    finding = found("overall_correctness", stdout="loss 9.18 8.95\n")
    assert (finding.verdict, finding.reason) == ("fail", "rank 1 prints as well: loss 9.18 8.95")


def test_rank_0_prints_each_mean() -> None:
    """Nothing, something else, one of them, or a number between them is not enough."""
    for text in ("", "9.18\n8.5", "9.18", "9.05\n9.05"):
        assert found("overall_correctness", stdout=text).verdict == "fail"


@pytest.mark.parametrize("ended", ["deadlock", "timeout", "memory"])
def test_a_launch_that_does_not_end_by_itself_costs_the_whole(ended: str) -> None:
    """And nothing of what was seen before."""
    assert found("overall_correctness", ended=ended).verdict == "fail"
    assert found("wrap_policy", ended=ended).verdict == "pass"


def test_the_settings_of_the_state_are_named() -> None:
    """Those that are missing, with the line that gathers it."""
    finding = found("full_state_dict", telling("state_dict", offload=False, rank0=False))
    assert finding.reason == "FullStateDictConfig lacks offload_to_cpu=True and rank0_only=True"
    assert finding.line == 65
