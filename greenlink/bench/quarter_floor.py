"""The floor of the quarter benchmark: one wide query, numpy, one wide write."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from django.db import connection

from greenlink.bench.quarter_rows import BEFORE
from scorecards.calc import methodology
from scorecards.calc.arrays import FloatArray
from scorecards.calc.curves import curve, points_on
from scorecards.calc.ranking import competition_ranks
from scorecards.calc.totals import half_up_tenths
from scorecards.models import Edition

_QUARTERS = (("2024-01-01", "2024-03-31"), ("2024-04-01", "2024-06-30"), ("2024-07-01", "2024-09-30"),
             ("2024-10-01", "2024-12-31"))  # fmt: skip
_CREDENTIALS = (
    ("ecovadis", ("score", "lowest_theme", "issued_on")),
    ("rba_vap", ("level", "issued_on")),
    ("iso_14001", ("issued_on",)),
    ("iso_45001", ("issued_on",)),
    ("iso_14064", ("level", "period_end")),
)


def _credential_columns() -> str:
    return ", ".join(
        f"MAX(CASE WHEN c.kind = '{kind}' THEN c.{column} END) AS {kind}_{column}"
        for kind, wanted in _CREDENTIALS
        for column in wanted
    )


def _kwh_columns() -> str:
    return ", ".join(
        f"SUM(CASE WHEN start BETWEEN '{first}' AND '{last}' THEN quantity END) AS kwh{place}"
        for place, (first, last) in enumerate(_QUARTERS)
    )


def _accepted(subject: str, alias: str) -> str:
    return (
        f"JOIN suppliers_review r ON r.buyer_id = %(buyer)s AND r.subject = '{subject}' "
        f"AND r.subject_id = {alias}.id AND r.verdict = 'accepted'"
    )


def _wide_query() -> str:
    """All inputs of the eight indicators, one row a supplier, in one statement."""
    return f"""
        SELECT e.supplier_id, e.commodity, s.employees, s.code, c.*, t.*, h.*, i.*, a.*, l.*, o.*, p.*, x.*
        FROM suppliers_enrolment e
        JOIN suppliers_supplier s ON s.id = e.supplier_id
        LEFT JOIN (SELECT c.supplier_id, {_credential_columns()} FROM suppliers_credential c {_accepted("credential", "c")}
                   GROUP BY c.supplier_id) c ON c.supplier_id = e.supplier_id
        LEFT JOIN (SELECT t.supplier_id, MAX(base_year), MAX(target_year), MAX(progress_year), MAX(sbti_status)
                   FROM suppliers_target t {_accepted("target", "t")} GROUP BY t.supplier_id) t
               ON t.supplier_id = e.supplier_id
        LEFT JOIN (SELECT h.supplier_id, SUM(required_people), SUM(completed_people), SUM(passed_people), MAX(held_on)
                   FROM suppliers_training h {_accepted("training", "h")} GROUP BY h.supplier_id) h
               ON h.supplier_id = e.supplier_id
        LEFT JOIN (SELECT i.supplier_id, SUM(kwh) FROM suppliers_instrument i {_accepted("instrument", "i")}
                   GROUP BY i.supplier_id) i ON i.supplier_id = e.supplier_id
        LEFT JOIN (SELECT supplier_id, COUNT(*), COUNT(document), COUNT(meter_id), {_kwh_columns()}
                   FROM suppliers_activityrecord WHERE withdrawn_at IS NULL GROUP BY supplier_id) a
               ON a.supplier_id = e.supplier_id
        LEFT JOIN (SELECT supplier_id, SUM(CASE WHEN year = 2024 THEN kgco2e END) AS e_now,
                          SUM(CASE WHEN year = 2023 THEN kgco2e END) AS e_before, SUM(kgce) AS kgce
                   FROM suppliers_emissionline WHERE withdrawn_at IS NULL GROUP BY supplier_id) l
               ON l.supplier_id = e.supplier_id
        LEFT JOIN (SELECT supplier_id, SUM(CASE WHEN start >= '2024-01-01' THEN value END) AS o_now,
                          SUM(CASE WHEN start < '2024-01-01' THEN value END) AS o_before
                   FROM suppliers_output WHERE state = 'submitted' GROUP BY supplier_id) o
               ON o.supplier_id = e.supplier_id
        LEFT JOIN (SELECT p.supplier_id, MAX(p.commissioned_on), MAX(p.stage), SUM(v.saved_kwh)
                   FROM sparkplan_project p LEFT JOIN sparkplan_saving v ON v.project_id = p.id
                   GROUP BY p.supplier_id) p ON p.supplier_id = e.supplier_id
        LEFT JOIN (SELECT supplier_id, rank, total FROM scorecards_scorecard k
                   JOIN scorecards_edition d ON d.id = k.edition_id
                   WHERE d.buyer_id = %(buyer)s AND d.label = '{BEFORE}') x ON x.supplier_id = e.supplier_id
        WHERE e.buyer_id = %(buyer)s AND e.ended_on IS NULL
        ORDER BY e.supplier_id"""


def floor_of(edition: Edition) -> None:
    """Compute and write the quarter by the shortest way there is."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL jit = off")  # as ours: the floor must not be an easy one
        cursor.execute(_wide_query(), {"buyer": edition.buyer_id})
        names = [column[0] for column in cursor.description]
        columns = dict(zip(names, zip(*cursor.fetchall(), strict=True), strict=True))
        points = _points(columns, edition.methodology.rules)
        total = half_up_tenths(
            (methodology.weights(edition.methodology.rules)[:, None] * points).sum(axis=0) / 100
        )
        rank = competition_ranks(total, total >= 0)
        _write(cursor, [columns["supplier_id"], total.tolist(), rank.tolist()], points.tolist())


