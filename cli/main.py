"""The `shopkeeper` command."""

import sys

import pydantic
import typer
from rich.console import Console

from cli import (
    conversations,
    data,
    imports,
    learning,
    models,
    nlu,
    privacy,
    recommender,
    rules,
    staff,
)
from cli.backup import backup
from cli.dialogue import train_dialogue
from cli.dialogues import evaluate_dialogues
from cli.doctor import doctor
from cli.exposure import exposure
from cli.restore import restore
from cli.up import up
from common.errors import ShopkeeperError
from common.supervised import follow_supervisor

app = typer.Typer(
    help="A shopping assistant that a shop hosts itself.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
train = typer.Typer(help="Train a model.", no_args_is_help=True)
evaluate = typer.Typer(help="Measure a model.", no_args_is_help=True)

app.command()(up)
app.command()(doctor)
app.command()(backup)
app.command()(restore)
app.command()(exposure)
app.add_typer(imports.app, name="import")
app.add_typer(staff.app, name="staff")
app.add_typer(train, name="train")
app.add_typer(evaluate, name="evaluate")
app.add_typer(models.app, name="models")
app.add_typer(learning.app, name="jobs")
app.add_typer(rules.app, name="rules")
app.add_typer(privacy.app, name="privacy")
app.add_typer(conversations.app, name="conversations")
app.add_typer(data.app, name="data")
train.command("nlu")(nlu.train_nlu)
train.command("recommender")(recommender.train_recommender)
train.command("dialogue")(train_dialogue)
evaluate.command("nlu")(nlu.evaluate_nlu)
evaluate.command("recommender")(recommender.evaluate_recommender)
evaluate.command("dialogues")(evaluate_dialogues)


def main() -> None:
    """Run a command; exit with 0 when done, 1 when it failed, 2 when it was misused."""
    console = Console(stderr=True)
    # What the learner runs ends when the learner does.
    follow_supervisor()
    try:
        app()
    except ShopkeeperError as error:
        console.print(error.detail, style="red", markup=False)
        sys.exit(1)
    except pydantic.ValidationError as error:
        for problem in error.errors():
            name = "_".join(str(part).upper() for part in problem["loc"])
            console.print(f"SHOPKEEPER_{name}: {problem['msg']}", style="red", markup=False)
        sys.exit(2)
