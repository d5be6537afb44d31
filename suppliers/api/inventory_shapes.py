"""What calls about yearly inventories take and answer."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from suppliers.api.base import Number
from suppliers.api.filters import FIRST_YEAR, LAST_YEAR
from suppliers.inventory.accounts import MARKET_TOTAL
from suppliers.inventory.models import Approach, Basis, InventoryLine, InventoryState
from suppliers.inventory.terms import REPORTS


def _one_of(names: list[str]) -> dict[str, str]:
    # A pattern, because other calls have other lists under the same names.
    return {"type": "string", "pattern": f"^({'|'.join(names)})$"}


@extend_schema_field(_one_of(InventoryState.values))
class InventoryStateField(serializers.ChoiceField):
    """Where a version stands."""


@extend_schema_field(_one_of(Approach.values))
class ApproachField(serializers.ChoiceField):
    """How the organisation is consolidated."""


@extend_schema_field(_one_of(Basis.values))
class BasisField(serializers.ChoiceField):
    """Direct, location-based or market-based."""


@extend_schema_field(_one_of(list(REPORTS)))
class ReportField(serializers.ChoiceField):
    """The IPCC's assessment report."""


class InventoryTotalsSerializer(serializers.Serializer[Any]):
    """Sums in kg CO2e. Location and market are never added; `beside` is in no total."""

    scope1 = Number(required=False, allow_null=True)
    scope2_location = Number(required=False, allow_null=True)
    scope2_market = Number(required=False, allow_null=True)
    scope3 = Number(required=False, allow_null=True)
    by_iso = serializers.DictField(child=Number(), required=False)
    by_scope3_category = serializers.DictField(child=Number(), required=False)
    by_gas = serializers.DictField(child=Number(), required=False)
    beside = serializers.DictField(child=Number(), required=False)
    tce = Number(required=False, help_text="Tonnes of standard coal.")
    uncertainty_percent = Number(required=False, allow_null=True)
    lines = serializers.IntegerField(required=False)


class ExclusionSerializer(serializers.Serializer[Any]):
    what = serializers.CharField(max_length=200)
    reason = serializers.CharField(max_length=400)
    percent = serializers.DecimalField(max_digits=5, decimal_places=2, required=False, allow_null=True)


class InventorySerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    supplier = serializers.CharField(source="supplier.code")
    year = serializers.IntegerField()
    version = serializers.IntegerField()
    state = InventoryStateField(choices=InventoryState.choices)
    reason = serializers.CharField()
    supersedes = serializers.IntegerField(source="supersedes_id", allow_null=True)
    frozen_at = serializers.DateTimeField(allow_null=True)
    digest = serializers.CharField(help_text="SHA-256 of lines and totals; empty while open.")
    approach = ApproachField(choices=Approach.choices)
    organisation = serializers.CharField()
    boundary = serializers.CharField()
    base_year = serializers.IntegerField(allow_null=True)
    recalculation_policy = serializers.CharField()
    recalculation_percent = Number()
    exclusions = ExclusionSerializer(many=True)
    intensity_unit = serializers.CharField()
    gwp_report = serializers.CharField(source="terms.gwp_report", default="")
    fuel_set = serializers.CharField(source="terms.fuel_set", default="")
    totals = InventoryTotalsSerializer(
        help_text="Of an open version empty in lists, computed now when it is asked for."
    )


class InventoryIssueSerializer(serializers.Serializer[Any]):
    code = serializers.CharField()
    severity = serializers.CharField()
    message = serializers.CharField()


class InventoryCoverageSerializer(serializers.Serializer[Any]):
    site = serializers.CharField()
    site_name = serializers.CharField()
    carrier = serializers.CharField()
    months = serializers.ListField(child=Number(), help_text="Twelve shares of days with data, 0 to 1.")


class InventoryIntensitySerializer(serializers.Serializer[Any]):
    unit = serializers.CharField()
    output = Number()
    value = Number(help_text="kg CO2e of scopes 1 and 2 (location-based) per unit.")


class InventoryBaseYearSerializer(serializers.Serializer[Any]):
    year = serializers.IntegerField()
    inventory = serializers.IntegerField(source="version.pk", default=None, allow_null=True)
    kgco2e = Number(allow_null=True)
    would_be_kgco2e = Number(
        allow_null=True,
        help_text="Computed today under the terms of this year; null for who may not compute it.",
    )
    change_percent = Number(allow_null=True, help_text="This year against its base year.")
    off_percent = Number(allow_null=True)
    is_due = serializers.BooleanField(
        help_text="Off by at least `recalculation_percent`: restate the base year."
    )


class InventoryReplaySerializer(serializers.Serializer[Any]):
    at = serializers.DateTimeField()
    is_equal = serializers.BooleanField()
    lines = serializers.IntegerField()
    differing = serializers.IntegerField()
    changed_since = serializers.ListField(
        child=serializers.IntegerField(),
        help_text="Instruments taken back or changed since; the version counts them as they were handed in.",
    )


class InventoryOneSerializer(InventorySerializer):
    is_by_period = serializers.BooleanField(
        help_text="An open version of very many records: its lines stand for all records of a site, carrier and period."
    )
    is_under_way = serializers.BooleanField(help_text="Being frozen or computed again.")
    base_year_beside = InventoryBaseYearSerializer(allow_null=True)
    replayed = InventoryReplaySerializer(
        allow_null=True, help_text="The last time you had it computed again."
    )
    issues = InventoryIssueSerializer(many=True)
    coverage = InventoryCoverageSerializer(many=True)
    intensities = InventoryIntensitySerializer(many=True)


