"""Whoever comes, goes or moves in two programs that share companies: what is out never tells about one to four of them."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import combinations, product

from hypothesis import given as for_all
from hypothesis import strategies as st

from suppliers.calc import memberships

PROGRAMS = (1, 2)
COMPANIES = range(22)
GROUPS = list(product(("cable", "pcb"), ("S", "M"), ("万元",)))
YEARS = 4

# A company is enrolled with a program, also from a day before all others, leaves it, states a complete year or none, or
# moves to another commodity or size.
CHANGE = st.one_of(
    st.tuples(st.just("enrol"), st.sampled_from(PROGRAMS), st.sampled_from(COMPANIES)),
    st.tuples(st.just("date back"), st.sampled_from(PROGRAMS), st.sampled_from(COMPANIES)),
    st.tuples(st.just("leave"), st.sampled_from(PROGRAMS), st.sampled_from(COMPANIES)),
    st.tuples(st.just("move"), st.sampled_from(range(len(GROUPS))), st.sampled_from(COMPANIES)),
    st.tuples(st.just("complete"), st.booleans(), st.sampled_from(COMPANIES)),
)
Change = tuple[str, int, int]
Row = tuple[int, int, tuple[str, ...], frozenset[int]]  # program, year, group, members


class World:
    """Companies 0 … 10 begin in program 1 and 8 … 21 in program 2: three are in both, 9 and 10 with 1 first."""

    def __init__(self) -> None:
        self.enrolments = [(company, 1) for company in range(11)] + [(company, 2) for company in range(9, 22)]
        self.enrolments.insert(0, (8, 2))
        self.active = set(self.enrolments)
        self.group = {company: company // 6 % len(GROUPS) for company in COMPANIES}
        self.complete = set(COMPANIES)
        self.out: list[Row] = []

    def change(self, what: str, which: int, company: int) -> None:
        if what in ("enrol", "date back") and (company, which) not in self.active:
            self.enrolments.insert(0 if what == "date back" else len(self.enrolments), (company, which))
            self.active.add((company, which))
        elif what == "leave":
            self.active.discard((company, which))
        elif what == "move":
            self.group[company] = which
        elif what == "complete":
            (self.complete.add if which else self.complete.discard)(company)

    def publish(self, program: int, year: int) -> None:
        groups: dict[tuple[str, ...], list[int]] = {}
        for company in sorted(self.complete):
            if (company, program) in self.active:
                groups.setdefault(GROUPS[self.group[company]], []).append(company)
        trail = [(of, members) for of, _year, _group, members in self.out]
        home_of = memberships.homes(trail, self.enrolments)
        found = memberships.chosen(groups, program, home_of, [members for _of, members in reversed(trail)])
        self.out += [(program, year, group, members) for group, members in found.items()]


def _lived(years: Iterable[tuple[list[Change], bool]]) -> World:
    world = World()
    for year, (changes, the_other_first) in enumerate(years):
        for change in changes:
            world.change(*change)
        for program in reversed(PROGRAMS) if the_other_first else PROGRAMS:
            world.publish(program, year)
    return world


@for_all(st.lists(st.tuples(st.lists(CHANGE, max_size=12), st.booleans()), min_size=YEARS, max_size=YEARS))
def test_no_pair_of_answers_differs_by_one_to_four_companies(years: list[tuple[list[Change], bool]]) -> None:
    """Every answer is one of these rows: a filter chooses among them, and there is no total of several."""
    for (program, year, _g, one), (other_program, other_year, _h, other) in combinations(
        _lived(years).out, 2
    ):
        assert len(one) >= 5 and len(other) >= 5
        assert not 0 < len(one ^ other) < 5
        if program != other_program:
            assert not one & other  # a company counts in one program, for good
        elif year == other_year:
            assert not one & other


def test_the_story_of_three_companies_in_both_programs() -> None:
    world = _lived([([], True)] * 2)
    first = {(program, group[:2]): sorted(members) for program, year, group, members in world.out if not year}
    # cable S: 0 … 5; cable M: 6, 7, 9, 10 of program 1 are four. Program 2: 8 and 11 are two, 12 … 17 are pcb S
    assert first == {(1, ("cable", "S")): [0, 1, 2, 3, 4, 5], (2, ("pcb", "S")): [12, 13, 14, 15, 16, 17]}
    joined = _lived([([("enrol", 1, 18), ("move", 0, 18)], False), ([("leave", 2, 18)], False)])
    # 18 was enrolled with 2 first: 1 does not count it, nor after it left 2
    assert all(18 not in members for program, _y, _g, members in joined.out if program == 1)


def test_a_company_stays_where_it_was_published_whatever_is_dated_back() -> None:
    enrolments = [(7, 2), (7, 1)]  # by start: 2 wrote a start before that of 1
    assert memberships.homes([], enrolments) == {7: 2}
    assert memberships.homes([(1, {7, 8})], enrolments) == {7: 1, 8: 1}


def test_a_group_under_another_name_is_the_same_companies() -> None:
    """A commodity gets another code and one more company: six beside the five that are out."""
    home_of = dict.fromkeys(range(6), 1)
    out = [frozenset(range(5))]
    renamed = ("cables", "M", "万元")
    assert memberships.chosen({renamed: range(6)}, 1, home_of, out) == {renamed: frozenset(range(5))}
