"""How shoppers talk about a search: "cheaper", "any colour", "the cheapest"."""

import functools
import re
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.resources import files

import yaml

_WORD = re.compile(r"[^\W\d_](?:[\w'’-]*\w)?")


@dataclass(frozen=True, slots=True)
class Phrases:
    """The phrases of one language, compiled.

    Attributes:
        carriers: words that carry no wish ("looking", "please").
        pronouns: words for somebody who was named before.
        feasts: occasions that take an article ("the birthday").
    """

    carriers: frozenset[str]
    feasts: frozenset[str]
    pronouns: frozenset[str]
    _relatives: frozenset[str]
    _article: re.Pattern[str]
    _joining: re.Pattern[str]
    _purpose: re.Pattern[str]
    _signals: dict[str, re.Pattern[str]]
    _any_of: dict[str, re.Pattern[str]]
    _facts: dict[str, re.Pattern[str]]

    def signals(self, text: str) -> frozenset[str]:
        """What the text says about the search as a whole, for instance `cheaper`."""
        return _matching(self._signals, text)

    def dropped(self, text: str) -> frozenset[str]:
        """The fields that may now be anything."""
        return _matching(self._any_of, text)

    def asked_facts(self, text: str) -> frozenset[str]:
        """The fields of a product that the text asks about."""
        return _matching(self._facts, text)

    def relative(self, person: str) -> str | None:
        """The person without an ending ("mum's" is "mum") if one says "my" of them."""
        plain = person.lower().replace("’", "'")
        forms = (plain, plain.removesuffix("'s"), plain.removesuffix("s"))
        return next((form for form in forms if form in self._relatives), None)

    def bare(self, feature: str) -> str:
        """A feature without the word that joins it to its noun: "with pockets" is "pockets"."""
        return self._joining.sub("", feature)

    def without_article(self, noun: str) -> str:
        """A noun alone: "a bracelet" is "bracelet"."""
        return self._article.sub("", noun) or noun

    def leads_to_purpose(self, text: str) -> bool:
        """Whether what follows this text is what goods are for, as in "a lamp for the"."""
        return self._purpose.search(text) is not None

    def content_words(self, text: str) -> list[str]:
        """The words that carry meaning, lower case, in order, each once."""
        words = (word.lower().replace("’", "'") for word in _WORD.findall(text))
        return list(
            dict.fromkeys(word for word in words if len(word) > 1 and word not in self.carriers)
        )


@functools.cache
def load_phrases(locale: str = "en") -> Phrases:
    """The phrases of this language; English where we know none of it."""
    folder = files("shop") / "lexicon"
    source = folder / f"{locale.split('-')[0].lower()}.yml"
    if not source.is_file():
        source = folder / "en.yml"
    content = yaml.safe_load(source.read_text(encoding="utf-8"))
    return Phrases(
        carriers=frozenset(content["carriers"].split()),
        feasts=frozenset(content["feasts"].split()),
        pronouns=frozenset(content["pronouns"].split()),
        _relatives=frozenset(content["relatives"].split()),
        _joining=re.compile(rf"^(?:{'|'.join(content['joining'])})\s+", re.IGNORECASE),
        _article=re.compile(rf"^(?:{'|'.join(content['articles'])})\s+", re.IGNORECASE),
        _purpose=_purpose_pattern(content),
        _signals={name: _pattern(phrases) for name, phrases in content["signals"].items()},
        _any_of={name: _pattern(phrases) for name, phrases in content["any_of"].items()},
        _facts={name: _pattern(phrases) for name, phrases in content["facts"].items()},
    )


def _matching(patterns: dict[str, re.Pattern[str]], text: str) -> frozenset[str]:
    plain = text.replace("’", "'")
    return frozenset(name for name, pattern in patterns.items() if pattern.search(plain))


def _purpose_pattern(content: dict[str, list[str]]) -> re.Pattern[str]:
    # A look-behind must have one length, hence one for each word.
    seeking = "".join(rf"(?<!\b{word} )" for word in content["seeking"])
    purposes, articles = "|".join(content["purposes"]), "|".join(content["articles"])
    return re.compile(rf"{seeking}\b(?:{purposes})\s+(?:(?:{articles})\s+)?$", re.IGNORECASE)


def _pattern(phrases: Iterable[str]) -> re.Pattern[str]:
    # Longest first, so that "not too expensive" is not read as "too expensive".
    alternatives = sorted((str(phrase) for phrase in phrases), key=len, reverse=True)
    source = "|".join(re.escape(a).replace(r"\~", "~").replace("~", r"\w*") for a in alternatives)
    # "not cheaper" is not "cheaper".
    return re.compile(rf"(?<!not )(?<!\w)(?:{source})(?!\w)", re.IGNORECASE)
