"""A quarter of 5 000 suppliers, against one wide query + numpy + one wide write over the same tables.

Floor: a single statement aggregates the tables to one row a supplier, numpy puts the eight curves, totals and
ranks on it, one wide row a supplier is written. No reasons, no states, no next steps, no row per indicator.
Ours: the action as the admin calls it. Both run alternately in one transaction that is rolled back.
"""

from __future__ import annotations

import datetime as dt
import resource
import statistics
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from django.db import connection, models, transaction

from scorecards import actions
from scorecards.calc import methodology
from scorecards.calc.arrays import FloatArray
from scorecards.calc.curves import curve, points_on
from scorecards.calc.ranking import competition_ranks
from scorecards.calc.totals import half_up_tenths
from scorecards.models import Edition
from sparkplan.models import Project, Saving, StageChange
from suppliers.factors import actions as factors
from suppliers.models import (
    ActivityRecord,
    Buyer,
    Credential,
    EmissionLine,
    Enrolment,
    Factor,
    Instrument,
    Meter,
    Output,
    Review,
    Site,
    Supplier,
    Target,
    Training,
)
from suppliers.tenants import bulk, clock
from suppliers.tenants.actors import Actor
from suppliers.tenants.all_tenants import all_tenants

SUPPLIERS = 5_000
MONTHS = 24
LABEL, BEFORE = "FY24Q3", "FY24Q2"
END = dt.date(2024, 12, 31)
_BY = Actor.system("bench quarter")
_KINDS = ("ecovadis", "rba_vap", "iso_14001", "iso_45001", "iso_14064")
_COMMODITIES = ("pcb", "metal", "plastics", "cables", "display", "packaging")


class _Undo(Exception):
    """Leaves the transaction, so that a benchmark leaves nothing behind."""


def run(runs: int = 5) -> str:
    ours: list[float] = []
    floor: list[float] = []
    try:
        with all_tenants("bench quarter"), clock.at(dt.date(2025, 2, 10)), transaction.atomic():
            edition = _built()
            for _ in range(runs):
                floor.append(_measured(lambda: _floor(edition)))
                ours.append(_measured(lambda: actions.compute(by=_BY, edition=edition)))
            raise _Undo
    except _Undo:
        pass
    ratios = [a / b for a, b in zip(ours, floor, strict=True)]
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return (
        f"{'quarter':<10} {statistics.median(ours):>9.3f} {statistics.median(floor):>9.3f} "
        f"{statistics.median(ratios):>7.2f} {peak_mb:>8.0f}  {min(ratios):.2f}–{max(ratios):.2f}"
    )


def _measured(work: Callable[[], Any]) -> float:
    """Seconds of one run, keys checked, and everything it wrote taken back."""
    seconds = 0.0
    try:
        with transaction.atomic():
            began = time.perf_counter()
            work()
            _check_keys()
            seconds = time.perf_counter() - began
            raise _Undo
    except _Undo:
        pass
    return seconds


