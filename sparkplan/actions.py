"""What may be done to Spark Action projects. Every deed is checked, done and written down in one transaction."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from sparkplan import pv_yields, stages
from sparkplan.measures import Estimate, InputError, measure
from sparkplan.models import Funding, Project, Saving, Stage, StageChange
from suppliers.sites.models import Site
from suppliers.tenants import audit, clock
from suppliers.tenants.actors import Actor
from suppliers.tenants.models import Supplier
from suppliers.tenants.refusals import Refusal
from suppliers.tenants.roles import Right

CENT = Decimal("0.01")
YIELD_FIELD = "specific_yield_kwh_per_kwp"


@dataclass(frozen=True)
class Terms:
    """Who pays and on what terms. Under own funds the contract's fields stay empty."""

    price_cny_per_kwh: Decimal | None = None
    investment_cny: Decimal | None = None
    funding: str = Funding.OWN
    energy_service_company: str = ""
    emc_share_percent: Decimal | None = None
    emc_years: int | None = None


def complete_inputs(*, code: str, inputs: Mapping[str, float | None], region: str) -> dict[str, float]:
    """Inputs as kept: empty ones left out; a PV plant without design yield takes its province's reference."""
    kept = {name: float(value) for name, value in inputs.items() if value is not None}
    if code == "pv" and YIELD_FIELD not in kept:
        reference = pv_yields.reference_yield(region)
        if reference is not None:
            kept[YIELD_FIELD] = reference
    return kept


def estimate(*, code: str, inputs: Mapping[str, float | None], region: str) -> Estimate:
    """The measure's estimate for these inputs at a site of that region; InputError names every bad field."""
    return measure(code).estimate(complete_inputs(code=code, inputs=inputs, region=region))


@transaction.atomic
def create(
    *,
    supplier: Supplier,
    site: Site,
    code: str,
    name: str,
    name_en: str = "",
    measure_code: str,
    inputs: Mapping[str, float | None],
    terms: Terms,
    by: Actor,
    on: dt.date | None = None,
) -> Project:
    """A new project, in its first stage. Raises InputError for inputs that give no estimate."""
    by.require(Right.PROJECT_WRITE)
    _site_of(supplier, site)
    if Project.objects.filter(supplier=supplier, code=code).exists():
        raise _code_taken(code)
    project = Project(
        supplier=supplier,
        site=site,
        code=code,
        name=name,
        name_en=name_en,
        measure=measure_code,
        created_by=by.user,
    )
    _set_estimate(project, inputs)
    _set_terms(project, terms)
    project.save(force_insert=True)
    day = _not_in_the_future(on or clock.today())
    StageChange(supplier=supplier, project=project, stage=Stage.LEAD, on=day, by=by.user).save(
        force_insert=True
    )
    audit.record(by=by, act="project.created", subject=project, data=_facts(project))
    return project


@transaction.atomic
def edit(
    *,
    project: Project,
    site: Site,
    name: str,
    name_en: str = "",
    inputs: Mapping[str, float | None],
    terms: Terms,
    by: Actor,
) -> Project:
    """New inputs and terms; the estimate is computed again. Code and measure stay what they were."""
    by.require(Right.PROJECT_WRITE)
    project = _locked(project)
    if project.saving_verified_on is not None and _inputs_differ(project, site, inputs):
        raise Refusal(
            "project.verified",
            _("The saving of this project is verified: its inputs can no longer be changed."),
        )
    before = _facts(project)
    _site_of(project.supplier, site)
    project.site, project.name, project.name_en = site, name, name_en
    _set_estimate(project, inputs)
    _set_terms(project, terms)
    project.save()
    after = _facts(project)
    changes = {key: [before[key], after[key]] for key in after if before[key] != after[key]}
    audit.record(by=by, act="project.edited", subject=project, data=changes)
    return project


