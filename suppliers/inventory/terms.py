"""What a computation was told: stored with a frozen version, so that a replay is told the same."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

REPORTS = ("AR4", "AR5", "AR6")
DEFAULT_FUEL_SET = "CN-NDRC-FUEL-2015"


@dataclass(frozen=True)
class Edge:
    """What a moment alone cannot tell, because things may happen in the very same moment, or carry no date.

    Ids above the marks came later; `withdrawn_*` went out of force in that very moment, before the freezing.
    `provinces` of sites and `silent` meters (that do not account) as they were.
    """

    records_to: int = 0
    entries_to: int = 0
    withdrawn_records: tuple[int, ...] = ()
    withdrawn_entries: tuple[int, ...] = ()
    provinces: Mapping[int, str] = field(default_factory=dict)
    silent: tuple[int, ...] = ()

    def to_json(self) -> dict[str, Any]:
        return {
            "records_to": self.records_to,
            "entries_to": self.entries_to,
            "withdrawn_records": list(self.withdrawn_records),
            "withdrawn_entries": list(self.withdrawn_entries),
            "provinces": {str(site): place for site, place in sorted(self.provinces.items())},
            "silent": list(self.silent),
        }

    @classmethod
    def from_json(cls, said: Mapping[str, Any]) -> Edge:
        return cls(
            records_to=int(said["records_to"]),
            entries_to=int(said["entries_to"]),
            withdrawn_records=tuple(said["withdrawn_records"]),
            withdrawn_entries=tuple(said["withdrawn_entries"]),
            provinces={int(site): place for site, place in said["provinces"].items()},
            silent=tuple(said["silent"]),
        )


@dataclass(frozen=True)
class Terms:
    """`as_of` None means now; `factors_as_of` the moment up to which factor sets are seen, else `as_of`."""

    gwp_report: str = "AR5"
    fuel_set: str = DEFAULT_FUEL_SET
    as_of: dt.datetime | None = None
    factors_as_of: dt.datetime | None = None
    edge: Edge | None = None

    @property
    def factor_moment(self) -> dt.datetime | None:
        return self.factors_as_of or self.as_of

    def to_json(self) -> dict[str, Any]:
        said: dict[str, Any] = {
            "gwp_report": self.gwp_report,
            "fuel_set": self.fuel_set,
            "as_of": self.as_of.isoformat() if self.as_of else None,
        }
        if self.factors_as_of:
            said["factors_as_of"] = self.factors_as_of.isoformat()
        if self.edge:
            said["edge"] = self.edge.to_json()
        return said

    @classmethod
    def from_json(cls, said: Mapping[str, Any] | None) -> Terms:
        said = said or {}
        edge = said.get("edge")
        return cls(
            gwp_report=said.get("gwp_report") or "AR5",
            fuel_set=said.get("fuel_set") or DEFAULT_FUEL_SET,
            as_of=_moment(said.get("as_of")),
            factors_as_of=_moment(said.get("factors_as_of")),
            edge=Edge.from_json(edge) if edge else None,
        )


def _moment(text: str | None) -> dt.datetime | None:
    return dt.datetime.fromisoformat(text) if text else None
