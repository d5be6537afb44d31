"""From the models to the input arrays of the eight indicators: a fixed number of queries, whoever is enrolled.

Every query names the buyer or the enrolled suppliers in so many words, beside the scope that is open.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.db.models import FloatField, Q
from django.db.models.functions import Cast

from scorecards import gather_energy, gather_evidence
from scorecards.calc.arrays import BoolArray, FloatArray, IntArray
from scorecards.calc.circumstances import Circumstances, nothing_special
from scorecards.calc.methodology import IDS
from scorecards.field import (
    NOT_A_DAY,
    Field,
    any_of,
    columns,
    dates,
    enrolled_in,
    flags,
    floats,
    last_rows,
    quarters_since,
    taken,
    texts,
)
from scorecards.indicators import (
    i5_platform,
    i6_inventory,
    i7_spark,
)
from scorecards.models import Correction, Edition, Exemption, IndicatorValue, Scorecard
from sparkplan.models import Project, Saving, StageChange
from suppliers.calc.periods import FiscalQuarter
from suppliers.factors.queries import Lookup
from suppliers.models import Buyer, Incident, Review


@dataclass(frozen=True)
class Gathered:
    """All that a quarter needs: the field, inputs by indicator, what was decided beside them."""

    field: Field
    inputs: Mapping[str, Any]
    around: Mapping[str, Circumstances]
    gate_open: BoolArray
    quarters_since_gate: FloatArray
    previous_total: FloatArray
    previous_rank: IntArray


def gather(*, buyer: Buyer, quarter: FiscalQuarter, rules: Mapping[str, Any]) -> Gathered:
    field = enrolled_in(buyer, quarter)
    evidence = gather_evidence.Credentials(field)
    energy = gather_energy.energy(field)
    target, target_waits = gather_evidence.targets(field)
    training, training_waits = gather_evidence.training(field)
    renewable, renewable_waits = gather_evidence.renewable(field, energy)
    waiting = evidence.waiting | {"I3": renewable_waits, "I4": target_waits, "I8": training_waits}
    spark_rules = next(part["rules"] for part in rules["indicators"] if part["id"] == "I7")
    previous = _previous_edition(field)
    gate_open, since = _gate(field)
    total, rank = _previous_places(field, previous)
    return Gathered(
        field=field,
        inputs={
            "I1": evidence.ecovadis(),
            "I2": evidence.certification(),
            "I3": renewable,
            "I4": target,
            "I5": _platform(field, energy, rules),
            "I6": _inventory(field, evidence, energy),
            "I7": _spark(field, energy, int(spark_rules["quarters_after_commissioning"])),
            "I8": training,
        },
        around=_around(field, waiting, previous),
        gate_open=gate_open,
        quarters_since_gate=since,
        previous_total=total,
        previous_rank=rank,
    )


def _platform(field: Field, energy: gather_energy.Energy, rules: Mapping[str, Any]) -> i5_platform.Inputs:
    over = next(p["rules"]["correction"]["over_percent"] for p in rules["indicators"] if p["id"] == "I5")
    rows = Correction.objects.filter(
        buyer=field.buyer,
        percent__gt=over,
        found_on__range=(field.quarter.first_day, field.quarter.last_day),
        supplier_id__in=field.enrolled(),
    ).values_list("supplier_id")
    (owner,) = columns(rows, 1)
    return i5_platform.Inputs(
        on_time=energy.on_time,
        complete=energy.complete,
        evidenced=energy.evidenced,
        metered=energy.metered,
        corrections=np.bincount(field.places(owner), minlength=field.count).astype(np.float64),
    )


def _inventory(
    field: Field, evidence: gather_evidence.Credentials, energy: gather_energy.Energy
) -> i6_inventory.Inputs:
    statement = evidence.statement()
    intensity = gather_energy.intensity(field, energy)
    group = np.char.add(np.char.add(field.commodity, "/"), intensity.unit)
    return i6_inventory.Inputs(
        as_of=field.as_of,
        complete=energy.year_complete,
        assurance=taken(evidence.level, statement, ""),
        period_end=taken(evidence.period_end, statement, NOT_A_DAY),
        scope3_inside=taken(evidence.scope3, statement, False),
        intensity_now=intensity.now,
        intensity_before=intensity.before,
        quarters_enrolled=field.quarters_enrolled,
        group=np.where(intensity.unit == "", "", group),
        reviewed=statement >= 0,
    )


def _spark(field: Field, energy: gather_energy.Energy, quarters: int) -> i7_spark.Inputs:
    day = field.quarter.last_day
    projects = Project.objects.filter(supplier_id__in=field.enrolled())
    rows = projects.order_by("id").values_list(
        "id",
        "supplier_id",
        "measure",
        "stage",
        "commissioned_on",
        "mv_plan_registered_on",
        "saving_verified_on",
    )
    ids, owner, measure, stage, commissioned, plan, verified = columns(rows, 7)
    numbers, places = np.array(ids, dtype=np.int64), field.places(owner)
    stages, progress = _stages(field, numbers, texts(stage))
    planned, commissioned_on = dates(plan), dates(commissioned)
    progress = np.fmax(progress, np.where(planned <= field.as_of, planned, NOT_A_DAY))
    proven = dates(verified) <= field.as_of
    coal = gather_energy.coal_by_quarter(
        field, projects.filter(saving_verified_on__lte=day).values("supplier_id"), quarters
    )
    saved = _savings(field, numbers, proven, coal, places, quarters)
    kwh = np.nan_to_num(energy.grid_kwh) + np.nan_to_num(energy.green_kwh) + np.nan_to_num(energy.pv_kwh)
    total_saved = np.bincount(places, np.nan_to_num(saved), field.count)
    return i7_spark.Inputs(
        count=field.count,
        owner=places,
        stage=stages,
        plan_registered=planned <= field.as_of,
        quarters_since_commissioning=quarters_since(
            np.where(commissioned_on <= field.as_of, commissioned_on, NOT_A_DAY), field.quarter
        ),
        quarters_since_progress=quarters_since(progress, field.quarter),
        earns_saving=texts(measure) != "pv",
        saving_tce=saved,
        reviewed=proven | flags(_reviewed_projects(field, numbers)),
        # what would have been used without the saving: what was used, and what was saved
        baseline_tce=np.where(coal.sum(axis=0) > 0, coal.sum(axis=0) + total_saved, np.nan),
        annual_mwh=np.where(energy.year_complete, kwh.sum(axis=0) / 1000.0, np.nan),
    )


def _stages(field: Field, numbers: IntArray, today: Any) -> tuple[Any, Any]:
    """Stage and last progress of each project on the quarter's last day, as its history tells."""
    rows = StageChange.objects.filter(supplier_id__in=field.enrolled(), on__lte=field.quarter.last_day)
    project, stage, on = columns(rows.order_by("on", "id").values_list("project_id", "stage", "on"), 3)
    last = last_rows(np.searchsorted(numbers, project), len(numbers), np.ones(len(project), dtype=bool))
    begun = last >= 0
    return np.where(begun, taken(texts(stage), last, ""), "dropped"), taken(dates(on), last, NOT_A_DAY)


