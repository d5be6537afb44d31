"""What the API of Spark Action reads and writes."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from sparkplan.measures import MEASURES
from sparkplan.models import Funding, Project, Stage
from suppliers.api.base import Number


class ProjectSerializer(serializers.Serializer[Any]):
    """A project with what was measured so far; energy in kWh, money in CNY."""

    id = serializers.IntegerField(source="project.pk")
    code = serializers.CharField(source="project.code")
    name = serializers.CharField(source="project.name")
    name_en = serializers.CharField(source="project.name_en")
    supplier = serializers.CharField(source="project.supplier.code")
    supplier_name = serializers.CharField(source="project.supplier.name")
    site = serializers.CharField(source="project.site.code")
    measure = serializers.CharField(source="project.measure")
    stage = serializers.ChoiceField(choices=Stage.choices, source="project.stage")
    inputs = serializers.DictField(child=Number(), source="project.inputs")
    capacity_kw = Number(source="project.capacity_kw", allow_null=True)
    baseline_kwh_per_year = Number(source="project.baseline_kwh", allow_null=True)
    expected_kwh_per_year = Number(source="project.expected_saving_kwh")
    price_cny_per_kwh = Number(source="project.price_cny_per_kwh", allow_null=True)
    cny_per_year = Number(allow_null=True)
    investment_cny = Number(source="project.investment_cny", allow_null=True)
    funding = serializers.ChoiceField(choices=Funding.choices, source="project.funding")
    energy_service_company = serializers.CharField(source="project.energy_service_company")
    emc_share_percent = Number(source="project.emc_share_percent", allow_null=True)
    emc_years = serializers.IntegerField(source="project.emc_years", allow_null=True)
    started_on = serializers.DateField(source="project.started_on", allow_null=True)
    commissioned_on = serializers.DateField(source="project.commissioned_on", allow_null=True)
    mv_plan_registered_on = serializers.DateField(source="project.mv_plan_registered_on", allow_null=True)
    saving_verified_on = serializers.DateField(source="project.saving_verified_on", allow_null=True)
    measured_kwh = Number(allow_null=True)
    measured_months = serializers.IntegerField(source="months")
    realisation = Number(allow_null=True)


class ProjectWriteSerializer(serializers.Serializer[Any]):
    """A project to be made or changed. Code and measure are fixed once it exists."""

    site = serializers.CharField(max_length=40)
    code = serializers.RegexField(r"^[\w.\-/]+$", max_length=40)
    name = serializers.CharField(max_length=120)
    name_en = serializers.CharField(max_length=120, required=False, allow_blank=True, default="")
    measure = serializers.ChoiceField(choices=sorted(MEASURES))
    inputs = serializers.DictField(child=serializers.FloatField(allow_null=True))
    price_cny_per_kwh = serializers.DecimalField(
        max_digits=8,
        decimal_places=4,
        min_value=Decimal("0.0001"),
        max_value=Decimal(10),
        required=False,
        allow_null=True,
    )
    investment_cny = serializers.DecimalField(
        max_digits=14, decimal_places=2, min_value=Decimal(0), required=False, allow_null=True
    )
    funding = serializers.ChoiceField(choices=Funding.choices, default=Funding.OWN)
    energy_service_company = serializers.CharField(
        max_length=120, required=False, allow_blank=True, default=""
    )
    emc_share_percent = serializers.DecimalField(
        max_digits=5,
        decimal_places=2,
        min_value=Decimal(0),
        max_value=Decimal(100),
        required=False,
        allow_null=True,
    )
    emc_years = serializers.IntegerField(min_value=1, max_value=40, required=False, allow_null=True)


def standing(project: Project) -> dict[str, Any]:
    """A project's present values in the shape of ProjectWriteSerializer, for partial changes."""
    names = ("name", "name_en", "inputs", "price_cny_per_kwh", "investment_cny", "funding")
    terms = ("energy_service_company", "emc_share_percent", "emc_years")
    return {name: getattr(project, name) for name in (*names, *terms)} | {"site": project.site.code}


