"""What a kind of retrofit is made of: its input fields, its estimate, and the trouble found in inputs.

Text that pure code must carry stands here in both languages as data (zh, en).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import isfinite


@dataclass(frozen=True)
class Text:
    """One sentence or name in both languages; Chinese is the first language of the trade."""

    zh: str
    en: str

    def in_language(self, language: str) -> str:
        return self.zh if language.lower().startswith("zh") else self.en


@dataclass(frozen=True)
class InputField:
    """One number a person types to have a saving estimated; `minimum` and `maximum` are both allowed."""

    name: str
    label: Text
    unit: str
    minimum: float
    maximum: float
    default: float | None = None
    required: bool = True
    hint: Text = Text("", "")


@dataclass(frozen=True)
class InputProblem:
    """Trouble with one input: stable code, the field it belongs to, a sentence in both languages."""

    code: str
    field: str
    message: Text


class InputError(ValueError):
    """The inputs of a measure do not give an estimate; `problems` says why, field by field."""

    def __init__(self, problems: list[InputProblem]) -> None:
        super().__init__("; ".join(f"{p.field}: {p.message.en}" for p in problems))
        self.problems = problems


@dataclass(frozen=True)
class Step:
    """One line of 'how computed': a named intermediate result with its unit."""

    label: Text
    value: float
    unit: str


@dataclass(frozen=True)
class Estimate:
    """What a measure is expected to bring in a full year of operation.

    saving_kwh_per_year: electricity no longer bought from the grid [kWh/a]. For PV it is the energy the
        roof supplies to the factory: the report counts it as electricity saved (年节电), and so do we.
    baseline_kwh_per_year: consumption of the equipment before the retrofit [kWh/a]; None where the measure
        has none (PV) or where the inputs do not say.
    """

    saving_kwh_per_year: float
    baseline_kwh_per_year: float | None
    formula: Text
    steps: tuple[Step, ...] = ()


Values = Mapping[str, float | None]


@dataclass(frozen=True)
class Measure:
    """One kind of retrofit: names, input fields, the estimating function, and how long it lasts.

    lifetime_years [a] and degradation_per_year [1/a] are assumptions of the projection (METHOD.md).
    reduces_consumption: False for PV, which supplies energy and does not cut what is consumed.
    """

    code: str
    name: Text
    summary: Text
    fields: tuple[InputField, ...]
    compute: Callable[[Values], Estimate]
    lifetime_years: int
    degradation_per_year: float = 0.0
    reduces_consumption: bool = True

    def estimate(self, values: Values) -> Estimate:
        """The estimate for checked inputs.

        Missing inputs take their defaults; unknown names are refused, for a misspelt input would otherwise
        silently fall back to a default. Raises InputError naming every bad field at once.
        """
        filled, problems = self._filled(values)
        if problems:
            raise InputError(problems)
        estimate = self.compute(filled)
        if not estimate.saving_kwh_per_year > 0:
            raise InputError([no_saving(self.fields[-1].name)])
        return estimate

    def _filled(self, values: Values) -> tuple[dict[str, float | None], list[InputProblem]]:
        problems = [unknown(name) for name in values if name not in {f.name for f in self.fields}]
        filled: dict[str, float | None] = {}
        for field in self.fields:
            value = values.get(field.name)
            if value is None:
                value = field.default
            filled[field.name] = value
            problem = _problem(field, value)
            if problem is not None:
                problems.append(problem)
        return filled, problems


def _problem(field: InputField, value: float | None) -> InputProblem | None:
    if value is None:
        return missing(field.name) if field.required else None
    if not isfinite(value) or not field.minimum <= value <= field.maximum:
        low, high = f"{field.minimum:,.10g}", f"{field.maximum:,.10g}"
        unit = f" {field.unit}" if field.unit else ""
        return InputProblem(
            "input.range",
            field.name,
            Text(f"请填写 {low} 至 {high}{unit} 之间的数。", f"Enter a number from {low} to {high}{unit}."),
        )
    return None


def missing(field: str) -> InputProblem:
    return InputProblem("input.missing", field, Text("请填写此项。", "Fill in this field."))


def unknown(field: str) -> InputProblem:
    return InputProblem(
        "input.unknown", field, Text("此类改造没有这一项。", "This kind of retrofit has no such input.")
    )


def no_saving(field: str) -> InputProblem:
    return InputProblem(
        "input.no_saving",
        field,
        Text(
            "按所填数据算不出节电量，请核对改造前后的数值。",
            "These inputs give no saving: check the values before and after the retrofit.",
        ),
    )


def number(values: Values, name: str) -> float:
    """A required input, already checked: never None [unit of the field]."""
    value = values[name]
    assert value is not None, name
    return float(value)
