"""The gateway's application: every part made here, none at import."""

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from importlib.metadata import version
from pathlib import Path

import httpx
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware

from common.client import certificates
from common.service import add_service_routes, guard_metrics, internal_headers
from common.settings import Settings
from db.engine import make_engine, session_factory
from db.measures import watch_pool
from gateway.admission import Admission
from gateway.aftercare import aftercare_routes
from gateway.alert_watch import AlertWatch
from gateway.announcements import Announcer
from gateway.answers import Composer
from gateway.background import meanwhile
from gateway.bot_client import Bot, RasaClient
from gateway.careful_headers import CarefulHeaders
from gateway.cart_api import cart_routes
from gateway.channels.web import chat_routes
from gateway.channels.web_socket import socket_routes
from gateway.conversation import ConversationRouter
from gateway.custody import Custody
from gateway.demo import demo_routes
from gateway.demo_file import shop_name
from gateway.error_answers import answer_errors
from gateway.events import event_routes
from gateway.hub import Hub
from gateway.limits import BODY_SECONDS, CHAT_BYTES, EVENTS_BYTES, UPDATE_BYTES, BodyLimit
from gateway.lobby import Lobby
from gateway.measures import Measures, SupervisorFile
from gateway.outreach_api import outreach_routes
from gateway.outreach_drafts import NoticeWriter
from gateway.pages import add_pages
from gateway.portrait_api import portrait_routes
from gateway.problems import describe_problems
from gateway.rate_limits import AddressLimit, make_limits
from gateway.readiness import WholeShop, parts_of
from gateway.relay import Relay, relaying
from gateway.replies import Replier
from gateway.retention import Retention
from gateway.shop_api import shop_routes
from gateway.shop_webhook import Pace, ShopWebhook, delivering
from gateway.staff.app import StaffDesk
from gateway.standing import Office
from gateway.store import ConversationStore
from gateway.telegram_api import telegram_routes
from gateway.unanswered import Unanswered
from gateway.understanding import NluParser, Parser
from gateway.words import Words
from shop.hours import read_hours
from shop.triggers import Watchfulness

