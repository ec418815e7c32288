"""What conversations teach: the shop's corrected messages, told apart into lessons and an exam.

A conversation belongs to the lessons or to the exam for good, by a hash of its pseudonym: no model
of this shop ever learns from a conversation that any of its models is judged on. Only the wording
of a lesson may turn up in a later exam; such a row is left out of the exam.
"""

import hashlib
import random
import re
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy.orm import Session

from learning.weak_labels import read_weak_labels
from nlu.dataset import Example, Span
from nlu.hygiene import FEWEST_ROWS, fold
from nlu.labels import ENTITIES, ROLES
from nlu.wire import FALLBACK
from shop.learnable import Hint, Learnable, NamedEntity, read_learnable

# How much of what staff corrected is kept for the exam.
GATE_SHARE = 0.2
# The exam is about how shoppers write now.
MOST_JUDGED = 1000
# A hint that is less sure than this teaches as much wrong as right.
LEAST_STRENGTH = 0.6

_PLACEHOLDER = re.compile(r"\[(email|phone|card|order|name|address)\]")
# What stands where something personal stood. A card number is no entity of ours.
_ENTITY_OF = {
    "email": "email",
    "phone": "phone",
    "order": "order_id",
    "name": "person",
    "address": "address",
}

Surfaces = Mapping[str, Sequence[str]]
# Finds rows that are likely labelled wrongly: their places among those given.
FindErrors = Callable[[Sequence[Example]], Collection[int]]


@dataclass(frozen=True, slots=True)
class Lesson:
    """One corrected message, nobody's data in it.

    Attributes:
        conversation, message: pseudonyms.
        said_at: the day, as in 2026-11-21.
        weak: nobody said so; what staff did tells it.
    """

    example: Example
    conversation: str
    message: str
    said_at: str
    weak: bool = False


@dataclass(frozen=True, slots=True)
class SetAside:
    """A message that is not learnt from, and why.

    Attributes:
        reason: conflict, likely_error, unknown_intent or rare_intent.
    """

    lesson: Lesson
    reason: str


@dataclass(frozen=True)
class Lessons:
    """What there is to learn, what is kept for the exam, and what was set aside."""

    rows: tuple[Lesson, ...] = ()
    gate: tuple[Lesson, ...] = ()
    aside: tuple[SetAside, ...] = field(default=())

    @property
    def examples(self) -> list[Example]:
        """What is learnt."""
        return [lesson.example for lesson in self.rows]

    @property
    def counts(self) -> dict[str, int]:
        """How many messages of which kind, for a model's card."""
        reasons = [each.reason for each in self.aside]
        return {
            "learnt": len(self.rows),
            "weak": sum(lesson.weak for lesson in self.rows),
            "judged_on": len(self.gate),
            **{reason: reasons.count(reason) for reason in sorted(set(reasons))},
        }


def is_for_gate(conversation: str, *, share: float = GATE_SHARE) -> bool:
    """Whether a conversation is for the exam: the same answer for ever."""
    digest = hashlib.sha256(f"gate\0{conversation}".encode()).digest()
    return int.from_bytes(digest[:8]) < share * 2**64


def surfaces_of(examples: Sequence[Example]) -> dict[str, list[str]]:
    """How our own rows write each entity: made-up names, numbers and addresses among them."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for example in examples:
        for span in example.spans or ():
            found[span.entity].add(example.text[span.start : span.end])
    return {entity: sorted(surfaces) for entity, surfaces in found.items()}


def read_lessons(
    session: Session,
    *,
    key: str,
    intents: Collection[str],
    surfaces: Surfaces,
    new_intents: bool = False,
    find_errors: FindErrors | None = None,
    weak: bool = False,
) -> Lessons:
    """Everything that staff corrected in conversations whose shoppers agreed.

    Args:
        session: of the shop's database.
        key: SHOPKEEPER_SECRET_KEY, which makes the pseudonyms.
        intents: those that the bot answers.
        surfaces: what may stand for what was masked, by entity.
        new_intents: learn others, too, where there are rows enough.
        find_errors: finds likely wrong labels.
        weak: learn what the acts of staff tell, too; what was corrected holds before it.
    """
    said = read_learnable(session, key=key, hints=_read_hints if weak else None)
    rows = [as_lesson(row, surfaces) for row in said if row.corrected or row.weak]
    return sort_lessons(rows, intents=intents, new_intents=new_intents, find_errors=find_errors)


def _read_hints(session: Session, messages: Collection[int]) -> dict[int, Hint]:
    """What staff's acts say that messages mean, where that is likely enough to be learnt."""
    return {
        number: Hint(hint.intent, hint.source)
        for number, hint in read_weak_labels(session, messages).items()
        if hint.intent is not None and hint.strength >= LEAST_STRENGTH
    }


