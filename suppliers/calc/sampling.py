"""Which lines of an inventory a verifier looks at first: by size and by how good the figures are.

Three parts, each line once, in the order of its number:

1. every line that alone is larger than materiality: an error in it can be material by itself;
2. by risk (size × weight of its grade), the riskiest first, until the sample covers `COVER_PERCENT` of the total or
   `MOST_BY_RISK` lines are chosen;
3. of what is left, `SPREAD` lines at even distances through the order of size: small lines are looked at too, and
   everybody who asks gets the same ones.

After ISO 14064-3:2019, 6.1 (risk-based evidence-gathering plan); the weights are the product's own choice and are
meant to be changed by the verifier, who confirms or edits the sample.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

COVER_PERCENT = Decimal(75)
MOST_BY_RISK = 40
SPREAD = 5
# grade -> weight [-]: metered, calculated from documents, estimated, screening factor
WEIGHTS = {"A": Decimal(1), "B": Decimal("1.5"), "C": Decimal(3), "D": Decimal(5)}


def suggest(
    numbers: Sequence[int],
    sizes: Sequence[Decimal],
    grades: Sequence[str],
    *,
    materiality_percent: Decimal,
) -> list[int]:
    """Numbers of the lines to check. `sizes` [kgCO2e], `materiality_percent` [% of the sum of sizes].

    A negative size (a removal, a correction) counts by its amount. Lines of size zero are drawn by the spread only;
    an unknown grade weighs as the worst. Without lines the sample is empty.
    """
    amounts = dict(zip(numbers, (abs(size) for size in sizes), strict=True))
    risks = {
        number: amounts[number] * WEIGHTS.get(grade, WEIGHTS["D"])
        for number, grade in zip(numbers, grades, strict=True)
    }
    total = sum(amounts.values(), Decimal())
    threshold = total * materiality_percent / 100
    chosen = {number for number, amount in amounts.items() if amount and amount > threshold}
    covered = sum((amounts[number] for number in chosen), Decimal())
    by_risk = sorted(amounts, key=lambda number: (-risks[number], number))
    for number in [one for one in by_risk if one not in chosen and amounts[one]][:MOST_BY_RISK]:
        if covered >= total * COVER_PERCENT / 100:
            break
        chosen.add(number)
        covered += amounts[number]
    rest = sorted((one for one in amounts if one not in chosen), key=lambda one: (-amounts[one], one))
    return sorted(chosen | set(_spread(rest)))


def _spread(ordered: Sequence[int]) -> list[int]:
    """`SPREAD` of them at even distances, from the middle of each stretch; all where there are no more."""
    if len(ordered) <= SPREAD:
        return list(ordered)
    return [ordered[(2 * step + 1) * len(ordered) // (2 * SPREAD)] for step in range(SPREAD)]
