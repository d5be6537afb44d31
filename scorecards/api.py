"""Rankings, scorecards and the SPE hand-off over HTTP. A supplier sees its own released rows and no other."""

from __future__ import annotations

import json
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.generics import ListAPIView
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from scorecards import actions, exports, queries
from scorecards.models import Edition, EditionState
from scorecards.serializers import (
    ConfirmSerializer,
    EditionSerializer,
    RankingRowSerializer,
    RankingSerializer,
    ScorecardSerializer,
    SpeSerializer,
)
from suppliers.api.base import NumbersRenderer, Pages, actor_of, buyer_of
from suppliers.api.filters import asked
from suppliers.api.openapi import TENANT, answers
from suppliers.models import Supplier
from suppliers.tenants.access import own_buyer
from suppliers.tenants.refusals import Refusal
from suppliers.tenants.roles import Right

BUYER = OpenApiParameter(
    "buyer", OpenApiTypes.STR, description="Code of the program; for suppliers enrolled with several."
)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class EditionFilter(serializers.Serializer[Any]):
    edition = serializers.IntegerField(
        required=False, min_value=1, max_value=32_000, help_text="Edition number; the newest if left out."
    )


class RankingFilter(EditionFilter):
    commodity = serializers.CharField(required=False, max_length=40)
    grade = serializers.ChoiceField(required=False, choices=[(letter, letter) for letter in "ABCD"])
    order = serializers.ChoiceField(required=False, choices=[(name, name) for name in queries.ORDERS])


def _own(request: Request) -> Supplier | None:
    """The supplier who asks, to whom only its own rows are shown; None for a buyer."""
    return actor_of(request).supplier


def _edition(request: Request, label: str, number: int | None = None) -> Edition:
    """404 for a quarter that does not exist or is not released to the asker."""
    found = queries.edition_of(buyer_of(request), label, number)
    if found is None:
        raise Http404(label)
    return found


class EditionsView(ListAPIView[Any]):
    filter_backends: ClassVar[list[Any]] = []  # a filter would look at the table before any scope is open
    rights = {"GET": [Right.SCORECARD_READ]}
    serializer_class = EditionSerializer

    def get_queryset(self) -> QuerySet[Edition]:
        if getattr(self, "swagger_fake_view", False):  # the schema is made by nobody in particular
            return QuerySet(Edition).none()
        return queries.editions(buyer_of(self.request))

    @extend_schema(
        operation_id="rankings_list",
        summary="Quarters and their editions, newest first",
        parameters=[TENANT, BUYER],
        responses=answers(400, 404, _200=EditionSerializer(many=True)),
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)


class RankingView(APIView):
    rights = {"GET": [Right.SCORECARD_READ]}

    @extend_schema(
        operation_id="rankings_read",
        summary="The ranking of a quarter; for a supplier its own row",
        parameters=[
            TENANT,
            BUYER,
            RankingFilter,
            OpenApiParameter("page", OpenApiTypes.INT),
            OpenApiParameter("page_size", OpenApiTypes.INT),
        ],
        responses=answers(400, 404, _200=RankingSerializer),
    )
    def get(self, request: Request, label: str) -> Response:
        chosen = asked(RankingFilter, request)
        edition = _edition(request, label, chosen.pop("edition", None))
        rows = queries.ranking(edition, supplier=_own(request), **chosen)
        pages = Pages()
        page = pages.paginate_queryset(rows, request, view=self)
        body = pages.get_paginated_response(
            RankingRowSerializer([queries.row(card) for card in page or []], many=True).data
        ).data
        return Response(_head(edition) | body)


def _head(edition: Edition) -> dict[str, Any]:
    return {
        "label": edition.label,
        "number": edition.number,
        "state": str(edition.state),
        "first_day": edition.first_day,
        "last_day": edition.last_day,
        "methodology": edition.methodology.code,
        "digest": edition.digest,
        "reason": edition.reason,
    }


class ComputeView(APIView):
    rights = {"POST": [Right.EDITION_RUN]}

    @extend_schema(
        operation_id="rankings_compute",
        summary="Compute a quarter, opening it if there is none yet",
        parameters=[TENANT],
        request=None,
        responses=answers(404, 409, 422, _200=EditionSerializer),
    )
    def post(self, request: Request, label: str) -> Response:
        by, buyer = actor_of(request), own_buyer(actor_of(request))
        edition = queries.edition_of(buyer, label)
        if edition is None:
            edition = actions.open_edition(by=by, buyer=buyer, label=label)
        return Response(EditionSerializer(actions.compute(by=by, edition=edition)).data)


