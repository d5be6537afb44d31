"""Rows against each other and against what is accepted already: duplicates, overlaps, odd values.

Periods are compared inside groups. A group is (site, meter, carrier) packed into one number; the same
packing with an ancestor in the place of the meter finds rows that would count twice through the meter
tree. Everything is sorted once and compared by running maxima: no row is compared with every other.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from suppliers.calc.facts import AcceptedPeriods, MeterFact, SiteFact
from suppliers.calc.findings import Findings
from suppliers.calc.references import CARRIER_CODES, CARRIER_INDEX, NOT_FOUND, WHOLE_SITE

IMPLAUSIBLE_RATIO = 10.0
FEWEST_FOR_MEDIAN = 4

_DAY_SPAN = 1 << 20  # more days than any calendar we read; keeps groups apart on one number line
_NO_PARTNER = -1
_DEEPEST_TREE = 20


@dataclass(frozen=True)
class Keys:
    """Rows to compare, as integer columns: positions and days since 1970."""

    site: NDArray[np.int64]
    meter: NDArray[np.int64]
    carrier: NDArray[np.int64]
    start: NDArray[np.int64]
    end: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.site)

    def group(self, meter: NDArray[np.int64] | None = None) -> NDArray[np.int64]:
        """(site, meter, carrier) as one number; with another meter in place of the row's own."""
        place = self.meter if meter is None else meter
        return (self.site * _GROUP_METERS + place) * len(CARRIER_CODES) + self.carrier

    def take(self, rows: NDArray[np.int64]) -> "Keys":
        return Keys(self.site[rows], self.meter[rows], self.carrier[rows], self.start[rows], self.end[rows])

    def followed_by(self, other: "Keys") -> "Keys":
        pairs = zip(self.columns(), other.columns(), strict=True)
        return Keys(*(np.concatenate(pair) for pair in pairs))

    def columns(self) -> tuple[NDArray[np.int64], ...]:
        return self.site, self.meter, self.carrier, self.start, self.end


_GROUP_METERS = 1 << 21


def days_since_1970(days: NDArray[np.datetime64]) -> NDArray[np.int64]:
    return days.astype("datetime64[D]").astype(np.int64)


def day_text(day: int) -> str:
    return str(np.datetime64(int(day), "D"))


def accepted_keys(accepted: AcceptedPeriods, sites: Sequence[SiteFact], meters: Sequence[MeterFact]) -> Keys:
    """Accepted periods as keys; those of sites, meters or carriers that are no longer known are left out."""
    site_of = {site.id: index for index, site in enumerate(sites)}
    meter_of = {0: 0} | {meter.id: index + 1 for index, meter in enumerate(meters)}
    site = _looked_up(accepted.site_id, site_of)
    meter = _looked_up(accepted.meter_id, meter_of)
    carrier = _looked_up(accepted.carrier, CARRIER_INDEX)
    keys = Keys(site, meter, carrier, days_since_1970(accepted.start), days_since_1970(accepted.end))
    return keys.take(np.flatnonzero((site >= 0) & (meter >= 0) & (carrier >= 0)))


def _looked_up(values: NDArray[np.generic], places: dict[int, int] | dict[str, int]) -> NDArray[np.int64]:
    distinct, inverse = np.unique(values, return_inverse=True)
    found = [places.get(value, NOT_FOUND) for value in distinct.tolist()]
    return np.array(found, dtype=np.int64)[inverse] if found else np.empty(0, dtype=np.int64)


# -- the one comparison --------------------------------------------------------------------------------


def overlapping(
    group: NDArray[np.int64],
    start: NDArray[np.int64],
    end: NDArray[np.int64],
    other_group: NDArray[np.int64],
    other_start: NDArray[np.int64],
    other_end: NDArray[np.int64],
) -> NDArray[np.int64]:
    """For each period, the index of one other period of the same group sharing a day with it, or -1."""
    result = np.full(len(group), _NO_PARTNER, dtype=np.int64)
    if not len(group) or not len(other_group):
        return result
    _, number = np.unique(np.concatenate([group, other_group]), return_inverse=True)
    own, other = number[: len(group)] * _DAY_SPAN, number[len(group) :] * _DAY_SPAN
    order = np.lexsort((other_end, other + other_start))
    starts = (other + other_start)[order]
    latest = np.maximum.accumulate((other + other_end)[order])
    bearer = _bearer_of_maximum((other + other_end)[order], latest)
    # The last other period that starts no later than this one ends; all before it are candidates.
    last = np.searchsorted(starts, own + end, side="right") - 1
    hit = (last >= 0) & (latest[np.maximum(last, 0)] >= own + start)
    result[hit] = order[bearer[last[hit]]]
    return result


