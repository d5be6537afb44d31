"""The quarter: gather -> measure -> points -> total -> rank -> write, over all suppliers at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.db import connection

from scorecards.calc import methodology as calc_methodology
from scorecards.calc.arrays import BoolArray, FloatArray
from scorecards.calc.circumstances import settle
from scorecards.calc.gains import gains
from scorecards.calc.measured import NOT_APPLICABLE, Measured
from scorecards.calc.ranking import GroupRanks, competition_ranks, group_ranks
from scorecards.calc.reasons import rows_of_data
from scorecards.calc.totals import Totals, gate_holds, totals
from scorecards.gather import Gathered, gather
from scorecards.indicators import INDICATORS, SENTENCES
from scorecards.models import Edition, IndicatorValue, Scorecard
from suppliers.calc.periods import FiscalQuarter
from suppliers.tenants import bulk


@dataclass(frozen=True)
class Result:
    """A quarter computed, not yet written."""

    gathered: Gathered
    measures: Mapping[str, Measured]
    weights: FloatArray
    gains: FloatArray
    gated: BoolArray
    totals: Totals
    ranks: Any
    groups: GroupRanks

    @property
    def count(self) -> int:
        return self.gathered.field.count


def compute(*, edition: Edition) -> Result:
    """Compute the edition anew and replace what was computed before. Call inside a transaction."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            # compiling these many-column sums takes longer than running them uncompiled
            cursor.execute("SET LOCAL jit = off")
    buyer, rules = edition.buyer, edition.methodology.rules
    quarter = FiscalQuarter.from_label(edition.label, buyer.fiscal_start_month)
    result = rank(gather(buyer=buyer, quarter=quarter, rules=rules), rules)
    erase(edition)
    write(edition, result, rules)
    return result


def rank(gathered: Gathered, rules: Mapping[str, Any]) -> Result:
    measures = {
        name: settle(
            module.measure(gathered.inputs[name], calc_methodology.indicator(rules, name)["rules"]),
            gathered.around[name],
        )
        for name, module in INDICATORS.items()
    }
    by_rule = calc_methodology.total_rules(rules)
    gated = gate_holds(
        gathered.gate_open, gathered.quarters_since_gate, int(rules["gate"]["quarters_after_closing"])
    )
    points = np.stack([measure.points for measure in measures.values()])
    applicable = np.stack([measure.state != NOT_APPLICABLE for measure in measures.values()])
    # disputed keeps what was measured: not applicable is decided before it and never disputed
    summed = totals(
        points=points,
        applicable=applicable,
        covered=np.stack([measure.covered for measure in measures.values()]),
        verified=np.stack([measure.verified for measure in measures.values()]),
        gated=gated,
        **by_rule,
    )
    field = gathered.field
    group = np.where(
        field.size_band == "", "", np.char.add(np.char.add(field.commodity, "/"), field.size_band)
    )
    next_points = np.stack([measure.next_points for measure in measures.values()])
    return Result(
        gathered=gathered,
        measures=measures,
        weights=by_rule["weights"],
        gains=gains(
            points=points, next_points=next_points, weights=by_rule["weights"], applicable=applicable
        ),
        gated=gated,
        totals=summed,
        ranks=competition_ranks(summed.total, summed.ranked),
        groups=group_ranks(
            summed.total, summed.ranked, group, int(rules["ranking"]["smallest_public_group"])
        ),
    )


def erase(edition: Edition) -> None:
    """Take out what an earlier run of this edition wrote; the database refuses it for a published one."""
    for model in (IndicatorValue, Scorecard):
        found = model.objects.filter(buyer=edition.buyer_id, edition=edition).order_by()
        found._raw_delete(found.db)  # nothing else points at them: no need to read them first


def write(edition: Edition, result: Result, rules: Mapping[str, Any]) -> None:
    ids = bulk.reserve_ids(Scorecard, result.count)
    suppliers = result.gathered.field.supplier_ids.tolist()
    bulk.insert_columns(
        Scorecard, _scorecard_columns(edition, result, ids, suppliers), tenant_id=edition.buyer_id
    )
    columns: dict[str, list[Any]] = {}
    for place, name in enumerate(INDICATORS):
        part = _indicator_columns(edition, result, ids, suppliers, name, place, rules)
        for column, values in part.items():
            columns.setdefault(column, []).extend(values)
    bulk.insert_columns(IndicatorValue, columns, tenant_id=edition.buyer_id)


def _scorecard_columns(
    edition: Edition, result: Result, ids: list[int], suppliers: list[int]
) -> dict[str, list[Any]]:
    field, summed, groups, gathered = (
        result.gathered.field,
        result.totals,
        result.groups,
        result.gathered,
    )
    same = result.count
    reason = np.select([result.gated, ~summed.ranked], ["gated", "weight"], "")
    return {
        "id": ids,
        "buyer_id": [edition.buyer_id] * same,
        "supplier_id": suppliers,
        "edition_id": [edition.pk] * same,
        "commodity": field.commodity.tolist(),
        "size_band": field.size_band.tolist(),
        "total": _numbers(summed.total),
        "grade": summed.grade.tolist(),
        "rank": _ranks(result.ranks),
        "group_rank": _ranks(np.where(groups.is_public, groups.rank, 0)),
        "group_size": groups.size.tolist(),
        "previous_rank": _ranks(gathered.previous_rank),
        "previous_total": _numbers(gathered.previous_total),
        "coverage_percent": _numbers(np.nan_to_num(summed.coverage_percent)),
        "verified_percent": _numbers(np.nan_to_num(summed.verified_percent)),
        "gated": result.gated.tolist(),
        "unranked_reason": reason.tolist(),
    }


def _indicator_columns(
    edition: Edition,
    result: Result,
    ids: list[int],
    suppliers: list[int],
    name: str,
    place: int,
    rules: Mapping[str, Any],
) -> dict[str, list[Any]]:
    measure, same = result.measures[name], result.count
    part = calc_methodology.indicator(rules, name)
    data = rows_of_data([measure.reason, measure.step], measure.data, SENTENCES)
    for own, step in zip(data, measure.step.tolist(), strict=True):
        if step:
            own["step"] = step
    return {
        "buyer_id": [edition.buyer_id] * same,
        "supplier_id": suppliers,
        "edition_id": [edition.pk] * same,
        "scorecard_id": ids,
        "indicator": [name] * same,
        "value": _numbers(measure.value),
        "unit": [part.get("unit", "")] * same,
        "points": _numbers(measure.points),
        "weight": [float(result.weights[place])] * same,
        "state": measure.state.tolist(),
        "reason": measure.reason.tolist(),
        "data": data,
        "gain": _numbers(result.gains[place]),
        "reviewed": measure.verified.tolist(),
    }


def _numbers(values: FloatArray) -> list[float | None]:
    """Nine decimals: beyond them stands only the order in which a database happened to add."""
    return [None if value != value else value for value in np.round(values, 9).tolist()]


def _ranks(values: Any) -> list[int | None]:
    return [value or None for value in values.tolist()]
