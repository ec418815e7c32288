"""Trials of a model beside the one in use: which shoppers are tried on, and how sure a share is."""

import hashlib
import math

_95 = 1.96


def is_on_trial(shopper: str, *, trial: str, share: float) -> bool:
    """Whether this shopper belongs to the trial's share: the same answer every time, everywhere.

    Each trial draws anew, so that the same shoppers are not always the ones tried on.
    """
    digest = hashlib.sha256(f"{trial}\0{shopper}".encode()).digest()
    return int.from_bytes(digest[:8]) < share * 2**64


def likely_share(share: float, of: float) -> tuple[float, float]:
    """Between which a share lies, 95% of the time: Wilson's score interval (Wilson 1927).

    Args:
        share: that was counted, 0 to 1.
        of: how many independent ones it was counted of, more than 0.
    """
    square = _95**2
    middle = (share + square / (2 * of)) / (1 + square / of)
    spread = share * (1 - share) / of + square / (4 * of**2)
    around = _95 * math.sqrt(spread) / (1 + square / of)
    return max(0.0, middle - around), min(1.0, middle + around)
