"""The factor tables: what GreenLink may reckon with. Reference data for every member of any tenant."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from suppliers.api.base import Number
from suppliers.api.filters import FIRST_YEAR, LAST_YEAR, asked
from suppliers.api.openapi import TENANT, answers
from suppliers.factors import queries
from suppliers.factors.models import Factor, FactorSet, Series, Verified
from suppliers.tenants.roles import Right

_NO_RIGHT_NEEDED: dict[str, list[Right]] = {"GET": []}


class FactorFilter(serializers.Serializer[Any]):
    carrier = serializers.CharField(required=False, max_length=40, help_text="`electricity`, `R410A` …")
    region = serializers.CharField(
        required=False, max_length=20, help_text="`CN-AH`, `CN-EAST`, `CN`, `VN` …"
    )
    year = serializers.IntegerField(required=False, min_value=FIRST_YEAR, max_value=LAST_YEAR)
    series = serializers.ChoiceField(required=False, choices=Series.choices)
    words = serializers.CharField(required=False, max_length=100, help_text="In code, names and source.")
    set = serializers.CharField(
        required=False, max_length=60, source="factor_set", help_text="Code of a publication: `GWP-AR6`."
    )
    verified = serializers.ChoiceField(required=False, choices=Verified.choices)


class FactorSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    code = serializers.CharField()
    carrier = serializers.CharField()
    name = serializers.CharField()
    name_en = serializers.CharField()
    region = serializers.CharField()
    year = serializers.IntegerField()
    year_label = serializers.CharField(source="year_text", help_text="The year as published: `FY2023`.")
    value = Number()
    unit = serializers.CharField()
    per_unit = serializers.CharField()
    gas = serializers.CharField()
    basis = serializers.CharField()
    is_default = serializers.BooleanField(help_text="The look-up takes it by itself.")
    verified = serializers.ChoiceField(choices=Verified.choices)
    note = serializers.CharField()
    ncv = Number(allow_null=True)
    ncv_unit = serializers.CharField()
    carbon_content_tc_per_gj = Number(allow_null=True)
    oxidation_rate = Number(allow_null=True)
    valid_from = serializers.DateField(allow_null=True)
    valid_to = serializers.DateField(allow_null=True)
    set = serializers.CharField(source="set.code")
    series = serializers.ChoiceField(choices=Series.choices, source="set.series")
    edition = serializers.CharField(source="set.edition")
    source = serializers.CharField(source="set.source")
    source_address = serializers.CharField(source="set.source_address")
    licence_note = serializers.CharField(source="set.licence_note")


class FactorSetSerializer(serializers.Serializer[Any]):
    code = serializers.CharField()
    name = serializers.CharField()
    name_en = serializers.CharField()
    series = serializers.ChoiceField(choices=Series.choices)
    edition = serializers.CharField()
    year = serializers.IntegerField()
    published_on = serializers.DateField(allow_null=True)
    source = serializers.CharField()
    source_address = serializers.CharField()
    licence_note = serializers.CharField()
    loaded_at = serializers.DateTimeField()
    rows = serializers.IntegerField(help_text="Numbers in it.")


class SetFilter(serializers.Serializer[Any]):
    series = serializers.ChoiceField(required=False, choices=Series.choices)


class FactorSetsView(generics.ListAPIView[FactorSet]):
    rights = _NO_RIGHT_NEEDED
    serializer_class = FactorSetSerializer
    filter_backends = ()

    def get_queryset(self) -> QuerySet[FactorSet]:
        return queries.sets(**asked(SetFilter, self.request))

    @extend_schema(
        operation_id="factor_sets_list",
        summary="Publications of factors: editions, sources, licences",
        parameters=[TENANT, SetFilter],
        responses=answers(400, _200=FactorSetSerializer(many=True)),
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)


class FactorsView(generics.ListAPIView[Factor]):
    rights = _NO_RIGHT_NEEDED
    serializer_class = FactorSerializer
    filter_backends = ()

    def get_queryset(self) -> QuerySet[Factor]:
        return queries.browse(**asked(FactorFilter, self.request))

    @extend_schema(
        operation_id="factors_list",
        summary="Emission factors, potentials and coefficients",
        description="Every filter is exact; a year without a value gives an empty list, not an older value.",
        parameters=[TENANT, FactorFilter],
        responses=answers(400, _200=FactorSerializer(many=True)),
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)


class FactorView(APIView):
    rights = _NO_RIGHT_NEEDED

    @extend_schema(
        operation_id="factors_read",
        summary="One factor by its code",
        parameters=[TENANT],
        responses=answers(404, _200=FactorSerializer),
    )
    def get(self, request: Request, code: str) -> Response:
        return Response(
            FactorSerializer(get_object_or_404(queries.browse(), code=code.replace("\0", ""))).data
        )
