"""A life-cycle factor counts what a product's whole chain emits: right in a footprint, wrong in scope 2."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from suppliers.calc import issues
from suppliers.tenants.refusals import Refusal

from .models import Factor, Series

SCOPE_2_CARRIERS = frozenset({"electricity", "green_power", "heat", "steam"})
_FOOTPRINT = "product_footprint"


def is_life_cycle(factor: Any) -> bool:
    """Of a table's factor, an own factor or one that the look-up chose."""
    series = factor.set.series if isinstance(factor, Factor) else factor.series
    return series == Series.LIFE_CYCLE or getattr(factor, "basis", "") == _FOOTPRINT


def refuse_life_cycle(factor: Any) -> None:
    """Before a factor is taken for scope 2: refuses (`factor.life_cycle`, with the issue) one of a footprint."""
    if is_life_cycle(factor):
        issue = issues.make("factor.life_cycle", factor=factor.code)
        raise Refusal(
            issue.code,
            _("%(code)s is a life-cycle factor: it counts product footprints, never scope 2.")
            % {"code": factor.code},
            status=422,
            issues=[issue.as_dict()],
        )
