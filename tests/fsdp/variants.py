"""Other right ways to write the reference: what is replaced in it."""

from __future__ import annotations

from dataclasses import dataclass

from tests.fsdp.scripted import REFERENCE

IMPORT = "import torch.distributed as dist\n"
WRAP = "return FSDP(model, auto_wrap_policy=policy, device_id=local_rank)"
POLICY = "functools.partial(lambda_auto_wrap_policy, lambda_fn=should_wrap)"
FORWARD = "        logits = model(input_ids)\n"
LOSS = "        loss = functional.cross_entropy(logits.flatten(0, 1), labels.flatten())\n"
STEP = "        optimizer.zero_grad()\n        loss.backward()\n        optimizer.step()\n"
REDUCE = "    dist.all_reduce(total)\n"
MEAN = f"{REDUCE}    return (total[0] / total[1]).item()\n"
SETUP = """\
    local_rank = int(os.environ["LOCAL_RANK"])
    torch.cuda.set_device(local_rank)
    dist.init_process_group("nccl")
    device = torch.device("cuda", local_rank)
"""
LOADER = "DataLoader(dataset, args.batch_size, sampler=sampler)"
SAMPLER = "DistributedSampler(dataset, shuffle=True, seed=args.seed)"
TOLD = "        sampler.set_epoch(epoch)\n"
SAVED = "        save_checkpoint(model, epoch, args.checkpoint_dir)\n"
STATE = "        state = model.state_dict()\n"
ALONE = "    if dist.get_rank() == 0:\n        os.makedirs"
EPOCHS = "    for epoch in range(args.epochs):\n"
WRAPPER = "torch.distributed.algorithms._checkpoint.checkpoint_wrapper"


@dataclass(frozen=True)
class Variant:
    """The reference with something in place of something else; `costs` are the criteria that fail."""

    changes: tuple[tuple[str, str], ...]
    costs: str = ""

    @property
    def text(self) -> str:
        text = REFERENCE
        for old, new in self.changes:
            assert old in text, old
            text = text.replace(old, new)
        return text


def right(*changes: tuple[str, str]) -> Variant:
    return Variant(changes)


