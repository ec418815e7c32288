"""The shop's own words, read from its catalogue: kinds of goods, brands, colours, materials.

A kind that the shop calls otherwise is found in three further ways: by the synonyms of
`nlu_data/synonyms.yml`, by what its goods are called (most titles that end in "lamp" are of the
type lighting, so a lamp is lighting), and by likeness for words that are no words.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from rapidfuzz import fuzz, process

from nlu.phrases import fold, head_of, parts_of

# A title word stands for a kind where at least two goods bear it, and this share of them are it.
_MOST = 0.6
_ALIKE = 82
_SHORTEST_TYPO = 5

IsWord = Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class ProductWords:
    """What one product contributes."""

    title: str
    category: str = ""
    product_type: str | None = None
    brand: str | None = None
    color: str | None = None
    size: str | None = None
    material: str | None = None
    features: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of goods as the shop calls it.

    Attributes:
        words: how many words at the end of the phrase say so; 0 for the whole phrase.
    """

    value: str
    words: int = 0


@dataclass(frozen=True)
class Vocabulary:
    """The shop's words by their folded form; empty where the shop has none.

    Attributes:
        kinds: categories and product types, and the parts of those with a slash.
        synonyms: other words for a kind the shop has.
        title_kinds: words that goods are called by; the kind is None where it is not clear-cut.
        departments: the category of each product type.
    """

    kinds: Mapping[str, str] = field(default_factory=dict)
    synonyms: Mapping[str, str] = field(default_factory=dict)
    title_kinds: Mapping[str, str | None] = field(default_factory=dict)
    departments: Mapping[str, str] = field(default_factory=dict)
    brands: Mapping[str, str] = field(default_factory=dict)
    colors: Mapping[str, str] = field(default_factory=dict)
    sizes: Mapping[str, str] = field(default_factory=dict)
    materials: Mapping[str, str] = field(default_factory=dict)
    features: Mapping[str, str] = field(default_factory=dict)

    def __hash__(self) -> int:
        return id(self)

    @property
    def is_empty(self) -> bool:
        """Whether nothing is known of the shop's goods."""
        return not self.kinds and not self.title_kinds

    @property
    def words(self) -> frozenset[str]:
        """Every single word among the shop's own, in lower case."""
        named = (self.brands, self.colors, self.sizes, self.materials, self.features)
        phrases = [*self.kinds, *self.synonyms, *self.title_kinds, *self.kinds.values()]
        phrases += [name.lower() for names in named for name in (*names, *names.values())]
        return frozenset(word for phrase in phrases for word in phrase.split())

    def find_kind(self, phrase: str, *, is_word: IsWord) -> Kind | None:
        """The shop's name for a kind of goods.

        The whole phrase counts before its end: "desk lamp" before "lamp". A word before it that
        is itself a type of the found category narrows it: "formal shoes" are of the type formal.
        It also decides between the types of one category where only titles spoke: decorations
        may mostly be for Halloween, "christmas decorations" are not.
        """
        words = fold(phrase).split()
        for drop in range(len(words)):
            end = " ".join(words[drop:])
            value = self._named(end) or self._misspelt(end, is_word=is_word)
            if value is not None:
                guessed = end not in self.kinds and end not in self.synonyms
                narrower = self._narrowed(words[:drop], value, guessed=guessed)
                return narrower or Kind(value, words=len(words) - drop if drop else 0)
        return None

    def exact_kind(self, folded: str) -> str | None:
        """The kind of exactly this folded phrase: by the shop's name, a synonym, or titles."""
        return self.kinds.get(folded) or self.synonyms.get(folded) or self.title_kinds.get(folded)

    def _named(self, folded: str) -> str | None:
        kind = self.exact_kind(folded)
        # Goods are called that, and they are of several kinds: the word itself is the best name.
        return kind or (folded if folded in self.title_kinds else None)

    def _narrowed(self, before: list[str], value: str, *, guessed: bool) -> Kind | None:
        wider = {value, self.departments.get(value)} if guessed else {value}
        for word in before:
            narrow = self.kinds.get(word)
            department = self.departments.get(narrow or "")
            if narrow and department and department in wider:
                return Kind(narrow)
        return None

    def _misspelt(self, folded: str, *, is_word: IsWord) -> str | None:
        if len(folded) < _SHORTEST_TYPO or all(is_word(word) for word in folded.split()):
            return None
        return _nearest_kind(self, folded)

    def find_value(self, entity: str, surface: str, *, is_word: IsWord) -> str | None:
        """The shop's own word for a brand, colour, size, material or feature."""
        own = self.values_of(entity)
        folded = fold(surface)
        if folded in own:
            return own[folded]
        if len(folded) < _SHORTEST_TYPO or is_word(folded) or not own:
            return None
        best = process.extractOne(folded, own.keys(), scorer=fuzz.ratio, score_cutoff=_ALIKE + 4)
        return own[best[0]] if best else None

    def values_of(self, entity: str) -> Mapping[str, str]:
        """The words of one entity by their folded form."""
        values: dict[str, Mapping[str, str]] = {
            "brand": self.brands,
            "color": self.colors,
            "size": self.sizes,
            "material": self.materials,
            "feature": self.features,
        }
        return values.get(entity, {})


