"""What suppliers handed in and this buyer accepted, as inputs of the indicators: one query a kind of evidence."""

from __future__ import annotations

from typing import Any

import numpy as np
from django.db.models import Exists, FloatField, OuterRef, Q
from django.db.models.functions import Cast

from scorecards import gather_energy
from scorecards.calc.arrays import BoolArray, FloatArray, IntArray
from scorecards.field import (
    NOT_A_DAY,
    Field,
    any_of,
    as_text,
    columns,
    dates,
    flags,
    floats,
    handed_in,
    last_rows,
    quarters_since,
    taken,
    texts,
    verdict_of,
)
from scorecards.indicators import i1_ecovadis, i2_certification, i3_renewable, i4_target, i8_training
from suppliers.disclosure.instruments import COUNTS
from suppliers.disclosure.models import InstrumentKind
from suppliers.models import Credential, Instrument, Statement, Target, Training

VAP_LEVELS = ("platinum", "gold", "silver")
# which indicator waits when evidence of a kind is handed in but not reviewed
_CREDENTIAL_OF = {
    "ecovadis": "I1",
    "rba_vap": "I2",
    "rba_saq": "I2",
    "iso_14001": "I2",
    "iso_45001": "I2",
    "iso_50001": "I2",
    "iso_14064": "I6",
}


class Credentials:
    """Ratings, audits, certificates and opinions, in one query; the newest accepted one of a kind counts."""

    def __init__(self, field: Field) -> None:
        self.field = field
        day = field.quarter.last_day
        # A statement that its body took back proves nothing any more, whoever accepted it before.
        withdrawn = Statement.objects.filter(
            supplier_id=OuterRef("supplier_id"), number=OuterRef("number"), state="withdrawn"
        )
        rows = (
            Credential.objects.filter(
                handed_in(field.buyer),
                Q(issued_on=None) | Q(issued_on__lte=day),
                Q(period_end=None) | Q(period_end__lte=day),
                Q(handed_in_on=None) | Q(handed_in_on__lte=day),
                supplier_id__in=field.enrolled(),
            )
            .exclude(Exists(withdrawn))
            .annotate(verdict=verdict_of("credential", field.buyer))
            .annotate(points=Cast("score", FloatField()), theme=Cast("lowest_theme", FloatField()))
            .order_by("period_end", "issued_on", "id")
            .values_list(
                "supplier_id", "kind", "level", "points", "theme", as_text("issued_on"), as_text("expires_on"),
                as_text("handed_in_on"), as_text("last_surveillance_on"), as_text("period_end"), "scope3_inside",
                "verdict",
            )
        )  # fmt: skip
        owner, kind, level, score, theme, issued, expires, handed, surveyed, end, scope3, verdict = columns(
            rows, 12
        )
        self.owner = field.places(owner)
        self.kind, self.level = texts(kind), texts(level)
        self.score, self.theme = floats(score), floats(theme)
        self.issued, self.expires, self.handed = dates(issued), dates(expires), dates(handed)
        self.surveyed, self.period_end = dates(surveyed), dates(end)
        self.scope3 = flags(scope3)
        self.accepted = texts(verdict) == "accepted"
        waits = texts(verdict) == ""
        self.waiting = {
            name: any_of(self.owner, field.count, waits & np.isin(self.kind, kinds))
            for name, kinds in _kinds_of_indicators().items()
        }

    def _newest(self, kind: str, also: BoolArray) -> IntArray:
        # rows come by rising day, a missing day first on one database and last on the other: ask for it
        return last_rows(self.owner, self.field.count, self.accepted & (self.kind == kind) & also)

    def ecovadis(self) -> i1_ecovadis.Inputs:
        rated = self._newest("ecovadis", ~np.isnan(self.score) & ~np.isnat(self.issued))
        under_way = self.accepted & (self.kind == "ecovadis") & ~np.isnat(self.handed)
        last = np.full(self.field.count, NOT_A_DAY)
        first = np.full(self.field.count, NOT_A_DAY)
        for row in np.flatnonzero(under_way):  # a handful: assessments without a result yet
            place, day = self.owner[row], self.handed[row]
            last[place] = np.fmax(last[place], day)
            first[place] = np.fmin(first[place], day)
        return i1_ecovadis.Inputs(
            as_of=self.field.as_of,
            score=taken(self.score, rated, np.nan),
            lowest_theme=taken(self.theme, rated, np.nan),
            issued=taken(self.issued, rated, NOT_A_DAY),
            stated_expiry=taken(self.expires, rated, NOT_A_DAY),
            reassessment_handed_in=last,
            first_assessment_age=quarters_since(first, self.field.quarter),
            reviewed=np.ones(self.field.count, dtype=bool),
        )

    def certification(self) -> i2_certification.Inputs:
        dated = ~np.isnat(self.issued)
        vap = self._newest("rba_vap", dated)
        saq = self._newest("rba_saq", np.ones(len(self.kind), dtype=bool))
        saq_valid = (saq >= 0) & ~(taken(self.expires, saq, NOT_A_DAY) < self.field.as_of)
        named = np.isin(self.level, VAP_LEVELS)
        accepted = np.ones(self.field.count, dtype=bool)  # only accepted evidence was picked
        return i2_certification.Inputs(
            as_of=self.field.as_of,
            vap_level=taken(np.where(named, self.level, "other"), vap, ""),
            vap_issued=taken(self.issued, vap, NOT_A_DAY),
            vap_stated_expiry=taken(self.expires, vap, NOT_A_DAY),
            vap_reviewed=accepted,
            saq_only=saq_valid,
            saq_reviewed=accepted,
            certificates={
                standard: self._certificate(self._newest(standard, dated), accepted)
                for standard in i2_certification.STANDARDS
            },
        )

    def _certificate(self, rows: IntArray, accepted: BoolArray) -> i2_certification.Certificate:
        return i2_certification.Certificate(
            issued=taken(self.issued, rows, NOT_A_DAY),
            stated_expiry=taken(self.expires, rows, NOT_A_DAY),
            last_surveillance=taken(self.surveyed, rows, NOT_A_DAY),
            reviewed=accepted,
        )

    def statement(self) -> IntArray:
        return self._newest("iso_14064", ~np.isnat(self.period_end))


