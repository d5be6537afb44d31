"""What the factories used: months of 2022 to 2024, and the files in which they were handed in."""

from __future__ import annotations

import calendar
import csv
import datetime as dt
import io
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import xlsxwriter

from . import spark
from .companies import Company, DemoSite

FIRST_MONTH, LAST_MONTH = dt.date(2022, 1, 1), dt.date(2024, 12, 1)
FIRST_QUARTER_BY_FILE = dt.date(2023, 7, 1)

# Less work around New Year's holidays, more cooling in summer.
_SEASON = (0.93, 0.84, 0.99, 0.97, 1.00, 1.06, 1.13, 1.12, 1.03, 0.97, 0.98, 0.98)
_HEATING = (1.5, 1.4, 1.15, 0.9, 0.8, 0.75, 0.75, 0.75, 0.8, 0.95, 1.05, 1.2)
# Share of the bought electricity that came under a green power contract, by year.
_GREEN_POWER = {
    "YAOCHI": {2023: 0.12, 2024: 0.30},
    "PENGHU": {2023: 0.06, 2024: 0.16},
    "NUWA": {2024: 0.10},
    "NANKE": {2024: 0.08},
    "GUANGHAN": {2024: 0.05},
    "GANJIANG": {2024: 0.06},
}
# Whose file of the last quarter procurement still waits for.
_NEVER_CAME = ("QIUSHUANG", dt.date(2024, 10, 1))
# Where the electricity goes, told by one company since 2024: share of its main meter by workshop.
_WORKSHOPS = {"SHENGLI": {"E11": 0.46, "E12": 0.41, "E111": 0.21}}
_WORKSHOPS_SINCE = dt.date(2024, 1, 1)
_PROVES = {5: 1.0, 4: 0.96, 3: 0.88, 2: 0.72, 1: 0.5}
_LATE = {5: 0.0, 4: 0.0, 3: 0.15, 2: 0.4, 1: 0.6}
_LEAVES_OUT = {5: 0.0, 4: 0.0, 3: 0.04, 2: 0.2, 1: 0.35}


@dataclass(frozen=True)
class DemoMeter:
    site: str
    code: str
    name: str
    name_en: str
    carrier: str
    accounting: bool = True
    parent: str = ""


@dataclass(frozen=True)
class EnergyRow:
    """One month of one carrier at one site, in the carrier's base unit."""

    site: str
    meter: str
    carrier: str
    month: dt.date
    quantity: float
    document: str


@dataclass(frozen=True)
class HandIn:
    """One file: the months it covers, and the day it came."""

    company: Company
    first: dt.date
    last: dt.date
    day: dt.date
    leaves_out: dt.date | None = None  # a month whose electricity is missing
    catches_up: dt.date | None = None  # one that was missing in the file before

    @property
    def key(self) -> str:
        return f"demo-{self.first:%Y%m}-{self.last:%Y%m}"


@cache
def meters_of(company: Company) -> tuple[DemoMeter, ...]:
    """Careful companies meter; the most careful know where inside the factory the electricity goes."""
    return tuple(meter for site in company.sites for meter in _meters_at(company, site))


def _meters_at(company: Company, site: DemoSite) -> Iterator[DemoMeter]:
    if company.care >= 3:
        yield DemoMeter(site.code, "E1", "总进线电表", "Main incoming meter", "electricity")
    if company.care == 5 and site.code == "F1":
        yield DemoMeter(site.code, "E11", "一车间电表", "Workshop 1", "electricity", False, "E1")
        yield DemoMeter(site.code, "E12", "二车间电表", "Workshop 2", "electricity", False, "E1")
        yield DemoMeter(site.code, "E111", "空压站电表", "Compressor station", "electricity", False, "E11")
    if company.care >= 4 and company.gas_m3:
        yield DemoMeter(site.code, "G1", "天然气总表", "Gas meter", "natural_gas")
    if any(p.is_pv and p.site == site.code for p in spark.projects_of(company)):
        yield DemoMeter(site.code, "PV1", "光伏并网表", "PV meter", "pv_self")


