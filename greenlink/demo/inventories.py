"""Yearly inventories of the demo: opened, described and submitted by the companies' own people, as of today."""

from __future__ import annotations

from suppliers.inventory import inventories
from suppliers.models import EmissionLine, Inventory

from . import TODAY, companies
from .companies import Company
from .program import Program

# Shengli hands in two years, so that there is something to compare; a few others the last one.
FIRST, BOTH_YEARS = "SHENGLI", (2023, 2024)
OTHERS, OTHERS_YEAR = 5, 2024


def stand(program: Program) -> None:
    """Once, at the end; repeating it changes nothing."""
    found = companies.on_platform()
    for year in BOTH_YEARS:
        _submit(program, next(company for company in found if company.code == FIRST), year)
    for company in [company for company in found if company.code != FIRST][:OTHERS]:
        _submit(program, company, OTHERS_YEAR)


def _submit(program: Program, company: Company, year: int) -> None:
    supplier = program.suppliers[company.code]
    with program.acting(company.email, TODAY) as by:
        has_lines = EmissionLine.objects.filter(supplier=supplier, year=year, withdrawn_at=None).exists()
        if not has_lines or Inventory.objects.filter(supplier=supplier, year=year).exists():
            return
        inventory = inventories.open_year(by=by, supplier=supplier, year=year)
        fields = {
            "organisation": f"{supplier.name}。盘查负责人：能源管理部（演示）",
            "boundary": "公司运营控制的全部工厂；不含外租仓库。",
            "base_year": BOTH_YEARS[0],
            "recalculation_policy": "收购或出售工厂、核算方法变更、发现差错，影响超过 5% 时重算基准年。",
            "exclusions": [{"what": "员工食堂罐装燃气", "reason": "用量小，没有单独计量", "percent": "0.1"}],
        }
        inventory = inventories.edit(by=by, inventory=inventory, fields=fields)
        inventories.submit(by=by, inventory=inventory)
