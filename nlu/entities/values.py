"""The shop's way of writing what a shopper named."""

import re
from dataclasses import dataclass, replace

from nlu.entities.contacts import read_contact
from nlu.entities.counts import read_ordinal, read_quantity, read_rating
from nlu.entities.lists import put_right
from nlu.entities.mentions import Mention
from nlu.entities.prices import read_amount
from nlu.lexicon import Lexicon
from nlu.phrases import fold, singular
from nlu.signs import spell_out
from nlu.vocabulary import IsWord, Vocabulary
from nlu.wire import EntityValue

_LETTER_SIZES = {
    "extra extra small": "XXS", "extra small": "XS", "x small": "XS", "small": "S",
    "medium": "M", "med": "M", "large": "L", "extra large": "XL", "x large": "XL",
    "extra extra large": "XXL", "2xl": "XXL", "3xl": "XXXL",
}  # fmt: skip
_SIZE_WORD = re.compile(r"^(?:in\s+)?(?:an?\s+)?sizes?\s+|\s+sizes?$|^size", re.IGNORECASE)
# XL, 3XL, W34, UK 9.
_CODE = re.compile(r"\d?x*[sml]|[a-z]{1,2}\s?\d[\d.,/x]*", re.IGNORECASE)
_QUOTES = "\"'‘’“”"
_POSSESSIVE = re.compile(r"['’]s$|^(?:my|our|the|a|an)\s+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Normaliser:
    """Gives mentions their values, for one shop.

    Attributes:
        is_word: whether a word is a common one, which no likeness may turn into another.
    """

    vocabulary: Vocabulary
    lexicon: Lexicon
    is_word: IsWord

    def settle(self, text: str, mention: Mention) -> Mention | None:
        """The mention with its value; None where it names nothing that has one."""
        if mention.value is not None:
            return mention
        surface = text[mention.start : mention.end].strip()
        if not surface:
            return None
        if mention.entity == "category":
            return self._settle_kind(surface, mention)
        value = self._value(text, surface, mention)
        return None if value is None or value == "" else replace(mention, value=value)

    def _put_right(self, entity: str, surface: str) -> str:
        return put_right(entity, surface, lexicon=self.lexicon, is_word=self.is_word)

    def _value(self, text: str, surface: str, mention: Mention) -> EntityValue | None:
        match mention.entity:
            case "price_min" | "price_max":
                return read_amount(text, start=mention.start, end=mention.end)
            case "rating":
                return read_rating(surface)
            case "quantity":
                return read_quantity(surface)
            case "ordinal":
                return read_ordinal(surface)
            case "color":
                return self.read_color(surface)
            case "size":
                return self.read_size(surface)
            case "brand" | "material" | "feature":
                own = self.vocabulary.find_value(mention.entity, surface, is_word=self.is_word)
                right = own or self._put_right(mention.entity, surface)
                return right if own or mention.entity == "brand" else right.lower()
            case "occasion" | "recipient":
                return self.read_person_or_event(mention.entity, surface)
            case entity:
                return read_contact(entity, surface)

    def _settle_kind(self, surface: str, mention: Mention) -> Mention:
        if not surface.isascii():
            # Three guitars in a row ask for a guitar.
            surface = " ".join(dict.fromkeys(spell_out(surface)[0].split()))
        if self.vocabulary.is_empty:
            return replace(mention, value=self._put_right("category", surface).lower())
        kind = self.vocabulary.find_kind(surface, is_word=self.is_word)
        if kind is None:
            surface = self._put_right("category", surface)
            kind = self.vocabulary.find_kind(surface, is_word=self.is_word)
        if kind is None:
            return replace(mention, value=surface.lower(), known=False)
        word = fold(surface)
        if mention.role == "exclude" and kind.value.endswith(f" {word}"):
            # Who wants no book wants neither picture books nor others.
            return replace(mention, value=word, known=True)
        return replace(mention, value=kind.value, known=True)

    def read_color(self, surface: str) -> str:
        """The shop's own colour; else its family where the shop has that; else as it was said."""
        own = self.vocabulary.find_value("color", surface, is_word=self.is_word)
        if own:
            return own
        surface = self._put_right("color", surface)
        family = self.color_family(surface)
        return self.vocabulary.colors.get(fold(family or ""), surface.lower())

    def color_family(self, surface: str) -> str | None:
        """`burgundy` red, `dark green` green; None for what is no known colour."""
        families = self.lexicon.color_families
        words = surface.lower().split()
        ends = (" ".join(words[drop:]) for drop in range(len(words)))
        return next((families[end] for end in ends if end in families), None)

    def read_person_or_event(self, entity: str, surface: str) -> str | None:
        """`my mum's` and `mums` mum; `kids` stays, since people say it so."""
        bare = _POSSESSIVE.sub("", _POSSESSIVE.sub("", surface.lower())).strip()
        bare = self._put_right(entity, bare)
        known = self.lexicon.values.get(entity, ())
        one = singular(bare)
        return one if bare not in known and one in known else bare or None

    def read_size(self, surface: str) -> str:
        """`medium` M, `size 42` 42; the shop's own writing where it has that size."""
        bare = _SIZE_WORD.sub("", surface).strip() or surface
        if bare[0] in _QUOTES:
            bare = bare.strip(_QUOTES) or surface
        letters = _LETTER_SIZES.get(bare.lower().replace("-", " "), bare)
        for size in (surface, bare, letters):
            if own := self.vocabulary.sizes.get(fold(size)):
                return own
        return letters.upper() if _CODE.fullmatch(letters) else letters.lower()
