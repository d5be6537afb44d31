"""The hand-off of the ESG total to the supplier performance evaluation (SPE) of the quarterly review."""

from scorecards.calc.arrays import FloatArray


def spe_points(total: FloatArray, share_percent: float) -> FloatArray:
    """Return the ESG part [SPE points]: `share_percent` [% of SPE] of the total [points]; NaN stays NaN."""
    return share_percent * total / 100.0


def spe_multiplier(total: FloatArray, *, base: float, slope: float) -> FloatArray:
    """Return the factor [1] on the SPE score: base + slope x total [points] / 100; NaN stays NaN."""
    return base + slope * total / 100.0
