"""Comparing tensors: what counts as moved, as equal, as of rank one."""

from __future__ import annotations

import math

import torch
from torch import Tensor

TINY = 1e-9
FLAT = 12  # the side from which on a square number of numbers is taken for a matrix laid out flat


def scale(*tensors: Tensor) -> float:
    return max((float(t.abs().max()) for t in tensors if t.numel()), default=0.0)


def finite(tensor: Tensor) -> bool:
    return bool(torch.isfinite(tensor).all())


def moved(one: Tensor, other: Tensor, tolerance: float = TINY) -> bool:
    """Whether they differ by more than rounding does."""
    return not same(one, other, tolerance)


def same(one: Tensor, other: Tensor, tolerance: float = TINY) -> bool:
    if one.shape != other.shape:
        return False
    if not one.is_floating_point():
        return bool(torch.equal(one, other))
    if torch.equal(one, other):
        return True
    both = torch.isfinite(one) & torch.isfinite(other)
    if not bool((both | (one == other)).all()):
        return False
    a, b = one[both], other[both]
    return scale(a - b) <= tolerance * scale(a, b) if a.numel() else True


def vanishes(tensor: Tensor, beside: Tensor) -> bool:
    return scale(tensor) <= TINY * scale(beside)


def noise(like: Tensor, seed: int, size: float = 1.0) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return size * torch.randn(like.shape, generator=generator, dtype=torch.float64)


def typical(tensor: Tensor) -> float:
    """Its usual size, never zero."""
    return float(tensor.square().mean().sqrt()) + 1e-3


def matrices(state: Tensor, batch: int) -> Tensor | None:
    """A state as (n, a, b), the batch first where it has one, or None for one that holds no matrices."""
    parts = [size for size in state.shape if size != 1]
    flat = state.reshape(parts)
    if batch in parts:
        flat = flat.movedim(parts.index(batch), 0)
    if flat.dim() == 2 and batch in parts and _root(flat.shape[1]):
        flat = flat.unflatten(1, (_root(flat.shape[1]), -1))
    if flat.dim() < (3 if batch in parts else 2) or min(flat.shape[-2:]) < 4:
        return None
    return flat.reshape(-1, *flat.shape[-2:])


def _root(size: int) -> int:
    """The side of a square matrix of that many numbers that someone has laid out flat; 0 for a vector."""
    side = math.isqrt(size)
    return side if side * side == size and side >= FLAT else 0


def ranks(stack: Tensor) -> list[int]:
    """The numerical rank of each matrix, 0 for one that vanishes beside the others."""
    values = torch.linalg.svdvals(stack)
    top = values[:, :1]
    counts = (values > 1e-7 * top).sum(-1)
    return [
        int(n) if float(t) > TINY * float(top.max()) else 0 for n, t in zip(counts, top[:, 0], strict=True)
    ]


def directions(stack: Tensor, rank: int = 1) -> tuple[Tensor, Tensor]:
    """The first left and right singular vectors of each matrix: (n, a, rank) and (n, b, rank)."""
    left, _, right = torch.linalg.svd(stack, full_matrices=False)
    return left[:, :, :rank], right[:, :rank].mT


def without(stack: Tensor, left: Tensor, right: Tensor) -> Tensor:
    """The matrices less all that lies along these directions."""
    rest = stack - left @ (left.mT @ stack)
    return rest - (rest @ right) @ right.mT
