"""From histories to a model: learn, judge after each epoch, keep the best, go on after a break.

Several processes that `torchrun` started may train one model: each begins with the same weights,
learns from its own share of the shoppers, and steps by the mean of all gradients.
"""

import copy
import math
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.optim.lr_scheduler import LambdaLR

from recommender.lexical import Floats
from recommender.sequence.distributed import Taught, Workers, find_device
from recommender.sequence.errors import TrainingDataError
from recommender.sequence.evaluation import figures, ranks
from recommender.sequence.histories import Histories
from recommender.sequence.loss import Draw, sampled_softmax
from recommender.sequence.model import SequenceModel
from recommender.sequence.packing import Packed, pack
from recommender.sequence.recipe import Epoch, OnEpoch, OnStep, Recipe
from recommender.sequence.scorer import SequenceScorer

_CLIP = 1.0
_JUDGED_BY = "ndcg@10"


@dataclass
class Trained:
    """The best model of a run, in the catalogue it was trained on, and how it came to be."""

    model: SequenceModel
    recipe: Recipe
    history: list[Epoch] = field(default_factory=list)

    def scorer(self) -> SequenceScorer:
        """Scores of all items of that catalogue."""
        return SequenceScorer(self.model, length=self.recipe.length)

    @property
    def best(self) -> Epoch:
        """The epoch whose model this is."""
        return max(self.history, key=lambda epoch: epoch.figures[_JUDGED_BY])


def train(
    histories: Histories,
    texts: Floats,
    *,
    recipe: Recipe | None = None,
    device: str = "auto",
    workers: Workers | None = None,
    checkpoint: Path | None = None,
    on_epoch: OnEpoch | None = None,
    on_step: OnStep | None = None,
) -> Trained:
    """Train on all but each shopper's last step, and choose the epoch by these.

    Args:
        histories: what shoppers did, as rows of the catalogue.
        texts: the catalogue's text embeddings [n, t].
        recipe: how.
        device: auto, cpu or cuda; unused where workers are given, who have theirs.
        workers: who train it; by default this process alone. The first of several calls this, the
            others `help_train`. Several take as many times the rows a step, at the same rate.
        checkpoint: where the run is kept after each epoch; one that is there is gone on with, by
            however many, and on a CPU as many as before end as they would have without the break.
        on_epoch: told after each epoch.
        on_step: told the step and the number of steps of this epoch.

    Raises:
        TrainingDataError: nobody has three steps, or a checkpoint is of another run.
        ConfigurationError: a GPU is asked for and there is none.
    """
    recipe = recipe or Recipe()
    with_steps = histories.choose(np.flatnonzero(histories.lengths >= 2))
    if not (with_steps.lengths > 2).any():
        raise TrainingDataError(
            "No shopper has three steps with products of the catalogue, so there is nothing to "
            "learn an order from: import more events or orders first."
        )
    workers = workers or Workers(find_device(device))
    run = _Run(with_steps, texts, recipe=recipe, workers=workers)
    if checkpoint and checkpoint.exists():
        run.restore(checkpoint)
    if workers.size > 1:
        arrays = {"columns": with_steps.columns, "starts": with_steps.starts, "texts": texts}
        shared = {name: torch.from_numpy(array) for name, array in arrays.items()}
        workers.share({**shared, "recipe": asdict(recipe), "state": run.state()})
    while not run.is_over:
        epoch = run.epoch(on_step)
        if checkpoint:
            run.keep(checkpoint)
        if on_epoch:
            on_epoch(epoch)
    return run.end()


def help_train(workers: Workers) -> Trained:
    """Take part in what the first of the workers trains, until it ends.

    Data, recipe, weights and where the run stands all come from there: what processes would read
    for themselves may differ, since shoppers go on, and so may their first weights, since machines
    count differently.

    Returns:
        The same as the first process has.
    """
    shared = workers.share()
    histories = Histories(shared["columns"].numpy(), shared["starts"].numpy())
    recipe, texts = Recipe(**shared["recipe"]), shared["texts"].numpy()
    run = _Run(histories, texts, recipe=recipe, workers=workers)
    run.take(shared["state"])
    while not run.is_over:
        run.epoch(None)
    return run.end()


