"""What the page of one version shows, from its account."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from suppliers.calc.issues import told
from suppliers.inventory import accounts, background, inventory_queries
from suppliers.inventory.accounts import MARKET_TOTAL, Account
from suppliers.inventory.base_year import base_year
from suppliers.inventory.inventory_queries import Intensity
from suppliers.inventory.models import Inventory, InventoryState, Scope3
from suppliers.inventory.report import words
from suppliers.inventory.terms import Terms
from suppliers.templatetags.greenlink import carrier_name, signed
from suppliers.tenants.actors import Actor
from suppliers.tenants.language import reads_chinese
from suppliers.tenants.roles import Right, TenantKind

from .review_words import INVENTORY_TONES

FULL = Decimal("0.9999")
# A total and the filter that leaves exactly its lines.
LINKS = {
    "scope1": {"scope": 1, "total": "on"},
    "scope2_location": {"scope": 2, "basis": "location"},
    "scope2_market": {"scope": 2, "basis": "market"},
    "scope3": {"scope": 3, "total": "on"},
}


def page_context(inventory: Inventory, actor: Actor) -> dict[str, Any]:
    account = Account(inventory)
    before = inventory_queries.year_before(inventory)
    is_own = actor.kind == TenantKind.SUPPLIER
    may_write, may_submit = (
        is_own and actor.may(right) for right in (Right.INVENTORY_WRITE, Right.INVENTORY_SUBMIT)
    )
    versions = inventory_queries.versions(inventory)
    is_open, is_newest = inventory.state == InventoryState.OPEN, versions[0].pk == inventory.pk
    covered, is_under_way = inventory_queries.coverage(inventory), background.under_way(inventory)
    return {
        "inventory": inventory,
        "supplier": inventory.supplier,
        "account": account,
        "tone": INVENTORY_TONES[inventory.state],
        "is_open": is_open,
        "is_empty": is_open and is_own and not account.totals.get("lines"),
        "may_edit": is_open and may_write,
        "may_submit": is_open and may_submit and not is_under_way,
        "may_reopen": not is_open
        and may_submit
        and is_newest
        and inventory.state != InventoryState.UNDER_REVIEW,
        "can_submit": bool(inventory.boundary.strip() and inventory.organisation.strip()),
        "scopes": [_scope(account, name, before) for name in accounts.SCOPES],
        "sums": _grand(account, before),
        "iso": _cut(account, "by_iso", lambda key: words.ISO[key], "iso", before),
        "gases": _cut(account, "by_gas", str, "gas", before),
        "scope3": _cut(
            account, "by_scope3_category", lambda key: f"{key} {Scope3(int(key)).label}", "scope3", before
        ),
        "beside": _cut(account, "beside", str, "gas", before, category="beside"),
        "before": before,
        "intensities": _intensities(account, before),
        "months": [str(month) for month in range(1, 13)],
        "coverage": [_coverage(row) for row in covered],
        "covered": inventory_queries.covered_percent(
            inventory.supplier_id, [inventory.year], Terms.from_json(inventory.terms)
        ).get(inventory.year),
        "issues": told(account.issues, "zh" if reads_chinese() else "en"),
        "terms": Terms.from_json(inventory.terms),
        "versions": [_version(one) for one in versions],
        "downloads": _downloads(inventory),
        "total_url": lines_url(inventory, total="on"),
        "exclusions": [one | {"what": words.left_out(one["what"])} for one in inventory.exclusions],
        "is_by_period": account.is_by_period,
        "is_under_way": is_under_way,
        "has_failed": is_open and background.failed(inventory),
        "replayed": None if is_open else background.last_replay(inventory),
        "may_replay": not is_open and may_write and not is_under_way,
        "replay_url": reverse("inventory_replay", args=[inventory.pk]),
        "may_restate_base": may_submit,
        "base_year": base_year(account, may_compute=is_own),
    }


def lines_url(inventory: Inventory, **wanted: Any) -> str:
    return f"{reverse('inventory_lines', args=[inventory.pk])}?{urlencode(wanted)}"


def _scope(account: Account, name: str, before: Inventory | None) -> dict[str, Any]:
    now = account.kg(name)
    then = Account(before).kg(name) if before else None
    return {
        "label": words.TOTALS[name],
        "kg": now,
        "url": lines_url(account.inventory, **LINKS[name]),
    } | _against(now, then)


def _grand(account: Account, before: Inventory | None) -> list[dict[str, Any]]:
    earlier = Account(before) if before else None
    pairs = [
        (_("All scopes, location-based"), "on", account.located, earlier.located if earlier else None),
        (_("All scopes, market-based"), MARKET_TOTAL, account.market, earlier.market if earlier else None),
    ]
    return [
        {"label": label, "kg": now, "url": lines_url(account.inventory, total=total)} | _against(now, then)
        for label, total, now, then in pairs
    ]


def _against(now: Decimal | None, then: Decimal | None) -> dict[str, Any]:
    """Tonnes and per cent against the year before; nothing where one of both is missing."""
    if now is None or then is None:
        return {"then": then, "tonnes": None, "percent": None, "change": None}
    tonnes = (now - then) / 1000
    percent = (now - then) / then * 100 if then else None
    text = f"{signed(tonnes)} t" + (f" ({signed(percent)} %)" if percent is not None else "")
    tone, icon = ("good", "fall") if tonnes < 0 else ("", "rise") if tonnes > 0 else ("", "same")
    return {
        "then": then, "tonnes": tonnes, "percent": percent, "change": {"text": text, "tone": tone, "icon": icon}
    }  # fmt: skip


def _cut(
    account: Account, name: str, label: Any, asks: str, before: Inventory | None, **fixed: Any
) -> list[dict[str, Any]]:
    found: dict[str, str] = account.totals.get(name) or {}
    earlier: dict[str, str] = (before.totals.get(name) or {}) if before else {}
    more = fixed or {"total": "on"}
    return [
        {"label": label(key), "kg": Decimal(kg), "url": lines_url(account.inventory, **{asks: key}, **more)}
        | _against(Decimal(kg), Decimal(earlier[key]) if key in earlier else None)
        for key, kg in found.items()
    ]


def _intensities(account: Account, before: Inventory | None) -> list[dict[str, Any]]:
    earlier: dict[str, Intensity] = (
        {one.unit: one for one in inventory_queries.intensities(Account(before))} if before else {}
    )
    rows = []
    for one in inventory_queries.intensities(account):
        then = earlier.get(one.unit)
        percent = (one.value - then.value) / then.value * 100 if then and then.value else None
        rows.append({"unit": one.unit, "output": one.output, "value": one.value, "percent": percent})
    return rows


def _coverage(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": f"{row['site']} {carrier_name(row['carrier'])}",
        "cells": [_cell(share) for share in row["months"]],
    }


def _cell(share: float) -> dict[str, str]:
    if share >= FULL:
        return {"state": "full", "word": _("complete")}
    if share > 0:
        return {"state": "part", "word": _("%(percent)s %% of the days") % {"percent": round(share * 100)}}
    return {"state": "none", "word": _("no data")}


def _version(version: Inventory) -> dict[str, Any]:
    account = Account(version)
    at = version.frozen_at or version.created_at
    numbers = ""
    if version.totals:
        located, market = account.located, account.market
        numbers = pgettext("inventory", "%(located)s t location-based, %(market)s t market-based") % {
            "located": f"{(located or Decimal(0)) / 1000:,.3f}", "market": f"{(market or Decimal(0)) / 1000:,.3f}"
        }  # fmt: skip
    what = pgettext("inventory", "Version %(number)s, %(state)s") % {
        "number": version.version, "state": version.get_state_display()
    }  # fmt: skip
    return {
        "when": f"{timezone.localtime(at):%Y-%m-%d %H:%M}",
        "who": version.submitted_by or version.created_by,
        "what": what,
        "numbers": numbers,
        "reason": version.reason,
        "url": reverse("inventory", args=[version.pk]),
        "digest": version.digest,
    }


def _downloads(inventory: Inventory) -> list[dict[str, str]]:
    return [
        {"label": label, "url": reverse(name, args=[inventory.pk])}
        for label, name in (
            (_("Report (PDF)"), "inventory_pdf"),
            (_("Report (XLSX)"), "inventory_xlsx"),
            (_("Lines (CSV)"), "inventory_lines_csv"),
        )
    ]


def lines_found(count: int) -> str:
    return ngettext("%(count)s line", "%(count)s lines", count) % {"count": f"{count:,}"}
