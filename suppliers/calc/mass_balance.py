"""How much of a gas left the equipment in a year, from what was there, came and went.

Source: 2006 IPCC Guidelines, volume 3, chapter 7 (mass balance), and the GHG Protocol's refrigerant guide.
"""

from __future__ import annotations

from decimal import Decimal

# What the balance is made of, in the order of its arithmetic. [kg each]
PARTS = ("opening", "bought", "returned", "closing", "capacity_increase")


def lost_kg(
    opening: Decimal, bought: Decimal, returned: Decimal, closing: Decimal, capacity_increase: Decimal
) -> Decimal:
    """Gas lost in the year [kg] = opening + bought − returned − closing − capacity_increase.

    opening, closing: in stock on the first and on the last day [kg]; bought: came in [kg]; returned: given back,
    recovered or destroyed [kg]; capacity_increase: net growth of what equipment holds [kg], negative where it shrank.
    All must be known: a missing one is not zero and has to be asked for. ValueError where a stock or flow is
    negative, or where more left than was there (a negative loss): one of the figures is then wrong.
    """
    if min(opening, bought, returned, closing) < 0:
        raise ValueError("a stock or flow below zero")
    lost = opening + bought - returned - closing - capacity_increase
    if lost < 0:
        raise ValueError("more went out than was there")
    return lost
