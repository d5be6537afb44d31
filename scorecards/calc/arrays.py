"""Names of the array types that cross the scorecard's boundaries, and two small shapes of them."""

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

FloatArray: TypeAlias = NDArray[np.float64]
BoolArray: TypeAlias = NDArray[np.bool_]
IntArray: TypeAlias = NDArray[np.int64]
TextArray: TypeAlias = NDArray[np.str_]
DateArray: TypeAlias = NDArray[np.datetime64]
Column: TypeAlias = NDArray[Any]


def choose(conditions: Sequence[BoolArray], codes: Sequence[str], otherwise: str) -> TextArray:
    """Return for each supplier the code of the first condition that holds, else `otherwise`."""
    chosen: TextArray = np.select(list(conditions), [np.array(code) for code in codes], np.array(otherwise))
    return chosen


def best_row(owner: IntArray, merit: FloatArray, count: int) -> IntArray:
    """Return for each of `count` owners the index of its row of highest merit, -1 where it has none.

    `owner` [row -> supplier index], `merit` [any unit; NaN ranks below every number]. Equal merit: the
    first row wins, so hand rows in a fixed order.
    """
    best = np.full(count, -1, dtype=np.int64)
    order = np.lexsort((-np.arange(len(owner)), np.where(np.isnan(merit), -np.inf, merit)))
    best[owner[order]] = order  # ascending merit: the last write is the best row
    return best
