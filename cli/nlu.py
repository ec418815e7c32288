"""`shopkeeper train nlu` and `shopkeeper evaluate nlu`."""

import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from cli.relearn import Wanted, tell_epoch, train_from_conversations
from cli.screen import screen
from cli.training import ProgressFile, training_progress
from common.settings import Settings

if TYPE_CHECKING:
    from nlu.predictor import Predictor
    from nlu.training import Trained


_FIGURES = ("accuracy", "macro_f1", "in_scope_accuracy", "oos_auroc", "oos_recall", "ece")

Data = Annotated[Path | None, typer.Option(help="CSV file, Rasa's YAML or folder of <intent>.yml.")]
Device = Annotated[str | None, typer.Option(help="auto, cpu or cuda; SHOPKEEPER_DEVICE else.")]
Seed = Annotated[int, typer.Option(help="The same seed and data give the same model.")]
Epochs = Annotated[int | None, typer.Option(help="Passes over the rows at most.")]
Method = Annotated[
    str | None,
    typer.Option("--peft", help="Another PEFT method than LoRA: its name, or a JSON file."),
]


def train_nlu(
    data: Data = None,
    output: Annotated[
        Path | None, typer.Option(help="Folder for the adapter; else it goes into use at once.")
    ] = None,
    device: Device = None,
    seed: Seed = 7,
    epochs: Epochs = None,
    method: Method = None,
    *,
    from_conversations: Annotated[
        bool,
        typer.Option(
            "--from-conversations",
            help="Learn what staff corrected on top; a candidate, to be judged before it serves.",
        ),
    ] = False,
    weak: Annotated[bool, typer.Option("--weak", help="And what the acts of staff tell.")] = False,
    whole: Annotated[
        bool, typer.Option("--whole", help="Anew over all rows, not on top of what ships.")
    ] = False,
    new_intents: Annotated[
        bool, typer.Option("--new-intents", help="And intents that the bot does not answer yet.")
    ] = False,
    progress_file: ProgressFile = None,
    private_epsilon: Annotated[
        float | None,
        typer.Option(
            help="Differential privacy for each of the rows, with --data; 8 for instance."
        ),
    ] = None,
) -> None:
    """Train intent, sentiment and entities on nlu_data, or on your own rows.

    Without --output the adapter lies under HOME/models/nlu and the next start uses it; one that is
    trained --from-conversations serves when it was judged and promoted (`shopkeeper models`).
    """
    if private_epsilon is not None and from_conversations:
        raise typer.BadParameter(
            "--private-epsilon does not go with --from-conversations, which chooses lessons by "
            "what they say: `shopkeeper conversations export --format rasa --no-stories "
            "-o said.yml`, then `shopkeeper train nlu --data said.yml --private-epsilon 8 "
            "--output FOLDER`."
        )
    if private_epsilon is not None and (data is None or method):
        raise typer.BadParameter("--private-epsilon goes with --data, and without --peft.")
    if from_conversations:
        if method:
            raise typer.BadParameter("--peft does not go with --from-conversations.")
        train_from_conversations(
            Wanted(
                data=data,
                output=output,
                device=device,
                seed=seed,
                epochs=epochs,
                whole=whole,
                weak=weak,
                new_intents=new_intents,
                progress_file=progress_file,
            )
        )
        return
    from common.model_shelf import promote
    from learning.registry import acting_person
    from nlu.dataset import DATA, spell_names
    from nlu.exports import exports_of
    from nlu.shelf import new_folder
    from nlu.sources import read_examples

    settings = Settings()
    source = data or DATA / "train"
    examples = read_examples(source)
    screen().print(f"{len(examples)} rows from {source}")
    if private_epsilon is not None:
        trained = _train_privately(
            examples, epsilon=private_epsilon, device=device or settings.device, seed=seed
        )
        # Nothing that is kept may be chosen by the rows: their intents' names do instead.
        examples = spell_names(trained.adapter.card.labels.intents)
    else:
        trained = _train(
            examples,
            settings=settings,
            device=device,
            seed=seed,
            epochs=epochs,
            method=method,
            progress_file=progress_file,
        )
    if data is None:
        report = _report(trained, read_examples(DATA / "heldout"), learnt=examples)
        trained = trained.with_metrics(_headline(report))
        _show(report)
    folder = output or new_folder(settings.models / "nlu")
    trained.save(folder)
    if output is None:
        _served(folder, exports_of(settings, folder), examples)
        promote(folder, facts={"by": acting_person(), "reason": "trained to serve at once"})
    screen().print(f"Saved in {folder}, trained in {trained.seconds:.0f} s.")