def _savings(
    field: Field, numbers: IntArray, proven: BoolArray, coal: FloatArray, places: IntArray, quarters: int
) -> FloatArray:
    """Verified saving [tce] of each project in the quarters for which its supplier's energy is known."""
    coefficient = Lookup().standard_coal("electricity")
    kgce_per_kwh = float(coefficient.value) if coefficient else np.nan
    first = field.quarter.previous(quarters - 1).first_day
    rows = Saving.objects.filter(
        supplier_id__in=field.enrolled(),
        month__range=(first, field.quarter.last_day),
        project__saving_verified_on__lte=field.quarter.last_day,
    ).values_list("project_id", "month", Cast("saved_kwh", FloatField()))
    project, month, kwh = columns(rows, 3)
    row = np.searchsorted(numbers, project)
    since = quarters_since(dates(month), field.quarter).astype(np.int64)
    known = coal[quarters - 1 - since, places[row]] > 0 if len(row) else np.zeros(0, dtype=bool)
    saved = np.bincount(row[known], floats(kwh)[known], len(numbers)) * kgce_per_kwh / 1000.0
    return np.where(proven, saved, np.nan)


def _reviewed_projects(field: Field, numbers: IntArray) -> Any:
    reviews = Review.objects.filter(buyer=field.buyer, subject="project", verdict="accepted")
    (accepted,) = columns(reviews.values_list("subject_id"), 1)
    return np.isin(numbers, np.array(accepted, dtype=np.int64))


