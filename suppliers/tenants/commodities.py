"""The groups of bought parts in a program: inside one of them suppliers are compared."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from . import audit
from .actors import Actor
from .models import Commodity
from .refusals import Refusal
from .roles import Right


@transaction.atomic
def keep(*, by: Actor, code: str, name: str, name_en: str) -> Commodity:
    """Add one, or give one that stands other names. Codes stay: enrolments and published rankings hold them."""
    by.require(Right.ENROLMENT_WRITE)
    if by.buyer is None:
        raise PermissionDenied("only a program has commodities")
    own = Commodity.objects.filter(buyer=by.buyer)
    # A list of suppliers may name a commodity by its code or by a name.
    namesakes = Q(name__in=[name, name_en]) | Q(name_en__in=[name, name_en]) | Q(code__iexact=code)
    if own.filter(namesakes).exclude(code=code).exists():
        raise Refusal("commodity.taken", _("Another commodity of your program has this code or name."))
    standing = own.select_for_update().filter(code=code).first()
    if standing is None:
        standing = Commodity.objects.create(buyer=by.buyer, code=code, name=name, name_en=name_en)
        audit.record(by=by, act="commodity.add", subject=standing, data={"code": code, "name": name})
    elif (standing.name, standing.name_en) != (name, name_en):
        was = {"name": standing.name, "name_en": standing.name_en}
        standing.name, standing.name_en = name, name_en
        standing.save(update_fields=["name", "name_en"])
        now = {"name": name, "name_en": name_en}
        audit.record(by=by, act="commodity.rename", subject=standing, data={"was": was, "is": now})
    return standing