def _bearer_of_maximum(values: NDArray[np.int64], running: NDArray[np.int64]) -> NDArray[np.int64]:
    """Position of the row that set each running maximum."""
    positions = np.where(values == running, np.arange(len(values)), 0)
    return np.maximum.accumulate(positions)


def overlapping_inside(keys: Keys) -> NDArray[np.int64]:
    """For each row, the index of another row of its own group that shares a day with it, or -1."""
    partner = np.full(len(keys), _NO_PARTNER, dtype=np.int64)
    if len(keys) < 2:
        return partner
    _, group = np.unique(keys.group(), return_inverse=True)
    starts, ends = group * _DAY_SPAN + keys.start, group * _DAY_SPAN + keys.end
    order = np.lexsort((ends, starts))
    starts, ends = starts[order], ends[order]
    latest = np.maximum.accumulate(ends)
    bearer = _bearer_of_maximum(ends, latest)
    later = np.flatnonzero(starts[1:] <= ends[:-1])  # overlaps the row that starts next
    partner[order[later]] = order[later + 1]
    earlier = np.flatnonzero(starts[1:] <= latest[:-1]) + 1  # overlaps one that started before
    partner[order[earlier]] = order[bearer[earlier - 1]]
    return partner


# -- the checks ----------------------------------------------------------------------------------------


def check_duplicates(
    keys: Keys, sameness: NDArray[np.object_], rows: NDArray[np.int64], findings: Findings
) -> NDArray[np.bool_]:
    """`row.duplicate` for rows equal in every field to an earlier row. Returns which of `rows` are.

    `sameness`: per row, what else must be equal (quantity, document).
    """
    repeated = np.zeros(len(keys), dtype=bool)
    if len(keys) < 2:
        return repeated
    _, first, inverse = np.unique(_whole_key(keys), return_index=True, return_inverse=True)
    suspects = np.flatnonzero(first[inverse] != np.arange(len(keys)))
    seen: dict[tuple[int, object], int] = {}
    originals: dict[int, int] = {}
    for index in np.union1d(np.unique(first[inverse[suspects]]), suspects).tolist():
        key = (int(inverse[index]), sameness[index])
        if key in seen:
            repeated[index] = True
            originals[int(rows[index])] = seen[key]
        else:
            seen[key] = index
    findings.flag(
        rows[repeated],
        "row.duplicate",
        None,
        lambda row: {"other_row": findings.row_number(int(rows[originals[row]]))},
    )
    return repeated


def _whole_key(keys: Keys) -> NDArray[np.int64]:
    _, group = np.unique(keys.group(), return_inverse=True)
    periods, period = np.unique(keys.start * _DAY_SPAN + keys.end, return_inverse=True)
    key: NDArray[np.int64] = group * len(periods) + period
    return key


def check_overlaps(keys: Keys, rows: NDArray[np.int64], findings: Findings) -> None:
    """`period.overlap` for both rows of the file that cover the same day of the same group."""
    partner = overlapping_inside(keys)
    place = dict(zip(rows.tolist(), range(len(rows)), strict=True))

    def data(row: int) -> dict[str, object]:
        other = int(partner[place[row]])
        return {
            "other_row": findings.row_number(int(rows[other])),
            "other_start": day_text(keys.start[other]),
            "other_end": day_text(keys.end[other]),
        }

    findings.flag(rows[partner != _NO_PARTNER], "period.overlap", "start", data)


def check_accepted(keys: Keys, accepted: Keys, rows: NDArray[np.int64], findings: Findings) -> None:
    """`record.exists` where an accepted record covers a day of the same site, meter and carrier."""
    partner = overlapping(keys.group(), keys.start, keys.end, accepted.group(), accepted.start, accepted.end)
    place = dict(zip(rows.tolist(), range(len(rows)), strict=True))

    def data(row: int) -> dict[str, object]:
        other = int(partner[place[row]])
        return {"other_start": day_text(accepted.start[other]), "other_end": day_text(accepted.end[other])}

    findings.flag(rows[partner != _NO_PARTNER], "record.exists", "start", data)


