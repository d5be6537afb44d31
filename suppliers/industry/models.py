"""The industry database (行业数据库): intensities of groups, never of a company."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from suppliers.tenants import clock
from suppliers.tenants.scope import ProgramOwned


class IndustryFigure(ProgramOwned):
    """Percentiles of one group in one year, as they were published once. [kgCO2e per unit of output]

    Groups (commodity × size band × unit) of a year never overlap, those of different programs never at all, and a year is
    published once, so that no two figures differ by fewer than five companies. Groups under five are not published.
    """

    year = models.PositiveSmallIntegerField()
    commodity = models.CharField(max_length=40)
    size_band = models.CharField(max_length=1)
    unit = models.CharField(max_length=20)
    # Rounded down to a multiple of five: the exact number would tell when one company joins.
    companies_at_least = models.PositiveSmallIntegerField()
    p25 = models.DecimalField(max_digits=18, decimal_places=4)
    p50 = models.DecimalField(max_digits=18, decimal_places=4)
    p75 = models.DecimalField(max_digits=18, decimal_places=4)
    published_at = models.DateTimeField(default=clock.now)

    released_sql = "true"

    class Meta(ProgramOwned.Meta):
        ordering = ["-year", "commodity", "size_band"]
        constraints = [
            models.UniqueConstraint(
                fields=["buyer", "year", "commodity", "size_band", "unit"], name="industry_figure_once"
            ),
            models.CheckConstraint(condition=Q(companies_at_least__gte=5), name="industry_group_of_five"),
            models.CheckConstraint(
                condition=Q(p25__lte=models.F("p50"), p50__lte=models.F("p75")), name="industry_in_order"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.year} {self.commodity} {self.size_band}"

    @classmethod
    def released_to(cls, supplier_id: int) -> Q:
        return Q()
