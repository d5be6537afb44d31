import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from scorecards.calc.ranking import competition_ranks, group_ranks

YES = True


def ranks(totals, ranked=None):
    totals = np.array(totals, dtype=float)
    return competition_ranks(
        totals, np.ones(len(totals), bool) if ranked is None else np.array(ranked)
    ).tolist()


def test_ties_share_the_rank_and_the_next_is_skipped():
    assert ranks([70.0, 90.0, 80.0, 80.0]) == [4, 1, 2, 2]


def test_unranked_and_unknown_rows_get_no_rank_and_take_none():
    assert ranks([90.0, 95.0, np.nan, 80.0], [True, False, True, True]) == [1, 0, 0, 2]


def test_inside_a_group_only_the_group_counts_and_small_groups_are_not_public():
    total = np.array([50, 60, 60, 40, 70, 99.0])
    group = np.array(["a", "a", "a", "a", "a", "b"])
    result = group_ranks(total, np.ones(6, bool), group, 5)
    assert result.rank.tolist() == [4, 2, 2, 5, 1, 1]
    assert result.size.tolist() == [5, 5, 5, 5, 5, 1]
    assert result.is_public.tolist() == [True] * 5 + [False]


def test_without_a_group_there_is_no_rank_in_one():
    result = group_ranks(np.array([50.0, 60.0]), np.array([True, False]), np.array(["", "a"]), 1)
    assert result.rank.tolist() == [0, 0]


SUPPLIERS = st.lists(
    st.tuples(
        st.integers(0, 30).map(lambda tenth: tenth / 10), st.booleans(), st.sampled_from(["", "a", "b", "c"])
    ),
    min_size=1,
    max_size=30,
)


@given(SUPPLIERS, st.randoms(use_true_random=False))
def test_the_order_of_suppliers_never_matters(rows, random):
    def ranked(own):
        total = np.array([row[0] for row in own])
        counted = np.array([row[1] for row in own])
        inside = group_ranks(total, counted, np.array([row[2] for row in own]), 5)
        return list(
            zip(competition_ranks(total, counted), inside.rank, inside.size, inside.is_public, strict=True)
        )

    order = list(range(len(rows)))
    random.shuffle(order)
    straight, shuffled = ranked(rows), ranked([rows[place] for place in order])
    assert [straight[place] for place in order] == shuffled


@given(SUPPLIERS)
def test_a_rank_is_one_more_than_the_number_of_better_ranked_suppliers(rows):
    result = ranks([row[0] for row in rows], [row[1] for row in rows])
    for place, (total, counted, _) in enumerate(rows):
        better = sum(1 for other, also, _ in rows if also and other > total)
        assert result[place] == (better + 1 if counted else 0)
