"""Quartiles of a group that no company can be read out of. Pure.

A quartile here is the Harrell-Davis estimate (Harrell and Davis, Biometrika 69, 1982): a weighted mean of all values
of the group in order, with the weights of a Beta((n+1)p, (n+1)(1-p)) distribution. A plain percentile of a small group
is some company's own figure, and the mean of three neighbours lets the lowest company work out the fourth; here every
company stands in every figure, and with one's own value and all three figures no other value can be solved for
(docs/decisions/0017-industry-figures.md; tests/suppliers/industry/test_percentiles.py).
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal

LEAST_COMPANIES = 5
# Digits of a company's own value, and of what is published of a group: a third digit there would narrow down what a member
# can work out of the others.
SIGNIFICANT = 3
PUBLISHED = 2
_QUARTILES = (0.25, 0.5, 0.75)
# Steps of the integration: an error far below the third digit that is shown.
_STEPS = 4000


@dataclass(frozen=True)
class Quartiles:
    """[unit of the values], rounded to two significant digits; `companies_at_least` is a multiple of five."""

    p25: Decimal
    p50: Decimal
    p75: Decimal
    companies_at_least: int


def quartiles(values: Sequence[Decimal]) -> Quartiles | None:
    """Of the values of one group [kgCO2e per unit of output]; None under five values."""
    count = len(values)
    if count < LEAST_COMPANIES:
        return None
    ordered = sorted(values)
    own = {rounded(value) for value in ordered}
    p25, p50, p75 = (_apart(_estimate(ordered, share), own) for share in _QUARTILES)
    return Quartiles(p25, p50, p75, count // LEAST_COMPANIES * LEAST_COMPANIES)


def _estimate(ordered: Sequence[Decimal], share: float) -> Decimal:
    weighed = zip(weights(len(ordered), share), ordered, strict=True)
    # The weights are floats: what lies behind the ninth digit is theirs, and would put equal figures out of order.
    return rounded(sum((Decimal(repr(weight)) * value for weight, value in weighed), Decimal(0)), 9)


def _apart(estimate: Decimal, own: Collection[Decimal]) -> Decimal:
    """The nearest number of two digits that is no company's own: values at even distances meet by chance."""
    up = down = rounded(estimate, PUBLISHED)
    while up in own:
        up += Decimal(1).scaleb(up.adjusted() - PUBLISHED + 1)
    while down in own and down > 0:
        # Below a power of ten the numbers stand closer: 9.9 comes before 10.
        down -= Decimal(1).scaleb((down * Decimal("0.99")).adjusted() - PUBLISHED + 1)
    return down if down not in own and estimate - down < up - estimate else up


def weights(count: int, share: float) -> list[float]:
    """Weight of each of `count` ordered values in the estimate at `share` [0..1]; they sum to one."""
    a, b = (count + 1) * share, (count + 1) * (1 - share)
    steps = _STEPS // count * count
    masses = [0.0] * count
    for step in range(steps):
        at = (step + 0.5) / steps
        masses[step * count // steps] += math.exp((a - 1) * math.log(at) + (b - 1) * math.log1p(-at))
    whole = math.fsum(masses)
    return [mass / whole for mass in masses]


def rounded(value: Decimal, digits: int = SIGNIFICANT) -> Decimal:
    """To so many significant digits, half up; zero stays zero."""
    if not value:
        return Decimal(0)
    step = Decimal(1).scaleb(value.adjusted() - digits + 1)
    return (abs(value) / step + Decimal("0.5")).to_integral_value("ROUND_FLOOR").copy_sign(value) * step


def publishable(
    now: Collection[int], published: Sequence[Collection[int]], least: int = LEAST_COMPANIES
) -> frozenset[int]:
    """Members whose figures may be published beside those of other years; empty if none may.

    `published` are all that are out. Two memberships that differ must differ by at least five companies, or the difference of
    two figures would be about fewer. So newcomers wait until there are five of them; a group that lost one to four is
    not published until it differs by five.
    """
    whole = frozenset(now)
    candidates = [whole, *(whole & frozenset(one) for one in published)]
    for members in sorted(candidates, key=len, reverse=True):
        if len(members) < least:
            continue
        changes = [len(members ^ frozenset(one)) for one in published]
        if all(change == 0 or change >= least for change in changes):
            return members
    return frozenset()


def place(value: Decimal, p25: Decimal, p50: Decimal, p75: Decimal) -> int:
    """Quarter of the group a value falls into: 1 the lowest intensities to 4 the highest; the bound is the lower one's."""
    return 1 + sum(value > bound for bound in (p25, p50, p75))
