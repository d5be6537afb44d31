"""What is consumed: the one table of energy carriers and gases, with the names people use for them."""

import difflib
import unicodedata
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class Bridge:
    """A named default that carries one dimension over into the carrier's own.

    `factor` [base unit of the carrier per base unit of `dimension`]: kg per L for a density, MJ per kg
    for an enthalpy. `name` and `source` are written into the trace, because it is an assumption.
    """

    dimension: str
    factor: Decimal
    name: str
    source: str
    verified: str


@dataclass(frozen=True)
class Carrier:
    """One carrier: its names, its dimension and base unit, and where its emissions belong."""

    code: str
    zh: str
    en: str
    aliases: tuple[str, ...]
    dimension: str  # energy, volume or mass
    base_unit: str  # kWh, MJ, m3 or kg
    scope: int | None  # 1, 2, or None where there is no emission of the reporting company
    category: str
    iso_category: int | None  # ISO 14064-1:2018 category
    bridges: tuple[Bridge, ...] = ()

    def name(self, language: str) -> str:
        return self.zh if language.startswith("zh") else self.en


def _density(kg_per_litre: str, what: str) -> tuple[Bridge, ...]:
    # A bridge starts from the base unit of its dimension, and that of volumes is the cubic metre.
    per_m3 = Decimal(kg_per_litre) * 1000
    return (Bridge("volume", per_m3, f"{what} {kg_per_litre} kg/L", "engineering default", "yes"),)


_STEAM_ENTHALPY = Bridge(
    "mass",
    Decimal("2.69336"),
    "saturated steam about 1.0 MPa, 2777.1 - 83.74 kJ/kg",
    "steam tables, feed water at 20 degC",
    "memory",
)
_WATER_DENSITY = Bridge("mass", Decimal("0.001"), "water 1 t/m3", "engineering default", "yes")


def _energy_carriers() -> tuple[Carrier, ...]:
    electricity = ("energy", "kWh", 2, "purchased_electricity", 2)
    heat = ("energy", "MJ", 2, "purchased_heat", 2)
    fuel = ("mass", "kg", 1, "stationary", 1)
    return (
        Carrier(
            "electricity",
            "外购电力",
            "Grid electricity",
            ("电", "电力", "用电", "用电量", "电网电", "市电", "电能", "耗电量", "electric", "power",
             "electric - grid", "electricity (grid)", "purchased electricity", "grid"),
            *electricity,
        ),
        Carrier(
            "pv_self",
            "光伏自用电",
            "Own PV, self-consumed",
            ("光伏", "光伏自用", "光伏发电自用", "自发自用", "自用光伏", "pv", "solar", "own pv", "pv self"),
            "energy", "kWh", None, "own_renewable", None,
        ),
        Carrier(
            "green_power",
            "绿电",
            "Green power under contract",
            ("绿色电力", "绿电交易", "green electricity", "green power", "renewable electricity"),
            *electricity,
        ),
        Carrier(
            "natural_gas",
            "天然气",
            "Natural gas",
            ("燃气", "管道天然气", "管道气", "煤气(天然气)", "gas", "naturalgas", "ng"),
            "volume", "m3", 1, "stationary", 1,
        ),
        Carrier("diesel", "柴油", "Diesel", ("轻柴油", "0#柴油", "diesel oil", "gas oil"), *fuel,
                _density("0.84", "diesel density")),
        Carrier("petrol", "汽油", "Petrol", ("92#汽油", "95#汽油", "gasoline", "motor petrol"),
                "mass", "kg", 1, "mobile", 1, _density("0.73", "petrol density")),
        Carrier("lpg", "液化石油气", "LPG", ("液化气", "石油气", "liquefied petroleum gas"), *fuel,
                _density("0.54", "LPG density, liquid")),
        Carrier("fuel_oil", "燃料油", "Fuel oil", ("重油", "heavy fuel oil", "fueloil"), *fuel),
        Carrier("coal_bituminous", "烟煤", "Bituminous coal",
                ("煤", "煤炭", "原煤", "coal", "bituminous"), *fuel),
        Carrier("coal_anthracite", "无烟煤", "Anthracite", ("anthracite coal",), *fuel),
        Carrier("steam", "蒸汽", "Purchased steam", ("外购蒸汽", "水蒸汽", "水蒸气", "蒸气", "district steam"), *heat,
                (_STEAM_ENTHALPY,)),
        Carrier("heat", "热力", "Purchased heat", ("外购热力", "热水", "供暖", "暖气", "热量", "district heat",
                "hot water"), *heat),
        Carrier("water", "水", "Water", ("自来水", "新水", "用水", "用水量", "tap water", "fresh water"),
                "volume", "m3", None, "water", None, (_WATER_DENSITY,)),
    )  # fmt: skip


