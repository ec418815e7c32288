"""Messages with what is personal in them marked, and how well masking finds it."""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from nlu.masking.spans import Personal

_MARK = re.compile(r"\[(?P<surface>[^\[\]]+)\]\((?P<kind>\w+)\)")


@dataclass(frozen=True)
class Marked:
    """A message, and (start, end, kind) of what is marked."""

    text: str
    spans: tuple[tuple[int, int, str], ...]


@dataclass
class Score:
    """How much of each kind was found, and what was damaged."""

    marked: Counter[str] = field(default_factory=Counter)
    hidden: Counter[str] = field(default_factory=Counter)
    product_words: int = 0
    damaged_products: int = 0
    misses: list[str] = field(default_factory=list)

    def share(self, *kinds: str) -> float:
        """Of these kinds, how much was put out of sight."""
        return sum(self.hidden[k] for k in kinds) / sum(self.marked[k] for k in kinds)

    @property
    def damage(self) -> float:
        """Of the words of goods, how many were."""
        return self.damaged_products / self.product_words


def read_half(name: str, *, file: str = "messages.yml") -> list[Marked]:
    """The rows of one half."""
    rows = yaml.safe_load((Path(__file__).parent / file).read_text("utf-8"))[name]
    return [_read(row) for row in rows]


def _read(row: str) -> Marked:
    text, spans, done = "", [], 0
    for match in _MARK.finditer(row):
        text += row[done : match.start()]
        spans.append((len(text), len(text) + len(match["surface"]), match["kind"]))
        text += match["surface"]
        done = match.end()
    return Marked(text + row[done:], tuple(spans))


def score(rows: Sequence[Marked], find: Callable[[str], list[Personal]]) -> Score:
    """What is hidden is so in full, whichever placeholder stands there: none of its letters or
    digits is left. A word of goods is damaged where any of it is gone."""
    result = Score()
    for row in rows:
        gone = {n for each in find(row.text) for n in range(each.start, each.end)}
        for start, end, kind in row.spans:
            surface = row.text[start:end]
            if kind == "product":
                for word in re.finditer(r"\S+", surface):
                    result.product_words += 1
                    if gone & set(range(start + word.start(), start + word.end())):
                        result.damaged_products += 1
                        result.misses.append(f"damaged {surface!r} in {row.text!r}")
                continue
            result.marked[kind] += 1
            left = [n for n in range(start, end) if row.text[n].isalnum() and n not in gone]
            if left:
                result.misses.append(f"{kind} {surface!r} in {row.text!r}")
            else:
                result.hidden[kind] += 1
    return result
