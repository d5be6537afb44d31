"""Units of quantity: what people write, and the way to a carrier's base unit.

A unit has a dimension (energy, volume, mass) and a size in that dimension's own base (MJ, m3, kg).
Energy is one dimension, so electricity in GJ and heat in kWh are welcome; natural gas in kWh is not
(its heating value is the supplier's own, not ours to guess) and is refused as `row.unit`.
"""

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from suppliers.calc.carriers import Bridge, Carrier

_TEN_THOUSAND = Decimal(10_000)
_MJ_PER_KWH = Decimal("3.6")


@dataclass(frozen=True)
class Unit:
    """A unit: its proper spelling, dimension, and size [MJ, m3 or kg per unit]."""

    symbol: str
    dimension: str
    size: Decimal
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True)
class Conversion:
    """Base units of the carrier per given unit, and the assumption on the way, if there was one."""

    factor: Decimal
    unit: Unit
    bridge: Bridge | None


_UNITS: tuple[Unit, ...] = (
    Unit("kWh", "energy", Decimal("3.6"), ("度", "千瓦时", "千瓦·时", "千瓦小时", "kw.h", "kw·h", "kw-h",
         "kilowatt hour", "kilowatt-hours", "kwhr")),
    Unit("MWh", "energy", Decimal("3600"), ("兆瓦时", "千度", "mw.h", "mw·h", "megawatt hour")),
    Unit("GWh", "energy", Decimal("3600000"), ("吉瓦时", "百万度", "gw·h")),
    Unit("万kWh", "energy", Decimal("36000"), ("万度", "万千瓦时", "万千瓦·时", "万千瓦小时", "10^4kwh", "10⁴kwh",
         "万kw·h", "万kw.h")),
    Unit("亿kWh", "energy", Decimal("360000000"), ("亿度", "亿千瓦时")),
    Unit("Wh", "energy", Decimal("0.0036"), ("瓦时",)),
    Unit("kJ", "energy", Decimal("0.001"), ("千焦",)),
    Unit("MJ", "energy", Decimal(1), ("兆焦", "兆焦耳")),
    Unit("GJ", "energy", Decimal(1000), ("吉焦", "百万千焦", "吉焦耳", "十亿焦")),
    Unit("TJ", "energy", Decimal(1_000_000), ("太焦",)),
    # International Table calorie and British thermal unit.
    Unit("kcal", "energy", Decimal("0.0041868"), ("千卡", "大卡")),
    Unit("万大卡", "energy", Decimal("41.868"), ("万千卡", "万kcal")),
    Unit("kBtu", "energy", Decimal("1.05505585262"), ("thousand btu",)),
    Unit("MMBtu", "energy", Decimal("1055.05585262"), ("million btu",)),
    # Bills and the default factors say "standard cubic metre" and Nm3 for the same thing: no correction.
    Unit("m3", "volume", Decimal(1), ("m³", "立方米", "立方", "方", "m^3", "nm3", "nm³", "sm3", "标方", "标准立方米",
         "标立方米", "cubic metre", "cubic meter", "cubic metres", "cubic meters", "cbm")),
    Unit("万m3", "volume", _TEN_THOUSAND, ("万立方米", "万立方", "万方", "万nm3", "万标方", "10^4m3", "10⁴m³")),
    Unit("L", "volume", Decimal("0.001"), ("升", "公升", "litre", "liter", "litres", "liters", "ltr", "公升(l)")),
    Unit("kL", "volume", Decimal(1), ("千升",)),
    Unit("mL", "volume", Decimal("0.000001"), ("毫升",)),
    Unit("gal", "volume", Decimal("0.003785411784"), ("us gallon", "gallons", "gallon")),
    Unit("kg", "mass", Decimal(1), ("公斤", "千克", "kgs", "kilogram", "kilograms")),
    Unit("t", "mass", Decimal(1000), ("吨", "公吨", "tonne", "tonnes", "mt", "metric ton", "metric tons")),
    Unit("万t", "mass", Decimal(10_000_000), ("万吨",)),
    Unit("g", "mass", Decimal("0.001"), ("克", "gram", "grams")),
    Unit("lb", "mass", Decimal("0.45359237"), ("lbs", "pound", "pounds", "磅")),
)  # fmt: skip

# Letters whose case matters: a megalitre must not be read as a millilitre, nor milli- as mega-.
_CASE_TRAPS = frozenset({"ML", "mWh", "mJ", "Ml"})
_REMARK = re.compile(r"\(.*\)$")


def plain_unit(text: str) -> str:
    """A unit as it is compared: full-width letters and superscripts made plain, no blanks, one case."""
    folded = unicodedata.normalize("NFKC", text).strip().casefold()
    return "".join(folded.split()).strip(".")


_BY_NAME: dict[str, Unit] = {
    plain_unit(name): unit for unit in _UNITS for name in (unit.symbol, *unit.aliases)
}

# What the base unit of a carrier measures in MJ, m3 or kg.
_BASE_SIZE = {"kWh": _MJ_PER_KWH, "MJ": Decimal(1), "m3": Decimal(1), "kg": Decimal(1)}


def find(text: str) -> Unit | None:
    """The unit that `text` means, or None. A remark in brackets is overlooked: 'kWh (meter)'."""
    if text.strip() in _CASE_TRAPS:
        return None
    name = plain_unit(text)
    return _BY_NAME.get(name) or _BY_NAME.get(_REMARK.sub("", name))


@lru_cache(maxsize=4096)
def conversion(text: str, carrier: Carrier) -> Conversion | None:
    """The way from a unit, as written, to the carrier's base unit; None if there is none."""
    unit = find(text)
    if unit is None:
        return None
    if unit.dimension == carrier.dimension:
        return Conversion(unit.size / _BASE_SIZE[carrier.base_unit], unit, None)
    for bridge in carrier.bridges:
        if bridge.dimension == unit.dimension:
            return Conversion(unit.size * bridge.factor / _BASE_SIZE[carrier.base_unit], unit, bridge)
    return None


def to_base(text: str, carrier: Carrier) -> Decimal | None:
    """Base units of `carrier` per one of the unit written as `text`; None for an unknown unit or one of
    another dimension. Sources of bridging densities and enthalpies stand with the carriers."""
    found = conversion(text, carrier)
    return found.factor if found else None


def expected(carrier: Carrier) -> list[str]:
    """Units that this carrier takes, the usual ones first, as symbols."""
    bridged = {bridge.dimension for bridge in carrier.bridges}
    own = [unit.symbol for unit in _UNITS if unit.dimension == carrier.dimension]
    own.sort(key=lambda symbol: symbol != carrier.base_unit)
    return own + [unit.symbol for unit in _UNITS if unit.dimension in bridged]


def usual(carrier: Carrier) -> list[str]:
    """The few units offered in a drop-down for this carrier."""
    by_base = {
        "kWh": ["kWh", "MWh", "万kWh"],
        "MJ": ["GJ", "MJ", "kWh"],
        "m3": ["m3", "万m3"],
        "kg": ["kg", "t"],
    }
    offered = list(by_base[carrier.base_unit])
    if carrier.scope == 1 and carrier.bridges:
        offered.append("L")
    if carrier.code in {"steam", "water"}:
        offered.append("t")
    return offered
