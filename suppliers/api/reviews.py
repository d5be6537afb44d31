"""Reviews: a program assigns inventories to verification bodies, a supplier answers what verifiers found."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from suppliers.api.base import Number, Pages, ReadByKind, actor_of, supplier_of
from suppliers.api.filters import FIRST_YEAR, LAST_YEAR, asked
from suppliers.api.inventory_shapes import InventoryStateField
from suppliers.api.openapi import TENANT, answers
from suppliers.inventory.models import Assignment, FindingKind, FindingState, InventoryState
from suppliers.inventory.review import actions, findings, independence, queries
from suppliers.tenants.access import own_buyer
from suppliers.tenants.models import VerificationBody
from suppliers.tenants.refusals import Refusal
from suppliers.tenants.roles import Right, TenantKind

ASSIGNMENTS = {TenantKind.BUYER: Right.INVENTORY_ASSIGN, TenantKind.BODY: Right.INVENTORY_REVIEW}
FINDINGS = {TenantKind.SUPPLIER: Right.RECORD_READ, TenantKind.BODY: Right.INVENTORY_REVIEW}
_FINDING_STATES = {"type": "string", "pattern": f"^({'|'.join(FindingState.values)})$"}


# -- shapes --------------------------------------------------------------------------------------------


class ReviewYearFilter(serializers.Serializer[Any]):
    year = serializers.IntegerField(
        required=False, min_value=FIRST_YEAR, max_value=LAST_YEAR, help_text="Year of the inventory."
    )


class AssignmentSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    supplier = serializers.CharField(source="supplier.code")
    inventory = serializers.IntegerField(source="inventory_id")
    year = serializers.IntegerField(source="inventory.year")
    version = serializers.IntegerField(source="inventory.version")
    inventory_state = InventoryStateField(choices=InventoryState.choices, source="inventory.state")
    body = serializers.CharField(source="body.code")
    verifier = serializers.CharField(
        source="verifier.name", default=None, allow_null=True, help_text="Null until named or begun."
    )
    materiality_percent = Number()
    assigned_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True, help_text="When it was taken back.")
    statement = serializers.CharField(
        source="opinion.statement.number", default=None, allow_null=True, help_text="Its number, once issued."
    )


class AssignmentNewSerializer(serializers.Serializer[Any]):
    inventory = serializers.IntegerField(min_value=1, max_value=2**31, help_text="A submitted version.")
    body = serializers.CharField(max_length=40, help_text="Code of an accredited verification body.")
    verifier = serializers.EmailField(
        required=False,
        allow_blank=True,
        default="",
        max_length=254,
        help_text="E-mail address of a person of that body; without one, whoever begins takes it on.",
    )
    materiality_percent = serializers.DecimalField(
        max_digits=4, decimal_places=1, required=False, default=actions.MATERIALITY_PERCENT, help_text="[%]"
    )


@extend_schema_field(_FINDING_STATES)
class FindingStateField(serializers.ChoiceField):
    """Where a finding stands."""


class FindingFilter(ReviewYearFilter):
    state = FindingStateField(required=False, choices=FindingState.choices)


class FindingDocumentSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    filename = serializers.CharField()
    sha256 = serializers.CharField()


class FindingReplySerializer(serializers.Serializer[Any]):
    text = serializers.CharField()
    by = serializers.CharField(source="by.name", default=None, allow_null=True)
    at = serializers.DateTimeField()
    evidence = FindingDocumentSerializer(allow_null=True)


class FindingSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField(source="finding.pk")
    supplier = serializers.CharField(source="finding.supplier.code")
    body = serializers.CharField(source="finding.body.code")
    inventory = serializers.IntegerField(source="finding.assignment.inventory_id")
    year = serializers.IntegerField(source="finding.assignment.inventory.year")
    line = serializers.IntegerField(
        source="finding.line.number", default=None, allow_null=True, help_text="Null: the whole inventory."
    )
    finding_kind = serializers.ChoiceField(choices=FindingKind.choices, source="finding.kind")
    text = serializers.CharField(source="finding.text")
    effect_kgco2e = Number(source="finding.effect_kgco2e", allow_null=True)
    state = FindingStateField(choices=FindingState.choices, source="finding.state")
    at = serializers.DateTimeField(source="finding.at")
    closed_at = serializers.DateTimeField(source="finding.closed_at", allow_null=True)
    closing_note = serializers.CharField(source="finding.closing_note")
    replies = FindingReplySerializer(many=True)


class FindingAnswerSerializer(serializers.Serializer[Any]):
    text = serializers.CharField(max_length=4000)
    evidence = serializers.IntegerField(
        required=False,
        allow_null=True,
        default=None,
        min_value=1,
        max_value=2**31,
        help_text="Id of a document of your own company.",
    )


# -- assignments ---------------------------------------------------------------------------------------


class AssignmentsView(ReadByKind, generics.ListAPIView[Assignment]):
    reads = ASSIGNMENTS
    rights = {"POST": [Right.INVENTORY_ASSIGN]}
    serializer_class = AssignmentSerializer
    filter_backends = ()

    def get_queryset(self) -> QuerySet[Assignment]:
        wanted = asked(ReviewYearFilter, self.request)
        found = queries.assignments_seen_by(actor_of(self.request))
        return found.filter(inventory__year=wanted["year"]) if wanted else found

    @extend_schema(
        operation_id="assignments_list",
        summary="Who reviews which inventory, newest first",
        description="For a program what it assigned, also what it took back; for a verification body what it reviews.",
        parameters=[TENANT, ReviewYearFilter],
        responses=answers(400, _200=AssignmentSerializer(many=True)),
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)

    @extend_schema(
        operation_id="assignments_make",
        summary="Assign a submitted inventory to a verification body",
        parameters=[TENANT],
        request=AssignmentNewSerializer,
        responses=answers(400, 404, 409, 422, _201=AssignmentSerializer),
    )
    def post(self, request: Request) -> Response:
        buyer = own_buyer(actor_of(request))
        new = AssignmentNewSerializer(data=request.data)
        new.is_valid(raise_exception=True)
        said = new.validated_data
        inventory = queries.assignable_or_404(buyer, said["inventory"])
        body = VerificationBody.objects.filter(code=said["body"]).first()
        if body is None:
            raise Refusal("review.body", _("There is no verification body with this code."), status=422)
        verifier = independence.verifier_at(said["verifier"], body) if said["verifier"] else None
        made = actions.assign(
            by=actor_of(request), inventory=inventory, body=body, verifier=verifier,
            materiality_percent=said["materiality_percent"],
        )  # fmt: skip
        return _assignment(request, made.pk, status=201)


class AssignmentView(ReadByKind, APIView):
    reads = ASSIGNMENTS

    @extend_schema(
        operation_id="assignments_read",
        summary="One assignment",
        parameters=[TENANT],
        responses=answers(404, _200=AssignmentSerializer),
    )
    def get(self, request: Request, pk: int) -> Response:
        return _assignment(request, pk)


class AssignmentWithdrawView(APIView):
    rights = {"POST": [Right.INVENTORY_ASSIGN]}

    @extend_schema(
        operation_id="assignments_withdraw",
        summary="Take an assignment back that nobody has begun",
        parameters=[TENANT],
        request=None,
        responses=answers(404, 409, _200=AssignmentSerializer),
    )
    def post(self, request: Request, pk: int) -> Response:
        own_buyer(actor_of(request))
        actions.withdraw(by=actor_of(request), assignment=queries.assignment_or_404(actor_of(request), pk))
        return _assignment(request, pk)


def _assignment(request: Request, pk: int, status: int = 200) -> Response:
    found = queries.assignment_or_404(actor_of(request), pk)
    return Response(AssignmentSerializer(found).data, status=status)


# -- findings ------------------------------------------------------------------------------------------


class FindingsView(ReadByKind, APIView):
    reads = FINDINGS

    @extend_schema(
        operation_id="findings_list",
        summary="What verifiers raised, newest first, with what was answered",
        parameters=[TENANT, FindingFilter],
        responses=answers(400, _200=FindingSerializer(many=True)),
    )
    def get(self, request: Request) -> Response:
        wanted = asked(FindingFilter, request)
        found = queries.findings_seen_by(actor_of(request))
        if "year" in wanted:
            found = found.filter(assignment__inventory__year=wanted["year"])
        if "state" in wanted:
            found = found.filter(state=wanted["state"])
        pages = Pages()
        page = pages.paginate_queryset(found, request, view=self)
        talks = queries.with_talk(page or [])
        return pages.get_paginated_response(FindingSerializer(talks, many=True).data)


class FindingView(ReadByKind, APIView):
    reads = FINDINGS

    @extend_schema(
        operation_id="findings_read",
        summary="One finding with what was answered",
        parameters=[TENANT],
        responses=answers(404, _200=FindingSerializer),
    )
    def get(self, request: Request, pk: int) -> Response:
        return _finding(request, pk)


class FindingAnswerView(APIView):
    rights = {"POST": [Right.INVENTORY_WRITE]}

    @extend_schema(
        operation_id="findings_answer",
        summary="Answer a finding, with a document if there is one; for its supplier",
        parameters=[TENANT],
        request=FindingAnswerSerializer,
        responses=answers(400, 404, 409, 422, _201=FindingSerializer),
    )
    def post(self, request: Request, pk: int) -> Response:
        supplier, actor = supplier_of(request), actor_of(request)
        finding = queries.finding_or_404(actor, pk)
        new = FindingAnswerSerializer(data=request.data)
        new.is_valid(raise_exception=True)
        said, document = new.validated_data, None
        if said["evidence"] is not None:
            document = queries.own_document(supplier.pk, said["evidence"])
            if document is None:
                raise Refusal("finding.evidence", _("Your company has no document with this id."), status=422)
        findings.answer(by=actor, finding=finding, text=said["text"], evidence=document)
        return _finding(request, pk, status=201)


def _finding(request: Request, pk: int, status: int = 200) -> Response:
    (talk,) = queries.with_talk([queries.finding_or_404(actor_of(request), pk)])
    return Response(FindingSerializer(talk).data, status=status)
