"""HOME/demo.json, which is there where a demo shop was loaded."""

import json
import logging

from pydantic import BaseModel, Field, ValidationError

from common.settings import Settings

logger = logging.getLogger(__name__)


class ShopFacts(BaseModel):
    """The shop's sign."""

    name: str
    tagline: str
    currency: str


class NamedCustomer(BaseModel):
    """A made-up customer and what they like."""

    id: str
    name: str
    taste: str


class DemoFile(BaseModel):
    """The demo shop's sign, and whom a visitor may be."""

    shop: ShopFacts
    customers: list[NamedCustomer] = Field(default_factory=list)


def read_demo(settings: Settings) -> DemoFile | None:
    """The demo's facts; None where the shop is a real one, or the file is damaged."""
    path = settings.home / "demo.json"
    try:
        return DemoFile.model_validate(json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None
    except (ValueError, ValidationError):
        logger.exception("demo.json cannot be read")
        return None


def shop_name(settings: Settings) -> str:
    """What the shop calls itself."""
    demo = read_demo(settings)
    return demo.shop.name if demo else settings.shop_name
