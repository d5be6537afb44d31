"""Exact products over columns without a Decimal a row: whole numbers of the storage step, cut once, half up.

A column of Decimals becomes whole millionths; a product with a constant is taken in 64 bits where it fits and in
Python's unbounded integers where it does not. The result is the same to the last digit as with Decimals.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .periods import MonthPieces

Whole = NDArray[Any]  # int64, or object holding int

_LIMIT = 2**62


def from_decimals(values: Sequence[Decimal] | NDArray[np.object_], places: int) -> Whole:
    """Whole units of 10^-places from Decimals that have no more places than that (others: ValueError)."""
    found = [_whole(value, places) for value in values]
    fits = not found or (max(found) < _LIMIT and min(found) > -_LIMIT)
    return np.array(found, dtype=np.int64 if fits else object)


def to_decimals(whole: Whole, places: int) -> list[Decimal]:
    """Decimals with exactly `places` places."""
    made: dict[int, Decimal] = {}
    result: list[Decimal] = []
    for number in whole.tolist():
        value = made.get(number)
        if value is None:
            value = made[number] = Decimal(number).scaleb(-places)
        result.append(value)
    return result


def times(whole: Whole, places: int, constants: Sequence[Decimal], to_places: int) -> Whole:
    """whole × the constants, from 10^-places to whole units of 10^-to_places, cut once, half up (of non-negatives).

    Zero gives zero. Negative numbers are a ValueError: no quantity and no factor here is below zero.
    """
    if len(whole) == 0:
        return whole
    multiplier, exponent = 1, places
    for constant in constants:
        sign, digits, power = constant.normalize().as_tuple()
        if sign:
            raise ValueError("a constant below zero")
        multiplier *= int("".join(map(str, digits)))
        exponent -= int(power)
    shift = exponent - to_places
    top = int(whole.max())
    if int(whole.min()) < 0:
        raise ValueError("a quantity below zero")
    if shift < 0:
        multiplier, shift = multiplier * 10**-shift, 0
    divisor = 10**shift
    half = divisor // 2
    if top * multiplier + half < _LIMIT and divisor < _LIMIT and whole.dtype != object:
        product: Whole = (whole * multiplier + half) // divisor
        return product
    large = whole.astype(object)
    result: Whole = (large * multiplier + half) // divisor
    return result if int(result.max()) >= _LIMIT else result.astype(np.int64)


def _whole(value: Decimal, places: int) -> int:
    scaled = value.scaleb(places)
    number = int(scaled)
    if number != scaled:
        raise ValueError(f"{value} has more than {places} places")
    return number


def share_by_days(whole: Whole, pieces: MonthPieces) -> Whole:
    """`periods.share_by_days` over whole numbers: every piece but a period's last cut down, the last takes the rest."""
    shares = whole[pieces.row_index]
    if len(shares) == len(whole):
        return shares
    counts = np.bincount(pieces.row_index, minlength=len(whole))
    days = np.bincount(pieces.row_index, weights=pieces.days, minlength=len(whole)).astype(np.int64)
    if shares.dtype != object and int(shares.max(initial=0)) > _LIMIT // 10**5:
        shares = shares.astype(object)
    parts = shares * pieces.days // days[pieces.row_index]
    ends = np.cumsum(counts)
    last, first = ends - 1, ends - counts
    sums = np.add.reduceat(parts, first)
    parts[last] += whole - sums
    return parts
