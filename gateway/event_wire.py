"""The shapes of POST /api/events."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Annotated, Self

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    SkipValidation,
    StringConstraints,
    model_validator,
)

from common.cells import region_around
from db.behaviour import WITHOUT_ITEMS
from db.tables.behaviour import EVENT_NAMES
from gateway.text import CleanText, Identifier

MOST_EVENTS = 2000
# A shopper's clock may be a little fast.
CLOCK_LEEWAY = timedelta(hours=1)

Place = Annotated[CleanText, StringConstraints(min_length=1, max_length=100)]


def _known(name: str) -> str:
    if name not in EVENT_NAMES:
        raise ValueError(f"none of {', '.join(EVENT_NAMES)}")
    return name


class EventItem(BaseModel):
    """One product of an event."""

    item_id: Identifier
    price: Annotated[Decimal, Field(ge=0, le=Decimal("99999999"), max_digits=12)] | None = None
    quantity: Annotated[int, Field(ge=1, le=1_000_000)] | None = None


class ShopEvent(BaseModel):
    """Something a shopper did, in GA4's names."""

    name: Annotated[str, AfterValidator(_known), Field(json_schema_extra={"enum": [*EVENT_NAMES]})]
    timestamp: AwareDatetime
    customer_id: Identifier | None = None
    items: Annotated[list[EventItem], Field(max_length=200)] = Field(default_factory=list)
    search_term: Annotated[CleanText, StringConstraints(max_length=500)] | None = None
    ranking_id: Identifier | None = None
    transaction_id: Identifier | None = Field(
        default=None,
        description="The order's id, of a purchase or refund: what is told twice counts once.",
    )
    country: Place | None = None
    region: Place | None = None
    latitude: Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)] | None = Field(
        default=None,
        description="With longitude, in degrees. Only the cell of some 50 km around it is kept, "
        "as the region where none is named.",
    )
    longitude: Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)] | None = None
    rating: Annotated[int, Field(ge=1, le=5)] | None = None
    text: Annotated[CleanText, StringConstraints(max_length=5000)] | None = None

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if not self.items and self.name not in WITHOUT_ITEMS:
            raise ValueError(f"items: {self.name} names at least one")
        if self.name == "search" and not (self.search_term or "").strip():
            raise ValueError("search_term: search carries one")
        if self.name == "review" and self.rating is None:
            raise ValueError("rating: review carries one from 1 to 5")
        if (self.latitude is None) != (self.longitude is None):
            raise ValueError("latitude, longitude: both or neither")
        if self.timestamp > datetime.now(UTC) + CLOCK_LEEWAY:
            raise ValueError("timestamp: it lies in the future")
        return self

    @property
    def around(self) -> str | None:
        """The region, or the cell around the coordinates."""
        return region_around(self.region, self.latitude, self.longitude)


class EventsRequest(BaseModel):
    """Events, each judged by itself, so that a bad one does not lose the others."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "events": [
                        {
                            "name": "add_to_cart",
                            "timestamp": "2026-01-01T10:00:00Z",
                            "items": [{"item_id": "sku-123", "price": 59.9, "quantity": 1}],
                        }
                    ]
                }
            ]
        }
    )

    events: Annotated[list[SkipValidation[ShopEvent]], Field(max_length=MOST_EVENTS)]


class Rejected(BaseModel):
    """An event that was not taken, by its place in the request."""

    index: int
    reason: str


class EventsAnswer(BaseModel):
    """How many events were taken, and which were not."""

    accepted: int
    rejected: list[Rejected]
