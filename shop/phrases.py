"""How shoppers talk about a search: "cheaper", "any colour", "the cheapest"."""

import functools
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.resources import files

import yaml
from rapidfuzz.distance import OSA

# Shorter words are too often other words by one letter: "bigger", "digger".
_SHORTEST_TYPO = 7
_WORD = re.compile(r"[^\W\d_](?:[\w'’-]*\w)?")


@dataclass(frozen=True, slots=True)
class Phrases:
    """The phrases of one language, compiled.

    Attributes:
        broad: names for a whole type of goods, each with the departments that it names whole.
        carriers: words that carry no wish ("looking", "please").
        pronouns: words for somebody who was named before.
        feasts: occasions that take an article ("the birthday").
    """

    broad: Mapping[str, frozenset[str]]
    carriers: frozenset[str]
    feasts: frozenset[str]
    pronouns: frozenset[str]
    _relatives: frozenset[str]
    _materials: dict[str, list[str]]
    _audiences: dict[str, str]
    _groups: frozenset[str]
    _article: re.Pattern[str]
    _joining: re.Pattern[str]
    _purpose: re.Pattern[str]
    _liking: re.Pattern[str]
    _refusing: re.Pattern[str]
    _signals: dict[str, re.Pattern[str]]
    _any_of: dict[str, re.Pattern[str]]
    _facts: dict[str, re.Pattern[str]]
    _cart: dict[str, re.Pattern[str]]
    _asked_for: dict[str, re.Pattern[str]]
    _single: dict[str, str]

    def signals(self, text: str) -> frozenset[str]:
        """What the text says about the search as a whole, for instance `cheaper`."""
        return _matching(self._signals, text) | self._misspelt(text)

    def dropped(self, text: str) -> frozenset[str]:
        """The fields that may now be anything."""
        return _matching(self._any_of, text)

    def cart_signals(self, text: str) -> frozenset[str]:
        """What the text says about the cart, for instance `everything`."""
        return _matching(self._cart, text)

    def asked_for(self, text: str) -> frozenset[str]:
        """What a request about data or news is for, for instance `erase`."""
        return _matching(self._asked_for, text)

    def asked_facts(self, text: str) -> frozenset[str]:
        """The fields of a product that the text asks about."""
        return _matching(self._facts, text)

    def _misspelt(self, text: str) -> frozenset[str]:
        """Signals that are one slip of the finger away: "chaeper"."""
        return frozenset(
            name
            for word in map(str.lower, _WORD.findall(text))
            if len(word) >= _SHORTEST_TYPO - 1 and word not in self.carriers
            for phrase, name in self._single.items()
            if word[0] == phrase[0] and OSA.distance(word, phrase, score_cutoff=1) == 1
        )

    def relative(self, person: str) -> str | None:
        """The person without an ending ("mum's" is "mum") if one says "my" of them."""
        plain = person.lower().replace("’", "'")
        forms = (plain, plain.removesuffix("'s"), plain.removesuffix("s"))
        # A little brother is a brother.
        return next((f for f in forms if f.rpartition(" ")[2] in self._relatives), None)

    def group(self, person: str) -> str | None:
        """The people without an ending ("womens" is "women") if one says "for them" as such."""
        plain = person.lower().replace("’", "'").removesuffix("'s")
        return next((f for f in (plain, plain.removesuffix("s")) if f in self._groups), None)

    def audience(self, person: str) -> str | None:
        """Whom goods for this person are made for: a woman, a man, a child; None: not known."""
        last = person.lower().replace("’", "'").removesuffix("'s").rpartition(" ")[2]
        return self._audiences.get(last) or self._audiences.get(last.removesuffix("s"))

    def materials(self, material: str) -> list[str]:
        """What counts as this material, itself first: oak is wood, and so is "wooden"."""
        return list(dict.fromkeys([material, *self._materials.get(material.lower(), ())]))

    def refuses(self, text: str) -> bool:
        """Whether what follows this text is refused, as in "anything but"."""
        return self._refusing.search(text) is not None

    def bare(self, feature: str) -> str:
        """A feature without the word that joins it to its noun: "with pockets" is "pockets"."""
        return self._joining.sub("", feature)

    def without_article(self, noun: str) -> str:
        """A noun alone: "a bracelet" is "bracelet"."""
        return self._article.sub("", noun) or noun

    def leads_to_purpose(self, text: str) -> bool:
        """Whether what follows this text is what goods are for, as in "a lamp for the"."""
        return self._purpose.search(text) is not None

    def leads_to_interest(self, text: str) -> bool:
        """Whether what follows this text is what somebody likes, as in "she is really into"."""
        return self._liking.search(text) is not None

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
        broad={
            word: frozenset(departments.split())
            for words, departments in content["broad"].items()
            for word in words.split()
        },
        carriers=frozenset(content["carriers"].split()),
        feasts=frozenset(content["feasts"].split()),
        pronouns=frozenset(content["pronouns"].split()),
        _relatives=frozenset(f"{content['relatives']} {content['pets']}".split()),
        _groups=frozenset(content["groups"].split()),
        _materials=content["materials"],
        _audiences={
            person: audience
            for audience, people in content["audiences"].items()
            for person in people.split()
        },
        _joining=re.compile(rf"^(?:{'|'.join(content['joining'])})\s+", re.IGNORECASE),
        _article=re.compile(rf"^(?:{'|'.join(content['articles'])})\s+", re.IGNORECASE),
        _purpose=_purpose_pattern(content),
        _liking=re.compile(rf"\b(?:{'|'.join(content['liking'])})\s+$", re.IGNORECASE),
        _refusing=_refusing_pattern(content),
        _signals={name: _pattern(phrases) for name, phrases in content["signals"].items()},
        _single={
            phrase: name
            for name, phrases in content["signals"].items()
            for phrase in phrases
            if phrase.isalpha() and len(phrase) >= _SHORTEST_TYPO
        },
        _any_of={name: _pattern(phrases) for name, phrases in content["any_of"].items()},
        _facts={name: _pattern(phrases) for name, phrases in content["facts"].items()},
        _cart={name: _pattern(phrases) for name, phrases in content.get("cart", {}).items()},
        _asked_for={name: _pattern(phrases) for name, phrases in content["asked_for"].items()},
    )


