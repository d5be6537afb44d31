"""Spark Action in the demo: twenty-two projects of spark_projects.csv, and what their meters showed month by month."""

from __future__ import annotations

import calendar
import csv
import datetime as dt
import random
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from sparkplan.measures import measure

from .companies import FOLDER, Company, companies

PRICE_CNY_PER_KWH = Decimal("0.70")
ENERGY_SERVICE_COMPANY = "星火节能服务 (演示)"
STAGES = ("lead", "audit", "feasible", "contracted", "building", "commissioned", "operating")
# Share of a year's yield by month, East China: long days in May and July, rain in June.
_SUN = (0.062, 0.068, 0.085, 0.095, 0.103, 0.096, 0.106, 0.103, 0.088, 0.077, 0.061, 0.056)


@dataclass(frozen=True)
class DemoProject:
    code: str
    partner: str
    site: str
    name: str
    name_en: str
    measure: str
    inputs: dict[str, float]
    investment_cny: Decimal
    funding: str
    emc_owner_percent: Decimal | None
    emc_years: int | None
    stage_days: tuple[tuple[str, dt.date], ...]
    mv_plan_on: dt.date | None
    saving_verified_on: dt.date | None
    measured_ratio: float

    @property
    def is_pv(self) -> bool:
        return self.measure == "pv"

    @property
    def lead_on(self) -> dt.date:
        return self.stage_days[0][1]

    @property
    def commissioned_on(self) -> dt.date:
        return dict(self.stage_days)["commissioned"]

    def saved_kwh(self, month: dt.date) -> int:
        """What the meters showed in that month [kWh]: nothing before the first whole month of operation."""
        if month < _next_month(self.commissioned_on):
            return 0
        days = calendar.monthrange(month.year, month.month)[1]
        share = _SUN[month.month - 1] if self.is_pv else days / 365
        noise = random.Random(f"{self.code}/{month:%Y-%m}").uniform(0.97, 1.03)
        return round(self._expected_kwh() * share * self.measured_ratio * noise)

    def months_until(self, today: dt.date) -> list[dt.date]:
        """First days of the whole months measured before `today`."""
        months, month = [], _next_month(self.commissioned_on)
        while _next_month(month) <= today:
            months.append(month)
            month = _next_month(month)
        return months

    def _expected_kwh(self) -> float:
        return _expected_kwh(self.measure, tuple(self.inputs.items()))


@cache
def _expected_kwh(kind: str, inputs: tuple[tuple[str, float], ...]) -> float:
    return float(measure(kind).estimate(dict(inputs)).saving_kwh_per_year)


@cache
def projects() -> tuple[DemoProject, ...]:
    with (FOLDER / "spark_projects.csv").open(encoding="utf-8", newline="") as file:
        return tuple(_project(line) for line in csv.DictReader(file))


def projects_of(company: Company) -> tuple[DemoProject, ...]:
    return tuple(p for p in projects() if company.partner and p.partner == company.partner)


def company_of(project: DemoProject) -> Company:
    return next(company for company in companies() if company.partner == project.partner)


def pv_kwh(company: Company, site: str, month: dt.date) -> int:
    return sum(p.saved_kwh(month) for p in projects_of(company) if p.site == site and p.is_pv)


def spared_kwh(company: Company, site: str, month: dt.date) -> int:
    """What retrofits other than PV took off the site's demand [kWh]."""
    return sum(p.saved_kwh(month) for p in projects_of(company) if p.site == site and not p.is_pv)


def _project(line: dict[str, str]) -> DemoProject:
    pairs = (pair.split("=") for pair in line["inputs"].split(";"))
    days = [(stage, _day(line[f"{stage}_on"])) for stage in STAGES]
    return DemoProject(
        code=line["code"],
        partner=line["partner"],
        site=line["site"],
        name=line["name_zh"],
        name_en=line["name_en"],
        measure=line["measure"],
        inputs={name: float(value) for name, value in pairs},
        investment_cny=Decimal(line["investment_cny"]),
        funding=line["funding"],
        emc_owner_percent=Decimal(line["emc_owner_percent"]) if line["emc_owner_percent"] else None,
        emc_years=int(line["emc_years"]) if line["emc_years"] else None,
        stage_days=tuple((stage, day) for stage, day in days if day),
        mv_plan_on=_day(line["mv_plan_on"]),
        saving_verified_on=_day(line["saving_verified_on"]),
        measured_ratio=float(line["measured_ratio"]),
    )


def _day(text: str) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None


def _next_month(day: dt.date) -> dt.date:
    return dt.date(day.year + day.month // 12, day.month % 12 + 1, 1)
