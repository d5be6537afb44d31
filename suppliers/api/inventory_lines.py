"""The lines of a version and the way from each to its cell; what a restatement would change; computing again."""

from __future__ import annotations

from typing import Any, cast

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from suppliers.api.base import Pages, actor_of
from suppliers.api.filters import asked
from suppliers.api.inventory_shapes import (
    InventoryEffectSerializer,
    InventoryLineFilter,
    InventoryLineSerializer,
    InventorySerializer,
    InventoryTermsFilter,
    InventoryTraceSerializer,
    RestatementSerializer,
)
from suppliers.api.openapi import TENANT, answers
from suppliers.inventory import background, inventory_trace, restatement
from suppliers.inventory.accounts import Account, Lines
from suppliers.inventory.inventory_queries import version_or_404
from suppliers.inventory.models import Inventory, InventoryLine
from suppliers.inventory.terms import Terms
from suppliers.tenants.roles import Right
from suppliers.uploads.models import Upload

READ = {"GET": [Right.RECORD_READ]}
CHANGES_LISTED = 1_000


class InventoryLinesView(APIView):
    rights = READ

    @extend_schema(
        operation_id="inventories_lines",
        summary="From a total to the cells behind it: lines by number, each with its file and row",
        parameters=[TENANT, InventoryLineFilter],
        responses=answers(400, 404, _200=InventoryLineSerializer(many=True)),
    )
    def get(self, request: Request, pk: int) -> Response:
        account = Account(version_or_404(actor_of(request), pk))
        lines = cast(Any, Lines(account, asked(InventoryLineFilter, request)))  # it counts and slices
        pages = Pages()
        page = pages.paginate_queryset(lines, request, view=self)
        found: list[InventoryLine] = list(page or [])
        uploads = {line.upload_id for line in found if line.upload_id}
        seen = Upload.objects.filter(supplier_id=account.inventory.supplier_id, pk__in=uploads)
        context = {"files": dict(seen.values_list("pk", "filename"))}
        return pages.get_paginated_response(InventoryLineSerializer(found, many=True, context=context).data)


class InventoryTraceView(APIView):
    rights = READ

    @extend_schema(
        operation_id="inventories_lines_trace",
        summary="From a line to its factor, record, file, row and document in one call",
        parameters=[TENANT],
        responses=answers(404, _200=InventoryTraceSerializer),
    )
    def get(self, request: Request, pk: int, number: int) -> Response:
        account = Account(version_or_404(actor_of(request), pk))
        line = inventory_trace.line_or_404(account, number)
        return Response(inventory_trace.trace(line, by_period=account.is_by_period))


class RestatementView(APIView):
    rights = {"GET": [Right.INVENTORY_SUBMIT], "POST": [Right.INVENTORY_SUBMIT]}

    @extend_schema(
        operation_id="inventories_restatement_preview",
        summary="What today's factors and records, and these terms, would change; nothing is written",
        parameters=[TENANT, InventoryTermsFilter],
        responses=answers(400, 404, 409, 422, _200=InventoryEffectSerializer),
    )
    def get(self, request: Request, pk: int) -> Response:
        inventory = version_or_404(actor_of(request), pk)
        effect = restatement.preview(
            inventory=inventory, terms=_terms(inventory, asked(InventoryTermsFilter, request))
        )
        said = {
            "totals_before": effect.totals_before,
            "totals_after": effect.totals_after,
            "is_grouped": effect.is_grouped,
            "count": len(effect.changes),
            "changes": effect.changes[:CHANGES_LISTED],
        }
        return Response(InventoryEffectSerializer(said).data)

    @extend_schema(
        operation_id="inventories_restate",
        summary="A new frozen version with its reason; both numbers are kept. A large one is frozen in the background (202)",
        parameters=[TENANT],
        request=RestatementSerializer,
        responses=answers(400, 404, 409, 422, _201=InventorySerializer, _202=InventorySerializer),
    )
    def post(self, request: Request, pk: int) -> Response:
        inventory = version_or_404(actor_of(request), pk)
        new = RestatementSerializer(data=request.data)
        new.is_valid(raise_exception=True)
        following = background.restate(
            by=actor_of(request), inventory=inventory, terms=_terms(inventory, new.validated_data),
            reason=new.validated_data["reason"],
        )  # fmt: skip
        is_frozen = following.frozen_at is not None
        return Response(InventorySerializer(following).data, status=201 if is_frozen else 202)


class ReplayView(APIView):
    rights = {"POST": [Right.INVENTORY_WRITE]}

    @extend_schema(
        operation_id="inventories_replay",
        summary="Have a frozen version computed again; `replayed` of the version says what came out",
        parameters=[TENANT],
        request=None,
        responses=answers(404, 409, _202=None),
    )
    def post(self, request: Request, pk: int) -> Response:
        background.ask_replay(by=actor_of(request), inventory=version_or_404(actor_of(request), pk))
        return Response(status=202)


def _terms(inventory: Inventory, given: dict[str, Any]) -> Terms:
    """What is not asked for stays as the version has it."""
    said = Terms.from_json(inventory.terms)
    return Terms(
        gwp_report=given.get("gwp_report", said.gwp_report), fuel_set=given.get("fuel_set", said.fuel_set)
    )
