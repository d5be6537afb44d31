"""What is entered beside energy: scope 3 by quantity and spend, process emissions, gases by mass balance."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from hypothesis import given as for_all
from hypothesis import strategies as st

from suppliers.calc.mass_balance import lost_kg
from suppliers.disclosure.models import EvidenceFile
from suppliers.factors import actions as factors
from suppliers.factors.models import Factor, FactorSet, OwnFactor
from suppliers.factors.queries import Lookup
from suppliers.inventory import entries, entry_files, entry_queries
from suppliers.inventory.entries import Given
from suppliers.inventory.models import Inventory, InventoryEntry
from suppliers.models import AuditEntry
from suppliers.tenants.refusals import Refusal
from suppliers.tenants.scope import entered

EMPTY_BALANCE = dict(
    opening=Decimal(0),
    bought=Decimal(0),
    returned=Decimal(0),
    closing=Decimal(0),
    capacity_increase=Decimal(0),
)


def factor(code: str = "SCR-STEEL", series: str = "screening", **fields: object) -> Factor:
    of, _new = FactorSet.objects.get_or_create(
        code=f"TEST-{series}",
        defaults=dict(name="x", name_en="x", series=series, source="x", edition="1", year=2023),
    )
    given = dict(
        set=of, code=code, name="钢", name_en="Steel", region="CN", year=2023, value=Decimal("2.1"), unit="kgCO2e/kg",
        per_unit="kg", gas="CO2e", verified="yes",
    )  # fmt: skip
    return Factor.objects.create(**(given | fields))


def own_factor(world, **fields: object) -> OwnFactor:
    given = dict(
        supplier=world.supplier, code="OWN-1", name="蚀刻", kind="process", value=Decimal("1.5"), unit="kgCO2e/kg",
        per_unit="kg", source="test", valid_from=dt.date(2024, 1, 1), state="approved",
    )  # fmt: skip
    return OwnFactor.objects.create(**(given | fields))


@pytest.fixture
def alice(world):
    with entered(world.alice.scope):
        yield world.actor(world.alice)


def scope3(**fields: object) -> Given:
    return Given(
        **(
            dict(year=2024, kind="scope3", scope3_category=1, description="钢板", quantity=Decimal(2))
            | fields
        )
    )


def refused(world, alice, given: Given) -> str:
    with pytest.raises(Refusal) as caught:
        entries.add(by=alice, supplier=world.supplier, given=given)
    assert caught.value.status == 422
    assert not InventoryEntry.objects.filter(supplier=world.supplier).exists()
    return caught.value.code


def test_by_quantity_the_unit_becomes_the_factors(world, alice):
    entry = entries.add(by=alice, supplier=world.supplier, given=scope3(unit="t", factor=factor()))
    # 2 t = 2 000 kg; × 2.1 kgCO2e/kg = 4 200 kgCO2e
    assert (entry.quantity, entry.unit, entry.data_quality) == (Decimal(2000), "kg", "D")
    assert entry.balance == {"given": "2", "given_unit": "t"}
    assert entry_queries.emission(entry, Lookup()) == Decimal(4200)
    assert AuditEntry.objects.filter(act="inventoryentry.add", subject_id=entry.pk).exists()


def test_spend_in_another_currency_needs_its_rate_and_keeps_where_it_was_read(world, alice):
    per_usd = factor("SCR-USD", per_unit="USD", value=Decimal("0.5"), unit="kgCO2e/USD")
    spend = dict(quantity=Decimal(71000), unit="CNY", factor=per_usd)
    assert refused(world, alice, scope3(**spend)) == "entry.rate"
    assert refused(world, alice, scope3(**spend, rate=Decimal("7.1"))) == "entry.rate"
    entry = entries.add(
        by=alice,
        supplier=world.supplier,
        given=scope3(**spend, rate=Decimal("7.1"), rate_source="PBoC, 2024 average"),
    )
    # 71 000 CNY / 7.1 = 10 000 USD; × 0.5 = 5 000 kgCO2e
    assert (entry.quantity, entry.unit) == (Decimal(10000), "USD")
    assert entry.balance["rate_source"] == "PBoC, 2024 average"
    assert entry_queries.emission(entry, Lookup()) == Decimal(5000)


def test_units_written_another_way_are_the_same(world, alice):
    haul = factor("SCR-HGV", per_unit="tkm", unit="kgCO2e/t.km")
    entry = entries.add(by=alice, supplier=world.supplier, given=scope3(unit="t.km", factor=haul))
    assert (entry.quantity, entry.unit, entry.balance) == (Decimal(2), "tkm", None)


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"year": 2026}, "entry.year"),
        ({"year": 1066}, "entry.year"),
        ({"kind": "nothing"}, "entry.kind"),
        ({"scope3_category": None}, "entry.category"),
        ({"scope3_category": 16}, "entry.category"),
        ({"kind": "process"}, "entry.category"),
        ({"quantity": None}, "entry.quantity"),
        ({"quantity": Decimal(-1)}, "entry.quantity"),
        ({"quantity": Decimal("NaN")}, "entry.quantity"),
        ({"quantity": Decimal("1e40")}, "entry.quantity"),
        ({"unit": "kWh"}, "entry.unit"),
        ({"unit": "CNY"}, "entry.unit"),
        ({"unit": "bananas"}, "entry.unit"),
        ({"factor": None}, "entry.factor"),
        ({"description": ""}, "entry.invalid"),
        ({"description": "x" * 201}, "entry.invalid"),
        ({"month": 13}, "entry.invalid"),
        ({"data_quality": "Z"}, "entry.invalid"),
    ],
)
def test_what_cannot_be_used_is_refused_with_its_code(world, alice, fields, code):
    assert refused(world, alice, scope3(**({"factor": factor()} | fields))) == code


@pytest.mark.parametrize("series", ["gwp", "standard_coal", "density", "combustion_gases"])
def test_a_number_that_is_no_emission_factor_is_refused(world, alice, series):
    assert refused(world, alice, scope3(factor=factor(series=series))) == "entry.factor"


def test_a_life_cycle_factor_counts_in_scope_3_and_nowhere_else(world, alice):
    life = factor("CNPCF", series="life_cycle", per_unit="kWh", unit="kgCO2e/kWh")
    entries.add(by=alice, supplier=world.supplier, given=scope3(scope3_category=3, factor=life))
    for own in (None, own_factor(world, series="life_cycle")):
        with pytest.raises(Refusal) as caught:
            entries.add(
                by=alice, supplier=world.supplier,
                given=Given(year=2024, kind="process", description="x", quantity=Decimal(1), own_factor=own,
                            factor=None if own else life),
            )  # fmt: skip
        assert caught.value.code == "entry.factor"


def test_process_emissions_take_an_own_factor_that_is_approved_and_valid_in_the_year(world, everyone):
    alice = world.actor(world.alice)

    def process(**fields):
        return Given(**(dict(year=2024, kind="process", description="蚀刻", quantity=Decimal(10)) | fields))

    approved = own_factor(world)
    for own in (
        own_factor(world, code="OWN-2", state="submitted"),
        own_factor(world, code="OWN-3", valid_from=dt.date(2025, 1, 1)),
        own_factor(world, code="OWN-4", supplier=world.neighbour),
    ):
        assert refused(world, alice, process(own_factor=own)) == "entry.factor"
    assert refused(world, alice, process(factor=factor(), own_factor=approved)) == "entry.factor"
    entry = entries.add(by=alice, supplier=world.supplier, given=process(own_factor=approved))
    assert (entry.data_quality, entry_queries.emission(entry, Lookup())) == ("B", Decimal(15))  # 10 kg × 1.5


def balance(**parts: object) -> Given:
    return Given(
        year=2024, kind="mass_balance", description="冷水机组", gas="R-410A", parts=EMPTY_BALANCE | parts
    )


def test_gas_by_mass_balance(world, alice):
    given = balance(
        opening=Decimal(30),
        bought=Decimal(20),
        returned=Decimal(5),
        closing=Decimal(25),
        capacity_increase=Decimal(10),
    )
    entry = entries.add(by=alice, supplier=world.supplier, given=given)
    # 30 + 20 − 5 − 25 − 10 = 10 kg
    assert (entry.quantity, entry.unit, entry.carrier, entry.data_quality) == (
        Decimal(10),
        "kg",
        "R410A",
        "B",
    )
    assert entry.balance["capacity_increase"] == "10"


def test_ten_kg_of_r410a_lost_are_19_235_t_under_ar5_and_22_555_under_ar6(world, alice):
    from suppliers.factors import actions

    actions.load()
    entry = entries.add(by=alice, supplier=world.supplier, given=balance(bought=Decimal(10)))
    # 10 kg × 1 923.5 (half HFC-32 677, half HFC-125 3 170) and × 2 255.5 (771 and 3 740)
    assert entry_queries.emission(entry, Lookup("AR5")) == Decimal(19235)
    assert entry_queries.emission(entry, Lookup("AR6")) == Decimal(22555)


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        ({"closing": Decimal(1)}, "entry.balance"),
        ({"opening": Decimal(-1), "bought": Decimal(5)}, "entry.balance"),
        ({"bought": None}, "entry.balance"),
        ({"bought": Decimal("1e30")}, "entry.quantity"),
    ],
)
def test_a_balance_below_zero_or_with_a_hole_is_refused(world, alice, parts, code):
    assert refused(world, alice, balance(**parts)) == code


def test_an_energy_carrier_is_no_gas(world, alice):
    given = Given(year=2024, kind="mass_balance", description="x", gas="diesel", parts=EMPTY_BALANCE)
    assert refused(world, alice, given) == "entry.gas"


kg = st.decimals(min_value=0, max_value=10**6, places=3)


@for_all(kg, kg, kg, kg, st.decimals(min_value=-(10**6), max_value=10**6, places=3))
def test_the_balance_is_its_arithmetic_or_a_refusal(opening, bought, returned, closing, capacity):
    expected = opening + bought - returned - closing - capacity
    if expected < 0:
        with pytest.raises(ValueError, match="there"):
            lost_kg(opening, bought, returned, closing, capacity)
    else:
        assert lost_kg(opening, bought, returned, closing, capacity) == expected


def test_withdrawn_is_out_of_the_year_and_stays_on_file(world, alice):
    entry = entries.add(by=alice, supplier=world.supplier, given=scope3(factor=factor()))
    entries.withdraw(by=alice, entry=entry)
    entries.withdraw(by=alice, entry=entry)
    found = entry_queries.of_year(supplier=world.supplier, year=2024)
    assert [row.entry.pk for row in found.withdrawn] == [entry.pk]
    assert found.categories[0].state == "nothing" and found.categories[0].kgco2e is None
    assert AuditEntry.objects.filter(act="inventoryentry.withdraw").count() == 1


def test_all_fifteen_categories_say_entered_excluded_or_nothing(world, alice):
    entries.add(by=alice, supplier=world.supplier, given=scope3(factor=factor()))
    Inventory.objects.create(
        supplier=world.supplier, year=2024,
        exclusions=[{"what": "scope3:14", "reason": "no franchises", "percent": 0},
                    {"what": "Scope 3 category 15", "reason": "no investments", "percent": 0},
                    {"what": "canteen", "reason": "small", "percent": 1}],
    )  # fmt: skip
    found = entry_queries.of_year(supplier=world.supplier, year=2024)
    states = {category.number: category.state for category in found.categories}
    assert list(states) == list(range(1, 16))
    assert {number for number, state in states.items() if state == "entered"} == {1}
    assert {number for number, state in states.items() if state == "excluded"} == {14, 15}
    assert found.said == 3 and found.categories[13].reason == "no franchises"


def test_the_year_is_a_fixed_number_of_queries(world, alice, django_assert_num_queries):
    one = factor()
    for count in (1, 5):
        for _each in range(count):
            entries.add(by=alice, supplier=world.supplier, given=scope3(factor=one, site=world.site))
        with django_assert_num_queries(4):
            found = entry_queries.of_year(supplier=world.supplier, year=2024)
            assert all(row.factor_code and row.entry.site for row in found.categories[0].rows)


def test_nobody_enters_for_another_company_nor_without_the_right(world, alice):
    given = scope3(factor=factor())
    with pytest.raises(PermissionDenied, match="another supplier"):
        entries.add(by=alice, supplier=world.neighbour, given=given)
    with pytest.raises(PermissionDenied, match="inventory_write"):
        entries.add(by=world.actor(world.bob), supplier=world.supplier, given=given)


HEAD = "year,kind,category,description,quantity,unit,factor,gas,opening,bought,returned,closing,capacity_increase\n"


def test_a_file_lists_every_bad_line_and_enters_nothing(world, alice):
    factor()
    content = HEAD + (
        "2024,scope3,1,steel,2,t,SCR-STEEL,,,,,,\n"
        "2030,scope3,1,steel,2,t,SCR-STEEL,,,,,,\n"
        "2024,scope3,1,steel,two,t,SCR-STEEL,,,,,,\n"
        "2024,scope3,1,steel,2,t,NOWHERE,,,,,,\n"
        "2024,mass_balance,,chiller,,,,R410A,0,1,0,2,0\n"
    )
    found = entry_files.read(supplier=world.supplier, content=content.encode())
    assert [(trouble.line, trouble.code) for trouble in found.troubles] == [
        (3, "entry.year"), (4, "entry.quantity"), (5, "entry.factor"), (6, "entry.balance"),
    ]  # fmt: skip
    assert InventoryEntry.objects.count() == 0


def test_a_file_in_chinese_from_a_spreadsheet_is_read(world, alice):
    factor()
    content = "年份,类型,类别,内容,数量,单位,因子\n2024,scope3,1,钢板,2,t,SCR-STEEL\n".encode("gb18030")
    found = entry_files.read(supplier=world.supplier, content=content)
    assert found.troubles == []
    assert entries.add_many(by=alice, supplier=world.supplier, entries=found.entries) == 1
    assert InventoryEntry.objects.get().quantity == Decimal(2000)


@for_all(st.binary(max_size=300))
def test_whatever_comes_as_a_file_is_read_or_refused(content):
    class Nothing(entry_files._Known):
        def __init__(self, supplier: object) -> None:
            self.factors, self.own, self.sites = {}, {}, {}

    known, entry_files._Known = entry_files._Known, Nothing  # type: ignore[misc]
    try:
        found = entry_files.read(supplier=None, content=content)  # type: ignore[arg-type]
    finally:
        entry_files._Known = known  # type: ignore[misc]
    assert found.troubles and not found.entries


def test_the_document_hangs_on_the_entry(world, alice):
    paper = EvidenceFile.objects.create(
        supplier=world.supplier, filename="a.pdf", sha256="0" * 64, size_bytes=1, content_type="x"
    )
    entry = entries.add(
        by=alice, supplier=world.supplier, given=scope3(factor=factor(), document="FP-1"), evidence=paper
    )
    assert (entry.evidence_id, entry.document) == (paper.pk, "FP-1")


def test_factors_meant_for_the_category_come_first(world, everyone):
    factors.load()
    found = entry_queries.search_factors("scope3", "", "1")
    assert all(":1" in row.basis for row in found)
    assert entry_queries.search_factors("scope3", "", "6")[0].basis == "scope3:6"
    assert entry_queries.search_factors("scope3", "", "1)(") != []
