"""What pages and the API ask about Spark Action. A handful of queries, whatever the number of projects."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.db.models import Q, QuerySet

from sparkplan.calc import projection, savings
from sparkplan.measures import MEASURES, Measure
from sparkplan.models import LANDED, Project, Saving, StageChange
from suppliers.factors.models import Factor, Series
from suppliers.tenants import clock
from suppliers.tenants.models import Buyer, Enrolment, Supplier
from suppliers.tenants.scope import Scope

# The national averages a reader may hold against the declared factor: this year of data and later.
FIRST_NATIONAL_YEAR = 2022


@dataclass(frozen=True)
class NamedFactor:
    """A factor of grid electricity [kgCO2/kWh] with its name, and why it is shown."""

    code: str
    value: float
    unit: str
    year: int
    name: str
    name_en: str
    is_declared: bool
    is_current: bool
    is_published: bool


@dataclass(frozen=True)
class ProjectRow:
    """A project with what was measured so far; None where nothing was."""

    project: Project
    kind: Measure
    measured_kwh: float | None
    months: int
    realisation: float | None

    @property
    def expected_kwh(self) -> float:
        return float(self.project.expected_saving_kwh)

    @property
    def cny_per_year(self) -> float | None:
        price = self.project.price_cny_per_kwh
        return None if price is None else self.expected_kwh * float(price)


@dataclass(frozen=True)
class Filters:
    """What the portfolio is narrowed to; empty means everything."""

    measure: str = ""
    stage: str = ""
    funding: str = ""
    partner: str = ""
    words: str = ""


def projects(*, buyer: Buyer | None = None, supplier: Supplier | None = None) -> QuerySet[Project]:
    """Projects of one supplier, or of all suppliers enrolled with a buyer; the tenant named in so many words."""
    if supplier is not None:
        rows = Project.objects.filter(supplier=supplier)
    elif buyer is not None:
        rows = Project.objects.filter(Scope(buyer_id=buyer.pk).suppliers())
    else:
        raise ValueError("name a buyer or a supplier")
    chosen: QuerySet[Project] = rows.select_related("supplier", "site").order_by("supplier_id", "code")
    return chosen


def buyer_of(supplier: Supplier) -> Buyer | None:
    """The program whose factor a supplier's tonnes are reckoned with: its first running enrolment."""
    enrolment = (
        Enrolment.objects.filter(supplier=supplier)
        .active(clock.today())
        .select_related("buyer")
        .order_by("started_on", "id")
        .first()
    )
    return None if enrolment is None else enrolment.buyer


def narrowed(rows: QuerySet[Project], filters: Filters) -> QuerySet[Project]:
    exact = {"measure": filters.measure, "stage": filters.stage, "funding": filters.funding}
    rows = rows.filter(**{name: value for name, value in exact.items() if value})
    if filters.partner:
        rows = rows.filter(supplier__code=filters.partner)
    for word in filters.words.split():
        rows = rows.filter(
            Q(name__icontains=word)
            | Q(name_en__icontains=word)
            | Q(code__icontains=word)
            | Q(supplier__name__icontains=word)
            | Q(supplier__name_en__icontains=word)
            | Q(site__name__icontains=word)
        )
    return rows


def portfolio(
    *, buyer: Buyer | None = None, supplier: Supplier | None = None, filters: Filters | None = None
) -> list[ProjectRow]:
    """Every project asked for, with its measured saving: two queries."""
    return with_measured(list(narrowed(projects(buyer=buyer, supplier=supplier), filters or Filters())))


