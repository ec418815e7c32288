"""`shopkeeper models`: which models there are, which is in use, and back again."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from cli.ending import cleaning_up
from cli.screen import screen
from cli.training import ProgressFile
from common.model_shelf import (
    current_trial,
    end_trial,
    find_model,
    finish,
    stored_models,
)
from common.settings import Settings, load_settings

if TYPE_CHECKING:
    from common.model_shelf import Trial
    from learning.trials import Arm

app = typer.Typer(help="The models of this shop.", no_args_is_help=True)

# What `judge` ends with where a candidate should not serve.
REFUSED = 3

# What a model's card may tell of how good it is.
_FIGURES = ("ndcg@10", "recall@10", "accuracy", "in_scope_accuracy", "oos_auroc", "entity_value_f1")


class Kind(StrEnum):
    """What a model is for."""

    RECOMMENDER = "recommender"
    NLU = "nlu"


Which = Annotated[Kind, typer.Argument(help="recommender or nlu.")]


@app.command("list")
def list_models() -> None:
    """Show the trained models, the oldest first; * is in use."""
    from learning.registry import read_report

    settings = Settings()
    table = Table("", "kind", "model", "judged", "figures")
    for kind in Kind:
        finish(settings.models / kind)
        for stored in stored_models(settings.models / kind):
            metrics = stored.card.get("metrics", {})
            said = [f"{name} {metrics[name]:.3f}" for name in _FIGURES if name in metrics]
            mark, judged = "*" if stored.in_use else "", _verdict(read_report(stored.folder))
            table.add_row(mark, kind, stored.folder.name, judged, ", ".join(said))
    if table.row_count:
        screen().print(table)
    else:
        screen().print("None has been trained in this shop yet: what ships with it is in use.")


@app.command("judge")
def judge_model(
    kind: Which,
    model: Annotated[str, typer.Argument(help="A candidate's name, as `list` shows it.")],
    *,
    report: Annotated[
        bool, typer.Option("--report", help="Say where the report lies, and nothing else.")
    ] = False,
    conversations: Annotated[
        int, typer.Option(min=0, help="Of the last ones, read again with both models.")
    ] = 200,
    talk: Annotated[
        bool, typer.Option(help="Hold whole conversations with both in a private shop.")
    ] = True,
    progress_file: ProgressFile = None,
) -> None:
    """Hold a candidate against the model in use; 0 where it may serve, 3 where it should not.

    A report lies beside the candidate then, for programs and as a page. Without the conversations
    in a private shop (--no-talk) none passes: nobody knows what the bot would say.
    """
    from cli.judging import judge_nlu, summary
    from cli.judging_recommender import judge_recommender
    from cli.training import Progressing
    from learning.registry import PAGE

    settings = load_settings()
    progress = Progressing(progress_file)
    # A private shop must not go on when this ends.
    with cleaning_up():
        if kind is Kind.NLU:
            found = judge_nlu(
                settings, model, conversations=conversations, talk=talk, progress=progress
            )
        else:
            found = judge_recommender(settings, model, progress=progress)
    if not report:
        table = Table("passed", "check", "in use", "candidate", "found")
        for row in summary(found):
            table.add_row(*row)
        screen().print(table)
    verdict = "It may serve." if found["passed"] else "It should not serve."
    screen().print(f"{verdict} {settings.models / kind / model / PAGE}", soft_wrap=True)
    if not found["passed"]:
        raise typer.Exit(REFUSED)


@app.command("promote")
def promote_model(
    kind: Which,
    model: Annotated[str, typer.Argument(help="Its name, as `list` shows it.")],
    anyway: Annotated[
        str | None,
        typer.Option(help="Why it is to serve although the gate did not let it pass; noted."),
    ] = None,
) -> None:
    """Put a judged model into use, where it fits this shop; a running shop takes it up."""
    from learning.registry import acting_person, put_into_use

    settings = Settings()
    shelf = settings.models / kind
    _check(kind, find_model(shelf, model), settings)
    put_into_use(shelf, model, by=acting_person(), anyway=anyway)
    screen().print(f"In use: {kind} {model}.")


@app.command("rollback")
def roll_back_model(kind: Which) -> None:
    """Put the model into use that was in use before."""
    from learning.registry import acting_person, take_back

    before = take_back(Settings().models / kind, by=acting_person())
    screen().print(f"In use: {kind} {before.name}." if before else f"In use: {kind} as it ships.")


@app.command("history")
def show_history(kind: Which) -> None:
    """Show who put which model into use when, and on what grounds."""
    from learning.registry import SHIPPED, read_registry

    shelf = Settings().models / kind
    finish(shelf)
    table = Table("when", "model", "by", "judged", "made of", "figures")
    for entry in read_registry(shelf):
        judged = _verdict(None if entry.passed is None else {"passed": entry.passed})
        table.add_row(
            f"{entry.at:%Y-%m-%d %H:%M}",
            f"{'back to ' if entry.back else ''}{entry.model or SHIPPED}",
            entry.by,
            f"{judged}: {entry.reason}" if entry.reason else judged,
            f"{entry.data_hash[:8]} {entry.code}".strip(),
            ", ".join(f"{name} {value:.3f}" for name, value in entry.metrics.items()),
        )
    screen().print(table)


@app.command("trial")
def try_model(
    kind: Which,
    model: Annotated[
        str | None, typer.Argument(help="A model that passed the gate, as `list` shows it.")
    ] = None,
    share: Annotated[float, typer.Option(help="Of the shoppers, above 0 and at most 1.")] = 0.2,
    stop: Annotated[bool, typer.Option("--stop", help="End the trial under way.")] = False,  # noqa: FBT002
) -> None:
    """Let a model answer some of the shoppers, or show what came of the trial under way.

    It is always the same shoppers, so that what they buy and whether they need a person can be held
    beside the others'. Promoting the model ends its trial, too.
    """
    from learning.registry import try_out

    settings = Settings()
    shelf = settings.models / kind
    if stop:
        end_trial(shelf)
        screen().print("The trial has ended: the model in use answers everybody.")
    elif model:
        _check(kind, find_model(shelf, model), settings)
        try_out(shelf, model, share=share)
        screen().print(f"{model} answers {share:.0%} of the shoppers.")
    elif (trial := current_trial(shelf)) is None:
        screen().print("No trial is under way.")
    else:
        screen().print(f"{trial.model}: {trial.share:.0%} since {trial.since:%Y-%m-%d %H:%M} UTC.")
        screen().print(_outcomes(_read_arms(settings, kind, trial)))


def _verdict(report: Mapping[str, Any] | None) -> str:
    if report is None:
        return "-"
    return "passed" if report.get("passed") else "refused"


def _read_arms(settings: Settings, kind: Kind, trial: "Trial") -> "list[Arm]":
    from db.engine import make_engine, session_factory
    from learning.trials import read_arms

    engine = make_engine(settings.database_url)
    try:
        with session_factory(engine)() as session:
            return read_arms(session, kind.value, trial)
    finally:
        engine.dispose()


def _outcomes(arms: "Sequence[Arm]") -> Table:
    """A column for each version; the last one tells how far the two of a trial lie apart."""
    from learning.trials import RATES, difference

    table = Table("", *(f"{arm.version}{' (on trial)' if arm.on_trial else ''}" for arm in arms))
    in_use, tried = arms if len(arms) == 2 and arms[1].on_trial else (None, None)
    if in_use and tried:
        table.add_column("difference, 95% between")
    table.add_row("shoppers", *(str(arm.shoppers) for arm in arms))
    for name in RATES:
        rates = [arm.rates.get(name) for arm in arms]
        if not any(rates):
            continue
        cells = [
            f"{rate.count} of {rate.of}: {rate.share:.1%} ({rate.low:.1%} to {rate.high:.1%})"
            if rate
            else "-"
            for rate in rates
        ]
        if in_use and tried and rates[0] and rates[1]:
            low, high = difference(rates[1], rates[0])
            cells.append(f"{low:+.1%} to {high:+.1%}")
        table.add_row(name.replace("_", " "), *cells)
    return table


def _check(kind: Kind, folder: Path, settings: Settings) -> None:
    """Refuse what would not serve here."""
    if kind is Kind.NLU:
        from nlu.card import check_files, read_card

        check_files(folder)
        read_card(folder)
        return
    from recommender.sequence.gate import check_model
    from recommender.sequence.sources import read_shop

    check_model(folder, read_shop(settings))
