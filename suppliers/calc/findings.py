"""Issues as they are found: which rows are bad, and what is said about each."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from suppliers.calc import issues
from suppliers.calc.columns import ColumnMapping


class Findings:
    """Collects the issues of one table. `bad` marks rows that an error keeps out."""

    def __init__(self, row_numbers: NDArray[np.int64], mapping: ColumnMapping) -> None:
        self.row_numbers = row_numbers
        self.mapping = mapping
        self.bad = np.zeros(len(row_numbers), dtype=bool)
        self.issues: list[issues.Issue] = []
        self._letters: dict[str, str] = {}

    def flag(
        self,
        where: Iterable[int] | NDArray[np.int64],
        code: str,
        column: str | None,
        data: Callable[[int], Mapping[str, Any]],
    ) -> None:
        """One issue of `code` for every row index in `where`."""
        severity = issues.severity_of(code)
        letter = self._letter(column)
        for index in where:
            row = int(self.row_numbers[index])
            values = {"cell": f"{letter}{row}"} if letter else {}
            self.issues.append(issues.Issue(code, severity, row, column, values | dict(data(int(index)))))
            if severity == issues.ERROR:
                self.bad[index] = True

    def row_number(self, index: int) -> int:
        return int(self.row_numbers[index])

    def sorted(self) -> list[issues.Issue]:
        """By row, then in the order in which the columns are checked."""
        return sorted(self.issues, key=lambda issue: issue.row or 0)

    def _letter(self, column: str | None) -> str:
        if column is None:
            return ""
        if column not in self._letters:
            self._letters[column] = self.mapping.letter(column)
        return self._letters[column]
