"""Which factor for which carrier, where and when. One query fills the look-up; the rest is memory."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
from django.db.models import Case, Count, Q, QuerySet, When
from numpy.typing import NDArray

from suppliers.calc.carriers import CARRIERS

from . import regions
from .models import Factor, FactorSet, Series

GRID_SERIES = frozenset({Series.MEE_NBS_AVERAGE, Series.FOREIGN_GRID})
# Contracted kWh come over the same wires; steam is heat once it is metered in MJ.
_SAME_EMISSIONS_AS = {"green_power": "electricity", "steam": "heat"}
_SAME_COAL_AS = {"green_power": "electricity", "pv_self": "electricity", "steam": "heat"}
_ALL_OF_THEM = (Series.GWP, Series.STANDARD_COAL, Series.FUEL, Series.MEE_NBS_RESIDUAL)
# [MJ per base unit] of a calorific value as the fuel tables write it.
_MJ_PER = {"GJ/t": Decimal(1), "GJ/10^4Nm3": Decimal("0.1")}


@dataclass(frozen=True)
class ChosenFactor:
    """A factor as the look-up hands it out: `value` [`unit`] per base unit of the carrier."""

    id: int
    code: str
    value: Decimal
    unit: str
    per_unit: str
    region: str
    year: int
    series: str
    gas: str


@dataclass(frozen=True)
class ChosenFactors:
    """One entry per asked row. `ids` is 0 and `values` is None where there is no factor."""

    ids: NDArray[np.int64]
    values: NDArray[np.object_]
    codes: NDArray[np.object_]


class Lookup:
    """All default factors, read once. Missing is None: the caller raises `factor.missing`.

    `report` names the IPCC assessment report whose warming potentials gases take: AR4, AR5 or AR6.
    `as_of` is a moment: of the sets only those loaded by then are seen, so that what was computed then
    comes out again.
    """

    def __init__(self, report: str = "AR5", as_of: dt.datetime | None = None) -> None:
        self.report = report
        self.as_of = as_of
        self._by_place: dict[tuple[str, str], list[ChosenFactor]] = {}
        self._residual: dict[tuple[str, str], list[ChosenFactor]] = {}
        self._gwp: dict[tuple[str, str], ChosenFactor] = {}
        self._coal: dict[str, ChosenFactor] = {}
        self._gases: dict[tuple[str, str], ChosenFactor] = {}
        self._fuels: dict[tuple[str, str], ChosenFactor] = {}
        self._ncv: dict[tuple[str, str], Decimal] = {}
        self._by_code: dict[str, ChosenFactor] = {}
        rows = Factor.objects.filter(Q(is_default=True) | Q(set__series__in=_ALL_OF_THEM))
        if as_of is not None:
            rows = rows.filter(set__loaded_at__lte=as_of)
        columns = ("id", "code", "value", "unit", "per_unit", "region", "year", "set__series", "gas")
        extra = ("carrier", "is_default", "set__edition", "set__code", "ncv", "ncv_unit")
        for row in rows.order_by("year", "code").values_list(*columns, *extra):
            self._keep(ChosenFactor(*row[: len(columns)]), *row[len(columns) :])

    def _keep(
        self,
        factor: ChosenFactor,
        carrier: str,
        is_default: bool,
        edition: str,
        set_code: str,
        ncv: Decimal | None,
        ncv_unit: str,
    ) -> None:
        self._by_code[factor.code] = factor
        if factor.series == Series.GWP:
            # Methane is listed three times; the plain one, not the fossil, is what the gas's name means.
            self._gwp.setdefault((factor.gas, edition), factor)
        elif factor.series == Series.MEE_NBS_RESIDUAL:
            self._residual.setdefault(("electricity", factor.region), []).append(factor)
        elif carrier and factor.series == Series.FUEL:
            self._keep_fuel(factor, carrier, set_code, ncv, ncv_unit)
        if not is_default or not carrier or factor.series in (Series.GWP, Series.DENSITY):
            return
        if factor.series == Series.STANDARD_COAL:
            self._coal[carrier] = factor
        elif factor.series == Series.COMBUSTION_GASES:
            self._gases[carrier, factor.gas] = factor
        elif carrier != "electricity" or factor.series in GRID_SERIES:
            self._by_place.setdefault((carrier, factor.region), []).append(factor)

    def _keep_fuel(
        self, factor: ChosenFactor, carrier: str, set_code: str, ncv: Decimal | None, ncv_unit: str
    ) -> None:
        # A set that prints per litre or per TJ cannot be multiplied with a quantity in the base unit.
        if carrier in CARRIERS and factor.per_unit == CARRIERS[carrier].base_unit:
            self._fuels[carrier, set_code] = factor
        if ncv is not None and ncv_unit in _MJ_PER:
            self._ncv[carrier, set_code] = ncv * _MJ_PER[ncv_unit]

    def electricity(self, region: str, year: int) -> ChosenFactor | None:
        """Location-based grid factor [kgCO2/kWh] of a province, grid region, nation or country.

        Walks province, grid region, nation in this order. At each stop it takes the exact year, else the
        nearest earlier one on file there, and only then goes on to the next stop: an old provincial value
        goes before a recent regional one. A later year is never taken for an earlier one. Inside China
        only the MEE/NBS annual averages are read; another country has its own official grid value and no
        stop after it. None if nothing is found.
        """
        return self._walk("electricity", regions.electricity_walk(region), year)

    def factor_for(self, carrier: str, region: str, year: int) -> ChosenFactor | None:
        """Emission factor of a carrier for a site's region and a year, in [kg per base unit].

        Grid electricity (also under contract) as `electricity` says. Gases: the warming potential of
        the look-up's report, whatever the place and year. Fuels, heat and steam: the default set, exact
        year or nearest earlier, wherever the site stands. None for what has no factor (own PV, water)
        and for what is missing.
        """
        carrier = _SAME_EMISSIONS_AS.get(carrier, carrier)
        if carrier == "electricity":
            return self.electricity(region, year)
        known = CARRIERS.get(carrier)
        if known is not None and known.category == "fugitive":
            return self.gwp(carrier)
        return self._walk(carrier, (region, regions.NATION), year)

    def choose_many(
        self, carriers: Sequence[str], places: Sequence[str], years: Sequence[int]
    ) -> ChosenFactors:
        """`factor_for` over columns of equal length; each distinct combination is looked up once."""
        chosen: dict[tuple[str, str, int], ChosenFactor | None] = {}
        ids = np.zeros(len(carriers), dtype=np.int64)
        values = np.full(len(carriers), None, dtype=object)
        codes = np.full(len(carriers), "", dtype=object)
        for position, key in enumerate(zip(carriers, places, years, strict=True)):
            if key not in chosen:
                chosen[key] = self.factor_for(key[0], key[1], int(key[2]))
            factor = chosen[key]
            if factor is not None:
                ids[position], values[position], codes[position] = factor.id, factor.value, factor.code
        return ChosenFactors(ids=ids, values=values, codes=codes)

    def gwp(self, gas: str, report: str | None = None) -> ChosenFactor | None:
        """Global warming potential over 100 years [kgCO2e/kg]; None for an unknown gas or report."""
        return self._gwp.get((gas, report or self.report))

    def standard_coal(self, carrier: str) -> ChosenFactor | None:
        """Standard-coal coefficient of the default edition [kgce per base unit of the carrier].

        Electricity at its calorific value, 0.1229 kgce/kWh, own PV and contracted power alike. None
        for gases and water. Other coefficients by their code: `by_code("TCE-NG-12143")`.
        """
        return self._coal.get(_SAME_COAL_AS.get(carrier, carrier))

    def gas_factor(self, carrier: str, gas: str) -> ChosenFactor | None:
        """CH4 or N2O of burning a carrier [kg of the gas per TJ of its net calorific value].

        IPCC 2006 defaults: stationary combustion in manufacturing; petrol as light road vehicles of 1995 or
        later. None for other gases, for what is not burnt, and for what is missing.
        """
        return self._gases.get((carrier, gas))

    def fuel(self, carrier: str, fuel_set: str) -> ChosenFactor | None:
        """CO2 of a fuel [kgCO2 per base unit] by the named set and no other; None if that set has none."""
        return self._fuels.get((carrier, fuel_set))

    def ncv_mj_per_unit(self, carrier: str, fuel_set: str) -> Decimal | None:
        """Net calorific value [MJ per base unit: kg, m3] that the named set gives; None if it gives none."""
        return self._ncv.get((carrier, fuel_set))

    def residual(self, region: str, year: int) -> ChosenFactor | None:
        """Official factor without market-traded non-fossil power [kgCO2/kWh], for market-based electricity.

        Walks province, grid region, nation like `electricity`: exact year, else the nearest earlier one on
        file. None outside the MEE/NBS series and before its first year.
        """
        return _nearest(self._residual, "electricity", regions.electricity_walk(region), year)

    def by_code(self, code: str) -> ChosenFactor | None:
        """A default, warming potential, coefficient, fuel or residual mix by its code."""
        return self._by_code.get(code)

    def _walk(self, carrier: str, places: Iterable[str], year: int) -> ChosenFactor | None:
        return _nearest(self._by_place, carrier, places, year)


def fuel_sets() -> list[FactorSet]:
    """Sets of fuel parameters that can be reckoned with: with a factor in the base unit of at least one carrier."""
    usable = Q()
    for carrier in CARRIERS.values():
        usable |= Q(carrier=carrier.code, per_unit=carrier.base_unit)
    fuels = Factor.objects.filter(usable, set__series=Series.FUEL)
    return list(FactorSet.objects.filter(pk__in=fuels.values("set_id")).order_by("code"))


def _nearest(
    by_place: dict[tuple[str, str], list[ChosenFactor]], carrier: str, places: Iterable[str], year: int
) -> ChosenFactor | None:
    for place in places:
        on_file = by_place.get((carrier, place), [])
        position = bisect_right(on_file, year, key=_year)
        if position:
            return on_file[position - 1]
    return None


def _year(factor: ChosenFactor) -> int:
    return factor.year


# As listed in Series: what the look-up takes first comes first.
_SERIES_ORDER = Case(*(When(set__series=series, then=place) for place, series in enumerate(Series.values)))


def declared(code: str) -> Factor:
    """A factor of any series by explicit choice, as a program declares it."""
    return Factor.objects.select_related("set").get(code=code)


def browse(
    *,
    carrier: str = "",
    region: str = "",
    year: int | None = None,
    series: str = "",
    words: str = "",
    factor_set: str = "",
    verified: str = "",
) -> QuerySet[Factor]:
    """What the factor browser and the API list, set and all in one query. Empty filters do not filter."""
    rows = Factor.objects.select_related("set").order_by(_SERIES_ORDER, "-year", "region", "code")
    exact = {"carrier": carrier, "region": region, "year": year, "set__series": series}
    exact |= {"set__code": factor_set, "verified": verified}
    rows = rows.filter(**{field: value for field, value in exact.items() if value not in ("", None)})
    for word in words.split():
        rows = rows.filter(
            Q(code__icontains=word)
            | Q(name__icontains=word)
            | Q(name_en__icontains=word)
            | Q(set__source__icontains=word)
        )
    return rows


def other_editions(factor: Factor) -> QuerySet[Factor]:
    """The same thing in other sets of its series, newest first: same carrier or gas, place and purpose.

    Of a fuel all there is, whatever unit the set prints it in.
    """
    same = Q(region=factor.region, gas=factor.gas)
    same &= Q(carrier=factor.carrier) if factor.carrier else Q(name=factor.name)
    if factor.set.series != Series.FUEL:
        same &= Q(basis=factor.basis, per_unit=factor.per_unit)
    rows = Factor.objects.filter(same, set__series=factor.set.series).exclude(pk=factor.pk)
    return rows.select_related("set").order_by("-year", "code")


def sets(*, series: str = "") -> QuerySet[FactorSet]:
    """Publications with the number of their rows as `rows`, newest edition of a series first."""
    rows = FactorSet.objects.annotate(rows=Count("factors"))
    return (rows.filter(series=series) if series else rows).order_by(
        "series", "-year", "-published_on", "code"
    )


def neighbours(one: FactorSet) -> tuple[list[FactorSet], list[FactorSet]]:
    """Older and newer sets of the same series, nearest first."""
    others = FactorSet.objects.filter(series=one.series).exclude(pk=one.pk).order_by("year", "code")
    older = [other for other in others if other.year < one.year]
    return older[::-1], [other for other in others if other.year > one.year]
