"""`shopkeeper train recommender`."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from cli.training import training_progress
from common.settings import Settings

if TYPE_CHECKING:
    from recommender.sequence.recipe import Epoch

console = Console()


def train_recommender(
    output: Annotated[
        Path | None, typer.Option(help="Folder for the model; else one under HOME/models.")
    ] = None,
    device: Annotated[
        str | None, typer.Option(help="auto, cpu or cuda; SHOPKEEPER_DEVICE else.")
    ] = None,
    seed: Annotated[int, typer.Option(help="The same seed and data give the same model.")] = 7,
    epochs: Annotated[int | None, typer.Option(help="Passes over the events at most.")] = None,
) -> None:
    """Train the sequence model on what shoppers did in this shop.

    A run that was broken off goes on where it stood, as long as no events came in.
    """
    import torch

    from nlu.shelf import new_folder
    from recommender.sequence.recipe import Recipe
    from recommender.sequence.sources import read_shop
    from recommender.sequence.storage import save
    from recommender.sequence.training import train

    settings = Settings()
    torch.set_num_threads(1)
    shop = read_shop(settings)
    console.print(
        f"{len(shop.item_ids)} products; {len(shop.histories)} shoppers took "
        f"{len(shop.histories.items)} steps with them."
    )
    recipe = Recipe(seed=seed)
    if epochs:
        recipe = replace(recipe, epochs=epochs)
    shelf = settings.models / "recommender"
    checkpoint = shelf / "training.pt"
    with training_progress(console, _tell) as (on_step, on_epoch):
        trained = train(
            shop.histories,
            shop.texts,
            recipe=recipe,
            device=device or settings.device,
            checkpoint=checkpoint,
            on_step=on_step,
            on_epoch=on_epoch,
        )
    folder = output or new_folder(shelf)
    save(folder, trained, item_ids=shop.item_ids, encoder=shop.encoder)
    checkpoint.unlink()
    best = trained.best
    console.print(
        f"Saved in {folder}: epoch {best.number}, recall@10 {best.figures['recall@10']:.3f}, "
        f"NDCG@10 {best.figures['ndcg@10']:.3f} on shoppers' last steps, "
        f"trained in {trained.history[-1].seconds:.0f} s."
    )


def _tell(epoch: "Epoch") -> str:
    return (
        f"{epoch.number:2}/{epoch.of} loss {epoch.loss:.3f}, last steps: recall@10 "
        f"{epoch.figures['recall@10']:.3f} NDCG@10 {epoch.figures['ndcg@10']:.3f}, "
        f"{epoch.seconds:.0f} s"
    )
