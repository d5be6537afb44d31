"""Records in force: what was consumed, where and when, and where it came from."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from suppliers.activity import queries
from suppliers.activity.models import ActivityRecord, SourceKind
from suppliers.api.base import Number
from suppliers.api.filters import PeriodFilter, asked, supplier_ids
from suppliers.api.openapi import TENANT, answers
from suppliers.calc.carriers import CARRIERS
from suppliers.tenants.roles import Right


class RecordSourceSerializer(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(choices=SourceKind.choices, source="source_kind")
    upload = serializers.IntegerField(source="upload_id", allow_null=True)
    row = serializers.IntegerField(source="upload_row", allow_null=True)


class RecordSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    supplier = serializers.CharField(source="supplier.code")
    site = serializers.CharField(source="site.code")
    meter = serializers.SerializerMethodField()
    carrier = serializers.CharField()
    start = serializers.DateField()
    end = serializers.DateField(help_text="Inclusive.")
    quantity = Number(help_text="In `unit`, the base unit of the carrier.")
    unit = serializers.SerializerMethodField()
    quantity_given = Number(help_text="As it came, in `unit_given`.")
    unit_given = serializers.CharField()
    document = serializers.CharField()
    source = RecordSourceSerializer(source="*")

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_meter(self, record: ActivityRecord) -> str | None:
        return record.meter.code if record.meter else None

    def get_unit(self, record: ActivityRecord) -> str:
        return unit_of(record.carrier)


def unit_of(carrier: str) -> str:
    """The base unit quantities of a carrier are kept in."""
    known = CARRIERS.get(carrier)
    return known.base_unit if known else ""


class RecordsView(generics.ListAPIView[ActivityRecord]):
    rights = {"GET": [Right.RECORD_READ]}
    serializer_class = RecordSerializer
    filter_backends = ()

    def get_queryset(self) -> QuerySet[ActivityRecord]:
        query = asked(PeriodFilter, self.request)
        return queries.records(
            supplier_ids=supplier_ids(self.request, query.get("supplier")),
            site=query.get("site"),
            carrier=query.get("carrier"),
            from_day=query.get("from"),
            until_day=query.get("to"),
        )

    @extend_schema(
        operation_id="records_list",
        summary="Records in force, newest period first",
        description="`from` and `to` keep the records whose period touches them.",
        parameters=[TENANT, PeriodFilter],
        responses=answers(400, 404, _200=RecordSerializer(many=True)),
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)
