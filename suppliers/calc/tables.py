"""One table in, valid rows and every issue out: the order of the checks in one screen."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from suppliers.calc import checks, references, rows, units
from suppliers.calc.columns import FIELDS, REQUIRED, ColumnMapping, MappingOverride, RawTable, map_columns
from suppliers.calc.facts import SupplierFacts
from suppliers.calc.findings import Findings
from suppliers.calc.issues import Issue
from suppliers.calc.rows import Cells
from suppliers.calc.texts import visible, without_controls

# The store's column for the unit as given.
LONGEST_UNIT_KEPT = 20

# A cell fix: row as the spreadsheet shows it, field name, the new text.
Fix = tuple[int, str, str]


@dataclass(frozen=True)
class Checked:
    """What a check found. `rows` holds the valid rows only, in the order of the file, with the columns
    row, site_id, meter_id (0: whole site), carrier, start, end, quantity (Decimal, base unit),
    quantity_given, unit_given, document, notes (dict or None)."""

    rows: pd.DataFrame
    issues: list[Issue]
    mapping: ColumnMapping
    rows_total: int
    bad_rows: int

    @property
    def rows_valid(self) -> int:
        return len(self.rows)


def check_table(
    table: RawTable,
    facts: SupplierFacts,
    today: date,
    fixes: Sequence[Fix] = (),
    mapping: MappingOverride | None = None,
    skip: Collection[int] = (),
) -> Checked:
    """Check every row of a table and say everything that is wrong with it.

    Raises HeaderTrouble where no usable header stands. `fixes` replace cells before anything is read;
    the later of two fixes of one cell wins. Rows without any text in their mapped columns are passed
    over in silence. `today` is the last day a period may end on. `skip`: row numbers that are accepted
    already; they count in `rows_total` and are not looked at again.
    """
    column_map = map_columns(table.header, mapping)
    fields = _fields(table, column_map)
    _apply(fixes, fields, table)
    cells = {name: Cells.of(column) for name, column in fields.items()}
    kept = _rows_with_text(cells)
    rows_total = len(kept)
    if skip:
        kept = kept[~np.isin(kept + table.first_row, list(skip))]
    if len(kept) < len(table):
        cells = {name: column.take(kept) for name, column in cells.items()}
    findings = Findings(kept + table.first_row, column_map)

    for name in FIELDS:
        if name in REQUIRED:
            rows.require(cells[name], name, findings)
        rows.refuse_control_characters(cells[name], name, findings)
    parsed = _parse(cells, facts, today, findings)
    _check_across(parsed, cells, facts, findings)
    good = np.flatnonzero(~findings.bad)
    frame = _frame(good, parsed, cells, facts, findings)
    frame["notes"] = _notes(table, column_map, kept[good])
    return Checked(frame, findings.sorted(), column_map, rows_total, int(findings.bad.sum()))


@dataclass(frozen=True)
class _Parsed:
    site: NDArray[np.int64]
    meter: NDArray[np.int64]
    carrier: NDArray[np.int64]
    start: NDArray[np.datetime64]
    end: NDArray[np.datetime64]
    given: NDArray[np.object_]
    base: NDArray[np.object_]

    def keys(self, chosen: NDArray[np.int64]) -> checks.Keys:
        return checks.Keys(
            self.site[chosen],
            self.meter[chosen],
            self.carrier[chosen],
            checks.days_since_1970(self.start[chosen]),
            checks.days_since_1970(self.end[chosen]),
        )


def _parse(cells: Mapping[str, Cells], facts: SupplierFacts, today: date, findings: Findings) -> _Parsed:
    site = references.resolve_sites(cells["site"], facts.sites, findings)
    carrier = references.resolve_carriers(cells["carrier"], findings)
    meter = references.resolve_meters(cells["meter"], site, carrier, facts.sites, facts.meters, findings)
    start = rows.dates(cells["start"], "start", findings)
    end = rows.dates(cells["end"], "end", findings)
    rows.check_periods(start, end, today, findings)
    given = rows.numbers(cells["quantity"], "quantity", findings)[cells["quantity"].codes]
    base = references.to_base_units(given, cells["unit"], carrier, findings)
    return _Parsed(site, meter, carrier, start, end, given, base)


def _check_across(
    parsed: _Parsed, cells: Mapping[str, Cells], facts: SupplierFacts, findings: Findings
) -> None:
    """Checks of rows against each other; only rows that are right in themselves take part."""
    sound = np.flatnonzero(~findings.bad)
    keys = parsed.keys(sound)
    sameness = _sameness(parsed.base[sound], cells["document"], sound)
    repeated = checks.check_duplicates(keys, sameness, sound, findings)
    once = np.flatnonzero(~repeated)
    keys, sound = keys.take(once), sound[once]
    accepted = checks.accepted_keys(facts.accepted, facts.sites, facts.meters)
    checks.check_overlaps(keys, sound, findings)
    checks.check_accepted(keys, accepted, sound, findings)
    checks.check_tree(keys, accepted, sound, facts.meters, findings)
    checks.check_plausible(keys, parsed.base[sound].astype(np.float64), sound, findings)


def _sameness(base: NDArray[np.object_], document: Cells, chosen: NDArray[np.int64]) -> NDArray[np.object_]:
    result = np.empty(len(chosen), dtype=object)
    codes = document.codes[chosen].tolist()
    result[:] = list(zip(base.tolist(), codes, strict=True))
    return result


def _fields(table: RawTable, mapping: ColumnMapping) -> dict[str, NDArray[np.object_]]:
    """The mapped columns by field; a field without a column is empty cells."""
    fields = {}
    for name in FIELDS:
        index = mapping.column_of.get(name)
        if index is not None:
            fields[name] = table.columns[index]
            continue
        everywhere = mapping.unit_in_header if name == "unit" else ""
        fields[name] = np.full(len(table), everywhere, dtype=object)
    return fields


def _apply(fixes: Sequence[Fix], fields: dict[str, NDArray[np.object_]], table: RawTable) -> None:
    """Replace cells. A fix beyond the table is a ValueError: whoever recorded it did not look."""
    touched: set[str] = set()
    for row, name, text in fixes:
        index = row - table.first_row
        if name not in FIELDS or not 0 <= index < len(table):
            raise ValueError(f"no cell {name} in row {row}")
        if name not in touched:
            fields[name] = fields[name].copy()
            touched.add(name)
        fields[name][index] = text


def _rows_with_text(cells: Mapping[str, Cells]) -> NDArray[np.int64]:
    """Rows with something in a column of ours; a lone unit (dragged down a column) does not count."""
    blank = [cells[name].blank for name in FIELDS if name != "unit"]
    return np.flatnonzero(~np.logical_and.reduce(blank))


def _frame(
    good: NDArray[np.int64],
    parsed: _Parsed,
    cells: Mapping[str, Cells],
    facts: SupplierFacts,
    findings: Findings,
) -> pd.DataFrame:
    codes = np.array(references.CARRIER_CODES, dtype=object)
    texts = {
        "unit": np.array([_short_unit(text) for text in cells["unit"].texts], dtype=object),
        "document": np.array(cells["document"].texts, dtype=object),
    }
    columns = {
        "row": findings.row_numbers[good],
        "site_id": references.ids_of_sites(parsed.site[good], facts.sites),
        "meter_id": references.ids_of_meters(parsed.meter[good], facts.meters),
        "carrier": codes[parsed.carrier[good]],
        "start": parsed.start[good],
        "end": parsed.end[good],
        "quantity": parsed.base[good],
        "quantity_given": parsed.given[good],
        "unit_given": texts["unit"][cells["unit"].codes[good]],
        "document": texts["document"][cells["document"].codes[good]],
    }
    as_objects = {
        name: pd.Series(values, dtype=object) if values.dtype == object else values
        for name, values in columns.items()
    }
    return pd.DataFrame(as_objects)


def _short_unit(text: str) -> str:
    """The unit as it stood, or its symbol where it stood there with a long remark."""
    if len(text) <= LONGEST_UNIT_KEPT:
        return text
    unit = units.find(text)
    return unit.symbol if unit else text[:LONGEST_UNIT_KEPT]


def _notes(table: RawTable, mapping: ColumnMapping, chosen: NDArray[np.int64]) -> pd.Series:
    """Extra columns per row as {header: text}; None where they are all empty."""
    result = np.full(len(chosen), None, dtype=object)
    for header, index in mapping.notes:
        cells = Cells.of(table.columns[index][chosen])
        texts = [without_controls(text) for text in cells.texts]
        name = without_controls(header)
        for position in np.flatnonzero(~cells.blank).tolist():
            if result[position] is None:
                result[position] = {}
            result[position][name] = texts[cells.codes[position]]
    return pd.Series(result, dtype=object)


def row_texts(table: RawTable, mapping: ColumnMapping, row: int, fixes: Sequence[Fix] = ()) -> dict[str, str]:
    """The cells of one row by field, as a page shows them, with their fixes. A ValueError beyond the table."""
    index = row - table.first_row
    if not 0 <= index < len(table):
        raise ValueError(f"no row {row}")
    texts = {
        name: visible(rows.text_of(table.columns[column][index]))
        for name, column in mapping.column_of.items()
    }
    if mapping.unit_in_header:
        texts.setdefault("unit", mapping.unit_in_header)
    return texts | {name: text for fixed, name, text in fixes if fixed == row}
