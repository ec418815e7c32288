"""What the gate looks at for a language model: two models' answers to the same messages."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median

from learning.gate import MARGIN, Check, kept_up, no_intent_dropped, not_worse
from learning.replay import Replay
from nlu.dataset import Example
from nlu.exam import Answer, figures, intent_rights

# How much worse each figure may be. Entities and moods are judged on some hundred rows, where one
# row is .1 to .2 points.
ENTITIES, MOODS = 0.01, 0.02
OUT_OF_SCOPE, CALIBRATION = 0.01, 0.02
# Of an intent's rows; and of the time that a message takes.
INTENT, SPEED = 0.1, 0.15
# Of real messages: more than this read otherwise is another bot, which a person should see first.
READ_OTHERWISE, NOT_UNDERSTOOD = 0.2, 0.03


@dataclass(frozen=True)
class Rows:
    """Messages whose meaning is known, and what both models make of them."""

    examples: Sequence[Example]
    before: Sequence[Answer]
    after: Sequence[Answer]

    @property
    def rights(self) -> tuple[list[bool], list[bool]]:
        """Whose intent the model in use got right, and the candidate."""
        return (
            intent_rights(self.examples, self.before),
            intent_rights(self.examples, self.after),
        )

    @property
    def figures(self) -> tuple[dict[str, float], dict[str, float]]:
        """Of the model in use, and of the candidate."""
        return figures(self.examples, self.before), figures(self.examples, self.after)


@dataclass(frozen=True)
class Stories:
    """Scripted conversations, each held with both models.

    Attributes:
        before, after: what went wrong in each, by its name; nothing where it went as written.
        missing: why they were not held; empty where they were.
    """

    before: dict[str, list[str]] = field(default_factory=dict)
    after: dict[str, list[str]] = field(default_factory=dict)
    missing: str = ""


def check_model(
    heldout: Rows,
    corrected: Rows,
    *,
    times: tuple[Sequence[float], Sequence[float]],
    stories: Stories,
    replay: Replay,
) -> list[Check]:
    """Everything that is asked of a candidate.

    Args:
        heldout: rows that no model learns from, the same for ever.
        corrected: the shop's own, of conversations that no model learns from.
        times: milliseconds of the same messages, taken by turns.
        stories: how the scripted conversations went.
        replay: how real messages are read.
    """
    before, after = heldout.figures
    checks = [
        not_worse("heldout", *heldout.rights, margin=MARGIN),
        _corrected(corrected),
        _intents(heldout, corrected),
    ]
    for name, figure, margin, less, what in (
        ("entities", "entity_f1", ENTITIES, False, "F1 of exact entities on the held-out rows."),
        ("moods", "sentiment_accuracy", MOODS, False, "Moods read right on the held-out rows."),
        (
            "out_of_scope",
            "oos_auroc",
            OUT_OF_SCOPE,
            False,
            "How well what the shop cannot serve is told apart: 1 is always, 0.5 is by chance.",
        ),
        (
            "calibration",
            "ece",
            CALIBRATION,
            True,
            "How far its confidence is from how often it is right; 0 is best.",
        ),
    ):
        checks.append(
            kept_up(
                name,
                before.get(figure),
                after.get(figure),
                margin=margin,
                detail=what,
                less_is_better=less,
            )
        )
    return [*checks, _speed(*times), _stories(stories), _replay(replay)]


def rows_by_intent(*parts: Rows) -> dict[str, tuple[int, int, int]]:
    """For each intent its rows, how many the model in use gets right, and the candidate."""
    counts: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    for part in parts:
        for example, was, now in zip(part.examples, *part.rights, strict=True):
            mine = counts[example.intent]
            mine[0] += 1
            mine[1] += was
            mine[2] += now
    return {intent: (n, was, now) for intent, (n, was, now) in sorted(counts.items())}


def _corrected(rows: Rows) -> Check:
    if rows.examples:
        return not_worse("corrected", *rows.rights, margin=MARGIN)
    return Check(
        "corrected",
        passed=True,
        before=None,
        after=None,
        margin=MARGIN,
        detail=(
            "Not judged: no corrected message is kept for it yet, so the held-out rows decide "
            "alone. They are not this shop's; correct more messages."
        ),
    )


def _intents(*parts: Rows) -> Check:
    intents = [example.intent for part in parts for example in part.examples]
    rights = [part.rights for part in parts]
    before = [right for was, _ in rights for right in was]
    after = [right for _, now in rights for right in now]
    return no_intent_dropped(intents, before, after, margin=INTENT)


def _speed(before: Sequence[float], after: Sequence[float]) -> Check:
    if not before or not after:
        return Check(
            "speed", passed=False, before=None, after=None, margin=SPEED, detail="No times."
        )
    # Taken by turns, each pair under the same load: the middle ratio is the machine's least.
    ratio = median(now / was for was, now in zip(before, after, strict=True))
    return Check(
        "speed",
        passed=ratio <= 1 + SPEED,
        before=median(before),
        after=median(after),
        margin=SPEED,
        detail=(
            f"Milliseconds a message; it takes {ratio:.2f} times as long (the middle of "
            f"{len(before)} messages read by turns)."
        ),
    )


def _stories(stories: Stories) -> Check:
    if stories.missing:
        return Check(
            "stories",
            passed=False,
            before=None,
            after=None,
            margin=0.0,
            detail=f"Not held: {stories.missing}",
        )
    whole = [sum(not wrong for wrong in each.values()) for each in (stories.before, stories.after)]
    broken = [
        name
        for name, wrong in stories.after.items()
        if wrong and not stories.before.get(name, ["not held"])
    ]
    found = f"Of {len(stories.after)} scripted conversations {whole[1]} go as written"
    found += f"; newly broken: {', '.join(broken)}." if broken else "; none is newly broken."
    return Check(
        "stories",
        passed=bool(stories.after) and not broken,
        before=float(whole[0]),
        after=float(whole[1]),
        margin=0.0,
        detail=found,
    )


def _replay(replay: Replay) -> Check:
    if not replay.messages:
        return Check(
            "replay",
            passed=True,
            before=None,
            after=None,
            margin=READ_OTHERWISE,
            detail="Not judged: no shopper who agreed to it has written anything yet.",
        )
    counts = Counter(kind for each in replay.differences for kind in each.kinds)
    share = counts["intent"] / replay.messages
    worse = (replay.not_understood[1] - replay.not_understood[0]) / replay.messages
    return Check(
        "replay",
        passed=share <= READ_OTHERWISE and worse <= NOT_UNDERSTOOD,
        before=replay.not_understood[0] / replay.messages,
        after=replay.not_understood[1] / replay.messages,
        margin=NOT_UNDERSTOOD,
        detail=(
            f"Of the last {replay.messages} messages of {replay.conversations} conversations "
            f"{counts['intent']} are read as another intent, {counts['entities']} with other "
            f"entities, {counts['sentiment']} in another mood; not understood are "
            f"{replay.not_understood[1]}, before {replay.not_understood[0]}."
        ),
    )