class InventoryOpenSerializer(serializers.Serializer[Any]):
    year = serializers.IntegerField(min_value=FIRST_YEAR, max_value=LAST_YEAR)


class InventoryEditSerializer(serializers.Serializer[Any]):
    approach = ApproachField(choices=Approach.choices, required=False)
    organisation = serializers.CharField(required=False, allow_blank=True, max_length=4000)
    boundary = serializers.CharField(required=False, allow_blank=True, max_length=4000)
    base_year = serializers.IntegerField(
        required=False, allow_null=True, min_value=FIRST_YEAR, max_value=LAST_YEAR
    )
    recalculation_policy = serializers.CharField(required=False, allow_blank=True, max_length=4000)
    recalculation_percent = serializers.DecimalField(
        required=False, max_digits=4, decimal_places=1, min_value=0, max_value=100
    )
    exclusions = ExclusionSerializer(many=True, required=False)
    intensity_unit = serializers.CharField(required=False, allow_blank=True, max_length=20)
    gwp_report = ReportField(choices=REPORTS, required=False)
    fuel_set = serializers.CharField(required=False, max_length=60)


class InventoryReasonSerializer(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=1000)


class InventoryLineFilter(serializers.Serializer[Any]):
    """`total` leaves what the location-based total counts: no market lines, nothing that stands beside; `view` the same of
    either view."""

    scope = serializers.IntegerField(required=False, min_value=1, max_value=3)
    iso = serializers.IntegerField(required=False, min_value=1, max_value=6)
    scope3 = serializers.IntegerField(required=False, min_value=1, max_value=15)
    category = serializers.CharField(required=False, max_length=30)
    carrier = serializers.CharField(required=False, max_length=30)
    gas = serializers.CharField(required=False, max_length=20)
    month = serializers.IntegerField(required=False, min_value=1, max_value=12)
    basis = BasisField(choices=Basis.choices, required=False)
    total = serializers.BooleanField(required=False, default=False)
    view = serializers.RegexField("^(location|market)$", required=False, help_text="location or market.")

    def to_internal_value(self, data: Any) -> Any:
        found = super().to_internal_value(data)
        view = found.pop("view", None)
        return found | {"total": MARKET_TOTAL if view == MARKET_TOTAL else bool(view)} if view else found


class InventoryLineSerializer(serializers.Serializer[Any]):
    number = serializers.IntegerField()
    month = serializers.IntegerField(allow_null=True)
    site = serializers.CharField(source="site.code", default=None, allow_null=True)
    scope = serializers.IntegerField()
    iso_category = serializers.IntegerField()
    scope3_category = serializers.IntegerField(allow_null=True)
    category = serializers.CharField()
    basis = BasisField(choices=Basis.choices)
    gas = serializers.CharField()
    carrier = serializers.CharField()
    description = serializers.CharField()
    quantity = Number()
    unit = serializers.CharField()
    factor = serializers.CharField(source="factor_code")
    factor_value = Number()
    gwp_value = Number()
    kgco2e = Number()
    kgce = Number(allow_null=True)
    data_quality = serializers.CharField()
    record = serializers.IntegerField(source="record_id", allow_null=True)
    document = serializers.CharField()
    file = serializers.SerializerMethodField(
        help_text="Name of the file; null where the asker may not see it."
    )
    row = serializers.IntegerField(source="upload_row", allow_null=True)

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_file(self, line: InventoryLine) -> str | None:
        found: str | None = self.context.get("files", {}).get(line.upload_id)
        return found


class InventoryTraceSerializer(serializers.Serializer[Any]):
    line = serializers.DictField()
    factor = serializers.DictField()
    gwp = serializers.DictField(allow_null=True)
    record = serializers.DictField(allow_null=True)
    period = serializers.DictField(
        allow_null=True,
        help_text="Of an open version of very many records: which records the line stands for.",
    )
    entry = serializers.DictField(allow_null=True)
    instrument = serializers.DictField(allow_null=True)
    file = serializers.DictField(
        allow_null=True, help_text="File, SHA-256, row and column of the cell, who and when."
    )
    document = serializers.CharField(allow_null=True)
    evidence = serializers.DictField(allow_null=True)


class LanguageFilter(serializers.Serializer[Any]):
    language = serializers.RegexField("^(zh|en)$", required=False, help_text="zh or en.")


class InventoryTermsFilter(serializers.Serializer[Any]):
    gwp_report = ReportField(choices=REPORTS, required=False)
    fuel_set = serializers.CharField(required=False, max_length=60)


class RestatementSerializer(InventoryTermsFilter):
    reason = serializers.CharField(max_length=1000)


class InventoryChangeSerializer(serializers.Serializer[Any]):
    what = serializers.DictField(help_text="Which line, or of a large version which group of lines.")
    before = Number(allow_null=True)
    after = Number(allow_null=True)
    by = Number()
    factor_before = serializers.CharField()
    factor_after = serializers.CharField()


class InventoryEffectSerializer(serializers.Serializer[Any]):
    totals_before = InventoryTotalsSerializer()
    totals_after = InventoryTotalsSerializer()
    is_grouped = serializers.BooleanField()
    count = serializers.IntegerField(
        help_text="How many lines or groups change; the largest thousand are listed."
    )
    changes = InventoryChangeSerializer(many=True)
