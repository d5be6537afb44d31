"""What the checks must know about one supplier, as plain data."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class SiteFact:
    id: int
    code: str
    name: str
    province: str


@dataclass(frozen=True)
class MeterFact:
    """A meter; `carrier` is '' where the meter may measure anything, `parent_id` None at the top."""

    id: int
    site_id: int
    code: str
    parent_id: int | None
    carrier: str
    accounting: bool = True


def _no_integers() -> NDArray[np.int64]:
    return np.empty(0, dtype=np.int64)


def _no_texts() -> NDArray[np.object_]:
    return np.empty(0, dtype=object)


def _no_days() -> NDArray[np.datetime64]:
    return np.empty(0, dtype="datetime64[D]")


@dataclass(frozen=True)
class AcceptedPeriods:
    """Periods of accepted records, as columns of equal length; `meter_id` 0 means the whole site."""

    site_id: NDArray[np.int64] = field(default_factory=_no_integers)
    meter_id: NDArray[np.int64] = field(default_factory=_no_integers)
    carrier: NDArray[np.object_] = field(default_factory=_no_texts)
    start: NDArray[np.datetime64] = field(default_factory=_no_days)
    end: NDArray[np.datetime64] = field(default_factory=_no_days)

    def __len__(self) -> int:
        return len(self.site_id)


@dataclass(frozen=True)
class SupplierFacts:
    sites: Sequence[SiteFact]
    meters: Sequence[MeterFact] = ()
    accepted: AcceptedPeriods = field(default_factory=AcceptedPeriods)