def evaluate_nlu(
    test: Annotated[
        Path | None, typer.Option(help="Rows to report on; the held-out ones by default.")
    ] = None,
    train: Annotated[
        Path | None, typer.Option(help="Train on these rows first; else the model in use.")
    ] = None,
    report: Annotated[Path | None, typer.Option(help="Write the report here as JSON.")] = None,
    typos: Annotated[
        int, typer.Option(help="Put a slip in every so many characters first; 0 for none.")
    ] = 0,
    device: Device = None,
    seed: Seed = 7,
    epochs: Epochs = None,
    method: Method = None,
) -> None:
    """Report on rows that the model has not seen, of any label set."""
    from nlu.dataset import DATA
    from nlu.evaluation import evaluate
    from nlu.loading import current_adapter, load
    from nlu.sources import read_examples
    from nlu.typos import with_typos

    settings = Settings()
    meant = read_examples(test or DATA / "heldout")
    rows = with_typos(meant, seed=seed, letters=typos) if typos else meant
    if train:
        learnt = read_examples(train)
        found = _train(
            learnt,
            settings=settings,
            device=device,
            seed=seed,
            epochs=epochs,
            method=method,
        )
        figures = _report(found, rows, learnt=learnt, meant=meant)
    else:
        chosen = settings.model_copy(update={"device": device or settings.device})
        loaded = load(current_adapter(settings), settings=chosen)
        figures = evaluate(loaded.predictor, rows, meant=meant)
    _show(figures)
    if report:
        report.write_text(json.dumps(figures, indent=2, ensure_ascii=False) + "\n")


def _train(
    examples: list[Any],
    *,
    settings: Settings,
    device: str | None,
    seed: int,
    epochs: int | None,
    method: str | None,
    progress_file: Path | None = None,
) -> "Trained":
    from nlu.card import PACKAGED
    from nlu.methods import read_method
    from nlu.recipe import choose_recipe
    from nlu.training import train

    labels = len({example.intent for example in examples})
    recipe = choose_recipe(len(examples), labels=labels, seed=seed, epochs=epochs)
    with training_progress(screen(), tell_epoch, file=progress_file) as (on_step, on_epoch):
        return train(
            examples,
            recipe=recipe,
            base=settings.base_model or PACKAGED,
            device=device or settings.device,
            peft=read_method(method) if method else None,
            on_epoch=on_epoch,
            on_step=on_step,
        )


def _train_privately(examples: list[Any], *, epsilon: float, device: str, seed: int) -> "Trained":
    from nlu.private_training import Privacy, train_privately
    from nlu.recipe import Recipe

    with training_progress(screen(), tell_epoch) as (on_step, _):
        trained = train_privately(
            examples,
            Privacy(epsilon=epsilon),
            recipe=Recipe(seed=seed),
            device=device,
            on_step=on_step,
        )
    told = trained.adapter.card.recipe["privacy"]
    screen().print(
        f"Private: epsilon {told['epsilon']} at delta {told['delta']:.2g}, {told['of']}."
    )
    return trained


def _served(folder: Path, exports: Path, learnt: list[Any]) -> "Predictor":
    """An adapter as it will be served: exported, so that a running server takes it up at once."""
    from nlu import adapter
    from nlu.errors import ExportError
    from nlu.exports import read_predictor
    from nlu.onnx_export import export, judging_rows

    made = adapter.load(folder)
    try:
        return read_predictor(export(made, exports, judges=judging_rows(made.card, learnt)))
    except (ExportError, OSError) as error:
        screen().print(f"It will be served by torch, which is slower. {error}", style="yellow")
        return made.predictor()


def _report(
    trained: "Trained", rows: list[Any], *, learnt: list[Any], meant: list[Any] | None = None
) -> dict[str, Any]:
    """The report of the model as it will be served, on one thread."""
    import torch

    from nlu.evaluation import evaluate

    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "adapter"
        trained.save(folder)
        predictor = _served(folder, Path(scratch) / "exports", learnt)
        return evaluate(predictor, rows, meant=meant)


def _headline(report: dict[str, Any]) -> dict[str, float]:
    """The figures that an adapter's card carries."""
    figures = {name: report[name] for name in _FIGURES if report.get(name) is not None}
    if "entities" in report:
        figures["entity_span_f1"] = report["entities"]["span"]["f1"]
        figures["entity_value_f1"] = report["entities"]["value"]["f1"]
    if "sentiment" in report:
        figures["sentiment_accuracy"] = report["sentiment"]["accuracy"]
    return figures


def _show(report: dict[str, Any]) -> None:
    table = Table(title=f"{report['rows']} rows", show_header=False)
    for name, value in _headline(report).items():
        table.add_row(name, f"{value:.4f}")
    for name, value in report["latency_ms"].items():
        table.add_row(f"parse {name}", f"{value:.1f} ms")
    screen().print(table)
