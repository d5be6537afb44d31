"""Every clause of the eight indicators: one row, one supplier, one expected number."""

import copy

import numpy as np
import pytest

from scorecards.calc.reasons import rows_of_data
from scorecards.indicators import INDICATORS, SENTENCES, STEPS, WORDS, gain_text, reason_text
from tests.scorecards.indicators.builders import (
    NAN,
    certification,
    ecovadis,
    inventory,
    platform,
    projects,
    renewable,
    targets,
    training,
)
from tests.scorecards.methodology import RULES, V1


def answer(name, inputs, rules=None):
    result = INDICATORS[name].measure(inputs, rules or RULES[name])
    assert str(result.reason[0]) in SENTENCES
    return result


def check(name, inputs, points, state, reason):
    result = answer(name, inputs)
    assert str(result.state[0]) == state
    assert str(result.reason[0]) == reason
    if points is None:
        assert np.isnan(result.points[0])
    else:
        assert result.points[0] == pytest.approx(points, abs=0.005)


VALID = "2024-07-01"
ECOVADIS = [
    # curve: 45→50, 65→80; 58 is 50 + 13/20 × 30
    (dict(score=58, themes=45, issued=VALID), 69.5, "scored", "i1.scored"),
    (dict(score=0, themes=40, issued=VALID), 0, "scored", "i1.scored"),
    (dict(score=25, themes=40, issued=VALID), 20, "scored", "i1.scored"),
    (dict(score=85, themes=40, issued=VALID), 100, "scored", "i1.scored"),
    (dict(score=100, themes=40, issued=VALID), 100, "scored", "i1.scored"),
    (dict(score=70, themes=29, issued=VALID), 65, "scored", "i1.capped"),
    (dict(score=70, themes=30, issued=VALID), 85, "scored", "i1.scored"),  # 80 + 5/20 × 20
    (dict(score=40, themes=20, issued=VALID), 42.5, "scored", "i1.capped"),  # under the cap anyway
    (dict(score=58, issued=VALID), 69.5, "scored", "i1.scored_themes_unknown"),
    # 12 months: the last day counts, the next does not
    (dict(score=58, themes=45, issued="2023-12-31"), 69.5, "scored", "i1.scored"),
    (dict(score=58, themes=45, issued="2023-12-30"), 0, "expired", "i1.expired"),
    (dict(score=58, themes=45, issued="2023-12-30", again="2024-12-01"), 34.75, "expired_grace", "i1.grace"),
    # 90 days of grace: expired on 2024-10-02 is the 90th day on 2024-12-31
    (dict(score=58, themes=45, issued="2023-10-02", again="2024-09-01"), 34.75, "expired_grace", "i1.grace"),
    (dict(score=58, themes=45, issued="2023-10-01", again="2024-09-01"), 0, "expired", "i1.expired"),
    # a reassessment handed in after the quarter, or before this rating, is none
    (dict(score=58, themes=45, issued="2023-12-30", again="2025-01-05"), 0, "expired", "i1.expired"),
    (dict(score=58, themes=45, issued="2023-12-30", again="2023-06-05"), 0, "expired", "i1.expired"),
    # a printed expiry that comes earlier counts; a later one does not lengthen the rule
    (dict(score=58, themes=45, issued=VALID, expiry="2024-12-01"), 0, "expired", "i1.expired"),
    (dict(score=58, themes=45, issued="2023-12-01", expiry="2026-12-01"), 0, "expired", "i1.expired"),
    (dict(score=58, themes=45, issued="2025-01-10"), 0, "missing", "i1.missing"),
    (dict(first=0), 15, "scored", "i1.first_assessment"),
    (dict(first=1), 15, "scored", "i1.first_assessment"),
    (dict(first=2), 0, "missing", "i1.first_assessment_over"),
    (dict(), 0, "missing", "i1.missing"),
]


@pytest.mark.parametrize(("given", "points", "state", "reason"), ECOVADIS)
def test_ecovadis(given, points, state, reason):
    check("I1", ecovadis(**given), points, state, reason)


