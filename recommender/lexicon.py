"""Words as the recommender compares them: one form for a word, its plural and its spellings."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Self

import yaml

_WORD = re.compile(r"[^\W_]+")
_APOSTROPHES = str.maketrans("", "", "'’`´")
# Scripts written without spaces: each sign is a word.
_IDEOGRAPH = re.compile(r"([぀-ヿ㐀-䶿一-鿿가-힯])")
_REMEMBERED_FORMS = 100_000
_HISSING = ("sses", "shes", "ches", "xes", "zes")


@dataclass(frozen=True)
class Lexicon:
    """What is known of a language; see words.yml for what each table means."""

    stop: frozenset[str]
    unsaid: frozenset[str]
    cheap: frozenset[str]
    irregular: Mapping[str, str]
    joined: Mapping[str, str]
    means: Mapping[str, tuple[str, ...]]
    implies: Mapping[str, tuple[str, ...]]
    audience: Mapping[str, str]
    shades: Mapping[str, frozenset[str]]
    named_shades: Mapping[str, frozenset[str]]
    sizes: Mapping[str, str]
    # A shop's goods are described in few words, again and again.
    _forms: dict[str, str] = field(default_factory=dict, init=False, repr=False, compare=False)

    @classmethod
    def from_mapping(cls, tables: Mapping[str, Any]) -> Self:
        """A lexicon from the tables of words.yml."""
        irregular = {str(form): str(word) for form, word in tables["irregular"].items()}

        def shades(table: str) -> dict[str, frozenset[str]]:
            return {color: frozenset(listed(words)) for color, words in tables[table].items()}

        def listed(text: str) -> tuple[str, ...]:
            return tuple(_singular(word, irregular) for word in text.split())

        return cls(
            stop=frozenset(tables["stop"].split()),
            unsaid=frozenset(tables["unsaid"].split()),
            cheap=frozenset(tables["cheap"].split()),
            irregular=irregular,
            joined=tables["joined"],
            means={word: listed(others) for word, others in tables["means"].items()},
            implies={word: listed(others) for word, others in tables["implies"].items()},
            audience=tables["audience"],
            shades=shades("colors"),
            named_shades=shades("unless_named"),
            sizes={str(short): full for short, full in tables["sizes"].items()},
        )

    def words(self, text: str) -> list[str]:
        """The words of a text in order, each in its common form."""
        return [self._forms.get(word) or self.common_form(word) for word in surface_words(text)]

    def common_form(self, word: str) -> str:
        """Lower case, singular, usual spelling."""
        if len(self._forms) >= _REMEMBERED_FORMS:
            self._forms.clear()
        form = self._forms[word] = _singular(word.lower(), self.irregular)
        return form

    def key(self, text: str) -> str:
        """The text as its words joined by single spaces: equal keys mean equal names."""
        key = " ".join(self.words(text))
        for apart, one in self.joined.items():
            if apart in key:
                key = re.sub(rf"\b{apart}\b", one, key)
        return key

    def terms(self, text: str) -> list[str]:
        """The words of a text that say something about a thing."""
        return [word for word in self.key(text).split() if word not in self.stop]

    def wants_cheap(self, text: str) -> bool:
        """Whether the words ask for a low price without naming one."""
        return any(word in self.cheap for word in surface_words(text))

    def plain_color(self, color: str) -> str | None:
        """The colour that a shade belongs to: red for crimson; None for a plain colour."""
        for table in (self.shades, self.named_shades):
            for plain, shades in table.items():
                if color in shades and color not in self.shades:
                    return plain
        return None


def surface_words(text: str) -> list[str]:
    """The words of a text as they stand, in lower case and without accents."""
    if text.isascii():  # Most texts are, and the rest takes most of the time.
        return _WORD.findall(text.translate(_APOSTROPHES).lower())
    decomposed = unicodedata.normalize("NFKD", text.translate(_APOSTROPHES).lower())
    bare = "".join(sign for sign in decomposed if not unicodedata.combining(sign))
    return _WORD.findall(_IDEOGRAPH.sub(r" \1 ", unicodedata.normalize("NFC", bare)))


def _singular(word: str, irregular: Mapping[str, str]) -> str:
    if word in irregular:
        return irregular[word]
    if len(word) <= 3 or not word.isalpha():
        return word
    if word.endswith("ies") or (word.endswith("ie") and len(word) > 4):
        return word.removesuffix("s").removesuffix("ie") + "y"
    if word.endswith(_HISSING):
        return word.removesuffix("es")
    if word.endswith("oes"):
        return word.removesuffix("es")
    if word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word.removesuffix("s")
    return word


@lru_cache(maxsize=1)
def load_lexicon() -> Lexicon:
    """The lexicon that comes with the package, read once."""
    text = Path(__file__).with_name("words.yml").read_text(encoding="utf-8")
    return Lexicon.from_mapping(yaml.safe_load(text))