def sort_lessons(
    rows: Sequence[Lesson],
    *,
    intents: Collection[str],
    new_intents: bool = False,
    find_errors: FindErrors | None = None,
) -> Lessons:
    """Tell lessons, exam and what is fit for neither apart.

    The exam is not cleaned by a model's opinion: what a model doubts may be what it should learn.
    """
    rows = [row for row in rows if row.example.intent != FALLBACK and fold(row.example.text)]
    corrected = {fold(row.example.text) for row in rows if not row.weak}
    rows = [row for row in rows if not row.weak or fold(row.example.text) not in corrected]
    ours = [row for row in rows if not is_for_gate(row.conversation)]
    aside: list[SetAside] = []

    def set_aside(gone: Collection[int], reason: str) -> None:
        nonlocal ours
        aside.extend(SetAside(ours[n], reason) for n in sorted(gone))
        ours = [row for n, row in enumerate(ours) if n not in gone]

    by_intent: defaultdict[str, list[int]] = defaultdict(list)
    for n, row in enumerate(ours):
        by_intent[row.example.intent].append(n)
    strange = {name: places for name, places in by_intent.items() if name not in intents}
    rare = [n for places in strange.values() if len(places) < FEWEST_ROWS for n in places]
    unknown = [n for places in strange.values() for n in places]
    set_aside(rare if new_intents else unknown, "rare_intent" if new_intents else "unknown_intent")
    labels: defaultdict[str, set[str]] = defaultdict(set)
    for row in ours:
        labels[fold(row.example.text)].add(row.example.intent)
    set_aside(
        {n for n, row in enumerate(ours) if len(labels[fold(row.example.text)]) > 1}, "conflict"
    )
    if find_errors and ours:
        set_aside(set(find_errors([row.example for row in ours])), "likely_error")
    learnt = {row.example.intent for row in ours} | set(intents)
    gate = _exam(rows, known={fold(row.example.text) for row in rows if not _judged(row)})
    return Lessons(
        tuple(ours), tuple(row for row in gate if row.example.intent in learnt), tuple(aside)
    )


def _judged(row: Lesson) -> bool:
    return is_for_gate(row.conversation)


def _exam(rows: Sequence[Lesson], *, known: Collection[str]) -> list[Lesson]:
    """The newest corrected messages of the exam's conversations, without what lessons say too."""
    exam = [
        row for row in rows if _judged(row) and not row.weak and fold(row.example.text) not in known
    ]
    return sorted(exam, key=lambda row: (row.said_at, row.message))[-MOST_JUDGED:]


def as_lesson(row: Learnable, surfaces: Surfaces) -> Lesson:
    """A message as a model learns it: made-up values where something personal was masked."""
    example = Example(row.text, row.intent, row.sentiment, _spans(row.entities))
    filled = fill_in(example, surfaces, seed=row.message)
    weak = not row.corrected
    return Lesson(filled, row.conversation, row.message, row.said_at, weak)


def _spans(entities: Sequence[NamedEntity]) -> tuple[Span, ...]:
    """Those that a model can learn, none over another."""
    spans: list[Span] = []
    for each in sorted(entities, key=lambda entity: (entity.start, -entity.end)):
        learnable = each.entity in ENTITIES and each.role in ROLES
        if learnable and (not spans or spans[-1].end <= each.start):
            spans.append(Span(each.start, each.end, each.entity, each.role))
    return tuple(spans)


def fill_in(example: Example, surfaces: Surfaces, *, seed: str) -> Example:
    """The same message with something made up for each placeholder.

    A model that learns `[name]` has learnt nothing of names. The same message is always filled in
    the same way.

    Args:
        example: with placeholders as masking leaves them.
        surfaces: what may stand for each entity; a placeholder stays where there is nothing.
        seed: decides.
    """
    rng = random.Random(seed)  # noqa: S311 - reproducible, not secret
    spans = list(example.spans or ())
    text, done = example.text, 0
    while match := _PLACEHOLDER.search(text, done):
        entity = _ENTITY_OF.get(match[1], "")
        choices = surfaces.get(entity, ())
        done = match.end()
        if not choices:
            continue
        made_up = rng.choice(choices)
        start, end = match.span()
        done, grown = start + len(made_up), len(made_up) - (end - start)
        text = text[:start] + made_up + text[end:]
        kept = [span for span in spans if span.end <= start or span.start >= end]
        moved = [
            replace(span, start=span.start + grown, end=span.end + grown)
            if span.start >= end
            else span
            for span in kept
        ]
        spans = sorted([*moved, Span(start, done, entity)], key=lambda span: span.start)
    return replace(example, text=text, spans=tuple(spans))