RIGHT = {
    "mesh and mixed precision": right(
        (IMPORT, f"{IMPORT}from torch.distributed.device_mesh import init_device_mesh\n"),
        (IMPORT, f"{IMPORT}from torch.distributed.fsdp import MixedPrecision, ShardingStrategy\n"),
        (
            WRAP,
            'mesh = init_device_mesh("cuda", (dist.get_world_size(),))\n'
            "    low = MixedPrecision(param_dtype=torch.bfloat16, reduce_dtype=torch.bfloat16)\n"
            "    return FSDP(model, auto_wrap_policy=policy, device_mesh=mesh, mixed_precision=low,\n"
            "                device_id=local_rank, sharding_strategy=ShardingStrategy.SHARD_GRAD_OP)",
        ),
    ),
    "offloaded, with original parameters in groups": right(
        (IMPORT, f"{IMPORT}from torch.distributed.fsdp import CPUOffload\n"),
        ("device_id=local_rank)", "use_orig_params=True, cpu_offload=CPUOffload(offload_params=True))"),
        (
            "AdamW(model.parameters(), lr",
            "AdamW([{'params': [p for n, p in model.named_parameters() if ('norm' in n) == norm],\n"
            "        'weight_decay': 0.0 if norm else 0.01} for norm in (True, False)], lr",
        ),
    ),
    "activation checkpointing": right(
        (IMPORT, f"{IMPORT}from {WRAPPER} import apply_activation_checkpointing\n"),
        (
            WRAP,
            "model = FSDP(model.to(local_rank), auto_wrap_policy=policy)\n"
            "    apply_activation_checkpointing(model, check_fn=lambda m: isinstance(m, TransformerBlock))\n"
            "    return model",
        ),
    ),
    "scaled gradients, clipped, with a schedule": right(
        (
            IMPORT,
            f"{IMPORT}from torch.distributed.fsdp.sharded_grad_scaler import ShardedGradScaler\n",
        ),
        ("optimizer, device):\n", "optimizer, device, scaler, schedule):\n"),
        (
            "optimizer, device)\n",
            "optimizer, device, ShardedGradScaler(), torch.optim.lr_scheduler.LambdaLR(\n"
            "            optimizer, lambda step: min(1.0, (step + 1) / 3)))\n",
        ),
        (
            FORWARD + LOSS,
            f"        with torch.autocast('cuda', dtype=torch.float16):\n    {FORWARD}    {LOSS}",
        ),
        (
            STEP,
            "        optimizer.zero_grad(set_to_none=True)\n        scaler.scale(loss).backward()\n"
            "        scaler.unscale_(optimizer)\n        model.clip_grad_norm_(1.0)\n"
            "        scaler.step(optimizer)\n        scaler.update()\n        schedule.step()\n",
        ),
    ),
    "gradients accumulated": right(
        ("in loader:\n", "in loader:\n        count += 1\n"),
        ("    model.train()\n", "    model.train()\n    count = 0\n    optimizer.zero_grad()\n"),
        (
            STEP,
            "        (loss / 2).backward()\n        if count % 2 == 0 or count == len(loader):\n"
            "            optimizer.step()\n            optimizer.zero_grad()\n",
        ),
    ),
    "the mean by objects, a validation, a wrapped set_epoch": right(
        (
            MEAN,
            "    parts = [None] * dist.get_world_size()\n"
            "    dist.all_gather_object(parts, (total[0] / total[1]).item())\n"
            "    return sum(parts) / len(parts)\n",
        ),
        (TOLD, "        begin(loader, epoch + 1)\n"),
        (
            "def main():\n",
            "def begin(loader, epoch):\n    if isinstance(loader.sampler, DistributedSampler):\n"
            "        loader.sampler.set_epoch(epoch)\n\n\ndef main():\n",
        ),
        (
            SAVED,
            "        model.eval()\n        with torch.no_grad():\n"
            "            for ids, _ in DataLoader(SyntheticTokens(6, 99), 3):\n"
            f"                model(ids.to(device))\n{SAVED}",
        ),
    ),
    "workers, a prefetcher, a log": right(
        (LOADER, LOADER[:-1] + ", num_workers=2, pin_memory=True, persistent_workers=True, drop_last=True)"),
        ("import functools\n", "import functools\nimport logging\n"),
        (
            "    args = parse_args()\n",
            "    args = parse_args()\n    logging.basicConfig(level=logging.INFO)\n",
        ),
        ('print(f"epoch {epoch}: loss {loss:.4f}")', 'logging.info("epoch %d loss=%.5f", epoch, loss)'),
        ("in loader:\n", "in moved(loader, device):\n"),
        (
            "def main():\n",
            "def moved(loader, device):\n    stream = torch.cuda.Stream()\n    for batch in loader:\n"
            "        with torch.cuda.stream(stream):\n"
            "            batch = [part.to(device, non_blocking=True) for part in batch]\n"
            "        torch.cuda.current_stream().wait_stream(stream)\n"
            "        batch[0].record_stream(torch.cuda.current_stream())\n"
            "        yield batch\n\n\ndef main():\n",
        ),
    ),
    "environment read in other ways, in a device context": right(
        (
            SETUP,
            "    env, rank = dict(os.environ), int(os.getenv('RANK', '0'))\n"
            "    local_rank = int(env['LOCAL_RANK'])\n"
            "    dist.init_process_group(backend='nccl', init_method='env://', rank=rank,\n"
            "                            world_size=int(env['WORLD_SIZE']))\n"
            "    device = f'cuda:{local_rank}'\n    with torch.cuda.device(device):\n"
            "        train(args, local_rank, device)\n    dist.barrier(device_ids=[local_rank])\n"
            "    dist.destroy_process_group()\n\n\ndef train(args, local_rank, device):\n",
        ),
        (f"{SAVED}    dist.destroy_process_group()\n", SAVED),
    ),
    "two policies in one, compiled": right(
        ("import lambda_auto", "import _or_policy, lambda_auto"),
        (
            POLICY,
            "functools.partial(_or_policy, policies=[\n"
            "        functools.partial(lambda_auto_wrap_policy, lambda_fn=f)\n"
            "        for f in (lambda m: isinstance(m, TransformerBlock), should_wrap)])",
        ),
        ("    optimizer = torch", "    model = torch.compile(model)\n    optimizer = torch"),
    ),
    "the state of the optimizer, loaded again": right(
        (
            STATE,
            f"{STATE}        optim = FSDP.optim_state_dict(model, model.optimizer)\n",
        ),
        ("    dataset = S", "    model.optimizer = optimizer\n    dataset = S"),
        ('"model": state}', '"model": state, "optimizer": optim, "rng": torch.cuda.get_rng_state()}'),
        (
            "    dist.barrier()\n",
            "    dist.barrier()\n    path = os.path.join(folder, f'epoch_{epoch}.pt')\n"
            "    state = torch.load(path, map_location=f'cuda:{os.environ[\"LOCAL_RANK\"]}')\n"
            "    with FSDP.state_dict_type(model, StateDictType.FULL_STATE_DICT, config):\n"
            "        model.load_state_dict(state['model'])\n",
        ),
    ),
    "built on rank 0, meta elsewhere": right(
        ("shard(build_model(args.model_size), local_rank)", "shard(args, local_rank)"),
        (
            "def shard(model, local_rank):\n",
            "def shard(args, local_rank):\n    rank = dist.get_rank()\n"
            "    with torch.device('meta' if rank else 'cpu'):\n"
            "        model = build_model(args.model_size)\n"
            "    def empty(module):\n        module.to_empty(device=torch.device('cuda'), recurse=False)\n",
        ),
        (
            "device_id=local_rank)",
            "device_id=local_rank, sync_module_states=True, param_init_fn=empty if rank else None)",
        ),
    ),
    "a recorded main, and a quiet print": right(
        (IMPORT, f"{IMPORT}from torch.distributed.elastic.multiprocessing.errors import record\n"),
        ("import functools\n", "import builtins\nimport functools\nimport signal\nimport sys\n"),
        (
            "def main():\n    args = parse_args()\n",
            "@record\ndef main():\n    args = parse_args()\n    quiet()\n",
        ),
        (
            "@record\n",
            "def quiet():\n    if int(os.environ['RANK']):\n"
            "        builtins.print = lambda *a, **k: None\n\n\n@record\n",
        ),
        ("        if dist.get_rank() == 0:\n            print", "        print"),
        ("    main()\n", "    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))\n    sys.exit(main())\n"),
    ),
}
