"""The statement as a document in Chinese and English, made of its payload and nothing else.

Words of the tenants reach typst as data and are never put together to markup.
"""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pylopdf_fonts_zh_cn
import segno
import typst

from suppliers.templatetags.greenlink import as_said

_TEMPLATE = Path(__file__).with_name("statement.typ")
_FONTS = str(Path(pylopdf_fonts_zh_cn.sans_path()).parent)

# Both languages stand on one paper, whoever reads it: these are not the interface's texts.
_APPROACH = {
    "operational": ("运营控制权", "operational control"),
    "financial": ("财务控制权", "financial control"),
    "equity": ("股权比例", "equity share"),
}
_LEVEL = {"limited": ("有限保证", "limited assurance"), "reasonable": ("合理保证", "reasonable assurance")}
_CONCLUSION = {
    ("limited", "unmodified"): (
        "未发现该温室气体声明存在实质性偏差的情况（无保留意见）",
        "Nothing came to the verifier's attention that the statement is not materially correct (unmodified).",
    ),
    ("reasonable", "unmodified"): (
        "该温室气体声明在所有重大方面公允（无保留意见）",
        "The statement is fairly stated in all material respects (unmodified).",
    ),
}
_MODIFIED = (
    "除核查意见所述事项外，该温室气体声明公允（保留意见）",
    "Fairly stated except for the matters described in the verifier's opinion (modified).",
)
_ISO = {
    "1": ("类别 1 直接排放与清除", "Category 1, direct emissions and removals"),
    "2": ("类别 2 外购能源的间接排放", "Category 2, imported energy"),
    "3": ("类别 3 运输的间接排放", "Category 3, transportation"),
    "4": ("类别 4 使用产品的间接排放", "Category 4, products used by the organisation"),
    "5": ("类别 5 使用本组织产品的间接排放", "Category 5, use of products from the organisation"),
    "6": ("类别 6 其他来源的间接排放", "Category 6, other sources"),
}


def pdf(payload: dict[str, Any], *, url: str) -> bytes:
    """A4, one page. `url`: where its number is looked up, in the QR code and beside it."""
    made: bytes = typst.compile(
        str(_TEMPLATE),
        format="pdf",
        font_paths=[_FONTS],
        ignore_system_fonts=True,
        sys_inputs={"statement": json.dumps(_words(payload, url), ensure_ascii=False), "qr": _qr(url)},
    )
    return made


def _qr(url: str) -> str:
    drawn = io.BytesIO()
    segno.make(url, error="m").save(drawn, kind="svg", border=0, scale=8, dark="#1d2a26", xmldecl=False)
    return drawn.getvalue().decode()


def _words(payload: dict[str, Any], url: str) -> dict[str, Any]:
    supplier, verifier = payload["supplier"], payload["verifier"]
    level, conclusion = payload["opinion"]["level"], payload["opinion"]["conclusion"]
    said = _CONCLUSION.get((level, conclusion), _MODIFIED)
    return {
        "number": payload["number"],
        "platform": "GREENLINK 绿链",
        "supplier_zh": supplier["name"],
        "supplier_en": supplier["name_en"],
        "uscc": supplier["uscc"],
        "facts": [{"zh": zh, "en": en, "value": value} for zh, en, value in facts(payload)],
        "tonnes": [
            {"zh": zh, "en": en, "value": as_said(value)} for zh, en, value in _tonnes(payload["tonnes_co2e"])
        ],
        "conclusion_zh": f"{_LEVEL[level][0]} · {said[0]}",
        "conclusion_en": f"{_LEVEL[level][1].capitalize()}. {said[1]}",
        "verifier_zh": verifier["name"],
        "verifier_en": verifier["name_en"],
        "accreditation": verifier["accreditation_number"],
        "key_id": payload["signature"]["key_id"],
        "url": url,
    }


def facts(payload: dict[str, Any]) -> list[tuple[str, str, str]]:
    approach, period = _APPROACH[payload["consolidation"]], payload["period"]
    scopes, scope3 = "、".join(payload["scopes"]), ", ".join(payload["scope3_categories"])
    inventory = payload["inventory"]
    return [
        ("核算期间", "Period", f"{period['from']} – {period['to']}"),
        ("依据标准", "Standard", payload["standard"]),
        ("组织边界合并方法", "Consolidation approach", f"{approach[0]} {approach[1]}"),
        ("覆盖范围", "Scopes covered", scopes + (f" (范围三类别 categories {scope3})" if scope3 else "")),
        ("实质性阈值", "Materiality", f"{payload['materiality_percent']} %"),
        ("清单版本与摘要", "Version and digest", f"v{inventory['version']} · {inventory['digest'][:32]}"),
        ("签发日期", "Issued on", payload["issued_on"]),
        *([("有效期至", "Valid until", payload["valid_until"])] if "valid_until" in payload else []),
    ]


_NOT_COVERED = "–"


def _tonnes(tonnes: dict[str, Any]) -> list[tuple[str, str, str]]:
    rows = [
        ("范围一", "Scope 1", tonnes.get("scope1", _NOT_COVERED)),
        ("范围二（基于位置）", "Scope 2, location-based", tonnes.get("scope2_location", _NOT_COVERED)),
        ("范围二（基于市场）", "Scope 2, market-based", tonnes.get("scope2_market", _NOT_COVERED)),
        ("范围三", "Scope 3", tonnes.get("scope3", _NOT_COVERED)),
    ]
    by_iso = tonnes["by_iso_category"]
    return rows + [(*_ISO[key], by_iso[key]) for key in sorted(by_iso) if key in _ISO]
