"""The year's inventory from open to verified. Frozen versions stand still; what changes is a new version."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from suppliers.calc.issues import told
from suppliers.factors.queries import fuel_sets
from suppliers.tenants import audit, clock
from suppliers.tenants.actors import Actor
from suppliers.tenants.language import reads_chinese
from suppliers.tenants.models import Supplier
from suppliers.tenants.refusals import Refusal
from suppliers.tenants.roles import Right

from . import freezing
from .compute import computed
from .gathering import edge_of, newest_factors
from .models import Inventory, InventoryState
from .terms import DEFAULT_FUEL_SET, NEWEST_METHOD, REPORTS, Terms

FIELDS = (
    "approach", "boundary", "organisation", "base_year", "recalculation_policy", "recalculation_percent", "exclusions",
    "intensity_unit",
)  # fmt: skip
TERM_FIELDS = ("gwp_report", "fuel_set")


@transaction.atomic
def open_year(*, by: Actor, supplier: Supplier, year: int) -> Inventory:
    """The open version of a year; the first one, or the one that is open already."""
    by.require(Right.INVENTORY_WRITE)
    _require_own(by, supplier.pk)
    if not 1990 <= year <= clock.today().year:
        raise Refusal("inventory.year", _("An inventory is of a year from 1990 to this one."), status=422)
    of_year = Inventory.objects.filter(supplier=supplier, year=year)
    there = of_year.filter(state=InventoryState.OPEN).first()
    if there is not None:
        return there
    if of_year.exists():
        raise Refusal("inventory.exists", _("This year has a frozen version; reopen it to change it."))
    before = Inventory.objects.filter(supplier=supplier, year__lt=year).order_by("-year", "-version").first()
    inventory = Inventory(supplier=supplier, year=year, created_by_id=by.user_id, terms=Terms().to_json())
    if before is not None:
        _carry(before, inventory, but=("exclusions",))
    inventory.save(force_insert=True)
    audit.record(by=by, act="inventory.open", subject=inventory, data={"year": year, "version": 1})
    return inventory


@transaction.atomic
def edit(*, by: Actor, inventory: Inventory, fields: Mapping[str, Any]) -> Inventory:
    """Boundary, base year, exclusions, and the terms `gwp_report` and `fuel_set`, of an open version alone."""
    by.require(Right.INVENTORY_WRITE)
    inventory = locked(by, inventory)
    if inventory.state != InventoryState.OPEN:
        raise Refusal("inventory.frozen", _("This version is frozen. Reopen it to make the next one."))
    unknown = sorted(set(fields) - set(FIELDS) - set(TERM_FIELDS))
    if unknown:
        raise Refusal("inventory.field", _("%(name)s cannot be changed.") % {"name": unknown[0]}, status=422)
    for name in FIELDS:
        if name in fields:
            setattr(inventory, name, fields[name])
    if inventory.base_year is not None and not 1990 <= inventory.base_year <= inventory.year:
        raise Refusal(
            "inventory.base_year", _("The base year lies between 1990 and the year itself."), status=422
        )
    inventory.terms = _terms_with(inventory, fields).to_json()
    inventory.exclusions = _exclusions(inventory.exclusions)
    try:
        inventory.full_clean(
            exclude=["supplier", "created_by", "submitted_by", "supersedes"], validate_unique=False
        )
    except ValidationError as error:
        said = "; ".join(f"{name}: {' '.join(words)}" for name, words in error.message_dict.items())
        raise Refusal("inventory.invalid", said, status=422) from error
    inventory.save()
    audit.record(by=by, act="inventory.edit", subject=inventory, data={"fields": sorted(fields)})
    return inventory


@transaction.atomic
def submit(*, by: Actor, inventory: Inventory) -> Inventory:
    """Compute as of now, write the lines, freeze. Needs boundary, organisation and at least one line."""
    inventory = refuse_unless_submittable(by=by, inventory=inventory)
    freeze(by=by, inventory=inventory, terms=Terms.from_json(inventory.terms))
    audit.record(
        by=by, act="inventory.submit", subject=inventory,
        data={"year": inventory.year, "version": inventory.version, "digest": inventory.digest},
    )  # fmt: skip
    return inventory


def refuse_unless_submittable(*, by: Actor, inventory: Inventory) -> Inventory:
    """The open version, locked for the transaction that is open."""
    by.require(Right.INVENTORY_SUBMIT)
    inventory = locked(by, inventory)
    if inventory.state != InventoryState.OPEN:
        raise Refusal("inventory.state", _("Only an open version can be submitted."))
    if not inventory.boundary.strip() or not inventory.organisation.strip():
        raise Refusal(
            "inventory.incomplete",
            _("Describe the boundary and the organisation before submitting."),
            status=422,
        )
    return inventory


@transaction.atomic
def reopen(*, by: Actor, inventory: Inventory, reason: str) -> Inventory:
    """The next version, open, with what the frozen one said; the frozen one keeps its lines and its number."""
    by.require(Right.INVENTORY_SUBMIT)
    inventory = locked(by, inventory)
    following = next_version(
        by=by, inventory=inventory, reason=reason, terms=Terms.from_json(inventory.terms)
    )
    audit.record(
        by=by, act="inventory.reopen", subject=following,
        data={"year": following.year, "version": following.version, "reason": following.reason},
    )  # fmt: skip
    return following


@transaction.atomic
def start_review(*, by: Actor, inventory: Inventory) -> Inventory:
    return _move(by, inventory, InventoryState.SUBMITTED, InventoryState.UNDER_REVIEW)


@transaction.atomic
def verify(*, by: Actor, inventory: Inventory) -> Inventory:
    return _move(by, inventory, InventoryState.UNDER_REVIEW, InventoryState.VERIFIED)


@transaction.atomic
def give_back(*, by: Actor, inventory: Inventory) -> Inventory:
    return _move(by, inventory, InventoryState.UNDER_REVIEW, InventoryState.RETURNED)


def next_version(*, by: Actor, inventory: Inventory, reason: str, terms: Terms) -> Inventory:
    """An open version after a frozen one. `inventory.reason`, `inventory.state`, `inventory.superseded`."""
    if not reason.strip():
        raise Refusal("inventory.reason", _("Say why a new version is needed."), status=422)
    if inventory.state == InventoryState.OPEN:
        raise Refusal("inventory.state", _("This version is open already."))
    if inventory.state == InventoryState.UNDER_REVIEW:
        raise Refusal(
            "inventory.state",
            _("This version is under review: wait for its end, or for the verifier to return it."),
        )
    of_year = Inventory.objects.filter(supplier_id=inventory.supplier_id, year=inventory.year)
    if of_year.aggregate(top=Max("version"))["top"] != inventory.version:
        raise Refusal("inventory.superseded", _("There is a later version of this year."))
    following = Inventory(
        supplier_id=inventory.supplier_id, year=inventory.year, version=inventory.version + 1, supersedes=inventory,
        reason=reason.strip(), created_by_id=by.user_id,
        terms=Terms(gwp_report=terms.gwp_report, fuel_set=terms.fuel_set).to_json(),
    )  # fmt: skip
    _carry(inventory, following)
    following.save(force_insert=True)
    return following


def freeze(*, by: Actor, inventory: Inventory, terms: Terms) -> None:
    """Lines, totals and digest as of now. The open version must be locked by the caller."""
    moment = clock.now()
    terms = replace(
        terms,
        as_of=moment,
        factors_as_of=newest_factors(moment),
        edge=edge_of(inventory.supplier_id, inventory.year, moment),
        method=NEWEST_METHOD,
    )
    found = computed(supplier_id=inventory.supplier_id, year=inventory.year, terms=terms)
    if not found.columns["number"]:
        raise Refusal(
            "inventory.empty",
            _("There is nothing to submit: the year has no lines."),
            issues=told(found.issues, "zh" if reads_chinese() else "en"),
        )
    freezing.write_lines(inventory, found)
    inventory.terms, inventory.totals = terms.to_json(), found.totals
    inventory.digest = freezing.digest(found.columns, found.totals)
    inventory.frozen_at, inventory.state, inventory.submitted_by_id = (
        moment,
        InventoryState.SUBMITTED,
        by.user_id,
    )
    inventory.save()


def checked_terms(terms: Terms) -> Terms:
    if terms.gwp_report not in REPORTS:
        raise Refusal("inventory.terms", _("Choose the assessment report AR4, AR5 or AR6."), status=422)
    if terms.fuel_set != DEFAULT_FUEL_SET and terms.fuel_set not in {one.code for one in fuel_sets()}:
        raise Refusal("inventory.fuel_set", _("There is no set of fuel parameters of that name."), status=422)
    return terms


def _terms_with(inventory: Inventory, fields: Mapping[str, Any]) -> Terms:
    given = {name: fields[name] for name in TERM_FIELDS if name in fields}
    return checked_terms(replace(Terms.from_json(inventory.terms), **given))


def _exclusions(rows: Any) -> list[dict[str, Any]]:
    """[{what, reason, percent}]: each with a reason; the share it might have may be unknown (None)."""
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise Refusal(
            "inventory.exclusions", _("Exclusions are a list of what, reason and percent."), status=422
        )
    kept = []
    for row in rows:
        what, reason = str(row.get("what") or "").strip(), str(row.get("reason") or "").strip()
        if not what or not reason:
            raise Refusal(
                "inventory.exclusions", _("Each exclusion needs what is left out, and why."), status=422
            )
        kept.append({"what": what, "reason": reason, "percent": _percent(row.get("percent"))})
    return kept


def _percent(given: Any) -> str | None:
    if given in (None, ""):
        return None
    try:
        share = Decimal(str(given))
    except InvalidOperation:
        share = Decimal(-1)
    if not share.is_finite() or not 0 <= share <= 100:
        raise Refusal(
            "inventory.exclusions", _("The share of an exclusion lies between 0 and 100 %."), status=422
        )
    return str(share)


def _move(by: Actor, inventory: Inventory, expected: InventoryState, to: InventoryState) -> Inventory:
    """A step of the review, by the body that was assigned (the scope sees no other versions)."""
    by.require(Right.INVENTORY_REVIEW)
    if by.scope.body_id is None and not by.scope.is_everyone:
        raise PermissionDenied("only a verification body moves a review")
    fresh: Inventory = Inventory.objects.select_for_update(of=("self",)).get(
        pk=inventory.pk, supplier=inventory.supplier_id
    )
    if fresh.state != expected:
        raise Refusal("inventory.state", _("The inventory is not in the state for this step."))
    fresh.state = to
    fresh.save(update_fields=["state"])
    audit.record(
        by=by, act=f"inventory.{to.value}", subject=fresh, data={"year": fresh.year, "version": fresh.version}
    )
    inventory.state = to
    return fresh


def _carry(before: Inventory, after: Inventory, but: tuple[str, ...] = ()) -> None:
    for name in FIELDS:
        if name not in but:
            setattr(after, name, getattr(before, name))


def locked(by: Actor, inventory: Inventory) -> Inventory:
    _require_own(by, inventory.supplier_id)
    fresh: Inventory = Inventory.objects.select_for_update(of=("self",)).get(
        pk=inventory.pk, supplier=inventory.supplier_id
    )
    return fresh


def _require_own(by: Actor, supplier_id: int) -> None:
    if not by.scope.is_everyone and by.scope.supplier_id != supplier_id:
        raise PermissionDenied("an inventory of another supplier")
