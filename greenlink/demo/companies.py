"""Who takes part: the buyer, 58 suppliers that exist nowhere else, their sites, meters and people."""

from __future__ import annotations

import csv
import datetime as dt
import random
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path

from stdnum.cn import uscc

FOLDER = Path(__file__).resolve().parent
PROGRAM_STARTED_ON = dt.date(2022, 10, 1)  # FY22 Q3: the score enters QBR and SPE


def _with_check_digit(stem: str) -> str:
    """A credit code that is well formed; the organisation code in it spells that it is none."""
    return f"{stem}{uscc.calc_check_digit(stem)}"


BUYER_NAME = ("联宝 (合肥)", "LCFC (Hefei)")
BODY = (
    "DEMO-VERIFY",
    "清源核查 (演示)",
    "Qingyuan Verification (demo)",
    "CNAS-V0000-DEMO",
    dt.date(2027, 6, 30),
    _with_check_digit("91110105DEM0XXCHK"),
)

COMMODITIES = (
    ("pcb", "印制电路板", "Printed circuit boards"),
    ("cable", "线缆与连接器", "Cables and connectors"),
    ("battery", "电池", "Batteries"),
    ("plastic", "塑胶件", "Plastic parts"),
    ("metal", "金属结构件", "Metal structures"),
    ("display", "显示模组", "Displays"),
    ("packaging", "包装材料", "Packaging"),
    ("chip", "半导体", "Semiconductors"),
    ("power", "电源适配器", "Power supplies"),
    ("thermal", "散热模组", "Thermal modules"),
    ("keyboard", "键盘与触控", "Keyboards and touchpads"),
    ("logistics", "物流", "Logistics"),
)

# Places of the sites in English, and the number the registration authority of the province gives first.
CITIES_EN = {
    "合肥": "Hefei",
    "芜湖": "Wuhu",
    "滁州": "Chuzhou",
    "马鞍山": "Ma'anshan",
    "铜陵": "Tongling",
    "六安": "Lu'an",
    "宣城": "Xuancheng",
    "安庆": "Anqing",
    "昆山": "Kunshan",
    "苏州": "Suzhou",
    "无锡": "Wuxi",
    "常州": "Changzhou",
    "宁波": "Ningbo",
    "嘉兴": "Jiaxing",
    "温州": "Wenzhou",
    "杭州": "Hangzhou",
    "东莞": "Dongguan",
    "惠州": "Huizhou",
    "深圳": "Shenzhen",
    "武汉": "Wuhan",
    "上海": "Shanghai",
    "重庆": "Chongqing",
    "成都": "Chengdu",
    "绵阳": "Mianyang",
    "遂宁": "Suining",
}
_REGISTERED_IN = {
    "CN-AH": "340100",
    "CN-JS": "320500",
    "CN-ZJ": "330100",
    "CN-GD": "440300",
    "CN-HB": "420100",
    "CN-SH": "310000",
    "CN-CQ": "500000",
    "CN-SC": "510100",
}
_DEMO_ACCOUNT = {"SHENGLI": "supplier@greenlink.example", "NANKE": "other@greenlink.example"}


@dataclass(frozen=True)
class DemoSite:
    code: str
    province: str
    city: str
    share: float  # of the company's energy

    @property
    def name(self) -> str:
        return f"{self.city}工厂"

    @property
    def name_en(self) -> str:
        return f"{CITIES_EN[self.city]} factory"


@dataclass(frozen=True)
class Company:
    """One line of companies.csv; figures of energy are those of 2022, before any retrofit."""

    number: int
    code: str
    name: str
    name_en: str
    commodity: str
    sites: tuple[DemoSite, ...]
    employees: int
    spend_cny: Decimal
    tier: int
    joined_on: dt.date | None
    medal: str
    partner: str
    electricity_kwh: float
    gas_m3: float
    diesel_kg: float
    steam_mj: float
    intensity_cut: float  # a year
    output_growth: float  # a year
    care: int  # 1 careless … 5 careful: how punctual, complete and certified

    @property
    def is_on_platform(self) -> bool:
        return self.joined_on is not None

    @property
    def email(self) -> str:
        """Who acts for the company: its demo account, or a contact nobody can log in as."""
        return _DEMO_ACCOUNT.get(self.code, f"{self.code.lower()}@suppliers.greenlink.example")

    @property
    def has_demo_account(self) -> bool:
        return self.code in _DEMO_ACCOUNT

    @property
    def uscc(self) -> str | None:
        """Some have none yet."""
        if not self.is_on_platform and self.number % 3 == 0:
            return None
        return _with_check_digit(f"91{_REGISTERED_IN[self.sites[0].province]}DEM0XX{self.number:03d}")

    def dice(self, *topic: object) -> random.Random:
        """Chance that falls the same way on every run: by company and topic, never by order of calls."""
        return random.Random("/".join(["greenlink", self.code, *map(str, topic)]))


@cache
def companies() -> tuple[Company, ...]:
    with (FOLDER / "companies.csv").open(encoding="utf-8", newline="") as file:
        return tuple(_company(number, line) for number, line in enumerate(csv.DictReader(file), start=1))


@cache
def on_platform() -> tuple[Company, ...]:
    return tuple(company for company in companies() if company.is_on_platform)


def by_code(code: str) -> Company:
    return next(company for company in companies() if company.code == code)


def _company(number: int, line: dict[str, str]) -> Company:
    return Company(
        number=number,
        code=line["code"],
        name=line["name"],
        name_en=line["name_en"],
        commodity=line["commodity"],
        sites=_sites(line["sites"]),
        employees=int(line["employees"]),
        spend_cny=Decimal(line["spend_million_cny"]) * 1_000_000,
        tier=int(line["tier"]),
        joined_on=dt.date.fromisoformat(line["joined_on"]) if line["joined_on"] else None,
        medal=line["medal"],
        partner=line["partner"],
        electricity_kwh=float(line["electricity_gwh"] or 0) * 1e6,
        gas_m3=float(line["gas_thousand_m3"] or 0) * 1e3,
        diesel_kg=float(line["diesel_t"] or 0) * 1e3,
        steam_mj=float(line["steam_tj"] or 0) * 1e6,
        intensity_cut=float(line["intensity_cut_percent"] or 0) / 100,
        output_growth=float(line["output_growth_percent"] or 0) / 100,
        care=int(line["care"] or 0),
    )


def _sites(text: str) -> tuple[DemoSite, ...]:
    places = [place.split(" ") for place in text.split("|")]
    shares = (1.0,) if len(places) == 1 else (0.62, 0.38)
    return tuple(
        DemoSite(f"F{index}", province, city, share)
        for index, ((province, city), share) in enumerate(zip(places, shares, strict=True), start=1)
    )
