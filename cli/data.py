"""`shopkeeper data`: whether what a model is to learn from is fit for it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:
    from nlu.dataset import Example
    from nlu.hygiene import Hygiene, LikelyError

app = typer.Typer(help="What models learn from.", no_args_is_help=True)

_SHOWN = 10


@app.callback()
def data() -> None:
    """What models learn from."""


@app.command()
def check(
    train: Annotated[
        Path | None,
        typer.Argument(help="Rows to learn from: CSV, Rasa's YAML or a folder; ours by default."),
    ] = None,
    *,
    heldout: Annotated[
        Path | None, typer.Option(help="Rows that models are judged on, in the same forms.")
    ] = None,
    errors: Annotated[
        bool, typer.Option("--errors", help="Rows whose label is probably wrong; takes a minute.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Everything, for programs.")] = False,
) -> None:
    """Find rows that stand there twice, under two labels, or in the exam; 1 where they harm.

    With --errors also those whose label is probably wrong: a person should look at them.
    """
    # Imported here: every other command starts sooner without them.
    from nlu.dataset import DATA
    from nlu.hygiene import examine
    from nlu.sources import read_examples

    judged = heldout or (None if train else DATA / "heldout")
    rows = read_examples(train or DATA / "train")
    found = examine(rows, heldout=read_examples(judged) if judged else ())
    doubtful = find_likely_errors(rows) if errors else []
    if as_json:
        told = asdict(found) | {"likely_errors": [asdict(each) for each in doubtful]}
        typer.echo(json.dumps(told, ensure_ascii=False, indent=1))
    else:
        _show(found)
        if errors:
            _list(
                "Probably under a wrong label",
                {each.text: f"{each.label}, rather {each.suggested}" for each in doubtful},
            )
    if found.harmful:
        raise typer.Exit(1)


def find_likely_errors(rows: "Sequence[Example]") -> "list[LikelyError]":
    """Rows whose label fits their wording worse than another, the likeliest errors first.

    Each row is judged by rows of the other folds, on vectors of the plain encoder. Of wordings that
    stand there several times the first is judged.
    """
    import numpy as np

    from common.settings import load_settings
    from nlu.hygiene import fold, likely_errors
    from nlu.loading import current_adapter, load
    from nlu.out_of_fold import out_of_fold

    once = {fold(row.text): row for row in reversed(rows) if row.tells_intent and fold(row.text)}
    judged = list(reversed(once.values()))
    texts, labels = [row.text for row in judged], [row.intent for row in judged]
    if len(set(labels)) < 2:
        return []
    settings = load_settings()
    embedder = load(current_adapter(settings), settings=settings).embedder
    parts = [embedder.embed(texts[at : at + 256]) for at in range(0, len(texts), 256)]
    probabilities, names = out_of_fold(np.concatenate(parts), labels)
    return likely_errors(texts, labels, probabilities, names=names)


def _show(found: "Hygiene") -> None:
    typer.echo(f"{found.rows:,} rows, {found.labels} labels.")
    _list("Under several labels", {k: ", ".join(v) for k, v in found.conflicts.items()})
    _list("Held out, and learnt from", found.leaks)
    _list("Several times", {k: str(v) for k, v in found.duplicates.items()})
    _list("Few rows", {k: str(v) for k, v in found.scarce.items()})
    _list("Far more rows than others", {k: str(v) for k, v in found.dominant.items()})


def _list(heading: str, found: Mapping[str, str]) -> None:
    table = Table(box=None, pad_edge=False)
    table.add_column(f"{heading}: {len(found)}")
    table.add_column()
    for name, what in list(found.items())[:_SHOWN]:
        table.add_row(name, what)
    if len(found) > _SHOWN:
        table.add_row("...", "--json has all of them")
    Console(highlight=False, markup=False).print(table)
