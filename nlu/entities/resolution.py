"""From what the model found to what the shop understands.

Four witnesses speak: the model's spans, the patterns (prices, counts, contacts), the words of the
catalogue, and the words of refusal. Where two disagree the surer one wins: a pattern about an
e-mail address, the model about what a word means in its sentence.
"""

import re
import string
from collections.abc import Sequence
from dataclasses import replace

from nlu.decoding import FoundSpan
from nlu.entities.contacts import find_contacts
from nlu.entities.counts import find_counts, picks_nothing
from nlu.entities.gazetteer import Hunch, find_words
from nlu.entities.lists import find_listed, retype
from nlu.entities.mentions import Mention
from nlu.entities.negation import continues, is_replaced, is_ruled_out, points_at, polarity
from nlu.entities.numbers import Number
from nlu.entities.people import acts, find_people
from nlu.entities.prices import Limit, find_limits, find_paid, measured_until
from nlu.entities.sizes import find_sizes
from nlu.entities.values import Normaliser
from nlu.phrases import fold
from nlu.vocabulary import Vocabulary
from nlu.wire import Entity, Role

# Rules read no further than this; the model reads less.
LONGEST_TEXT = 2000
_PRICES = frozenset({"price_min", "price_max"})
_CONTACTS = frozenset({"email", "phone", "order_id"})
# Where no sum of money belongs that changed hands.
_AMOUNTS = _PRICES | {"size"}
# What can be refused; nobody refuses an address.
_REFUSABLE = frozenset({"category", "brand", "color", "size", "material", "feature", "recipient"})
# What can be refused or replaced: "two instead of three".
_WITH_ROLE = _REFUSABLE | {"quantity"}
_APOSTROPHES = "'’"
_OWNED = re.compile(rf"(?<=\w)[{_APOSTROPHES}]s\b\s*", re.IGNORECASE)
_WORDS_AND_PICTURES = re.compile(r"(?P<words>.*\w)\s*[^\w\u0000-\u218f]+")
_PUNCTUATION = string.punctuation + string.whitespace + "’“”–—…"
_AMPERSAND = re.compile(r"&\w+")
# Two of these never stand side by side.
_WHOLE = frozenset({"size", "person", "phone", "address", "order_id", "price_min", "price_max"})
# A price that only a bare number makes needs the model to lean that way.
_SOME_HUNCH = 0.05
# A model as sure as this that a number is a size or an order is not overruled by a rule.
_CERTAIN = 0.9


def resolve(
    text: str, *, spans: Sequence[FoundSpan], hunch: Hunch, normaliser: Normaliser
) -> list[Entity]:
    """The entities of a text, left to right, with roles and normalised values.

    Args:
        text: the message.
        spans: what the model found.
        hunch: the model's belief that anything stands at a stretch.
        normaliser: for the shop's words.
    """
    text = text[:LONGEST_TEXT]
    found = [
        trimmed
        for span in spans
        if span.end <= len(text) and (trimmed := _trimmed(text, _from_model(span)))
    ]
    mentions = _joined(text, [_whole_brand(text, _measured(text, m)) for m in found])
    lexicon, vocabulary = normaliser.lexicon, normaliser.vocabulary
    mentions = retype(text, mentions, lexicon=lexicon, vocabulary=vocabulary)
    mentions = _with_contacts(mentions, find_contacts(text))
    mentions = _with_whole(mentions, find_people(text))
    mentions = _without_paid(mentions, find_paid(text))
    mentions = _with_limits(mentions, find_limits(text), hunch=hunch)
    mentions = _with_whole(mentions, find_sizes(text))
    mentions = _with_counts(mentions, find_counts(text))
    mentions = [
        m
        for m in mentions
        if not (m.entity == "ordinal" and picks_nothing(text, m.start, m.end))
        and not (m.entity == "recipient" and acts(text, m.end))
    ]
    mentions += find_words(
        text,
        taken=mentions,
        vocabulary=vocabulary,
        hunch=hunch,
        is_word=normaliser.is_word,
    )
    mentions += find_listed(text, taken=mentions, lexicon=lexicon, hunch=hunch)
    mentions = _corrected(text, mentions, vocabulary)
    mentions = sorted(mentions, key=lambda m: m.start)
    mentions = _with_roles(text, _narrowed(text, mentions, vocabulary))
    settled = [normaliser.settle(text, mention) for mention in mentions]
    return [_to_wire(mention) for mention in settled if mention is not None]


