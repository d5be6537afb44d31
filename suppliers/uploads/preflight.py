"""What a file is, by its content, before any parser touches it. Names and declared sizes are not believed."""

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any

from suppliers.calc import issues

MEGABYTE = 1_000_000
DEFAULT_LIMIT_BYTES = 50 * MEGABYTE
MOST_UNPACKED_BYTES = 400 * MEGABYTE
MOST_CELLS = 4_000_000
MOST_ROWS = 1_048_576
MOST_MEMBERS = 2_000
# Deflate never does better than about 1030 to 1; honest sheets stay far under this.
HIGHEST_RATIO = 250
_RATIO_MATTERS_FROM_BYTES = 5 * MEGABYTE
_CHUNK_BYTES = 1 << 20

_MAGIC: tuple[tuple[bytes, str, str], ...] = (
    (b"MZ", "Windows 程序", "a Windows program"),
    (b"\x7fELF", "Linux 程序", "a Linux program"),
    (b"%PDF", "PDF 文档", "a PDF document"),
    (b"\x89PNG", "PNG 图片", "a PNG picture"),
    (b"\xff\xd8\xff", "JPEG 图片", "a JPEG picture"),
    (b"GIF8", "GIF 图片", "a GIF picture"),
    (b"BM", "BMP 图片", "a BMP picture"),
    (b"Rar!", "RAR 压缩包", "a RAR archive"),
    (b"7z\xbc\xaf\x27\x1c", "7z 压缩包", "a 7z archive"),
    (b"\x1f\x8b", "gzip 压缩包", "a gzip archive"),
    (b"SQLite format 3", "数据库文件", "a database"),
    (b"{\\rtf", "RTF 文档", "an RTF document"),
    (b"#!", "脚本", "a script"),
)
_MARKUP = re.compile(rb"\s*(<!doctype|<html|<head|<body|<table|<meta|<script|<svg|<\?xml|<\?php|<div)", re.I)
_COMPOUND_FILE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED_PACKAGE = "EncryptedPackage".encode("utf-16-le")
# How nearly every program writes cells; anything else takes the slower pattern below.
_ROW_NUMBER = re.compile(rb'r="(\d{5,9})"')
_WIDE_CELL = re.compile(rb'r="([A-Z]{2,3})\d')
_ANY_REFERENCE = re.compile(rb"\br\s*=\s*[\"']([A-Z]{0,4})(\d{0,9})[\"']")
_CELL_WITH_CONTENT = re.compile(rb"<(?:\w+:)?c\b[^>]*?\br\s*=\s*[\"']([A-Z]{1,4})(\d{1,9})[\"'][^>]*(?<!/)>")


class FileTrouble(Exception):
    """The file cannot be read at all; carries the one issue that says why."""

    def __init__(self, issue: issues.Issue) -> None:
        super().__init__(issue.code)
        self.issue = issue


@dataclass(frozen=True)
class Preflight:
    """`kind` is 'xlsx' or 'csv'."""

    kind: str
    size_bytes: int
    unpacked_bytes: int


def trouble(code: str, **data: Any) -> FileTrouble:
    return FileTrouble(issues.make(code, **data))