@lru_cache(maxsize=4096)
def _nearest_kind(vocabulary: Vocabulary, folded: str) -> str | None:
    """The kind whose name differs by a slip or two and begins alike."""
    for names in (vocabulary.kinds, vocabulary.synonyms, vocabulary.title_kinds):
        near = process.extractOne(
            folded,
            [name for name in names if name[0] == folded[0] and abs(len(name) - len(folded)) <= 2],
            scorer=fuzz.ratio,
            score_cutoff=_ALIKE,
        )
        if near:
            return names[near[0]] or near[0]
    return None


def build_vocabulary(
    products: Iterable[ProductWords], *, synonyms: Mapping[str, Iterable[str]]
) -> Vocabulary:
    """The vocabulary of these goods.

    Args:
        products: everything on sale.
        synonyms: a word to names of kinds, the best first.
    """
    kinds: dict[str, str] = {}
    departments: dict[str, str] = {}
    bearers: defaultdict[str, Counter[tuple[str, str]]] = defaultdict(Counter)
    values: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for product in products:
        category, kind = product.category.strip().lower(), (product.product_type or "").lower()
        for name in filter(None, (kind, category)):
            for part in (name, *parts_of(name)):
                kinds.setdefault(fold(part), name)
        if kind:
            departments.setdefault(kind, category)
        for word in head_of(product.title):
            bearers[word][kind, category] += 1
        for entity in ("brand", "color", "size", "material"):
            if value := getattr(product, entity):
                values[entity].setdefault(fold(value), value)
        for feature in product.features:
            values["feature"].setdefault(fold(feature), feature)
    kinds.pop("", None)
    return Vocabulary(
        kinds=kinds,
        synonyms=_usable(synonyms, kinds),
        title_kinds={word: _main_kind(found) for word, found in bearers.items()},
        departments=departments,
        brands=values["brand"],
        colors=values["color"],
        sizes=values["size"],
        materials=values["material"],
        features=values["feature"],
    )


def _usable(synonyms: Mapping[str, Iterable[str]], kinds: Mapping[str, str]) -> dict[str, str]:
    usable: dict[str, str] = {}
    for word, targets in synonyms.items():
        own = next((kinds[fold(t)] for t in targets if fold(t) in kinds), None)
        if own and fold(word) not in kinds:
            usable[fold(word)] = own
    return usable


def _main_kind(found: Counter[tuple[str, str]]) -> str | None:
    """The type that most goods of this name are of, else their category."""
    total = found.total()
    if total < 2:
        return None
    for place in (0, 1):
        names: Counter[str] = Counter()
        for pair, count in found.items():
            names[pair[place]] += count
        name, count = names.most_common(1)[0]
        if name and count >= _MOST * total:
            return name
    return None
