"""What travels to and from the recommender: the shapes of `POST /recommend`."""

from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, FiniteFloat, model_validator

from common.cells import region_around

ReasonCode = Literal[
    "matches_query",
    "similar_to_viewed",
    "similar_to_bought",
    "similar_to_anchor",
    "goes_with_cart",
    "chosen_with_bought",
    "chosen_with_viewed",
    "from_history",
    "picked_by_shop",
    "popular_here",
    "favourite_brand",
    "favourite_category",
    "popular_now",
    "top_rated",
    "on_sale",
    "fits_budget",
    "new_arrival",
]

Order = Literal["cheapest", "dearest", "best_rated", "newest"]


def _as_list(value: Any) -> Any:
    """One value or several: a wish for "red" and one for ["red", "blue"] are the same shape."""
    if value is None:
        return []
    return [value] if isinstance(value, str) else value


Text = Annotated[str, Field(max_length=500)]
Words = Annotated[
    list[Text],
    BeforeValidator(_as_list, json_schema_input_type=list[Text] | Text | None),
    Field(max_length=50),
]
Price = Annotated[FiniteFloat, Field(ge=0)]


class Constraints(BaseModel):
    """What a product must be. Each list means "any of these"; an empty one asks nothing.

    `features` is the exception: every feature is asked for on its own.
    `exclude` maps a field (category, brand, color, size, material, features or the name of an
    attribute) to the values that no product shown may have.
    """

    model_config = ConfigDict(extra="forbid")

    category: Words = Field(default_factory=list)
    brand: Words = Field(default_factory=list)
    color: Words = Field(default_factory=list)
    size: Words = Field(default_factory=list)
    material: Words = Field(default_factory=list)
    features: Words = Field(default_factory=list)
    price_min: Price | None = None
    price_max: Price | None = None
    rating_min: Annotated[FiniteFloat, Field(ge=0, le=5)] | None = None
    in_stock: bool = False
    on_sale: bool = False
    exclude: dict[str, Words] = Field(default_factory=dict)
    exclude_ids: Annotated[list[str], Field(max_length=2000)] = Field(default_factory=list)

    @model_validator(mode="after")
    def _price_range_is_possible(self) -> Self:
        low, high = self.price_min, self.price_max
        if low is not None and high is not None and high < low:
            raise ValueError(
                f"price_max {high:g} is below price_min {low:g}: no price can be both; "
                "swap them or leave one out"
            )
        return self


class Context(BaseModel):
    """Where and when the shopper asks. Everything is optional."""

    model_config = ConfigDict(extra="ignore")

    time: datetime | None = None
    country: str | None = None
    region: str | None = None
    # Degrees; taken as the cell that they lie in where no region is named.
    latitude: Annotated[FiniteFloat, Field(ge=-90, le=90)] | None = None
    longitude: Annotated[FiniteFloat, Field(ge=-180, le=180)] | None = None
    # The score of the last message, -1 (angry) to 1 (delighted).
    sentiment: Annotated[FiniteFloat, Field(ge=-1, le=1)] | None = None
    page_product_id: str | None = None

    @model_validator(mode="after")
    def _point_is_whole(self) -> Self:
        if (self.latitude is None) != (self.longitude is None):
            raise ValueError("latitude and longitude: give both or neither")
        return self

    @property
    def around(self) -> str | None:
        """The region, or the cell around the coordinates."""
        return region_around(self.region, self.latitude, self.longitude)


class RecommendRequest(BaseModel):
    """Who asks, for what, within which limits."""

    model_config = ConfigDict(extra="forbid")

    customer_id: str | None = None
    session_id: str | None = None
    locale: str | None = None
    query: Annotated[str, Field(max_length=2000)] | None = None
    constraints: Constraints = Field(default_factory=Constraints)
    # Show goods like this one; it is not shown itself.
    anchor_product_id: str | None = None
    # What fits, in this order; the one that suits the shopper best where none is named.
    order: Order | None = None
    context: Context = Field(default_factory=Context)
    # False where the shopper does not see the answer: it is not logged as shown to them.
    shown: bool = True
    k: Annotated[int, Field(ge=1, le=100)] = 5


class Reason(BaseModel):
    """Why a product stands where it does: a code that is worded where the answer is, and facts."""

    code: ReasonCode
    params: dict[str, Any] = Field(default_factory=dict)


class Item(BaseModel):
    """One product of the answer. `score` is the sum of `parts`."""

    product_id: str
    score: float
    reason: Reason
    parts: dict[str, float]


class Relaxed(BaseModel):
    """A wish that nothing satisfied: what was asked, and what was given (null: dropped)."""

    constraint: str
    asked: Any
    given: Any = None


class Recommendation(BaseModel):
    """The answer, best first."""

    ranking_id: str
    model_version: str
    items: list[Item]
    relaxed: list[Relaxed]
    # True when a part of the recommender was down and this is the second best.
    degraded: bool
    # Whether further products fit as well; null from a server that does not say.
    more: bool | None = None
