"""The industry database: groups for a program, its own group and place for a supplier."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from suppliers.api.base import Number, actor_of, buyer_of
from suppliers.api.filters import FIRST_YEAR, LAST_YEAR, asked
from suppliers.api.openapi import TENANT, answers
from suppliers.industry import queries
from suppliers.industry.queries import Row
from suppliers.tenants.roles import Right


class IndustryFilter(serializers.Serializer[Any]):
    year = serializers.IntegerField(required=False, min_value=FIRST_YEAR, max_value=LAST_YEAR)
    commodity = serializers.CharField(required=False, max_length=40)
    size_band = serializers.ChoiceField(required=False, choices=["S", "M", "L"])
    unit = serializers.CharField(required=False, max_length=20)


class IndustrySerializer(serializers.Serializer[Any]):
    year = serializers.IntegerField(source="figure.year")
    commodity = serializers.CharField(source="figure.commodity")
    size_band = serializers.CharField(source="figure.size_band")
    unit = serializers.CharField(source="figure.unit", help_text="Unit of output; figures are kgCO2e per it.")
    p25 = Number(source="figure.p25")
    p50 = Number(source="figure.p50")
    p75 = Number(source="figure.p75")
    companies_at_least = serializers.IntegerField(
        source="figure.companies_at_least", help_text="A multiple of five."
    )
    own = Number(allow_null=True, help_text="The asking supplier's own value; null for a program.")
    quarter = serializers.IntegerField(allow_null=True, help_text="1 (lowest) to 4, of the asking supplier.")


class IndustryView(generics.GenericAPIView[Any]):
    rights = {"GET": [Right.RECORD_READ]}
    serializer_class = IndustrySerializer
    filter_backends = ()

    @extend_schema(
        operation_id="industry_list",
        summary="Quartiles of intensity by commodity, size and unit of output",
        description="Groups of five and more, published once a year; a supplier sees its own group.",
        parameters=[TENANT, IndustryFilter],
        responses=answers(400, 404, _200=IndustrySerializer(many=True)),
    )
    def get(self, request: Request) -> Response:
        supplier, wanted = actor_of(request).supplier, asked(IndustryFilter, request)
        if supplier is not None:
            rows = queries.of_supplier(supplier, **wanted)
        else:
            rows = [Row(figure) for figure in queries.of_program(buyer_of(request), **wanted)]
        page = self.paginate_queryset(rows)
        return self.get_paginated_response(IndustrySerializer(page, many=True).data)