def _matching(patterns: dict[str, re.Pattern[str]], text: str) -> frozenset[str]:
    plain = text.replace("’", "'")
    return frozenset(name for name, pattern in patterns.items() if pattern.search(plain))


def _purpose_pattern(content: dict[str, list[str]]) -> re.Pattern[str]:
    # A look-behind must have one length, hence one for each word.
    seeking = "".join(rf"(?<!\b{word} )" for word in content["seeking"])
    purposes, articles = "|".join(content["purposes"]), "|".join(content["articles"])
    return re.compile(rf"{seeking}\b(?:{purposes})\s+(?:(?:{articles})\s+)?$", re.IGNORECASE)


def _refusing_pattern(content: dict[str, list[str]]) -> re.Pattern[str]:
    refusing, fillers = "|".join(content["refusing"]), "|".join(content["fillers"])
    return re.compile(rf"\b(?:{refusing})\s+(?:(?:{fillers})\s+)*$", re.IGNORECASE)


def _pattern(phrases: Iterable[str]) -> re.Pattern[str]:
    # Longest first, so that "not too expensive" is not read as "too expensive".
    alternatives = sorted((str(phrase) for phrase in phrases), key=len, reverse=True)
    source = "|".join(re.escape(a).replace(r"\~", "~").replace("~", r"\w*") for a in alternatives)
    # "not cheaper" is not "cheaper".
    return re.compile(rf"(?<!not )(?<!\w)(?:{source})(?!\w)", re.IGNORECASE)