MOST_THREADS = 40
WEB_DIST = Path(__file__).parent.parent / "web" / "dist"


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds that each part is given before the gateway goes on without it.

    Together a turn ends well within the 20 seconds that the widget waits.
    """

    nlu: float = 2.5
    bot: float = 9.0
    first_frame: float = 5.0
    body: float = BODY_SECONDS
    shutdown: float = 4.0


def create_app(
    settings: Settings,
    *,
    parser: Parser | None = None,
    bot: Bot | None = None,
    patience: Patience | None = None,
    web_dist: Path = WEB_DIST,
    pace: Pace | None = None,
) -> FastAPI:
    """The gateway over an existing database.

    Args:
        parser: reads messages; the NLU server by default.
        bot: leads the dialogue; Rasa by default.
        web_dist: what `web/` was built into.
        pace: how the shop's own system is asked, where there is one.
    """
    patience = patience or Patience()
    engine = make_engine(settings.database_url, pool_size=20)
    sessions = session_factory(engine)
    words = Words(default_locale=settings.locale)
    office = Office(
        hours=read_hours(settings.staff_hours, zone=settings.staff_timezone),
        patience=timedelta(minutes=settings.staff_wait_minutes),
    )
    store = ConversationStore(
        sessions, watch=Watchfulness(valuable_cart=settings.valuable_cart), office=office
    )
    composer = Composer(sessions, words=words, shop_name=partial(shop_name, settings))
    hub = Hub()
    lobby = Lobby(store=store, words=words, hub=hub, office=office)
    announcer = Announcer(store=store, words=words, hub=hub)
    shop = WholeShop(engine, parts_of(settings))
    rasa = httpx.AsyncClient(
        base_url=settings.rasa_url,
        headers=internal_headers(settings),
        timeout=patience.bot,
        verify=certificates(),
        # Below Sanic's own, so that no call meets a connection that is just being closed.
        limits=httpx.Limits(max_connections=100, keepalive_expiry=4),
    )
    nlu = NluParser(settings, timeout=patience.nlu)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        # Threads that wait for a busy database must not keep the others from reading it.
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(MOST_THREADS))
        async with AsyncExitStack() as running:
            await running.enter_async_context(meanwhile(custody.run(router.resume)))
            if settings.shop_webhook_url:
                webhook = ShopWebhook(
                    sessions,
                    url=settings.shop_webhook_url,
                    key=settings.events_key,
                    announcer=announcer,
                    pace=pace,
                )
                await running.enter_async_context(delivering(webhook, patience=patience.shutdown))
            writer = NoticeWriter(composer=composer, words=words)
            watch = AlertWatch(store=store, writer=writer, hub=hub)
            await running.enter_async_context(meanwhile(watch.run()))
            retention = Retention(settings, store=store, engine=engine)
            await running.enter_async_context(meanwhile(retention.run()))
            await running.enter_async_context(staff.running())
            if engine.dialect.name == "postgresql":
                relay = Relay(url=settings.database_url, store=store, hub=hub)
                await running.enter_async_context(relaying(relay, hub))
            await running.enter_async_context(meanwhile(lobby.run()))
            if telegram is not None:
                await running.enter_async_context(telegram.running(patience=patience.shutdown))
            yield
        await router.drain(seconds=patience.shutdown)
        await rasa.aclose()
        await nlu.aclose()
        shop.close()
        engine.dispose()

    app = FastAPI(
        title="Shopkeeper",
        summary="The chat API, event intake and health of a shop's own assistant.",
        description=_SOCKET,
        version=version("shopkeeper"),
        lifespan=lifespan,
        # Their pages would load scripts from another host; docs/api.md says the same.
        docs_url=None,
        redoc_url=None,
    )
    registry = add_service_routes(app, readiness=shop.missing, public=True)
    guard_metrics(app, settings=settings)
    watch_pool(engine, registry)
    registry.register(SupervisorFile(settings.home / "supervisor.prom"))
    measures = Measures(registry)
    limits = make_limits(settings, refused=measures.refused)
    admission = Admission(store=store, limits=limits)
    unanswered = Unanswered(store)
    custody = Custody(unanswered)
    router = ConversationRouter(
        store=store,
        unanswered=unanswered,
        custody=custody,
        replier=Replier(
            composer=composer,
            parser=parser or nlu,
            bot=bot or RasaClient(rasa, timeout=patience.bot),
            measures=measures,
            nlu_timeout=patience.nlu,
            bot_timeout=patience.bot,
        ),
        lobby=lobby,
        hub=hub,
        measures=measures,
    )
    app.include_router(
        chat_routes(
            settings=settings,
            router=router,
            store=store,
            composer=composer,
            words=words,
            admission=admission,
        )
    )
    app.include_router(
        socket_routes(
            router=router,
            store=store,
            hub=hub,
            limits=limits,
            auth_timeout=patience.first_frame,
        )
    )
    staff = StaffDesk(
        settings,
        store=store,
        composer=composer,
        words=words,
        hub=hub,
        limits=limits,
        first_frame=patience.first_frame,
    )
    staff.add_routes(app)
    app.include_router(aftercare_routes(store=store, admission=admission, lobby=lobby, words=words))
    app.include_router(event_routes(settings=settings, admission=admission, sessions=sessions))
    app.include_router(shop_routes(settings=settings, announcer=announcer))
    app.include_router(
        cart_routes(admission=admission, sessions=sessions, currency=settings.currency)
    )
    app.include_router(outreach_routes(admission=admission, store=store))
    telegram = None
    if settings.telegram_token:
        # Imported here: a gateway without it starts a second sooner.
        from gateway.channels.telegram.channel import TelegramChannel

        telegram = TelegramChannel(
            settings,
            router=router,
            store=store,
            limits=limits,
            composer=composer,
            words=words,
            hub=hub,
        )
        app.include_router(telegram.routes)
    app.include_router(telegram_routes(channel=telegram, admission=admission))
    app.include_router(portrait_routes(admission=admission, store=store))
    app.include_router(demo_routes(settings=settings, sessions=sessions, words=words))
    add_pages(app, dist=web_dist, media=settings.media, words=words)
    answer_errors(app)
    describe_problems(app)
    app.add_middleware(
        BodyLimit,
        limits={"/api/events": EVENTS_BYTES, "/telegram/": UPDATE_BYTES},
        otherwise=CHAT_BYTES,
        seconds=patience.body,
    )
    app.add_middleware(AddressLimit, limits=limits)
    app.add_middleware(
        CORSMiddleware,
        allow_origins=settings.allowed_origins,
        allow_methods=["GET", "POST"],
        allow_headers=["Authorization", "Content-Type"],
        expose_headers=["Retry-After"],
        max_age=600,
    )
    app.add_middleware(CarefulHeaders)
    return app


_SOCKET = """
`WS /api/chat/ws` speaks the chat over one socket. First frame `{"type": "auth", "token"}` within
five seconds. Then the client sends `{"type": "message", "text" | "payload", "client_message_id"}`
and `{"type": "typing", "on"}`; the server sends `{"type": "ack", "client_message_id"}`,
`{"type": "message", "message"}` (the shopper's own too, for other tabs),
`{"type": "typing", "who", "on"}`, `{"type": "state", "state"}` and
`{"type": "error", "code", "detail", "client_message_id"?}`.
"""
