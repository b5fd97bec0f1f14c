"""Memory-optimized training of the language model.

Applied: mixed precision, activation checkpointing, gradient accumulation, a fused optimizer,
explicit clean-up, pinned host memory and torch.compile.
"""

import argparse
import gc
from dataclasses import dataclass

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.utils.checkpoint import checkpoint
from torch.utils.data import DataLoader

from model import MODEL_SIZES, SyntheticTokens, build_model


@dataclass
class TrainConfig:
    epochs: int
    batch_size: int
    lr: float
    num_samples: int
    model_size: str
    seed: int
    accumulation_steps: int = 2


class CheckpointedBlock(nn.Module):
    """Wraps a block; its activations are recomputed during the backward pass."""

    def __init__(self, block: nn.Module):
        super().__init__()
        self.block = block

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if self.training and torch.is_grad_enabled():
            return checkpoint(self.block, x, use_reentrant=False)
        return self.block(x)


class Trainer:
    def __init__(self, config: TrainConfig):
        self.config = config
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        torch.manual_seed(config.seed)
        self.model = self._build_model()
        self.compiled = torch.compile(self.model)
        self.optimizer = torch.optim.AdamW(self.model.parameters(), lr=config.lr, fused=True)
        self.loader = self._build_loader()

    def _build_model(self) -> nn.Module:
        model = build_model(self.config.model_size)
        model.blocks = nn.ModuleList(CheckpointedBlock(block) for block in model.blocks)
        return model.to(self.device)

    def _build_loader(self) -> DataLoader:
        dataset = SyntheticTokens(self.config.num_samples, self.config.seed)
        return DataLoader(dataset, batch_size=self.config.batch_size, shuffle=True, pin_memory=True)

    def _loss(self, input_ids: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        with torch.amp.autocast(device_type=self.device.type, dtype=torch.bfloat16):
            logits = self.compiled(input_ids)
            return F.cross_entropy(logits.view(-1, logits.size(-1)), labels.reshape(-1))

    def _is_update_step(self, index: int) -> bool:
        return (index + 1) % self.config.accumulation_steps == 0 or index + 1 == len(self.loader)

    def train_epoch(self) -> float:
        self.model.train()
        running = 0.0
        for index, (input_ids, labels) in enumerate(self.loader):
            input_ids = input_ids.to(self.device, non_blocking=True)
            labels = labels.to(self.device, non_blocking=True)
            loss = self._loss(input_ids, labels)
            running += loss.item()
            (loss / self.config.accumulation_steps).backward()
            del loss, input_ids, labels
            if self._is_update_step(index):
                self.optimizer.step()
                self.optimizer.zero_grad(set_to_none=True)
                gc.collect()
        return running / len(self.loader)

    def fit(self) -> None:
        for epoch in range(self.config.epochs):
            loss = self.train_epoch()
            print(f"epoch {epoch}: loss {loss:.4f}", flush=True)
            if self.device.type == "cuda":
                torch.cuda.empty_cache()


def parse_config() -> TrainConfig:
    parser = argparse.ArgumentParser()
    parser.add_argument("--epochs", type=int, default=1)
    parser.add_argument("--batch-size", type=int, default=8)
    parser.add_argument("--lr", type=float, default=3e-4)
    parser.add_argument("--num-samples", type=int, default=64)
    parser.add_argument("--model-size", choices=list(MODEL_SIZES), default="small")
    parser.add_argument("--seed", type=int, default=0)
    return TrainConfig(**vars(parser.parse_args()))


if __name__ == "__main__":
    Trainer(parse_config()).fit()
