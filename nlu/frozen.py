"""Frozen linear layers through oneDNN while training on a CPU.

PyTorch multiplies float32 matrices by MKL, which is at half its speed or less on processors other
than Intel's. What is frozen can be laid out for oneDNN once and multiplied by it from then on; on
a processor that multiplies bfloat16 (AVX-512 BF16) with products of that kind and sums in float32,
elsewhere in float32. The few weights that learn stay in float32. A frozen layer with LoRA beside
it is one operation, whose sums are made in place.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from peft.tuners.lora import Linear as LoraLinear
from torch import nn
from torch.autograd.function import once_differentiable
from torch.nn import functional

# How many tokens a batch has about: oneDNN lays the weights out for it; any number works.
_TOKENS = 384


@dataclass(frozen=True)
class _Packed:
    """A frozen layer as oneDNN takes it: the weights for the way there and for the way back."""

    there: torch.Tensor
    back: torch.Tensor
    bias: torch.Tensor | None
    kind: torch.dtype

    @classmethod
    def of(cls, layer: nn.Linear, *, kind: torch.dtype) -> "_Packed":
        weight = layer.weight.detach().to(kind)
        bias = None if layer.bias is None else layer.bias.detach().to(kind)
        reorder = torch.ops.mkldnn._reorder_linear_weight
        return cls(reorder(weight, _TOKENS), reorder(weight.t().contiguous(), _TOKENS), bias, kind)

    def forward(self, rows: torch.Tensor) -> torch.Tensor:
        """`rows @ weight.T + bias`."""
        return self._multiply(rows, self.there, self.bias)

    def backward(self, grown: torch.Tensor) -> torch.Tensor:
        """`grown @ weight`."""
        return self._multiply(grown, self.back, None)

    def _multiply(
        self, rows: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor | None
    ) -> torch.Tensor:
        out: torch.Tensor = torch.ops.mkldnn._linear_pointwise(
            rows.to(self.kind).contiguous(), weight, bias, "none", [], ""
        )
        return out.to(rows.dtype)


class _Multiply(torch.autograd.Function):
    """A frozen layer: neither weight nor bias wants a gradient."""

    @staticmethod
    def forward(ctx: Any, rows: torch.Tensor, packed: _Packed) -> torch.Tensor:
        ctx.packed = packed
        return packed.forward(rows)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grown: torch.Tensor) -> tuple[torch.Tensor, None]:
        return ctx.packed.backward(grown), None


class _MultiplyBeside(torch.autograd.Function):
    """A frozen layer and `scale * rows @ down.T @ up.T`, whose two matrices learn."""

    @staticmethod
    def forward(
        ctx: Any,
        rows: torch.Tensor,
        down: torch.Tensor,
        up: torch.Tensor,
        packed: _Packed,
        scale: float,
    ) -> torch.Tensor:
        flat = rows.reshape(-1, rows.shape[-1])
        small = flat @ down.T
        ctx.save_for_backward(flat, small, down, up)
        ctx.packed, ctx.scale = packed, scale
        out = packed.forward(flat).addmm_(small, up.T, alpha=scale)
        return out.reshape(*rows.shape[:-1], -1)

    @staticmethod
    @once_differentiable
    def backward(
        ctx: Any, grown: torch.Tensor
    ) -> tuple[torch.Tensor | None, torch.Tensor, torch.Tensor, None, None]:
        flat, small, down, up = ctx.saved_tensors
        grown_flat = grown.reshape(-1, grown.shape[-1]).contiguous()
        grown_small = (grown_flat @ up).mul_(ctx.scale)
        to_rows = None
        if ctx.needs_input_grad[0]:
            to_rows = ctx.packed.backward(grown_flat).addmm_(grown_small, down)
            to_rows = to_rows.reshape(*grown.shape[:-1], -1)
        to_up = (grown_flat.T @ small).mul_(ctx.scale)
        return to_rows, grown_small.T @ flat, to_up, None, None


@contextmanager
def frozen_by_onednn(model: nn.Module, *, halved: bool | None = None) -> Iterator[None]:
    """Within it the model's frozen linear layers are multiplied by oneDNN.

    They must not be changed meanwhile. Nothing happens on another device than the CPU, nor where
    PyTorch was built without oneDNN.

    Args:
        halved: multiply in bfloat16; by default where the processor can.
    """
    halved = _multiplies_bfloat16() if halved is None else halved
    kind = torch.bfloat16 if halved else torch.float32
    beside = [m for m in model.modules() if isinstance(m, LoraLinear) and _is_plain(m)]
    inside = {id(layer.base_layer) for layer in beside}
    alone = [
        m
        for m in model.modules()
        if isinstance(m, nn.Linear) and id(m) not in inside and _can_be_packed(m)
    ]
    for layer in beside:
        layer.forward = _beside(layer, kind=kind)
    for each in alone:
        each.forward = _alone(each, kind=kind)  # type: ignore[assignment]
    try:
        yield
    finally:
        for changed in (*beside, *alone):
            del changed.forward


def _multiplies_bfloat16() -> bool:
    """Whether it is done by instructions of its own: imitated it would be slower than float32."""
    return bool(torch.cpu.get_capabilities().get("avx512_bf16", False))


def _can_be_packed(layer: nn.Module) -> bool:
    return (
        # A subclass multiplies in a way of its own.
        type(layer) is nn.Linear
        and not any(p.requires_grad for p in layer.parameters())
        and layer.weight.device.type == "cpu"
        and layer.weight.dtype == torch.float32
        and torch.backends.mkldnn.is_available()  # type: ignore[no-untyped-call]
        and hasattr(torch.ops.mkldnn, "_reorder_linear_weight")
    )


def _is_plain(layer: LoraLinear) -> bool:
    """One adapter of two matrices and nothing else."""
    names = layer.active_adapters
    return (
        type(layer) is LoraLinear
        and len(names) == 1
        and not (layer.merged or layer.disable_adapters)
        and names[0] in layer.lora_A
        and names[0] not in getattr(layer, "lora_variant", {})
        and isinstance(layer.lora_dropout[names[0]], nn.Identity)
        and layer.lora_B[names[0]].bias is None
        and _can_be_packed(layer.base_layer)
    )


def _alone(layer: nn.Linear, *, kind: torch.dtype) -> Callable[[torch.Tensor], torch.Tensor]:
    packed = _Packed.of(layer, kind=kind)

    def forward(rows: torch.Tensor) -> torch.Tensor:
        if rows.dtype != torch.float32:
            return functional.linear(rows, layer.weight, layer.bias)
        made: torch.Tensor = _Multiply.apply(rows, packed)  # type: ignore[no-untyped-call]
        return made

    return forward


def _beside(layer: LoraLinear, *, kind: torch.dtype) -> Callable[..., torch.Tensor]:
    packed = _Packed.of(layer.base_layer, kind=kind)
    (name,) = layer.active_adapters
    down, up, scale = layer.lora_A[name].weight, layer.lora_B[name].weight, layer.scaling[name]

    def forward(rows: torch.Tensor) -> torch.Tensor:
        made: torch.Tensor = _MultiplyBeside.apply(  # type: ignore[no-untyped-call]
            rows.float(), down, up, packed, scale
        )
        return made

    return forward