@transaction.atomic
def move(*, project: Project, stage: str, on: dt.date, note: str = "", by: Actor) -> StageChange:
    """To the next stage, one back, or dropped; never before the date of the stage it leaves, nor in the future."""
    by.require(Right.PROJECT_WRITE)
    project = _locked(project)
    history = list(StageChange.objects.filter(supplier=project.supplier_id, project=project).order_by("id"))
    if stage not in stages.allowed_moves(project.stage, stage_before_drop(history)):
        raise Refusal(
            "project.stage_order", _("A project cannot go from this stage to that one."), data={"to": stage}
        )
    if stages.is_step_back(project.stage, stage) and not note.strip():
        raise Refusal("project.note_missing", _("Say why the project goes back or is dropped."), status=400)
    _not_in_the_future(on)
    if history and on < history[-1].on:
        raise Refusal("project.date_order", _("The date is before the date of the stage before."), status=400)
    change = StageChange(
        supplier_id=project.supplier_id, project=project, stage=stage, on=on, note=note.strip(), by=by.user
    )
    change.save(force_insert=True)
    left = project.stage
    project.stage = stage
    _set_stage_dates(project, on)
    project.save(update_fields=["stage", "started_on", "commissioned_on"])
    audit.record(
        by=by,
        act="project.moved",
        subject=project,
        data={"from": left, "to": stage, "on": on.isoformat(), "note": note},
    )
    return change


@transaction.atomic
def enter_saving(
    *,
    project: Project,
    month: dt.date,
    saved_kwh: Decimal | None = None,
    baseline_kwh: Decimal | None = None,
    metered_kwh: Decimal | None = None,
    by: Actor,
) -> Saving:
    """One month as measured: the saving itself, or baseline and meter, whose difference it is.

    A month entered again is corrected; the audit keeps the old figure. Months before commissioning, the
    running month and later ones are refused: nothing is measured there yet.
    """
    by.require(Right.PROJECT_WRITE)
    project = _locked(project)
    month = month.replace(day=1)
    _check_month(project, month)
    saved = _saved(saved_kwh, baseline_kwh, metered_kwh)
    row = Saving.objects.filter(supplier=project.supplier_id, project=project, month=month).first()
    old = None if row is None else str(row.saved_kwh)
    row = row or Saving(supplier_id=project.supplier_id, project=project, month=month)
    row.saved_kwh, row.baseline_kwh, row.metered_kwh = saved, baseline_kwh, metered_kwh
    row.created_by, row.created_at = by.user, clock.now()
    row.save()
    audit.record(
        by=by,
        act="saving.entered" if old is None else "saving.corrected",
        subject=project,
        data={"month": f"{month:%Y-%m}", "saved_kwh": str(saved), "was": old},
    )
    return row


@transaction.atomic
def register_plan(*, project: Project, on: dt.date, by: Actor) -> Project:
    """The measurement and verification plan was registered on that day."""
    by.require(Right.PROJECT_WRITE)
    project = _locked(project)
    if project.mv_plan_registered_on is not None:
        raise Refusal("project.plan_registered", _("A plan is registered already."))
    project.mv_plan_registered_on = _not_in_the_future(on)
    project.save(update_fields=["mv_plan_registered_on"])
    audit.record(by=by, act="project.plan_registered", subject=project, data={"on": on.isoformat()})
    return project


@transaction.atomic
def verify_saving(*, project: Project, on: dt.date, by: Actor) -> Project:
    """The saving was verified on that day, against a plan registered before and with months measured."""
    by.require(Right.PROJECT_WRITE)
    project = _locked(project)
    if project.saving_verified_on is not None:
        raise Refusal("project.saving_verified", _("The saving is verified already."))
    if project.mv_plan_registered_on is None or on < project.mv_plan_registered_on:
        raise Refusal("project.plan_missing", _("Register the measurement and verification plan first."))
    if not project.is_landed:
        raise Refusal("project.not_landed", _("A saving can be verified once the project is commissioned."))
    if not Saving.objects.filter(supplier=project.supplier_id, project=project).exists():
        raise Refusal("project.nothing_measured", _("Enter the measured months first."))
    project.saving_verified_on = _not_in_the_future(on)
    project.save(update_fields=["saving_verified_on"])
    audit.record(by=by, act="project.saving_verified", subject=project, data={"on": on.isoformat()})
    return project


@transaction.atomic
def remove(*, project: Project, by: Actor) -> None:
    """Take away a project that never got beyond an idea; anything later is dropped, with its history kept."""
    by.require(Right.PROJECT_WRITE)
    project = _locked(project)
    has_history = StageChange.objects.filter(supplier=project.supplier_id, project=project).count() > 1
    if project.stage != Stage.LEAD or has_history:
        raise Refusal("project.has_history", _("A project with a history is dropped, not deleted."))
    audit.record(by=by, act="project.removed", subject=project, data=_facts(project))
    project.delete()


def stage_before_drop(history: list[StageChange]) -> str | None:
    """Where a dropped project stood before, from its stage changes oldest first."""
    standing = [change.stage for change in history if change.stage != Stage.DROPPED]
    return standing[-1] if standing else None


