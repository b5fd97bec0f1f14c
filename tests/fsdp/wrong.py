"""Wrong ways to write the reference: what is replaced in it, and what that costs."""

from __future__ import annotations

from tests.fsdp.variants import (
    ALONE,
    EPOCHS,
    FORWARD,
    IMPORT,
    LOSS,
    POLICY,
    REDUCE,
    SAMPLER,
    SAVED,
    TOLD,
    Variant,
)


def wrong(costs: str, *changes: tuple[str, str]) -> Variant:
    return Variant(changes, costs)


WHOLE = "overall_correctness"
WRONG = {
    "a learning rate of its own": wrong(WHOLE, ("lr=args.lr)", "lr=1e-4)")),
    "a batch for all": wrong(WHOLE, ("args.batch_size,", "args.batch_size // dist.get_world_size(),")),
    "gradients never reset": wrong(WHOLE, ("        optimizer.zero_grad()\n", "")),
    "a loss of nothing": wrong(WHOLE, ("        loss.backward()\n", "        (loss * 0).backward()\n")),
    "another loss printed": wrong(WHOLE, ("loss {loss:.4f}", "loss {loss / 2:.4f}")),
    "a host tensor in NCCL": wrong(WHOLE, (REDUCE, f"    dist.all_reduce(torch.tensor(1.0))\n{REDUCE}")),
    "each node prints": wrong(
        WHOLE,
        (
            "        if dist.get_rank() == 0:\n            print",
            "        if not local_rank:\n            print",
        ),
    ),
    "only rank 0 waits": wrong(
        WHOLE, (ALONE, f"    if dist.get_rank() == 0:\n        dist.barrier()\n{ALONE}")
    ),
    "labels that are the inputs": wrong(WHOLE, ("labels.flatten())", "input_ids.flatten())")),
    "tokens of its own": wrong(
        WHOLE,
        (FORWARD, f"        input_ids = torch.randint(8192, input_ids.shape, device=device)\n{FORWARD}"),
    ),
    "batches left out": wrong(
        WHOLE,
        ("for input_ids, labels in loader:\n", "for at, (input_ids, labels) in enumerate(loader):\n"),
        (FORWARD, f"        if at:\n            continue\n{FORWARD}"),
    ),
    "a constant printed": wrong(WHOLE, ("loss {loss:.4f}", "loss 9.0500")),
    "another seed": wrong(WHOLE, ("args.num_samples, args.seed", "args.num_samples, 0")),
    "another size": wrong(WHOLE, ("build_model(args.model_size)", "build_model('small')")),
    "never shuffled": wrong(WHOLE, ("shuffle=True", "shuffle=False")),
    "neither sharded nor averaged": wrong(
        WHOLE,
        (IMPORT, f"{IMPORT}from torch.distributed.fsdp import ShardingStrategy\n"),
        ("device_id=local_rank)", "device_id=local_rank, sharding_strategy=ShardingStrategy.NO_SHARD)"),
        ("        loss.backward()\n", "            loss.backward()\n"),
        ("        optimizer.zero_grad()\n", "            optimizer.zero_grad()\n"),
        (FORWARD + LOSS, f"        with model.no_sync():\n    {FORWARD}    {LOSS}"),
    ),
    "another state in the file": wrong(
        "rank0_checkpoint", ('"model": state}', '"model": build_model("small").state_dict()}')
    ),
    "another writer on rank 1": wrong(
        "rank0_checkpoint",
        (
            ALONE,
            "    os.makedirs(folder, exist_ok=True)\n    if dist.get_rank() == 1:\n"
            "        with open(os.path.join(folder, 'other.bin'), 'wb') as file:\n"
            f"            file.write(bytes(2_000_000))\n{ALONE}",
        ),
    ),
    "one device for all": wrong(f"distributed_init {WHOLE}", ('"cuda", local_rank', '"cuda:0"')),
    "LOCAL_RANK read, and another rank used": wrong(
        "distributed_init",
        (
            'int(os.environ["LOCAL_RANK"])',
            'int(os.environ["RANK"]) % torch.cuda.device_count() + 0 * int(os.environ["LOCAL_RANK"])',
        ),
    ),
    "the bound itself": wrong("wrap_policy", ("own > LARGE", "own >= LARGE")),
    "a policy that never looks inside": wrong(
        "wrap_policy",
        (
            POLICY,
            "lambda module, recurse, nonwrapped_numel: lambda_auto_wrap_policy(\n"
            "        module, False, nonwrapped_numel, should_wrap)",
        ),
    ),
    "a policy of its own": wrong(
        "wrap_policy",
        (POLICY, "lambda module, recurse, nonwrapped_numel: recurse or should_wrap(module)"),
    ),
    "the share by LOCAL_RANK": wrong(
        "distributed_sampler",
        ("(dataset, shuffle", "(dataset, num_replicas=dist.get_world_size(), rank=local_rank, shuffle"),
    ),
    "another sampler told": wrong("set_epoch", ("sampler.set", f"{SAMPLER}.set")),
    "told too late": wrong("set_epoch", (TOLD, ""), (SAVED, SAVED + TOLD)),
    "sharded state": wrong(
        "full_state_dict",
        ("import FullState", "import ShardedStateDictConfig, FullState"),
        ("FullStateDictConfig(offload_to_cpu=True, rank0_only=True)", "ShardedStateDictConfig()"),
        ("FULL_STATE_DICT", "SHARDED_STATE_DICT"),
    ),
    "each node writes": wrong(
        "rank0_checkpoint", (ALONE, "    if os.environ['LOCAL_RANK'] == '0':\n        os.makedirs")
    ),
    "an end before the training": wrong(
        f"cleanup {WHOLE}", (EPOCHS, f"    dist.destroy_process_group()\n{EPOCHS}")
    ),
}
