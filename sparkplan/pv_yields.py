"""Reference PV yields by province: a proposal for projects that have no design yield yet."""

import csv
from functools import cache
from pathlib import Path

_FILE = Path(__file__).parent / "data" / "pv_yields.csv"


@cache
def yields_by_region() -> dict[str, float]:
    """Specific yield [kWh/kWp/a] by region code; all from memory so far (data/SOURCES.md)."""
    with _FILE.open(encoding="utf-8", newline="") as file:
        return {row["region"]: float(row["kwh_per_kwp_per_year"]) for row in csv.DictReader(file)}


def reference_yield(region: str) -> float | None:
    """Specific yield [kWh/kWp/a] of a region; None where the table has no value."""
    return yields_by_region().get(region)
