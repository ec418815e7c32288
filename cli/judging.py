"""`shopkeeper models judge nlu`: a candidate beside the model in use, on everything there is."""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cli.training import Progressing
from common.model_shelf import find_model
from common.settings import Settings
from db.engine import make_engine, session_factory
from db.migrate import upgrade

if TYPE_CHECKING:
    from learning.evidence import Rows, Stories
    from learning.lessons import Lesson
    from learning.replay import Replay, Turn
    from nlu.dataset import Example
    from nlu.predictor import Predictor

# Messages that both models read by turns, for their speed.
_TIMED = 150


def judge_nlu(
    settings: Settings,
    name: str,
    *,
    conversations: int,
    talk: bool = True,
    progress: Progressing | None = None,
) -> dict[str, Any]:
    """Hold a candidate against the model in use, and write its report beside it.

    Args:
        settings: of the shop.
        name: of the candidate.
        conversations: so many of the last ones are read again.
        talk: hold whole conversations with both in a private shop. Without that no candidate
            passes, since nobody knows what the bot would say.
        progress: told which part is under way.

    Returns:
        The report.

    Raises:
        UnknownModel: there is no such candidate.
        AdapterError: the candidate or the model in use is damaged.
    """
    from learning.evidence import Stories, check_model
    from learning.gate import judge
    from learning.registry import name_in_use
    from learning.replay import compare
    from learning.report import build, of_language, write
    from nlu.card import read_card
    from nlu.exam import answer
    from nlu.loading import current_adapter, load

    progress = progress or Progressing(None)
    shelf = settings.models / "nlu"
    folder, in_use, beside = find_model(shelf, name), current_adapter(settings), name_in_use(shelf)
    progress.tell("load", 0, 2)
    models = [load(each, settings=settings).predictor for each in (in_use, folder)]
    progress.tell("read", 0, 4)
    lessons, turns = _read_shop(settings, conversations=conversations)
    heldout = _rows(models, _heldout(models))
    progress.tell("read", 1, 4)
    corrected = _rows(models, [lesson.example for lesson in lessons])
    progress.tell("read", 2, 4)
    said = [turn for turn in turns if not turn.tapped]
    answers = [answer(model, [turn.text for turn in said]) for model in models]
    replay = compare(said, *answers)
    progress.tell("read", 3, 4)
    times = _time_by_turns(models, [row.text for row in heldout.examples])
    stories = Stories(missing="it was asked for without them (--no-talk).")
    if talk:
        stories, replay = _talk(settings, (in_use, folder), turns, replay, progress)
    verdict = judge(check_model(heldout, corrected, times=times, stories=stories, replay=replay))
    report = build(
        folder,
        verdict,
        kind="nlu",
        beside=beside,
        card={"data_hash": read_card(folder).data_hash, "origin": read_card(folder).origin},
        headline=heldout.figures[1],
        more=of_language(heldout, corrected, stories=stories, replay=replay),
    )
    _note(settings, folder, turns)
    write(folder, report)
    return report


def _rows(models: "Sequence[Predictor]", examples: "Sequence[Example]") -> "Rows":
    from learning.evidence import Rows
    from nlu.exam import answer

    before, after = (answer(model, [row.text for row in examples]) for model in models)
    return Rows(examples, before, after)


def _heldout(models: "Sequence[Predictor]") -> "list[Example]":
    """The rows that ship for judging, where either model knows what they are about."""
    from nlu.dataset import DATA, read_folder

    rows = [row for part in ("heldout", "heldout2") for row in read_folder(DATA / part)]
    wanted = {row.intent for row in rows}
    known = [set(model.labels.intents) for model in models]
    return rows if any(wanted <= each for each in known) else []


def _read_shop(settings: Settings, *, conversations: int) -> "tuple[list[Lesson], list[Turn]]":
    """The exam of corrected messages, and what was said last."""
    from learning.lessons import read_lessons, surfaces_of
    from learning.replay import read_turns
    from nlu.dataset import DATA, read_folder, read_intents

    upgrade(settings.database_url)
    engine = make_engine(settings.database_url, pool_size=2)
    try:
        with session_factory(engine)() as session:
            lessons = read_lessons(
                session,
                key=settings.secret_key,
                intents=read_intents(),
                surfaces=surfaces_of(read_folder(DATA / "train")),
                new_intents=True,
            )
            turns = read_turns(session, key=settings.secret_key, conversations=conversations)
    finally:
        engine.dispose()
    return list(lessons.gate), turns


def _time_by_turns(
    models: "Sequence[Predictor]", texts: Sequence[str]
) -> tuple[list[float], list[float]]:
    """Milliseconds of each text with each model, one right after the other."""
    from nlu.exam import parser_without_shop

    parsers = [parser_without_shop(model) for model in models]
    times: tuple[list[float], list[float]] = ([], [])
    for number, text in enumerate(texts[:_TIMED]):
        # Each goes first every other time: the second finds the text in the processor's memory.
        order = (0, 1) if number % 2 else (1, 0)
        for place in order:
            started = time.perf_counter()
            parsers[place].parse([text])
            times[place].append((time.perf_counter() - started) * 1000)
    return times


def _talk(
    settings: Settings,
    folders: tuple[Path, Path],
    turns: "Sequence[Turn]",
    replay: "Replay",
    progress: Progressing,
) -> "tuple[Stories, Replay]":
    from cli.private_talk import talk_with_both

    return talk_with_both(settings, folders, turns=turns, replay=replay, progress=progress)


def _note(settings: Settings, folder: Path, turns: "Sequence[Turn]") -> None:
    """Have an erasure find the report, which quotes conversations."""
    from learning.registry import PAGE, REPORT
    from shop.privacy.coverage import Person
    from shop.privacy.traces import note_export

    quoted = Person(frozenset(), frozenset(turn.id for turn in turns))
    engine = make_engine(settings.database_url, pool_size=2)
    try:
        with session_factory(engine)() as session:
            for name in (REPORT, PAGE):
                note_export(session, folder / name, quoted)
            session.commit()
    finally:
        engine.dispose()


def summary(report: dict[str, Any]) -> list[tuple[str, str, str, str, str]]:
    """A row a check for a terminal: passed, name, before, after, detail."""
    return [
        (
            "yes" if check["passed"] else "NO",
            check["name"],
            _figure(check["before"]),
            _figure(check["after"]),
            check["detail"],
        )
        for check in report["checks"]
    ]


def _figure(value: float | None) -> str:
    return "-" if value is None else f"{value:.4g}"