def examine(content: bytes, limit_bytes: int = DEFAULT_LIMIT_BYTES) -> Preflight:
    """Say what the content is, or raise FileTrouble: too large, empty, not a table, locked, a bomb."""
    if len(content) > limit_bytes:
        raise trouble("file.size", limit_mb=limit_bytes // MEGABYTE, size=len(content))
    if not content.strip(b" \t\r\n\x00\xef\xbb\xbf"):
        raise trouble("file.empty")
    if content.startswith(b"PK"):
        return Preflight("xlsx", len(content), _examine_zip(content))
    if content.startswith(_COMPOUND_FILE):
        if _ENCRYPTED_PACKAGE in content:
            raise trouble("file.encrypted")
        raise _not_a_table("旧版 .xls 或其他 Office 文件", "an old .xls or another Office file")
    _refuse_known_types(content)
    return Preflight("csv", len(content), len(content))


def _not_a_table(found_zh: str, found_en: str) -> FileTrouble:
    return trouble("file.type", found_zh=found_zh, found_en=found_en)


def _refuse_known_types(content: bytes) -> None:
    for magic, zh, en in _MAGIC:
        # Two letters alone may begin an honest header; a program or picture also holds binary bytes.
        if content.startswith(magic) and (len(magic) > 2 or _binary(content)):
            raise _not_a_table(zh, en)
    if _MARKUP.match(content[:1024].removeprefix(b"\xef\xbb\xbf")):
        raise _not_a_table("网页或 XML", "a web page or XML")
    if not content.startswith((b"\xff\xfe", b"\xfe\xff")) and _binary(content):
        raise _not_a_table("二进制文件", "a binary file")


def _binary(content: bytes) -> bool:
    """Many control bytes near the start: no text of any encoding we read. A few are a matter for their cells."""
    head = content[:8192]
    control = sum(head.count(byte) for byte in (*range(9), *range(14, 32)))
    return control > max(8, len(head) // 20)


def _examine_zip(content: bytes) -> int:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return _examine_members(archive, len(content))
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, ValueError) as error:
        raise trouble("file.corrupt", detail=type(error).__name__) from error
    except RuntimeError as error:  # what zipfile raises for a member that wants a password
        raise trouble("file.encrypted") from error


def _examine_members(archive: zipfile.ZipFile, size: int) -> int:
    members = archive.infolist()
    if len(members) > MOST_MEMBERS:
        raise too_much()
    if any(member.flag_bits & 0x1 for member in members):
        raise trouble("file.encrypted")
    names = {member.filename.replace("\\", "/").lower() for member in members}
    if any(name.startswith("/") or ".." in name.split("/") or ":" in name for name in names):
        raise trouble("file.corrupt", detail="member path")
    if len(names) < len(members):
        raise trouble("file.corrupt", detail="member twice")
    if not {"[content_types].xml", "xl/workbook.xml"} <= names:
        raise _not_a_table("其他 Office 文件或压缩包", "another Office file or an archive")
    if any(name.endswith("vbaproject.bin") or "/macrosheets/" in name for name in names):
        raise trouble("file.macro")
    if any(name.startswith("xl/externallinks/") for name in names):
        raise trouble("file.links")
    declared = sum(member.file_size for member in members)
    if declared > MOST_UNPACKED_BYTES or _suspicious(declared, size):
        raise too_much()
    return sum(_inflate(archive, member, size) for member in members)


def _suspicious(unpacked: int, packed: int) -> bool:
    return unpacked > _RATIO_MATTERS_FROM_BYTES and unpacked > HIGHEST_RATIO * max(packed, 1)


def too_much() -> FileTrouble:
    return trouble("file.bomb", limit_mb=MOST_UNPACKED_BYTES // MEGABYTE, limit_cells=MOST_CELLS)


def _inflate(archive: zipfile.ZipFile, member: zipfile.ZipInfo, size: int) -> int:
    """Unpack one member piece by piece, keeping none of it, and stop at the first sign of a bomb."""
    unpacked = 0
    extent = _Extent()
    is_sheet = "worksheets/" in member.filename.lower()
    with archive.open(member) as stream:
        for chunk in _chunks(stream):
            unpacked += len(chunk)
            if unpacked > MOST_UNPACKED_BYTES or _suspicious(unpacked, size):
                raise too_much()
            if is_sheet:
                extent.read(chunk)
    if extent.cells > MOST_CELLS and _exact_cells(archive, member) > MOST_CELLS:
        raise too_much()
    return unpacked


def _chunks(stream: IO[bytes]) -> Iterator[bytes]:
    return iter(lambda: stream.read(_CHUNK_BYTES), b"")


class _Extent:
    """An upper bound of the area from A1 to the last cell of a sheet.

    A reader lays that area out in full, so two cells far apart are enough to exhaust the memory. The
    dimension a sheet declares for itself is not asked.
    """

    def __init__(self) -> None:
        self.rows = 9_999
        self.columns = 26
        self.tail = b""

    @property
    def cells(self) -> int:
        return self.rows * self.columns

    def read(self, chunk: bytes) -> None:
        if b"\x00" in chunk[:64] or (not self.tail and chunk.startswith((b"\xff\xfe", b"\xfe\xff"))):
            raise trouble("file.corrupt", detail="sheet encoding")
        text = self.tail + chunk
        self.tail = chunk[-64:]
        cells, rows = text.count(b"<c "), text.count(b"<row ")
        if cells and cells == text.count(b'<c r="') and rows == text.count(b'<row r="'):
            found = [(letters, b"") for letters in set(_WIDE_CELL.findall(text))]
            found += [(b"", number) for number in _ROW_NUMBER.findall(text)]
        else:
            found = _ANY_REFERENCE.findall(text)
        for letters, number in found:
            self.columns = max(self.columns, _column_number(letters))
            self.rows = max(self.rows, int(number or 0))


def _exact_cells(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> int:
    """The same area counting only cells with something in them: whole formatted columns are harmless."""
    rows, columns, tail = 1, 1, b""
    with archive.open(member) as stream:
        for chunk in _chunks(stream):
            for letters, number in _CELL_WITH_CONTENT.findall(tail + chunk):
                columns = max(columns, _column_number(letters))
                rows = max(rows, int(number))
            tail = chunk[-256:]
    return rows * columns


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
