"""I2 RBA / ISO certification: an RBA part of at most half the points plus three ISO systems."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from scorecards.calc.arrays import BoolArray, DateArray, FloatArray, TextArray, choose
from scorecards.calc.dates import add_months, earlier, later, reached
from scorecards.calc.measured import EXPIRED, MISSING, SCORED, Measured, measured
from scorecards.calc.reasons import Sentence

STANDARDS = ("iso_14001", "iso_45001", "iso_50001")


@dataclass(frozen=True, slots=True)
class Certificate:
    """The latest reviewed certificate of one ISO standard for each supplier."""

    issued: DateArray  # NaT: none
    stated_expiry: DateArray  # NaT: only the rule's validity counts
    last_surveillance: DateArray  # NaT: none since it was issued
    reviewed: BoolArray


@dataclass(frozen=True, slots=True)
class Inputs:
    """The latest reviewed evidence of each supplier."""

    as_of: np.datetime64  # last day of the quarter
    vap_level: TextArray  # platinum, gold, silver, other; "" none
    vap_issued: DateArray  # NaT: none
    vap_stated_expiry: DateArray  # NaT: only the rule's validity counts
    vap_reviewed: BoolArray
    saq_only: BoolArray  # a self-assessment (SAQ) stands
    saq_reviewed: BoolArray
    certificates: Mapping[str, Certificate]  # by standard: iso_14001, iso_45001, iso_50001


WORDS = {
    "platinum": Sentence("白金", "Platinum"),
    "gold": Sentence("金", "Gold"),
    "silver": Sentence("银", "Silver"),
    "other": Sentence("有效", "valid"),
    "vap.none": Sentence("无 RBA", "no RBA"),
    "vap.saq": Sentence("仅 RBA SAQ 自评", "RBA SAQ only"),
    "vap.expired": Sentence("RBA VAP 已过期", "RBA VAP expired"),
    "vap.platinum": Sentence("RBA VAP 白金", "RBA VAP Platinum"),
    "vap.gold": Sentence("RBA VAP 金", "RBA VAP Gold"),
    "vap.silver": Sentence("RBA VAP 银", "RBA VAP Silver"),
    "vap.other": Sentence("RBA VAP 有效报告", "valid RBA VAP report"),
    "iso.full": Sentence("有效", "valid"),
    "iso.half": Sentence("监督审核逾期（按一半）", "surveillance overdue (half)"),
    "iso.expired": Sentence("已过期", "expired"),
    "iso.none": Sentence("无", "none"),
}
_PARTS_ZH = "{rba}（{rba_points}）；ISO 14001 {iso_14001}，ISO 45001 {iso_45001}，ISO 50001 {iso_50001}"
_PARTS_EN = "{rba} ({rba_points}); ISO 14001 {iso_14001}, ISO 45001 {iso_45001}, ISO 50001 {iso_50001}"
REASONS = {
    "i2.scored": Sentence(
        _PARTS_ZH + "；最早到期 {first_expiry}", _PARTS_EN + "; first to expire {first_expiry}"
    ),
    "i2.saq": Sentence(_PARTS_ZH, _PARTS_EN),
    "i2.expired": Sentence(
        "证书与报告均已过期：" + _PARTS_ZH, "All reports and certificates expired: " + _PARTS_EN
    ),
    "i2.missing": Sentence("没有 RBA 报告或 ISO 证书", "No RBA report and no ISO certificate"),
}
STEPS = {
    "i2.step_vap": Sentence("RBA VAP 达到{next_vap}级", "RBA VAP reaches {next_vap}"),
    "i2.step_iso_14001": Sentence("取得或恢复有效的 ISO 14001", "ISO 14001 is obtained or restored"),
    "i2.step_iso_45001": Sentence("取得或恢复有效的 ISO 45001", "ISO 45001 is obtained or restored"),
    "i2.step_iso_50001": Sentence("取得或恢复有效的 ISO 50001", "ISO 50001 is obtained or restored"),
}


def vap_level(
    score: FloatArray, open_findings: Mapping[str, BoolArray], levels: Mapping[str, Mapping[str, Any]]
) -> TextArray:
    """Return the VAP level of each audit score [0..200]; "" for NaN.

    `open_findings` says by kind (priority, major, minor) whether any is open; a level allows only the
    kinds it names. Source: RBA recognition rules, METHOD.md I2.
    """
    held = [
        (score >= level["score"])
        & ~np.any([is_open for kind, is_open in open_findings.items() if kind not in level["open"]], axis=0)
        for level in levels.values()
    ]
    return np.where(np.isnan(score), "", choose(held, list(levels), "other"))


def _iso(
    certificate: Certificate, most: float, as_of: np.datetime64, rules: Mapping[str, Any]
) -> tuple[FloatArray, TextArray, DateArray]:
    """Return points, state word and expiry of one standard."""
    expires = earlier(
        add_months(certificate.issued, int(rules["validity_months"])), certificate.stated_expiry
    )
    held = reached(certificate.issued, as_of)
    valid = held & (as_of <= expires)
    # in its first year a certificate has had no surveillance yet: its issue is the last audit
    last_audit = later(certificate.last_surveillance, certificate.issued)
    late = valid & (add_months(last_audit, int(rules["surveillance_months"])) < as_of)
    points = np.where(valid, np.where(late, most * rules["late_surveillance_share"], most), 0.0)
    word = choose([late, valid, held], ["iso.half", "iso.full", "iso.expired"], "iso.none")
    return points, word, expires


def _rba(inputs: Inputs, rules: Mapping[str, Any]) -> tuple[FloatArray, TextArray, DateArray]:
    """Return points, state word and expiry of the RBA part."""
    expires = earlier(add_months(inputs.vap_issued, int(rules["validity_months"])), inputs.vap_stated_expiry)
    held = (inputs.vap_level != "") & reached(inputs.vap_issued, inputs.as_of)
    valid = held & (inputs.as_of <= expires)
    levels: Mapping[str, float] = rules["points"]
    of_level = np.select(
        [inputs.vap_level == level for level in levels], [float(p) for p in levels.values()], 0.0
    )
    saq = inputs.saq_only & ~valid
    points = np.where(valid, of_level, np.where(saq, float(rules["saq_points"]), 0.0))
    named = np.char.add("vap.", inputs.vap_level.astype(np.str_))
    word = np.where(valid, named, choose([saq, held], ["vap.saq", "vap.expired"], "vap.none"))
    return points, word, np.where(valid, expires, np.datetime64("NaT", "D"))


def _next_step(
    rba_points: FloatArray, iso_points: Sequence[FloatArray], rules: Mapping[str, Any]
) -> tuple[FloatArray, TextArray, TextArray]:
    """Return the largest single gain [points], its step code and the VAP level it would need."""
    ladder = sorted(rules["vap"]["points"].items(), key=lambda item: item[1])
    ahead = [rba_points < points for _, points in ladder]
    next_rba = np.select(ahead, [float(points) for _, points in ladder], np.nan)
    next_level = choose(ahead, [level for level, _ in ladder], "")
    most = [float(rules["iso"]["points"][standard]) for standard in STANDARDS]
    gains = [np.where(np.isnan(next_rba), 0.0, next_rba - rba_points)]
    gains += [full - points for full, points in zip(most, iso_points, strict=True)]
    best = np.argmax(np.stack(gains), axis=0)
    codes = np.array(["i2.step_vap", *(f"i2.step_{standard}" for standard in STANDARDS)])
    return np.max(np.stack(gains), axis=0), codes[best], next_level


def measure(inputs: Inputs, rules: Mapping[str, Any]) -> Measured:
    """Score N suppliers' RBA and ISO evidence [points 0..100]; nothing at all is missing, 0 points."""
    rba_points, rba_word, rba_expiry = _rba(inputs, rules["vap"])
    iso = [
        _iso(
            inputs.certificates[standard], float(rules["iso"]["points"][standard]), inputs.as_of, rules["iso"]
        )
        for standard in STANDARDS
    ]
    points = rba_points + sum(part for part, _, _ in iso)
    first_expiry = rba_expiry
    for part, _, expires in iso:
        first_expiry = earlier(first_expiry, np.where(part > 0, expires, np.datetime64("NaT", "D")))
    had = (rba_word == "vap.expired") | np.any([word == "iso.expired" for _, word, _ in iso], axis=0)
    gain, step, next_level = _next_step(rba_points, [part for part, _, _ in iso], rules)
    scored = points > 0
    # every part that earns points has to be reviewed before the whole counts as verified
    reviewed = (rba_points == 0) | np.where(rba_word == "vap.saq", inputs.saq_reviewed, inputs.vap_reviewed)
    for standard, (part, _, _) in zip(STANDARDS, iso, strict=True):
        reviewed = reviewed & ((part == 0) | inputs.certificates[standard].reviewed)
    return measured(
        value=np.where(scored | had, points, np.nan),
        points=points,
        state=choose([scored, had], [SCORED, EXPIRED], MISSING),
        reason=choose(
            [scored & ~np.isnat(first_expiry), scored, had],
            ["i2.scored", "i2.saq", "i2.expired"],
            "i2.missing",
        ),
        next_points=points + gain,
        step=step,
        reviewed=reviewed,
        data={
            "rba": rba_word,
            "rba_points": rba_points,
            **{standard: word for standard, (_, word, _) in zip(STANDARDS, iso, strict=True)},
            "first_expiry": first_expiry,
            "next_vap": next_level,
        },
    )
