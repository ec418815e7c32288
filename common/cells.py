"""Coordinates as cells: all that is kept of where exactly somebody was."""

import h3

# Cells of some 1,770 square kilometres, 50 across: a city with its surroundings.
_RESOLUTION = 4
_MARK = "h3:"


def cell_of(latitude: float, longitude: float) -> str:
    """The name of the H3 cell around a point, which stands in the place of a region.

    Args:
        latitude: degrees north, -90 to 90.
        longitude: degrees east, -180 to 180.
    """
    return f"{_MARK}{h3.latlng_to_cell(latitude, longitude, _RESOLUTION)}"


def region_around(
    region: str | None, latitude: float | None, longitude: float | None
) -> str | None:
    """The region where one is named, else the cell around the coordinates where both are given."""
    if region or latitude is None or longitude is None:
        return region
    return cell_of(latitude, longitude)


def is_cell(region: str) -> bool:
    """Whether a region is a cell, which needs no country to be found."""
    return region.startswith(_MARK)