def _kinds_of_indicators() -> dict[str, list[str]]:
    kinds: dict[str, list[str]] = {}
    for kind, indicator in _CREDENTIAL_OF.items():
        kinds.setdefault(indicator, []).append(kind)
    return kinds


def targets(field: Field) -> tuple[i4_target.Inputs, BoolArray]:
    rows = (
        Target.objects.filter(handed_in(field.buyer), supplier_id__in=field.enrolled())
        .annotate(verdict=verdict_of("target", field.buyer))
        .annotate(cut=Cast("progress_percent", FloatField()), aim=Cast("reduction_percent", FloatField()))
        .order_by("id")
        .values_list(
            "supplier_id", "is_public", "public_url", "base_year", "target_year", "progress_year", "cut", "aim",
            "sbti_status", "sbti_since", "checked_on", "verdict",
        )
    )  # fmt: skip
    owner, public, url, base, until, progress, cut, aim, sbti, since, checked, verdict = columns(rows, 12)
    accepted = texts(verdict) == "accepted"
    places, year = field.places(owner), field.quarter.last_day.year
    base_year, target_year, progress_year = floats(base), floats(until), floats(progress)
    # progress of a later year than the edition's says nothing about it
    told = progress_year <= year
    inputs = i4_target.Inputs(
        count=field.count,
        as_of=field.as_of,
        owner=places[accepted],
        public=(flags(public) & (texts(url) != ""))[accepted],
        base_year=base_year[accepted],
        target_year=target_year[accepted],
        yearly_progress=(told & (progress_year >= year - 1))[accepted],
        sbti_status=np.where(dates(since) > field.as_of, "", texts(sbti))[accepted],
        sbti_committed_on=dates(since)[accepted],
        on_line=i4_target.on_line(
            cut_percent=np.where(told, floats(cut), np.nan),
            target_percent=floats(aim),
            base_year=base_year,
            target_year=target_year,
            year=progress_year,
        )[accepted],
        reviewed=(dates(checked) >= np.datetime64(field.quarter.first_day))[accepted],
    )
    return inputs, any_of(places, field.count, texts(verdict) == "")


