"""What no meter measures, entered and withdrawn: scope 3, process emissions, gases by mass balance. Never edited.

The quantity is kept in the unit of its factor, so that quantity times value needs no conversion; what was given stands
in `balance` wherever it was another unit or another currency.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from suppliers.calc import carriers, mass_balance, units
from suppliers.disclosure.models import EvidenceFile
from suppliers.factors.models import Factor, OwnFactor, OwnState, Series
from suppliers.sites.models import Site
from suppliers.tenants import audit, clock
from suppliers.tenants.actors import Actor
from suppliers.tenants.models import Supplier
from suppliers.tenants.refusals import Refusal
from suppliers.tenants.roles import Right

from .models import DataQuality, EntryKind, InventoryEntry, Scope3

FIRST_YEAR = 1990
MONEY = ("CNY", "USD", "EUR", "GBP", "JPY", "TWD", "HKD")
# Emission factors that an activity of the value chain may take; the life-cycle ones nowhere else.
SCOPE3_SERIES = (
    *(Series.SCREENING, Series.LIFE_CYCLE, Series.MEE_NBS_AVERAGE),
    *(Series.FOREIGN_GRID, Series.FUEL, Series.HEAT),
)
_PLACES = Decimal("0.000001")


@dataclass(frozen=True)
class Given:
    """An entry as it is typed. `quantity` [`unit`]; of spend the amount, its currency as unit, `rate` [units of that
    currency per unit of the factor's] and where the rate was read; of a mass balance its five parts [kg]."""

    year: int
    kind: str
    description: str
    quantity: Decimal | None = None
    unit: str = ""
    month: int | None = None
    site: Site | None = None
    scope3_category: int | None = None
    gas: str = ""
    parts: Mapping[str, Decimal | None] = field(default_factory=dict)
    factor: Factor | None = None
    own_factor: OwnFactor | None = None
    rate: Decimal | None = None
    rate_source: str = ""
    data_quality: str = ""
    document: str = ""


@transaction.atomic
def add(
    *, by: Actor, supplier: Supplier, given: Given, evidence: EvidenceFile | None = None
) -> InventoryEntry:
    """A new entry of a year. Years whose inventory is frozen take entries too; a restatement shows their effect."""
    _require_own(by, supplier)
    entry = checked(supplier=supplier, given=given)
    entry.evidence, entry.created_by_id = evidence, by.user_id
    entry.save(force_insert=True)
    said = {"year": entry.year, "kind": entry.kind, "quantity": str(entry.quantity), "unit": entry.unit}
    audit.record(by=by, act="inventoryentry.add", subject=entry, data=said)
    return entry


@transaction.atomic
def add_many(*, by: Actor, supplier: Supplier, entries: list[InventoryEntry]) -> int:
    """Entries that were all `checked`: together or not at all."""
    _require_own(by, supplier)
    for entry in entries:
        entry.created_by_id = by.user_id
        entry.save(force_insert=True)
        audit.record(by=by, act="inventoryentry.add", subject=entry, data={"year": entry.year})
    return len(entries)


@transaction.atomic
def withdraw(*, by: Actor, entry: InventoryEntry) -> InventoryEntry:
    """Out of force from now on; frozen versions keep their line of it. Withdrawing twice is once."""
    _require_own(by, entry.supplier)
    fresh: InventoryEntry = InventoryEntry.objects.select_for_update(of=("self",)).get(
        pk=entry.pk, supplier=entry.supplier_id
    )
    if fresh.withdrawn_at is None:
        fresh.withdrawn_at = clock.now()
        fresh.save(update_fields=["withdrawn_at"])
        audit.record(by=by, act="inventoryentry.withdraw", subject=fresh)
    return fresh


def checked(*, supplier: Supplier, given: Given) -> InventoryEntry:
    """The entry that `given` makes, not yet written. Refuses with `entry.…` what cannot be used."""
    _check_year(given.year)
    if given.kind not in EntryKind.values:
        raise _refusal("kind", _("Say what kind of entry it is."))
    if given.site is not None and given.site.supplier_id != supplier.pk:
        raise _refusal("site", _("This is not a site of your company."))
    _check_category(given)
    entry = InventoryEntry(
        supplier=supplier, year=given.year, month=given.month, kind=given.kind, site=given.site,
        scope3_category=given.scope3_category, description=given.description.strip(), document=given.document.strip(),
    )  # fmt: skip
    if given.kind == EntryKind.MASS_BALANCE:
        _fill_balance(entry, given)
    else:
        _fill_activity(entry, supplier, given)
    try:
        entry.full_clean(exclude=["supplier", "created_by", "evidence", "site", "factor", "own_factor"])
    except ValidationError as error:
        issues = [
            {"code": "field.invalid", "column": name, "message": " ".join(said)}
            for name, said in error.message_dict.items()
        ]
        words = " ".join(f"{issue['column']}: {issue['message']}" for issue in issues)
        raise Refusal("entry.invalid", words, status=422, issues=issues) from error
    return entry


def _check_year(year: int) -> None:
    if not FIRST_YEAR <= year <= clock.today().year:
        raise _refusal("year", _("The year lies between 1990 and this year."))


def _check_category(given: Given) -> None:
    if given.kind == EntryKind.SCOPE3 and given.scope3_category not in Scope3.values:
        raise _refusal("category", _("Say which of the fifteen categories of scope 3 it belongs to."))
    if given.kind != EntryKind.SCOPE3 and given.scope3_category is not None:
        raise _refusal("category", _("Only entries of the value chain belong to a category of scope 3."))


def _fill_balance(entry: InventoryEntry, given: Given) -> None:
    gas = carriers.find(given.gas) if given.gas else None
    if gas is None or gas.category != "fugitive":
        raise _refusal("gas", _("This gas is not on the list of refrigerants and extinguishing agents."))
    if given.factor is not None or given.own_factor is not None:
        raise _refusal("factor", _("A gas by mass balance takes its warming potential, no other factor."))
    parts = {name: given.parts.get(name) for name in mass_balance.PARTS}
    if any(part is None for part in parts.values()):
        raise _refusal(
            "balance", _("Enter all five figures of the balance; where there was nothing, enter 0.")
        )
    try:
        lost = mass_balance.lost_kg(*(Decimal(part or 0) for part in parts.values()))
    except (ValueError, InvalidOperation):
        raise _refusal(
            "balance",
            _("The balance comes out below zero, or one of its stocks is: check the figures."),
        ) from None
    entry.carrier, entry.unit, entry.quantity = gas.code, "kg", _rounded(lost)
    entry.balance = {name: str(part) for name, part in parts.items()}
    entry.data_quality = given.data_quality or DataQuality.CALCULATED


def _fill_activity(entry: InventoryEntry, supplier: Supplier, given: Given) -> None:
    if given.quantity is None or not given.quantity.is_finite() or given.quantity < 0:
        raise _refusal("quantity", _("Enter the quantity as a number, not below zero."))
    if (given.factor is None) == (given.own_factor is None):
        raise _refusal("factor", _("Choose one factor: of the database, or an own one that is approved."))
    if given.factor is not None:
        _check_factor(given.kind, given.factor)
        entry.factor, per_unit, grade = given.factor, given.factor.per_unit, DataQuality.SCREENING
    else:
        assert given.own_factor is not None
        _check_own_factor(supplier, given)
        entry.own_factor, per_unit, grade = (
            given.own_factor,
            given.own_factor.per_unit,
            DataQuality.CALCULATED,
        )
    entry.data_quality = given.data_quality or grade
    entry.unit = per_unit
    entry.quantity, entry.balance = in_unit_of_factor(given, per_unit)


def in_unit_of_factor(given: Given, per_unit: str) -> tuple[Decimal, dict[str, str] | None]:
    """The quantity [`per_unit`] and, where it was given otherwise, what was given. `entry.unit`, `entry.rate`."""
    assert given.quantity is not None
    unit = given.unit.strip() or per_unit
    money = unit.upper() if unit.upper() in MONEY else ""
    if _plain(unit) == _plain(per_unit):
        return _rounded(given.quantity), None
    said = {"given": str(given.quantity), "given_unit": money or unit}
    if money and per_unit[:3].upper() in MONEY:
        if per_unit[:3].upper() == money:
            return _rounded(given.quantity), said
        if (
            given.rate is None
            or not given.rate.is_finite()
            or given.rate <= 0
            or not given.rate_source.strip()
        ):
            raise _refusal(
                "rate", _("Spend in another currency needs the exchange rate and where it was read.")
            )  # fmt: skip
        said |= {"rate": str(given.rate), "rate_source": given.rate_source.strip()[:200]}
        return _rounded(given.quantity / given.rate), said
    one, other = units.find(unit), units.find(per_unit)
    if money or one is None or other is None or one.dimension != other.dimension:
        raise _refusal(
            "unit", _("This factor is per %(unit)s; the unit cannot be converted.") % {"unit": per_unit}
        )
    return _rounded(given.quantity * one.size / other.size), said


def _check_factor(kind: str, factor: Factor) -> None:
    series = factor.set.series
    if kind == EntryKind.PROCESS:
        raise _refusal("factor", _("Process emissions take an own factor that is approved."))
    if series not in SCOPE3_SERIES:
        raise _refusal("factor", _("This number is no emission factor for the value chain."))


def _check_own_factor(supplier: Supplier, given: Given) -> None:
    own = given.own_factor
    assert own is not None
    if own.state != OwnState.APPROVED or (own.supplier_id is not None and own.supplier_id != supplier.pk):
        raise _refusal("factor", _("This own factor is not approved, so it does not count yet."))
    first, last = dt.date(given.year, 1, 1), dt.date(given.year, 12, 31)
    if own.valid_from > last or (own.valid_to is not None and own.valid_to < first):
        raise _refusal("factor", _("This own factor is not valid in that year."))
    if given.kind == EntryKind.PROCESS and own.series == Series.LIFE_CYCLE:
        raise _refusal("factor", _("A life-cycle factor counts in scope 3 only."))


def _plain(unit: str) -> str:
    return units.plain_unit(unit).replace(".", "").replace("·", "")


def _rounded(number: Decimal) -> Decimal:
    try:
        return number.quantize(_PLACES, ROUND_HALF_UP)
    except InvalidOperation:
        raise _refusal("quantity", _("This quantity is too large.")) from None


def _refusal(what: str, sentence: str | Promise) -> Refusal:
    return Refusal(f"entry.{what}", sentence, status=422)


def _require_own(by: Actor, supplier: Supplier) -> None:
    by.require(Right.INVENTORY_WRITE)
    if not by.scope.is_everyone and by.scope.supplier_id != supplier.pk:
        raise PermissionDenied("an inventory of another supplier")
