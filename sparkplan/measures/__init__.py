"""One module per kind of retrofit: inputs → `Estimate`. Pure: no Django, no files."""

from sparkplan.measures.definition import Estimate, InputError, InputField, InputProblem, Measure, Step, Text
from sparkplan.measures.registry import MEASURES, measure

__all__ = [
    "MEASURES",
    "Estimate",
    "InputError",
    "InputField",
    "InputProblem",
    "Measure",
    "Step",
    "Text",
    "measure",
]
