"""The chat API over REST, as contracts.md has it."""

from typing import Annotated, NoReturn

from fastapi import APIRouter, Depends, Query
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from sqlalchemy.orm import Session as DatabaseSession

from common.errors import NotFound, Unauthorized
from common.settings import Settings
from gateway import wire
from gateway.answers import Composer
from gateway.conversation import ConversationRouter, IncomingMessage
from gateway.speaker import Speaker
from gateway.store import ConversationStore, Draft
from gateway.words import Words
from shop import identity

CHANNEL = "web"
HISTORY_LIMIT = 500

_bearer = HTTPBearer(auto_error=False, description="The session's token.")
Bearer = Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]


def chat_routes(
    *,
    settings: Settings,
    router: ConversationRouter,
    store: ConversationStore,
    composer: Composer,
    words: Words,
) -> APIRouter:
    """The routes under /api/chat."""
    routes = APIRouter(prefix="/api/chat", tags=["chat"])

    def speaking(bearer: Bearer) -> Speaker:
        if bearer is None:
            _ask_for_token()
        return store.speaker(bearer.credentials)

    SpeakerOf = Annotated[Speaker, Depends(speaking)]  # noqa: N806 - a type, made here for its store

    @routes.post("/sessions", status_code=201)
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

    @routes.post("/messages")
    async def send_message(request: wire.MessageRequest, speaker: SpeakerOf) -> wire.Messages:
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

    @routes.get("/messages")
    def read_messages(
        speaker: SpeakerOf,
        after: Annotated[int, Query(ge=0, le=2**63 - 1)] = 0,
        limit: Annotated[int, Query(ge=1, le=HISTORY_LIMIT)] = HISTORY_LIMIT,
    ) -> wire.Messages:
        """Both sides in order: those after an id, or the latest."""
        messages = store.history(speaker.conversation_id, after=after, limit=limit)
        return wire.Messages(state=speaker.state, messages=messages)

    @routes.post("/messages/{message_id}/feedback", status_code=204)
    def give_feedback(message_id: str, request: wire.FeedbackRequest, speaker: SpeakerOf) -> None:
        """Thumb an answer up or down."""
        if not (message_id.isascii() and message_id.isdigit() and len(message_id) < 19):
            raise NotFound("This conversation has no answer with this id.")
        store.add_feedback(
            speaker.conversation_id, int(message_id), value=request.value, comment=request.comment
        )

    @routes.post("/consent", status_code=204)
    def give_consent(request: wire.ConsentRequest, speaker: SpeakerOf) -> None:
        """Say whether this conversation may be learnt from."""
        store.set_consent(speaker.conversation_id, training=request.training)

    return routes


def _ask_for_token() -> NoReturn:
    raise Unauthorized("Send the session's token: Authorization: Bearer TOKEN.")
