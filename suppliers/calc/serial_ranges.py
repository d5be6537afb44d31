"""Serial numbers of certificates: how they are compared, and what stands between the first and the last."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

LIMIT = 200_000
_TAIL = re.compile(r"^(.*?)(\d+)$")


@dataclass(frozen=True)
class SerialRange:
    """`count` serials that share `prefix` and end in `width` digits, from `start` on. [1 MWh each]"""

    prefix: str
    start: int
    width: int
    count: int

    def __iter__(self) -> Iterator[str]:
        for number in range(self.start, self.start + self.count):
            yield f"{self.prefix}{number:0{self.width}d}"


def plain(serial: str) -> str:
    """A serial as it is compared: full-width made plain, capital letters, no blanks, dashes or dots."""
    folded = unicodedata.normalize("NFKC", serial).upper()
    return "".join(character for character in folded if character.isalnum())


def serial_range(first: str, last: str) -> SerialRange:
    """The range from `first` to `last`, both inside. Empty ones, ranges that run backwards, change their prefix or
    length, and more than 200 000 serials raise ValueError."""
    start, end = (_TAIL.match(plain(serial)) for serial in (first, last))
    if start is None or end is None or not (start[2].isascii() and end[2].isascii()):
        raise ValueError("no number at the end")
    if start[1] != end[1] or len(start[2]) != len(end[2]):
        raise ValueError("prefix or length changes")
    count = int(end[2]) - int(start[2]) + 1
    if not 0 < count <= LIMIT:
        raise ValueError("backwards, or too many")
    return SerialRange(start[1], int(start[2]), len(start[2]), count)
