"""Frozen layers give the same by oneDNN as by PyTorch, there and back."""

from collections.abc import Callable

import pytest
import torch
from peft import LoraConfig, get_peft_model
from torch import nn

from nlu.frozen import frozen_by_onednn

Made = Callable[[], nn.Module]


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


def an_adapted_model(**settings: object) -> nn.Module:
    """The same with LoRA beside two of the layers, whose second matrix is no longer zero."""
    wide = {"r": 4, "lora_alpha": 8, "target_modules": ["0", "1"], **settings}
    torch.manual_seed(4)
    model: nn.Module = get_peft_model(a_model(), LoraConfig(**wide))
    for name, parameter in model.named_parameters():
        if "lora_B" in name:
            nn.init.normal_(parameter, std=0.3)
    return model


@pytest.mark.parametrize("make", [a_model, an_adapted_model])
@pytest.mark.parametrize("shape", [(5, 8), (2, 7, 8), (1, 8)])
def test_outputs_and_gradients_are_the_same(make: Made, shape: tuple[int, ...]) -> None:
    model, rows = make(), torch.randn(shape)
    outputs, wanted = model(rows), gradients(model, rows)
    with frozen_by_onednn(model, halved=False):
        assert torch.allclose(model(rows), outputs, atol=1e-5)
        given = gradients(model, rows)
    assert len(given) == len(wanted)
    for one, other in zip(given, wanted, strict=True):
        assert torch.allclose(one, other, atol=1e-4)


@pytest.mark.parametrize("make", [a_model, an_adapted_model])
def test_in_bfloat16_they_are_nearly_the_same(make: Made) -> None:
    model, rows = make(), torch.randn(6, 8)
    outputs, wanted = model(rows), gradients(model, rows)
    with frozen_by_onednn(model, halved=True):
        given = model(rows)
        assert given.dtype == torch.float32
        assert not torch.equal(given, outputs)
        for one, other in zip([given, *gradients(model, rows)], [outputs, *wanted], strict=True):
            assert (one - other).norm() < 0.02 * other.norm()


def test_what_is_before_an_adapted_layer_learns_too() -> None:
    model, rows = an_adapted_model(), torch.randn(5, 8, requires_grad=True)
    (wanted,) = torch.autograd.grad(model(rows).square().sum(), rows)
    with frozen_by_onednn(model, halved=False):
        (given,) = torch.autograd.grad(model(rows).square().sum(), rows)
    assert torch.allclose(given, wanted, atol=1e-4)


@pytest.mark.parametrize("settings", [{"use_dora": True}, {"lora_dropout": 0.5}])
def test_any_other_adapter_keeps_its_own_way(settings: dict[str, object]) -> None:
    model, rows = an_adapted_model(**settings), torch.randn(5, 8)
    model.eval()
    outputs = model(rows)
    with frozen_by_onednn(model, halved=False):
        assert torch.allclose(model(rows), outputs, atol=1e-5)


def test_afterwards_a_changed_layer_counts_again() -> None:
    model, rows = a_model(), torch.randn(5, 8)
    with frozen_by_onednn(model):
        before = model(rows)
    with torch.no_grad():
        next(model[1].parameters()).mul_(2)
    assert not torch.allclose(model(rows), before)


def test_half_precision_is_left_to_pytorch() -> None:
    model = a_model().to(torch.bfloat16)
    with frozen_by_onednn(model):
        assert model(torch.randn(3, 8, dtype=torch.bfloat16)).dtype == torch.bfloat16