def _check_keys() -> None:
    """Foreign keys are checked at the end of a transaction; here, before the clock stops."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def _built() -> Edition:
    """A program with two years of data, everything reviewed, the quarter before published."""
    if not Factor.objects.exists():
        factors.load()
    buyer = Buyer.objects.create(code="BENCH-QUARTER", name="基准", name_en="Bench")
    suppliers = _add(
        Supplier,
        buyer,
        code=[f"BENCH-{place:05d}" for place in range(SUPPLIERS)],
        name=[f"供应商{place}" for place in range(SUPPLIERS)],
        name_en=[""] * SUPPLIERS,
        employees=[100 + place % 1500 for place in range(SUPPLIERS)],
        province=["CN-AH"] * SUPPLIERS,
    )
    _add(
        Enrolment,
        buyer,
        buyer_id=[buyer.pk] * SUPPLIERS,
        supplier_id=suppliers,
        commodity=[_COMMODITIES[place % len(_COMMODITIES)] for place in range(SUPPLIERS)],
        tier=[1] * SUPPLIERS,
        erp_code=[""] * SUPPLIERS,
        started_on=[dt.date(2022, 4, 1)] * SUPPLIERS,
    )
    sites = _add(
        Site,
        buyer,
        supplier_id=suppliers,
        **_texts("code name name_en address", SUPPLIERS),
        province=["CN-AH"] * SUPPLIERS,
    )
    meters = _add(
        Meter,
        buyer,
        supplier_id=suppliers,
        site_id=sites,
        **_texts("code name name_en", SUPPLIERS),
        carrier=["electricity"] * SUPPLIERS,
        accounting=[True] * SUPPLIERS,
    )
    _energy(buyer, suppliers, sites, meters)
    _evidence(buyer, suppliers)
    _spark(buyer, suppliers[::5], sites[::5])
    _analyse()
    edition = actions.open_edition(by=_BY, buyer=buyer, label=BEFORE)
    edition = actions.lock(by=_BY, edition=actions.compute(by=_BY, edition=edition))
    actions.publish(by=_BY, edition=edition, confirm=BEFORE)
    _check_keys()  # those of the rows built here, so that no run pays for them
    return actions.open_edition(by=_BY, buyer=buyer, label=LABEL)


def _add(model: type[models.Model], buyer: Buyer, **columns: list[Any]) -> list[int]:
    count = len(next(iter(columns.values())))
    ids = bulk.reserve_ids(model, count)
    bulk.insert_columns(model, {"id": ids, **columns}, tenant_id=buyer.pk)
    return ids


def _texts(names: str, count: int) -> dict[str, list[str]]:
    return {name: ["X"] * count for name in names.split()}


def _analyse() -> None:
    """Statistics as a database in use has them."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _months() -> list[tuple[dt.date, dt.date]]:
    first = [dt.date(2023 + number // 12, number % 12 + 1, 1) for number in range(MONTHS + 1)]
    return [(one, after - dt.timedelta(days=1)) for one, after in zip(first, first[1:], strict=False)]


def _energy(buyer: Buyer, suppliers: list[int], sites: list[int], meters: list[int]) -> None:
    months = _months()
    count, now = SUPPLIERS * MONTHS, clock.now()
    owner = [supplier for supplier in suppliers for _ in months]
    kwh = [
        50_000.0 + (place * 7919 + month) % 40_000 for place in range(SUPPLIERS) for month in range(MONTHS)
    ]
    first, last = ([pair[end] for _ in suppliers for pair in months] for end in (0, 1))
    records = _add(
        ActivityRecord,
        buyer,
        supplier_id=owner,
        site_id=[site for site in sites for _ in months],
        meter_id=[meter for meter in meters for _ in months],
        carrier=["electricity"] * count,
        start=first,
        end=last,
        quantity=kwh,
        quantity_given=kwh,
        unit_given=["kWh"] * count,
        document=["B"] * count,
        source_kind=["upload"] * count,
        created_at=[now] * count,
    )
    factor = Factor.objects.filter(carrier="electricity", is_default=True).order_by("id").first()
    assert factor is not None
    _add(
        EmissionLine,
        buyer,
        supplier_id=owner,
        record_id=records,
        year=[day.year for day in first],
        month=[day.month for day in first],
        carrier=["electricity"] * count,
        scope=[2] * count,
        category=["purchased_electricity"] * count,
        basis=["location"] * count,
        factor_id=[factor.pk] * count,
        factor_code=[factor.code] * count,
        quantity=kwh,
        kgco2e=[value * 0.5366 for value in kwh],
        kgce=[value * 0.1229 for value in kwh],
    )
    _submitted(
        Output,
        buyer,
        owner,
        site_id=[site for site in sites for _ in months],
        start=first,
        end=last,
        value=[1000.0 + place % 7 for place in range(count)],
        unit=["万元"] * count,
    )


def _submitted(model: type[models.Model], buyer: Buyer, owner: list[int], **columns: list[Any]) -> list[int]:
    now = clock.now() - dt.timedelta(days=200)
    return _add(
        model,
        buyer,
        supplier_id=owner,
        state=["submitted"] * len(owner),
        submitted_at=[now] * len(owner),
        created_at=[now] * len(owner),
        **columns,
    )


def _accepted(buyer: Buyer, subject: str, owner: list[int], ids: list[int]) -> None:
    count = len(ids)
    _add(
        Review,
        buyer,
        buyer_id=[buyer.pk] * count,
        supplier_id=owner,
        subject=[subject] * count,
        subject_id=ids,
        verdict=["accepted"] * count,
        note=[""] * count,
        at=[clock.now()] * count,
    )


def _evidence(buyer: Buyer, suppliers: list[int]) -> None:
    owner = [supplier for supplier in suppliers for _ in _KINDS]
    count = len(owner)
    levels = {"rba_vap": "silver", "iso_14064": "limited"}
    ids = _submitted(
        Credential,
        buyer,
        owner,
        kind=[kind for _ in suppliers for kind in _KINDS],
        level=[levels.get(kind, "") for _ in suppliers for kind in _KINDS],
        score=[40.0 + place % 50 if place % len(_KINDS) == 0 else None for place in range(count)],
        lowest_theme=[25.0 + place % 40 if place % len(_KINDS) == 0 else None for place in range(count)],
        issued_on=[dt.date(2024, 1, 1) + dt.timedelta(days=place % 170) for place in range(count)],
        period_end=[
            dt.date(2023, 12, 31) if kind == "iso_14064" else None for _ in suppliers for kind in _KINDS
        ],
        scope3_inside=[False] * count,
        **{name: [""] * count for name in ("number", "issuer", "scope_entity", "url")},
    )
    _accepted(buyer, "credential", owner, ids)
    count = len(suppliers)
    ids = _submitted(
        Target,
        buyer,
        suppliers,
        is_public=[True] * count,
        covers=["scope1+2"] * count,
        base_year=[2021] * count,
        target_year=[2030] * count,
        reduction_percent=[50.0] * count,
        public_url=["https://supplier.example/"] * count,
        progress_year=[2023] * count,
        progress_percent=[5.0 + place % 10 for place in range(count)],
        sbti_status=[""] * count,
    )
    _accepted(buyer, "target", suppliers, ids)
    ids = _submitted(
        Training,
        buyer,
        suppliers,
        title=["ESG"] * count,
        held_on=[dt.date(2024, 5, 20)] * count,
        required_people=[100] * count,
        completed_people=[60 + place % 40 for place in range(count)],
        passed_people=[50 + place % 10 for place in range(count)],
        reached_tier2=[False] * count,
    )
    _accepted(buyer, "training", suppliers, ids)
    ids = _submitted(
        Instrument,
        buyer,
        suppliers,
        kind=["gec"] * count,
        for_pv=[False] * count,
        year=[2024] * count,
        kwh=[1000.0 * (place % 300) + 1 for place in range(count)],
        **{name: [""] * count for name in ("serial_from", "serial_to")},
    )
    _accepted(buyer, "instrument", suppliers, ids)


def _spark(buyer: Buyer, suppliers: list[int], sites: list[int]) -> None:
    count, day = len(suppliers), dt.date(2024, 6, 1)
    projects = _add(
        Project,
        buyer,
        supplier_id=suppliers,
        site_id=sites,
        **_texts("code name name_en energy_service_company", count),
        measure=["compressed_air"] * count,
        stage=["commissioned"] * count,
        inputs=[{}] * count,
        expected_saving_kwh=[0.0] * count,
        funding=["own"] * count,
        commissioned_on=[day] * count,
        saving_verified_on=[dt.date(2024, 9, 1)] * count,
        created_at=[clock.now()] * count,
    )
    _add(
        StageChange,
        buyer,
        supplier_id=suppliers,
        project_id=projects,
        stage=["commissioned"] * count,
        on=[day] * count,
        note=[""] * count,
    )
    _add(
        Saving,
        buyer,
        supplier_id=suppliers,
        project_id=projects,
        month=[dt.date(2024, 7, 1)] * count,
        saved_kwh=[10_000.0 + place for place in range(count)],
        created_at=[clock.now()] * count,
    )


# The floor.

_QUARTERS = (("2024-01-01", "2024-03-31"), ("2024-04-01", "2024-06-30"), ("2024-07-01", "2024-09-30"),
             ("2024-10-01", "2024-12-31"))  # fmt: skip


def _wide_query() -> str:
    """All inputs of the eight indicators, one row a supplier, in one statement."""

    def newest(kind: str, column: str) -> str:
        return f"MAX(CASE WHEN c.kind = '{kind}' THEN c.{column} END)"

    credentials = ", ".join(
        f"{newest(kind, column)} AS {kind}_{column}"
        for kind, wanted in (
            ("ecovadis", ("score", "lowest_theme", "issued_on")),
            ("rba_vap", ("level", "issued_on")),
            ("iso_14001", ("issued_on",)),
            ("iso_45001", ("issued_on",)),
            ("iso_14064", ("level", "period_end")),
        )
        for column in wanted
    )
    kwh = ", ".join(
        f"SUM(CASE WHEN start BETWEEN '{first}' AND '{last}' THEN quantity END) AS kwh{place}"
        for place, (first, last) in enumerate(_QUARTERS)
    )

    def accepted(subject: str, alias: str) -> str:
        return (
            f"JOIN suppliers_review r ON r.buyer_id = %(buyer)s AND r.subject = '{subject}' "
            f"AND r.subject_id = {alias}.id AND r.verdict = 'accepted'"
        )

    return f"""
        SELECT e.supplier_id, e.commodity, s.employees, s.code, c.*, t.*, h.*, i.*, a.*, l.*, o.*, p.*, x.*
        FROM suppliers_enrolment e
        JOIN suppliers_supplier s ON s.id = e.supplier_id
        LEFT JOIN (SELECT c.supplier_id, {credentials} FROM suppliers_credential c {accepted("credential", "c")}
                   GROUP BY c.supplier_id) c ON c.supplier_id = e.supplier_id
        LEFT JOIN (SELECT t.supplier_id, MAX(base_year), MAX(target_year), MAX(progress_year), MAX(sbti_status)
                   FROM suppliers_target t {accepted("target", "t")} GROUP BY t.supplier_id) t
               ON t.supplier_id = e.supplier_id
        LEFT JOIN (SELECT h.supplier_id, SUM(required_people), SUM(completed_people), SUM(passed_people), MAX(held_on)
                   FROM suppliers_training h {accepted("training", "h")} GROUP BY h.supplier_id) h
               ON h.supplier_id = e.supplier_id
        LEFT JOIN (SELECT i.supplier_id, SUM(kwh) FROM suppliers_instrument i {accepted("instrument", "i")}
                   GROUP BY i.supplier_id) i ON i.supplier_id = e.supplier_id
        LEFT JOIN (SELECT supplier_id, COUNT(*), COUNT(document), COUNT(meter_id), {kwh}
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


def _floor(edition: Edition) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL jit = off")  # as ours: the floor must not be an easy one
        cursor.execute(_wide_query(), {"buyer": edition.buyer_id})
        names = [column[0] for column in cursor.description]
        columns = dict(zip(names, zip(*cursor.fetchall(), strict=True), strict=True))
        rules = {part["id"]: part["rules"] for part in edition.methodology.rules["indicators"]}

        def number(name: str) -> FloatArray:
            return np.array(columns[name], dtype=np.float64)

        cut = (1 - number("e_now") / number("e_before") * number("o_before") / number("o_now")) * 100
        kwh = np.sum([number(f"kwh{place}") for place in range(4)], axis=0)
        points = np.stack(
            [
                points_on(curve(rules["I1"]["curve"]), number("ecovadis_score")),
                np.full(SUPPLIERS, 74.0),
                points_on(curve(rules["I3"]["curve"]), number("kwh0") / kwh * 100),
                np.full(SUPPLIERS, 60.0),
                np.full(SUPPLIERS, 82.0),
                30 + points_on(curve(rules["I6"]["cut"]["curve"], maximum=60), cut),
                np.nan_to_num(number("total")) / 2,
                np.full(SUPPLIERS, 75.0),
            ]
        )
        total = half_up_tenths(
            (methodology.weights(edition.methodology.rules)[:, None] * points).sum(axis=0) / 100
        )
        rank = competition_ranks(total, total >= 0)
        wide = [columns["supplier_id"], total.tolist(), rank.tolist(), *points.tolist()]
        cursor.execute(
            "CREATE TEMP TABLE bench_wide (supplier_id bigint PRIMARY KEY, total float8, rank int, "
            + ", ".join(f"p{place} float8, s{place} text" for place in range(1, 9))
            + ")"
        )
        rows = [wide[:3][0], wide[1], wide[2]]
        for values in wide[3:]:
            rows += [values, ["scored"] * SUPPLIERS]
        if connection.vendor == "postgresql":
            with cursor.copy("COPY bench_wide FROM STDIN") as copy:
                copy.write("\n".join("\t".join(map(str, row)) for row in zip(*rows, strict=True)) + "\n")
        else:
            marks = ", ".join(["%s"] * len(rows))
            cursor.executemany(f"INSERT INTO bench_wide VALUES ({marks})", list(zip(*rows, strict=True)))
