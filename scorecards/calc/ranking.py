"""Competition ranking: equal totals share the rank and the next ranks are skipped (1, 2, 2, 4)."""

from dataclasses import dataclass

import numpy as np

from scorecards.calc.arrays import BoolArray, FloatArray, IntArray, TextArray

NO_RANK = 0


@dataclass(frozen=True, slots=True)
class GroupRanks:
    """Rank inside the own group; `is_public` is false where the group is too small to be shown."""

    rank: IntArray
    size: IntArray  # [suppliers] ranked in the group
    is_public: BoolArray


def competition_ranks(total: FloatArray, ranked: BoolArray) -> IntArray:
    """Return the rank of each rounded total [points], 1 the best; NO_RANK where unranked or NaN."""
    counted = ranked & ~np.isnan(total)
    ascending = np.sort(total[counted])
    better = len(ascending) - np.searchsorted(ascending, total, side="right")
    return np.where(counted, better + 1, NO_RANK).astype(np.int64)


def group_ranks(total: FloatArray, ranked: BoolArray, group: TextArray, smallest_public: int) -> GroupRanks:
    """Rank each rounded total [points] inside its group (commodity x size).

    A group counts its ranked suppliers; one with fewer than `smallest_public` [suppliers] is not public.
    A supplier without group ("") is not ranked in one.
    """
    counted = ranked & ~np.isnan(total) & (group != "")
    rank = np.zeros(len(total), dtype=np.int64)
    size = np.zeros(len(total), dtype=np.int64)
    rows = np.flatnonzero(counted)
    if len(rows):
        _, number = np.unique(group[rows], return_inverse=True)
        order = np.lexsort((-total[rows], number))
        sorted_number, sorted_total = number[order], total[rows][order]
        place = np.arange(len(order))
        first_of_group = np.searchsorted(sorted_number, sorted_number, side="left")
        new_value = np.ones(len(order), dtype=bool)
        new_value[1:] = (sorted_number[1:] != sorted_number[:-1]) | (sorted_total[1:] != sorted_total[:-1])
        first_of_tie = np.maximum.accumulate(np.where(new_value, place, 0))
        rank[rows[order]] = first_of_tie - first_of_group + 1
        size[rows] = np.bincount(number)[number]
    return GroupRanks(rank=rank, size=size, is_public=counted & (size >= smallest_public))
