"""Provinces of China: names, the grid region of the MEE/NBS series, and the place on the tile map. Pure data.

Three decisions about grid regions, also told in SOURCES.md:
Tibet has no provincial value and belongs to the south-western grid, so its electricity takes that region's
factor. Inner Mongolia lies on two grids (west: North China, east: North-East China); its own provincial
value comes first, and where there is none the larger, western grid counts. Hong Kong, Macao and Taiwan are
outside the MEE/NBS series: they have no grid region here and never fall back on the national value.
"""

from __future__ import annotations

from dataclasses import dataclass

NATION = "CN"

GRID_REGIONS: dict[str, tuple[str, str]] = {
    "CN-NORTH": ("华北", "North China"),
    "CN-NORTHEAST": ("东北", "North-East China"),
    "CN-EAST": ("华东", "East China"),
    "CN-CENTRAL": ("华中", "Central China"),
    "CN-NORTHWEST": ("西北", "North-West China"),
    "CN-SOUTH": ("南方", "South China"),
    "CN-SOUTHWEST": ("西南", "South-West China"),
}


@dataclass(frozen=True)
class Province:
    """`row` and `column` place a square on the tile map of 8 rows and 9 columns, north at the top."""

    code: str
    name: str
    name_en: str
    grid_region: str
    row: int
    column: int


PROVINCES: dict[str, Province] = {
    province.code: province
    for province in (
        Province("CN-BJ", "北京", "Beijing", "CN-NORTH", 1, 6),
        Province("CN-TJ", "天津", "Tianjin", "CN-NORTH", 2, 6),
        Province("CN-HE", "河北", "Hebei", "CN-NORTH", 2, 5),
        Province("CN-SX", "山西", "Shanxi", "CN-NORTH", 2, 4),
        Province("CN-NM", "内蒙古", "Inner Mongolia", "CN-NORTH", 1, 5),
        Province("CN-LN", "辽宁", "Liaoning", "CN-NORTHEAST", 2, 7),
        Province("CN-JL", "吉林", "Jilin", "CN-NORTHEAST", 1, 8),
        Province("CN-HL", "黑龙江", "Heilongjiang", "CN-NORTHEAST", 0, 8),
        Province("CN-SH", "上海", "Shanghai", "CN-EAST", 4, 7),
        Province("CN-JS", "江苏", "Jiangsu", "CN-EAST", 4, 6),
        Province("CN-ZJ", "浙江", "Zhejiang", "CN-EAST", 5, 6),
        Province("CN-AH", "安徽", "Anhui", "CN-EAST", 4, 5),
        Province("CN-FJ", "福建", "Fujian", "CN-EAST", 6, 5),
        Province("CN-JX", "江西", "Jiangxi", "CN-CENTRAL", 5, 5),
        Province("CN-SD", "山东", "Shandong", "CN-NORTH", 3, 5),
        Province("CN-HA", "河南", "Henan", "CN-CENTRAL", 3, 4),
        Province("CN-HB", "湖北", "Hubei", "CN-CENTRAL", 4, 4),
        Province("CN-HN", "湖南", "Hunan", "CN-CENTRAL", 5, 4),
        Province("CN-GD", "广东", "Guangdong", "CN-SOUTH", 6, 4),
        Province("CN-GX", "广西", "Guangxi", "CN-SOUTH", 6, 3),
        Province("CN-HI", "海南", "Hainan", "CN-SOUTH", 7, 3),
        Province("CN-CQ", "重庆", "Chongqing", "CN-SOUTHWEST", 4, 3),
        Province("CN-SC", "四川", "Sichuan", "CN-SOUTHWEST", 4, 2),
        Province("CN-GZ", "贵州", "Guizhou", "CN-SOUTH", 5, 3),
        Province("CN-YN", "云南", "Yunnan", "CN-SOUTH", 5, 2),
        Province("CN-XZ", "西藏", "Tibet", "CN-SOUTHWEST", 3, 0),
        Province("CN-SN", "陕西", "Shaanxi", "CN-NORTHWEST", 3, 3),
        Province("CN-GS", "甘肃", "Gansu", "CN-NORTHWEST", 2, 2),
        Province("CN-QH", "青海", "Qinghai", "CN-NORTHWEST", 2, 1),
        Province("CN-NX", "宁夏", "Ningxia", "CN-NORTHWEST", 2, 3),
        Province("CN-XJ", "新疆", "Xinjiang", "CN-NORTHWEST", 1, 0),
        Province("CN-HK", "香港", "Hong Kong", "", 7, 5),
        Province("CN-MO", "澳门", "Macao", "", 7, 4),
        Province("CN-TW", "台湾", "Taiwan", "", 6, 6),
    )
}

# The tables file these under their own two letters.
OWN_GRID: dict[str, str] = {"CN-HK": "HK", "CN-MO": "MO", "CN-TW": "TW"}

# Where sites may stand outside the table above and a grid value is on file.
COUNTRIES: dict[str, tuple[str, str]] = {
    "VN": ("越南", "Viet Nam"),
    "TH": ("泰国", "Thailand"),
    "MY": ("马来西亚", "Malaysia"),
    "MX": ("墨西哥", "Mexico"),
    "JP": ("日本", "Japan"),
    "KR": ("韩国", "Korea"),
    "US": ("美国", "United States"),
}


def electricity_walk(region: str) -> tuple[str, ...]:
    """Regions in which a grid value is looked for, nearest first: province, grid region, nation."""
    if region in OWN_GRID:
        return (OWN_GRID[region],)
    if region in PROVINCES:
        return (region, PROVINCES[region].grid_region, NATION)
    if region in GRID_REGIONS:
        return (region, NATION)
    return (region,)


def name(code: str, language: str) -> str:
    """Name of a province, grid region, nation or country; the code itself where none is known."""
    if code in PROVINCES:
        names = (PROVINCES[code].name, PROVINCES[code].name_en)
    else:
        world = {NATION: ("全国", "China"), "GLO": ("全球", "World"), "TW": ("台湾地区", "Taiwan region")}
        world |= {"GB": ("英国", "United Kingdom"), "EU": ("欧盟", "European Union")}
        names = (world | GRID_REGIONS | COUNTRIES).get(code, (code, code))
    return names[0] if language.startswith("zh") else names[1]
