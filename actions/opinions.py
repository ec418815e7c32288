"""What buyers say, as phrases: codes and counts that the domain has words for."""

from collections.abc import Sequence

from actions.turn import Choice, Phrase, choice
from actions.wording import describe_rating
from db.tables.catalog import Product
from shop.reviews import MIXED, Mentions, Opinion, Overview, View

# Of what is said most on the whole.
_MOST_VIEWS = 3
_MOST_COMPLAINT_QUOTES = 2


def describe_opinion(opinion: Opinion, *, asked: str | None, product: Product) -> Phrase:
    """How many say what of one aspect, and in which words.

    Args:
        asked: the side that was asked about, which a "yes" or "no" answers.
    """
    verdict = opinion.verdict(asked) if asked else None
    return {
        "say": "utter_opinion",
        "case": _case(opinion),
        "verdict": {"say": f"utter_verdict_{verdict}"} if verdict else None,
        "reviews": opinion.reviews,
        "speakers": opinion.speakers,
        "topic": {"say": f"utter_topic_{opinion.aspect}"},
        "views": {
            "listed": [
                _view("utter_view_count", opinion.aspect, pole, product=product, count=count)
                for pole, count in opinion.counts.items()
            ]
        },
        "view": _view("utter_view_alone", opinion.aspect, next(iter(opinion.counts)), product),
        "quotes": _quotes(opinion.quotes),
    }


def describe_overview(overview: Overview, *, asked: str, product: Product) -> list[Phrase]:
    """The stars, then what is praised and complained of most; only what was asked for."""
    if not overview.reviews:
        return [{"say": "utter_reviews_none"}]
    lines: list[Phrase] = []
    if asked != "complaints":
        rating = describe_rating(product)
        lines += [rating] if rating else []
        lines += _views("praise", overview.praise, product=product)
    if asked != "praise":
        lines += _views("complaints", overview.complaints, product=product)
    if asked == "complaints":
        lines += _unhappy(overview)
    return lines or [{"say": "utter_reviews_unclear", "count": overview.reviews}]


def describe_mentions(mentions: Mentions) -> Phrase:
    """Who wrote about something that we cannot weigh, and how content they are on the whole."""
    return {
        "say": "utter_mentions",
        "case": "one" if mentions.speakers == 1 else "several",
        "reviews": mentions.reviews,
        "speakers": mentions.speakers,
        "mood": _mood(mentions),
        "quotes": _quotes(mentions.quotes),
    }


def ask_reviews(overview: Overview, *, asked: str, product: Product) -> list[Choice]:
    """The way to the other half of what buyers say."""
    if not overview.reviews:
        return []
    other = "opinions" if asked == "complaints" else "complaints"
    about = {"product_id": product.id, "question": other}
    return [choice(f"utter_choice_{other}", "ask_product_detail", entities=about)]


def _case(opinion: Opinion) -> str:
    if opinion.speakers == 1:
        return "only" if opinion.reviews == 1 else "one"
    if len(opinion.counts) > 1:
        return "several"
    return "both" if opinion.speakers == 2 else "agreed"


def _views(side: str, views: Sequence[View], *, product: Product) -> list[Phrase]:
    if not views:
        return []
    most = views[:_MOST_VIEWS]
    quoted = most[: _MOST_COMPLAINT_QUOTES if side == "complaints" else 1]
    return [
        {
            "say": f"utter_reviews_{side}",
            "views": {
                "listed": [
                    _view("utter_view_of", v.aspect, v.pole, product, count=v.count) for v in most
                ]
            },
            "quotes": _quotes(list(dict.fromkeys(view.quote for view in quoted))),
        }
    ]


def _unhappy(overview: Overview) -> list[Phrase]:
    """How many are unhappy; their words only where no complaint was understood."""
    quotes = [overview.worst] if overview.worst and not overview.complaints else []
    return [
        {
            "say": "utter_reviews_unhappy",
            "case": {0: "none", 1: "one"}.get(overview.unhappy, "several"),
            "count": overview.unhappy,
            "reviews": overview.reviews,
            "quotes": _quotes(quotes),
        }
    ]


def _view(
    say: str, aspect: str, pole: str, product: Product, *, count: int | None = None
) -> Phrase:
    # What is worn "runs small"; a bag is too small.
    sized = bool(product.size or product.attributes.get("sizes"))
    side = "utter_view_mixed" if pole == MIXED else f"utter_view_{aspect}_{pole}"
    return {
        "say": "utter_view_count_mixed" if pole == MIXED and count else say,
        "count": count,
        "amount": "one" if count == 1 else "many",
        "view": {"say": side, "sized": sized},
    }


def _mood(mentions: Mentions) -> Phrase | None:
    if mentions.happy == mentions.speakers:
        return {"say": "utter_mood_happy", "case": "one" if mentions.speakers == 1 else "several"}
    if mentions.unhappy == mentions.speakers:
        return {"say": "utter_mood_unhappy", "case": "one" if mentions.speakers == 1 else "several"}
    if not mentions.happy and not mentions.unhappy:
        return None
    return {"say": "utter_mood_split", "happy": mentions.happy, "unhappy": mentions.unhappy}


def _quotes(quotes: Sequence[str]) -> Phrase | None:
    if not quotes:
        return None
    return {"listed": [{"say": "utter_quote", "quote": quote} for quote in quotes]}
