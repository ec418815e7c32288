"""`shopkeeper conversations`: what shoppers allowed to be learnt from, as files."""

import os
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from common.errors import BadRequest
from common.settings import load_settings
from db.engine import make_engine, session_factory
from db.migrate import upgrade
from shop.privacy.coverage import Person
from shop.privacy.traces import note_export

app = typer.Typer(help="What was said, for training.", no_args_is_help=True)


class Form(StrEnum):
    """What an export is written as."""

    rasa = "rasa"
    jsonl = "jsonl"


_SUFFIXES = {Form.rasa: ".yml", Form.jsonl: ".jsonl"}


@app.callback()
def conversations() -> None:
    """What was said, for training."""


@app.command()
def export(
    *,
    form: Annotated[
        Form, typer.Option("--format", help="Rasa's training data, or a JSON object a line.")
    ],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="The file; by default under HOME.")
    ] = None,
    since: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="Only what was said from this day on."),
    ] = None,
    corrected: Annotated[
        bool, typer.Option("--corrected", help="Only what staff have looked at.")
    ] = False,
    weak: Annotated[
        bool,
        typer.Option("--weak", help="Where staff said nothing, learn from what agents did."),
    ] = False,
    stories: Annotated[
        bool, typer.Option(help="Dialogues turn by turn as well (Rasa's form alone).")
    ] = True,
    masked: Annotated[
        bool, typer.Option(help="Put placeholders over names, addresses and numbers.")
    ] = True,
) -> None:
    """Write messages of shoppers who agreed to it, each wording once, under pseudonyms."""
    # Imported here: every other command starts sooner without them.
    from learning.corrections import list_wanted_intents
    from learning.weak_labels import read_hints
    from shop.learnable import consenting_conversations, read_learnable, read_turns
    from shop.learnable_files import write_learnable
    from shop.learnable_stories import Story, read_stories
    from shop.privacy.dialogues import Dialogues

    os.nice(10)
    settings = load_settings()
    upgrade(settings.database_url)
    file = output or settings.new_export("conversations", _SUFFIXES[form])
    if file.exists():
        raise BadRequest(f"{file} is there already: name another file.")
    if not file.parent.is_dir():
        raise BadRequest(f"There is no folder {file.parent}: make it first.")
    moment = since.replace(tzinfo=UTC) if since else None
    engine = make_engine(settings.database_url, pool_size=2)
    told: list[Story] = []
    with session_factory(engine)() as session:
        who = consenting_conversations(session, since=moment)
        key = settings.secret_key
        hints = read_hints if weak else None
        rows = read_learnable(session, key=key, since=moment, masked=masked, hints=hints)
        if stories and form is Form.rasa:
            turns, discarded = read_turns(session, key=key, since=moment, masked=masked)
            dialogues = Dialogues(settings.rasa_database_url)
            told = read_stories(dialogues, who, turns, discarded=discarded, key=key)
        wanted = {row.name: row.description for row in list_wanted_intents(session)}
        # First noted, then written: an erasure finds also what a crash left half done.
        note_export(session, file, Person(frozenset(), who))
        session.commit()
    engine.dispose()
    rows = [row for row in rows if row.corrected or not corrected]
    written = write_learnable(rows, file, form=form.value, stories=told, wanted=wanted)
    by_staff, hinted = sum(row.corrected for row in rows), sum(row.weak is not None for row in rows)
    typer.echo(
        f"{file}: {written:,} wordings of {len(who):,} conversations, {by_staff:,} corrected"
        f"{f', {hinted:,} by what agents did' if weak else ''}"
        f"{f', {len(told):,} stories' if told else ''}."
    )
    if not masked:
        typer.secho(
            "Not masked: names, addresses and numbers stand in it as they were typed.",
            fg="yellow",
            err=True,
        )
