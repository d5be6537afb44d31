"""Inputs of each indicator for one or more suppliers; the default is a supplier with nothing on record."""

import numpy as np

from scorecards.indicators import (
    i1_ecovadis,
    i2_certification,
    i3_renewable,
    i4_target,
    i5_platform,
    i6_inventory,
    i7_spark,
    i8_training,
)

AS_OF = np.datetime64("2024-12-31")
NAN = float("nan")


def floats(value, count=1):
    return np.full(count, value, dtype=float) if np.isscalar(value) else np.array(value, dtype=float)


def bools(value, count=1):
    return np.full(count, value, dtype=bool) if np.isscalar(value) else np.array(value, dtype=bool)


def texts(value, count=1):
    return np.full(count, value) if isinstance(value, str) else np.array(value, dtype=np.str_)


def days(value, count=1):
    if value is None or isinstance(value, str):
        value = [value or "NaT"] * count
    return np.array([v or "NaT" for v in value], dtype="datetime64[D]")


def ecovadis(score=NAN, themes=NAN, issued=None, expiry=None, again=None, first=NAN, reviewed=True):
    return i1_ecovadis.Inputs(
        AS_OF,
        floats(score),
        floats(themes),
        days(issued),
        days(expiry),
        days(again),
        floats(first),
        bools(reviewed),
    )


def certification(vap="", vap_issued=None, saq=False, reviewed=True, **standards):
    """standards: iso_14001=(issued, last surveillance)"""

    def certificate(issued=None, surveillance=None):
        return i2_certification.Certificate(days(issued), days(None), days(surveillance), bools(reviewed))

    held = {name: certificate(*standards.get(name, ())) for name in i2_certification.STANDARDS}
    return i2_certification.Inputs(
        AS_OF, texts(vap), days(vap_issued), days(None), bools(reviewed), bools(saq), bools(reviewed), held
    )


def renewable(grid, green=(0, 0, 0, 0), pv=(0, 0, 0, 0), recorded=(0, 0, 0, 0), certificates=None):
    column = lambda values: np.array(values, dtype=float)[:, None]  # noqa: E731
    certificates = certificates or {}
    return i3_renewable.Inputs(
        quarter_year=np.array([2024, 2024, 2024, 2024]),
        grid_kwh=column(grid),
        green_power_kwh=column(green),
        pv_kwh=column(pv),
        pv_recorded_kwh=column(recorded),
        certificate_years=np.array(list(certificates), dtype=np.int64),
        certificate_kwh=np.array(list(certificates.values()), dtype=float).reshape(-1, 1),
        reviewed=bools(True),
    )


def targets(*rows, count=1):
    """Rows of dicts: owner, public, base, target, progress, sbti, committed, on_line."""

    def column(name, default):
        return [row.get(name, default) for row in rows]

    return i4_target.Inputs(
        count=count,
        as_of=AS_OF,
        owner=np.array(column("owner", 0), dtype=np.int64),
        public=np.array(column("public", False), dtype=bool),
        base_year=np.array(column("base", NAN), dtype=float),
        target_year=np.array(column("target", NAN), dtype=float),
        yearly_progress=np.array(column("progress", False), dtype=bool),
        sbti_status=np.array(column("sbti", ""), dtype=np.str_),
        sbti_committed_on=days(column("committed", None)),
        on_line=np.array(column("on_line", False), dtype=bool),
        reviewed=np.ones(len(rows), dtype=bool),
    )


def platform(on_time=NAN, complete=NAN, evidenced=NAN, metered=NAN, corrections=0):
    return i5_platform.Inputs(*map(floats, (on_time, complete, evidenced, metered, corrections)))


def inventory(
    complete=False,
    assurance="",
    period_end=None,
    scope3=False,
    now=NAN,
    before=NAN,
    quarters=8,
    group="",
    count=1,
):
    return i6_inventory.Inputs(
        AS_OF,
        bools(complete, count),
        texts(assurance, count),
        days(period_end, count),
        bools(scope3, count),
        floats(now, count),
        floats(before, count),
        floats(quarters, count),
        texts(group, count),
        bools(True, count),
    )


def projects(*rows, count=1, baseline=1000.0, annual_mwh=2000.0):
    """Rows of dicts: owner, stage, plan, commissioned, progress, earns, saving."""

    def column(name, default):
        return [row.get(name, default) for row in rows]

    return i7_spark.Inputs(
        count=count,
        owner=np.array(column("owner", 0), dtype=np.int64),
        stage=np.array(column("stage", "lead"), dtype=np.str_),
        plan_registered=np.array(column("plan", False), dtype=bool),
        quarters_since_commissioning=np.array(column("commissioned", NAN), dtype=float),
        quarters_since_progress=np.array(column("progress", 0), dtype=float),
        earns_saving=np.array(column("earns", True), dtype=bool),
        saving_tce=np.array(column("saving", NAN), dtype=float),
        reviewed=np.ones(len(rows), dtype=bool),
        baseline_tce=floats(baseline, count),
        annual_mwh=floats(annual_mwh, count),
    )


def training(held_on=None, completion=NAN, passed=NAN, cascade=False, group="", material=NAN, reviewed=True):
    return i8_training.Inputs(
        AS_OF,
        days(held_on),
        floats(completion),
        floats(passed),
        bools(cascade),
        bools(reviewed),
        texts(group),
        floats(material),
    )