def hand_ins(company: Company) -> list[HandIn]:
    """The history in one file when the company joined, then a file a quarter."""
    if company.joined_on is None:
        return []
    first_quarter = max(_quarter_start(company.joined_on), FIRST_QUARTER_BY_FILE)
    history_day = max(company.joined_on + dt.timedelta(days=12), dt.date(2023, 7, 3))
    history_day += dt.timedelta(days=company.number % 7)
    result = [HandIn(company, FIRST_MONTH, _add_months(first_quarter, -1), history_day)]
    quarter = first_quarter
    while quarter <= LAST_MONTH and (company.code, quarter) != _NEVER_CAME:
        missing = result[-1].leaves_out
        result.append(
            HandIn(
                company,
                quarter,
                _add_months(quarter, 2),
                _hand_in_day(company, quarter),
                leaves_out=_left_out(company, quarter),
                catches_up=missing,
            )
        )
        quarter = _add_months(quarter, 3)
    return result


def _hand_in_day(company: Company, quarter: dt.date) -> dt.date:
    """Due fifteen days after the quarter's end; the careless come after that, but before the computing."""
    dice = company.dice("day", quarter)
    late = dice.random() < _LATE[company.care]
    after = dice.randint(17, 23) if late else dice.randint(3, 9) + (5 - company.care)
    return _add_months(quarter, 3) + dt.timedelta(days=after - 1)


def _left_out(company: Company, quarter: dt.date) -> dt.date | None:
    dice = company.dice("leaves out", quarter)
    return _add_months(quarter, dice.randint(0, 2)) if dice.random() < _LEAVES_OUT[company.care] else None


def rows_of(hand_in: HandIn) -> list[EnergyRow]:
    company, rows = hand_in.company, []
    month = hand_in.first
    while month <= hand_in.last:
        for site in company.sites:
            rows += _rows_of_month(company, site, month)
        month = _add_months(month, 1)
    if hand_in.leaves_out:
        rows = [row for row in rows if (row.carrier, row.month) != ("electricity", hand_in.leaves_out)]
    if hand_in.catches_up:
        missing = [_rows_of_month(company, site, hand_in.catches_up) for site in company.sites]
        rows = [row for found in missing for row in found if row.carrier == "electricity"] + rows
    return rows


def _rows_of_month(company: Company, site: DemoSite, month: dt.date) -> list[EnergyRow]:
    share = site.share * growth(company, month.year)
    days = calendar.monthrange(month.year, month.month)[1] / 365
    dice = company.dice("use", site.code, month)
    demand = company.electricity_kwh * share * days * _SEASON[month.month - 1] * dice.uniform(0.98, 1.02)
    pv = spark.pv_kwh(company, site.code, month)
    bought = demand - pv - spark.spared_kwh(company, site.code, month)
    green = bought * _GREEN_POWER.get(company.code, {}).get(month.year, 0)
    warm = share * _HEATING[month.month - 1] / 12 * dice.uniform(0.95, 1.05)
    amounts = {
        "electricity": bought - green,
        "green_power": green,
        "pv_self": pv,
        "natural_gas": company.gas_m3 * warm,
        "steam": company.steam_mj * warm,
        "diesel": company.diesel_kg * share / 12 * dice.uniform(0.8, 1.2),
        "R410A": dice.randint(8, 40) if month.month == 6 and site.code == "F1" else 0,
    }
    rows = [_row(company, site, month, carrier, amount) for carrier, amount in amounts.items() if amount > 0]
    return rows + _workshop_rows(company, site, month, amounts["electricity"])


def _workshop_rows(
    company: Company, site: DemoSite, month: dt.date, electricity_kwh: float
) -> list[EnergyRow]:
    """Meters below the main one: they explain it and count nowhere."""
    shares = _WORKSHOPS.get(company.code, {}) if month >= _WORKSHOPS_SINCE else {}
    return [
        EnergyRow(
            site.code,
            meter,
            "electricity",
            month,
            electricity_kwh * share * company.dice(meter, month).uniform(0.97, 1.03),
            f"CB-{month:%Y%m}-{meter}",
        )
        for meter, share in shares.items()
    ]


def _row(company: Company, site: DemoSite, month: dt.date, carrier: str, amount: float) -> EnergyRow:
    meter = next(
        (
            m.code
            for m in meters_of(company)
            if (m.site, m.carrier, m.accounting) == (site.code, carrier, True)
        ),
        "",
    )
    dice = company.dice("bill", site.code, month, carrier)
    proven = dice.random() < _PROVES[company.care]
    document = f"{carrier[:2].upper()}-{month:%Y%m}-{dice.randint(1000, 9999)}" if proven else ""
    return EnergyRow(site.code, meter, carrier, month, amount, document)


