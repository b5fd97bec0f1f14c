"""A plain training script, and small changes of it: each uses one technique, or only seems to."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass

SCRIPT = """
import argparse
import functools
import gc

import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.checkpoint import checkpoint, checkpoint_sequential
from torch.utils.data import DataLoader

from model import MODEL_SIZES, SyntheticTokens, TransformerBlock, build_model

# top


def parse_args():
    parser = argparse.ArgumentParser()
    parser.add_argument("--epochs", type=int, default=1)
    parser.add_argument("--batch-size", type=int, default=8)
    parser.add_argument("--lr", type=float, default=3e-4)
    parser.add_argument("--num-samples", type=int, default=64)
    parser.add_argument("--model-size", choices=MODEL_SIZES, default="small")
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args()


def main():
    args = parse_args()
    torch.manual_seed(args.seed)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    model = build_model(args.model_size).to(device)
    # model
    params = list(model.parameters())
    optimizer = torch.optim.AdamW(params, lr=args.lr)
    data = SyntheticTokens(args.num_samples, args.seed)
    loader = DataLoader(data, args.batch_size, shuffle=True)
    # setup
    for epoch in range(args.epochs):
        total = 0.0
        for i, (ids, labels) in enumerate(loader):
            ids, labels = ids.to(device), labels.to(device)
            # batch
            logits = model(ids)
            loss = F.cross_entropy(logits.flatten(0, 1), labels.flatten())
            # loss
            optimizer.zero_grad(set_to_none=False)
            loss.backward()
            # back
            optimizer.step()
            # step
            total += loss.item()
            # done
        # epoch
        print(f"epoch {epoch}: loss {total / len(loader):.4f}")
    # end


main()
"""

FORWARD = """\
logits = model(ids)
loss = F.cross_entropy(logits.flatten(0, 1), labels.flatten())
"""
PASS = """\
optimizer.zero_grad(set_to_none=False)
loss.backward()
# back
optimizer.step()
"""
ATTENTION = """\
class Attention(nn.Module):
    def __init__(self, old):
        super().__init__()
        self.qkv, self.out, self.n_heads = old.qkv, old.out, old.n_heads

    def forward(self, x):
        heads = self.qkv(x).unflatten(-1, (3, self.n_heads, -1)).permute(2, 0, 3, 1, 4)
        y = attend(*heads)
        return self.out(y.transpose(1, 2).flatten(2))
"""
REPLACED = "for block in model.blocks:\n    block.attn = Attention(block.attn)"
PIECES = """\
optimizer.zero_grad(set_to_none=False)
for x, y in zip(ids.split(SIZE), labels.split(SIZE)):
    logits = model(x)
    loss = F.cross_entropy(logits.flatten(0, 1), y.flatten()) / len(ids)
    loss.backward()
