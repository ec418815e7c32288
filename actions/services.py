"""What the actions work with, made once at start."""

from dataclasses import dataclass
from typing import Protocol

from sqlalchemy.orm import Session, sessionmaker

from common.service import internal_headers
from common.settings import Settings
from db.engine import make_engine, session_factory
from nlu.client import NluClient
from recommender.client import make_client
from shop.faq import FaqSearcher
from shop.search import Recommender


class Closable(Protocol):
    """Something that holds connections."""

    def close(self) -> None:
        """Give them back."""


@dataclass(frozen=True, slots=True)
class Services:
    """The database, the two models' servers, and what the settings say of the shop.

    Attributes:
        checkout_url: where a cart is paid for, with `{cart_id}` for its id.
        webhook: whether the shop's own system is told of what shoppers ask for.
        closing: what to close at the end.
    """

    sessions: sessionmaker[Session]
    recommender: Recommender
    faq: FaqSearcher
    currency: str
    checkout_url: str = "/checkout?cart={cart_id}"
    webhook: bool = False
    closing: tuple[Closable, ...] = ()


def make_services(settings: Settings) -> Services:
    """The real ones, as the settings name them."""
    recommender = make_client(settings)
    nlu = NluClient(settings.nlu_url, headers=internal_headers(settings), timeout=2.0)
    return Services(
        sessions=session_factory(make_engine(settings.database_url)),
        recommender=recommender,
        faq=nlu,
        currency=settings.currency,
        checkout_url=settings.checkout_url,
        webhook=bool(settings.shop_webhook_url),
        closing=(recommender, nlu),
    )