FRESH = ("2024-06-01", None)
CERTIFICATION = [
    (dict(vap="silver", vap_issued=VALID, iso_14001=FRESH, iso_45001=FRESH), 74, "scored", "i2.scored"),
    (dict(vap="platinum", vap_issued=VALID), 50, "scored", "i2.scored"),
    (dict(vap="gold", vap_issued=VALID), 42, "scored", "i2.scored"),
    (dict(vap="other", vap_issued=VALID), 15, "scored", "i2.scored"),
    (dict(saq=True), 10, "scored", "i2.saq"),
    (dict(saq=True, vap="silver", vap_issued=VALID), 34, "scored", "i2.scored"),
    (
        dict(vap="platinum", vap_issued=VALID, iso_14001=FRESH, iso_45001=FRESH, iso_50001=FRESH),
        100,
        "scored",
        "i2.scored",
    ),
    # VAP two years, to the day
    (dict(vap="gold", vap_issued="2022-12-31"), 42, "scored", "i2.scored"),
    (dict(vap="gold", vap_issued="2022-12-30"), 0, "expired", "i2.expired"),
    (dict(vap="gold", vap_issued="2022-12-30", saq=True), 10, "scored", "i2.saq"),
    # ISO three years; half when the last surveillance is over 15 months old
    (dict(iso_14001=("2021-12-31", "2024-01-10")), 20, "scored", "i2.scored"),
    (dict(iso_14001=("2021-12-30", "2024-01-10")), 0, "expired", "i2.expired"),
    (dict(iso_14001=("2022-06-01", "2023-09-30")), 10, "scored", "i2.scored"),
    (dict(iso_14001=("2022-06-01", "2023-10-01")), 20, "scored", "i2.scored"),
    (dict(iso_50001=("2022-06-01", None)), 5, "scored", "i2.scored"),  # never surveyed since
    (dict(iso_14001=("2023-10-15", None)), 20, "scored", "i2.scored"),  # still in its first months
    (dict(), 0, "missing", "i2.missing"),
]


@pytest.mark.parametrize(("given", "points", "state", "reason"), CERTIFICATION)
def test_certification(given, points, state, reason):
    check("I2", certification(**given), points, state, reason)


@pytest.mark.parametrize(
    ("score", "kinds", "level"),
    [
        (200, (), "platinum"), (200, ("minor",), "gold"), (200, ("major",), "silver"), (180, (), "gold"),
        (179.9, (), "silver"), (160, ("major", "minor"), "silver"), (160, ("priority",), "other"),
        (159, (), "other"), (NAN, (), ""),
    ],
)  # fmt: skip
def test_vap_levels_follow_score_and_closed_findings(score, kinds, level):
    from scorecards.indicators.i2_certification import vap_level

    findings = {kind: np.array([kind in kinds]) for kind in ("priority", "major", "minor")}
    assert vap_level(np.array([score]), findings, RULES["I2"]["vap"]["levels"])[0] == level


FOUR = (250.0, 250.0, 250.0, 250.0)
RENEWABLE = [
    # 18 % by certificates: 25 + 8/15 × 25
    (dict(grid=FOUR, certificates={2024: 180}), 38.333, "scored", "i3.scored"),
    # certificates of another year match nothing
    (dict(grid=FOUR, certificates={2023: 180}), 0, "scored", "i3.none"),
    # never more than the electricity of the year
    (dict(grid=FOUR, certificates={2024: 9999}), 100, "scored", "i3.scored"),
    (dict(grid=(225,) * 4, green=(25,) * 4), 25, "scored", "i3.scored"),
    # own PV with its record in full; without: 0.8 in the newest two quarters, then nothing
    (dict(grid=(200,) * 4, pv=(50,) * 4, recorded=(50,) * 4), 41.667, "scored", "i3.scored"),  # 20 %
    (dict(grid=(200,) * 4, pv=(50,) * 4), 20, "scored", "i3.scored_unrecorded"),  # 2 × 40 / 1000 = 8 %
    (dict(grid=(200,) * 4, pv=(0, 0, 0, 200), recorded=(0, 0, 0, 300)), 41.667, "scored", "i3.scored"),
    (dict(grid=FOUR), 0, "scored", "i3.none"),
    # began two quarters ago: its own window; a hole: no share; nothing this quarter: missing
    (dict(grid=(NAN, NAN, 200, 200), green=(NAN, NAN, 50, 50)), 41.667, "scored", "i3.scored"),
    (dict(grid=(250, NAN, 250, 250)), 0, "missing", "i3.gap"),
    (dict(grid=(250, 250, 250, NAN)), 0, "missing", "i3.missing"),
    (dict(grid=(NAN,) * 4), 0, "missing", "i3.missing"),
    (dict(grid=(0, 0, 0, 0)), 0, "missing", "i3.missing"),
]


