"""Files on their way: received, checked, accepted on the day they came, by the person who sent them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from suppliers import pipeline
from suppliers.models import Upload
from suppliers.tenants.actors import Actor
from suppliers.uploads.models import UploadStatus

from . import accounts, energy
from .companies import by_code, on_platform
from .program import Program

Cells = list[list[str | float]]
QUANTITY, UNIT = energy.COLUMNS.index("quantity"), energy.COLUMNS.index("unit")
_CHECKED_LATER = (UploadStatus.RECEIVED, UploadStatus.CHECKING)


@dataclass(frozen=True)
class Parcel:
    """One file: who sends it when, under which key it is known, and how its story ends."""

    code: str
    email: str
    day: dt.date
    key: str
    file: Callable[[], tuple[str, bytes]]
    ends: str = UploadStatus.ACCEPTED
    fix: tuple[int, str, str] | None = None  # row, field, what it should read

    def send(self, program: Program) -> None:
        supplier = program.suppliers[self.code]
        with program.acting(self.email, self.day) as by:
            name, content = self.file()
            upload = pipeline.receive(
                by=by, supplier=supplier, content=content, filename=name, idempotency_key=self.key
            )
            # Inside somebody's transaction the check waits for its end; here it is needed now.
            if upload.status in _CHECKED_LATER:
                upload = pipeline.check(upload=upload)
            self._finish(by, upload)

    def _finish(self, by: Actor, upload: Upload) -> None:
        if self.ends == UploadStatus.NEEDS_FIX:
            return
        if self.fix and upload.status == UploadStatus.NEEDS_FIX:
            row, field, new = self.fix
            upload = pipeline.fix_cell(by=by, upload=upload, row=row, field=field, new=new)
        if upload.status != UploadStatus.ACCEPTED:
            upload = pipeline.accept(by=by, upload=upload)
        if self.ends == UploadStatus.WITHDRAWN:
            pipeline.withdraw(by=by, upload=upload)


def parcels() -> list[Parcel]:
    found = [
        Parcel(company.code, company.email, hand_in.day, hand_in.key, _file(hand_in))
        for company in on_platform()
        for hand_in in energy.hand_ins(company)
        if (company.code, hand_in.key) != _MENDED
    ]
    return sorted([*found, *_special()], key=lambda parcel: (parcel.day, parcel.code, parcel.key))


def finished(program: Program) -> set[tuple[str, str]]:
    """(supplier, key) of the files whose story is at its end, in one query."""
    ends = {(parcel.code, parcel.key): parcel.ends for parcel in parcels()}
    codes = {supplier.pk: code for code, supplier in program.suppliers.items()}
    rows = Upload.objects.filter(idempotency_key__startswith="demo-", supplier_id__in=list(codes))
    found = {
        (codes[owner], key): state
        for owner, key, state in rows.values_list("supplier_id", "idempotency_key", "status")
    }
    return {which for which, state in found.items() if ends.get(which) == state}


def _file(hand_in: energy.HandIn) -> Callable[[], tuple[str, bytes]]:
    return lambda: energy.file_of(hand_in)


# -- three files with a story ---------------------------------------------------------------------------

_MENDED = ("NANKE", "demo-202407-202409")


def _special() -> list[Parcel]:
    shengli, nanke = by_code("SHENGLI"), by_code("NANKE")
    spring = energy.HandIn(shengli, dt.date(2024, 4, 1), dt.date(2024, 6, 1), dt.date(2024, 7, 2))
    mended = next(one for one in energy.hand_ins(nanke) if one.key == _MENDED[1])
    january = energy.HandIn(shengli, dt.date(2025, 1, 1), dt.date(2025, 1, 1), dt.date(2025, 2, 7))
    diesel, right = _diesel_of(mended)
    return [
        # Diesel in the wrong unit: accepted, noticed the same day, withdrawn; the right file follows.
        Parcel(
            "SHENGLI", shengli.email, spring.day, "demo-wrong-202404", lambda: _diesel_times_ten(spring),
            ends=UploadStatus.WITHDRAWN,
        ),
        # A cell that could not be read, corrected on the page.
        Parcel(
            "NANKE", nanke.email, mended.day, mended.key, lambda: _unreadable_diesel(mended),
            fix=(diesel, "quantity", right),
        ),
        # The clerk's file of January waits with two bad cells.
        Parcel(
            "SHENGLI", accounts.CLERK, january.day, "demo-waiting-202501", lambda: _two_bad_cells(january),
            ends=UploadStatus.NEEDS_FIX,
        ),
    ]  # fmt: skip


def _table(hand_in: energy.HandIn) -> Cells:
    return energy.cells_of(hand_in.company, energy.rows_of(hand_in))


def _diesel_times_ten(hand_in: energy.HandIn) -> tuple[str, bytes]:
    table = _table(hand_in)
    for number in _lines(hand_in, "diesel"):
        table[number][QUANTITY] = float(table[number][QUANTITY]) * 10
    return "SHENGLI-2024Q2.xlsx", energy.as_xlsx(table)


def _unreadable_diesel(hand_in: energy.HandIn) -> tuple[str, bytes]:
    table = _table(hand_in)
    table[_lines(hand_in, "diesel")[0]][QUANTITY] = "见发票"
    return "NANKE-2024Q3.xlsx", energy.as_xlsx(table)


def _diesel_of(hand_in: energy.HandIn) -> tuple[int, str]:
    """Row of the spreadsheet, and what should stand there."""
    line = _lines(hand_in, "diesel")[0]
    return line + 1, str(_table(hand_in)[line][QUANTITY])


def _two_bad_cells(hand_in: energy.HandIn) -> tuple[str, bytes]:
    table = _table(hand_in)
    table[_lines(hand_in, "natural_gas")[0]][QUANTITY] = "未抄表"
    table[_lines(hand_in, "diesel")[0]][UNIT] = "kWh"
    return "胜利-2025年1月能源数据.xlsx", energy.as_xlsx(table)


def _lines(hand_in: energy.HandIn, carrier: str) -> list[int]:
    """Places in the table (0 is the header) of the rows of one carrier."""
    return [place for place, row in enumerate(energy.rows_of(hand_in), start=1) if row.carrier == carrier]
