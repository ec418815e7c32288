"""`shopkeeper train nlu --from-conversations`: what staff corrected, taught to the model.

The new model is a candidate: it lies on the shelf and serves nobody before it was judged.
"""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cli.ending import cleaning_up
from cli.screen import screen
from cli.training import training_progress
from common.errors import BadRequest, Conflict
from common.settings import Settings, load_settings

if TYPE_CHECKING:
    from learning.lessons import Lessons
    from nlu.dataset import Example
    from nlu.recipe import Epoch
    from nlu.training import Trained

_DRAFTS = ".draft-"
# Rows that ship, beside which the shop's own are judged.
_JUDGES = 1000


@dataclass(frozen=True)
class Wanted:
    """How to train, as the command line has it.

    Attributes:
        data: rows to learn besides; those that ship by default.
        output: the candidate's folder; a new one on the shelf by default.
        whole: from the start, over all rows; else what ships learns the lessons on top.
        weak: learn what the acts of staff tell, too.
        new_intents: learn intents that the bot does not answer, too.
    """

    data: Path | None = None
    output: Path | None = None
    device: str | None = None
    seed: int = 7
    epochs: int | None = None
    whole: bool = False
    weak: bool = False
    new_intents: bool = False
    progress_file: Path | None = None


def train_from_conversations(wanted: Wanted) -> Path:
    """Train a candidate.

    Ended early, it leaves nothing; started again, it begins anew.

    Returns:
        Its folder.

    Raises:
        BadRequest: there is nothing to learn, or the folder is taken.
        Conflict: another such training is under way.
    """
    from nlu.dataset import DATA
    from nlu.shelf import new_folder
    from nlu.sources import read_examples

    settings = load_settings()
    shelf = settings.models / "nlu"
    folder = wanted.output or new_folder(shelf)
    if _was_made_before(folder):
        screen().print(f"{folder} has been trained already.")
        return folder
    known = read_examples(wanted.data or DATA / "train")
    with cleaning_up(), _draft_beside(folder) as draft:
        lessons, heard = _read(settings, known, wanted)
        screen().print(f"Messages: {_counted(lessons)}.", highlight=False)
        if not lessons.rows:
            raise BadRequest(
                "There is nothing to learn yet: correct messages in the console first. One in "
                "five conversations is kept to judge by, and only those of shoppers who agreed "
                "to it count."
            )
        trained = _train(settings, lessons.examples, known, wanted)
        trained = _with_origin(trained, lessons, wanted, known)
        trained.save(draft)
        _write_set_aside(settings, lessons, draft / "set_aside.jsonl", folder, heard)
        draft.rename(folder)
    screen().print(
        f"Saved in {folder}, trained in {trained.seconds:.0f} s. It serves nobody yet: "
        f"`shopkeeper models judge nlu {folder.name}` holds it against the model in use."
    )
    return folder


def _was_made_before(folder: Path) -> bool:
    """Whether this very job had come to its end when it was broken off.

    Raises:
        BadRequest: something else is there.
    """
    from nlu.card import read_card

    if not folder.exists():
        return False
    job = os.environ.get("SHOPKEEPER_JOB")
    if job and read_card(folder).origin.get("job") == job:
        return True
    raise BadRequest(f"{folder} is there already: name another folder.")


