"""Which factor for which carrier, where and when. One query fills the look-up; the rest is memory."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
from django.db.models import Case, Q, QuerySet, When
from numpy.typing import NDArray

from suppliers.calc.carriers import CARRIERS

from . import regions
from .models import Factor, Series

GRID_SERIES = frozenset({Series.MEE_NBS_AVERAGE, Series.FOREIGN_GRID})
# Contracted kWh come over the same wires; steam is heat once it is metered in MJ.
_SAME_EMISSIONS_AS = {"green_power": "electricity", "steam": "heat"}
_SAME_COAL_AS = {"green_power": "electricity", "pv_self": "electricity", "steam": "heat"}


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
    """

    def __init__(self, report: str = "AR5") -> None:
        self.report = report
        self._by_place: dict[tuple[str, str], list[ChosenFactor]] = {}
        self._gwp: dict[tuple[str, str], ChosenFactor] = {}
        self._coal: dict[str, ChosenFactor] = {}
        self._by_code: dict[str, ChosenFactor] = {}
        wanted = Q(is_default=True) | Q(set__series__in=[Series.GWP, Series.STANDARD_COAL])
        columns = ("id", "code", "value", "unit", "per_unit", "region", "year", "set__series", "gas")
        rows = Factor.objects.filter(wanted).order_by("year", "code")
        for *plain, carrier, is_default, edition in rows.values_list(
            *columns, "carrier", "is_default", "set__edition"
        ):
            self._keep(ChosenFactor(*plain), carrier, edition, is_default=is_default)

    def _keep(self, factor: ChosenFactor, carrier: str, edition: str, *, is_default: bool) -> None:
        self._by_code[factor.code] = factor
        if factor.series == Series.GWP:
            # Methane is listed three times; the plain one, not the fossil, is what the gas's name means.
            self._gwp.setdefault((factor.gas, edition), factor)
        elif not is_default or not carrier or factor.series == Series.DENSITY:
            return
        elif factor.series == Series.STANDARD_COAL:
            self._coal[carrier] = factor
        elif carrier != "electricity" or factor.series in GRID_SERIES:
            self._by_place.setdefault((carrier, factor.region), []).append(factor)

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

    def by_code(self, code: str) -> ChosenFactor | None:
        """A default factor, warming potential or coefficient by its code."""
        return self._by_code.get(code)

    def _walk(self, carrier: str, places: Iterable[str], year: int) -> ChosenFactor | None:
        for place in places:
            on_file = self._by_place.get((carrier, place), [])
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
    *, carrier: str = "", region: str = "", year: int | None = None, series: str = "", words: str = ""
) -> QuerySet[Factor]:
    """What the factor browser and the API list, set and all in one query. Empty filters do not filter."""
    rows = Factor.objects.select_related("set").order_by(_SERIES_ORDER, "-year", "region", "code")
    exact = {"carrier": carrier, "region": region, "year": year, "set__series": series}
    rows = rows.filter(**{field: value for field, value in exact.items() if value not in ("", None)})
    for word in words.split():
        rows = rows.filter(
            Q(code__icontains=word)
            | Q(name__icontains=word)
            | Q(name_en__icontains=word)
            | Q(set__source__icontains=word)
        )
    return rows
