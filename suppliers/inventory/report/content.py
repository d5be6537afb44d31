"""The report of a version as chapters of facts and tables, in the reader's language: PDF and workbook print the same.

The order follows what ISO 14064-1:2018 wants reported; the words are our own.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from suppliers.calc.issues import sentence
from suppliers.factors.models import OwnFactor
from suppliers.inventory import inventory_queries
from suppliers.inventory.accounts import Account
from suppliers.inventory.base_year import base_year
from suppliers.inventory.models import Inventory, Scope3, Statement
from suppliers.inventory.terms import Terms
from suppliers.templatetags.greenlink import carrier_name, named, percent
from suppliers.tenants.language import reads_chinese

from . import words

Cell = str | Decimal | None


@dataclass(frozen=True)
class Table:
    columns: list[str]
    rows: list[list[Cell]]


@dataclass(frozen=True)
class Chapter:
    title: str
    facts: list[tuple[str, str]] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    note: str = ""


@dataclass(frozen=True)
class Report:
    title: str
    company: str
    period: str
    version: str
    digest: str
    chapters: list[Chapter]


def report(account: Account) -> Report:
    version = account.inventory
    chapters = [
        _organisation(version),
        _boundary(version),
        _exclusions(version),
        _quantified(account),
        _scope3(account),
        _compared(account),
        _method(account),
        _uncertainty(account),
        _factors(account),
        _coverage(version),
        _verification(version),
    ]
    numbered = [
        Chapter(f"{number}  {one.title}", one.facts, one.tables, one.note)
        for number, one in enumerate(chapters, 1)
    ]
    state = f"v{version.version} · {version.get_state_display()}"
    return Report(
        title=_("Greenhouse gas inventory report"),
        company=named(version.supplier),
        period=f"{version.year}-01-01 – {version.year}-12-31",
        version=state,
        digest=version.digest,
        chapters=numbered,
    )


def tonnes(kg: Any) -> Decimal | None:
    """kg as t with every digit that is stored."""
    return None if kg is None else (Decimal(str(kg)) / 1000)


def _text(value: Any) -> str:
    return str(value) if value not in (None, "") else "–"


def _organisation(version: Inventory) -> Chapter:
    supplier = version.supplier
    return Chapter(
        _("Organisation, responsible person and period"),
        facts=[
            (_("Company"), f"{supplier.name} {supplier.name_en}".strip()),
            (_("Organisation and responsible person"), _text(version.organisation)),
            (_("Reporting period"), f"{version.year}-01-01 – {version.year}-12-31"),
            (_("Version"), str(version.version)),
            (_("Reason of this version"), _text(version.reason)),
        ],
    )


def _boundary(version: Inventory) -> Chapter:
    return Chapter(
        _("Boundaries"),
        facts=[
            (_("Organisational boundary"), _text(version.boundary)),
            (_("Consolidation approach"), str(version.get_approach_display())),
            (
                _("Reporting boundary"),
                _("Direct emissions, imported energy, and the indirect categories listed in chapters 4 and 5."),
            ),
        ],
    )  # fmt: skip


def _exclusions(version: Inventory) -> Chapter:
    rows: list[list[Cell]] = [
        [words.left_out(one.get("what", "")), one.get("reason", ""), _text(one.get("percent"))]
        for one in version.exclusions
    ]
    columns = [_("Left out"), _("Why it is left out"), _("Share of the total, %")]
    note = "" if rows else _("Nothing is excluded.")
    return Chapter(_("Exclusions"), tables=[Table(columns, rows)] if rows else [], note=note)


def _quantified(account: Account) -> Chapter:
    totals = account.totals
    scopes: list[list[Cell]] = [
        [str(label), tonnes(account.kg(name))] for name, label in words.TOTALS.items()
    ]
    iso: list[list[Cell]] = [
        [str(label), tonnes((totals.get("by_iso") or {}).get(key))] for key, label in words.ISO.items()
    ]
    gases: list[list[Cell]] = [[gas, tonnes(kg)] for gas, kg in (totals.get("by_gas") or {}).items()]
    beside: list[list[Cell]] = [[gas, tonnes(kg)] for gas, kg in (totals.get("beside") or {}).items()]
    tables = [Table([_("Scope"), "tCO2e"], scopes), Table([_("ISO 14064-1 category"), "tCO2e"], iso),
              Table([_("Gas"), "tCO2e"], gases)]  # fmt: skip
    if beside:
        tables.append(Table([_("Beside the total"), "tCO2e"], beside))
    return Chapter(
        _("Quantified emissions"),
        facts=[
            (_("All scopes, location-based"), f"{plain(tonnes(account.located))} tCO2e"),
            (_("All scopes, market-based"), f"{plain(tonnes(account.market))} tCO2e"),
            (_("Standard coal"), f"{plain(Decimal(totals['tce'])) if totals.get('tce') else '–'} tce"),
        ],
        tables=tables,
        note=_("Location-based and market-based figures describe the same electricity and are never added."),
    )


def _scope3(account: Account) -> Chapter:
    found = account.totals.get("by_scope3_category") or {}
    rows: list[list[Cell]] = [
        [f"{one.value} {one.label}", tonnes(found.get(str(one.value)))] for one in Scope3
    ]
    return Chapter(
        _("Indirect emissions of the value chain"),
        tables=[Table([_("Scope 3 category"), "tCO2e"], rows)],
        note=_("A dash: not entered. It is not counted as zero."),
    )


def _compared(account: Account) -> Chapter:
    version, before = account.inventory, inventory_queries.year_before(account.inventory)
    facts = [
        (_("Base year"), _base_year(account)),
        (_("Base-year recalculation policy"), _text(version.recalculation_policy)),
        (_("Recalculate above, %"), str(version.recalculation_percent)),
    ]
    facts += [
        (f"{_('Intensity, scopes 1 and 2')}, kgCO2e/{one.unit}", plain(one.value.quantize(Decimal("0.0001"))))
        for one in inventory_queries.intensities(account)
    ]
    tables = []
    if before is not None:
        earlier = Account(before)
        rows: list[list[Cell]] = []
        for name, label in words.TOTALS.items():
            now, then = tonnes(account.kg(name)), tonnes(earlier.kg(name))
            moved = now - then if now is not None and then is not None else None
            share = percent(moved / then * 100) if moved is not None and then else "–"
            rows.append([str(label), then, now, moved, share])
        tables.append(
            Table([_("Scope"), f"{before.year}, tCO2e", f"{version.year}, tCO2e", "±t", "±%"], rows)
        )
    return Chapter(_("Base year, comparison and intensity"), facts=facts, tables=tables)


def _base_year(account: Account) -> str:
    found = base_year(account, may_compute=False)
    if found is None or found.kgco2e is None:
        return _text(account.inventory.base_year)
    said = (
        f"{found.year} (v{found.version.version}): {plain(tonnes(found.kgco2e))} tCO2e"
        if found.version
        else ""
    )
    return said if found.change_percent is None else f"{said}, {percent(found.change_percent)}"


def _method(account: Account) -> Chapter:
    terms = Terms.from_json(account.inventory.terms)
    language = "zh" if reads_chinese() else "en"
    facts = [
        (
            _("Quantification"),
            _("Activity data times emission factor times warming potential; each line is kept with its source."),
        ),
        (_("Assessment report of the IPCC"), terms.gwp_report),
        (_("Fuel parameters"), terms.fuel_set),
        (_("Edition of the method"), str(terms.method)),
        (_("Imported electricity"), _("Twice: by the grid's location factor, and by contractual instruments of the same year.")),
    ]  # fmt: skip
    facts += [(_("Not counted yet"), sentence(issue, language=language)) for issue in account.issues]
    return Chapter(_("Method"), facts=facts)


def _uncertainty(account: Account) -> Chapter:
    share = account.totals.get("uncertainty_percent")
    return Chapter(
        _("Uncertainty"),
        facts=[(_("Combined uncertainty"), f"±{share} %" if share else "–")],
        note=_("From the data-quality grade of each source, combined as the root of the sum of squares."),
    )


def _factors(account: Account) -> Chapter:
    rows: list[list[Cell]] = [_factor(one) for one in inventory_queries.factors_used(account)]
    columns = [_("Code"), _("Name"), _("Value"), _("Unit"), _("Source")]
    note = "" if rows else _("Listed once the version is submitted.")
    return Chapter(_("Factors used"), tables=[Table(columns, rows)] if rows else [], note=note)


def _factor(used: dict[str, Any]) -> list[Cell]:
    of, value = used["of"], plain(used["value"])
    if of is None:
        return [used["code"], "–", value, "–", "–"]
    if isinstance(of, OwnFactor):
        return [used["code"], of.name, value, of.unit, of.source]
    # Some sources name their edition themselves.
    source, edition = of.set.source, of.set.edition
    return [used["code"], named(of), value, of.unit, source if edition in source else f"{source}, {edition}"]


def _coverage(version: Inventory) -> Chapter:
    rows = inventory_queries.coverage(version)
    columns = [_("Site"), *(str(month) for month in range(1, 13))]
    cells: list[list[Cell]] = [
        [
            f"{row['site']} {carrier_name(row['carrier'])}",
            *(f"{round(share * 100)}" for share in row["months"]),
        ]
        for row in rows
    ]
    note = _("Days with data in per cent of the days of the month.")
    return Chapter(_("Completeness"), tables=[Table(columns, cells)] if cells else [], note=note)


def _verification(version: Inventory) -> Chapter:
    rows = Statement.objects.filter(supplier_id=version.supplier_id, inventory=version).order_by("issued_at")
    facts = [(_("Statement"), _statement(one)) for one in rows]
    return Chapter(
        _("Verification"), facts=facts, note="" if facts else _("This version has not been verified.")
    )


def _statement(one: Statement) -> str:
    """Number, state, and the days from issue to end where it has one."""
    days = f"{one.issued_at:%Y-%m-%d}" + (f" – {one.valid_until:%Y-%m-%d}" if one.valid_until else "")
    return f"{one.number} · {one.standing.label} · {days}"


def plain(number: Decimal | None) -> str:
    """Every digit, thousands separated; missing is a dash."""
    if number is None:
        return "–"
    text = f"{number:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