@contextmanager
def _draft_beside(folder: Path) -> Iterator[Path]:
    """A folder that is renamed when all is in it; what others left unfinished goes."""
    shelf = folder.parent
    shelf.mkdir(parents=True, exist_ok=True)
    with (shelf / ".training.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Conflict(f"A training into {shelf} is under way: wait for its end.") from None
        for left in shelf.glob(f"{_DRAFTS}*"):
            shutil.rmtree(left, ignore_errors=True)
        with tempfile.TemporaryDirectory(dir=shelf, prefix=_DRAFTS) as scratch:
            yield Path(scratch) / "model"


def _read(
    settings: Settings, known: "list[Example]", wanted: Wanted
) -> "tuple[Lessons, dict[str, str]]":
    """The lessons, and the conversation behind each pseudonym."""
    from db.engine import make_engine, session_factory
    from db.migrate import upgrade
    from learning.lessons import read_lessons, surfaces_of
    from nlu.dataset import read_intents
    from shop.learnable import consenting_conversations
    from shop.privacy.pseudonyms import pseudonym

    upgrade(settings.database_url)
    ours = {example.intent for example in known}
    intents = ours if wanted.data else ours | set(read_intents())
    key = settings.secret_key
    engine = make_engine(settings.database_url, pool_size=2)
    try:
        with session_factory(engine)() as session:
            lessons = read_lessons(
                session,
                key=key,
                intents=intents,
                surfaces=surfaces_of(known),
                new_intents=wanted.new_intents,
                weak=wanted.weak,
                find_errors=partial(_likely_errors, settings, known),
            )
            heard = {
                pseudonym("conversation", each, key=key): each
                for each in consenting_conversations(session, since=None)
            }
    finally:
        engine.dispose()
    return lessons, heard


def _likely_errors(
    settings: Settings, known: "list[Example]", rows: "Sequence[Example]"
) -> set[int]:
    """Which of these rows are probably labelled wrongly, beside some that ship."""
    from nlu.further import draw
    from nlu.hygiene import likely_errors
    from nlu.loading import current_adapter, load
    from nlu.out_of_fold import out_of_fold

    if not rows:
        return set()
    drawn = draw([row for row in known if row.tells_intent], count=_JUDGES, seed=7)
    beside = [*rows, *drawn]
    embedder = load(current_adapter(settings), settings=settings).embedder
    texts, labels = [row.text for row in beside], [row.intent for row in beside]
    probabilities, names = out_of_fold(embedder.embed(texts), labels)
    found = likely_errors(texts, labels, probabilities, names=names)
    return {error.row for error in found if error.row < len(rows)}


def _counted(lessons: "Lessons") -> str:
    said = {
        "learnt": "to learn from",
        "weak": "of them told by what staff did",
        "judged_on": "kept to judge by",
        "conflict": "labelled in two ways",
        "likely_error": "likely labelled wrongly",
        "unknown_intent": "of intents that the bot does not answer",
        "rare_intent": "of new intents with too few rows",
    }
    return ", ".join(f"{count} {said[name]}" for name, count in lessons.counts.items())


def _train(
    settings: Settings, lessons: "list[Example]", known: "list[Example]", wanted: Wanted
) -> "Trained":
    from nlu.card import PACKAGED
    from nlu.dataset import DATA, read_folder
    from nlu.further import choose_further_recipe, learn_further
    from nlu.hygiene import fold
    from nlu.recipe import choose_recipe
    from nlu.training import train

    device = wanted.device or settings.device
    base = settings.base_model or PACKAGED
    with training_progress(screen(), tell_epoch, file=wanted.progress_file) as (on_step, on_epoch):
        if not wanted.whole and wanted.data is None and base == PACKAGED:
            return learn_further(
                lessons,
                known=known,
                aside=read_folder(DATA / "validation"),
                recipe=choose_further_recipe(seed=wanted.seed, epochs=wanted.epochs),
                device=device,
                on_epoch=on_epoch,
                on_step=on_step,
            )
        # Where the shop reads one of our rows otherwise, the shop is right.
        said = {fold(lesson.text) for lesson in lessons}
        rows = [row for row in known if fold(row.text) not in said] + lessons
        labels = len({row.intent for row in rows})
        return train(
            rows,
            recipe=choose_recipe(len(rows), labels=labels, seed=wanted.seed, epochs=wanted.epochs),
            base=base,
            device=device,
            on_epoch=on_epoch,
            on_step=on_step,
        )


def _with_origin(
    trained: "Trained", lessons: "Lessons", wanted: Wanted, known: "list[Example]"
) -> "Trained":
    """Its card with who, when and from what, and without any word that only shoppers said."""
    from learning.lessons import GATE_SHARE
    from learning.registry import acting_person, code_version
    from nlu.card import SHIPPED, read_card
    from nlu.dataset import fingerprint
    from nlu.lexicon import read_lexicon
    from nlu.spelling import TRUSTED, count_pairs, count_words

    made = trained.adapter
    origin: dict[str, Any] = {
        "from": "conversations",
        "how": "whole" if wanted.whole or wanted.data else "further",
        "by": acting_person(),
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "code": code_version(),
        "started_from": read_card(SHIPPED).data_hash[:16],
        "rows": lessons.counts | {"known": len(known)},
        "lessons_hash": fingerprint(lessons.examples),
        "gate_share": GATE_SHARE,
        "seconds": round(trained.seconds, 1),
    }
    if job := os.environ.get("SHOPKEEPER_JOB"):
        origin["job"] = job
    card = replace(made.card, origin=origin)
    if card.words and origin["how"] == "whole":
        said = [*(row.text for row in known), *read_lexicon().phrases * TRUSTED]
        card = replace(card, words=count_words(said), pairs=count_pairs(said))
    return replace(trained, adapter=replace(made, card=card))


def _write_set_aside(
    settings: Settings, lessons: "Lessons", draft: Path, folder: Path, heard: dict[str, str]
) -> None:
    """What was not learnt and why, noted so that an erasure finds it."""
    import json
    from dataclasses import asdict

    from db.engine import make_engine, session_factory
    from shop.privacy.coverage import Person
    from shop.privacy.traces import note_export

    if not lessons.aside:
        return
    engine = make_engine(settings.database_url, pool_size=2)
    try:
        with session_factory(engine)() as session:
            of = frozenset(
                heard[each.lesson.conversation]
                for each in lessons.aside
                if each.lesson.conversation in heard
            )
            note_export(session, folder / draft.name, Person(frozenset(), of))
            session.commit()
    finally:
        engine.dispose()
    draft.touch(mode=0o600)
    lines = [json.dumps(asdict(each), ensure_ascii=False) for each in lessons.aside]
    draft.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def tell_epoch(epoch: "Epoch") -> str:
    """One line on where a training of the NLU stands."""
    return (
        f"{epoch.number:2}/{epoch.of} loss {epoch.loss:.3f}, set aside: intents "
        f"{epoch.intent_accuracy:.3f} entities {epoch.entity_f1:.3f} "
        f"sentiment {epoch.sentiment_f1:.3f}, {epoch.seconds:.0f} s"
    )
