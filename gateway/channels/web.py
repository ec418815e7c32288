"""The chat API over REST, as contracts.md has it."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from sqlalchemy.orm import Session as DatabaseSession

from common.errors import NotFound
from common.settings import Settings
from gateway import wire
from gateway.admission import Admission
from gateway.answers import Composer
from gateway.conversation import ConversationRouter, IncomingMessage
from gateway.drafts import Draft
from gateway.problems import problems
from gateway.speaker import Speaker
from gateway.store import ConversationStore
from gateway.words import Words
from shop import identity

CHANNEL = "web"
HISTORY_LIMIT = 500
AFTER = "The id of a message: only what came after it. 0: the latest."


def chat_routes(
    *,
    settings: Settings,
    router: ConversationRouter,
    store: ConversationStore,
    composer: Composer,
    words: Words,
    admission: Admission,
) -> APIRouter:
    """The routes under /api/chat."""
    routes = APIRouter(prefix="/api/chat", tags=["chat"])

    # Types, made here for their store.
    Acting = Annotated[Speaker, Depends(admission.acting)]  # noqa: N806
    Talking = Annotated[Speaker, Depends(admission.talking)]  # noqa: N806

    @routes.post("/sessions", status_code=201, responses=problems(400, 401, 413, 422))
    def start_session(request: wire.SessionRequest) -> wire.Session:
        """Start a conversation; the first message says that a bot answers."""
        locale = words.choose_locale(request.locale)
        customer = request.customer
        if customer is not None:
            identity.verify(customer.id, customer.signature, key=settings.identity_key)

        def greet(session: DatabaseSession) -> Draft:
            name = None
            if customer is not None:
                name = identity.recognise(session, customer.id, locale=locale).name
            return composer.greeting(name=name, locale=locale)

        speaker, token, greeting = store.open(
            channel=CHANNEL,
            locale=locale,
            customer_id=customer.id if customer else None,
            page=request.page,
            greet=greet,
        )
        return wire.Session(
            session_id=speaker.conversation_id,
            token=token,
            state=speaker.state,
            messages=greeting,
        )

    @routes.post("/messages", responses=problems(400, 401, 413, 422))
    async def send_message(request: wire.MessageRequest, speaker: Talking) -> wire.Messages:
        """Say something; the answers to it come back."""
        turn = await router.receive(
            IncomingMessage(
                speaker,
                text=request.text,
                token=request.payload,
                client_message_id=request.client_message_id,
                page=request.page,
            )
        )
        return await turn.answered()

    @routes.get("/messages", responses=problems(401, 422))
    def read_messages(
        speaker: Acting,
        after: Annotated[int, Query(ge=0, le=2**63 - 1, description=AFTER)] = 0,
        limit: Annotated[
            int, Query(ge=1, le=HISTORY_LIMIT, description="How many at most.")
        ] = HISTORY_LIMIT,
    ) -> wire.Messages:
        """Both sides in order: those after an id, or the latest."""
        messages = store.history(speaker.conversation_id, after=after, limit=limit)
        standing = store.standing(speaker.conversation_id)
        return wire.Messages(**standing.model_dump(), messages=messages)

    @routes.post(
        "/messages/{message_id}/feedback",
        status_code=204,
        responses=problems(400, 401, 404, 413, 422),
    )
    def give_feedback(message_id: str, request: wire.FeedbackRequest, speaker: Acting) -> None:
        """Thumb an answer up or down."""
        if not (message_id.isascii() and message_id.isdigit() and len(message_id) < 19):
            raise NotFound("This conversation has no answer with this id.")
        store.add_feedback(
            speaker.conversation_id, int(message_id), value=request.value, comment=request.comment
        )

    @routes.post("/consent", status_code=204, responses=problems(400, 401, 413, 422))
    def give_consent(request: wire.ConsentRequest, speaker: Acting) -> None:
        """Say whether this conversation may be learnt from."""
        store.set_consent(speaker.conversation_id, training=request.training)

    return routes
