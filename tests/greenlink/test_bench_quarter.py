import pytest

from greenlink.bench import quarter, quarter_rows
from suppliers.models import ActivityRecord, Buyer
from suppliers.tenants.all_tenants import all_tenants


@pytest.mark.django_db
def test_it_prints_one_line_and_leaves_nothing_behind(monkeypatch):
    monkeypatch.setattr(quarter_rows, "SUPPLIERS", 40)
    name, ours, floor, ratio, peak_mb, _spread = quarter.run(runs=1).split()
    assert name == "quarter"
    assert float(ratio) == pytest.approx(float(ours) / float(floor), rel=0.2)
    assert float(peak_mb) > 0
    with all_tenants("test"):
        assert not ActivityRecord.objects.exists()
        assert not Buyer.objects.filter(code="BENCH-QUARTER").exists()
