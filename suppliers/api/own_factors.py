"""Own factors: brought by suppliers and buyers, judged by somebody else."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from suppliers.api.base import Number, actor_of
from suppliers.api.disclosure_shapes import EvidenceUploadSerializer
from suppliers.api.openapi import TENANT, answers
from suppliers.disclosure import documents
from suppliers.disclosure.documents import Attachment
from suppliers.factors import own
from suppliers.factors.models import OwnFactor, OwnKind, OwnState, Series
from suppliers.factors.own_forms import APPROVE, GASES, RETURN
from suppliers.tenants.roles import Right


class OwnFactorSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    supplier = serializers.CharField(source="supplier.code", default=None, allow_null=True)
    buyer = serializers.CharField(source="buyer.code", default=None, allow_null=True)
    code = serializers.CharField()
    name = serializers.CharField()
    factor_kind = serializers.ChoiceField(choices=OwnKind.choices, source="kind")
    series = serializers.CharField()
    carrier = serializers.CharField()
    region = serializers.CharField()
    value = Number()
    unit = serializers.CharField()
    per_unit = serializers.CharField()
    gas = serializers.CharField()
    source = serializers.CharField()
    valid_from = serializers.DateField()
    valid_to = serializers.DateField(allow_null=True)
    factor_state = serializers.ChoiceField(choices=OwnState.choices, source="state")
    document = serializers.CharField(
        source="document.sha256", default=None, allow_null=True, help_text="SHA-256."
    )
    filename = serializers.CharField(source="document.filename", default=None, allow_null=True)
    submitted_at = serializers.DateTimeField(allow_null=True)
    reviewed_at = serializers.DateTimeField(allow_null=True)
    review_note = serializers.CharField()
    retired_at = serializers.DateTimeField(allow_null=True)


class OwnFactorWriteSerializer(serializers.Serializer[Any]):
    code = serializers.CharField(max_length=60)
    name = serializers.CharField(max_length=160)
    factor_kind = serializers.ChoiceField(choices=OwnKind.choices, source="kind")
    series = serializers.ChoiceField(
        choices=Series.choices, required=False, help_text="What kind of number it is, where it is of one."
    )
    carrier = serializers.CharField(required=False, allow_blank=True, max_length=40)
    region = serializers.CharField(required=False, allow_blank=True, max_length=20)
    value = serializers.DecimalField(
        max_digits=24, decimal_places=12, min_value=0, help_text="[kg of the gas per `per_unit`]"
    )
    gas = serializers.ChoiceField(choices=GASES, required=False, default="CO2e")
    per_unit = serializers.CharField(max_length=10, help_text="`kWh`, `kg`, `m3` …")
    source = serializers.CharField(max_length=300)
    valid_from = serializers.DateField()
    valid_to = serializers.DateField(required=False, allow_null=True)


class OwnVerdictSerializer(serializers.Serializer[Any]):
    deed = serializers.ChoiceField(choices=[APPROVE, RETURN])
    note = serializers.CharField(required=False, allow_blank=True, max_length=2000, default="")


def _mine(request: Request, pk: int) -> OwnFactor:
    row = own.one_or_404(actor_of(request), pk)
    if not own.is_own(actor_of(request), row):
        raise Http404(str(pk))
    return row


def _answer(request: Request, pk: int, status: int = 200) -> Response:
    return Response(OwnFactorSerializer(own.one_or_404(actor_of(request), pk)).data, status=status)


class OwnFactorsView(generics.ListAPIView[OwnFactor]):
    rights = {"GET": [Right.RECORD_READ], "POST": [Right.FACTOR_WRITE]}
    serializer_class = OwnFactorSerializer
    filter_backends = ()

    def get_queryset(self) -> QuerySet[OwnFactor]:
        return own.seen_by(actor_of(self.request)).order_by("code", "-id")

    @extend_schema(
        operation_id="own_factors_list",
        summary="Own factors one may see",
        description="A buyer also sees what its suppliers handed in, a supplier what its programs approved.",
        parameters=[TENANT],
        responses=answers(_200=OwnFactorSerializer(many=True)),
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)

    @extend_schema(
        operation_id="own_factors_draft",
        summary="Draft an own factor",
        parameters=[TENANT],
        request=OwnFactorWriteSerializer,
        responses=answers(400, 422, _201=OwnFactorSerializer),
    )
    def post(self, request: Request) -> Response:
        new = OwnFactorWriteSerializer(data=request.data)
        new.is_valid(raise_exception=True)
        row = own.draft(by=actor_of(request), fields=dict(new.validated_data))
        return _answer(request, row.pk, status=201)


class OwnFactorView(APIView):
    rights = {"GET": [Right.RECORD_READ], "PATCH": [Right.FACTOR_WRITE]}

    @extend_schema(
        operation_id="own_factors_read",
        summary="One own factor",
        parameters=[TENANT],
        responses=answers(404, _200=OwnFactorSerializer),
    )
    def get(self, request: Request, pk: int) -> Response:
        return _answer(request, pk)

    @extend_schema(
        operation_id="own_factors_change",
        summary="Change a draft or what was returned",
        parameters=[TENANT],
        request=OwnFactorWriteSerializer(partial=True),
        responses=answers(400, 404, 409, 422, _200=OwnFactorSerializer),
    )
    def patch(self, request: Request, pk: int) -> Response:
        row = _mine(request, pk)
        change = OwnFactorWriteSerializer(data=request.data, partial=True)
        change.is_valid(raise_exception=True)
        own.edit(by=actor_of(request), row=row, fields=dict(change.validated_data))
        return _answer(request, pk)


class OwnFactorDocumentView(APIView):
    rights = {"POST": [Right.FACTOR_WRITE]}

    @extend_schema(
        operation_id="own_factors_document",
        summary="Attach the document a draft rests on",
        parameters=[TENANT],
        request={"multipart/form-data": EvidenceUploadSerializer},
        responses=answers(400, 404, 409, 413, 422, _200=OwnFactorSerializer),
    )
    def post(self, request: Request, pk: int) -> Response:
        row = _mine(request, pk)
        upload = EvidenceUploadSerializer(data=request.data)
        upload.is_valid(raise_exception=True)
        file = upload.validated_data["file"]
        documents.refuse_too_large(file.size)  # before it is read
        own.edit(by=actor_of(request), row=row, fields={}, document=Attachment(file.read(), file.name))
        return _answer(request, pk)


class OwnFactorSubmitView(APIView):
    rights = {"POST": [Right.FACTOR_WRITE]}

    @extend_schema(
        operation_id="own_factors_submit",
        summary="Hand a draft in for review",
        parameters=[TENANT],
        request=None,
        responses=answers(404, 409, 422, _200=OwnFactorSerializer),
    )
    def post(self, request: Request, pk: int) -> Response:
        own.submit(by=actor_of(request), row=_mine(request, pk))
        return _answer(request, pk)


class OwnFactorRetireView(APIView):
    rights = {"POST": [Right.FACTOR_WRITE]}

    @extend_schema(
        operation_id="own_factors_retire",
        summary="Take an approved factor out of use",
        parameters=[TENANT],
        request=None,
        responses=answers(404, 409, _200=OwnFactorSerializer),
    )
    def post(self, request: Request, pk: int) -> Response:
        own.retire(by=actor_of(request), row=_mine(request, pk))
        return _answer(request, pk)


class OwnFactorReviewView(APIView):
    rights = {"POST": [Right.EVIDENCE_REVIEW]}

    @extend_schema(
        operation_id="own_factors_review",
        summary="Approve or return what was handed in",
        parameters=[TENANT],
        request=OwnVerdictSerializer,
        responses=answers(400, 404, 409, 422, _200=OwnFactorSerializer),
    )
    def post(self, request: Request, pk: int) -> Response:
        row = own.one_or_404(actor_of(request), pk)
        verdict = OwnVerdictSerializer(data=request.data)
        verdict.is_valid(raise_exception=True)
        judge = own.approve if verdict.validated_data["deed"] == APPROVE else own.send_back
        judge(by=actor_of(request), row=row, note=verdict.validated_data["note"])
        return _answer(request, pk)