def growth(company: Company, year: int) -> float:
    """Demand against 2022: output grows, each unit of it takes less (or more) energy."""
    return float(((1 + company.output_growth) * (1 - company.intensity_cut)) ** (year - 2022))


def output_wan_cny(company: Company, site: DemoSite, quarter: dt.date) -> float:
    """Output of a site in one quarter [10,000 CNY]."""
    yearly = float(company.spend_cny) / 1e4 * 2.4 * (1 + company.output_growth) ** (quarter.year - 2022)
    season = sum(_SEASON[month - 1] for month in range(quarter.month, quarter.month + 3)) / 12
    return round(yearly * site.share * season * company.dice("output", quarter).uniform(0.99, 1.01), 1)


# -- the files ------------------------------------------------------------------------------------------

_CHINESE = ("工厂", "计量点", "能源品种", "开始日期", "结束日期", "用量", "单位", "凭证号")
COLUMNS = ("site", "meter", "carrier", "start", "end", "quantity", "unit", "document")
_NAMES = {
    "electricity": "外购电力",
    "green_power": "绿电",
    "pv_self": "光伏自用电",
    "natural_gas": "天然气",
    "steam": "蒸汽",
    "diesel": "柴油",
    "R410A": "R410A",
}
# How people write the same quantity: unit and how many base units it is.
_UNITS: dict[str, tuple[tuple[str, float], ...]] = {
    "electricity": (("kWh", 1), ("MWh", 1000), ("万kWh", 10000)),
    "green_power": (("kWh", 1), ("MWh", 1000), ("万kWh", 10000)),
    "pv_self": (("kWh", 1), ("kWh", 1), ("kWh", 1)),
    "natural_gas": (("m³", 1), ("m3", 1), ("万m³", 10000)),
    "steam": (("GJ", 1000), ("GJ", 1000), ("GJ", 1000)),
    "diesel": (("kg", 1), ("t", 1000), ("kg", 1)),
    "R410A": (("kg", 1), ("kg", 1), ("kg", 1)),
}


def file_of(hand_in: HandIn) -> tuple[str, bytes]:
    """Name and bytes of the file; the same bytes on every run."""
    company = hand_in.company
    table = cells_of(company, rows_of(hand_in))
    stem = f"{company.code}-{hand_in.first:%Y-%m}-{hand_in.last:%Y-%m}"
    if company.number % 3 == 0 and hand_in.first > FIRST_MONTH:
        return f"{stem}.csv", as_csv(table, "gb18030" if company.number % 2 else "utf-8-sig")
    return f"{stem}.xlsx", as_xlsx(table)


def cells_of(company: Company, rows: list[EnergyRow]) -> list[list[str | float]]:
    english = company.number % 5 == 0
    style = company.number % 3
    table: list[list[str | float]] = [list(COLUMNS if english else _CHINESE)]
    for row in rows:
        unit, size = _UNITS[row.carrier][style]
        month = f"{row.month:%Y-%m}" if english else f"{row.month.year}年{row.month.month}月"
        carrier = row.carrier if english else _NAMES[row.carrier]
        quantity = round(row.quantity / size, 0 if size == 1 else 3)
        table.append([row.site, row.meter, carrier, month, month, quantity, unit, row.document])
    return table


def as_csv(table: list[list[str | float]], encoding: str) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(table)
    return text.getvalue().encode(encoding)


def as_xlsx(table: list[list[str | float]]) -> bytes:
    buffer = io.BytesIO()
    # A fixed date of creation: the same table is the same file, byte by byte.
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False})
    book.set_properties({"created": dt.datetime(2023, 1, 1)})  # noqa: DTZ001 - a spreadsheet has no time zone
    sheet = book.add_worksheet("能源数据")
    for number, line in enumerate(table):
        sheet.write_row(number, 0, line)
    book.close()
    return buffer.getvalue()


def month_end(day: dt.date) -> dt.date:
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def _quarter_start(day: dt.date) -> dt.date:
    return dt.date(day.year, (day.month - 1) // 3 * 3 + 1, 1)


def _add_months(day: dt.date, months: int) -> dt.date:
    count = day.year * 12 + day.month - 1 + months
    return dt.date(count // 12, count % 12 + 1, 1)