@pytest.mark.parametrize(("given", "points", "state", "reason"), RENEWABLE)
def test_renewable(given, points, state, reason):
    check("I3", renewable(**given), points, state, reason)


PUBLIC = dict(public=True, base=2021, target=2030)
TARGETS = [
    ([], 0, "missing", "i4.missing"),
    ([dict()], 10, "scored", "i4.internal"),
    ([dict(public=True, target=2030)], 10, "scored", "i4.internal"),  # no base year
    ([PUBLIC], 40, "scored", "i4.public"),
    ([PUBLIC | dict(progress=True)], 60, "scored", "i4.public_progress"),
    ([PUBLIC | dict(sbti="committed", committed="2023-01-15")], 65, "scored", "i4.sbti_committed"),
    ([PUBLIC | dict(sbti="committed", committed="2022-12-30")], 40, "scored", "i4.sbti_lapsed_public"),
    ([PUBLIC | dict(sbti="active")], 85, "scored", "i4.sbti_validated"),
    ([PUBLIC | dict(sbti="extended")], 85, "scored", "i4.sbti_validated"),
    ([PUBLIC | dict(sbti="updated", on_line=True)], 100, "scored", "i4.sbti_on_line"),
    ([PUBLIC | dict(sbti="expired", progress=True)], 40, "scored", "i4.sbti_lapsed_public"),
    ([PUBLIC | dict(sbti="withdrawn")], 40, "scored", "i4.sbti_lapsed_public"),
    ([dict(base=2021, target=2030, sbti="inactive")], 10, "scored", "i4.sbti_lapsed_internal"),
    ([PUBLIC | dict(target=2023, sbti="active", on_line=True)], 0, "expired", "i4.target_year_past"),
    ([PUBLIC | dict(target=2024)], 40, "scored", "i4.public"),  # the target year itself is not past
    ([PUBLIC | dict(target=2020), PUBLIC, dict()], 40, "scored", "i4.public"),  # the best counts
]


@pytest.mark.parametrize(("rows", "points", "state", "reason"), TARGETS)
def test_target(rows, points, state, reason):
    check("I4", targets(*rows), points, state, reason)


@pytest.mark.parametrize(
    ("cut", "expected"),
    [(16.7, True), (16.6, False), (NAN, False)],  # 50 % over 9 years asks 16.67 % after three
)
def test_progress_is_held_against_the_straight_line(cut, expected):
    from scorecards.indicators.i4_target import on_line

    one = lambda value: np.array([value], dtype=float)  # noqa: E731
    held = on_line(
        cut_percent=one(cut), target_percent=one(50), base_year=one(2021), target_year=one(2030), year=2024
    )
    assert held[0] == expected


PLATFORM = [
    (dict(on_time=1, complete=1, evidenced=1, metered=1), 100, "scored", "i5.scored"),
    # 30 × 0.9 + 30 × 0.9 + 25 × 0.8 + 15 × 0.5333 = 82
    (dict(on_time=0.9, complete=0.9, evidenced=0.8, metered=8 / 15), 82, "scored", "i5.scored"),
    (dict(on_time=1, complete=1, evidenced=1, metered=1, corrections=2), 80, "scored", "i5.corrected"),
    (dict(on_time=0, complete=0.1, evidenced=0, metered=0, corrections=3), 0, "scored", "i5.corrected"),
    (dict(on_time=1, complete=1, evidenced=0.5), (72.5 / 85) * 100, "scored", "i5.scored_no_kwh"),
    (dict(on_time=0, complete=0, evidenced=NAN, metered=NAN), 0, "missing", "i5.missing"),
    (dict(), 0, "missing", "i5.missing"),
]


@pytest.mark.parametrize(("given", "points", "state", "reason"), PLATFORM)
def test_platform(given, points, state, reason):
    check("I5", platform(**given), points, state, reason)