class _Run:
    """One training run: the state that its steps share."""

    def __init__(
        self, histories: Histories, texts: Floats, *, recipe: Recipe, workers: Workers
    ) -> None:
        torch.manual_seed(recipe.seed)
        self.recipe, self.workers, self.device = recipe, workers, workers.device
        self.learn, self.targets = histories.split_last()
        self.generator = torch.Generator().manual_seed(recipe.seed)
        self.model = SequenceModel(learnt=len(texts), text_width=texts.shape[1], recipe=recipe)
        self.model.tower.lay_out(torch.from_numpy(texts), torch.arange(len(texts)))
        self.model.tower.begin_with_text()
        self.model.to(self.device)
        counts = torch.bincount(torch.from_numpy(self.learn.items), minlength=len(texts))
        self.draw = Draw(
            counts, size=recipe.negatives, evenness=recipe.evenness, generator=self.generator
        )
        self.optimizer = torch.optim.AdamW(
            self.model.parameters(), lr=recipe.rate, betas=(0.9, 0.98), weight_decay=recipe.decay
        )
        self.schedule = LambdaLR(self.optimizer, lambda step: min(1.0, (step + 1) / recipe.warmup))
        self.judged = judged_shoppers(self.learn, self.targets, recipe)
        self.history: list[Epoch] = []
        self.best: dict[str, Any] = {}

    @property
    def is_over(self) -> bool:
        """Whether all epochs are done, or too many have brought nothing."""
        scores = [epoch.figures[_JUDGED_BY] for epoch in self.history]
        stale = len(scores) - 1 - int(np.argmax(scores)) if scores else 0
        return len(scores) >= self.recipe.epochs or stale >= self.recipe.patience

    def epoch(self, on_step: OnStep | None) -> Epoch:
        """Learn from everything once and judge."""
        recipe, before = self.recipe, self.history[-1] if self.history else None
        started, cpu_started = time.perf_counter(), time.process_time()
        order = np.random.default_rng((recipe.seed, len(self.history))).permutation(len(self.learn))
        own = order[self.workers.rank :: self.workers.size]
        batches = pack(self.learn, own, length=recipe.length, rows=recipe.rows)
        steps = math.ceil(self.learn.starts[-1] / (recipe.length * recipe.rows * self.workers.size))
        if self.workers.size > 1:
            self._draw_apart()
        self.model.train()
        losses: list[float] = []
        # Whoever has no batch left takes part until nobody has one.
        while (taught := self._step(next(batches, None))).batches:
            losses.append(float(taught.loss))
            if on_step:
                on_step(len(losses), max(len(losses), steps))
        found = figures(self._judge())
        epoch = Epoch(
            number=len(self.history) + 1,
            of=recipe.epochs,
            loss=float(np.mean(losses)),
            figures=found,
            seconds=(before.seconds if before else 0) + time.perf_counter() - started,
            cpu_seconds=(before.cpu_seconds if before else 0) + time.process_time() - cpu_started,
        )
        self.history.append(epoch)
        if epoch is max(self.history, key=lambda each: each.figures[_JUDGED_BY]):
            self.best = copy.deepcopy(self.model.state_dict())
        return epoch

    def _draw_apart(self) -> None:
        """Let each process draw its own negatives and dropout, the same ones after a break."""
        own = np.random.default_rng((self.recipe.seed, len(self.history), self.workers.rank))
        torch.manual_seed(int(own.integers(2**63)))
        self.generator.manual_seed(int(own.integers(2**63)))

    def _step(self, packed: Packed | None) -> Taught:
        self.optimizer.zero_grad(set_to_none=True)
        mine = self._teach(packed) if packed else Taught(torch.zeros((), device=self.device), 0, 0)
        taught = self.workers.average(list(self.model.parameters()), mine)
        if taught.places:
            nn.utils.clip_grad_norm_(self.model.parameters(), _CLIP)
            self.optimizer.step()
            self.schedule.step()
        return taught

    def _teach(self, packed: Packed) -> Taught:
        """Leave the gradient of this batch with the parameters."""
        packed = packed.to(self.device)
        places, wanted = packed.transitions()
        if not len(places):
            return Taught(torch.zeros((), device=self.device), 0, 1)
        drawn, log_expected = (part.to(self.device) for part in self.draw())
        half = torch.autocast("cuda", torch.bfloat16, enabled=self.device.type == "cuda")
        with half:
            users = self.model(packed).flatten(0, 1)[places]
            loss: Tensor = sampled_softmax(
                users, wanted, drawn, log_expected, self.model.item_vectors
            )
        loss.backward()  # type: ignore[no-untyped-call]
        return Taught(loss.detach(), len(places), 1)

    def _judge(self) -> NDArray[np.int64]:
        """The place that each judged shopper's last step has; each process finds its share."""
        places = np.zeros(len(self.judged), dtype=np.int64)
        share = slice(self.workers.rank, None, self.workers.size)
        own = self.judged[share]
        if len(own):
            scorer = SequenceScorer(self.model, length=self.recipe.length)
            places[share] = ranks(scorer, self.learn.choose(own), self.targets[own])
        return self.workers.add(places)

    def end(self) -> Trained:
        """What came of it."""
        self.model.load_state_dict(self.best)
        return Trained(self.model, self.recipe, self.history)

    def state(self) -> dict[str, Any]:
        """Everything the next epoch depends on."""
        return {
            "run": self._name(),
            "model": self.model.state_dict(),
            "best": self.best,
            "optimizer": self.optimizer.state_dict(),
            "schedule": self.schedule.state_dict(),
            "generator": self.generator.get_state(),
            "random": torch.get_rng_state(),
            "history": [asdict(epoch) for epoch in self.history],
        }

    def take(self, state: Mapping[str, Any]) -> None:
        """Go on from such a state."""
        self.model.load_state_dict(state["model"])
        self.best = state["best"]
        self.optimizer.load_state_dict(state["optimizer"])
        self.schedule.load_state_dict(state["schedule"])
        self.generator.set_state(state["generator"])
        torch.set_rng_state(state["random"])
        self.history = [Epoch(**epoch) for epoch in state["history"]]

    def keep(self, file: Path) -> None:
        """Write the state; whole or not at all."""
        file.parent.mkdir(parents=True, exist_ok=True)
        draft = file.with_suffix(".draft")
        torch.save(self.state(), draft)
        draft.replace(file)

    def restore(self, file: Path) -> None:
        """Go on where a kept run stood.

        Raises:
            TrainingDataError: it was another run.
        """
        kept = torch.load(file, map_location="cpu", weights_only=True)
        if kept["run"] != self._name():
            raise TrainingDataError(
                f"{file} is a run with another recipe or other data: remove it to begin anew."
            )
        self.take(kept)

    def _name(self) -> str:
        """What a run must share with the one it goes on with; it may take more epochs."""
        recipe = {**asdict(self.recipe), "epochs": 0, "patience": 0}
        shape = (len(self.learn), int(self.learn.starts[-1]), int(self.learn.items.sum()))
        return f"{recipe} {shape} {len(self.model.tower)}"


def judged_shoppers(
    learn: Histories, targets: NDArray[np.int64], recipe: Recipe
) -> NDArray[np.intp]:
    """Which shoppers are asked: of those whose last step was with something new to them."""
    whose = np.repeat(np.arange(len(learn)), learn.lengths)
    again = np.zeros(len(learn), dtype=np.bool_)
    again[whose[learn.items == targets[whose]]] = True
    new = np.flatnonzero(~again) if not again.all() else np.arange(len(learn))
    rng = np.random.default_rng(recipe.seed)
    return np.sort(rng.permutation(new)[: recipe.judged])
