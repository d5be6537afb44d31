"""Projects as pages show them: columns by stage, steps, acts, how an estimate was computed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from sparkplan import stages
from sparkplan.measures import MEASURES, Estimate, InputError
from sparkplan.models import Project, Stage, StageChange
from sparkplan.money import Money
from sparkplan.queries import Filters, NamedFactor, ProjectRow
from suppliers.templatetags.greenlink import short_text
from suppliers.tenants.models import AuditEntry, Supplier

CARDS_A_COLUMN = 5


def _language() -> str:
    return get_language() or "zh"


def _is_chinese() -> bool:
    return _language().startswith("zh")


def company(supplier: Supplier) -> str:
    return supplier.name if _is_chinese() or not supplier.name_en else supplier.name_en


def filtered(rows: Sequence[ProjectRow], filters: Filters) -> list[ProjectRow]:
    """Rows already fetched, narrowed: the choices of the filter stay complete without a second query."""
    exact = {"measure": filters.measure, "stage": filters.stage, "funding": filters.funding}
    wanted = {name: value for name, value in exact.items() if value}
    words = filters.words.casefold().split()
    return [
        row
        for row in rows
        if all(getattr(row.project, name) == value for name, value in wanted.items())
        and (not filters.partner or row.project.supplier.code == filters.partner)
        and all(word in _words(row.project) for word in words)
    ]


def energy_text(kwh: float | None) -> str:
    """kWh in the reader's large unit: 万度 and 亿度, MWh and GWh."""
    return (
        _large(kwh, (1e4, "万度"), (1e8, "亿度"))
        if _is_chinese()
        else _large(kwh, (1e3, "MWh"), (1e6, "GWh"))
    )


def money_text(cny: float | None) -> str:
    """CNY in the reader's large unit: 万元 and 亿元, CNY and million (M)."""
    return (
        _large(cny, (1e4, "万元"), (1e8, "亿元"))
        if _is_chinese()
        else _large(cny, (1, "CNY"), (1e6, "M CNY"))
    )


def tonnes_text(tco2: float | None) -> str:
    """Tonnes of CO2 in the reader's large unit: 吨 and 万吨, t and kt."""
    return _large(tco2, (1, "吨"), (1e4, "万吨")) if _is_chinese() else _large(tco2, (1, "t"), (1e3, "kt"))


def _large(value: float | None, small: tuple[float, str], large: tuple[float, str]) -> str:
    if value is None:
        return "–"
    per, unit = large if abs(value) >= large[0] else small
    return f"{short_text(Decimal(repr(value / per)))} {unit}"


def figure_texts(figures: Mapping[str, Any]) -> dict[str, Any]:
    """The portfolio's key figures as they are read."""
    twenty = figures["twenty_years"]
    measured = figures["measured"]
    return {
        "kwh": energy_text(figures["kwh_per_year"]),
        "cny": money_text(figures["cny_per_year"]),
        "tco2": tonnes_text(figures["tco2_per_year"]),
        "tco2_current": tonnes_text(figures["tco2_per_year_current"]),
        "capacity": f"{short_text(Decimal(repr(figures['capacity_kw'] / 1000)))} MW",
        "investment": money_text(figures["investment_cny"]),
        "measured": energy_text(measured["kwh"]),
        "twenty_kwh": energy_text(twenty["kwh"]),
        "twenty_cny": money_text(twenty["cny"]),
        "twenty_tco2": tonnes_text(twenty["tco2"]),
        "factors": [
            factor
            | {
                "label": factor["name"] if _is_chinese() else factor["name_en"],
                "text": tonnes_text(factor["tco2_per_year"]),
            }
            for factor in figures["factors"]
        ],
    }


def money_texts(money: Money) -> dict[str, str]:
    """The money of a project as it is read."""
    return {
        "year": money_text(money.cny_per_year),
        "lifetime": money_text(money.lifetime_cny),
        "owner_year": money_text(money.owner_contract_cny_per_year),
        "owner_lifetime": money_text(money.owner_lifetime_cny),
        "company": money_text(money.company_contract_cny),
        "present": money_text(money.present_value_cny),
    }


def _words(project: Project) -> str:
    site, supplier = project.site, project.supplier
    names = (
        project.code,
        project.name,
        project.name_en,
        site.name,
        site.name_en,
        supplier.name,
        supplier.name_en,
    )
    return " ".join(names).casefold()


def query_of(chosen: Mapping[str, str]) -> str:
    """The filter as an address part for the pager: ends in `&`, or empty."""
    kept = urlencode({name: value for name, value in chosen.items() if value})
    return f"{kept}&" if kept else ""


