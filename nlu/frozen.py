"""Frozen linear layers through oneDNN while training on a CPU.

PyTorch multiplies float32 matrices by MKL, which is at half its speed or less on processors other
than Intel's. What is frozen can be laid out for oneDNN once and multiplied by it from then on, in
float32 as before; the few weights that learn stay with PyTorch.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import torch
from torch import nn
from torch.autograd.function import once_differentiable
from torch.nn import functional

# How many tokens a batch has about: oneDNN lays the weights out for it; any number works.
_TOKENS = 384


class _Multiply(torch.autograd.Function):
    """`x @ weight.T + bias`, where neither weight nor bias wants a gradient."""

    @staticmethod
    def forward(
        ctx: Any,
        rows: torch.Tensor,
        there: torch.Tensor,
        back: torch.Tensor,
        bias: torch.Tensor | None,
    ) -> torch.Tensor:
        ctx.back = back
        return _onednn(rows, there, bias)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grown: torch.Tensor) -> tuple[torch.Tensor, None, None, None]:
        return _onednn(grown, ctx.back, None), None, None, None


@contextmanager
def frozen_by_onednn(model: nn.Module) -> Iterator[None]:
    """Within it the model's frozen linear layers are multiplied by oneDNN.

    They must not be changed meanwhile. Nothing happens on another device than the CPU, nor where
    PyTorch was built without oneDNN.
    """
    layers = [
        layer for layer in model.modules() if isinstance(layer, nn.Linear) and _can_be_packed(layer)
    ]
    for layer in layers:
        weight = layer.weight.detach()
        layer.forward = partial(  # type: ignore[method-assign]
            _forward,
            layer,
            there=torch.ops.mkldnn._reorder_linear_weight(weight, _TOKENS),
            back=torch.ops.mkldnn._reorder_linear_weight(weight.t().contiguous(), _TOKENS),
        )
    try:
        yield
    finally:
        for layer in layers:
            del layer.forward


def _can_be_packed(layer: nn.Linear) -> bool:
    return (
        # A subclass multiplies in a way of its own.
        type(layer) is nn.Linear
        and not any(p.requires_grad for p in layer.parameters())
        and layer.weight.device.type == "cpu"
        and layer.weight.dtype == torch.float32
        and torch.backends.mkldnn.is_available()  # type: ignore[no-untyped-call]
        and hasattr(torch.ops.mkldnn, "_reorder_linear_weight")
    )


def _forward(
    layer: nn.Linear, rows: torch.Tensor, *, there: torch.Tensor, back: torch.Tensor
) -> torch.Tensor:
    if rows.dtype != torch.float32:
        return functional.linear(rows, layer.weight, layer.bias)
    made: torch.Tensor = _Multiply.apply(  # type: ignore[no-untyped-call]
        rows, there, back, layer.bias
    )
    return made


def _onednn(rows: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor | None) -> torch.Tensor:
    out: torch.Tensor = torch.ops.mkldnn._linear_pointwise(
        rows.contiguous(), weight, bias, "none", [], ""
    )
    return out