def _gate(field: Field) -> tuple[BoolArray, FloatArray]:
    day = field.quarter.last_day
    rows = Incident.objects.filter(buyer=field.buyer, supplier_id__in=field.enrolled(), opened_on__lte=day)
    owner, closed = columns(rows.order_by("closed_on", "id").values_list("supplier_id", "closed_on"), 2)
    places, closed_on = field.places(owner), dates(closed)
    shut = closed_on <= field.as_of  # NaT, or closed only later: open on that day
    last = np.full(field.count, NOT_A_DAY)
    for place, on in zip(places[shut], closed_on[shut], strict=True):
        last[place] = np.fmax(last[place], on)
    return any_of(places, field.count, ~shut), quarters_since(last, field.quarter)


def _previous_edition(field: Field) -> Edition | None:
    found: Edition | None = (
        Edition.objects.filter(buyer=field.buyer, label=field.quarter.previous().label, state="published")
        .order_by("-number")
        .first()
    )
    return found


def _previous_places(field: Field, previous: Edition | None) -> tuple[FloatArray, IntArray]:
    total, rank = np.full(field.count, np.nan), np.zeros(field.count, dtype=np.int64)
    rows = Scorecard.objects.filter(buyer=field.buyer, edition=previous, supplier_id__in=field.enrolled())
    owner, totals, ranks = columns(rows.values_list("supplier_id", Cast("total", FloatField()), "rank"), 3)
    places = field.places(owner)
    total[places] = floats(totals)
    rank[places] = np.nan_to_num(floats(ranks)).astype(np.int64)
    return total, rank


def _around(
    field: Field, waiting: Mapping[str, BoolArray], previous: Edition | None
) -> dict[str, Circumstances]:
    """Pending, carried and exempt by indicator; last quarter's values are read only where something waits."""
    none = nothing_special(field.count)
    last = _last_values(field, previous, waiting)
    exempt = _exempt(field)
    return {
        name: Circumstances(
            handed_in_unreviewed=waiting.get(name, none.handed_in_unreviewed),
            last_points=last[name][0],
            last_value=last[name][1],
            last_state=last[name][2],
            approved_not_applicable=exempt[name],
            disputed=none.disputed,
        )
        for name in IDS
    }


def _last_values(
    field: Field, previous: Edition | None, waiting: Mapping[str, BoolArray]
) -> dict[str, tuple[FloatArray, FloatArray, Any]]:
    wanted = [name for name, who in waiting.items() if who.any()]
    rows = IndicatorValue.objects.filter(
        buyer=field.buyer, edition=previous, indicator__in=wanted, supplier_id__in=field.enrolled()
    ).order_by()
    owner, indicator, points, value, state = columns(
        rows.values_list("supplier_id", "indicator", "points", "value", "state"), 5
    )
    places, names = field.places(owner), texts(indicator)
    result = {}
    for name in IDS:
        own = names == name
        last_points, last_value = np.full(field.count, np.nan), np.full(field.count, np.nan)
        last_state = np.full(field.count, "", dtype="<U14")
        last_points[places[own]] = floats(points)[own]
        last_value[places[own]] = floats(value)[own]
        last_state[places[own]] = texts(state)[own]
        result[name] = (last_points, last_value, last_state)
    return result


def _exempt(field: Field) -> dict[str, BoolArray]:
    day = field.quarter.last_day
    rows = Exemption.objects.filter(
        Q(until_day=None) | Q(until_day__gte=day),
        buyer=field.buyer,
        from_day__lte=day,
        supplier_id__in=field.enrolled(),
    )
    owner, indicator = columns(rows.values_list("supplier_id", "indicator"), 2)
    places, names = field.places(owner), texts(indicator)
    return {name: any_of(places, field.count, names == name) for name in IDS}