class LockView(APIView):
    rights = {"POST": [Right.EDITION_RUN]}

    @extend_schema(
        operation_id="rankings_lock",
        summary="Lock a computed quarter",
        parameters=[TENANT],
        request=None,
        responses=answers(404, 409, _200=EditionSerializer),
    )
    def post(self, request: Request, label: str) -> Response:
        own_buyer(actor_of(request))
        edition = actions.lock(by=actor_of(request), edition=_edition(request, label))
        return Response(EditionSerializer(edition).data)


class PublishView(APIView):
    rights = {"POST": [Right.EDITION_PUBLISH]}

    @extend_schema(
        operation_id="rankings_publish",
        summary="Publish a locked quarter, for good",
        parameters=[TENANT],
        request=ConfirmSerializer,
        responses=answers(400, 404, 409, 422, _200=EditionSerializer),
    )
    def post(self, request: Request, label: str) -> Response:
        own_buyer(actor_of(request))
        order = ConfirmSerializer(data=request.data)
        order.is_valid(raise_exception=True)
        confirm = order.validated_data.get("confirm", label)
        edition = _edition(request, label)
        return Response(
            EditionSerializer(actions.publish(by=actor_of(request), edition=edition, confirm=confirm)).data
        )


class ScorecardView(APIView):
    rights = {"GET": [Right.SCORECARD_READ]}

    @extend_schema(
        operation_id="scorecards_read",
        summary="One scorecard: eight indicators with reason, evidence and what would raise them",
        parameters=[TENANT, BUYER, EditionFilter],
        responses=answers(400, 404, _200=ScorecardSerializer),
    )
    def get(self, request: Request, label: str, supplier: str) -> Response:
        edition = _edition(request, label, asked(EditionFilter, request).get("edition"))
        own = _own(request)
        if own is not None and own.code != supplier:
            raise Http404(supplier)
        card = queries.scorecard(edition, own or _scored(edition, supplier))
        if card is None:
            raise Http404(supplier)
        return Response(ScorecardSerializer(card).data)


def _scored(edition: Edition, code: str) -> Supplier:
    """A supplier with a scorecard in this edition, also one that has left the program since."""
    cards = edition.scorecards.filter(buyer=edition.buyer_id, supplier__code=code).select_related("supplier")
    supplier: Supplier = get_object_or_404(cards).supplier
    return supplier


class _SpeFile(BaseRenderer):
    """A table as a file; a trouble stays JSON."""

    def render(self, data: Any, accepted_media_type: Any = None, renderer_context: Any = None) -> bytes:
        response = renderer_context["response"]
        if "results" not in data:
            response["Content-Type"] = "application/json"
            return json.dumps(data, ensure_ascii=False, default=str).encode()
        name = f"greenlink-spe-{data['label']}.{self.format}"
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        return self.table(data)

    def table(self, data: Any) -> bytes:
        raise NotImplementedError


class SpeCsv(_SpeFile):
    media_type, format, charset = "text/csv", "csv", "utf-8"

    def table(self, data: Any) -> bytes:
        # the mark lets spreadsheet programs read the Chinese names
        return b"\xef\xbb\xbf" + exports.csv_text(exports.SPE_COLUMNS, data["results"]).encode()


class SpeXlsx(_SpeFile):
    media_type, format, charset = XLSX, "xlsx", None
    render_style = "binary"

    def table(self, data: Any) -> bytes:
        return exports.workbook(f"SPE {data['label']}", exports.SPE_COLUMNS, data["results"])


class SpeView(APIView):
    rights = {"GET": [Right.SCORECARD_READ]}
    renderer_classes = [NumbersRenderer, SpeCsv, SpeXlsx]

    @extend_schema(
        operation_id="spe_read",
        summary="The hand-off to the supplier performance evaluation, from a published quarter",
        parameters=[
            TENANT,
            BUYER,
            EditionFilter,
            OpenApiParameter("format", OpenApiTypes.STR, enum=["json", "csv", "xlsx"]),
        ],
        responses=answers(400, 404, 409)
        | {
            (200, "application/json"): SpeSerializer,
            (200, "text/csv"): OpenApiTypes.STR,
            (200, XLSX): OpenApiTypes.BINARY,
        },
    )
    def get(self, request: Request, label: str) -> Response:
        number = asked(EditionFilter, request).get("edition")
        found = queries.editions(buyer_of(request)).filter(label=label.strip().upper())
        if number is not None:
            found = found.filter(number=number)
        edition = found.filter(state=EditionState.PUBLISHED).first()
        if edition is None:
            if found.exists():
                raise Refusal("edition.state", _("The quarter is not published yet."))
            raise Http404(label)
        return Response(SpeSerializer(exports.spe(edition, supplier=_own(request))).data)