def _locked(project: Project) -> Project:
    """The row as it is now, held until the transaction ends; lock one names the supplier again."""
    found: Project = (
        Project.objects.select_for_update(of=("self",))
        .select_related("supplier", "site")
        .get(pk=project.pk, supplier=project.supplier_id)
    )
    return found


def _site_of(supplier: Supplier, site: Site) -> None:
    if site.supplier_id != supplier.pk:
        raise Refusal("project.site", _("The site belongs to another company."), status=404)


def _code_taken(code: str) -> Refusal:
    return Refusal(
        "project.code_taken", _("A project with this code exists already."), data={"project_code": code}
    )


def _set_estimate(project: Project, inputs: Mapping[str, float | None]) -> None:
    kept = complete_inputs(code=project.measure, inputs=inputs, region=project.site.province)
    result = measure(project.measure).estimate(kept)
    project.inputs = kept
    project.expected_saving_kwh = _kwh(result.saving_kwh_per_year)
    baseline = result.baseline_kwh_per_year
    project.baseline_kwh = None if baseline is None else _kwh(baseline)
    capacity = kept.get("capacity_kw")
    project.capacity_kw = None if capacity is None else _kwh(capacity)


def _set_terms(project: Project, terms: Terms) -> None:
    is_emc = terms.funding == Funding.EMC
    project.price_cny_per_kwh = terms.price_cny_per_kwh
    project.investment_cny = terms.investment_cny
    project.funding = terms.funding
    project.energy_service_company = terms.energy_service_company if is_emc else ""
    project.emc_share_percent = terms.emc_share_percent if is_emc else None
    project.emc_years = terms.emc_years if is_emc else None


def _set_stage_dates(project: Project, on: dt.date) -> None:
    """Start and commissioning follow the stage; stepping back before either takes its date away."""
    if project.stage == Stage.DROPPED:
        return
    place = stages.ORDER.index(project.stage)
    building, commissioned = stages.ORDER.index(Stage.BUILDING), stages.ORDER.index(Stage.COMMISSIONED)
    if place < building:
        project.started_on = None
    elif project.started_on is None:
        project.started_on = on
    if place < commissioned:
        project.commissioned_on = None
    elif project.commissioned_on is None:
        project.commissioned_on = on


def _check_month(project: Project, month: dt.date) -> None:
    if project.commissioned_on is None or month < project.commissioned_on.replace(day=1):
        raise Refusal("saving.before_commissioning", _("This month is before commissioning."), status=400)
    if month >= clock.today().replace(day=1):
        raise Refusal("saving.future", _("Only months that are over can be entered."), status=400)


def _saved(saved: Decimal | None, baseline: Decimal | None, metered: Decimal | None) -> Decimal:
    if baseline is not None and metered is not None:
        difference = baseline - metered
        if saved is not None and saved != difference:
            raise Refusal(
                "saving.differs",
                _("The saving is not baseline less meter: leave one of them out."),
                status=400,
            )
        return difference
    if saved is None:
        raise Refusal(
            "saving.missing", _("Enter the saving, or both the baseline and the meter."), status=400
        )
    return saved


def _not_in_the_future(day: dt.date) -> dt.date:
    if day > clock.today():
        raise Refusal("project.future", _("The date lies in the future."), status=400)
    return day


def _inputs_differ(project: Project, site: Site, inputs: Mapping[str, float | None]) -> bool:
    kept = complete_inputs(code=project.measure, inputs=inputs, region=site.province)
    return kept != project.inputs or site.pk != project.site_id


def _kwh(value: float) -> Decimal:
    return Decimal(repr(value)).quantize(CENT)


def _facts(project: Project) -> dict[str, Any]:
    """What the audit keeps of a project: its own words and numbers, as text."""
    names = ("code", "name", "name_en", "measure", "inputs", "expected_saving_kwh", "site_id")
    money = ("price_cny_per_kwh", "investment_cny", "funding", "energy_service_company", "emc_share_percent")
    return {name: _plain(getattr(project, name)) for name in (*names, *money, "emc_years")}


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, Decimal) else value


__all__ = [
    "InputError",
    "Terms",
    "complete_inputs",
    "create",
    "edit",
    "enter_saving",
    "estimate",
    "move",
    "register_plan",
    "remove",
    "stage_before_drop",
    "verify_saving",
]
