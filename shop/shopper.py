"""Who is asking, and from where."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Shopper:
    """The person on the other side of one conversation.

    Attributes:
        session_id: the conversation, which is all that is known of a guest.
        customer_id: set only for a shopper whose signature was checked.
        page_product_id: the product on the page they have open.
        sentiment: of their last message, -1 (angry) to 1 (delighted).
    """

    session_id: str
    customer_id: str | None = None
    locale: str = "en"
    country: str | None = None
    page_product_id: str | None = None
    sentiment: float | None = None
