"""What a saved quantity is in standard coal and CO2, with the factors named."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from suppliers.calc.carriers import CARRIERS, find
from suppliers.calc.reductions import printed, reduction
from suppliers.calc.units import expected, to_base
from suppliers.tenants.refusals import Refusal

from . import regions
from .models import Factor, Series
from .queries import ChosenFactor, Lookup

# What the action plan reckoned with (annex 3): the national average of 2022 for electricity, and for natural gas
# the coefficient of the 2008 edition of GB/T 2589.
PLAN_YEAR = 2022
PLAN_COAL = {"natural_gas": "TCE-NG-12143"}
__all__ = ["PLAN_COAL", "PLAN_YEAR", "Saved", "printed", "saved"]


@dataclass(frozen=True)
class Saved:
    """`tce` [tonnes of standard coal] and `tco2` [t], not rounded, and the codes of what they were made with."""

    carrier: str
    unit: str
    tce: Decimal
    tco2: Decimal
    factor: str
    coal: str


def saved(
    quantity: Decimal,
    carrier: str,
    *,
    unit: str = "",
    year: int = PLAN_YEAR,
    factor: str = "",
    coal: str = "",
) -> Saved:
    """Reckons a quantity [`unit`, else the base unit of the carrier] over; `factor` and `coal` are codes, by choice.

    Refuses (`reduction.unit`) a unit that does not measure the carrier, (`factor.missing`) what has no factor or
    coefficient, a code that is not on file or not per the carrier's unit, and (`factor.life_cycle`) a product footprint.
    """
    known = find(carrier)
    if known is None:
        raise _missing(carrier)
    if not quantity.is_finite() or quantity < 0:
        raise Refusal("reduction.quantity", _("A saving is a number from zero on."), status=422)
    per_unit = to_base(unit, known) if unit else Decimal(1)
    if per_unit is None:
        raise Refusal(
            "reduction.unit",
            _("%(unit)s does not measure this; one of: %(units)s.")
            % {"unit": unit, "units": ", ".join(expected(known))},
            status=422,
        )
    quantity *= per_unit
    lookup = Lookup()
    emission = _by_code(factor) if factor else lookup.factor_for(known.code, regions.NATION, year)
    coal = coal or PLAN_COAL.get(known.code, "")
    coefficient = lookup.by_code(coal) if coal else lookup.standard_coal(known.code)
    for chosen, asked in ((emission, factor), (coefficient, coal)):
        if chosen is None or chosen.per_unit != CARRIERS[known.code].base_unit:
            raise _missing(asked or known.code)
    assert emission is not None and coefficient is not None
    if coefficient.series != Series.STANDARD_COAL or emission.series == Series.STANDARD_COAL:
        raise _missing(coal or factor)
    if emission.series == Series.LIFE_CYCLE:
        raise Refusal("factor.life_cycle", _("A life-cycle factor counts product footprints, not savings."))
    tce, tco2 = reduction(quantity, factor=emission.value, coefficient=coefficient.value)
    return Saved(known.code, known.base_unit, tce, tco2, emission.code, coefficient.code)


def _by_code(code: str) -> ChosenFactor | None:
    columns = ("id", "code", "value", "unit", "per_unit", "region", "year", "set__series", "gas")
    row = Factor.objects.filter(code=code).values_list(*columns).first()
    return ChosenFactor(*row) if row else None


def _missing(what: str) -> Refusal:
    return Refusal(
        "factor.missing",
        _("There is no factor or coefficient on file that fits %(what)s.") % {"what": what},
        status=422,
        data={"what": what},
    )
