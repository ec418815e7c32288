"""Where a shopper is, as far as anybody knows."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from common.cells import is_cell
from db.tables.customers import Customer

# Nothing for the whole world, a country, or a country and its region or cell; or a cell alone.
Place = tuple[str, ...]


def place_of(country: str | None, region: str | None) -> Place:
    """The place as far as it is known; a region without its country says nothing, if no cell."""
    if not country and region and is_cell(region):
        return (region,)
    return tuple(name for name in (country, country and region) if name)


def at_home(session: Session, customer_id: str | None, *, near: Place) -> Place:
    """The customer's home where it lies within the place that is known, else that place."""
    if customer_id is None:
        return near
    lives = select(Customer.country, Customer.region).where(Customer.id == customer_id)
    found = session.execute(lives).one_or_none()
    home = place_of(found.country, found.region) if found else ()
    return home if home[: len(near)] == near else near
