"""Messages to learn from as files: Rasa's own training data, or a JSON object a line."""

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Literal

from nlu.dataset import Span, write_annotations
from nlu.wire import FALLBACK
from shop.learnable import Learnable, NamedEntity
from shop.learnable_stories import Story, write_stories

Format = Literal["rasa", "jsonl"]

# What a shopper typed that Rasa would take for an annotation.
_LIKE_ANNOTATION = re.compile(r"\](?=[({])")


def write_learnable(
    rows: Sequence[Learnable],
    file: Path,
    *,
    form: Format,
    stories: Sequence[Story] = (),
    wanted: Mapping[str, str] | None = None,
) -> int:
    """Write them for the eyes of the file's owner alone.

    Args:
        stories: dialogues turn by turn, which Rasa's form alone has a place for.
        wanted: intents that staff made and the dialogue does not know yet, with what they mean.

    Returns:
        How many were written. Rasa's form has none of messages that nobody could read.
    """
    file.touch(mode=0o600)
    if form == "jsonl":
        lines = [json.dumps(row.as_json(), ensure_ascii=False) for row in rows]
        file.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        return len(lines)
    known = [row for row in rows if row.intent != FALLBACK]
    said = f"{_tell_wanted(wanted or {})}{as_rasa(known)}{write_stories(stories)}"
    file.write_text(said, encoding="utf-8")
    return len(known)


def _tell_wanted(wanted: Mapping[str, str]) -> str:
    """Comments: what has to be done before the bot acts on these."""
    if not wanted:
        return ""
    names = [f"#   {name}: {' '.join(about.split())}\n" for name, about in sorted(wanted.items())]
    return f"# Made by staff. Add them to the domain, with what the bot is to do:\n{''.join(names)}"


def as_rasa(rows: Iterable[Learnable]) -> str:
    """Rasa 3's training data in YAML: intents with their annotated examples."""
    intents: defaultdict[str, list[str]] = defaultdict(list)
    for row in rows:
        text = _LIKE_ANNOTATION.sub(")", row.text)
        intents[row.intent].append(write_annotations(text, _spans(text, row.entities)))
    parts = ['version: "3.1"\n', "nlu:\n" if intents else "nlu: []\n"]
    for intent in sorted(intents):
        parts.append(f"- intent: {json.dumps(intent)}\n  examples: |\n")
        parts += [f"    - {example}\n" for example in intents[intent]]
    return "".join(parts)


def _spans(text: str, entities: Sequence[NamedEntity]) -> list[Span]:
    """Those that can be written inline: apart from each other, and without brackets in them."""
    spans: list[Span] = []
    for each in sorted(entities, key=lambda entity: (entity.start, -entity.end)):
        surface = text[each.start : each.end]
        apart = not spans or spans[-1].end <= each.start
        if apart and surface.strip() and not set(surface) & set("[]"):
            spans.append(Span(each.start, each.end, each.entity, each.role))
    return spans