def _kwh(**more: Any) -> serializers.DecimalField:
    return serializers.DecimalField(max_digits=14, decimal_places=2, required=False, allow_null=True, **more)


class SavingSerializer(serializers.Serializer[Any]):
    """A measured month beside what was expected of it [kWh]."""

    month = serializers.RegexField(r"^\d{4}-\d{2}$", help_text="2025-01")
    saved_kwh = Number()
    expected_kwh = Number()
    baseline_kwh = Number(allow_null=True)
    metered_kwh = Number(allow_null=True)


class SavingWriteSerializer(serializers.Serializer[Any]):
    """One month: the saving, or baseline and meter. Sent again, it corrects."""

    month = serializers.CharField(help_text="2025-01")
    saved_kwh = _kwh()
    baseline_kwh = _kwh(min_value=Decimal(0))
    metered_kwh = _kwh(min_value=Decimal(0))

    def validate_month(self, value: str) -> dt.date:
        match = re.fullmatch(r"(\d{4})-(\d{2})(-01)?", value)
        if match is None or not (1 <= int(match[2]) <= 12 and 2000 <= int(match[1]) <= 2100):
            raise serializers.ValidationError(_("Enter a month such as 2025-01."))
        return dt.date(int(match[1]), int(match[2]), 1)


class StageSerializer(serializers.Serializer[Any]):
    """When a project reached a stage."""

    stage = serializers.ChoiceField(choices=Stage.choices)
    on = serializers.DateField()
    note = serializers.CharField(required=False, allow_blank=True, max_length=500, default="")


class DaySerializer(serializers.Serializer[Any]):
    on = serializers.DateField()


class FactorTonnesSerializer(serializers.Serializer[Any]):
    code = serializers.CharField()
    name = serializers.CharField()
    name_en = serializers.CharField()
    year = serializers.IntegerField()
    value = Number()
    unit = serializers.CharField()
    declared = serializers.BooleanField()
    current = serializers.BooleanField()
    published = serializers.BooleanField()
    tco2_per_year = Number(allow_null=True)


class MeasureTotalsSerializer(serializers.Serializer[Any]):
    measure = serializers.CharField()
    name = serializers.CharField()
    name_en = serializers.CharField()
    projects = serializers.IntegerField()
    partners = serializers.IntegerField()
    sites = serializers.IntegerField()
    capacity_kw = Number(allow_null=True)
    kwh_per_year = Number()
    cny_per_year = Number()
    tco2_per_year = Number(allow_null=True)
    tco2_per_year_current = Number(allow_null=True)


class TwentyYearsSerializer(serializers.Serializer[Any]):
    years = serializers.IntegerField()
    kwh = Number()
    cny = Number()
    tco2 = Number(allow_null=True)
    factor_code = serializers.CharField(allow_null=True)
    tco2_current = Number(allow_null=True)
    factor_code_current = serializers.CharField(allow_null=True)


class MeasuredSerializer(serializers.Serializer[Any]):
    projects = serializers.IntegerField()
    months = serializers.IntegerField()
    kwh = Number(allow_null=True)
    realisation = Number(allow_null=True)


class SummarySerializer(serializers.Serializer[Any]):
    """Landed projects in figures. Tonnes: declared factor, today's national one, and every factor by its code."""

    year = serializers.IntegerField(allow_null=True)
    projects = serializers.IntegerField()
    partners = serializers.IntegerField()
    capacity_kw = Number()
    kwh_per_year = Number()
    cny_per_year = Number()
    projects_without_price = serializers.IntegerField()
    tco2_per_year = Number(allow_null=True)
    factor_code = serializers.CharField(allow_null=True)
    tco2_per_year_current = Number(allow_null=True)
    factor_code_current = serializers.CharField(allow_null=True)
    factors = FactorTonnesSerializer(many=True)
    measured = MeasuredSerializer()
    investment_cny = Number()
    by_measure = MeasureTotalsSerializer(many=True)
    twenty_years = TwentyYearsSerializer()
