"""The report of a version and its lines as files; the long ones of a large version come from the queue."""

from __future__ import annotations

from typing import Any

from django.http import FileResponse, HttpResponse
from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from suppliers.api.base import actor_of
from suppliers.api.filters import asked
from suppliers.api.inventory_shapes import InventoryLineFilter, LanguageFilter
from suppliers.api.openapi import TENANT, XLSX, answers
from suppliers.inventory.inventory_queries import version_or_404
from suppliers.inventory.models import Inventory
from suppliers.inventory.report import files, kept
from suppliers.tenants.roles import Right

READ = {"GET": [Right.RECORD_READ]}
_AGAIN_IN_SECONDS = 5


class BeingMadeSerializer(serializers.Serializer[Any]):
    """Ask again after `Retry-After` seconds."""

    state = serializers.CharField()


class InventoryPdfView(APIView):
    rights = READ

    @extend_schema(
        operation_id="inventories_pdf",
        summary="The report as PDF; of a large version 202 until it is made",
        parameters=[TENANT, LanguageFilter],
        responses=answers(400, 404, 409, _202=BeingMadeSerializer)
        | {(200, "application/pdf"): OpenApiTypes.BINARY},
    )
    def get(self, request: Request, pk: int) -> HttpResponseBase:
        asked(LanguageFilter, request)
        return _file(request, version_or_404(actor_of(request), pk), "pdf", {})


class InventoryXlsxView(APIView):
    rights = READ

    @extend_schema(
        operation_id="inventories_xlsx",
        summary="The report as workbook: chapters, GRI 305, IFRS S2, lines; of a large version 202 until it is made",
        parameters=[TENANT, LanguageFilter],
        responses=answers(400, 404, 409, _202=BeingMadeSerializer) | {(200, XLSX): OpenApiTypes.BINARY},
    )
    def get(self, request: Request, pk: int) -> HttpResponseBase:
        asked(LanguageFilter, request)
        return _file(request, version_or_404(actor_of(request), pk), "xlsx", {})


class InventoryCsvView(APIView):
    rights = READ

    @extend_schema(
        operation_id="inventories_csv",
        summary="The filtered lines as CSV, exact to the last digit; of a large version 202 until it is made",
        parameters=[TENANT, InventoryLineFilter],
        responses=answers(400, 404, 409, _202=BeingMadeSerializer) | {(200, "text/csv"): OpenApiTypes.BINARY},
    )
    def get(self, request: Request, pk: int) -> HttpResponseBase:
        wanted = {name: value for name, value in asked(InventoryLineFilter, request).items() if value}
        return _file(request, version_or_404(actor_of(request), pk), "csv", wanted)


def _file(request: Request, inventory: Inventory, ending: str, wanted: dict[str, Any]) -> HttpResponseBase:
    language = files.chosen_language(request.query_params.get("language", ""))
    name, kind = files.name_of(inventory, ending), files.KINDS[ending]
    if kept.is_large(inventory):
        made = kept.ready(actor_of(request), inventory, ending, language, wanted)
        if made is None:
            return Response(
                {"state": "being made"}, status=202, headers={"Retry-After": str(_AGAIN_IN_SECONDS)}
            )
        return FileResponse(made, as_attachment=True, filename=name, content_type=kind)
    with files.written(inventory, ending, language, wanted) as file:
        answer = HttpResponse(file.read(), content_type=kind)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
