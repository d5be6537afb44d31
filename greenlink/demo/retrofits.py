"""The Spark projects carried out: entered as ideas, moved from stage to stage, metered every month, verified."""

from __future__ import annotations

import calendar
import datetime as dt
from decimal import Decimal

from sparkplan import actions
from sparkplan.models import Funding, Project

from . import TODAY, spark
from .companies import Company
from .program import Event, Program

DAY = dt.timedelta(days=1)
_STAGE, _PLAN, _MEASURE, _VERIFY = 30, 31, 32, 33


def events() -> list[Event]:
    return [event for project in spark.projects() for event in _of(project)]


def _of(project: spark.DemoProject) -> list[Event]:
    company = spark.company_of(project)
    found = [Event(project.lead_on, _STAGE, lambda program: _create(program, company, project))]
    found += [_moved(company, project, stage, day) for stage, day in project.stage_days[1:]]
    if project.mv_plan_on:
        found.append(_planned(company, project, project.mv_plan_on))
    found += [_measured(company, project, month) for month in project.months_until(TODAY)]
    if project.saving_verified_on:
        found.append(_verified(company, project, project.saving_verified_on))
    return found


def _create(program: Program, company: Company, project: spark.DemoProject) -> None:
    is_emc = project.funding == Funding.EMC
    with program.acting(company.email, project.lead_on) as by:
        actions.create(
            by=by,
            supplier=program.suppliers[company.code],
            site=program.site(company.code, project.site),
            code=project.code,
            name=project.name,
            name_en=project.name_en,
            measure_code=project.measure,
            inputs=project.inputs,
            terms=actions.Terms(
                price_cny_per_kwh=spark.PRICE_CNY_PER_KWH,
                investment_cny=project.investment_cny,
                funding=project.funding,
                energy_service_company=spark.ENERGY_SERVICE_COMPANY if is_emc else "",
                emc_share_percent=project.emc_owner_percent,
                emc_years=project.emc_years,
            ),
            on=project.lead_on,
        )


def _project(program: Program, company: Company, project: spark.DemoProject) -> Project:
    found: Project = Project.objects.get(supplier=program.suppliers[company.code], code=project.code)
    return found


def _moved(company: Company, project: spark.DemoProject, stage: str, day: dt.date) -> Event:
    def act(program: Program) -> None:
        with program.acting(company.email, day) as by:
            actions.move(by=by, project=_project(program, company, project), stage=stage, on=day)

    return Event(day, _STAGE, act)


def _planned(company: Company, project: spark.DemoProject, day: dt.date) -> Event:
    def act(program: Program) -> None:
        with program.acting(company.email, day) as by:
            actions.register_plan(by=by, project=_project(program, company, project), on=day)

    return Event(day, _PLAN, act)


def _measured(company: Company, project: spark.DemoProject, month: dt.date) -> Event:
    """The month's meter, read on the fifth of the next; where there is a baseline, both are kept."""
    length = calendar.monthrange(month.year, month.month)[1]
    day = month + (length + 4) * DAY

    def act(program: Program) -> None:
        with program.acting(company.email, day) as by:
            row = _project(program, company, project)
            saved = Decimal(project.saved_kwh(month))
            if row.baseline_kwh is None:
                actions.enter_saving(by=by, project=row, month=month, saved_kwh=saved)
                return
            baseline = (row.baseline_kwh * length / 365).quantize(Decimal(1))
            actions.enter_saving(
                by=by, project=row, month=month, baseline_kwh=baseline, metered_kwh=baseline - saved
            )

    return Event(day, _MEASURE, act)


def _verified(company: Company, project: spark.DemoProject, day: dt.date) -> Event:
    def act(program: Program) -> None:
        with program.acting(company.email, day) as by:
            actions.verify_saving(by=by, project=_project(program, company, project), on=day)

    return Event(day, _VERIFY, act)
