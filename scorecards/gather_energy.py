"""What the activity data say about each supplier of a quarter: kWh, completeness, intensity, standard coal.

Three queries over all suppliers at once, each summing in the database.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.db.models import Case, Count, F, FloatField, Q, QuerySet, Sum, When
from django.db.models.functions import Cast

from scorecards.calc.arrays import BoolArray, FloatArray, IntArray, TextArray
from scorecards.field import (
    DaysInside,
    Field,
    columns,
    flags,
    floats,
    handed_in,
    returned_by,
    taken,
    texts,
)
from suppliers.calc.periods import FiscalQuarter
from suppliers.models import ActivityRecord, EmissionLine, Output, Site
from suppliers.tenants import clock

GRID, GREEN, PV = "electricity", "green_power", "pv_self"
ELECTRIC = (GRID, GREEN, PV)
# What a site uses every month, so that a month without it is a gap. Fuels and gases come when they come.
REGULAR = (*ELECTRIC, "natural_gas", "steam", "heat")
YEAR = 4  # quarters
_RECORD = ActivityRecord._meta.db_table
_OUTPUT = Output._meta.db_table


@dataclass(frozen=True)
class Energy:
    """Arrays over the field; [4 x N] oldest quarter first."""

    grid_kwh: FloatArray  # [4 x N] NaN: no electricity of any kind handed in
    green_kwh: FloatArray
    pv_kwh: FloatArray
    on_time: FloatArray  # [N share]
    complete: FloatArray  # [N share] NaN: nothing is due
    evidenced: FloatArray  # [N share]
    metered: FloatArray  # [N share] NaN: no kWh
    year_complete: BoolArray  # [N] electricity of every open site, every day of four quarters
    before_complete: BoolArray  # [N] the same of the four quarters before


def energy(field: Field) -> Energy:
    slots = _slots(field)
    sites = _open_sites(field)
    kwh = {carrier: _kwh(slots, field, carrier) for carrier in ELECTRIC}
    handed = np.stack([~np.isnan(part) for part in kwh.values()]).any(axis=0)
    grid = np.where(handed, np.nan_to_num(kwh[GRID]), np.nan)
    due = _due(slots, sites, field)
    quarter_kwh = sum(np.nan_to_num(part[-1]) for part in kwh.values())
    metered_kwh = np.bincount(
        slots.owner, np.where(slots.is_electric & slots.metered, slots.kwh[-1], 0.0), field.count
    )
    with np.errstate(invalid="ignore", divide="ignore"):
        return Energy(
            grid_kwh=grid,
            green_kwh=kwh[GREEN],
            pv_kwh=kwh[PV],
            on_time=_share(slots, slots.days_on_time, due, field),
            complete=_share(slots, slots.days_quarter, due, field),
            evidenced=np.bincount(slots.owner, slots.documented, field.count)
            / np.bincount(slots.owner, slots.records, field.count),
            metered=metered_kwh / np.where(quarter_kwh > 0, quarter_kwh, np.nan),
            year_complete=_covered(slots, sites, slots.days_year, year_days(field.quarter), field),
            before_complete=_covered(
                slots, sites, slots.days_before, year_days(field.quarter.previous(YEAR)), field
            ),
        )


@dataclass(frozen=True)
class _Slots:
    """One site, meter and carrier of one supplier each: what came of it, [d], [kWh] and [count]."""

    owner: IntArray
    site: IntArray
    carrier: TextArray
    metered: BoolArray
    days_quarter: FloatArray
    days_on_time: FloatArray
    days_year: FloatArray
    days_before: FloatArray
    records: FloatArray
    documented: FloatArray
    kwh: FloatArray  # [4 x slots]

    @property
    def is_electric(self) -> BoolArray:
        return np.isin(self.carrier, ELECTRIC)


def year_days(quarter: FiscalQuarter) -> int:
    """Days [d] of the four quarters that end with this one."""
    return (quarter.last_day - quarter.previous(YEAR - 1).first_day).days + 1


def _between(first: dt.date, last: dt.date) -> Q:
    return Q(start__lte=last, end__gte=first)


def _slot_sums(quarter: FiscalQuarter, due_by: dt.datetime) -> dict[str, Any]:
    """What is summed of the records of a slot; the first six in the order of the fields of `_Slots`."""
    window = [quarter.previous(back) for back in reversed(range(YEAR))]
    before = (quarter.previous(2 * YEAR - 1).first_day, quarter.previous(YEAR).last_day)
    year = (window[0].first_day, quarter.last_day)
    now = (quarter.first_day, quarter.last_day)
    proven = ~Q(document="") | Q(source_kind="readings")
    quantity, whole = (
        Cast("quantity", FloatField()),
        DaysInside(_RECORD, dt.date(1, 1, 1), dt.date(9999, 12, 31)),
    )
    sums: dict[str, Any] = {
        "days_quarter": Sum(DaysInside(_RECORD, *now), filter=_between(*now)),
        "days_on_time": Sum(DaysInside(_RECORD, *now), filter=_between(*now) & Q(created_at__lte=due_by)),
        "days_year": Sum(DaysInside(_RECORD, *year), filter=_between(*year)),
        "days_before": Sum(DaysInside(_RECORD, *before), filter=_between(*before)),
        "records": Count("pk", filter=_between(*now)),
        "documented": Count("pk", filter=_between(*now) & proven),
    }
    for place, of in enumerate(window):
        days = DaysInside(_RECORD, of.first_day, of.last_day)
        inside = Q(start__gte=of.first_day, end__lte=of.last_day)
        sums[f"kwh_{place}"] = Sum(
            Case(When(inside, then=quantity), default=quantity * days / whole),
            filter=_between(of.first_day, of.last_day),
        )
    return sums


def _slots(field: Field) -> _Slots:
    quarter = field.quarter
    due_by = dt.datetime.combine(
        quarter.last_day + dt.timedelta(days=field.buyer.due_days), dt.time.max, tzinfo=clock.now().tzinfo
    )
    sums = _slot_sums(quarter, due_by)
    keys = ("supplier_id", "site_id", "carrier", "meter_id")
    rows = (
        ActivityRecord.objects.filter(
            Q(meter=None) | Q(meter__accounting=True),
            _between(quarter.previous(2 * YEAR - 1).first_day, quarter.last_day),
            supplier_id__in=field.enrolled(),
            withdrawn_at=None,
            site__closed_on=None,
            carrier__in=REGULAR,
        )
        .order_by()
        .values_list(*keys)
        .annotate(**sums)
        .values_list(*keys, *sums)
    )
    owner, site, carrier, meter, *rest = columns(rows, len(keys) + len(sums))
    numbers = [np.nan_to_num(floats(part)) for part in rest]
    return _Slots(
        field.places(owner),
        np.array(site, dtype=np.int64),
        texts(carrier),
        flags(meter),
        *(*numbers[:6], np.stack(numbers[6:])),
    )


def _open_sites(field: Field) -> tuple[IntArray, IntArray]:
    rows = Site.objects.filter(supplier_id__in=field.enrolled(), closed_on=None).order_by("id")
    owner, site = columns(rows.values_list("supplier_id", "id"), 2)
    return field.places(owner), np.array(site, dtype=np.int64)


def _kwh(slots: _Slots, field: Field, carrier: str) -> FloatArray:
    """kWh of a carrier by quarter [4 x N]; NaN where a supplier handed nothing of it in."""
    own = slots.carrier == carrier
    sums = np.stack([np.bincount(slots.owner[own], part[own], field.count) for part in slots.kwh])
    return np.where(sums > 0, sums, np.nan)


def _due(slots: _Slots, sites: tuple[IntArray, IntArray], field: Field) -> FloatArray:
    """What is due of each supplier: every slot of the last four quarters, and electricity of every site."""
    live = slots.days_year > 0
    powered = np.unique(slots.site[live & slots.is_electric])
    dark = ~np.isin(sites[1], powered)
    due = np.bincount(slots.owner[live], minlength=field.count)
    due += np.bincount(sites[0][dark], minlength=field.count)
    return due.astype(np.float64)


def _share(slots: _Slots, days: FloatArray, due: FloatArray, field: Field) -> FloatArray:
    whole = (field.quarter.last_day - field.quarter.first_day).days + 1
    came = np.bincount(slots.owner, np.minimum(days / whole, 1.0), field.count)
    return np.where(due > 0, came / np.where(due > 0, due, 1.0), np.nan)


def _covered(
    slots: _Slots, sites: tuple[IntArray, IntArray], days: FloatArray, whole: int, field: Field
) -> BoolArray:
    """Whether every open site has a kind of electricity that covers every day."""
    full = np.unique(slots.site[slots.is_electric & (days >= whole - 0.5)])
    open_sites = np.bincount(sites[0], minlength=field.count)
    covered = np.bincount(sites[0][np.isin(sites[1], full)], minlength=field.count)
    full_cover: BoolArray = (open_sites > 0) & (covered == open_sites)
    return full_cover


@dataclass(frozen=True)
class Intensity:
    """[kgCO2e/unit], both windows with the factors of the present one; `unit` "" where there is none."""

    now: FloatArray
    before: FloatArray
    unit: TextArray


def intensity(field: Field, data: Energy) -> Intensity:
    emitted, emitted_before = _emissions(field)
    made, made_before, unit = _output(field)
    now = np.where(data.year_complete, emitted / made, np.nan)
    return Intensity(
        now=now,
        before=np.where(data.before_complete & ~np.isnan(now), emitted_before / made_before, np.nan),
        unit=np.where(np.isnan(now), "", unit),
    )


def _month_number(day: dt.date) -> int:
    return day.year * 12 + day.month


def _lines(field: Field, first: dt.date) -> QuerySet[Any]:
    lines: QuerySet[Any] = EmissionLine.objects.filter(
        supplier_id__in=field.enrolled(),
        withdrawn_at=None,
        scope__in=(1, 2),
        basis__in=("direct", "location"),
        year__gte=first.year,
    )
    lines = lines.annotate(month_number=F("year") * 12 + F("month"))
    return lines


def _emissions(field: Field) -> tuple[FloatArray, FloatArray]:
    """Location-based scope 1 + 2 [kgCO2e] of four quarters and the four before.

    The years before are reckoned with the present factors of the same site and carrier, so that a new
    edition of factors is no effort; what is no longer used keeps the factor it had.
    """
    quarter = field.quarter
    middle = _month_number(quarter.previous(YEAR - 1).first_day)
    start, end = middle - 12, middle + 11
    now, before = Q(month_number__range=(middle, end)), Q(month_number__range=(start, middle - 1))
    amount, emitted = Cast("quantity", FloatField()), Cast("kgco2e", FloatField())
    sums = {
        "amount_now": Sum(amount, filter=now),
        "amount_before": Sum(amount, filter=before),
        "emitted_now": Sum(emitted, filter=now),
        "emitted_before": Sum(emitted, filter=before),
    }
    keys = ("supplier_id", "record__site_id", "carrier")
    rows = (
        _lines(field, quarter.previous(2 * YEAR - 1).first_day)
        .filter(month_number__range=(start, end))
        .order_by()
        .values(*keys)
        .annotate(**sums)
        .values_list(*keys, *sums)
    )
    owner, _, _, *rest = columns(rows, len(keys) + len(sums))
    amount_now, amount_before, emitted_now, emitted_before = (np.nan_to_num(floats(part)) for part in rest)
    places = field.places(owner)
    used = amount_now > 0
    present_factor = np.where(used, emitted_now / np.where(used, amount_now, 1.0), 0.0)
    same_factor = np.where(used, amount_before * present_factor, emitted_before)
    return (
        np.bincount(places, emitted_now, field.count).astype(np.float64),
        np.bincount(places, same_factor, field.count).astype(np.float64),
    )


def _output(field: Field) -> tuple[FloatArray, FloatArray, TextArray]:
    """Output of four quarters and the four before [unit], NaN unless each site that produced covers every day."""
    quarter = field.quarter
    windows = [(of.previous(YEAR - 1).first_day, of.last_day) for of in (quarter, quarter.previous(YEAR))]
    value, whole = Cast("value", FloatField()), DaysInside(_OUTPUT, dt.date(1, 1, 1), dt.date(9999, 12, 31))
    sums = {}
    for name, window in zip(("now", "before"), windows, strict=True):
        days = DaysInside(_OUTPUT, *window)
        sums[f"days_{name}"] = Sum(days, filter=_between(*window))
        inside = Q(start__gte=window[0], end__lte=window[1])
        sums[f"made_{name}"] = Sum(
            Case(When(inside, then=value), default=value * days / whole), filter=_between(*window)
        )
    keys = ("supplier_id", "site_id", "unit")
    rows = (
        Output.objects.filter(handed_in(field.buyer), _between(windows[1][0], windows[0][1]))
        .filter(~returned_by("output", field.buyer), supplier_id__in=field.enrolled())
        .order_by()
        .values(*keys)
        .annotate(**sums)
        .values_list(*keys, *sums)
    )
    owner, _, unit, *rest = columns(rows, len(keys) + len(sums))
    places, units = field.places(owner), texts(unit)
    result = []
    for came, made, window in zip(rest[::2], rest[1::2], windows, strict=True):
        length = (window[1] - window[0]).days + 1
        full = np.nan_to_num(floats(came)) >= length - 0.5
        gaps = np.bincount(places[~full], minlength=field.count)
        sums_made = np.bincount(places, np.nan_to_num(floats(made)), field.count)
        result.append(np.where((gaps == 0) & (sums_made > 0), sums_made.astype(np.float64), np.nan))
    only, mixed = _one_unit(places, units, field.count)
    result = [np.where(mixed, np.nan, part) for part in result]
    return result[0], result[1], only


def _one_unit(places: IntArray, units: TextArray, count: int) -> tuple[TextArray, BoolArray]:
    """The unit of each supplier's output, and who used several: units are never added to each other."""
    if not len(places):
        return np.full(count, ""), np.zeros(count, dtype=bool)
    names, number = np.unique(units, return_inverse=True)
    low, high = np.full(count, len(names)), np.full(count, -1)
    np.minimum.at(low, places, number)
    np.maximum.at(high, places, number)
    last = np.full(count, -1, dtype=np.int64)
    last[places] = np.arange(len(places))
    return taken(units, last, ""), (high >= 0) & (low != high)


def coal_by_quarter(field: Field, owners: QuerySet[Any], quarters: int) -> FloatArray:
    """Energy [tce, quarters x N] of the suppliers in `owners`, oldest quarter first; 0 where none is known."""
    window = [field.quarter.previous(back) for back in reversed(range(quarters))]
    sums = {
        f"q{place}": Sum(
            Cast("kgce", FloatField()),
            filter=Q(month_number__range=(_month_number(of.first_day), _month_number(of.first_day) + 2)),
        )
        for place, of in enumerate(window)
    }
    rows = (
        _lines(field, window[0].first_day)
        .filter(supplier_id__in=owners)
        .order_by()
        .values("supplier_id")
        .annotate(**sums)
        .values_list("supplier_id", *sums)
    )
    owner, *rest = columns(rows, len(sums) + 1)
    places = field.places(owner)
    return np.stack([np.bincount(places, np.nan_to_num(floats(part)), field.count) / 1000.0 for part in rest])
