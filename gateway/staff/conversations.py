"""The routes with which staff see conversations."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from sqlalchemy import select

from common.errors import NotFound
from db.tables.handoffs import ConversationTag
from gateway import wire as chat
from gateway.problems import problems
from gateway.staff import wire
from gateway.staff.guard import Caller, Guard
from gateway.staff.inbox import Wanted, count_conversations, find_conversations
from gateway.staff.summaries import read_summaries
from gateway.staff.takeover_card import CardReader
from gateway.staff.transcript import read_messages
from gateway.store import ConversationStore
from gateway.text import CleanText
from nlu.wire import SentimentLabel

MOST_LISTED = 100
MOST_OFFSET = 100_000
Id = Annotated[int, Query(ge=0, le=2**63 - 1)]
Words = Annotated[CleanText, Query(max_length=200)]
Code = Annotated[CleanText | None, Query(max_length=40)]


def conversation_routes(*, store: ConversationStore, guard: Guard, card: CardReader) -> APIRouter:
    """The routes under /api/staff that read conversations."""
    routes = APIRouter(prefix="/api/staff", tags=["staff"])
    Calling = Annotated[Caller, Depends(guard.calling)]  # noqa: N806

    @routes.get("/conversations", responses=problems(401, 422))
    def list_conversations(
        caller: Calling,
        state: Annotated[list[chat.State] | None, Query()] = None,
        mine: bool = False,  # noqa: FBT001, FBT002 - a query's parameter
        q: Words = "",
        locale: Code = None,
        channel: Code = None,
        sentiment: SentimentLabel | None = None,
        tag: Code = None,
        limit: Annotated[int, Query(ge=1, le=MOST_LISTED)] = 50,
        before: Annotated[int, Query(ge=0, le=MOST_OFFSET, description="`next` of a page.")] = 0,
    ) -> wire.Conversations:
        """Conversations: with `state=queued` who waits longest first, else the newest."""
        wanted = Wanted(state or (), mine, q, locale, channel, sentiment, tag)
        with store.sessions() as session:
            ids = find_conversations(
                session, wanted, staff_id=caller.id, limit=limit + 1, offset=before
            )
            return wire.Conversations(
                conversations=read_summaries(session, ids[:limit], staff_id=caller.id),
                counts=count_conversations(session, staff_id=caller.id),
                next=str(before + limit) if len(ids) > limit else None,
            )

    @routes.get("/conversations/{conversation_id}", responses=problems(401, 404, 422))
    def read_conversation(
        conversation_id: str,
        caller: Calling,
        locale: Annotated[CleanText | None, Query(max_length=35)] = None,
        suggest: bool = True,  # noqa: FBT001, FBT002 - a query's parameter
    ) -> wire.Detail:
        """All that helps whoever takes it over. Parts that are down leave their fields empty."""
        return card.read(conversation_id, staff_id=caller.id, locale=locale, suggest=suggest)

    @routes.get("/conversations/{conversation_id}/messages", responses=problems(401, 404, 422))
    def list_messages(
        conversation_id: str,
        caller: Calling,
        after: Id = 0,
        before: Id | None = None,
        limit: Annotated[int, Query(ge=1, le=500)] = 200,
    ) -> wire.StaffMessages:
        """Messages after or before an id, else the latest; oldest first."""
        find_summary(store, conversation_id, caller)
        with store.sessions() as session:
            return wire.StaffMessages(
                messages=read_messages(
                    session, conversation_id, after=after, before=before, limit=limit
                )
            )

    @routes.get("/conversations/{conversation_id}/suggestions", responses=problems(401, 404, 422))
    def suggest(conversation_id: str, caller: Calling) -> wire.Suggestions:
        """What to say and show next."""
        find_summary(store, conversation_id, caller)
        return card.suggest(conversation_id)

    @routes.get(
        "/products",
        responses=problems(401, 422),
        dependencies=[Depends(guard.calling)],
    )
    def find_products(
        q: Words = "",
        conversation_id: Annotated[CleanText | None, Query(max_length=100)] = None,
        k: Annotated[int, Query(ge=1, le=50)] = 12,
    ) -> wire.Products:
        """Goods to show: by words, else by what the conversation's shopper wants."""
        return card.find_products(q, conversation_id=conversation_id, k=k)

    @routes.get("/tags", responses=problems(401, 422), dependencies=[Depends(guard.calling)])
    def list_tags() -> wire.TagNames:
        """The tags in use."""
        with store.sessions() as session:
            used = session.scalars(
                select(ConversationTag.tag).distinct().order_by(ConversationTag.tag)
            )
            return wire.TagNames(tags=list(used))

    @routes.get("/labels", responses=problems(401, 422), dependencies=[Depends(guard.calling)])
    def list_labels() -> wire.LabelNames:
        """What a correction may say."""
        return card.label_names

    return routes


def find_summary(store: ConversationStore, conversation_id: str, caller: Caller) -> wire.Summary:
    """One conversation as the caller's list shows it.

    Raises:
        NotFound: there is no such conversation.
    """
    with store.sessions() as session:
        found = read_summaries(session, [conversation_id], staff_id=caller.id)
    if not found:
        raise NotFound("There is no such conversation.")
    return found[0]