def _points(columns: Mapping[str, Sequence[Any]], methodology_rules: Mapping[str, Any]) -> FloatArray:
    """Points of the eight indicators [8 x N]; those without a curve are constants."""
    rules = {part["id"]: part["rules"] for part in methodology_rules["indicators"]}

    def number(name: str) -> FloatArray:
        return np.array(columns[name], dtype=np.float64)

    count = len(columns["supplier_id"])
    cut = (1 - number("e_now") / number("e_before") * number("o_before") / number("o_now")) * 100
    kwh = np.sum([number(f"kwh{place}") for place in range(4)], axis=0)
    return np.stack(
        [
            points_on(curve(rules["I1"]["curve"]), number("ecovadis_score")),
            np.full(count, 74.0),
            points_on(curve(rules["I3"]["curve"]), number("kwh0") / kwh * 100),
            np.full(count, 60.0),
            np.full(count, 82.0),
            30 + points_on(curve(rules["I6"]["cut"]["curve"], maximum=60), cut),
            np.nan_to_num(number("total")) / 2,
            np.full(count, 75.0),
        ]
    )


def _write(cursor: Any, keys: list[Sequence[Any]], points: list[list[float]]) -> None:
    """One wide row a supplier: who, total, rank, and points and state of each indicator."""
    cursor.execute(
        "CREATE TEMP TABLE bench_wide (supplier_id bigint PRIMARY KEY, total float8, rank int, "
        + ", ".join(f"p{place} float8, s{place} text" for place in range(1, 9))
        + ")"
    )
    columns = list(keys)
    for values in points:
        columns += [values, ["scored"] * len(values)]
    if connection.vendor == "postgresql":
        with cursor.copy("COPY bench_wide FROM STDIN") as copy:
            copy.write("\n".join("\t".join(map(str, row)) for row in zip(*columns, strict=True)) + "\n")
    else:
        marks = ", ".join(["%s"] * len(columns))
        cursor.executemany(f"INSERT INTO bench_wide VALUES ({marks})", list(zip(*columns, strict=True)))
