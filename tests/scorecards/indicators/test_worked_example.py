"""The worked example of the methodology: 65.2 C; 64.3 with I7 not applicable; 51.3 D with EcoVadis lapsed."""

import numpy as np
import pytest

from scorecards.calc import methodology
from scorecards.calc.totals import totals
from scorecards.indicators import INDICATORS
from tests.scorecards.indicators.builders import (
    certification,
    ecovadis,
    inventory,
    platform,
    projects,
    renewable,
    targets,
    training,
)
from tests.scorecards.methodology import RULES, V1

DAY = "2024-06-01"


def example(**changed):
    inputs = {
        "I1": ecovadis(58, 45, DAY),
        "I2": certification("silver", DAY, iso_14001=(DAY, None), iso_45001=(DAY, None)),
        "I3": renewable((250, 250, 250, 250), certificates={2024: 180}),
        "I4": targets({"public": True, "base": 2021, "target": 2030, "progress": True}),
        "I5": platform(0.9, 0.9, 0.8, 8 / 15),
        "I6": inventory(assurance="limited", period_end="2023-12-31", now=97, before=100),
        "I7": projects({"stage": "commissioned", "commissioned": 1, "saving": 16}),
        "I8": training(DAY, 0.8, 0.95),
    }
    return [INDICATORS[name].measure(given, RULES[name]) for name, given in (inputs | changed).items()]


def total_of(measures):
    result = totals(
        points=np.stack([measure.points for measure in measures]),
        weights=methodology.weights(V1),
        applicable=np.stack([measure.state != "not_applicable" for measure in measures]),
        covered=np.stack([measure.covered for measure in measures]),
        verified=np.stack([measure.verified for measure in measures]),
        gated=np.zeros(1, dtype=bool),
        scale=methodology.scale(V1),
        most_not_applicable=V1["not_applicable"]["at_most"],
        least_weight_left=V1["not_applicable"]["weight_left"],
    )
    return result.total[0], result.grade[0], result.coverage_percent[0]


def test_points_of_each_indicator():
    points = [round(float(measure.points[0]), 2) for measure in example()]
    assert points == [69.5, 74.0, 38.33, 60.0, 82.0, 60.88, 74.0, 75.0]


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, (65.2, "C", 100.0)),
        ({"I7": projects({"stage": "commissioned", "commissioned": 1, "saving": 16}, annual_mwh=400)}, (64.3, "C", 100.0)),
        ({"I1": ecovadis(58, 45, "2023-01-01")}, (51.3, "D", 80.0)),
    ],
)  # fmt: skip
def test_total(changed, expected):
    assert total_of(example(**changed)) == expected
