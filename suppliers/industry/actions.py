"""Publish the groups of a year, once. Who stood in which group is kept in the program's own audit trail.

Why once, and why a group may be held back: docs/decisions/0017-industry-figures.md.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from suppliers.calc import percentiles
from suppliers.tenants import audit, clock
from suppliers.tenants.actors import Actor
from suppliers.tenants.models import AuditEntry, Buyer, Enrolment
from suppliers.tenants.refusals import Refusal
from suppliers.tenants.roles import Right

from . import intensity
from .models import IndustryFigure

ACT = "industry.publish"
FIRST_YEAR = 2000
Group = tuple[str, str, str]  # commodity, size band, unit of output


@dataclass
class Published:
    figures: list[IndustryFigure] = field(default_factory=list)
    held_back: int = 0  # groups with data that are too small or differ by too few from another year's


@transaction.atomic
def publish(*, by: Actor, year: int, buyer: Buyer | None = None) -> Published:
    """Figures of every group of five or more; refused once the year has any, whatever changed since."""
    by.require(Right.INDUSTRY_PUBLISH)
    buyer = Buyer.objects.select_for_update().get(pk=_buyer(by, buyer).pk)
    if not FIRST_YEAR <= year < clock.today().year:
        raise Refusal("industry.year", _("Only a calendar year that is over can be published."), status=422)
    if IndustryFigure.objects.filter(buyer=buyer, year=year).exists():
        raise Refusal("industry.published", _("This year is published already; it stays as it is."))
    result, members = _figures(buyer, year)
    if not result.figures:
        raise Refusal(
            "industry.no_group", _("No group has five companies with a complete year that may be published.")
        )
    IndustryFigure.objects.bulk_create(result.figures)
    groups = [
        {"group": list(group), "members": sorted(of_group)} for group, of_group in sorted(members.items())
    ]
    audit.record(by=by, act=ACT, subject=result.figures[0], data={"year": year, "groups": groups})
    return result


def _figures(buyer: Buyer, year: int) -> tuple[Published, dict[Group, frozenset[int]]]:
    before = _published_members(buyer)
    result, members = Published(), {}
    for group, values in sorted(_groups(buyer, year).items()):
        chosen = percentiles.publishable(values.keys(), before[group])
        found = percentiles.quartiles([values[one] for one in sorted(chosen)])
        if found is None:
            result.held_back += 1
            continue
        commodity, band, unit = group
        members[group] = chosen
        result.figures.append(
            IndustryFigure(
                buyer=buyer, year=year, commodity=commodity, size_band=band, unit=unit,
                companies_at_least=found.companies_at_least, p25=found.p25, p50=found.p50, p75=found.p75,
            )
        )  # fmt: skip
    return result, members


def _groups(buyer: Buyer, year: int) -> dict[Group, dict[int, Decimal]]:
    """Group -> supplier -> intensity [kgCO2e/unit]. A company stands in one group: groups never overlap."""
    rows = Enrolment.objects.filter(buyer=buyer).active(clock.today()).select_related("supplier")
    enrolled = {row.supplier_id: row for row in rows.order_by("id")}
    measured = intensity.of_year(sorted(enrolled), year)
    groups: dict[Group, dict[int, Decimal]] = defaultdict(dict)
    for supplier_id, found in measured.items():
        row = enrolled[supplier_id]
        band = buyer.size_band(row.supplier.employees)
        if band:
            groups[row.commodity, band, found.unit][supplier_id] = found.value
    return groups


def _published_members(buyer: Buyer) -> dict[Group, list[frozenset[int]]]:
    """Who stood in each group of every year that is out, from the sealed trail of this program."""
    found: dict[Group, list[frozenset[int]]] = defaultdict(list)
    for data in (
        AuditEntry.objects.filter(buyer=buyer, act=ACT).order_by("-id").values_list("data", flat=True)
    ):
        for one in data["groups"]:
            commodity, band, unit = one["group"]
            found[commodity, band, unit].append(frozenset(one["members"]))
    return found


def _buyer(by: Actor, buyer: Buyer | None) -> Buyer:
    if by.buyer is not None:
        return by.buyer
    if by.scope.is_everyone and buyer is not None:
        return buyer
    raise PermissionDenied("not a buyer")
