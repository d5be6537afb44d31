"""Sentences for the reason beside each point, in both languages, from a code and a small dict of data."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from string import Formatter
from typing import Any

import numpy as np

from scorecards.calc.arrays import Column, TextArray


@dataclass(frozen=True, slots=True)
class Sentence:
    """A template in Chinese and in English; `{field}` takes the data of the same name."""

    zh: str
    en: str

    def fields(self) -> tuple[str, ...]:
        """Return the names of the data that either language needs."""
        names = [name for text in (self.zh, self.en) for _, name, _, _ in Formatter().parse(text) if name]
        return tuple(dict.fromkeys(names))


# Codes that stand inside the data (levels, stages, standards): a word for people.
WORDS: dict[str, Sentence] = {}

COMMON: dict[str, Sentence] = {
    "pending.carried": Sentence(
        "已提交、待审核：沿用上季得分 {last_points} 分（仅限一个季度）",
        "Handed in, waiting for review: last quarter's {last_points} points carried for one quarter only",
    ),
    "pending.carried_before": Sentence(
        "已提交、仍未审核：上季已沿用过一次，本季不再沿用",
        "Handed in, still not reviewed: already carried last quarter, so not carried again",
    ),
    "pending.nothing": Sentence(
        "已提交、待审核：没有可沿用的上季得分",
        "Handed in, waiting for review: there is no earlier score to carry",
    ),
    "na.approved": Sentence(
        "不适用（采购方已批准），其权重分摊到其他指标",
        "Not applicable (approved by the buyer); its weight is spread over the others",
    ),
}


def show(value: object, language: str, words: Mapping[str, Sentence]) -> str:
    """Return a datum as a person reads it: two decimals at most, ISO date, word for a code, "?" for none."""
    if value is None:
        return "?"
    if isinstance(value, str):
        word = words.get(value)
        return value if word is None else getattr(word, language)
    if isinstance(value, bool | np.bool_):
        return str(bool(value))
    if isinstance(value, int | float | np.number):
        return _number(float(value))
    return str(value)


def _number(value: float) -> str:
    if math.isnan(value):
        return "?"
    rounded = round(value, 2) if abs(value) < 1000 else round(value)
    return f"{rounded + 0.0:,.2f}".rstrip("0").rstrip(".")


def render(
    code: str,
    data: Mapping[str, object],
    language: str,
    sentences: Mapping[str, Sentence],
    words: Mapping[str, Sentence] = WORDS,
) -> str:
    """Return the sentence of a code in "zh" or "en"; an unknown code comes back as itself.

    `data` holds the numbers, dates and codes the sentence names; one that is absent reads "?".
    """
    sentence = sentences.get(code)
    if sentence is None:
        return code
    template = sentence.en if language == "en" else sentence.zh
    shown = {
        name: show(data.get(name), "en" if language == "en" else "zh", words) for name in sentence.fields()
    }
    return template.format(**shown)


def rows_of_data(
    codes: Sequence[TextArray], columns: Mapping[str, Column], sentences: Mapping[str, Sentence]
) -> list[dict[str, Any]]:
    """Return for each supplier the data its own sentences need, ready for JSON.

    `codes` are parallel arrays of sentence codes (reason, next step); `columns` arrays by name. Dates become
    ISO text; NaN and NaT become None; a code without sentence needs no data.
    """
    plain = {name: _as_json(column) for name, column in columns.items()}
    needs = {
        str(code): tuple(name for name in sentences[str(code)].fields() if name in plain)
        for code in set().union(*(np.unique(array).tolist() for array in codes))
        if str(code) in sentences
    }
    empty: tuple[str, ...] = ()
    result: list[dict[str, Any]] = []
    for place, own in enumerate(zip(*(array.tolist() for array in codes), strict=True)):
        result.append({name: plain[name][place] for code in own for name in needs.get(code, empty)})
    return result


def _as_json(column: Column) -> list[Any]:
    if column.dtype.kind == "M":
        texts = np.datetime_as_string(column.astype("datetime64[D]")).tolist()
        return [None if text == "NaT" else text for text in texts]
    if column.dtype.kind == "f":
        # four decimals: more than a page shows, few enough to keep the stored JSON small
        return [None if number != number else number for number in np.round(column, 4).tolist()]
    listed: list[Any] = column.tolist()
    return listed