YEAR = dict(assurance="limited", period_end="2023-12-31")
INVENTORY = [
    # 30 + (25 + 0.5/1.7 × 20) = 60.88
    (YEAR | dict(now=97, before=100), 60.882, "scored", "i6.stated_cut"),
    (dict(complete=True), 15, "scored", "i6.plain_no_baseline"),
    (dict(complete=True, now=100, before=100), 15, "scored", "i6.plain_cut"),
    (dict(complete=True, now=120, before=100), 15, "scored", "i6.plain_cut"),  # rising: 0, not less
    (dict(complete=True, now=93, before=100), 75, "scored", "i6.plain_cut"),
    (YEAR | dict(assurance="reasonable", now=100, before=100), 35, "scored", "i6.stated_cut"),
    (YEAR | dict(assurance="reasonable", scope3=True, now=50, before=100), 100, "scored", "i6.stated_cut"),
    (YEAR | dict(scope3=True, now=100, before=100), 35, "scored", "i6.stated_cut"),
    # 18 months after the period's end, to the day; then 15
    (YEAR | dict(period_end="2023-06-30", now=1, before=1), 30, "scored", "i6.stated_cut"),
    (YEAR | dict(period_end="2023-06-29", now=1, before=1), 15, "scored", "i6.stated_cut"),
    # no baseline in the first four quarters: (a) out of 40 becomes out of 100
    (YEAR | dict(quarters=4), 75, "scored", "i6.stated_rescaled"),
    (YEAR | dict(quarters=5), 30, "scored", "i6.stated_no_baseline"),
    (dict(complete=True, quarters=1), 37.5, "scored", "i6.plain_rescaled"),
    (dict(complete=True, quarters=2, now=97, before=100), 45.882, "scored", "i6.plain_cut"),
    (dict(), 0, "missing", "i6.missing"),
    (dict(quarters=1), 0, "missing", "i6.missing"),
    (dict(complete=True, now=1, before=0), 15, "scored", "i6.plain_no_baseline"),
]


@pytest.mark.parametrize(("given", "points", "state", "reason"), INVENTORY)
def test_inventory(given, points, state, reason):
    check("I6", inventory(**given), points, state, reason)


@pytest.mark.parametrize(("size", "lifted"), [(7, 0), (8, 2), (11, 2), (12, 3)])
def test_the_best_quartile_of_a_large_enough_group_has_a_floor_of_30(size, lifted):
    given = inventory(
        complete=True,
        now=list(range(1, size + 1)),
        before=list(range(1, size + 1)),
        group="PCB/m2",
        count=size,
    )
    points = INDICATORS["I6"].measure(given, RULES["I6"]).points
    assert points.tolist() == [45.0] * lifted + [15.0] * (size - lifted)


def test_the_quartile_shares_places_and_never_lowers_a_better_cut():
    given = inventory(
        complete=True, now=[1, 1, 1, 4, 5, 6, 7, 8], before=[2, 1, 1, 4, 5, 6, 7, 8], group="x", count=8
    )
    points = INDICATORS["I6"].measure(given, RULES["I6"]).points
    assert points.tolist() == [75, 45, 45, 15, 15, 15, 15, 15]


SPARK = [
    # 40 + (25 + 0.6 × 15) = 74 with 16 tce of 1 000
    ([dict(stage="operating", commissioned=2, saving=16)], 74, "scored", "i7.saving"),
    ([dict(stage="lead")], 0, "scored", "i7.stage"),
    ([dict(stage="audit")], 10, "scored", "i7.stage"),
    ([dict(stage="contracted", plan=True)], 20, "scored", "i7.stage"),
    ([dict(stage="building", plan=True)], 25, "scored", "i7.stage"),
    ([dict(stage="commissioned", commissioned=0)], 40, "scored", "i7.stage"),
    ([dict(stage="operating", commissioned=3, saving=50)], 100, "scored", "i7.saving"),
    ([dict(stage="operating", commissioned=3, saving=90)], 100, "scored", "i7.saving"),
    # PV earns the stage, never the saving
    ([dict(stage="operating", commissioned=3, saving=50, earns=False)], 40, "scored", "i7.pv"),
    # eight quarters after commissioning; two quarters without progress before it
    ([dict(stage="operating", commissioned=8, saving=16)], 74, "scored", "i7.saving"),
    ([dict(stage="operating", commissioned=9, saving=16)], 0, "expired", "i7.lapsed"),
    ([dict(stage="building", progress=1)], 25, "scored", "i7.stage"),
    ([dict(stage="building", progress=2)], 0, "expired", "i7.lapsed"),
    ([dict(stage="dropped", plan=True)], 0, "missing", "i7.missing"),
    # a lapsed project does not hide a living one; the best one counts, not the sum
    ([dict(stage="operating", commissioned=9, saving=90), dict(stage="audit")], 10, "scored", "i7.stage"),
    ([dict(stage="building"), dict(stage="operating", commissioned=1, saving=10)], 65, "scored", "i7.saving"),
    ([], 0, "missing", "i7.missing"),
]