def _from_model(span: FoundSpan) -> Mention:
    role: Role = "exclude" if span.role == "exclude" else "include"
    return Mention(span.entity, span.start, span.end, role, span.confidence)


def _trimmed(text: str, mention: Mention) -> Mention | None:
    """Without an owner's ending at either side ("cousin's wedding") and without pictures after
    words. Punctuation is nothing."""
    start, end = mention.start, mention.end
    if words := _WORDS_AND_PICTURES.fullmatch(text, start, end):
        end = words.end("words")
    if ending := _OWNED.match(text, max(start - 1, 0)):
        start = ending.end()
    # Six feet keep theirs.
    while mention.entity != "size" and end > start and text[end - 1] in _APOSTROPHES:
        end -= 1
    if not text[start:end].strip(_PUNCTUATION):
        return None
    return replace(mention, start=start, end=end)


def _measured(text: str, mention: Mention) -> Mention:
    """What the model took for a price is a size where a unit follows: "at least two litres"."""
    if mention.entity not in _PRICES:
        return mention
    end = measured_until(text, mention.start, mention.end)
    return replace(mention, entity="size", end=end) if end else mention


def _whole_brand(text: str, mention: Mention) -> Mention:
    """A brand is not cut at its sign: "H&M"."""
    rest = _AMPERSAND.match(text, mention.end - text[: mention.end].endswith("&"))
    whole = mention.entity == "brand" and rest
    return replace(mention, end=rest.end()) if whole and rest else mention


def _joined(text: str, mentions: list[Mention]) -> list[Mention]:
    """Halves of one thing put together: "size" and "42", a name and a surname."""
    joined: list[Mention] = []
    for mention in mentions:
        last = joined[-1] if joined else None
        if last and mention.overlaps(last):
            # One emoji may hold several words.
            continue
        if (
            last
            and last.entity == mention.entity
            and _is_inside(mention.entity, text[last.end : mention.start])
        ):
            joined[-1] = replace(last, end=mention.end)
        else:
            joined.append(mention)
    return joined


def _is_inside(entity: str, between: str) -> bool:
    """Whether what stands between two halves belongs to the thing: "Marks & Spencer"."""
    if entity == "brand":
        return between.strip() == "&"
    return entity in _WHOLE and not between.strip()


def _with_contacts(mentions: list[Mention], contacts: list[Mention]) -> list[Mention]:
    """A pattern that matches knows better where an address or number begins and ends."""
    kept = [m for m in mentions if not any(m.overlaps(contact) for contact in contacts)]
    # The model may see a contact that no pattern covers, but never an e-mail without its sign.
    return [*(m for m in kept if m.entity != "email"), *contacts]


def _with_whole(mentions: list[Mention], patterns: list[Mention]) -> list[Mention]:
    """Where the model was silent or saw parts, the pattern; what the model saw whole stays."""
    kept = list(mentions)
    for pattern in patterns:
        rivals = [m for m in kept if m.overlaps(pattern)]
        if any(m.start < pattern.start or m.end > pattern.end for m in rivals):
            continue
        if all(m.entity == pattern.entity or m.confidence < _CERTAIN for m in rivals):
            role = rivals[0].role if rivals else pattern.role
            kept = [m for m in kept if m not in rivals]
            kept.append(replace(pattern, role=role))
    return kept


def _without_paid(mentions: list[Mention], paid: list[Number]) -> list[Mention]:
    def names_sum(mention: Mention) -> bool:
        here = [n for n in paid if mention.start < n.end and n.start < mention.end]
        # "The 45 euros" are no size either; a bare 45 may be one.
        return any(mention.entity in _PRICES or n.money for n in here)

    return [m for m in mentions if m.entity not in _AMOUNTS or not names_sum(m)]