def training(field: Field) -> tuple[i8_training.Inputs, BoolArray]:
    rows = (
        Training.objects.filter(
            handed_in(field.buyer), supplier_id__in=field.enrolled(), held_on__lte=field.quarter.last_day
        )
        .annotate(verdict=verdict_of("training", field.buyer))
        .order_by("held_on", "id")
        .values_list(
            "supplier_id", "held_on", "required_people", "completed_people", "passed_people", "reached_tier2",
            "verdict",
        )
    )  # fmt: skip
    owner, held, required, completed, passed, tier2, verdict = columns(rows, 7)
    places, accepted = field.places(owner), texts(verdict) == "accepted"
    last = taken(dates(held), last_rows(places, field.count, accepted), NOT_A_DAY)
    # the year that ends with the last training: older courses do not dilute it
    of_year = accepted & (dates(held) > last[places] - np.timedelta64(365, "D"))

    def total(values: list[Any]) -> FloatArray:
        return np.bincount(places[of_year], floats(values)[of_year], field.count).astype(np.float64)

    needed, done = total(required), total(completed)
    inputs = i8_training.Inputs(
        as_of=field.as_of,
        held_on=last,
        completion=np.where(needed > 0, done / np.where(needed > 0, needed, 1.0), np.nan),
        pass_rate=np.where(done > 0, total(passed) / np.where(done > 0, done, 1.0), np.nan),
        cascade=any_of(places, field.count, of_year & flags(tier2)),
        reviewed=np.ones(field.count, dtype=bool),
        group=field.commodity,
        green_material_percent=np.full(field.count, np.nan),
    )
    return inputs, any_of(places, field.count, texts(verdict) == "")


def renewable(field: Field, energy: gather_energy.Energy) -> tuple[i3_renewable.Inputs, BoolArray]:
    window = [field.quarter.previous(back) for back in (3, 2, 1, 0)]
    years = sorted({quarter.first_day.year for quarter in window})
    rows = (
        Instrument.objects.filter(handed_in(field.buyer), COUNTS, supplier_id__in=field.enrolled())
        # Green power under trade or agreement comes in as accepted kWh already; its proof must not count it twice.
        .filter(kind=InstrumentKind.GEC, year__in=years)
        .annotate(verdict=verdict_of("instrument", field.buyer), amount=Cast("kwh", FloatField()))
        .order_by("id")
        .values_list("supplier_id", "year", "for_pv", "amount", "verdict")
    )
    owner, year, for_pv, amount, verdict = columns(rows, 5)
    places, accepted = field.places(owner), texts(verdict) == "accepted"
    kwh, of_year, of_pv = floats(amount), np.array(year, dtype=np.int64), flags(for_pv)
    quarter_year = np.array([quarter.first_day.year for quarter in window])
    recorded = np.zeros((len(window), field.count))
    bought = np.zeros((len(years), field.count))
    for place, one in enumerate(years):
        rows_pv, rows_bought = (accepted & (of_year == one) & which for which in (of_pv, ~of_pv))
        bought[place] = np.bincount(places[rows_bought], kwh[rows_bought], field.count)
        left = np.bincount(places[rows_pv], kwh[rows_pv], field.count)
        for row in np.flatnonzero(quarter_year == one):  # a year's record covers its quarters in order
            recorded[row] = np.minimum(left, np.nan_to_num(energy.pv_kwh[row]))
            left = left - recorded[row]
    inputs = i3_renewable.Inputs(
        quarter_year=quarter_year,
        grid_kwh=energy.grid_kwh,
        green_power_kwh=energy.green_kwh,
        pv_kwh=energy.pv_kwh,
        pv_recorded_kwh=recorded,
        certificate_years=np.array(years),
        certificate_kwh=bought,
        # own PV and contracted power rest on accepted uploads; certificates were picked because accepted
        reviewed=(recorded.sum(axis=0) + bought.sum(axis=0)) > 0,
    )
    return inputs, any_of(places, field.count, texts(verdict) == "")
