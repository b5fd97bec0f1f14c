"""The tensor operations that a record may name. Anything else is refused before it is run."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import torch

ALLOWED = frozenset(
    """
    _adaptive_avg_pool1d _adaptive_avg_pool2d _conj _log_softmax _log_softmax_backward_data
    _native_batch_norm_legit _reshape_alias _scaled_dot_product_flash_attention_for_cpu
    _scaled_dot_product_attention_math _scaled_dot_product_fused_attention_overrideable
    _scaled_dot_product_flash_attention_for_cpu_backward _softmax _softmax_backward_data _to_copy
    _unsafe_view _unsafe_index _weight_norm_interface _fused_rms_norm abs abs_ add add_ addbmm addbmm_
    addcdiv addcdiv_ addcmul addcmul_ addmm addmm_ addmv addmv_ addr addr_ alias all amax amin any arange
    argmax argmin argsort as_strided as_strided_ atan2 avg_pool1d baddbmm baddbmm_ bitwise_and bitwise_not
    bitwise_or bitwise_xor bmm cat ceil clamp clamp_ clamp_max clamp_max_ clamp_min clamp_min_ clone col2im
    constant_pad_nd convolution copy copy_ cos cosh cumprod cumprod_ cumsum cumsum_ detach detach_
    diag_embed diagonal diagonal_copy div div_ dot elu elu_ embedding embedding_dense_backward empty
    empty_like empty_strided eq erf erfc exp exp_ expand expand_copy expm1 eye fill fill_ flip floor
    floor_divide frac full full_like gather ge gelu gelu_backward glu gt hardsigmoid hardsigmoid_ hardswish
    hardtanh hardtanh_ huber_loss im2col index index_add index_add_ index_copy index_copy_ index_fill
    index_fill_ index_put index_put_ index_select isfinite isinf isnan le leaky_relu lerp lerp_ lift_fresh
    lift_fresh_copy linalg_vector_norm linspace log log10 log1p log2 log_ log_sigmoid_forward
    log_sigmoid_backward logaddexp logical_and logical_not logical_or logical_xor logspace logsumexp lt
    masked_fill masked_fill_ masked_scatter max maximum mean min minimum mish mm mse_loss mse_loss_backward
    mul mul_ mv native_batch_norm native_group_norm native_layer_norm native_layer_norm_backward ne neg neg_
    new_empty new_empty_strided new_full new_ones new_zeros norm norm_except_dim ones ones_like outer
    permute permute_copy pow pow_ prelu prod reciprocal reciprocal_ relu relu_ remainder repeat
    repeat_interleave rms_norm roll round rsqrt rsqrt_ rsub scalar_tensor scatter scatter_ scatter_add
    scatter_add_ select select_backward select_copy select_scatter sgn sigmoid sigmoid_ sigmoid_backward
    sign silu silu_ silu_backward sin sinh slice slice_backward slice_copy slice_scatter smooth_l1_loss
    soft_margin_loss softplus softplus_backward sort split split_with_sizes split_copy sqrt sqrt_ square
    squeeze squeeze_ squeeze_copy stack std std_mean sub sub_ sum t t_ t_copy take tan tanh tanh_
    tanh_backward threshold threshold_backward topk transpose transpose_ transpose_copy tril tril_
    tril_indices triu triu_ triu_indices trunc unbind unbind_copy unfold unsqueeze unsqueeze_ unsqueeze_copy
    var var_mean vdot view view_copy where xlogy zero zero_ zeros zeros_like diagonal_scatter nan_to_num
    _local_scalar_dense
    """.split()  # noqa: SIM905 - one name a line would take 270 lines
)
RESHAPING = {"copy_", "detach_", "squeeze_", "t_", "transpose_", "unsqueeze_", "as_strided_"}
NAME = re.compile(r"aten\.([a-z0-9_]+)\.([A-Za-z0-9_]+)")


class Refused(ValueError):
    """The record asks for something that we do not do."""


def operation(name: object) -> Callable[..., Any]:
    """The operation of that full name, such as aten.mul.Tensor."""
    match = NAME.fullmatch(name) if isinstance(name, str) else None
    if match is None or match[1] not in ALLOWED:
        raise Refused(f"operation {str(name)[:80]} is not replayed")
    if (match[1], match[2]) in DECOMPOSED:
        return DECOMPOSED[match[1], match[2]]
    if match[1].endswith("_") and match[1] not in RESHAPING:
        return _in_place(_overload(match[1].removesuffix("_"), match[2]))
    return _overload(match[1], match[2])


def _overload(name: str, overload: str) -> Callable[..., Any]:
    found = getattr(getattr(torch.ops.aten, name), overload, None)
    if not isinstance(found, torch._ops.OpOverload):
        raise Refused(f"operation {name}.{overload} does not exist here")
    return found


def _in_place(call: Callable[..., Any]) -> Callable[..., Any]:
    """Writing in place as computing and copying: functionalize is then ten times as fast."""

    def write(target: torch.Tensor, *args: Any, **kwargs: Any) -> torch.Tensor:
        return target.copy_(call(target, *args, **kwargs))

    return write


def _mse_loss(one: torch.Tensor, other: torch.Tensor, reduction: int = 1) -> torch.Tensor:
    return _reduced((one - other).square(), reduction)


def _smooth_l1_loss(
    one: torch.Tensor, other: torch.Tensor, reduction: int = 1, beta: float = 1.0
) -> torch.Tensor:
    size = (one - other).abs()
    return _reduced(torch.where(size < beta, size.square() / (2 * beta), size - beta / 2), reduction)


def _huber_loss(
    one: torch.Tensor, other: torch.Tensor, reduction: int = 1, delta: float = 1.0
) -> torch.Tensor:
    size = (one - other).abs()
    return _reduced(torch.where(size < delta, size.square() / 2, delta * (size - delta / 2)), reduction)


def _reduced(values: torch.Tensor, reduction: int) -> torch.Tensor:
    return (values, values.mean(), values.sum())[reduction] if reduction else values


DECOMPOSED: dict[tuple[str, str], Callable[..., Any]] = {
    ("mse_loss", "default"): _mse_loss,
    ("smooth_l1_loss", "default"): _smooth_l1_loss,
    ("huber_loss", "default"): _huber_loss,
}
"""Losses in small steps, so that the difference inside of them can be seen."""
