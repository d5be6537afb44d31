"""What a measure saves: energy in standard coal and carbon dioxide, as the action plan states it (annex 3)."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

KG_PER_TONNE = 1000


def reduction(quantity: Decimal, *, factor: Decimal, coefficient: Decimal) -> tuple[Decimal, Decimal]:
    """Standard coal [tce] and CO2 [t] of energy that is no longer used; not rounded.

    `quantity` [base unit: kWh, m3, kg, MJ] a year, `factor` [kgCO2 per base unit], `coefficient` [kgce per base
    unit]. Zero saves nothing; missing is not allowed. Source: GB/T 2589-2020 annex A for the coal.
    275 367 kWh x 0.1229 kgce/kWh = 33.84 tce; x 0.5366 kgCO2/kWh = 147.76 t.
    """
    return quantity * coefficient / KG_PER_TONNE, quantity * factor / KG_PER_TONNE


def printed(value: Decimal, like: str) -> Decimal:
    """`value` rounded half up to the decimals that stand in `like`: 40.21671 like "40.2" is 40.2."""
    decimals = len(like.partition(".")[2])
    return value.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