def _with_limits(mentions: list[Mention], limits: list[Limit], *, hunch: Hunch) -> list[Mention]:
    """Where the model saw a price too, the rule gives its value, and its bound if it is sure."""
    kept = list(mentions)
    for limit in limits:
        rule = Mention(limit.bound, limit.start, limit.end, source="rule", value=limit.value)
        rivals = [m for m in kept if m.overlaps(rule)]
        prices = [m for m in rivals if m.entity in _PRICES]
        if not prices and _is_overruled(limit, rivals, hunch=hunch(limit.start, limit.end)):
            continue
        if prices and not (limit.sure or limit.settled):
            rule = replace(rule, entity=prices[0].entity, source="model")
        kept = [m for m in kept if m not in rivals]
        kept.append(rule)
    return kept


def _is_overruled(limit: Limit, rivals: list[Mention], *, hunch: float) -> bool:
    """Whether a number that the model takes for no price is none."""
    if rivals:
        return not limit.sure or max(m.confidence for m in rivals) > _CERTAIN
    return not limit.sure and hunch < _SOME_HUNCH


def _with_counts(mentions: list[Mention], counts: list[Mention]) -> list[Mention]:
    """Only where the model said nothing: "the second hand one" is for it to judge."""
    silent = [count for count in counts if not any(count.overlaps(m) for m in mentions)]
    return [*mentions, *silent]


def _corrected(text: str, mentions: list[Mention], vocabulary: Vocabulary) -> list[Mention]:
    """A plural that the shop has as a kind is no feature: "no boots" against "no zip"."""

    def is_kind(mention: Mention) -> bool:
        surface = text[mention.start : mention.end]
        folded = fold(surface)
        plural = folded != surface.lower() and surface.lower().endswith("s")
        return plural and folded not in vocabulary.features and folded in vocabulary.kinds

    return [
        replace(m, entity="category") if m.entity == "feature" and is_kind(m) else m
        for m in mentions
    ]


def _narrowed(text: str, mentions: list[Mention], vocabulary: Vocabulary) -> list[Mention]:
    """A word that the shop has as a kind belongs to the goods after it: "formal" in "formal
    shoes" where formal is a type of footwear."""
    narrowed: list[Mention] = []
    for mention in mentions:
        last = narrowed[-1] if narrowed else None
        if (
            last
            and mention.entity == "category"
            and last.entity in ("feature", "material", "occasion")
            and not text[last.end : mention.start].strip()
            and vocabulary.exact_kind(fold(text[last.start : mention.end])) is None
            and fold(text[last.start : last.end]) in vocabulary.kinds
        ):
            narrowed[-1] = replace(mention, start=last.start)
        else:
            narrowed.append(mention)
    return narrowed


def _with_roles(text: str, mentions: list[Mention]) -> list[Mention]:
    """The words before a mention decide; without any the model's own view stands."""
    settled: list[Mention] = []
    for mention in mentions:
        if mention.entity not in _WITH_ROLE:
            settled.append(replace(mention, role="include"))
            continue
        last = settled[-1] if settled else None
        if (
            last
            and last.entity == mention.entity
            and last.entity != "category"
            and is_replaced(text, last.start, last.end, mention.start)
        ):
            settled[-1] = replace(last, role="exclude")
        role: Role | None = None
        if is_ruled_out(text, mention.end):
            role = "exclude"
        elif not points_at(text, mention.start, mention.end):
            role = polarity(text, _start_of_group(text, mention, settled))
        settled.append(replace(mention, role=role or mention.role))
    return settled


def _start_of_group(text: str, mention: Mention, before: list[Mention]) -> int:
    """Where the things begin that are refused or wanted in one breath: "not red leather boots",
    "no nike or adidas"."""
    start, entity = mention.start, mention.entity
    for other in reversed(before):
        if other.entity not in _REFUSABLE:
            break
        between = text[other.end : start]
        alike = other.entity == entity
        if between.strip() and not continues(text, other.end, start, alike=alike):
            break
        start, entity = other.start, other.entity
    return start


def _to_wire(mention: Mention) -> Entity:
    value = mention.value
    if value is None:
        raise ValueError(f"{mention} has no value")
    return Entity(
        entity=mention.entity,
        value=value,
        start=mention.start,
        end=mention.end,
        role=mention.role,
        confidence_entity=round(mention.confidence, 4),
        known=mention.known,
        source=mention.source,
    )
