"""Amounts as shops write them: "890 g" and "2.2 kg" can be held against each other."""

import math
import re

_AMOUNT = re.compile(r"\d+(?:[.,]\d{3})*(?:\.\d+)?")
_BETWEEN = re.compile(r"\s*(?:x|×|by)\s*", re.IGNORECASE)
_UNIT = re.compile(r"\s*-?\s*([^\W\d_]+)")
# Each unit as a quantity and how much of it; any other is a quantity of its own.
_UNITS = {
    "mg": ("mass", 1e-6),
    "g": ("mass", 1e-3),
    "gram": ("mass", 1e-3),
    "kg": ("mass", 1.0),
    "oz": ("mass", 0.0283495),
    "lb": ("mass", 0.453592),
    "mm": ("length", 1e-3),
    "cm": ("length", 1e-2),
    "m": ("length", 1.0),
    "inch": ("length", 0.0254),
    "inche": ("length", 0.0254),
    "ml": ("volume", 1e-3),
    "cl": ("volume", 1e-2),
    "l": ("volume", 1.0),
    "litre": ("volume", 1.0),
    "liter": ("volume", 1.0),
    "minute": ("time", 60.0),
    "hour": ("time", 3600.0),
    "day": ("time", 86400.0),
    "mb": ("data", 1e-3),
    "gb": ("data", 1.0),
    "tb": ("data", 1e3),
}

# A quantity and how much of it.
Measure = tuple[str, float]


def read_measure(text: str) -> Measure | None:
    """The one amount that a value begins with; lengths by lengths multiply.

    Returns:
        None where there is none, or it is a span ("64 to 128 cm"): nobody can say which end counts.
    """
    plain = text.lower().strip()
    first = _AMOUNT.match(plain)
    if first is None:
        return None
    sides, end = [_number(first[0])], first.end()
    while (by := _BETWEEN.match(plain, end)) and (side := _AMOUNT.match(plain, by.end())):
        sides.append(_number(side[0]))
        end = side.end()
    if _AMOUNT.search(plain, end):
        return None
    unit = _UNIT.match(plain, end)
    name = unit[1].removesuffix("s") if unit else ""
    quantity, scale = _UNITS.get(name, (name, 1.0))
    dimensions = f"^{len(sides)}" if len(sides) > 1 else ""
    return f"{quantity}{dimensions}", float(math.prod(side * scale for side in sides))


def _number(text: str) -> float:
    return float(text.replace(",", ""))
