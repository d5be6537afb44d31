"""Versions of the methodology: the first one from the data file, later ones by draft; frozen once in use."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from scorecards.calc import methodology as calc
from scorecards.models import Methodology, MethodologyState
from suppliers.models import Buyer
from suppliers.tenants import audit
from suppliers.tenants.actors import Actor
from suppliers.tenants.refusals import Refusal
from suppliers.tenants.roles import Right

DATA = Path(__file__).parent / "data"


@cache
def version_one() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((DATA / "methodology_v1.json").read_text(encoding="utf-8"))
    return found


def current(buyer: Buyer) -> Methodology | None:
    """The newest version, draft or frozen."""
    found: Methodology | None = Methodology.objects.filter(buyer=buyer).order_by("-created_at", "-id").first()
    return found


@transaction.atomic
def install_version_one(*, by: Actor, buyer: Buyer) -> Methodology:
    """Version 1 as a draft of this buyer; if there is one already, that."""
    rules = version_one()
    found: Methodology | None = Methodology.objects.filter(buyer=buyer, code=rules["code"]).first()
    if found is not None:
        return found
    return draft(by=by, buyer=buyer, code=rules["code"], rules=rules)


@transaction.atomic
def draft(*, by: Actor, buyer: Buyer, code: str, rules: dict[str, Any]) -> Methodology:
    """A new version, to be edited until an edition uses it."""
    by.require(Right.METHODOLOGY_WRITE)
    _refuse_problems(rules)
    if Methodology.objects.filter(buyer=buyer, code=code).exists():
        raise Refusal("methodology.code_taken", _("There is a version with this code already."))
    row = Methodology(
        buyer=buyer, code=code, name=rules["names"]["zh"], name_en=rules["names"]["en"], rules=rules
    )
    row.save(force_insert=True)
    audit.record(by=by, act="methodology.draft", subject=row, data={"code": code})
    return row


@transaction.atomic
def edit(*, by: Actor, methodology: Methodology, rules: dict[str, Any]) -> Methodology:
    """Replace a draft's data. A frozen version is never changed: make a new one."""
    by.require(Right.METHODOLOGY_WRITE)
    row: Methodology = Methodology.objects.select_for_update().get(
        pk=methodology.pk, buyer=methodology.buyer_id
    )
    if row.state == MethodologyState.FROZEN:
        raise Refusal("methodology.frozen", _("This version is in use: changes go into a new version."))
    _refuse_problems(rules)
    row.rules, row.name, row.name_en = rules, rules["names"]["zh"], rules["names"]["en"]
    row.save()
    audit.record(by=by, act="methodology.edit", subject=row, data={"code": row.code})
    return row


def freeze(*, by: Actor, methodology: Methodology) -> None:
    """From the first edition on that uses it, its data stand still."""
    if methodology.state == MethodologyState.FROZEN:
        return
    methodology.state = MethodologyState.FROZEN
    methodology.save(update_fields=["state"])
    audit.record(by=by, act="methodology.freeze", subject=methodology, data={"code": methodology.code})


def is_english() -> bool:
    return (get_language() or "").startswith("en")


def language() -> str:
    return "en" if is_english() else "zh"


def names(rules: dict[str, Any]) -> dict[str, str]:
    """The indicators' names in the reader's language, by id and in order."""
    return {part["id"]: part["names"][language()] for part in rules["indicators"]}


def _refuse_problems(rules: dict[str, Any]) -> None:
    found = calc.problems(rules)
    if found:
        issues = [{"code": code, "message": code} for code in found]
        raise Refusal(
            "methodology.invalid", _("These weights or curves cannot be used."), status=422, issues=issues
        )
