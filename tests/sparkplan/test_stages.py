import pytest

from sparkplan import stages


@pytest.mark.parametrize(
    ("stage", "moves"),
    [
        ("lead", {"audit", "dropped"}),
        ("building", {"commissioned", "contracted", "dropped"}),
        ("commissioned", {"operating", "building"}),
        ("closed", {"operating"}),
    ],
)
def test_on_one_back_or_dropped_before_commissioning(stage, moves):
    assert set(stages.allowed_moves(stage)) == moves


def test_a_dropped_project_is_taken_up_where_it_was():
    assert stages.allowed_moves("dropped", "feasible") == ("feasible",)
    assert stages.allowed_moves("dropped") == ("lead",)
