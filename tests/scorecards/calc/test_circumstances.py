"""Pending, not applicable, disputed: what is decided beside the measuring."""

from dataclasses import replace

import numpy as np
import pytest

from scorecards.calc.circumstances import nothing_special, settle
from scorecards.indicators import INDICATORS
from tests.scorecards.indicators.builders import NAN, ecovadis, projects
from tests.scorecards.methodology import RULES

GONE = ecovadis(58, 45, "2022-01-01")
GRACE = ecovadis(58, 45, "2023-12-01", again="2024-12-01")
GOOD = ecovadis(58, 45, "2024-06-01")
NONE = ecovadis()


def around(unreviewed=False, last=NAN, last_state="", off=False, disputed=False):
    return replace(
        nothing_special(1),
        handed_in_unreviewed=np.array([unreviewed]),
        last_points=np.array([last], dtype=float),
        last_value=np.array([last], dtype=float),
        last_state=np.array([last_state]),
        approved_not_applicable=np.array([off]),
        disputed=np.array([disputed]),
    )


@pytest.mark.parametrize(
    ("inputs", "given", "points", "state", "reason", "covered"),
    [
        # nothing handed in is missing; handed in but not reviewed carries the last points once
        (NONE, {}, 0, "missing", "i1.missing", False),
        (GONE, dict(unreviewed=True, last=69.5, last_state="scored"), 69.5, "pending", "pending.carried", True),
        (NONE, dict(unreviewed=True, last=50, last_state="scored"), 50, "pending", "pending.carried", True),
        (GONE, dict(unreviewed=True, last=69.5, last_state="pending"), 0, "pending", "pending.carried_before", True),
        (GONE, dict(unreviewed=True), 0, "pending", "pending.nothing", True),
        (GONE, dict(last=69.5, last_state="scored"), 0, "expired", "i1.expired", False),
        # grace gives half; waiting for review lifts it to the last points, or leaves the half
        (GRACE, dict(unreviewed=True, last=69.5, last_state="scored"), 69.5, "pending", "pending.carried", True),
        (GRACE, dict(unreviewed=True, last=69.5, last_state="pending"), 34.75, "expired_grace", "i1.grace", True),
        # what was reviewed and stands is scored, whatever else waits
        (GOOD, dict(unreviewed=True, last=90, last_state="scored"), 69.5, "scored", "i1.scored", True),
        (GOOD, dict(off=True), None, "not_applicable", "na.approved", False),
        # disputed: computed points and reason stand
        (GOOD, dict(disputed=True), 69.5, "disputed", "i1.scored", True),
        (GONE, dict(disputed=True), 0, "disputed", "i1.expired", False),
        (GOOD, dict(disputed=True, off=True), None, "not_applicable", "na.approved", False),
    ],
)  # fmt: skip
def test_states(inputs, given, points, state, reason, covered):
    result = settle(INDICATORS["I1"].measure(inputs, RULES["I1"]), around(**given))
    assert (str(result.state[0]), str(result.reason[0]), bool(result.covered[0])) == (state, reason, covered)
    assert np.isnan(result.points[0]) if points is None else result.points[0] == pytest.approx(points)
    assert bool(result.verified[0]) == (
        state in ("scored", "expired_grace") or (state == "disputed" and covered)
    )


def test_a_rule_that_makes_it_not_applicable_keeps_its_own_reason():
    measure = INDICATORS["I7"].measure(projects(annual_mwh=10), RULES["I7"])
    result = settle(measure, around(off=True))
    assert (str(result.state[0]), str(result.reason[0])) == ("not_applicable", "i7.small")
