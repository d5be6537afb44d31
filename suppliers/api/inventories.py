"""The yearly inventory: its versions, their totals, and the steps from open to submitted."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from suppliers.api.base import Pages, actor_of, supplier_of
from suppliers.api.filters import YearFilter, asked, supplier_ids
from suppliers.api.inventory_shapes import (
    InventoryBaseYearSerializer,
    InventoryEditSerializer,
    InventoryIntensitySerializer,
    InventoryOneSerializer,
    InventoryOpenSerializer,
    InventoryReasonSerializer,
    InventoryReplaySerializer,
    InventorySerializer,
    InventoryTotalsSerializer,
)
from suppliers.api.openapi import TENANT, answers
from suppliers.calc.issues import told
from suppliers.inventory import background, inventories, inventory_queries
from suppliers.inventory.accounts import Account
from suppliers.inventory.base_year import base_year
from suppliers.inventory.inventory_queries import version_or_404
from suppliers.inventory.models import Inventory
from suppliers.tenants.actors import Actor
from suppliers.tenants.language import reads_chinese
from suppliers.tenants.roles import Right

READ = {"GET": [Right.RECORD_READ]}


class InventoriesView(APIView):
    rights = READ | {"POST": [Right.INVENTORY_WRITE]}

    @extend_schema(
        operation_id="inventories_list",
        summary="Versions of yearly inventories, newest year first",
        parameters=[TENANT, YearFilter],
        responses=answers(400, 404, _200=InventorySerializer(many=True)),
    )
    def get(self, request: Request) -> Response:
        query = asked(YearFilter, request)
        rows = Inventory.objects.filter(supplier_id__in=supplier_ids(request, query.get("supplier")))
        if "year" in query:
            rows = rows.filter(year=query["year"])
        if actor_of(request).buyer is not None:
            rows = rows.filter(Inventory.buyer_sees)
        rows = rows.select_related("supplier").order_by("-year", "-version", "supplier__code")
        pages = Pages()
        page = pages.paginate_queryset(rows, request, view=self)
        return pages.get_paginated_response(InventorySerializer(page, many=True).data)

    @extend_schema(
        operation_id="inventories_open",
        summary="Open a year",
        parameters=[TENANT],
        request=InventoryOpenSerializer,
        responses=answers(400, 409, 422, _201=InventorySerializer),
    )
    def post(self, request: Request) -> Response:
        new = InventoryOpenSerializer(data=request.data)
        new.is_valid(raise_exception=True)
        made = inventories.open_year(
            by=actor_of(request), supplier=supplier_of(request), year=new.validated_data["year"]
        )
        return Response(InventorySerializer(made).data, status=201)


class InventoryView(APIView):
    rights = READ | {"PATCH": [Right.INVENTORY_WRITE]}

    @extend_schema(
        operation_id="inventories_one",
        summary="A version with totals, coverage, intensity and what is not counted yet",
        parameters=[TENANT],
        responses=answers(404, _200=InventoryOneSerializer),
    )
    def get(self, request: Request, pk: int) -> Response:
        account = Account(version_or_404(actor_of(request), pk))
        said = InventorySerializer(account.inventory).data | {
            "totals": InventoryTotalsSerializer(account.totals).data,
            "is_by_period": account.is_by_period,
            "is_under_way": background.under_way(account.inventory),
            "base_year_beside": _base_year(account, actor_of(request)),
            "replayed": _replayed(account.inventory),
            "issues": told(account.issues, "zh" if reads_chinese() else "en"),
            "coverage": inventory_queries.coverage(account.inventory),
            "intensities": InventoryIntensitySerializer(
                inventory_queries.intensities(account), many=True
            ).data,
        }
        return Response(said)

    @extend_schema(
        operation_id="inventories_edit",
        summary="Change an open version",
        parameters=[TENANT],
        request=InventoryEditSerializer,
        responses=answers(400, 404, 409, 422, _200=InventorySerializer),
    )
    def patch(self, request: Request, pk: int) -> Response:
        inventory = version_or_404(actor_of(request), pk)
        new = InventoryEditSerializer(data=request.data)
        new.is_valid(raise_exception=True)
        fields = dict(new.validated_data)
        if "exclusions" in fields:
            fields["exclusions"] = [dict(one) for one in fields["exclusions"]]
        changed = inventories.edit(by=actor_of(request), inventory=inventory, fields=fields)
        return Response(InventorySerializer(changed).data)


class InventorySubmitView(APIView):
    rights = {"POST": [Right.INVENTORY_SUBMIT]}

    @extend_schema(
        operation_id="inventories_submit",
        summary="Freeze and hand in an open version; a large one in the background (202)",
        parameters=[TENANT],
        request=None,
        responses=answers(404, 409, 422, _200=InventorySerializer, _202=InventorySerializer),
    )
    def post(self, request: Request, pk: int) -> Response:
        inventory = version_or_404(actor_of(request), pk)
        is_frozen = background.submit(by=actor_of(request), inventory=inventory)
        inventory.refresh_from_db()
        return Response(InventorySerializer(inventory).data, status=200 if is_frozen else 202)


class InventoryReopenView(APIView):
    rights = {"POST": [Right.INVENTORY_SUBMIT]}

    @extend_schema(
        operation_id="inventories_reopen",
        summary="Open the next version, with a reason",
        parameters=[TENANT],
        request=InventoryReasonSerializer,
        responses=answers(400, 404, 409, 422, _201=InventorySerializer),
    )
    def post(self, request: Request, pk: int) -> Response:
        inventory = version_or_404(actor_of(request), pk)
        new = InventoryReasonSerializer(data=request.data)
        new.is_valid(raise_exception=True)
        following = inventories.reopen(
            by=actor_of(request), inventory=inventory, reason=new.validated_data["reason"]
        )
        return Response(InventorySerializer(following).data, status=201)


def _base_year(account: Account, actor: Actor) -> Any:
    found = base_year(account, may_compute=actor.supplier is not None)
    return InventoryBaseYearSerializer(found).data if found else None


def _replayed(inventory: Inventory) -> Any:
    found = background.last_replay(inventory) if inventory.frozen_at else None
    return InventoryReplaySerializer(found).data if found else None
