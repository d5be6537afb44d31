"""Names in cells to what they name: sites, meters, carriers, units; looked up once per distinct pair.

Inside one table, sites, meters and carriers are positions in the supplier's own lists, not database
ids: small numbers that can be packed together. `ids_of_sites` and `ids_of_meters` lead back.
"""

import difflib
import unicodedata
from collections.abc import Callable, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import numpy as np
from numpy.typing import NDArray

from suppliers.calc import STORAGE_STEP, carriers, units
from suppliers.calc.carriers import CARRIERS, Carrier
from suppliers.calc.facts import MeterFact, SiteFact
from suppliers.calc.findings import Findings
from suppliers.calc.rows import LARGEST_QUANTITY, Cells
from suppliers.calc.texts import shown

CARRIER_CODES: tuple[str, ...] = tuple(CARRIERS)
CARRIER_INDEX = {code: index for index, code in enumerate(CARRIER_CODES)}
NOT_FOUND = -1
WHOLE_SITE = 0

# Looking for similar names is slow; a file with more wrong names than this is not a typing error.
_MOST_SUGGESTIONS = 50
# Room for any position in one part of a packed number; three parts fit into 63 bits.
_RADIX = 1 << 21

Data = dict[str, Any]


def plain_code(text: str) -> str:
    """A site or meter code as it is compared: full-width made plain, outer blanks off, one case."""
    return unicodedata.normalize("NFKC", text).strip().casefold()


def resolve_sites(cells: Cells, sites: Sequence[SiteFact], findings: Findings) -> NDArray[np.int64]:
    """Position in `sites` per row, -1 where unknown (`row.site`). A name will do if only one site bears it."""
    names = [plain_code(site.name) for site in sites]
    by_text = {name: index for index, name in enumerate(names) if name and names.count(name) == 1}
    by_text |= {plain_code(site.code): index for index, site in enumerate(sites)}
    positions = [by_text.get(plain_code(text), NOT_FOUND) for text in cells.texts]
    codes = [site.code for site in sites]
    _flag_unknown(cells, positions, "row.site", "site", findings, lambda text: _closest(text, codes))
    return np.array(positions, dtype=np.int64)[cells.codes]


def resolve_carriers(cells: Cells, findings: Findings) -> NDArray[np.int64]:
    """Position in CARRIER_CODES per row, -1 where unknown (`row.carrier`)."""
    found = [carriers.find(text) if text else None for text in cells.texts]
    positions = [CARRIER_INDEX[carrier.code] if carrier else NOT_FOUND for carrier in found]
    _flag_unknown(cells, positions, "row.carrier", "carrier", findings, carriers.closest)
    return np.array(positions, dtype=np.int64)[cells.codes]


def resolve_meters(
    cells: Cells,
    site: NDArray[np.int64],
    carrier: NDArray[np.int64],
    sites: Sequence[SiteFact],
    meters: Sequence[MeterFact],
    findings: Findings,
) -> NDArray[np.int64]:
    """Position in `meters` + 1 per row, 0 for an empty cell (the whole site), -1 if refused (`row.meter`).

    'SITE/METER' is understood as METER. The reason tells a meter of another site and a meter that
    measures another carrier from an unknown one.
    """
    distinct, inverse = np.unique(_pack(site, cells.codes, carrier), return_inverse=True)
    book = _MeterBook(sites, meters)
    found = np.empty(len(distinct), dtype=np.int64)
    refused: dict[int, Data] = {}
    for index, (site_index, cell, carrier_index) in enumerate(_unpack(distinct)):
        text = cells.texts[cell]
        found[index] = WHOLE_SITE
        if not text or site_index == NOT_FOUND:
            continue
        meter_index = book.position(site_index, text)
        if meter_index is None:
            refused[index] = book.why_unknown(site_index, text, suggest=len(refused) < _MOST_SUGGESTIONS)
            continue
        meter = meters[meter_index]
        if carrier_index != NOT_FOUND and meter.carrier not in ("", CARRIER_CODES[carrier_index]):
            refused[index] = _other_carrier(text, meter, CARRIERS[CARRIER_CODES[carrier_index]])
            continue
        found[index] = meter_index + 1
    _flag_refused(refused, inverse, "row.meter", "meter", findings)
    found[list(refused)] = NOT_FOUND
    return found[inverse]


class _MeterBook:
    """Looks meters up by site and code, and explains why one was not found."""

    def __init__(self, sites: Sequence[SiteFact], meters: Sequence[MeterFact]) -> None:
        self.sites = sites
        site_index = {site.id: index for index, site in enumerate(sites)}
        self.by_key: dict[tuple[int, str], int] = {}
        self.site_of_code: dict[str, int] = {}
        self.codes_of_site: dict[int, list[str]] = {}
        for index, meter in enumerate(meters):
            if meter.site_id not in site_index:
                continue
            home = site_index[meter.site_id]
            self.by_key[home, plain_code(meter.code)] = index
            self.site_of_code[plain_code(meter.code)] = home
            self.codes_of_site.setdefault(home, []).append(meter.code)

    def position(self, site_index: int, text: str) -> int | None:
        code = plain_code(text)
        short = code.removeprefix(plain_code(self.sites[site_index].code) + "/")
        found = self.by_key.get((site_index, code))
        return found if found is not None else self.by_key.get((site_index, short))

    def why_unknown(self, site_index: int, text: str, suggest: bool) -> Data:
        data: Data = {"value": shown(text), "site": self.sites[site_index].code}
        other = self.site_of_code.get(plain_code(text))
        if other is not None:
            return data | {"reason": "other_site", "other_site": self.sites[other].code}
        near = _closest(text, self.codes_of_site.get(site_index, [])) if suggest else []
        return data | {"closest": near}


