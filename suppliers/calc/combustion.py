"""The energy of what is burnt, from which methane and nitrous oxide follow; its CO2 is in `fuel_parameters`.

Source: 2006 IPCC Guidelines, volume 2.
"""

from __future__ import annotations

from decimal import Decimal

_MJ_PER_TJ = Decimal(1_000_000)


def terajoules_factor(ncv_mj: Decimal) -> Decimal:
    """Net calorific energy of one base unit [TJ] from its NCV [MJ per base unit]. Zero gives zero."""
    return ncv_mj / _MJ_PER_TJ