def columns(rows: Sequence[ProjectRow]) -> list[dict[str, Any]]:
    """The board: one column per stage that is in use, in the order of the trade; the dropped last."""
    found = []
    for stage in (*stages.ORDER, stages.DROPPED):
        of_stage = [row for row in rows if row.project.stage == stage]
        if of_stage:
            ordered = sorted(of_stage, key=lambda row: -row.expected_kwh)
            found.append(
                {
                    "stage": stage,
                    "label": Stage(stage).label,
                    "count": len(ordered),
                    "kwh": sum(row.expected_kwh for row in ordered),
                    "cards": ordered[:CARDS_A_COLUMN],
                    "more": max(len(ordered) - CARDS_A_COLUMN, 0),
                }
            )
    return found


def steps(project: Project, changes: Sequence[StageChange]) -> list[dict[str, str]]:
    """The stages as steps: done, now, next. A dropped project stays where it stood."""
    standing = project.stage
    if standing == stages.DROPPED:
        past = [change.stage for change in changes if change.stage != stages.DROPPED]
        standing = past[-1] if past else stages.ORDER[0]
    place = stages.ORDER.index(standing)
    states = ["done" if i < place else "now" if i == place else "next" for i in range(len(stages.ORDER))]
    return [
        {"label": str(Stage(stage).label), "state": state}
        for stage, state in zip(stages.ORDER, states, strict=True)
    ]


def measure_choices() -> list[dict[str, str]]:
    return [
        {
            "code": kind.code,
            "name": kind.name.in_language(_language()),
            "summary": kind.summary.in_language(_language()),
        }
        for kind in MEASURES.values()
    ]


def how_computed(project: Project) -> dict[str, Any]:
    """The kept inputs with their labels and units, the formula, and its steps computed again from them."""
    kind = MEASURES[project.measure]
    inputs = [
        {
            "label": field.label.in_language(_language()),
            "value": project.inputs[field.name],
            "unit": field.unit,
        }
        for field in kind.fields
        if field.name in project.inputs
    ]
    try:
        estimate = kind.estimate(project.inputs)
    except InputError:  # inputs kept under an older rule: the stored figure stands, the steps cannot be shown
        return {"inputs": inputs, "estimate": None}
    return {"inputs": inputs, "estimate": estimate_view(estimate)}


def estimate_view(estimate: Estimate, terms: Mapping[str, Any] | None = None) -> dict[str, Any]:
    price = (terms or {}).get("price_cny_per_kwh")
    return {
        "saving_kwh": estimate.saving_kwh_per_year,
        "baseline_kwh": estimate.baseline_kwh_per_year,
        "formula": estimate.formula.in_language(_language()),
        "steps": [
            {"label": step.label.in_language(_language()), "value": step.value, "unit": step.unit}
            for step in estimate.steps
        ],
        "cny": None if price is None else estimate.saving_kwh_per_year * float(price),
    }


def factor_row(factor: NamedFactor, kwh: float) -> dict[str, Any]:
    return {
        "code": factor.code,
        "name": factor.name if _is_chinese() else factor.name_en,
        "value": factor.value,
        "declared": factor.is_declared,
        "current": factor.is_current,
        "published": factor.is_published,
        "tco2_per_year": kwh * factor.value / 1000,
    }


def acts(entries: Iterable[AuditEntry]) -> list[dict[str, Any]]:
    """The audit of a project as lines of a timeline."""
    words = {
        "project.created": _("Project created"),
        "project.edited": _("Project edited"),
        "project.moved": _("Stage changed"),
        "project.plan_registered": _("Measurement and verification plan registered"),
        "project.saving_verified": _("Saving verified"),
        "saving.entered": _("Month entered"),
        "saving.corrected": _("Month corrected"),
    }
    return [
        {
            "when": f"{entry.at:%Y-%m-%d}",
            "who": str(entry.user or "GreenLink"),
            "what": words.get(entry.act, entry.act),
            "detail": _detail(entry),
        }
        for entry in entries
    ]


def _detail(entry: AuditEntry) -> str:
    data = entry.data
    if entry.act == "project.moved":
        step = f"{Stage(data['from']).label} → {Stage(data['to']).label} · {data['on']}"
        return f"{step} · {data['note']}" if data.get("note") else step
    if entry.act == "saving.corrected":
        return f"{data['month']}: {data['was']} → {data['saved_kwh']} kWh"
    if entry.act == "saving.entered":
        return f"{data['month']}: {data['saved_kwh']} kWh"
    return str(data.get("on", ""))
