"""Small files for tests, honest and hostile."""

import io
import zipfile
from collections.abc import Sequence
from typing import Any

import xlsxwriter

HEADER = ("site", "meter", "carrier", "start", "end", "quantity", "unit", "document")
GOOD_ROW = ("HF", "", "electricity", "2024-01", "2024-01", "100", "kWh", "B1")

_TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    '<Override PartName="/xl/workbook.xml" ContentType='
    '"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>'
)
_RELS = (
    '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/{kind}" '
    'Target="{target}"/></Relationships>'
)
_WORKBOOK = (
    '<?xml version="1.0"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">'
    '<sheets><sheet name="data" sheetId="1" r:id="rId1"/></sheets></workbook>'
)
_SHEET = (
    '<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    "<sheetData>{rows}</sheetData></worksheet>"
)


def xlsx(*sheets: tuple[str, Sequence[Sequence[Any]]]) -> bytes:
    """A workbook of (sheet name, rows); None leaves a cell out."""
    buffer = io.BytesIO()
    options = {"in_memory": True, "strings_to_numbers": False, "default_date_format": "yyyy-mm-dd"}
    with xlsxwriter.Workbook(buffer, options) as book:
        for name, rows in sheets:
            sheet = book.add_worksheet(name)
            for r, row in enumerate(rows):
                for c, cell in enumerate(row):
                    if cell is not None and cell != "":
                        sheet.write(r, c, cell)
    return buffer.getvalue()


def csv_bytes(*rows: Sequence[str], delimiter: str = ",", encoding: str = "utf-8") -> bytes:
    return "\n".join(delimiter.join(row) for row in rows).encode(encoding)


