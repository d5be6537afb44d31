"""Emissions: sums, lines, and the way back from a line to its factor and its cell."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from suppliers.activity.models import SourceKind
from suppliers.api.base import Number
from suppliers.api.filters import FIRST_YEAR, LAST_YEAR, PeriodFilter, YearFilter, asked, supplier_ids
from suppliers.api.openapi import TENANT, answers
from suppliers.api.records import unit_of
from suppliers.inventory import queries
from suppliers.inventory.models import Basis, EmissionLine
from suppliers.tenants.roles import Right

BY = ("scope", "site", "month", "carrier", "category")


# -- shapes --------------------------------------------------------------------------------------------


class EmissionsFilter(YearFilter):
    by = serializers.ChoiceField(choices=BY, default="month")


class EmissionSumSerializer(serializers.Serializer[Any]):
    key = serializers.CharField()
    kgco2e_location = Number(help_text="Direct and location-based, kg CO2e.")
    kgco2e_market = Number(
        allow_null=True, help_text="Direct and market-based, of one company and one `year`; else null."
    )
    tce = Number(help_text="Tonnes of standard coal.")


class LineFilter(PeriodFilter):
    year = serializers.IntegerField(required=False, min_value=FIRST_YEAR, max_value=LAST_YEAR)


class EmissionLineSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    supplier = serializers.CharField(source="supplier.code")
    site = serializers.CharField(source="record.site.code")
    year = serializers.IntegerField()
    month = serializers.IntegerField()
    carrier = serializers.CharField()
    scope = serializers.IntegerField()
    category = serializers.CharField()
    basis = serializers.ChoiceField(choices=Basis.choices)
    quantity = Number(help_text="The month's share, in `unit`.")
    unit = serializers.SerializerMethodField()
    kgco2e = Number()
    kgce = Number(allow_null=True, help_text="Standard coal, kg.")
    factor = serializers.CharField(source="factor_code")
    record = serializers.IntegerField(source="record_id")

    def get_unit(self, line: EmissionLine) -> str:
        return unit_of(line.carrier)


class TracedLineSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    year = serializers.IntegerField()
    month = serializers.IntegerField()
    carrier = serializers.CharField()
    scope = serializers.IntegerField()
    category = serializers.CharField()
    basis = serializers.ChoiceField(choices=Basis.choices)
    quantity = Number()
    unit = serializers.CharField()
    kgco2e = Number()
    kgce = Number(allow_null=True)
    in_force = serializers.BooleanField()


class TracedFactorSerializer(serializers.Serializer[Any]):
    code = serializers.CharField()
    value = Number(help_text="In `unit`.")
    unit = serializers.CharField()
    region = serializers.CharField()
    year = serializers.IntegerField()
    name = serializers.CharField()
    name_en = serializers.CharField()
    source = serializers.CharField()
    edition = serializers.CharField()
    verified = serializers.CharField(help_text="How well the number itself was checked.")


class TracedRecordSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    site = serializers.CharField()
    site_name = serializers.CharField()
    meter = serializers.CharField(allow_null=True)
    carrier = serializers.CharField()
    start = serializers.DateField()
    end = serializers.DateField()
    quantity = Number()
    unit = serializers.CharField()
    quantity_given = Number()
    unit_given = serializers.CharField()
    conversion = Number(allow_null=True, help_text="`unit` per `unit_given`.")
    assumption = serializers.CharField(
        allow_null=True, help_text="A density or enthalpy the conversion took."
    )
    document = serializers.CharField()
    notes = serializers.DictField(allow_null=True, help_text="Further columns of the row.")
    withdrawn_at = serializers.DateTimeField(allow_null=True)


class TracedFixSerializer(serializers.Serializer[Any]):
    field = serializers.CharField()
    old = serializers.CharField()
    new = serializers.CharField()
    at = serializers.DateTimeField()


class TracedSourceSerializer(serializers.Serializer[Any]):
    """`kind` upload: file, sha256 and row; form: who and when."""

    kind = serializers.ChoiceField(choices=SourceKind.choices)
    upload = serializers.IntegerField(required=False)
    file = serializers.CharField(required=False, help_text="Name of the file as it came.")
    sha256 = serializers.CharField(required=False)
    row = serializers.IntegerField(required=False, help_text="As the spreadsheet counts.")
    accepted_at = serializers.DateTimeField(required=False)
    fixes = TracedFixSerializer(many=True, required=False)
    by = serializers.IntegerField(required=False, allow_null=True)
    at = serializers.DateTimeField(required=False)


class TraceSerializer(serializers.Serializer[Any]):
    line = TracedLineSerializer()
    factor = TracedFactorSerializer()
    record = TracedRecordSerializer()
    source = TracedSourceSerializer()


# -- calls ---------------------------------------------------------------------------------------------


class EmissionsView(APIView):
    rights = {"GET": [Right.RECORD_READ]}

    @extend_schema(
        operation_id="emissions_sums",
        summary="Emissions summed by scope, site, month, carrier or category",
        description="Without `year`, all years. What has no lines has no entry: missing is not zero.",
        parameters=[TENANT, EmissionsFilter],
        responses=answers(400, 404, _200=EmissionSumSerializer(many=True)),
    )
    def get(self, request: Request) -> Response:
        query = asked(EmissionsFilter, request)
        sums = queries.totals(
            supplier_ids=supplier_ids(request, query.get("supplier")), year=query.get("year"), by=query["by"]
        )
        return Response(EmissionSumSerializer(sums, many=True).data)


class EmissionLinesView(generics.ListAPIView[EmissionLine]):
    rights = {"GET": [Right.RECORD_READ]}
    serializer_class = EmissionLineSerializer
    filter_backends = ()

    def get_queryset(self) -> QuerySet[EmissionLine]:
        query = asked(LineFilter, self.request)
        rows = queries.lines_in_force(
            supplier_ids=supplier_ids(self.request, query.get("supplier")),
            year=query.get("year"),
            from_day=query.get("from"),
            until_day=query.get("to"),
        )
        if "site" in query:
            rows = rows.filter(record__site__code=query["site"])
        if "carrier" in query:
            rows = rows.filter(carrier=query["carrier"])
        return rows.select_related("supplier", "record__site").order_by("-year", "-month", "-id")

    @extend_schema(
        operation_id="emissions_lines_list",
        summary="Emission lines in force, newest month first",
        description="`from` and `to` choose whole months.",
        parameters=[TENANT, LineFilter],
        responses=answers(400, 404, _200=EmissionLineSerializer(many=True)),
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)


class TraceView(APIView):
    rights = {"GET": [Right.RECORD_READ]}

    @extend_schema(
        operation_id="emissions_lines_trace",
        summary="From a line to its factor, its record, and the file and row it came from",
        parameters=[TENANT],
        responses=answers(404, _200=TraceSerializer),
    )
    def get(self, request: Request, pk: int) -> Response:
        rows = queries.lines_for_trace().filter(supplier_id__in=supplier_ids(request))
        return Response(TraceSerializer(queries.trace(get_object_or_404(rows, pk=pk))).data)
