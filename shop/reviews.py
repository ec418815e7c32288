"""What buyers wrote about a product, counted. One buyer counts once, however much they wrote."""

from collections import Counter
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.tables.catalog import Product, Review
from shop.aspects import Aspect, Lexicon, aspects_of, load_aspects
from shop.claims import Claim, find_claims, split_sentences
from shop.quotes import choose_quotes, shorten
from shop.stems import stems

# Where a buyer says both.
MIXED = "mixed"
HAPPY, UNHAPPY = 4, 2
_MOST_QUOTES = 2
# So large a share speaks for all.
_MOST = 0.7


@dataclass(frozen=True, slots=True)
class Written:
    """What one buyer wrote.

    Attributes:
        stars: of the latest review.
        text: titles and texts, one under the other.
    """

    stars: int
    text: str


@dataclass(frozen=True, slots=True)
class Opinion:
    """What buyers say of one aspect.

    Attributes:
        reviews: how many buyers wrote about the product.
        speakers: how many of them speak of the aspect.
        counts: how many take each side, the most first; `MIXED` for those who take several.
        quotes: their words, for the sides that most take.
    """

    aspect: str
    reviews: int
    speakers: int
    counts: dict[str, int]
    quotes: list[str]

    def verdict(self, pole: str) -> str | None:
        """Whether buyers agree with this side: `yes`, `no`, `split`; None where that is unclear."""
        aspect = load_aspects().aspects[self.aspect]
        telling = [name for name, side in aspect.poles.items() if name == pole or not side.aside]
        decided, torn = sum(self.counts.get(name, 0) for name in telling), self.counts.get(MIXED, 0)
        if aspect.broad or decided < 2:
            return None
        share = self.counts.get(pole, 0) / decided
        if torn < decided and share >= _MOST:
            return "yes"
        return "no" if torn < decided and share <= 1 - _MOST else "split"


@dataclass(frozen=True, slots=True)
class View:
    """A side that several buyers take of something, with the words of one."""

    aspect: str
    pole: str
    count: int
    quote: str


@dataclass(frozen=True, slots=True)
class Overview:
    """What buyers say on the whole.

    Attributes:
        reviews: how many wrote.
        praise, complaints: what is said most, the most first.
        unhappy: how many gave one or two stars.
        worst: a sentence of the one who gave the fewest, if they were unhappy.
    """

    reviews: int
    praise: list[View]
    complaints: list[View]
    unhappy: int
    worst: str | None


@dataclass(frozen=True, slots=True)
class Mentions:
    """Buyers who wrote about something that is none of our aspects.

    Attributes:
        happy, unhappy: how many of them gave many or few stars, to the product as a whole.
    """

    reviews: int
    speakers: int
    happy: int
    unhappy: int
    quotes: list[str]


def read_reviews(session: Session, product_id: str) -> list[Written]:
    """Everything written about a product, the latest first."""
    rows = session.execute(
        select(Review.id, Review.customer_id, Review.rating, Review.title, Review.text)
        .where(Review.product_id == product_id)
        .order_by(Review.created_at.desc(), Review.id.desc())
    )
    by_buyer: dict[str, Written] = {}
    for review_id, customer_id, stars, title, text in rows:
        # Those who are not known are taken for one each.
        buyer = customer_id or f"#{review_id}"
        whole = "\n".join(part for part in (title, text) if part)
        before = by_buyer.get(buyer)
        by_buyer[buyer] = (
            Written(before.stars, f"{before.text}\n{whole}") if before else Written(stars, whole)
        )
    return list(by_buyer.values())


def weigh(
    reviews: Sequence[Written],
    aspect: str,
    *,
    asked: str | None = None,
    words: AbstractSet[str] = frozenset(),
) -> Opinion:
    """What the buyers say of an aspect.

    Args:
        asked: the side that was asked about; quoted beside the one that most take.
        words: stems of the question; who uses them is quoted first.
    """
    told = load_aspects().aspects[aspect]
    counts: Counter[str] = Counter()
    quotable: list[Claim] = []
    for review in reviews:
        claims = [claim for claim in find_claims(review.text) if claim.aspect == aspect]
        taken = take_sides(claims, told)
        if taken:
            counts[MIXED if len(taken) > 1 else next(iter(taken))] += 1
            quotable += [claim for claim in claims if claim.pole in taken]
    sides = [pole for pole, _ in counts.most_common() if pole != MIXED]
    first = [*sides[:1], *([asked] if asked in sides else [])]
    wanted = list(dict.fromkeys([*first, *sides])) or list(told.poles)
    return Opinion(
        aspect=aspect,
        reviews=len(reviews),
        speakers=counts.total(),
        counts=dict(counts.most_common()),
        quotes=choose_quotes(quotable, poles=wanted, limit=_MOST_QUOTES, words=words),
    )


def take_sides(claims: Iterable[Claim], aspect: Aspect) -> set[str]:
    """The sides that one buyer takes of an aspect."""
    taken = {claim.pole for claim in claims}
    firm = {pole for pole in taken if not aspect.poles[pole].yields}
    return firm or taken


def look_over(reviews: Sequence[Written], product: Product) -> Overview:
    """What is praised and complained of most."""
    lexicon = load_aspects()
    said: dict[tuple[str, str], int] = Counter()
    claims_of: dict[tuple[str, str], list[Claim]] = {}
    aspects = [lexicon.aspects[name] for name in aspects_of(product)]
    for review in reviews:
        claims = find_claims(review.text)
        for aspect in aspects:
            about = [claim for claim in claims if claim.aspect == aspect.name]
            for pole in take_sides(about, aspect):
                side = (aspect.name, pole)
                said[side] += 1
                claims_of.setdefault(side, []).extend(c for c in about if c.pole == pole)
    views = [
        View(*side, count, *choose_quotes(claims_of[side], poles=[side[1]], limit=1))
        for side, count in sorted(said.items(), key=lambda item: -item[1])
    ]
    unhappy = [review for review in reviews if review.stars <= UNHAPPY]
    return Overview(
        reviews=len(reviews),
        praise=[view for view in views if _mood(lexicon, view) == "good"],
        complaints=[view for view in views if _mood(lexicon, view) == "bad"],
        unhappy=len(unhappy),
        worst=_sentence_of(min(unhappy, key=lambda review: review.stars)) if unhappy else None,
    )


def find_mentions(reviews: Sequence[Written], words: AbstractSet[str]) -> Mentions | None:
    """Buyers who use these words (stems), at least half of them in one sentence."""
    enough = (len(words) + 1) // 2
    found: list[tuple[int, str, Written]] = []
    for review in reviews:
        best = max(
            ((len(words & stems(s)), -len(s), s) for s in split_sentences(review.text)),
            default=(0, 0, ""),
        )
        if words and best[0] >= enough:
            found.append((best[0], best[2], review))
    if not found:
        return None
    found.sort(key=lambda hit: (-hit[0], len(hit[1])))
    return Mentions(
        reviews=len(reviews),
        speakers=len(found),
        happy=sum(review.stars >= HAPPY for _, _, review in found),
        unhappy=sum(review.stars <= UNHAPPY for _, _, review in found),
        quotes=list(dict.fromkeys(shorten(said) for _, said, _ in found))[:_MOST_QUOTES],
    )


def _mood(lexicon: Lexicon, view: View) -> str:
    return lexicon.pole(view.aspect, view.pole).mood


def _sentence_of(review: Written) -> str | None:
    """The longest that can be quoted whole: it tells most."""
    sentences = split_sentences(review.text)
    return max((shorten(s) for s in sentences), key=len, default=None)