# code, zh, en, aliases; every gas here has a GWP in the factor tables.
_GASES: tuple[tuple[str, str, str, tuple[str, ...]], ...] = (
    ("CO2", "二氧化碳(灭火器)", "CO2 (extinguisher)", ("二氧化碳", "carbon dioxide", "R744", "co2灭火器")),
    ("HCFC-22", "二氟一氯甲烷(R22)", "HCFC-22 (R22)", ("R22", "二氟一氯甲烷", "氟利昂22", "F22")),
    ("HCFC-123", "三氟二氯乙烷(R123)", "HCFC-123 (R123)", ("R123",)),
    ("HCFC-141b", "一氟二氯乙烷(R141b)", "HCFC-141b (R141b)", ("R141b",)),
    ("HFC-23", "三氟甲烷(R23)", "HFC-23 (R23)", ("R23", "三氟甲烷")),
    ("HFC-32", "二氟甲烷(R32)", "HFC-32 (R32)", ("R32", "二氟甲烷")),
    ("HFC-125", "五氟乙烷(R125)", "HFC-125 (R125)", ("R125", "五氟乙烷")),
    ("HFC-134a", "四氟乙烷(R134a)", "HFC-134a (R134a)", ("R134a", "四氟乙烷")),
    ("HFC-143a", "三氟乙烷(R143a)", "HFC-143a (R143a)", ("R143a", "三氟乙烷")),
    ("HFC-152a", "二氟乙烷(R152a)", "HFC-152a (R152a)", ("R152a", "二氟乙烷")),
    ("HFC-227ea", "七氟丙烷", "HFC-227ea (FM-200)", ("R227ea", "FM200", "FM-200", "heptafluoropropane")),
    ("HFC-236fa", "六氟丙烷", "HFC-236fa", ("R236fa", "hexafluoropropane")),
    ("HFC-245fa", "五氟丙烷(R245fa)", "HFC-245fa (R245fa)", ("R245fa", "五氟丙烷")),
    ("R404A", "R404A 混合制冷剂", "R404A", ("R-404A", "404A")),
    ("R407C", "R407C 混合制冷剂", "R407C", ("R-407C", "407C")),
    ("R410A", "R410A 混合制冷剂", "R410A", ("R-410A", "410A")),
    ("R507A", "R507A 混合制冷剂", "R507A", ("R-507A", "507A", "R507")),
    ("SF6", "六氟化硫", "SF6 (switchgear)", ("sulphur hexafluoride", "sulfur hexafluoride")),
)

CARRIERS: dict[str, Carrier] = {carrier.code: carrier for carrier in _energy_carriers()} | {
    code: Carrier(code, zh, en, aliases, "mass", "kg", 1, "fugitive", 1) for code, zh, en, aliases in _GASES
}


def plain(text: str) -> str:
    """Text as it is compared: full-width and superscripts made plain, no blanks or dashes, one case."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(character for character in folded if character not in " \t\u00a0\u3000_-")


_BY_NAME: dict[str, str] = {
    plain(name): carrier.code
    for carrier in CARRIERS.values()
    for name in (carrier.code, carrier.zh, carrier.en, *carrier.aliases)
}


def find(text: str) -> Carrier | None:
    """The carrier that a code, a Chinese or English name or an alias means; None if nobody knows it."""
    code = _BY_NAME.get(plain(text))
    return CARRIERS[code] if code else None


def closest(text: str, n: int = 3) -> list[str]:
    """Codes of the carriers whose names are most like `text`, best first, at most `n`."""
    names = difflib.get_close_matches(plain(text), _BY_NAME, n=n * 3, cutoff=0.6)
    return list(dict.fromkeys(_BY_NAME[name] for name in names))[:n]