def check_tree(
    keys: Keys, accepted: Keys, rows: NDArray[np.int64], meters: Sequence[MeterFact], findings: Findings
) -> None:
    """`period.overlap` where an accounting meter and an accounting meter above it, or the whole site,
    cover the same day for the same carrier. Rows of the file are flagged on both levels; accepted
    records stand, and the row of the file is flagged. Meters that do not account are left alone."""
    everything = keys.followed_by(accepted)
    accounting = np.array([True, *(meter.accounting for meter in meters)])[everything.meter]
    counted = np.flatnonzero(accounting)
    partner_of: dict[int, tuple[int, bool]] = {}
    for ancestor in ancestors(meters):
        above = ancestor[everything.meter]
        low = counted[above[counted] != NOT_FOUND]
        if not len(low):
            continue
        lower, upper = everything.take(low), everything.take(counted)
        lower_group = lower.group(above[low])
        down = overlapping(lower_group, lower.start, lower.end, upper.group(), upper.start, upper.end)
        up = overlapping(upper.group(), upper.start, upper.end, lower_group, lower.start, lower.end)
        for index in np.flatnonzero(down != _NO_PARTNER).tolist():
            partner_of.setdefault(int(low[index]), (int(counted[down[index]]), True))
        for index in np.flatnonzero(up != _NO_PARTNER).tolist():
            partner_of.setdefault(int(counted[index]), (int(low[up[index]]), False))
    places = sorted(index for index in partner_of if index < len(keys))
    place = {int(rows[index]): index for index in places}
    findings.flag(
        list(place),
        "period.overlap",
        "start",
        lambda row: _tree_data(place[row], *partner_of[place[row]], everything, rows, meters, findings),
    )


def _tree_data(
    index: int,
    partner: int,
    partner_is_above: bool,
    everything: Keys,
    rows: NDArray[np.int64],
    meters: Sequence[MeterFact],
    findings: Findings,
) -> dict[str, object]:
    lower, upper = (index, partner) if partner_is_above else (partner, index)
    lower_meter, upper_meter = int(everything.meter[lower]), int(everything.meter[upper])
    span = f"{day_text(everything.start[partner])} – {day_text(everything.end[partner])}"
    data: dict[str, object] = {"lower": meters[lower_meter - 1].code, "other": span}
    if partner < len(rows):
        data["other_row"] = findings.row_number(int(rows[partner]))
    else:
        data["accepted"] = True
    if upper_meter == WHOLE_SITE:
        return data | {"reason": "site_and_meter"}
    return data | {"reason": "meter_tree", "upper": meters[upper_meter - 1].code}


def ancestors(meters: Sequence[MeterFact]) -> list[NDArray[np.int64]]:
    """For each level up: the position of the ancestor of every meter position, -1 where there is none.

    Position 0 is the whole site, which stands above every meter and is given first.
    """
    place = {meter.id: index + 1 for index, meter in enumerate(meters)}
    parent = np.array(
        [NOT_FOUND] + [place.get(meter.parent_id or 0, NOT_FOUND) for meter in meters], dtype=np.int64
    )
    site_level = np.zeros(len(parent), dtype=np.int64)
    site_level[0] = NOT_FOUND
    levels = [site_level]
    current = parent
    for _ in range(_DEEPEST_TREE):
        if np.all(current == NOT_FOUND):
            break
        levels.append(current)
        current = np.where(current == NOT_FOUND, NOT_FOUND, parent[np.maximum(current, 0)])
    return levels


def check_plausible(
    keys: Keys, quantity: NDArray[np.float64], rows: NDArray[np.int64], findings: Findings
) -> None:
    """`value.implausible` (a warning) where the daily rate is over 10 times, or under a tenth of, the
    median daily rate of its group. `quantity` [base unit]. Groups with fewer than 4 values, or a
    median of zero, say nothing; a zero quantity among others is odd and is flagged with ratio 0."""
    if not len(keys):
        return
    _, group, counts = np.unique(keys.group(), return_inverse=True, return_counts=True)
    rate = quantity / (keys.end - keys.start + 1)
    ordered = rate[np.lexsort((rate, group))]
    first = np.cumsum(counts) - counts
    median = (ordered[first + (counts - 1) // 2] + ordered[first + counts // 2]) / 2
    usual = np.where(counts >= FEWEST_FOR_MEDIAN, median, 0.0)[group]
    known = usual > 0
    ratio = np.divide(rate, usual, out=np.ones_like(rate), where=known)
    odd = np.flatnonzero((ratio > IMPLAUSIBLE_RATIO) | (ratio < 1 / IMPLAUSIBLE_RATIO))
    ratio_of_row = {int(rows[index]): float(f"{ratio[index]:.3g}") for index in odd}
    findings.flag(rows[odd], "value.implausible", "quantity", lambda row: {"ratio": ratio_of_row[row]})
