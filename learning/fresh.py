"""What has come since the last training: corrections, and what shoppers did."""

from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from db.tables.behaviour import Event
from db.tables.conversations import Conversation, Message
from db.tables.handoffs import MessageLabel
from learning.jobs import Kind, last_learnt

# Nobody needs to know it closer, and counting millions takes its time.
MOST_COUNTED = 100_000


def count_fresh(session: Session, kind: Kind) -> int:
    """How much a training could learn from now that the last one could not.

    Returns:
        For the language model, messages that staff corrected and whose shopper agreed; for the
        recommender, steps of shoppers with goods.
    """
    since = last_learnt(session, kind)
    if kind == "train_nlu":
        return count_corrections(session, since=since)
    return count_steps(session, since=since)


def count_corrections(session: Session, *, since: datetime | None = None) -> int:
    """Messages that staff corrected, each once, where the shopper agreed to training."""
    query = (
        select(func.count(MessageLabel.message_id.distinct()))
        .join(Message, Message.id == MessageLabel.message_id)
        .join(Conversation, Conversation.id == Message.conversation_id)
        .where(
            Conversation.consent_training.is_(True),
            MessageLabel.discarded.is_(False),
            or_(
                MessageLabel.intent.is_not(None),
                MessageLabel.entities.is_not(None),
                MessageLabel.sentiment.is_not(None),
            ),
        )
    )
    if since is not None:
        query = query.where(MessageLabel.created_at >= since)
    return session.scalar(query) or 0


def count_steps(session: Session, *, since: datetime | None = None) -> int:
    """What shoppers did with goods; MOST_COUNTED where it is more."""
    steps = select(Event.id).where(Event.product_id.is_not(None))
    if since is not None:
        steps = steps.where(Event.occurred_at >= since)
    query = select(func.count()).select_from(steps.limit(MOST_COUNTED).subquery())
    return session.scalar(query) or 0