def _other_carrier(text: str, meter: MeterFact, carrier: Carrier) -> Data:
    own = CARRIERS.get(meter.carrier)
    return {
        "value": shown(text),
        "reason": "carrier",
        "meter_carrier": meter.carrier,
        "meter_carrier_zh": own.zh if own else meter.carrier,
        "meter_carrier_en": own.en if own else meter.carrier,
        "carrier": carrier.code,
        "carrier_zh": carrier.zh,
        "carrier_en": carrier.en,
    }


def to_base_units(
    given: NDArray[np.object_],
    unit_cells: Cells,
    carrier: NDArray[np.int64],
    findings: Findings,
) -> NDArray[np.object_]:
    """Quantities [base unit of the carrier] per row from quantities as given; None where not known.

    A unit of another dimension, or one nobody knows, is `row.unit` and says which would do. The
    product is cut, half up, to the storage step. Zero gives zero.
    """
    radix = len(CARRIER_CODES) + 1
    distinct, inverse = np.unique(unit_cells.codes * radix + carrier + 1, return_inverse=True)
    factors: list[Decimal | None] = []
    refused: dict[int, Data] = {}
    for index, packed in enumerate(distinct.tolist()):
        cell, carrier_index = divmod(packed, radix)
        text = unit_cells.texts[cell]
        if not text or carrier_index == 0:
            factors.append(None)
            continue
        found = CARRIERS[CARRIER_CODES[carrier_index - 1]]
        factors.append(units.to_base(text, found))
        if factors[-1] is None:
            refused[index] = _unit_data(text, found)
    _flag_refused(refused, inverse, "row.unit", "unit", findings)
    result = np.empty(len(given), dtype=object)
    result[:] = [
        None
        if amount is None or factors[position] is None
        else (amount * factors[position]).quantize(STORAGE_STEP, ROUND_HALF_UP)
        for amount, position in zip(given.tolist(), inverse.tolist(), strict=True)
    ]
    _flag_too_large(given, result, findings)
    return result


def _flag_too_large(given: NDArray[np.object_], base: NDArray[np.object_], findings: Findings) -> None:
    """A number that was possible as it stood may not be so in base units (10^12 万度)."""
    if base.size == 0:
        return
    approximate = np.array([0.0 if value is None else float(value) for value in base.tolist()])
    large = np.flatnonzero((approximate >= float(LARGEST_QUANTITY)) & ~findings.bad)
    findings.flag(
        large, "row.number", "quantity", lambda r: {"reason": "too_large", "value": shown(str(given[r]))}
    )


def _unit_data(text: str, carrier: Carrier) -> Data:
    data: Data = {
        "value": shown(text),
        "carrier": carrier.code,
        "carrier_zh": carrier.zh,
        "carrier_en": carrier.en,
        "expected": units.expected(carrier)[:8],
    }
    if units.find(text) is None:
        data["reason"] = "unknown"
    return data


def _flag_unknown(
    cells: Cells,
    positions: list[int],
    code: str,
    field: str,
    findings: Findings,
    closest: Callable[[str], list[str]],
) -> None:
    unknown: dict[int, Data] = {}
    for index, found in enumerate(positions):
        text = cells.texts[index]
        if found == NOT_FOUND and text:
            near = closest(text) if len(unknown) < _MOST_SUGGESTIONS else []
            unknown[index] = {"value": shown(text), "closest": near}
    _flag_refused(unknown, cells.codes, code, field, findings)


def _flag_refused(
    refused: dict[int, Data], inverse: NDArray[np.int64], code: str, field: str, findings: Findings
) -> None:
    """One issue per row whose distinct value (by its number in `inverse`) is among the refused."""
    if refused:
        rows = np.flatnonzero(np.isin(inverse, list(refused)))
        findings.flag(rows, code, field, lambda row: refused[int(inverse[row])])


def _closest(text: str, codes: list[str]) -> list[str]:
    by_plain = {plain_code(code): code for code in codes}
    near = difflib.get_close_matches(plain_code(text)[:60], by_plain, n=3, cutoff=0.4)
    return [by_plain[name] for name in near]


def _pack(first: NDArray[np.int64], second: NDArray[np.int64], third: NDArray[np.int64]) -> NDArray[np.int64]:
    """Three positions of a row (each >= -1) as one number."""
    return ((first + 1) * _RADIX + (second + 1)) * _RADIX + (third + 1)


def _unpack(packed: NDArray[np.int64]) -> list[tuple[int, int, int]]:
    parts = []
    for value in packed.tolist():
        rest, third = divmod(value, _RADIX)
        first, second = divmod(rest, _RADIX)
        parts.append((first - 1, second - 1, third - 1))
    return parts


def ids_of_sites(positions: NDArray[np.int64], sites: Sequence[SiteFact]) -> NDArray[np.int64]:
    """Database ids of site positions (all >= 0)."""
    return np.array([site.id for site in sites], dtype=np.int64)[positions]


def ids_of_meters(positions: NDArray[np.int64], meters: Sequence[MeterFact]) -> NDArray[np.int64]:
    """Database ids of meter positions, 0 for the whole site."""
    return np.array([0, *(meter.id for meter in meters)], dtype=np.int64)[positions]
