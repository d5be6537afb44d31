import datetime as dt

from sparkplan import gantt


def test_bars_share_the_width_by_days():
    day = dt.date(2024, 1, 1)
    bars = gantt.bars([("lead", day), ("audit", day + dt.timedelta(30))], day + dt.timedelta(100))
    assert [(bar.x, bar.width, bar.days) for bar in bars] == [(0, 300, 30), (300, 700, 70)]
    assert bars[-1].until is None


def test_an_end_is_a_mark_and_nothing_is_nothing():
    day = dt.date(2024, 1, 1)
    bars = gantt.bars([("lead", day), ("dropped", day + dt.timedelta(10))], day + dt.timedelta(100))
    assert bars[-1].days == 0
    assert bars[-1].width > 0
    assert gantt.bars([], day) == []
    assert gantt.bars([("lead", day)], day)[0].width > 0