@pytest.mark.parametrize(("rows", "points", "state", "reason"), SPARK)
def test_spark(rows, points, state, reason):
    check("I7", projects(*rows), points, state, reason)


@pytest.mark.parametrize(
    ("mwh", "points", "state"), [(499.9, None, "not_applicable"), (500, 10, "scored"), (NAN, 10, "scored")]
)
def test_spark_does_not_apply_under_500_mwh_a_year(mwh, points, state):
    result = answer("I7", projects(dict(stage="audit"), annual_mwh=mwh))
    assert result.state[0] == state
    assert np.isnan(result.points[0]) if points is None else result.points[0] == points


TRAINING = [
    # 0.8 × 70 + 0.95 × 20 = 75
    (dict(held_on=VALID, completion=0.8, passed=0.95), 75, "scored", "i8.scored"),
    (dict(held_on=VALID, completion=1, passed=1, cascade=True), 100, "scored", "i8.scored_cascade"),
    (dict(held_on=VALID, completion=1), 70, "scored", "i8.scored"),
    (dict(held_on="2023-12-31", completion=1), 70, "scored", "i8.scored"),
    (dict(held_on="2023-12-30", completion=1), 0, "expired", "i8.expired"),
    (dict(group="packaging", material=30), 0, "missing", "i8.missing"),  # the alternate is off by default
    (dict(), 0, "missing", "i8.missing"),
]


@pytest.mark.parametrize(("given", "points", "state", "reason"), TRAINING)
def test_training(given, points, state, reason):
    check("I8", training(**given), points, state, reason)


@pytest.mark.parametrize(("percent", "points"), [(0, 0), (10, 40), (20, 55), (30, 70), (60, 100), (90, 100)])
def test_green_materials_stand_in_for_training_where_the_buyer_says_so(percent, points):
    rules = copy.deepcopy(RULES["I8"])
    rules["alternate"] |= {"enabled": True, "groups": ["packaging"]}
    result = answer("I8", training(group="packaging", material=percent), rules)
    assert (result.points[0], result.reason[0]) == (pytest.approx(points), "i8.materials")
    assert answer("I8", training(group="PCB", held_on=VALID, completion=1), rules).points[0] == 70


NEXT = [
    ("I1", ecovadis(score=58, themes=45, issued=VALID), 80, "i1.step_score"),
    ("I1", ecovadis(score=70, themes=20, issued=VALID), 85, "i1.step_theme"),
    ("I1", ecovadis(score=58, themes=45, issued="2022-01-01"), 69.5, "i1.step_renew"),
    ("I1", ecovadis(), 20, "i1.step_first"),
    ("I1", ecovadis(score=90, themes=45, issued=VALID), None, ""),
    ("I2", certification(vap="silver", vap_issued=VALID, iso_14001=FRESH, iso_45001=FRESH), 84, "i2.step_iso_50001"),
    ("I2", certification(), 20, "i2.step_iso_14001"),
    ("I3", renewable(FOUR, certificates={2024: 180}), 50, "i3.step_share"),
    ("I4", targets(PUBLIC), 60, "i4.step_progress"),
    ("I5", platform(1, 1, 0.2, 1), 100, "i5.step_evidenced"),
    ("I5", platform(1, 1, 1, 1, 2), 100, "i5.step_corrections"),
    ("I6", inventory(**YEAR | dict(now=97, before=100)), 75, "i6.step_cut"),
    ("I6", inventory(**YEAR | dict(quarters=2)), 87.5, "i6.step_reasonable"),
    ("I7", projects(dict(stage="operating", commissioned=2, saving=16)), 80, "i7.step_saving"),
    ("I7", projects(dict(stage="contracted")), 20, "i7.step_plan"),
    ("I7", projects(dict(stage="operating", commissioned=2, earns=False)), 65, "i7.step_other"),
    ("I7", projects(), 10, "i7.step_audit"),
    ("I8", training(held_on=VALID, completion=0.8, passed=0.95), 89, "i8.step_completion"),
    ("I8", training(), 70, "i8.step_completion"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "inputs", "points", "step"), NEXT)
