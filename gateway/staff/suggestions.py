"""What a person might say and show next: from the FAQ, from colleagues, from the recommender."""

import logging
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import aliased

from common.errors import BadRequest, ServiceUnavailable
from db.tables.conversations import Conversation, Message
from gateway.answers import Composer
from gateway.speaker import read_speaker, select_speakers
from gateway.staff import wire
from gateway.store import ConversationStore
from nlu.client import NluClient
from nlu.wire import SentimentLabel
from shop.courtesies import without_courtesies
from shop.portrait_notes import in_own_size, leave_out
from shop.search import Found, Recommender, find_goods
from shop.shopper import Shopper
from shop.wishes import Wishes

logger = logging.getLogger(__name__)

MOST_REPLIES = 5
MOST_PRODUCTS = 6
# What staff answered in other conversations, as far as it is compared.
MOST_COMPARED = 200
# Unit vectors: below this two questions have little in common.
ALIKE = 0.55
FAQ_NEAR = 0.35
# A question that only its own conversation explains.
SHORTEST = 8
# A shopper who says one of these asks for nothing: what they said before counts.
SMALL_TALK = frozenset(
    {"greet", "goodbye", "thank", "praise", "affirm", "deny", "bot_challenge", "human_handoff"}
)
# So far back their last question may lie.
MOST_RECENT = 8
SENTIMENTS: Sequence[SentimentLabel] = ("negative", "neutral", "positive")


class Adviser:
    """Suggests. Whatever is down is left out. Blocks."""

    def __init__(
        self,
        *,
        store: ConversationStore,
        composer: Composer,
        nlu: NluClient,
        recommender: Recommender,
    ) -> None:
        self._store = store
        self._composer = composer
        self._nlu = nlu
        self._recommender = recommender

    def label_names(self) -> wire.LabelNames:
        """What the model tells apart; nothing where it is down."""
        intents: list[str] = []
        entities: list[str] = []
        with suppress(ServiceUnavailable):
            card = self._nlu.model()
            intents, entities = card.labels, card.entities
        return wire.LabelNames(intents=intents, entities=entities, sentiments=list(SENTIMENTS))

    def suggest(self, conversation_id: str, *, wishes: Wishes) -> wire.Suggestions:
        """Words and goods for what the shopper said last."""
        question = self._last_said(conversation_id)
        replies: list[wire.SuggestedReply] = []
        if question:
            with suppress(ServiceUnavailable):
                replies += self._from_faq(question)
                replies += self._from_colleagues(question, conversation_id)
        best = {reply.text: reply for reply in sorted(replies, key=lambda one: one.score)}
        replies = sorted(best.values(), key=lambda one: one.score, reverse=True)[:MOST_REPLIES]
        products = self.find_products(
            "", wishes=wishes, conversation_id=conversation_id, k=MOST_PRODUCTS
        )
        return wire.Suggestions(replies=replies, products=products.products)

    def find_products(
        self, q: str, *, wishes: Wishes, conversation_id: str | None, k: int
    ) -> wire.Products:
        """Goods for these words, else for these wishes, ranked for the conversation's shopper."""
        shopper = self._shopper(conversation_id)
        if q.strip():
            wishes = Wishes(words=q.split()[:20])
        with self._store.sessions() as session:
            # As the bot does: what they want kept out of their sight is.
            kept = leave_out(session, wishes, shopper=shopper)
            wishes = in_own_size(session, kept, shopper=shopper)
        if q.strip():
            # Whoever writes the words of something wants to see it.
            brands = [one for one in kept.exclude.get("brand", ()) if one.lower() not in q.lower()]
            wishes = wishes.with_changes(exclude={"brand": brands} if brands else {})
        try:
            found = find_goods(
                wishes,
                sessions=self._store.sessions,
                recommender=self._recommender,
                shopper=shopper,
                k=k,
                # To somebody of staff, who may send some of them.
                shown=False,
            )
        except (BadRequest, ServiceUnavailable):
            logger.warning("no goods to choose from")
            found = Found(degraded=True)
        ranking = [
            (
                offer.product_id,
                (offer.reason or {}).get("code", "other"),
                (offer.reason or {}).get("params", {}),
            )
            for offer in found.offers
        ]
        with self._store.sessions() as session:
            cards = self._composer.ranked(
                session, ranking, ranking_id=found.ranking_id, locale=shopper.locale
            )
        return wire.Products(products=cards, ranking_id=found.ranking_id, degraded=found.degraded)

    def _shopper(self, conversation_id: str | None) -> Shopper:
        with self._store.sessions() as session:
            row = session.execute(
                select_speakers().where(Conversation.id == (conversation_id or ""))
            ).one_or_none()
        if row is None:
            return Shopper(session_id="")
        speaker = read_speaker(row)
        return Shopper(
            session_id=speaker.conversation_id,
            customer_id=speaker.customer_id,
            locale=speaker.locale,
            country=speaker.country,
            page_product_id=(speaker.page or {}).get("product_id"),
        )

    def _last_said(self, conversation_id: str) -> str:
        """What they asked last, beside greetings and calls for a person; empty: nothing."""
        latest = (
            select(Message.text, Message.parse)
            .where(Message.conversation_id == conversation_id, Message.role == "shopper")
            .order_by(Message.id.desc())
            .limit(MOST_RECENT)
        )
        with self._store.sessions() as session:
            said = session.execute(latest).all()
        return next((text for text, parse in said if not _is_small_talk(parse)), "")

    def _from_faq(self, question: str) -> list[wire.SuggestedReply]:
        return [
            wire.SuggestedReply(
                text=entry.answer,
                source="faq",
                question=entry.question,
                score=round(entry.score, 3),
            )
            for entry in self._nlu.search_faq(question, k=3).entries
            if entry.score >= FAQ_NEAR
        ]

    def _from_colleagues(self, question: str, conversation_id: str) -> list[wire.SuggestedReply]:
        """How staff answered others who said something alike."""
        answered = self._answered(conversation_id)
        if not answered or len(question) < SHORTEST:
            return []
        vectors = np.asarray(self._nlu.embed([question, *(asked for asked, _ in answered)]))
        alike = vectors[1:] @ vectors[0]
        nearest = np.argsort(-alike)[:3]
        return [
            wire.SuggestedReply(
                text=answered[place][1],
                source="staff",
                question=answered[place][0],
                score=round(float(alike[place]), 3),
            )
            for place in nearest
            if alike[place] >= ALIKE
        ]

    def _answered(self, conversation_id: str) -> list[tuple[str, str]]:
        asked = aliased(Message)
        with self._store.sessions() as session:
            rows = session.execute(
                select(asked.text, asked.parse, Message.text, Message.author)
                .join(asked, asked.id == Message.reply_to)
                .where(
                    Message.role == "agent",
                    Message.text != "",
                    Message.conversation_id != conversation_id,
                )
                .order_by(Message.id.desc())
                .limit(MOST_COMPARED)
            ).all()
        answered = [
            (question, without_courtesies(answer, name=author))
            for question, parse, answer, author in rows
            if len(question) >= SHORTEST and not _is_small_talk(parse)
        ]
        return [(question, answer) for question, answer in answered if answer]


def _is_small_talk(parse: Mapping[str, Any] | None) -> bool:
    return parse is not None and parse["intent"]["name"] in SMALL_TALK
