"""Which gases belong to an inventory's total."""

from __future__ import annotations

# Ozone-depleting gases are regulated by the Montreal Protocol, not by the Kyoto list of ISO 14064-1.
_BESIDE = ("HCFC", "CFC")


def counts_in_total(gas: str) -> bool:
    """Whether a gas is of the seven kinds of ISO 14064-1:2018, 3.1.1 (CO2, CH4, N2O, HFCs, PFCs, SF6, NF3).

    HCFCs and CFCs are stated beside the total. Blends R404A to R507A are HFCs. Source: GHG Protocol, amendment 2013.
    """
    return not gas.startswith(_BESIDE)
