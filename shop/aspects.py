"""What buyers write about: aspects of goods, their sides, and the words for them."""

import functools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Literal

import yaml

from db.tables.catalog import Product
from shop.patterns import PhraseIndex
from shop.stems import stems

Mood = Literal["good", "bad"]
# What neither side's words mean: something else that looks like one.
ELSE = "else"


@dataclass(frozen=True, slots=True)
class Pole:
    """One side of an aspect: "runs small".

    Attributes:
        mood: praise or complaint.
        denied: the side that its denial speaks for, if any.
        yields: whether it counts only for those who say nothing else about the aspect.
        aside: whether it says nothing of the other sides.
    """

    name: str
    mood: Mood
    denied: str | None = None
    yields: bool = False
    aside: bool = False


@dataclass(frozen=True, slots=True)
class Aspect:
    """Something that goods have more or less of.

    Attributes:
        facts: what the shop itself may call it, each as the stems of its words.
        needs: stems of words of a product that has the aspect at all; empty where any may.
        field: of a product, where asking about the aspect asks for that first.
        broad: whether its sides hold too much for a yes or no.
    """

    name: str
    poles: dict[str, Pole]
    facts: frozenset[frozenset[str]]
    needs: frozenset[str] = frozenset()
    field: str | None = None
    broad: bool = False


# An aspect, and the side of it that is meant; None for no side, `ELSE` for something else.
Side = tuple[str, str | None]


@dataclass(frozen=True)
class Lexicon:
    """The aspects, and indexes of the phrases that mean them.

    Attributes:
        said: what reviews say.
        asked: what questions ask.
        overall: questions about the reviews as a whole, by kind.
        cues: what turns a phrase's meaning (`emphatic`, `hearsay`, `agreeing`).
        negators, breaks, hedges, open: single words; see the files.
        fillers: words that carry nothing in a question about reviews.
    """

    aspects: dict[str, Aspect]
    said: PhraseIndex[Side]
    asked: PhraseIndex[Side]
    overall: PhraseIndex[str]
    cues: PhraseIndex[str]
    negators: frozenset[str]
    breaks: frozenset[str]
    hedges: frozenset[str]
    open: frozenset[str]
    fillers: frozenset[str]

    def pole(self, aspect: str, pole: str) -> Pole:
        """One side by its names."""
        return self.aspects[aspect].poles[pole]


@functools.cache
def load_aspects() -> Lexicon:
    """All languages in one: a shop's reviews need not be in its shoppers' language."""
    folder = files("shop") / "lexicon" / "aspects"
    sources = sorted((f for f in folder.iterdir() if f.name.endswith(".yml")), key=lambda f: f.name)
    contents = [yaml.safe_load(source.read_text(encoding="utf-8")) for source in sources]
    breaks = _words(contents, "breaks")
    return Lexicon(
        aspects=_aspects(contents),
        said=PhraseIndex(_said(contents), breaks=breaks),
        asked=PhraseIndex(_asked(contents), breaks=frozenset()),
        overall=PhraseIndex(_by_kind(contents, "overall"), breaks=frozenset()),
        cues=PhraseIndex(_cues(contents), breaks=breaks),
        negators=_words(contents, "negators"),
        breaks=breaks,
        hedges=_words(contents, "hedges"),
        open=_words(contents, "open"),
        fillers=frozenset(word for c in contents for word in c.get("fillers", "").split()),
    )


def aspects_of(product: Product) -> list[str]:
    """The names of the aspects that a product has at all: a scarf has no battery."""
    # Not by its description: "wash by hand" makes no hand cream, nor does the colour cream.
    told = f"{product.title} {product.category} {product.product_type or ''}"
    words = stems(told) - stems(product.color or "")
    aspects = load_aspects().aspects.values()
    return [aspect.name for aspect in aspects if not aspect.needs or aspect.needs & words]


def _aspects(contents: list[dict[str, Any]]) -> dict[str, Aspect]:
    # English, the first, says what the aspects are; the others add their words.
    return {
        name: Aspect(
            name=name,
            poles={
                pole: Pole(
                    name=pole,
                    mood=told["mood"],
                    denied=told.get("denied"),
                    yields=told.get("yields", False),
                    aside=told.get("aside", False),
                )
                for pole, told in aspect["poles"].items()
            },
            facts=frozenset(stems(fact) for fact in _listed(contents, name, "facts")),
            needs=stems(" ".join(_listed(contents, name, "needs"))),
            field=aspect.get("field"),
            broad=aspect.get("broad", False),
        )
        for name, aspect in contents[0]["aspects"].items()
    }


def _listed(contents: list[dict[str, Any]], aspect: str, section: str) -> list[str]:
    return [word for c in contents for word in c["aspects"].get(aspect, {}).get(section, ())]


def _said(contents: list[dict[str, Any]]) -> Iterator[tuple[str, Side]]:
    for name, aspect in _each_aspect(contents):
        # First, so that of two that are equally long it is the exception that holds.
        for phrase in aspect.get("unless", ()):
            yield phrase, (name, ELSE)
        for pole, told in aspect.get("poles", {}).items():
            for phrase in told.get("said", ()):
                yield phrase, (name, pole)


def _asked(contents: list[dict[str, Any]]) -> Iterator[tuple[str, Side]]:
    for name, aspect in _each_aspect(contents):
        for pole, told in aspect.get("poles", {}).items():
            for phrase in [*told.get("asked", ()), *told.get("said", ())]:
                yield phrase, (name, pole)
        for phrase in aspect.get("asked", ()):
            yield phrase, (name, None)


def _each_aspect(contents: list[dict[str, Any]]) -> Iterator[tuple[str, dict[str, Any]]]:
    for content in contents:
        yield from content["aspects"].items()


def _by_kind(contents: list[dict[str, Any]], section: str) -> Iterator[tuple[str, str]]:
    for content in contents:
        for kind, phrases in content.get(section, {}).items():
            for phrase in phrases:
                yield phrase, kind


def _cues(contents: list[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    for content in contents:
        for kind in ("emphatic", "hearsay", "agreeing"):
            for phrase in content.get(kind, ()):
                yield phrase, kind


def _words(contents: Iterable[dict[str, Any]], section: str) -> frozenset[str]:
    return frozenset(str(word) for content in contents for word in content.get(section, ()))
