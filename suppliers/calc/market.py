"""Market-based electricity: how certificates cover the grid's kilowatt-hours of their year.

Source: GHG Protocol Scope 2 Guidance (2015), chapters 6 and 7; 1 GEC = 1 MWh (National Energy Administration).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .scaled import Whole


def granted(claims: Sequence[int], available: int) -> list[int]:
    """How much of each claim counts, in their order, until `available` is used up. Same whole unit for all."""
    left, counted = max(available, 0), []
    for claim in claims:
        part = min(claim, left)
        counted.append(part)
        left -= part
    return counted


def spread(cover: int, quantity: Whole) -> Whole:
    """Share `cover` out over `quantity` in proportion, exactly: the shares sum to it and none exceeds its quantity.

    Whole units (10^-6 kWh). Running sums are cut down and subtracted from each other, so no remainder is left over.
    No quantity or no cover gives zeros; more cover than quantity is a ValueError: cap it first.
    """
    total = sum(quantity.tolist())
    if cover > total:
        raise ValueError("more cover than there is to cover")
    if cover == 0 or total == 0:
        return np.zeros(len(quantity), dtype=np.int64)
    if cover == total:
        return quantity.copy()
    running = np.cumsum(quantity.astype(object))
    cut = running * cover // total
    shares: Whole = cut.copy()
    shares[1:] -= cut[:-1]
    return shares.astype(np.int64) if total < 2**62 else shares
