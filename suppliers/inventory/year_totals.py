"""The totals of a year from its lines: sums of what is stored, never cut again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, TypeVar

import numpy as np

from suppliers.calc import STORAGE_PLACES, uncertainty

from .blocks import Block
from .models import Basis

Key = TypeVar("Key", bound=Hashable)
BESIDE = "beside"


def totals(blocks: Sequence[Block]) -> dict[str, Any]:
    """Location and market are never added: `by_iso` and `by_gas` are the location view, `beside` is in no total.

    A scope without a line is None: nobody said anything of it, which is not zero.
    """
    counted = [block for block in blocks if block.same["category"] != BESIDE]
    located = [block for block in counted if block.same["basis"] != Basis.MARKET]
    market = [block for block in counted if block.same["basis"] == Basis.MARKET]
    by_scope = _by(located, lambda block: int(block.same["scope"]))
    percent = uncertainty.combined_percent(_sources(located))
    coal = sum(block.kgce for block in located)
    return {
        "scope1": _said(by_scope.get(1)),
        "scope2_location": _said(by_scope.get(2)),
        "scope2_market": _said(sum(block.kgco2e for block in market) if market else None),
        "scope3": _said(by_scope.get(3)),
        "by_iso": _texts(_by(located, lambda block: str(block.same["iso_category"]))),
        "by_scope3_category": _texts(
            _by([block for block in located if block.same["scope"] == 3], lambda b: str(b.same["scope3_category"]))
        ),
        "by_gas": _texts(_by(located, lambda block: str(block.same["gas"]))),
        "tce": str(Decimal(coal).scaleb(-STORAGE_PLACES - 3).quantize(Decimal("0.000001"), ROUND_HALF_UP)),
        "beside": _texts(_by([b for b in blocks if b.same["category"] == BESIDE], lambda b: str(b.same["gas"]))),
        "uncertainty_percent": None if percent is None else str(Decimal(str(percent)).quantize(Decimal("0.1"), ROUND_HALF_UP)),
        "lines": sum(len(block) for block in blocks),
    }  # fmt: skip


def _by(blocks: Sequence[Block], key: Callable[[Block], Key]) -> dict[Key, int]:
    sums: dict[Key, int] = defaultdict(int)
    for block in blocks:
        sums[key(block)] += block.kgco2e
    return dict(sums)


def _sources(blocks: Sequence[Block]) -> list[tuple[float, str]]:
    """[(kgCO2e, grade)] of each source: what one site burns or draws of one carrier, or one entry.

    The months of a meter share its error, so they are added; different sources err apart.
    """
    sources: dict[tuple[Any, ...], float] = defaultdict(float)
    for block in blocks:
        same, each = block.same, block.each
        if "data_quality" not in each:
            key = (same.get("entry_id"), same["carrier"], same.get("site_id"), same["data_quality"])
            sources[key] += block.kgco2e / 1e6
            continue
        sites, grades = np.array(each["site_id"], dtype=np.int64), np.array(each["data_quality"])
        kg = block.kg.astype(float)
        for site in np.unique(sites).tolist():
            for grade in np.unique(grades).tolist():
                part = float(kg[(sites == site) & (grades == grade)].sum()) / 1e6
                if part:
                    sources[(None, same["carrier"], site, grade)] += part
    return [(emission, key[-1]) for key, emission in sorted(sources.items(), key=lambda item: str(item[0]))]


def _texts(sums: dict[str, int]) -> dict[str, str]:
    return {key: _text(sums[key]) for key in sorted(sums, key=lambda key: (len(key), key))}


def _said(whole: int | None) -> str | None:
    return None if whole is None else _text(whole)


def _text(whole: int) -> str:
    return f"{Decimal(whole).scaleb(-STORAGE_PLACES):.6f}"
