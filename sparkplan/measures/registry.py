"""The kinds of retrofit Spark Action knows, in the order pages show them."""

from sparkplan.measures import (
    chillers,
    compressed_air,
    drying_drums,
    fans_pumps,
    forming_heat,
    lighting,
    pv,
    waste_heat,
)
from sparkplan.measures.definition import Measure

MEASURES: dict[str, Measure] = {
    module.MEASURE.code: module.MEASURE
    for module in (pv, compressed_air, forming_heat, waste_heat, drying_drums, lighting, chillers, fans_pumps)
}


def measure(code: str) -> Measure:
    """The measure of this code; KeyError for a code nobody registered."""
    return MEASURES[code]
