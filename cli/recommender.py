"""`shopkeeper train recommender` and `shopkeeper evaluate recommender`."""

import json
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from cli.training import ProgressFile, training_progress
from common.settings import Settings

if TYPE_CHECKING:
    from recommender.lexical import Floats
    from recommender.sequence.recipe import Epoch, Recipe

console = Console()

Device = Annotated[str | None, typer.Option(help="auto, cpu or cuda; SHOPKEEPER_DEVICE else.")]
Seed = Annotated[int, typer.Option(help="The same seed and data give the same model.")]
Epochs = Annotated[int | None, typer.Option(min=1, help="Passes over the events at most.")]


def train_recommender(
    output: Annotated[
        Path | None, typer.Option(help="Folder for the model; else it goes into use at once.")
    ] = None,
    device: Device = None,
    seed: Seed = 7,
    epochs: Epochs = None,
    progress_file: ProgressFile = None,
) -> None:
    """Train the sequence model on what shoppers did in this shop.

    A run that was broken off goes on where it stood, as long as no events came in. Without --output
    the model lies under HOME/models/recommender, and a running shop takes it up within seconds,
    unless it foresees worse than counted neighbours alone. Started by torchrun, several processes
    train it together; the first of them does all the rest.
    """
    import torch

    from common.model_shelf import new_folder, promote
    from recommender.foresight import IN_SHOP
    from recommender.sequence.distributed import workers
    from recommender.sequence.gate import problem_of
    from recommender.sequence.learning import add_neighbours, count_everything
    from recommender.sequence.sources import learn_shops_intent, read_shop
    from recommender.sequence.storage import read_card, save
    from recommender.sequence.training import help_train, train
    from recommender.weighing import weigh_shop
    from recommender.weights import HAND

    settings = Settings()
    torch.set_num_threads(1)
    shelf = settings.models / "recommender"
    checkpoint = shelf / "training.pt"
    with workers(device or settings.device) as together:
        if not together.is_first:
            help_train(together)
            return
        shop = read_shop(settings)
        console.print(
            f"{len(shop.item_ids)} products; {len(shop.histories)} shoppers took "
            f"{len(shop.histories.items)} steps with them."
        )
        with training_progress(console, _tell, file=progress_file) as (on_step, on_epoch):
            trained = train(
                shop.histories,
                shop.texts,
                recipe=_recipe(seed, epochs),
                workers=together,
                checkpoint=checkpoint,
                on_step=on_step,
                on_epoch=on_epoch,
            )
    learnt = add_neighbours(trained, shop.histories, nearness=IN_SHOP)
    weighed = weigh_shop(settings, shop)
    intent = learn_shops_intent(settings, shop, trained)
    folder = output or new_folder(shelf)
    save(
        folder,
        trained,
        item_ids=shop.item_ids,
        encoder=shop.encoder,
        neighbours=count_everything(learnt, shop.histories).neighbours,
        share=learnt.share,
        weights=weighed.weights,
        intent=intent.head if intent and intent.is_worth_it else None,
        metrics=learnt.metrics | weighed.metrics | (intent.metrics if intent else {}),
    )
    checkpoint.unlink()
    best = learnt.metrics
    console.print(
        f"Saved in {folder}: epoch {trained.best.number} with {learnt.share:.0%} neighbours, "
        f"recall@10 {best['recall@10']:.3f}, NDCG@10 {best['ndcg@10']:.3f} on shoppers' last "
        f"steps (counted neighbours alone {best['counted_ndcg@10']:.3f}), "
        f"trained in {trained.history[-1].seconds:.0f} s."
    )
    for kind, (judged, by_hand, found) in weighed.found.items():
        taken = "left" if getattr(weighed.weights, kind) == getattr(HAND, kind) else "taken"
        console.print(
            f"Weights {kind.replace('_', ' ')}: NDCG@10 {found:.3f} learnt, "
            f"{by_hand:.3f} by hand, of {judged} shoppers; the learnt ones are {taken}."
        )
    if intent:
        taken = "taken" if intent.is_worth_it else "left"
        console.print(
            f"Purchase intent: AUROC {intent.auroc:.3f} on {intent.judged} visits of shoppers who "
            f"taught nothing; log loss {intent.loss:.3f}, by the usual share alone "
            f"{intent.usual_loss:.3f}; it is {taken}."
        )
    if output is None:
        if problem := problem_of(read_card(folder)):
            console.print(f"It is not put into use: {problem}", style="yellow")
        else:
            promote(folder)


def evaluate_recommender(
    sequences: Annotated[
        Path,
        typer.Option(help="Lines of `user item item ...`, oldest first; the last is the test."),
    ],
    items: Annotated[
        Path | None,
        typer.Option(help="A table (tabs, or .csv) of items: the name, then what is said of it."),
    ] = None,
    report: Annotated[Path | None, typer.Option(help="Write the report here as JSON.")] = None,
    device: Device = None,
    seed: Seed = 7,
    epochs: Epochs = None,
) -> None:
    """Train on sequences and report how well the last step of each is found among all items."""
    import torch

    from recommender.sequence.assessment import assess, read_sequences, read_texts

    settings = Settings()
    torch.set_num_threads(1)
    read = read_sequences(sequences)
    console.print(f"{len(read.sequences)} shoppers, {len(read.items)} items.")
    if read.left_out:
        console.print(f"{read.left_out} shoppers with fewer than three steps are left out.")
    texts = _embed(read_texts(items, read.items), settings) if items else None
    with training_progress(console, _tell) as (on_step, on_epoch):
        figures = assess(
            read.sequences,
            texts,
            items=len(read.items),
            recipe=replace(_recipe(seed, epochs), text=texts is not None),
            device=device or settings.device,
            on_epoch=on_epoch,
            on_step=on_step,
        )
    table = Table(title=str(sequences), show_header=False)
    for name, value in figures.items():
        table.add_row(name, f"{value:.4f}" if isinstance(value, float) else str(value))
    console.print(table)
    if report:
        report.write_text(json.dumps(figures, indent=2) + "\n")


def _recipe(seed: int, epochs: int | None) -> "Recipe":
    from recommender.sequence.recipe import Recipe

    recipe = Recipe(seed=seed)
    return replace(recipe, epochs=epochs) if epochs else recipe


def _embed(texts: list[str], settings: Settings) -> "Floats":
    from recommender.encoders import load_encoder
    from recommender.sequence.texts import embed
    from recommender.vectors import VectorFile

    encoder = load_encoder(settings)
    file = VectorFile(
        settings.home / "recommender" / "vectors.db",
        encoder=encoder.name,
        dimension=encoder.dimension,
    )
    with closing(file), training_progress(console, str, title="reading") as (on_step, _):
        return embed(texts, encoder=encoder, kept=file, on_step=on_step)


def _tell(epoch: "Epoch") -> str:
    return (
        f"{epoch.number:2}/{epoch.of} loss {epoch.loss:.3f}, last steps: recall@10 "
        f"{epoch.figures['recall@10']:.3f} NDCG@10 {epoch.figures['ndcg@10']:.3f}, "
        f"{epoch.seconds:.0f} s"
    )
