"""What a computation was told: stored with a frozen version, so that a replay is told the same."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

REPORTS = ("AR4", "AR5", "AR6")
NEWEST_METHOD = 1
DEFAULT_FUEL_SET = "CN-NDRC-FUEL-2015"


@dataclass(frozen=True)
class Edge:
    """What a moment alone cannot tell, because things may happen in the very same moment, or carry no date.

    Ids above the marks came later; `withdrawn_*` went out of force in that very moment, before the freezing.
    `provinces` of sites and `silent` meters (that do not account) as they were. `instruments` as they were handed in,
    because they may be taken back and changed; `own_factors` (ids) that were in force, because programs are joined
    and left; `outputs` by unit, so that intensity stands still. None of each: a version frozen before it was kept.
    """

    records_to: int = 0
    entries_to: int = 0
    withdrawn_records: tuple[int, ...] = ()
    withdrawn_entries: tuple[int, ...] = ()
    provinces: Mapping[int, str] = field(default_factory=dict)
    silent: tuple[int, ...] = ()
    instruments: tuple[Mapping[str, Any], ...] | None = None
    own_factors: tuple[int, ...] | None = None
    outputs: Mapping[str, str] | None = None

    def to_json(self) -> dict[str, Any]:
        said: dict[str, Any] = {
            "records_to": self.records_to,
            "entries_to": self.entries_to,
            "withdrawn_records": list(self.withdrawn_records),
            "withdrawn_entries": list(self.withdrawn_entries),
            "provinces": {str(site): place for site, place in sorted(self.provinces.items())},
            "silent": list(self.silent),
        }
        if self.instruments is not None:
            said["instruments"] = [dict(one) for one in self.instruments]
        if self.own_factors is not None:
            said["own_factors"] = list(self.own_factors)
        if self.outputs is not None:
            said["outputs"] = dict(self.outputs)
        return said

    @classmethod
    def from_json(cls, said: Mapping[str, Any]) -> Edge:
        return cls(
            records_to=int(said["records_to"]),
            entries_to=int(said["entries_to"]),
            withdrawn_records=tuple(said["withdrawn_records"]),
            withdrawn_entries=tuple(said["withdrawn_entries"]),
            provinces={int(site): place for site, place in said["provinces"].items()},
            silent=tuple(said["silent"]),
            instruments=tuple(said["instruments"]) if "instruments" in said else None,
            own_factors=tuple(said["own_factors"]) if "own_factors" in said else None,
            outputs=said.get("outputs"),
        )


@dataclass(frozen=True)
class Terms:
    """`as_of` None means now; `factors_as_of` the moment up to which factor sets are seen, else `as_of`.

    `method` is the edition of the computation itself (METHOD.md): a replay is computed as it was then.
    """

    gwp_report: str = "AR5"
    fuel_set: str = DEFAULT_FUEL_SET
    as_of: dt.datetime | None = None
    factors_as_of: dt.datetime | None = None
    edge: Edge | None = None
    method: int = NEWEST_METHOD

    @property
    def factor_moment(self) -> dt.datetime | None:
        return self.factors_as_of or self.as_of

    def to_json(self) -> dict[str, Any]:
        said: dict[str, Any] = {
            "gwp_report": self.gwp_report,
            "fuel_set": self.fuel_set,
            "as_of": self.as_of.isoformat() if self.as_of else None,
        }
        if self.as_of:
            said["method"] = self.method
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
            # What is computed anew is computed as of today; what was frozen before methods were numbered is the first.
            method=int(said.get("method") or 1) if said.get("as_of") else NEWEST_METHOD,
        )


def _moment(text: str | None) -> dt.datetime | None:
    return dt.datetime.fromisoformat(text) if text else None
