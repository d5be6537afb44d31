"""The sample a verifier is offered: what is large, what is doubtful, and some of the small."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from suppliers.calc.sampling import MOST_BY_RISK, SPREAD, suggest

FIVE = Decimal(5)


def decimals(*values):
    return [Decimal(value) for value in values]


def test_every_line_above_materiality_is_in_it():
    # total 1 000: 5 % is 50; lines 1 and 2 are above it, line 3 (exactly 50) is not by size
    sizes = decimals(800, 60, 50, *[9] * 10)
    sample = suggest(range(1, 14), sizes, ["A"] * 13, materiality_percent=FIVE)
    assert {1, 2} <= set(sample)


def test_of_equal_size_the_poorer_figure_comes_first():
    # ten lines of 10; 75 % are covered by eight: the two of grade D and the C come before the As
    grades = ["A"] * 7 + ["C", "D", "D"]
    sample = suggest(range(1, 11), decimals(*[10] * 10), grades, materiality_percent=Decimal(50))
    assert {8, 9, 10} <= set(sample)


def test_small_lines_are_drawn_at_even_distances_and_always_the_same():
    sizes = decimals(900, *[1] * 100)
    first = suggest(range(1, 102), sizes, ["A"] * 101, materiality_percent=FIVE)
    # line 1 covers 90 %, so only the spread is added: places 10, 30, 50, 70, 90 of the hundred left
    assert first == [1, 12, 32, 52, 72, 92]
    assert suggest(range(1, 102), sizes, ["A"] * 101, materiality_percent=FIVE) == first


def test_nothing_to_check_without_lines():
    assert suggest([], [], [], materiality_percent=FIVE) == []


LINES = st.lists(
    st.tuples(st.decimals(-1000, 1000, places=3), st.sampled_from("ABCD")), min_size=1, max_size=200
)


@given(lines=LINES)
def test_a_sample_is_bounded_and_of_known_lines(lines):
    numbers = range(1, len(lines) + 1)
    sample = suggest(numbers, [size for size, _g in lines], [g for _s, g in lines], materiality_percent=FIVE)
    assert sample == sorted(set(sample))
    assert set(sample) <= set(numbers)
    # above 5 % of the total there is room for twenty lines at most
    assert len(sample) <= 20 + MOST_BY_RISK + SPREAD
    assert sample
