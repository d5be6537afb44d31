"""The eight indicators in their order. The code measures; the methodology says what it is worth."""

from collections.abc import Mapping
from types import ModuleType

from scorecards.calc.reasons import COMMON, Sentence, render
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

INDICATORS: Mapping[str, ModuleType] = {
    "I1": i1_ecovadis,
    "I2": i2_certification,
    "I3": i3_renewable,
    "I4": i4_target,
    "I5": i5_platform,
    "I6": i6_inventory,
    "I7": i7_spark,
    "I8": i8_training,
}


def _collected(kind: str) -> dict[str, Sentence]:
    return {code: text for module in INDICATORS.values() for code, text in getattr(module, kind, {}).items()}


REASONS: Mapping[str, Sentence] = COMMON | _collected("REASONS")
STEPS: Mapping[str, Sentence] = _collected("STEPS")
SENTENCES: Mapping[str, Sentence] = {**REASONS, **STEPS}
WORDS: Mapping[str, Sentence] = _collected("WORDS")


def reason_text(code: str, data: Mapping[str, object], language: str) -> str:
    """Return the sentence that says why the points are what they are, in "zh" or "en"."""
    return render(code, data, language, REASONS, WORDS)


def gain_text(gain_points: float | None, step: str, data: Mapping[str, object], language: str) -> str:
    """Return "+3.2 if ..." for the next step; "" where there is none. `gain_points` [total points]."""
    if gain_points is None or not step:
        return ""
    what = render(step, data, language, STEPS, WORDS)
    return f"+{gain_points:.1f} if {what}" if language == "en" else f"{what}，总分 +{gain_points:.1f}"
