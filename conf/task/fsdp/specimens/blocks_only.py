"""Convert of the single device script to FSDP."""

import argparse
import os
from functools import partial

import torch
import torch.distributed as dist
from torch.distributed.fsdp import FullStateDictConfig
from torch.distributed.fsdp import FullyShardedDataParallel as FSDP
from torch.distributed.fsdp import StateDictType
from torch.distributed.fsdp.wrap import lambda_auto_wrap_policy
from torch.nn import functional
from torch.utils.data import DataLoader
from torch.utils.data.distributed import DistributedSampler

from model import MODEL_SIZES, SyntheticTokens, TransformerBlock, build_model


def parse_args():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--batch-size", type=int, default=8)
    parser.add_argument("--lr", type=float, default=3e-4)
    parser.add_argument("--num-samples", type=int, default=256)
    parser.add_argument("--model-size", choices=MODEL_SIZES, default="small")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--checkpoint-dir", default="checkpoints")
    return parser.parse_args()


class Run:
    def __init__(self, args):
        self.args = args
        self.local_rank = int(os.environ["LOCAL_RANK"])
        torch.cuda.set_device(self.local_rank)
        dist.init_process_group("nccl")
        self.rank = dist.get_rank()
        self.device = torch.device("cuda", self.local_rank)

    def prepare(self):
        torch.manual_seed(self.args.seed)
        policy = partial(lambda_auto_wrap_policy, lambda_fn=lambda m: isinstance(m, TransformerBlock))
        self.model = FSDP(build_model(self.args.model_size), auto_wrap_policy=policy, device_id=self.device)
        self.optimizer = torch.optim.AdamW(self.model.parameters(), lr=self.args.lr)
        dataset = SyntheticTokens(self.args.num_samples, self.args.seed)
        self.sampler = DistributedSampler(dataset)
        self.loader = DataLoader(dataset, self.args.batch_size, sampler=self.sampler)

    def epoch(self, number):
        self.model.train()
        self.sampler.set_epoch(number)
        losses = torch.zeros(len(self.loader), device=self.device)
        for step, (input_ids, labels) in enumerate(self.loader):
            input_ids, labels = input_ids.to(self.device), labels.to(self.device)
            logits = self.model(input_ids)
            loss = functional.cross_entropy(logits.flatten(0, 1), labels.flatten())
            self.optimizer.zero_grad()
            loss.backward()
            self.optimizer.step()
            losses[step] = loss.detach()
        mean = losses.mean()
        dist.all_reduce(mean)
        return mean.item() / dist.get_world_size()

    def save(self, number):
        config = FullStateDictConfig(offload_to_cpu=True, rank0_only=True)
        with FSDP.state_dict_type(self.model, StateDictType.FULL_STATE_DICT, config):
            state = self.model.state_dict()
        if self.rank == 0:
            os.makedirs(self.args.checkpoint_dir, exist_ok=True)
            path = os.path.join(self.args.checkpoint_dir, f"epoch_{number}.pt")
            torch.save({"epoch": number, "model": state}, path)

    def __call__(self):
        self.prepare()
        for number in range(self.args.epochs):
            loss = self.epoch(number)
            if self.rank == 0:
                print(f"epoch {number}: loss {loss:.4f}")
            self.save(number)
        dist.destroy_process_group()


if __name__ == "__main__":
    Run(parse_args())()
