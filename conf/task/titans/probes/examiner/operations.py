"""The tensor operations that a record may name. Anything else is refused before it is run."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import torch

ALLOWED = frozenset(
    """
    __and__ __or__ _adaptive_avg_pool1d _adaptive_avg_pool2d _cdist_forward _conj _embedding_bag
    _euclidean_dist _fft_c2c _fft_c2r _fft_r2c _fused_rms_norm _local_scalar_dense _log_softmax
    _log_softmax_backward_data _masked_softmax _mkldnn_reshape _mkldnn_transpose _native_batch_norm_legit
    _pad_circular _reshape_alias _safe_softmax _scaled_dot_product_attention_math
    _scaled_dot_product_flash_attention_for_cpu _scaled_dot_product_flash_attention_for_cpu_backward
    _scaled_dot_product_fused_attention_overrideable _softmax _softmax_backward_data _thnn_fused_gru_cell
    _thnn_fused_lstm_cell _to_copy _trilinear _unique2 _unsafe_index _unsafe_view _weight_norm_interface
    abs abs_ acos acosh adaptive_max_pool1d add add_ addbmm addbmm_ addcdiv addcdiv_ addcmul addcmul_
    addmm addmm_ addmv addmv_ addr addr_ alias all amax amin aminmax angle any arange argmax argmin
    argsort argwhere as_strided as_strided_ asin asinh atan atan2 atanh avg_pool1d avg_pool2d baddbmm
    baddbmm_ bilinear binary_cross_entropy bitwise_and bitwise_left_shift bitwise_not bitwise_or
    bitwise_right_shift bitwise_xor bmm bucketize cat cdist ceil ceil_ celu chain_matmul channel_shuffle
    clamp clamp_ clamp_max clamp_max_ clamp_min clamp_min_ clone col2im complex conj conj_physical
    constant_pad_nd convolution copy copy_ cos cos_ cosh cosine_similarity count_nonzero cross
    cross_entropy_loss cummax cummin cumprod cumprod_ cumsum cumsum_ detach detach_ diag diag_embed
    diagonal diagonal_copy diagonal_scatter div div_ dot einsum elu elu_ embedding
    embedding_dense_backward empty empty_like empty_strided eq erf erf_ erfc erfinv exp exp2 exp2_ exp_
    expand expand_as expand_copy expm1 expm1_ eye fill fill_ fill_diagonal_ flatten flip floor floor_
    floor_divide floor_divide_ fmax fmin fmod frac frac_ frobenius_norm full full_like gather ge gelu
    gelu_backward ger glu glu_backward gt hardshrink hardsigmoid hardsigmoid_ hardswish hardswish_
    hardtanh hardtanh_ heaviside histc huber_loss hypot im2col imag index index_add index_add_ index_copy
    index_copy_ index_fill index_fill_ index_put index_put_ index_reduce index_reduce_ index_select
    isclose isfinite isinf isnan isreal kl_div kron kthvalue l1_loss lcm le leaky_relu lerp lerp_
    lift_fresh lift_fresh_copy linalg_cross linalg_matrix_norm linalg_multi_dot linalg_norm
    linalg_vector_norm linear linspace log log10 log1p log1p_ log2 log2_ log_ log_sigmoid_backward
    log_sigmoid_forward log_softmax logaddexp logcumsumexp logical_and logical_not logical_or logical_xor
    logit logit_ logspace logsumexp lt masked_fill masked_fill_ masked_scatter masked_scatter_ matmul max
    max_pool2d_with_indices maximum mean median min minimum mish mkldnn_linear mkldnn_rnn_layer mm movedim
    mse_loss mse_loss_backward mul mul_ mv nan_to_num nanmean nansum narrow_copy native_batch_norm
    native_group_norm native_layer_norm native_layer_norm_backward ne neg neg_ new_empty new_empty_strided
    new_full new_ones new_zeros nextafter nll_loss2d_forward nll_loss_forward nonzero norm norm_except_dim
    ones ones_like outer pad pairwise_distance permute permute_copy pixel_shuffle pixel_unshuffle polar
    pow pow_ prelu prod real reciprocal reciprocal_ reflection_pad1d relu relu6 relu_ remainder remainder_
    renorm renorm_ repeat repeat_interleave replication_pad1d reshape resolve_conj rms_norm roll rot90
    round round_ rrelu_with_noise rsqrt rsqrt_ rsub scalar_tensor scatter scatter_ scatter_add
    scatter_add_ scatter_reduce scatter_reduce_ searchsorted select select_backward select_copy
    select_scatter selu sgn sigmoid sigmoid_ sigmoid_backward sign sign_ silu silu_ silu_backward sin sin_
    sinc sinh slice slice_backward slice_copy slice_scatter smooth_l1_loss soft_margin_loss softmax
    softplus softplus_backward softshrink sort split split_copy split_with_sizes sqrt sqrt_ square square_
    squeeze squeeze_ squeeze_copy stack std std_mean sub sub_ sum t t_ t_copy take tan tan_ tanh tanh_
    tanh_backward tensordot threshold threshold_backward topk trace transpose transpose_ transpose_copy
    tril tril_ tril_indices triu triu_ triu_indices true_divide trunc trunc_ unbind unbind_copy unfold
    unfold_backward unfold_copy unique_consecutive unsqueeze unsqueeze_ unsqueeze_copy upsample_nearest1d
    vander var var_mean vdot view view_as_complex view_as_real view_copy where xlogy zero zero_ zeros
    zeros_like
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
