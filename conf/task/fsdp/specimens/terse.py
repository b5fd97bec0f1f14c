import argparse
import os
from functools import partial

import torch
import torch.distributed as dist
import torch.nn.functional as F
from torch.distributed.fsdp import FullStateDictConfig, FullyShardedDataParallel as FSDP, StateDictType
from torch.distributed.fsdp.wrap import lambda_auto_wrap_policy
from torch.utils.data import DataLoader, DistributedSampler

from model import MODEL_SIZES, SyntheticTokens, TransformerBlock, build_model

p = argparse.ArgumentParser()
for flag, kind, default in (("epochs", int, 3), ("batch-size", int, 8), ("lr", float, 3e-4), ("num-samples", int, 256), ("seed", int, 0)):
    p.add_argument(f"--{flag}", type=kind, default=default)
p.add_argument("--model-size", choices=MODEL_SIZES, default="small")
p.add_argument("--checkpoint-dir", default="checkpoints")
a = p.parse_args()

dist.init_process_group("nccl")
rank, world, gpu = dist.get_rank(), dist.get_world_size(), int(os.environ["LOCAL_RANK"])
torch.cuda.set_device(gpu)
torch.manual_seed(a.seed)

policy = partial(lambda_auto_wrap_policy, lambda_fn=lambda m: isinstance(m, TransformerBlock) or sum(p.numel() for p in m.parameters(recurse=False)) > 1_000_000)
model = FSDP(build_model(a.model_size).cuda(), auto_wrap_policy=policy)
opt = torch.optim.AdamW(model.parameters(), lr=a.lr)
data = SyntheticTokens(a.num_samples, a.seed)
sampler = DistributedSampler(data, world, rank)
loader = DataLoader(data, a.batch_size, sampler=sampler)

for epoch in range(a.epochs):
    sampler.set_epoch(epoch)
    losses = []
    for x, y in loader:
        opt.zero_grad()
        loss = F.cross_entropy(model(x.cuda()).flatten(0, 1), y.cuda().flatten())
        loss.backward()
        opt.step()
        losses.append(loss.detach())
    mean = torch.stack(losses).mean()
    dist.all_reduce(mean, op=dist.ReduceOp.AVG)
    with FSDP.state_dict_type(model, StateDictType.FULL_STATE_DICT, FullStateDictConfig(offload_to_cpu=True, rank0_only=True)):
        state = model.state_dict()
    if rank == 0:
        print(f"epoch {epoch}: loss {mean.item():.4f}")
        os.makedirs(a.checkpoint_dir, exist_ok=True)
        torch.save(state, f"{a.checkpoint_dir}/epoch_{epoch}.pt")
dist.destroy_process_group()
