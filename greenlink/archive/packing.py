"""Tables and documents as members of a ZIP. What a spreadsheet would run is written as text."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
import json
import re
import unicodedata
import zipfile
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.core.files.base import File
from django.utils import timezone

from .tables import Table

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_ROWS_AT_ONCE = 2000
_PIECE_BYTES = 1024 * 1024
_NOT_IN_A_NAME = re.compile(r'[\\/:*?"<>|]')


def add_table(archive: zipfile.ZipFile, table: Table, rows: Any) -> int:
    """One CSV with a byte order mark, so that every spreadsheet reads its Chinese; returns the number of rows."""
    count = 0
    with (
        archive.open(f"tables/{table.name}.csv", "w", force_zip64=True) as member,
        io.TextIOWrapper(member, encoding="utf-8-sig", newline="") as text,
    ):
        writer = csv.writer(text)
        writer.writerow(table.columns)
        for row in rows.values_list(*table.columns.values()).iterator(chunk_size=_ROWS_AT_ONCE):
            writer.writerow([as_cell(value) for value in row])
            count += 1
    return count


def add_file(archive: zipfile.ZipFile, name: str, file: File) -> str:
    """The document as it came; returns the SHA-256 of what was packed."""
    digest = hashlib.sha256()
    with file.open("rb") as source, archive.open(name, "w", force_zip64=True) as target:
        for piece in iter(lambda: source.read(_PIECE_BYTES), b""):
            target.write(piece)
            digest.update(piece)
    return digest.hexdigest()


def add_lines(archive: zipfile.ZipFile, name: str, lines: Iterable[str]) -> None:
    archive.writestr(name, "".join(f"{line}\n" for line in lines))


def as_cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, dt.datetime):
        return timezone.localtime(value).isoformat(timespec="seconds")
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, int | float):
        return str(value)
    return as_text(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True))


def as_text(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def member_name(folder: str, number: int, filename: str) -> str:
    """The name as given, made fit for any disk and never a path; the number tells equal names apart."""
    plain = unicodedata.normalize("NFC", filename)
    plain = "".join(character for character in plain if unicodedata.category(character)[0] != "C")
    return f"files/{folder}/{number}-{_NOT_IN_A_NAME.sub('_', plain).strip(' .')[-120:] or 'file'}"


README = """\
{name} ({code})
GreenLink, {day}

== 中文 ==
这是贵公司在 GreenLink 上的全部数据。
- tables/：每类数据一张 CSV 表（UTF-8 带 BOM，Excel 可直接打开）。单位：quantity 为能源品种的基准单位
  （kWh、m3、kg、MJ），kgco2e 为千克二氧化碳当量，kgce 为千克标准煤。withdrawn_at 有值的行已撤回，不再计入。
- 以 = + - @ 或制表符开头的文字前加了一个单引号（'），避免被表格软件当作公式执行。
- files/uploads/：提交的原始文件；files/documents/：证明文件。文件名前的数字即表中的 id。
- SHA256SUMS：每个文件的校验值（sha256sum -c SHA256SUMS）。MISSING：表中有记录但已无法找到的文件（如有）。
- audit_trail.csv：贵公司的审计记录链；每条的 digest 连同上一条一起封存。
- 评审、评分等由采购方发布的内容，仅包含已向贵公司公布的部分。

== English ==
These are all data of your company on GreenLink.
- tables/: one CSV per kind of data (UTF-8 with a byte order mark). quantity is in the base unit of the carrier
  (kWh, m3, kg, MJ), kgco2e in kg of CO2 equivalent, kgce in kg of standard coal. Rows with withdrawn_at are out of
  force and count no more.
- Text that begins with = + - @ or a tab has an apostrophe (') before it, so that no spreadsheet runs it.
- files/uploads/: files as they were handed in; files/documents/: evidence. The number before a name is its id in
  the table.
- SHA256SUMS: the checksum of each file (sha256sum -c SHA256SUMS). MISSING: files that a table names and that
  could not be found, if there are any.
- audit_trail.csv: the chain of your company's audit trail; each digest seals an entry together with the one before.
- Of what a buyer writes (reviews, scores) it holds what was released to your company.

{counts}
"""
