"""Trouble as data: one dataclass, and the one catalogue of codes with a sentence in both languages.

Codes are API: programs and tests go by them. Sentences are for people and may be reworded. A code may
have variants, chosen by `data["reason"]` (`row.meter` with reason `carrier`), so that the sentence
says what to do next.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

ERROR = "error"
WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Issue:
    """One trouble. `row` as the spreadsheet counts, `column` the field name; both None for a whole file."""

    code: str
    severity: str = ERROR
    row: int | None = None
    column: str | None = None
    data: Mapping[str, Any] = field(default_factory=dict)

    @property
    def message(self) -> str:
        return sentence(self, language="en")

    def as_dict(self, language: str = "en") -> dict[str, Any]:
        """The shape the API shows: code, severity, row, column, message, data."""
        return {
            "code": self.code,
            "severity": self.severity,
            "row": self.row,
            "column": self.column,
            "message": sentence(self, language=language),
            "data": dict(self.data),
        }


# code or code:reason -> (zh, en). {…} are keys of data; a missing key reads as an empty string.
CATALOGUE: dict[str, tuple[str, str]] = {
    "row.missing": ("{field_zh}没有填写。", "{field_en} is missing."),
    "row.number": (
        "“{value}”不是能识别的数字,请填写如 1234.5 的数字。",
        "“{value}” is not a number we can read; write it like 1234.5.",
    ),
    "row.number:decimal_comma": (
        "“{value}”像是用逗号作小数点。请改写为 1234.5,或在列对应设置中选择“小数点为逗号”。",
        "“{value}” looks like a decimal comma. Write 1234.5, or say so in the column mapping.",
    ),
    "row.number:too_large": ("“{value}”太大,不可能是真实用量。", "“{value}” is too large to be a real quantity."),
    "row.date": (
        "“{value}”不是能识别的日期,请填写如 2024-01-31 或 2024-01。",
        "“{value}” is not a date we can read; write it like 2024-01-31 or 2024-01.",
    ),
    "row.unit": (
        "单位“{value}”不能用于{carrier_zh},可用:{expected}。",
        "Unit “{value}” does not fit {carrier_en}; use one of {expected}.",
    ),
    "row.unit:unknown": ("不认识单位“{value}”,可用:{expected}。", "Unknown unit “{value}”; use one of {expected}."),
    "row.carrier": ("不认识能源品种“{value}”。相近的有:{closest}。", "Unknown carrier “{value}”. Closest: {closest}."),
    "row.site": (
        "贵公司没有编码为“{value}”的工厂。相近的有:{closest}。",
        "You have no site with the code “{value}”. Closest: {closest}.",
    ),
    "row.meter": (
        "工厂 {site} 没有编码为“{value}”的计量点。相近的有:{closest}。",
        "Site {site} has no meter with the code “{value}”. Closest: {closest}.",
    ),
    "row.meter:other_site": (
        "计量点“{value}”属于工厂 {other_site},不属于 {site}。",
        "Meter “{value}” belongs to site {other_site}, not to {site}.",
    ),
    "row.meter:carrier": (
        "计量点“{value}”计量的是{meter_carrier_zh},而本行是{carrier_zh}。",
        "Meter “{value}” measures {meter_carrier_en}, but this row is {carrier_en}.",
    ),
    "row.negative": ("用量“{value}”是负数。", "The quantity “{value}” is negative."),
    "row.text": ("“{value}”含有不可见的控制字符,请重新录入。", "“{value}” holds control characters; type it again."),
    "row.text:too_long": ("内容太长,最多 {limit} 个字符。", "The text is too long; {limit} characters at most."),
    "row.duplicate": ("本行与第 {other_row} 行完全相同。", "This row is the same as row {other_row}."),
    "period.reversed": ("结束日期 {end} 早于开始日期 {start}。", "The end {end} is before the start {start}."),
    "period.future": ("结束日期 {end} 在今天({today})之后。", "The end {end} is after today ({today})."),
    "period.overlap": (
        "与第 {other_row} 行同一工厂、计量点和能源品种的期间重叠({other_start} 至 {other_end})。",
        "Overlaps row {other_row} of the same site, meter and carrier ({other_start} to {other_end}).",
    ),
    "period.overlap:meter_tree": (
        "计量点 {upper} 与其下级计量点 {lower} 都计入核算,同一期间会重复计算({other})。",
        "Meter {upper} and {lower} below it both count, so the same period would count twice ({other}).",
    ),
    "period.overlap:site_and_meter": (
        "同一期间既有全厂用量,又有计量点 {lower} 的用量,会重复计算({other})。",
        "The same period has both a whole-site row and a row of meter {lower}, which would count twice ({other}).",
    ),
    "record.exists": (
        "同一工厂、计量点和能源品种在 {other_start} 至 {other_end} 已有入账记录。",
        "Accepted data for the same site, meter and carrier already cover {other_start} to {other_end}.",
    ),
    "factor.missing": (
        "找不到{carrier_zh}在 {region} {year} 年的排放因子,该行可以入账但暂不计算排放。",
        "No emission factor for {carrier_en} in {region}, {year}; the row can be accepted but has no emissions yet.",
    ),
    "factor.life_cycle": (
        "{factor} 是生命周期(产品碳足迹)因子,不能用于范围二;外购电力和热力请使用电网或供热的排放因子。",
        "{factor} is a life-cycle (product footprint) factor and not for scope 2; take a grid or heat factor instead.",
    ),
    "entry.balance": (
        "{gas}的质量平衡结果为负或缺少数据,请核对期初、购入、返还、期末和设备容量变化。",
        "The mass balance of {gas} comes out below zero or lacks a figure; check what was there, came and went.",
    ),
    "entry.unit": (
        "填报单位 {unit} 无法换算为因子的单位 {per_unit}。",
        "The unit {unit} cannot be converted to that of its factor, {per_unit}.",
    ),
    "instrument.beyond_grid": (
        "{year} 年的绿电凭证共 {kwh} kWh,超过当年剩余的电网用电量,仅计入 {counted} kWh。",
        "Of certificates over {kwh} kWh for {year}, {counted} kWh count: more than the grid supplied is not counted.",
    ),
    "instrument.held_back": (
        "{year} 年的绿电凭证({kwh} kWh)有编号被他人同时申报,审核之前不计入。",
        "Serial numbers of certificates over {kwh} kWh for {year} are claimed by somebody else too: not counted until reviewed.",
    ),
    "reading.conflict": (
        "计量点 {meter} 在 {at} 已有另一读数 {existing}。",
        "Meter {meter} already has another value, {existing}, at {at}.",
    ),
    "value.implausible": (
        "日均用量是该计量点通常水平的 {ratio} 倍,请核对数字和单位。",
        "The daily amount is {ratio} times what is usual here; check number and unit.",
    ),
    "file.type": (
        "这不是 XLSX 或 CSV 文件(内容看起来是{found_zh})。请另存为 .xlsx 后再上传。",
        "This is not an XLSX or CSV file (it looks like {found_en}). Save it as .xlsx and upload again.",
    ),
    "file.size": ("文件超过 {limit_mb} MB 的上限。", "The file is larger than the limit of {limit_mb} MB."),
    "file.empty": ("文件里没有数据行。", "The file holds no data rows."),
    "file.header": (
        "找不到这些列的表头:{missing}。请使用模板中的表头。",
        "No header was found for: {missing}. Use the headers of the workbook.",
    ),
    "file.header:repeated": ("表头“{header}”出现了不止一次。", "The header “{header}” appears more than once."),
    "file.encrypted": ("文件有密码保护,请取消密码后再上传。", "The file is protected by a password; remove it first."),
    "file.bomb": (
        "文件展开后过大(超过 {limit_mb} MB 或 {limit_cells} 个单元格),已拒绝。",
        "The file unpacks to far too much (over {limit_mb} MB or {limit_cells} cells) and was refused.",
    ),
    "file.macro": ("文件含有宏,请另存为不含宏的 .xlsx。", "The file holds macros; save it as .xlsx without them."),
    "file.links": ("文件引用了外部文件,请断开链接后再上传。", "The file links to other files; break the links first."),
    "file.encoding": (
        "无法识别文字编码,请另存为 UTF-8 编码的 CSV 或 .xlsx。",
        "The text encoding is unknown; save as CSV in UTF-8 or as .xlsx.",
    ),
    "file.corrupt": ("文件已损坏,无法读取。请重新导出或另存后再上传。", "The file is damaged and cannot be read; save it again."),
    "upload.needs_fix": (
        "还有 {bad_rows} 行需要修改。改好后再确认,或只接收没有问题的行。",
        "{bad_rows} rows still need fixing. Fix them, or accept only the rows that are right.",
    ),
    "upload.state": ("当前状态({status})下不能进行此操作。", "This cannot be done while the upload is {status}."),
    "upload.idempotency": (
        "这个 Idempotency-Key 已用于另一个文件。",
        "This Idempotency-Key was used for another file.",
    ),
    "upload.fix": ("不能修改这个单元格:{reason_text}", "This cell cannot be changed: {reason_text}"),
    "upload.unexpected": (
        "处理时发生意外错误,没有写入任何数据。请重试;如仍出现,请联系支持人员。",
        "Something unexpected happened and nothing was written. Try again; if it stays, call support.",
    ),
}  # fmt: skip

FIELD_NAMES: dict[str, tuple[str, str]] = {
    "site": ("工厂", "Site"),
    "meter": ("计量点", "Meter"),
    "carrier": ("能源品种", "Carrier"),
    "start": ("开始日期", "Start"),
    "end": ("结束日期", "End"),
    "quantity": ("用量", "Quantity"),
    "unit": ("单位", "Unit"),
    "document": ("凭证号", "Document"),
}

# Warnings are shown and never block.
_WARNINGS = frozenset(
    {"value.implausible", "factor.missing", "instrument.beyond_grid", "instrument.held_back"}
)


class _Blanks(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "—"


def codes() -> list[str]:
    """All codes, without their variants."""
    return list(dict.fromkeys(name.split(":")[0] for name in CATALOGUE))


def severity_of(code: str) -> str:
    return WARNING if code in _WARNINGS else ERROR


def make(code: str, *, row: int | None = None, column: str | None = None, **data: Any) -> Issue:
    """An issue of a known code; the severity is that of the catalogue. An unknown code is a KeyError."""
    if code not in CATALOGUE:
        raise KeyError(code)
    return Issue(code, severity_of(code), row, column, data)


def sentence(
    issue: Issue | str, data: Mapping[str, Any] | None = None, language: str = "en", column: str | None = None
) -> str:
    """What to tell a person. An unknown code (of an older edition, say) reads as the code itself."""
    if isinstance(issue, Issue):
        code, values, column = issue.code, dict(issue.data), issue.column
    else:
        code, values = issue, dict(data or {})
    pair = CATALOGUE.get(f"{code}:{values.get('reason')}") or CATALOGUE.get(code)
    if pair is None:
        return code
    if column in FIELD_NAMES:
        values.setdefault("field_zh", FIELD_NAMES[column][0])
        values.setdefault("field_en", FIELD_NAMES[column][1])
    joined = {key: _listed(value, language) for key, value in values.items()}
    return pair[0 if language.startswith("zh") else 1].format_map(_Blanks(joined))


def _listed(value: Any, language: str) -> Any:
    if not isinstance(value, list | tuple):
        return value
    if not value:
        return "—"
    return ("、" if language.startswith("zh") else ", ").join(str(item) for item in value)


def told(found: Iterable[Issue], language: str) -> list[dict[str, str]]:
    """Issues as plain rows for pages and answers: code, severity, and the sentence in `language`."""
    return [
        {"code": one.code, "severity": str(one.severity), "message": sentence(one, language=language)}
        for one in found
    ]