def with_measured(found: Sequence[Project]) -> list[ProjectRow]:
    """Measured savings beside the projects: one query for all of them."""
    place = {project.pk: index for index, project in enumerate(found)}
    owners = {project.supplier_id for project in found}
    cells = list(
        Saving.objects.filter(supplier__in=owners, project__in=list(place))
        .order_by("project_id", "month")
        .values_list("project_id", "month", "saved_kwh")
    )
    index = np.array([place[pk] for pk, _, _ in cells], dtype=np.int64)
    measured = np.array([float(kwh) for _, _, kwh in cells], dtype=np.float64)
    years = np.array([month.year for _, month, _ in cells], dtype=np.int64)
    months = np.array([month.month for _, month, _ in cells], dtype=np.int64)
    annual = np.array([float(project.expected_saving_kwh) for project in found], dtype=np.float64)
    expected = savings.expected_in_months(annual[index], years, months) if cells else measured
    total, count = savings.measured_by_project(index, measured, len(found))
    promised, _months = savings.measured_by_project(index, expected, len(found))
    return [
        ProjectRow(
            project=project,
            kind=MEASURES[project.measure],
            measured_kwh=None if np.isnan(total[i]) else float(total[i]),
            months=int(count[i]),
            realisation=float(total[i] / promised[i]) if promised[i] > 0 else None,
        )
        for i, project in enumerate(found)
    ]


def factors_shown(declared_code: str) -> list[NamedFactor]:
    """The declared factor first, then the national averages; one query. Codes not on file are left out."""
    national = Q(set__series=Series.MEE_NBS_AVERAGE, region="CN", carrier="electricity")
    rows = Factor.objects.filter(Q(code=declared_code) | (national & Q(year__gte=FIRST_NATIONAL_YEAR)))
    found = list(rows.select_related("set").order_by("year", "code"))
    today = clock.today()
    published = [row for row in found if row.set.series == Series.MEE_NBS_AVERAGE and _is_out(row, today)]
    current = published[-1].code if published else ""
    named = [
        NamedFactor(
            code=row.code,
            value=float(row.value),
            unit=row.unit,
            year=row.year,
            name=row.name,
            name_en=row.name_en,
            is_declared=row.code == declared_code,
            is_current=row.code == current,
            is_published=_is_out(row, today),
        )
        for row in found
    ]
    return sorted(named, key=lambda factor: (not factor.is_declared, factor.year))


def summary(
    *, buyer: Buyer | None = None, supplier: Supplier | None = None, year: int | None = None
) -> dict[str, Any]:
    """The portfolio's figures as the API and the big screen show them: three queries, JSON numbers.

    Landed projects only; with `year`, those commissioned by its last day. `buyer` names the program whose
    factor is declared; with `supplier` the rows are that supplier's alone.
    """
    rows = portfolio(buyer=buyer, supplier=supplier)
    return summarise(rows, factors_shown(buyer.declared_factor_code) if buyer else factors_shown(""), year)


def summarise(
    rows: Sequence[ProjectRow], factors: Sequence[NamedFactor], year: int | None = None
) -> dict[str, Any]:
    """Figures of rows already fetched."""
    landed = [row for row in rows if _has_landed(row.project, year)]
    declared = next((factor for factor in factors if factor.is_declared), None)
    current = next((factor for factor in factors if factor.is_current), None)
    kwh, cny = _kwh(landed), _cny(landed)
    return {
        "year": year,
        "projects": len(landed),
        "partners": len({row.project.supplier_id for row in landed}),
        "capacity_kw": _capacity(landed),
        "kwh_per_year": kwh,
        "cny_per_year": cny,
        "projects_without_price": sum(row.cny_per_year is None for row in landed),
        "tco2_per_year": _tonnes(kwh, declared),
        "factor_code": declared.code if declared else None,
        "tco2_per_year_current": _tonnes(kwh, current),
        "factor_code_current": current.code if current else None,
        "factors": [_factor_entry(factor, kwh) for factor in factors],
        "measured": _measured(landed),
        "investment_cny": float(sum(row.project.investment_cny or 0 for row in landed)),
        "by_measure": _by_measure(landed, declared, current),
        "twenty_years": _twenty_years(landed, declared, current),
    }


def months_of(project: Project) -> list[dict[str, Any]]:
    """Measured months of a project beside what was expected of each [kWh]."""
    rows = list(Saving.objects.filter(supplier=project.supplier_id, project=project).order_by("month"))
    if not rows:
        return []
    annual = np.full(len(rows), float(project.expected_saving_kwh))
    years = np.array([row.month.year for row in rows], dtype=np.int64)
    months = np.array([row.month.month for row in rows], dtype=np.int64)
    expected = savings.expected_in_months(annual, years, months)
    return [
        {"saving": row, "month": row.month, "saved": float(row.saved_kwh), "expected": float(promised)}
        for row, promised in zip(rows, expected, strict=True)
    ]


