"""CO2 of a fuel from its parameters: how much heat, how much carbon in it, how much of that burns.

CO2 = net calorific value x carbon content x oxidation rate x 44/12, the molar masses of CO2 and carbon.
Source: NDRC guideline [2015] No. 1722 for other industrial enterprises, and the MEE guidelines after it.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

# [GJ per kg or m3] that one of the unit in which tables print calorific values is.
_GJ_PER: dict[str, Decimal] = {
    "GJ/t": Decimal("0.001"),
    "GJ/10^4Nm3": Decimal("0.0001"),
}
CO2_MASS, CARBON_MASS = 44, 12


def co2_factor(
    *, ncv: Decimal, ncv_unit: str, carbon_content_tc_per_gj: Decimal, oxidation_rate: Decimal
) -> Decimal:
    """CO2 factor [kgCO2 per kg or m3], not rounded.

    `ncv` in `ncv_unit` (GJ/t or GJ/10^4Nm3), carbon content [tC/GJ], oxidation rate [share of 1].
    Zero of any gives zero. An unknown unit is a ValueError: nothing is guessed.
    Natural gas: 389.31 GJ/10^4 m3 x 0.0153 tC/GJ x 0.99 x 44/12 = 2.1622 kgCO2/m3.
    """
    if ncv_unit not in _GJ_PER:
        raise ValueError(f"unknown unit of a calorific value: {ncv_unit!r}")
    carbon_kg = ncv * _GJ_PER[ncv_unit] * carbon_content_tc_per_gj * 1000 * oxidation_rate
    return carbon_kg * CO2_MASS / CARBON_MASS


def agrees(printed: Decimal, computed: Decimal) -> bool:
    """Whether `computed` rounds, half up, to `printed` at the digits printed; trailing zeros do not count."""
    digits = printed.normalize().as_tuple().exponent
    step = Decimal(1).scaleb(min(int(digits), 0))
    return computed.quantize(step, ROUND_HALF_UP) == printed
