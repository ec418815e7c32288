"""Frozen layers give the same by oneDNN as by PyTorch, there and back."""

import pytest
import torch
from torch import nn

from nlu.frozen import frozen_by_onednn


def a_model() -> nn.Sequential:
    """A frozen layer between two that learn."""
    torch.manual_seed(3)
    model = nn.Sequential(nn.Linear(8, 16), nn.Linear(16, 8), nn.Linear(8, 4, bias=False))
    model[1].requires_grad_(requires_grad=False)
    return model


def gradients(model: nn.Module, rows: torch.Tensor) -> list[torch.Tensor]:
    model.zero_grad()
    torch.autograd.backward(model(rows).square().sum())
    return [p.grad.clone() for p in model.parameters() if p.grad is not None]


@pytest.mark.parametrize("shape", [(5, 8), (2, 7, 8), (1, 8)])
def test_outputs_and_gradients_are_the_same(shape: tuple[int, ...]) -> None:
    model, rows = a_model(), torch.randn(shape)
    outputs, wanted = model(rows), gradients(model, rows)
    with frozen_by_onednn(model):
        assert torch.allclose(model(rows), outputs, atol=1e-5)
        given = gradients(model, rows)
    assert len(given) == len(wanted)
    for one, other in zip(given, wanted, strict=True):
        assert torch.allclose(one, other, atol=1e-4)


def test_afterwards_a_changed_layer_counts_again() -> None:
    model, rows = a_model(), torch.randn(5, 8)
    with frozen_by_onednn(model):
        before = model(rows)
    with torch.no_grad():
        model[1].weight.mul_(2)
    assert not torch.allclose(model(rows), before)


def test_half_precision_is_left_to_pytorch() -> None:
    model = a_model().to(torch.bfloat16)
    with frozen_by_onednn(model):
        assert model(torch.randn(3, 8, dtype=torch.bfloat16)).dtype == torch.bfloat16