def stage_changes(project: Project) -> list[StageChange]:
    """Oldest first, with the person who said so."""
    rows = StageChange.objects.filter(supplier=project.supplier_id, project=project)
    return list(rows.select_related("by").order_by("on", "id"))


def _is_out(factor: Factor, day: dt.date) -> bool:
    return factor.valid_from is None or factor.valid_from <= day


def _has_landed(project: Project, year: int | None) -> bool:
    if project.stage not in LANDED:
        return False
    return year is None or (project.commissioned_on is not None and project.commissioned_on.year <= year)


def _kwh(rows: Sequence[ProjectRow]) -> float:
    """Added as exact decimals, rounded to a float once."""
    return float(sum(row.project.expected_saving_kwh for row in rows))


def _cny(rows: Sequence[ProjectRow]) -> float:
    priced = [row.project for row in rows if row.project.price_cny_per_kwh is not None]
    return float(sum(p.expected_saving_kwh * (p.price_cny_per_kwh or 0) for p in priced))


def _capacity(rows: Sequence[ProjectRow]) -> float:
    return float(sum(row.project.capacity_kw or 0 for row in rows))


def _tonnes(kwh: float, factor: NamedFactor | None) -> float | None:
    return None if factor is None else projection.emissions_tco2(kwh, factor.value)


def _factor_entry(factor: NamedFactor, kwh: float) -> dict[str, Any]:
    return {
        "code": factor.code,
        "name": factor.name,
        "name_en": factor.name_en,
        "year": factor.year,
        "value": factor.value,
        "unit": factor.unit,
        "declared": factor.is_declared,
        "current": factor.is_current,
        "published": factor.is_published,
        "tco2_per_year": _tonnes(kwh, factor),
    }


def _measured(rows: Sequence[ProjectRow]) -> dict[str, Any]:
    known = [row for row in rows if row.measured_kwh is not None]
    promised = sum(
        row.measured_kwh / row.realisation for row in known if row.measured_kwh and row.realisation
    )
    total = sum(row.measured_kwh or 0 for row in known)
    return {
        "projects": len(known),
        "months": sum(row.months for row in known),
        "kwh": total if known else None,
        "realisation": total / promised if promised else None,
    }


def _by_measure(
    rows: Sequence[ProjectRow], declared: NamedFactor | None, current: NamedFactor | None
) -> list[dict[str, Any]]:
    found = []
    for code, kind in MEASURES.items():
        of_kind = [row for row in rows if row.project.measure == code]
        if of_kind:
            kwh = _kwh(of_kind)
            found.append(
                {
                    "measure": code,
                    "name": kind.name.zh,
                    "name_en": kind.name.en,
                    "projects": len(of_kind),
                    "partners": len({row.project.supplier_id for row in of_kind}),
                    "sites": len({row.project.site_id for row in of_kind}),
                    "capacity_kw": _capacity(of_kind) or None,
                    "kwh_per_year": kwh,
                    "cny_per_year": _cny(of_kind),
                    "tco2_per_year": _tonnes(kwh, declared),
                    "tco2_per_year_current": _tonnes(kwh, current),
                }
            )
    return found


def _twenty_years(
    rows: Sequence[ProjectRow], declared: NamedFactor | None, current: NamedFactor | None
) -> dict[str, Any]:
    """Lifetimes and ageing as each measure states them (METHOD.md); price and factor held constant."""
    by_year = projection.kwh_by_project_and_year(
        np.array([row.expected_kwh for row in rows], dtype=np.float64),
        np.array([row.kind.lifetime_years for row in rows], dtype=np.int64),
        np.array([row.kind.degradation_per_year for row in rows], dtype=np.float64),
    )
    prices = np.array([float(row.project.price_cny_per_kwh or 0) for row in rows], dtype=np.float64)
    kwh = float(by_year.sum())
    return {
        "years": projection.REPORT_YEARS,
        "kwh": kwh,
        "cny": float(by_year.sum(axis=1) @ prices),
        "tco2": _tonnes(kwh, declared),
        "factor_code": declared.code if declared else None,
        "tco2_current": _tonnes(kwh, current),
        "factor_code_current": current.code if current else None,
    }