def zipped(**members: bytes | str) -> bytes:
    """A zip of members; two underscores in a name stand for a slash, one for a dot."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "/").replace("_", "."), content)
    return buffer.getvalue()


def raw_xlsx(rows_xml: str, **extra: bytes | str) -> bytes:
    """A workbook of one sheet whose XML is given."""
    buffer = io.BytesIO()
    members: dict[str, bytes | str] = {
        "[Content_Types].xml": _TYPES,
        "_rels/.rels": _RELS.format(kind="officeDocument", target="xl/workbook.xml"),
        "xl/workbook.xml": _WORKBOOK,
        "xl/_rels/workbook.xml.rels": _RELS.format(kind="worksheet", target="worksheets/sheet1.xml"),
        "xl/worksheets/sheet1.xml": _SHEET.format(rows=rows_xml),
        **extra,
    }
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def with_members(content: bytes, **extra: bytes | str) -> bytes:
    """The same workbook with further members (names as keyword strings)."""
    buffer = io.BytesIO(content)
    with zipfile.ZipFile(buffer, "a", zipfile.ZIP_DEFLATED) as archive:
        for name, body in extra.items():
            archive.writestr(name, body)
    return buffer.getvalue()


def bomb(megabytes: int = 200) -> bytes:
    """A workbook of about 200 kB whose sheet unpacks to `megabytes`."""
    return raw_xlsx("<row r='1'><c r='A1'><v>1</v></c></row>" + " " * (megabytes * 1_000_000))


def lying_bomb() -> bytes:
    """The same, but every header says that the sheet unpacks to 100 bytes."""
    content = bytearray(bomb(60))
    name = b"xl/worksheets/sheet1.xml"
    position = 0
    while (position := content.find(name, position)) >= 0:
        for signature, offset in ((b"PK\x01\x02", 46), (b"PK\x03\x04", 30)):
            if content[position - offset : position - offset + 4] == signature:
                size_at = position - offset + (24 if signature == b"PK\x01\x02" else 22)
                content[size_at : size_at + 4] = (100).to_bytes(4, "little")
        position += 1
    return bytes(content)


def encrypted_zip() -> bytes:
    """A workbook whose members say that they want a password."""
    content = bytearray(xlsx(("data", [HEADER, GOOD_ROW])))
    for signature, flag_at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        position = 0
        while (position := content.find(signature, position)) >= 0:
            content[position + flag_at] |= 1
            position += 4
    return bytes(content)


COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600
ENCRYPTED_OFFICE = COMPOUND + "EncryptedPackage".encode("utf-16-le") + b"\x00" * 600

HOSTILE: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", "file.empty"),
    "blanks": (b" \r\n\t\n", "file.empty"),
    "only a BOM": (b"\xef\xbb\xbf", "file.empty"),
    "header only, csv": (csv_bytes(HEADER), "file.empty"),
    "header only, xlsx": (xlsx(("data", [HEADER])), "file.empty"),
    "workbook of empty sheets": (xlsx(("a", []), ("b", [])), "file.empty"),
    "header and blank rows": (csv_bytes(HEADER, ("",) * 8, (" ",) * 8), "file.empty"),
    "renamed exe": (b"MZ\x90\x00\x03\x00\x00\x00" + bytes(range(256)) * 20, "file.type"),
    "elf": (b"\x7fELF\x02\x01\x01" + bytes(100), "file.type"),
    "pdf": (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj", "file.type"),
    "png": (b"\x89PNG\r\n\x1a\n" + bytes(100), "file.type"),
    "jpeg": (b"\xff\xd8\xff\xe0" + bytes(100), "file.type"),
    "html saved as csv": (b"<html><body><table><tr><td>site</td></tr></table></body></html>", "file.type"),
    "html with a doctype and blanks": (b"\xef\xbb\xbf\n  <!DOCTYPE html><table>", "file.type"),
    "spreadsheet xml": (b'<?xml version="1.0"?><Workbook></Workbook>', "file.type"),
    "rtf": (b"{\\rtf1 hello}", "file.type"),
    "gzip": (b"\x1f\x8b\x08" + bytes(50), "file.type"),
    "old xls": (COMPOUND, "file.type"),
    "docx": (zipped(word__document_xml="<w/>"), "file.type"),
    "random bytes": (bytes(range(256)) * 40, "file.type"),
    "all NULs and text": (b"\x00" * 4000 + b"site", "file.type"),
    "office with a password": (ENCRYPTED_OFFICE, "file.encrypted"),
    "zip with a password": (encrypted_zip(), "file.encrypted"),
    "macros": (with_members(xlsx(("d", [HEADER, GOOD_ROW])), **{"xl/vbaProject.bin": b"x"}), "file.macro"),
    "links to other files": (
        with_members(xlsx(("d", [HEADER, GOOD_ROW])), **{"xl/externalLinks/externalLink1.xml": "<x/>"}),
        "file.links",
    ),
    "path out of the archive": (
        with_members(xlsx(("d", [HEADER, GOOD_ROW])), **{"../../evil.xml": "<x/>"}),
        "file.corrupt",
    ),
    "many members": (
        with_members(xlsx(("d", [HEADER, GOOD_ROW])), **{f"x/{i}": b"" for i in range(2100)}),
        "file.bomb",
    ),
    "bomb": (bomb(), "file.bomb"),
    "bomb with lying sizes": (lying_bomb(), "file.corrupt"),
    "two cells far apart": (
        raw_xlsx('<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'),
        "file.bomb",
    ),
    "two cells far apart, oddly written": (
        raw_xlsx("<row r = '1'><c r = 'A1'><v>1</v></c></row><row r='1048576'><c s='1' r='XFD1048576'><v>1</v></c></row>"),
        "file.bomb",
    ),
    "cut off zip": (xlsx(("d", [HEADER, GOOD_ROW]))[:-200], "file.corrupt"),
    "zip of rubbish": (b"PK\x03\x04" + bytes(500), "file.corrupt"),
    "damaged sheet": (raw_xlsx("<row r='1'><c r='A1'"), "file.corrupt"),
    "no header": (csv_bytes(("1", "2", "3"), ("4", "5", "6")), "file.header"),
    "header with a column missing": (csv_bytes(HEADER[:-3], GOOD_ROW[:-3]), "file.header"),
    "json": (b'[{"site": "HF", "quantity": 1}]', "file.header"),
    "endless field": (csv_bytes(HEADER, ("x" * 100_000, *GOOD_ROW[1:])), "file.corrupt"),
    "a million empty lines": (csv_bytes(HEADER, GOOD_ROW) + b"\n" * 2_000_000, "file.bomb"),
    "no encoding at all": (csv_bytes(HEADER) + b"\nHF\xff\xff\xfe,\x81\x20", "file.encoding"),
    "utf-16 cut in half": (b"\xff\xfe" + "site".encode("utf-16-le") + b"a", "file.encoding"),
}  # fmt: skip
