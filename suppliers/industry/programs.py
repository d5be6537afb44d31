"""Programs that share suppliers: which of them counts a company, and what all of them published.

Asked through the all-tenant door, in a context of its own that has no other scope open. What comes out names no program but the
asking one: of its companies, which count there.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextvars import Context
from dataclasses import dataclass

from suppliers.calc import memberships
from suppliers.tenants.all_tenants import all_tenants
from suppliers.tenants.models import AuditEntry, Enrolment, Supplier

from .models import IndustryFigure

ACT = "industry.publish"
_DOOR = "industry figures of companies in several programs"


@dataclass(frozen=True)
class Shared:
    home_of: dict[int, int]  # company -> program, of the asked companies
    published: list[frozenset[int]]  # members of every group that is out, the newest first


def look(supplier_ids: Iterable[int]) -> Shared:
    """Three queries. The companies stay locked: two programs that publish at once do not both count one of them."""
    return Context().run(_look, sorted(supplier_ids))


def _look(supplier_ids: list[int]) -> Shared:
    with all_tenants(_DOOR):
        companies = Supplier.objects.select_for_update(no_key=True).filter(pk__in=supplier_ids)
        asked = set(companies.order_by("pk").values_list("pk", flat=True))
        # By its subject, of which the trail has an index.
        deeds = AuditEntry.objects.filter(subject=IndustryFigure._meta.model_name, act=ACT)
        trail = deeds.order_by("id").values_list("buyer_id", "data")
        published = [
            (program, frozenset(group["members"])) for program, data in trail for group in data["groups"]
        ]
        enrolments = Enrolment.objects.filter(supplier_id__in=supplier_ids).order_by("started_on", "id")
        found = memberships.homes(published, enrolments.values_list("supplier_id", "buyer_id"))
    return Shared(
        home_of={company: program for company, program in found.items() if company in asked},
        published=[members for _program, members in reversed(published)],
    )