def test_the_next_step_says_what_would_raise_the_points(name, inputs, points, step):
    result = answer(name, inputs)
    assert str(result.step[0]) == step
    assert (
        np.isnan(result.next_points[0]) if points is None else result.next_points[0] == pytest.approx(points)
    )


def test_evidence_counts_as_verified_only_when_reviewed_and_standing():
    assert answer("I1", ecovadis(58, 45, VALID)).verified[0]
    assert not answer("I1", ecovadis(58, 45, VALID, reviewed=False)).verified[0]
    assert not answer("I1", ecovadis(58, 45, "2020-01-01")).verified[0]
    assert not answer("I2", certification(iso_14001=FRESH, reviewed=False)).verified[0]


def test_the_reason_reads_like_a_sentence_in_both_languages():
    result = answer("I1", ecovadis(58, 45, "2024-06-30"))
    data = rows_of_data([result.reason, result.step], result.data, SENTENCES)[0]
    assert reason_text("i1.scored", data, "zh") == "EcoVadis 58 分，最低主题 45 ≥ 30，有效期至 2025-06-30"
    assert reason_text("i1.scored", data, "en") == "EcoVadis 58, lowest theme 45 ≥ 30, valid until 2025-06-30"
    assert gain_text(2.1, str(result.step[0]), data, "en") == "+2.1 if the EcoVadis score rises to 65"
    assert gain_text(2.1, str(result.step[0]), data, "zh") == "EcoVadis 总分提高到 65 分，总分 +2.1"
    assert gain_text(None, "", data, "zh") == ""
    assert set(data) == {"score", "lowest_theme", "theme_limit", "expires", "next_score"}


ALL = [
    *(("I1", ecovadis(**row[0])) for row in ECOVADIS),
    *(("I2", certification(**row[0])) for row in CERTIFICATION),
    *(("I3", renewable(**row[0])) for row in RENEWABLE),
    *(("I4", targets(*row[0])) for row in TARGETS),
    *(("I5", platform(**row[0])) for row in PLATFORM),
    *(("I6", inventory(**row[0])) for row in INVENTORY),
    *(("I7", projects(*row[0])) for row in SPARK),
    *(("I8", training(**row[0])) for row in TRAINING),
]


@pytest.mark.parametrize(("name", "inputs"), ALL)
def test_every_reason_and_step_can_be_said_in_full(name, inputs):
    result = answer(name, inputs)
    data = rows_of_data([result.reason, result.step], result.data, SENTENCES)[0]
    for code in (str(result.reason[0]), str(result.step[0])):
        if code:
            assert set(SENTENCES[code].fields()) == set(data) & set(SENTENCES[code].fields())
    for language in ("zh", "en"):
        assert "{" not in reason_text(str(result.reason[0]), data, language)
    # codes inside the data have their word in both languages
    for value in data.values():
        if isinstance(value, str) and value.split(".")[0] in ("vap", "iso", "i6"):
            assert value in WORDS
    assert not result.step[0] or str(result.step[0]) in STEPS
    assert np.isnan(result.points[0]) or 0 <= result.points[0] <= 100
    assert np.isnan(result.next_points[0]) or 0 <= result.next_points[0] <= 100


def test_no_supplier_at_all_is_no_trouble():
    empty = np.array([])
    assert (
        len(
            INDICATORS["I5"]
            .measure(INDICATORS["I5"].Inputs(empty, empty, empty, empty, empty), RULES["I5"])
            .points
        )
        == 0
    )


def test_the_methodology_names_every_indicator_in_both_languages_with_its_weight():
    assert [part["id"] for part in V1["indicators"]] == list(INDICATORS)
    assert [part["weight"] for part in V1["indicators"]] == [20, 15, 15, 10, 10, 15, 10, 5]
    assert all(part["names"]["zh"] and part["names"]["en"] and part["note"] for part in V1["indicators"])
