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
# A cell is one element with another in it; a reader holds every cell before it lays out the area.
MOST_ELEMENTS = 2 * MOST_CELLS
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
# How nearly every program writes references: of those only the far ones are looked at one by one.
_FAR_REFERENCE = re.compile(rb'r="([A-Za-z]{2,}\d*|[A-Za-z]?\d{6,})"')
_ANY_REFERENCE = re.compile(rb"\br\s*=\s*[\"']([A-Za-z]*)(\d*)[\"']")
_LETTERS_AND_DIGITS = re.compile(rb"([A-Za-z]*)(\d*)")
_CELL_WITH_CONTENT = re.compile(rb"<(?:\w+:)?c\b[^>]*?\br\s*=\s*[\"']([A-Za-z]+)(\d+)[\"'][^>]*(?<!/)>")
_END_OF_CELL = re.compile(rb"</(?:\w+:)?c\s*>")
# No tag and no text of an honest workbook is that long without an angle bracket.
_LONGEST_PIECE_BYTES = 32 * MEGABYTE


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
    if names & {"content.xml", "xl/workbook.bin"}:
        # A reader that cannot open the workbook would try these, and nobody has measured them.
        raise _not_a_table("其他 Office 文件或压缩包", "another Office file or an archive")
    declared = sum(member.file_size for member in members)
    if declared > MOST_UNPACKED_BYTES or _suspicious(declared, size):
        raise too_much()
    return sum(_inflate(archive, member, size) for member in members)


def _suspicious(unpacked: int, packed: int) -> bool:
    return unpacked > _RATIO_MATTERS_FROM_BYTES and unpacked > HIGHEST_RATIO * max(packed, 1)


def too_much() -> FileTrouble:
    return trouble("file.bomb", limit_mb=MOST_UNPACKED_BYTES // MEGABYTE, limit_cells=MOST_CELLS)


def _inflate(archive: zipfile.ZipFile, member: zipfile.ZipInfo, size: int) -> int:
    """Unpack one member piece by piece, keeping none of it, and stop at the first sign of a bomb.

    Any member may be a sheet, whatever it is called: the workbook itself says which are.
    """
    unpacked = 0
    name = member.filename.lower()
    extent = _Extent(is_list="sharedstrings" in name)
    with archive.open(member) as stream:
        for piece in _pieces(stream):
            unpacked += len(piece)
            if unpacked > MOST_UNPACKED_BYTES or _suspicious(unpacked, size):
                raise too_much()
            if "worksheets/" in name and _not_of_bytes(piece):
                raise trouble("file.corrupt", detail="sheet encoding")
            extent.read(piece)
            if extent.elements > MOST_ELEMENTS:
                raise too_much()
    if extent.cells > MOST_CELLS and _exact_cells(archive, member) > MOST_CELLS:
        raise too_much()
    return unpacked


def _pieces(stream: IO[bytes]) -> Iterator[bytes]:
    """The content in pieces of a megabyte or so, each ending with a tag, so that no tag is cut in two."""
    waiting: list[bytes] = []
    for chunk in iter(lambda: stream.read(_CHUNK_BYTES), b""):
        end = chunk.rfind(b">") + 1
        if end:
            yield b"".join((*waiting, chunk[:end]))
            waiting = []
        waiting.append(chunk[end:])
        if len(waiting) * _CHUNK_BYTES > _LONGEST_PIECE_BYTES:
            raise too_much()
    yield b"".join(waiting)


def _not_of_bytes(piece: bytes) -> bool:
    return b"\x00" in piece[:64] or piece.startswith((b"\xff\xfe", b"\xfe\xff"))


class _Extent:
    """An upper bound of the area from A1 to the last cell of a sheet, and of what is written in it.

    A reader lays that area out in full, so two cells far apart are enough to exhaust the memory, and with
    it the whole server. The dimension a sheet declares for itself is not asked.
    """

    def __init__(self, is_list: bool) -> None:
        self.is_list = is_list  # of shared strings, of which each may be as short as <si/>
        self.rows = 99_999
        self.columns = 26
        self.elements = 0

    @property
    def cells(self) -> int:
        return self.rows * self.columns

    def read(self, piece: bytes) -> None:
        """`piece` holds whole tags."""
        self.elements += piece.count(b"</") + (piece.count(b"/>") if self.is_list else 0)
        if _written_as_usual(piece):
            far = set(_FAR_REFERENCE.findall(piece))
            found = {match.groups() for match in map(_LETTERS_AND_DIGITS.fullmatch, far) if match}
        else:
            found = set(_ANY_REFERENCE.findall(piece))
        for letters, number in found:
            self.columns = max(self.columns, _column_number(letters))
            self.rows = max(self.rows, _row_number(number))


def _written_as_usual(piece: bytes) -> bool:
    """Every reference as r="…", so that the quicker pattern misses none."""
    spaced = any(space in piece and space + b"=" in piece for space in (b"\t", b"\n", b"\r", b" "))
    return not spaced and piece.count(b"r=") == piece.count(b'r="')


def _exact_cells(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> int:
    """The same area counting only cells with something in them: whole formatted columns are harmless.

    Where a filled cell does not say its place, or something hides tags, there is no such excuse.
    """
    rows, columns, placed, ended = 1, 1, 0, 0
    with archive.open(member) as stream:
        for piece in _pieces(stream):
            if b"<!" in piece.replace(b"<!DOCTYPE", b""):
                raise too_much()
            for letters, number in _CELL_WITH_CONTENT.findall(piece):
                placed += 1
                columns = max(columns, _column_number(letters))
                rows = max(rows, _row_number(number))
            ended += len(_END_OF_CELL.findall(piece))
    return rows * columns if placed >= ended else MOST_CELLS + 1


def _row_number(digits: bytes) -> int:
    """As an upper bound: nothing is gained by knowing how far beyond the last row of any sheet."""
    digits = digits.lstrip(b"0")
    return int(digits or 0) if len(digits) <= 10 else 10**10


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters.upper()[:10]:
        number = number * 26 + letter - 64
    return number
