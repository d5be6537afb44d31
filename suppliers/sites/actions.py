"""Add and change factories and measuring points."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from suppliers.tenants import audit
from suppliers.tenants.actors import Actor
from suppliers.tenants.models import Supplier
from suppliers.tenants.refusals import Refusal
from suppliers.tenants.roles import Right

from .models import Meter, Site


@transaction.atomic
def add_site(
    *,
    by: Actor,
    supplier: Supplier,
    code: str,
    name: str,
    province: str,
    name_en: str = "",
    address: str = "",
    closed_on: dt.date | None = None,
) -> Site:
    by.require(Right.SITE_WRITE)
    if Site.objects.filter(supplier=supplier, code=code).exists():
        raise Refusal("site.code", _("There is already a site with this code."))
    site = Site(
        supplier=supplier,
        code=code,
        name=name,
        name_en=name_en,
        province=province,
        address=address,
        closed_on=closed_on,
    )
    site.save(force_insert=True)
    audit.record(by=by, act="site.add", subject=site, data={"code": code, "province": province})
    return site


@transaction.atomic
def change_site(
    *,
    by: Actor,
    site: Site,
    name: str,
    province: str,
    name_en: str = "",
    address: str = "",
    closed_on: dt.date | None = None,
) -> Site:
    """The code stays: it stands in workbooks already filled. A new province counts for data accepted from now on."""
    by.require(Right.SITE_WRITE)
    before = {"name": site.name, "province": site.province}
    site.name, site.name_en, site.province = name, name_en, province
    site.address, site.closed_on = address, closed_on
    site.save(update_fields=["name", "name_en", "province", "address", "closed_on"])
    audit.record(
        by=by, act="site.change", subject=site, data={"before": before, "name": name, "province": province}
    )
    return site


@transaction.atomic
def add_meter(
    *,
    by: Actor,
    site: Site,
    code: str,
    name: str,
    carrier: str,
    name_en: str = "",
    parent: Meter | None = None,
    accounting: bool = True,
) -> Meter:
    by.require(Right.SITE_WRITE)
    if Meter.objects.filter(supplier_id=site.supplier_id, site=site, code=code).exists():
        raise Refusal("meter.code", _("This site already has a meter with this code."))
    meter = Meter(
        supplier_id=site.supplier_id,
        site=site,
        parent=parent,
        code=code,
        name=name,
        name_en=name_en,
        carrier=carrier,
        accounting=accounting,
    )
    _require_a_tree(meter, parent)
    meter.save(force_insert=True)
    audit.record(
        by=by, act="meter.add", subject=meter, data={"site": site.code, "code": code, "carrier": carrier}
    )
    return meter


@transaction.atomic
def change_meter(
    *,
    by: Actor,
    meter: Meter,
    name: str,
    name_en: str = "",
    parent: Meter | None = None,
    accounting: bool = True,
) -> Meter:
    """Code and carrier stay: records hang on them."""
    by.require(Right.SITE_WRITE)
    _require_a_tree(meter, parent)
    before = {"parent": meter.parent_id, "accounting": meter.accounting}
    meter.name, meter.name_en, meter.parent, meter.accounting = name, name_en, parent, accounting
    meter.save(update_fields=["name", "name_en", "parent", "accounting"])
    audit.record(
        by=by,
        act="meter.change",
        subject=meter,
        data={"before": before, "parent": meter.parent_id, "accounting": accounting},
    )
    return meter


def _require_a_tree(meter: Meter, parent: Meter | None) -> None:
    """A meter hangs under another of its own site, and never under itself or one below it."""
    if parent is None:
        return
    if parent.site_id != meter.site_id:
        raise Refusal("meter.parent", _("The upper meter must be at the same site."))
    parents = dict(
        Meter.objects.filter(supplier_id=meter.supplier_id, site_id=meter.site_id).values_list(
            "id", "parent_id"
        )
    )
    upper: int | None = parent.pk
    while upper is not None:
        if meter.pk is not None and upper == meter.pk:
            raise Refusal("meter.parent", _("A meter cannot hang under itself or under a meter below it."))
        upper = parents.get(upper)
