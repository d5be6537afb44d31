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

from suppliers.calc import memberships, percentiles
from suppliers.tenants import audit, clock
from suppliers.tenants.actors import Actor
from suppliers.tenants.models import Buyer, Enrolment
from suppliers.tenants.refusals import Refusal
from suppliers.tenants.roles import Right

from . import intensity, programs
from .models import IndustryFigure

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
    audit.record(by=by, act=programs.ACT, subject=result.figures[0], data={"year": year, "groups": groups})
    return result


def _figures(buyer: Buyer, year: int) -> tuple[Published, dict[Group, frozenset[int]]]:
    enrolled = _enrolled(buyer)
    # Looked at first: it locks the companies, so that figures and memberships are of one moment.
    shared = programs.look(enrolled)
    groups = _groups(buyer, enrolled, year)
    members = memberships.chosen(groups, buyer.pk, shared.home_of, shared.published)
    result = Published(held_back=len(groups) - len(members))
    for group, companies in members.items():
        found = percentiles.quartiles([groups[group][one] for one in sorted(companies)])
        assert found is not None  # five and more
        commodity, band, unit = group
        result.figures.append(
            IndustryFigure(
                buyer=buyer, year=year, commodity=commodity, size_band=band, unit=unit,
                companies_at_least=found.companies_at_least, p25=found.p25, p50=found.p50, p75=found.p75,
            )
        )  # fmt: skip
    return result, members


def _enrolled(buyer: Buyer) -> dict[int, Enrolment]:
    rows = Enrolment.objects.filter(buyer=buyer).active(clock.today()).select_related("supplier")
    return {row.supplier_id: row for row in rows.order_by("id")}


def _groups(buyer: Buyer, enrolled: dict[int, Enrolment], year: int) -> dict[Group, dict[int, Decimal]]:
    """Group -> supplier -> intensity [kgCO2e/unit]. A company stands in one group: groups never overlap."""
    measured = intensity.of_year(sorted(enrolled), year)
    groups: dict[Group, dict[int, Decimal]] = defaultdict(dict)
    for supplier_id, found in measured.items():
        row = enrolled[supplier_id]
        band = buyer.size_band(row.supplier.employees)
        if band:
            groups[row.commodity, band, found.unit][supplier_id] = found.value
    return groups


def _buyer(by: Actor, buyer: Buyer | None) -> Buyer:
    if by.buyer is not None:
        return by.buyer
    if by.scope.is_everyone and buyer is not None:
        return buyer
    raise PermissionDenied("not a buyer")