optimizer.step()
"""


@dataclass(frozen=True)
class Variant:
    """What is put in place of what, and the techniques that it earns (others may be unclear)."""

    earns: frozenset[str]
    changes: tuple[tuple[str, str], ...]
    unclear: frozenset[str] = frozenset()

    @property
    def text(self) -> str:
        text = SCRIPT
        for old, new in self.changes:
            text = _replaced(text, old, new)
        return text


def _replaced(text: str, old: str, new: str) -> str:
    """Whole lines keep their indentation; else it is a part of a line."""
    for depth in (0, 4, 8, 12):
        indented = textwrap.indent(old.rstrip("\n"), " " * depth)
        if f"\n{indented}\n" in text:
            return text.replace(
                f"\n{indented}\n", "\n" + textwrap.indent(new.rstrip("\n"), " " * depth) + "\n"
            )
    assert old in text, old
    return text.replace(old, new)


def variant(earns: str, *changes: tuple[str, str], unclear: str = "") -> Variant:
    return Variant(frozenset(earns.split()), changes, frozenset(unclear.split()))


def under(context: str) -> tuple[str, str]:
    """The forward pass within a context."""
    return FORWARD, f"with {context}:\n" + textwrap.indent(FORWARD, "    ")


CUDA = 'device.type == "cuda"'
VARIANTS = {
    "plain": variant(""),
    # amp
    "old autocast for CUDA": variant("amp", under("torch.cuda.amp.autocast()")),
    "half precision where there is CUDA": variant(
        "amp", under(f"torch.autocast('cuda', torch.float16, {CUDA})")
    ),
    "autocast where tensors lie on CUDA": variant(
        "amp", under("torch.autocast('cuda', enabled=ids.is_cuda)")
    ),
    "autocast of the loss alone": variant(
        "",
        (
            "loss = F.cross_entropy",
            "with torch.autocast(device.type, torch.bfloat16): loss = F.cross_entropy",
        ),
    ),
    "autocast of one layer": variant(
        "",
        (
            "# model",
            "layer = model.blocks[0].attn.out\n"
            "layer.forward = torch.autocast(device.type, torch.bfloat16)(layer.forward)",
        ),
        unclear="amp",
    ),
    "autocast switched off": variant("", under("torch.autocast(device.type, enabled=False)")),
    "a model of another precision": variant("", ("# model", "model = model.bfloat16()")),
    "a scaler": variant(
        "",
        ("# setup", f"scaler = torch.amp.GradScaler('cuda', enabled={CUDA})"),
        ("loss.backward()", "scaler.scale(loss).backward()"),
        ("optimizer.step()", "scaler.step(optimizer)\nscaler.update()"),
    ),
    # gradient checkpointing
    "the whole model checkpointed": variant(
        "gradient_checkpointing", ("model(ids)", "checkpoint(model, ids, use_reentrant=False)")
    ),
    "blocks checkpointed in order, reentrant, with activations in place": variant(
        "gradient_checkpointing inplace",
        (
            "# top",
            "def forward(model, ids):\n"
            "    x = model.embedding(ids) + model.positions.weight[: ids.size(1)]\n"
            "    x = checkpoint_sequential(model.blocks, 2, x, use_reentrant=True)\n"
            "    return model.head(model.norm(x))",
        ),
        ("# model", "for block in model.blocks:\n    block.ff.activation = nn.ReLU(inplace=True)"),
        ("model(ids)", "forward(model, ids)"),
    ),
    "checkpointed without gradients": variant(
        "", ("# end", "with torch.no_grad():\n    checkpoint(model, ids, use_reentrant=False)")
    ),
    "nothing checkpointed": variant(
        "", ("# loss", "loss = checkpoint(lambda x: x * 1.0, loss, use_reentrant=False)")
    ),
    # sdpa
    "attention": variant(
        "sdpa",
        ("# top", "attend = functools.partial(F.scaled_dot_product_attention, is_causal=True)\n" + ATTENTION),
        ("# model", REPLACED),
    ),
    "attention that nobody hears": variant(
        "",
        (
            "# top",
            "def attend(q, k, v):\n"
            "    F.scaled_dot_product_attention(q, k, v, is_causal=True)\n"
            "    return ((q @ k.transpose(-2, -1)) / 6).softmax(-1) @ v\n" + ATTENTION,
        ),
        ("# model", REPLACED),
    ),
    "attention that is hardly heard": variant(
        "",
        (
            "# top",
            "def attend(q, k, v):\n"
            "    y = F.scaled_dot_product_attention(q, k, v, is_causal=True)\n"
            "    return ((q @ k.transpose(-2, -1)) / 6).softmax(-1) @ v + 1e-4 * y\n" + ATTENTION,
        ),
        ("# model", REPLACED),
    ),
    "attention of logits": variant(
        "",
        (
            "# loss",
            "x = logits[:, None, :, :8]\nloss = loss + F.scaled_dot_product_attention(x, x, x).mean()",
        ),
        unclear="sdpa",
    ),
    "a backend chosen": variant("", ("# model", "torch.backends.cuda.enable_flash_sdp(True)")),
    # gradient accumulation and micro-batches
    "two batches a step": variant(
        "gradient_accumulation",
        (
            PASS,
            "loss.backward()\n"
            "if i % 2 == 1 or i + 1 == len(loader):\n    optimizer.step()\n    optimizer.zero_grad()",
        ),
    ),
    "two batches a step, but reset in between": variant(
        "", ("optimizer.step()", "if i % 2 == 1 or i + 1 == len(loader):\n    optimizer.step()")
    ),
    "the same batch twice": variant(
        "", ("loss.backward()", "loss.backward(retain_graph=True)\nloss.backward()")
    ),
    "row by row": variant(
        "gradient_accumulation micro_batching", (FORWARD, ""), (PASS, PIECES.replace("SIZE", "1"))
    ),
    "pieces as large as the batch": variant("", (FORWARD, ""), (PASS, PIECES.replace("SIZE", "8"))),
    "pieces with one backward pass": variant(
        "micro_batching", ("model(ids)", "torch.cat([model(x) for x in ids.chunk(2)])")
    ),
    # optimizer
    "gradients of the model set to None": variant(
        "optimizer", ("optimizer.zero_grad(set_to_none=False)", "model.zero_grad(set_to_none=True)")
    ),
    "gradients set to None one by one": variant(
        "optimizer", ("optimizer.zero_grad(set_to_none=False)", "for p in params:\n    p.grad = None")
    ),
    "gradients set to None before there are any": variant(
        "", ("# setup", "optimizer.zero_grad(set_to_none=True)")
    ),
    "gradients reset as always": variant("", ("zero_grad(set_to_none=False)", "zero_grad()")),
    "fused where there is CUDA": variant("optimizer", ("lr=args.lr)", f"lr=args.lr, fused={CUDA})")),
    "foreach": variant("optimizer", ("AdamW(params, lr=args.lr)", "SGD(params, lr=args.lr, foreach=True)")),
    "another optimizer beside": variant(
        "",
        (
            "# setup",
            "other = nn.Linear(1, 1)\nbeside = torch.optim.SGD(other.parameters(), lr=1, fused=True)",
        ),
        ("# step", "other(torch.ones(1, 1)).sum().backward()\nbeside.step()\nbeside.zero_grad(True)"),
    ),
    # explicit memory
    "collected each epoch": variant("explicit_memory", ("# epoch", "gc.collect()")),
    "the cache emptied where there is CUDA": variant(
        "explicit_memory", ("# done", f"if {CUDA}:\n    torch.cuda.empty_cache()")
    ),
    "tensors deleted": variant("explicit_memory", ("# done", "del logits, loss")),
    "collected before and after": variant(
        "", ("# setup", "gc.collect()"), ("# end", "del model, logits\ngc.collect()")
    ),
    "collected once in a while": variant("", ("# done", "if i % 50 == 49: del loss; gc.collect()")),
    "something else deleted": variant("", ("# done", "x, y = 1, torch.ones(1)\ndel x, y")),
    # pinned memory
    "a pinned loader": variant("pin_memory", ("shuffle=True", "shuffle=True, pin_memory=True")),
    "a pinned loader with a worker": variant(
        "pin_memory", ("shuffle=True", f"shuffle=True, num_workers=1, pin_memory={CUDA}")
    ),
    "another loader pinned": variant("", ("# setup", "for x in DataLoader(data, 2, pin_memory=True): pass")),
    "pinned by hand": variant(
        "", ("# setup", f"if {CUDA}:\n    data.tokens = data.tokens.pin_memory()"), unclear="pin_memory"
    ),
    # in place
    "a residual in place": variant(
        "inplace",
        (
            "# top",
            "def forward(self, x):\n"
            "    x = x + self.attn(self.norm1(x))\n    y = self.ff(self.norm2(x))\n    y += x\n    return y\n"
            "TransformerBlock.forward = forward",
        ),
    ),
    "gradients scaled in place": variant("inplace", ("# back", "for p in params:\n    p.grad.mul_(0.5)")),
    "many gradients at once": variant(
        "inplace", ("# back", "torch._foreach_mul_([p.grad for p in params], 0.5)")
    ),
    "a sum of losses kept in place": variant(
        "inplace",
        ("total = 0.0", "total = torch.zeros(())"),
        ("total += loss.item()", "total.add_(loss.detach())"),
    ),
    "a loss divided": variant("", ("# loss", "loss /= 2"), unclear="inplace"),
    "gradients clipped": variant("", ("# back", "nn.utils.clip_grad_norm_(params, 1.0)")),
    "parameters set up in place": variant(
        "", ("# model", "for p in model.parameters():\n    p.data.mul_(1)")
    ),
    "a loss times one": variant("", ("# loss", "loss.mul_(1.0)")),
    "a loss times a half": variant("inplace", ("# loss", "loss.mul_(0.5)")),
    "a copy that is thrown away": variant("", ("# loss", "logits.detach().clone().relu_().add_(1.0)")),
    "something else in place": variant("", ("# done", "torch.zeros(1).add_(1)")),
    # compile
    "a compiled model": variant("compile", ("# model", "model = torch.compile(model, mode='max-autotune')")),
    "compiled as a method": variant("compile", ("# model", "model.compile()")),
    "a compiled step": variant(
        "compile",
        (
            "# top",
            "@torch.compile\ndef run(model, ids, labels):\n"
            "    loss = F.cross_entropy(model(ids).flatten(0, 1), labels.flatten())\n"
            "    loss.backward()\n    return loss.item()",
        ),
        (FORWARD, "optimizer.zero_grad()"),
        (PASS, "total += run(model, ids, labels)\noptimizer.step()"),
        ("total += loss.item()", ""),
    ),
    "the loss compiled": variant("compile", ("F.cross_entropy", "torch.compile(F.cross_entropy)")),
    "nothing compiled": variant("", ("# loss", "loss = torch.compile(lambda x: x * 1.0)(loss)")),
    "compiled and not called": variant("", ("# model", "compiled = torch.compile(model)")),
    "compiled for evaluation": variant(
        "",
        ("# model", "compiled = torch.compile(model)"),
        ("# end", "with torch.no_grad():\n    compiled(ids)"),
    ),
    # channels last
    "heads with channels last": variant(
        "channels_last sdpa",
        (
            "# top",
            "def attend(*heads):\n"
            "    heads = [head.contiguous(memory_format=torch.channels_last) for head in heads]\n"
            "    return F.scaled_dot_product_attention(*heads, is_causal=True)\n" + ATTENTION,
        ),
        ("# model", REPLACED),
    ),
    "logits with channels last, and back": variant(
        "",
        ("model(ids)", "model(ids)[None].contiguous(memory_format=torch.channels_last)[0].contiguous()"),
        unclear="channels_last",
    ),
    "a model with channels last": variant(
        "", ("# model", "model = model.to(memory_format=torch.channels_last)"), unclear="channels_last"
    ),
    "something else with channels last": variant(
        "", ("# batch", "torch.ones(1, 2, 3, 4).to(memory_format=torch.channels_last)")
    ),
    # what only the shim lets run
    "all that a device can be asked": variant(
        "",
        (
            "# setup",
            f"if {CUDA}:\n"
            "    torch.cuda.reset_peak_memory_stats()\n"
            "    stream = torch.cuda.Stream()\n"
            "    assert torch.cuda.get_device_properties(0).total_memory > torch.cuda.memory_allocated()\n"
            "    assert model.head.weight.device == device\n"
            "    generator = torch.Generator(device=device)\n"
            "    torch.cuda.manual_seed_all(1)",
        ),
        (
            "# batch",
            f"if {CUDA}:\n    torch.cuda.current_stream().wait_stream(stream)\n    torch.cuda.synchronize()",
        ),
        (
            "# end",
            f"if {CUDA}:\n    assert model(ids.cuda()).is_cuda and torch.zeros(1, device='cuda:0').numel()",
        ),
    ),
}


# What trains something else than it was given, and a word of what the gate says to it.
UNTRAINED = {
    "other labels": (variant("", ("labels.flatten())", "ids.flatten())")), "gradient of"),
    "the last token": (
        variant("", ("logits.flatten(0, 1), labels.flatten()", "logits[:, -1], labels[:, -1]")),
        "gradient of",
    ),
    "rows cut short": (
        variant("", ("# batch", "labels = labels[:, :8]"), ("model(ids)", "model(ids)[:, :8]")),
        "gradient of",
    ),
    "blocks that are hardly heard": (
        variant(
            "",
            (
                "# top",
                "block = TransformerBlock.forward\n"
                "TransformerBlock.forward = lambda self, x: x + 1e-3 * block(self, x)",
            ),
        ),
        "gradient of blocks.",
    ),
    "a layer left out": (
        variant(
            "",
            ("# model", "for block in model.blocks: block.norm2.register_forward_hook(lambda *x: x[2] / 9)"),
        ),
        "gradient of blocks.",
    ),
    "gradients of noise": (
        variant("", ("# back", "for p in params: torch.nn.init.normal_(p.grad)")),
        "do not follow",
    ),
    "the wrong way": (variant("", ("lr=args.lr)", "lr=args.lr, maximize=True)")), "do not follow"),
    "another number printed": (variant("", ("loss {total / len(loader):.4f}", "0.5 s")), "no number"),
    "a seed of its own": (variant("", ("args.seed", "3")), "not from the data"),
    "a seed that is ignored": (variant("", ("args.seed", "0")), "--seed is ignored"),
}

# Ways to compute the same loss: they pass the gate.
TRAINED = {
    "the loss in chunks of another length": variant(
        "",
        (
            FORWARD,
            "logits = model(ids)\n"
            "pieces = [F.cross_entropy(x.flatten(0, 1), y.flatten(), reduction='sum')\n"
            "          for x, y in zip(logits.split(10, 1), labels.split(10, 1))]\n"
            "loss = sum(pieces) / labels.numel()",
        ),
    ),
    "a loss scaled": variant(
        "",
        ("# setup", "scaler = torch.amp.GradScaler('cpu')"),
        ("loss.backward()", "scaler.scale(loss).backward()"),
        ("optimizer.step()", "scaler.step(optimizer)\nscaler.update()"),
    ),
    "weights in half precision": variant("", ("# model", "model = model.bfloat16()")),
    "gradients by hand": variant(
        "",
        (
            "loss.backward()",
            "for p, g in zip(params, torch.autograd.grad(loss, params)): p.grad = g",
        ),
    ),
    "blocks in a wrapper": variant(
        "",
        (
            "# top",
            "class Again(nn.Module):\n"
            "    def __init__(self, block):\n        super().__init__()\n        self.block = block\n\n"
            "    def forward(self, x):\n        return checkpoint(self.block, x, use_reentrant=True)",
        ),
        ("# model", "model.blocks = nn.ModuleList(map(Again, model.blocks))"),
    ),
    "blocks of a copy in a wrapper": variant(
        "",
        (
            "# top",
            "import copy\n\n\nclass Same(nn.Module):\n"
            "    def __init__(self, block):\n        super().__init__()\n        self.block = block\n\n"
            "    def forward(self, x):\n        return self.block(x)",
        ),
        ("# model", "model.blocks = nn.ModuleList(map(Same, copy.deepcopy(model.blocks)))"),
    ),
    "the seed of the weights alone": variant("", ("args.num_samples, args.seed", "args.num_samples")),
}
