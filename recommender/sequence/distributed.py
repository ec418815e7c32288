"""Several processes that train one model together, as `torchrun` starts them."""

import gc
import io
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, NamedTuple

import numpy as np
import torch
import torch.distributed as dist
from numpy.typing import NDArray
from torch import Tensor

from common.errors import ConfigurationError, ServiceUnavailable

# The first process may embed a large catalogue while the others wait. One that dies is noticed at
# once, by the end of its connection and by torchrun.
_PATIENCE = timedelta(hours=12)
# Bytes that are sent together.
_AT_ONCE = 2**28


class Taught(NamedTuple):
    """What one step brought.

    Attributes:
        loss: the mean over the places learnt, a single number.
        places: how many these were.
        batches: how many batches they were in; 0 when all is learnt.
    """

    loss: Tensor
    places: int
    batches: int


class Workers:
    """Those who train one model: here this process alone.

    Attributes:
        device: where this process computes.
        rank: its number among all, from 0.
        size: how many there are.
    """

    def __init__(self, device: torch.device, *, rank: int = 0, size: int = 1) -> None:
        self.device, self.rank, self.size = device, rank, size

    @property
    def is_first(self) -> bool:
        """Whether this process reads, tells and saves."""
        return self.rank == 0

    def share(self, what: Mapping[str, Any] | None = None) -> Mapping[str, Any]:
        """What the first process has, in every process, on its CPU.

        Args:
            what: tensors and plain values, which the first process alone must bring.
        """
        if what is None:
            raise ValueError("The first process must have something to share.")
        return what

    def add(self, numbers: NDArray[np.int64]) -> NDArray[np.int64]:
        """The sum over all processes of arrays of one shape."""
        return numbers

    def average(self, parameters: Sequence[Tensor], mine: Taught) -> Taught:
        """Make the gradients of all processes one: the mean over the places of all.

        Args:
            parameters: with the gradient of this process' mean loss; one without counts as zero.
            mine: what that was.

        Returns:
            The same of all processes together.
        """
        return mine


class _Launched(Workers):
    """One of several processes, of one machine or many."""

    def __init__(self, device: torch.device) -> None:
        super().__init__(device, rank=dist.get_rank(), size=dist.get_world_size())
        on_gpu = int(self.add(np.array([device.type == "cuda"], dtype=np.int64))[0])
        if 0 < on_gpu < self.size:
            raise ConfigurationError(
                f"Of {self.size} processes {on_gpu} have a GPU: leave out the machines without "
                "one, or set the device to cpu."
            )
        # What is not a gradient goes by the CPU.
        self._gradients = dist.new_group(backend="nccl") if on_gpu else None

    def share(self, what: Mapping[str, Any] | None = None) -> Mapping[str, Any]:
        written = io.BytesIO()
        if self.is_first:
            what = super().share(what)
            torch.save(dict(what), written)
        length = torch.tensor([written.tell()])
        with _others():
            dist.broadcast(length, src=0)
            parcel = torch.empty(int(length), dtype=torch.uint8)
            if self.is_first:
                parcel = torch.frombuffer(written.getbuffer(), dtype=torch.uint8)
            for part in torch.split(parcel, _AT_ONCE):
                dist.broadcast(part, src=0)
        # No pickles: who gets at the port must not get a program in.
        read = io.BytesIO(parcel.numpy().data)
        return what or torch.load(read, map_location="cpu", weights_only=True)

    def add(self, numbers: NDArray[np.int64]) -> NDArray[np.int64]:
        total = torch.from_numpy(numbers.copy())
        with _others():
            dist.all_reduce(total)
        return np.asarray(total.numpy())

    def average(self, parameters: Sequence[Tensor], mine: Taught) -> Taught:
        gradients = [
            torch.zeros_like(each) if each.grad is None else each.grad for each in parameters
        ]
        loss = mine.loss.detach().float().reshape(1)
        counts = loss.new_tensor([1.0, mine.batches])
        flat = torch.cat([*(each.flatten() for each in gradients), loss, counts])
        # All but the batches: what is added up is the sum over places, and their number.
        flat[:-1] *= mine.places
        with _others():
            dist.all_reduce(flat, group=self._gradients)
        places, batches = (int(count) for count in flat[-2:].tolist())
        flat[:-2] /= max(places, 1)
        parts = torch.split(flat[:-3], [each.numel() for each in parameters])
        for each, part in zip(parameters, parts, strict=True):
            each.grad = part.view_as(each)
        return Taught(flat[-3], places, batches)


@contextmanager
def workers(device: str = "auto") -> Iterator[Workers]:
    """All processes of a training that `torchrun` started; else this one alone.

    Args:
        device: auto, cpu or cuda; each process of a machine takes a GPU of its own.

    Raises:
        ConfigurationError: a GPU is asked for and there is none, or there are more processes than
            GPUs.
        ServiceUnavailable: another process ended before its time. The first process raises it;
            the others exit with 1, so that it is told once.
    """
    if int(os.environ.get("WORLD_SIZE", "1")) == 1 or "RANK" not in os.environ:
        yield Workers(find_device(device))
        return
    chosen = _own_device(device)
    dist.init_process_group("gloo", timeout=_PATIENCE)
    try:
        yield _Launched(chosen)
    except ServiceUnavailable as error:
        if dist.get_rank() == 0:
            raise
        raise SystemExit(1) from error
    finally:
        dist.destroy_process_group()
        # What still refers to the group would keep its threads into the end of the interpreter,
        # which they would end by an abort.
        gc.collect()


def find_device(wanted: str) -> torch.device:
    """The device that auto, cpu or cuda stand for here.

    Raises:
        ConfigurationError: a GPU is asked for and there is none.
    """
    available = torch.cuda.is_available()
    if wanted == "cuda" and not available:
        raise ConfigurationError("The device is cuda and torch sees no GPU: set auto or cpu.")
    return torch.device("cuda" if available and wanted != "cpu" else "cpu")


def _own_device(wanted: str) -> torch.device:
    """The device of this process among those of its machine."""
    here, gpus = int(os.environ.get("LOCAL_WORLD_SIZE", "1")), torch.cuda.device_count()
    if wanted == "cpu" or (wanted == "auto" and not gpus):
        return torch.device("cpu")
    if here > gpus:
        raise ConfigurationError(
            f"torchrun starts {here} processes on this machine and torch sees {gpus} GPUs: let it "
            "start one for each, or set the device to cpu."
        )
    own = torch.device("cuda", int(os.environ.get("LOCAL_RANK", "0")))
    torch.cuda.set_device(own)
    return own


@contextmanager
def _others() -> Iterator[None]:
    """What is done with the other processes fails when one of them has ended."""
    try:
        yield
    except RuntimeError as error:
        raise ServiceUnavailable(
            "Another process of this training ended before its time, and says why; begun again, "
            "the training goes on from its last epoch."
        ) from error
