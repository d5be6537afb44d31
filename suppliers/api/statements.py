"""Signed statements: whoever may see them reads them with payload and signature; the supplier hands one in as evidence."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from suppliers.api.base import Number, ReadByKind, actor_of, supplier_of
from suppliers.api.filters import FIRST_YEAR, LAST_YEAR, asked
from suppliers.api.openapi import TENANT, answers
from suppliers.inventory.models import Standing, Statement
from suppliers.inventory.statement import actions, numbers, paper, queries, signing
from suppliers.tenants.roles import Right

# A pattern, because other calls have other lists of states.
_STANDINGS = {"type": "string", "pattern": f"^({'|'.join(Standing.values)})$"}


@extend_schema_field(_STANDINGS)
class StandingField(serializers.ChoiceField):
    """How a statement stands today."""


class StatementFilter(serializers.Serializer[Any]):
    year = serializers.IntegerField(
        required=False, min_value=FIRST_YEAR, max_value=LAST_YEAR, help_text="Year of the inventory."
    )
    state = StandingField(required=False, choices=Standing.choices)


class StatementTonnesSerializer(serializers.Serializer[Any]):
    """Tonnes CO2e with three places, as signed; what nobody quantified is null. Location and market are never added."""

    scope1 = Number(default=None, allow_null=True)
    scope2_location = Number(default=None, allow_null=True)
    scope2_market = Number(default=None, allow_null=True)
    scope3 = Number(default=None, allow_null=True)
    by_iso_category = serializers.DictField(child=Number(), default=dict)


class StatementOpinionSerializer(serializers.Serializer[Any]):
    level = serializers.CharField(default="", help_text="limited or reasonable.")
    conclusion = serializers.CharField(default="", help_text="unmodified or modified.")


class StatementSerializer(serializers.Serializer[Any]):
    number = serializers.CharField()
    supplier = serializers.CharField(source="supplier.code")
    body = serializers.CharField(source="body.code")
    year = serializers.SerializerMethodField()
    state = StandingField(
        choices=Standing.choices,
        source="standing",
        help_text="As of today; `ended`: its own last day has gone by.",
    )
    issued_at = serializers.DateTimeField()
    valid_until = serializers.DateField(allow_null=True, help_text="Last day; null has no end.")
    superseded_by = serializers.CharField()
    withdrawn_reason = serializers.CharField()
    tonnes = serializers.SerializerMethodField()
    opinion = serializers.SerializerMethodField()
    payload = serializers.SerializerMethodField(
        help_text="The very text that was signed: JSON with sorted keys. Its UTF-8 bytes are what the signature is over."
    )
    signature = serializers.CharField(help_text="Ed25519, base64.")
    key_id = serializers.CharField(help_text="The key is at `/verify/key/KEY_ID/`.")
    pdf = serializers.SerializerMethodField()
    page = serializers.SerializerMethodField(help_text="The public page.")

    def get_year(self, statement: Statement) -> int | None:
        return numbers.year_of(statement.number)

    @extend_schema_field(StatementTonnesSerializer)
    def get_tonnes(self, statement: Statement) -> Any:
        return StatementTonnesSerializer(statement.payload.get("tonnes_co2e", {})).data

    @extend_schema_field(StatementOpinionSerializer)
    def get_opinion(self, statement: Statement) -> Any:
        return StatementOpinionSerializer(statement.payload.get("opinion", {})).data

    def get_payload(self, statement: Statement) -> str:
        return signing.canonical(statement.payload).decode()

    def get_pdf(self, statement: Statement) -> str:
        return reverse("api_statement_pdf", args=[statement.number])

    def get_page(self, statement: Statement) -> str:
        return reverse("verify", args=[statement.number])


class StatementEvidenceSerializer(serializers.Serializer[Any]):
    credential = serializers.IntegerField(source="pk", help_text="As `credentials/{id}/` knows it.")
    expires_on = serializers.DateField(allow_null=True)


class StatementsView(ReadByKind, generics.ListAPIView[Statement]):
    reads = queries.READS
    serializer_class = StatementSerializer
    filter_backends = ()

    def get_queryset(self) -> QuerySet[Statement]:
        wanted = asked(StatementFilter, self.request)
        found = queries.statements_for(actor_of(self.request))
        if "year" in wanted:
            found = queries.of_year(found, wanted["year"])
        return queries.standing_as(found, wanted["state"]) if "state" in wanted else found

    @extend_schema(
        operation_id="statements_list",
        summary="Signed verification statements, newest first",
        description="A supplier's own; a verification body's own; a buyer's commissions and its enrolled suppliers'.",
        parameters=[TENANT, StatementFilter],
        responses=answers(400, _200=StatementSerializer(many=True)),
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)


class StatementView(ReadByKind, APIView):
    reads = queries.READS

    @extend_schema(
        operation_id="statements_read",
        summary="One statement",
        parameters=[TENANT],
        responses=answers(404, _200=StatementSerializer),
    )
    def get(self, request: Request, number: str) -> Response:
        return Response(StatementSerializer(queries.statement_or_404(actor_of(request), number)).data)


class StatementPdfView(ReadByKind, APIView):
    reads = queries.READS

    @extend_schema(
        operation_id="statements_pdf",
        summary="The paper in Chinese and English, with its QR code",
        parameters=[TENANT],
        responses=answers(404) | {(200, "application/pdf"): OpenApiTypes.BINARY},
    )
    def get(self, request: Request, number: str) -> HttpResponse:
        statement = queries.statement_or_404(actor_of(request), number)
        url = request.build_absolute_uri(reverse("verify", args=[statement.number]))
        answer = HttpResponse(paper.pdf(statement.payload, url=url), content_type="application/pdf")
        answer["Content-Disposition"] = f'attachment; filename="{statement.number}.pdf"'
        return answer


class StatementEvidenceView(APIView):
    rights = {"POST": [Right.EVIDENCE_WRITE]}

    @extend_schema(
        operation_id="statements_evidence",
        summary="Hand a valid statement in as ISO 14064-1 evidence; for its supplier",
        parameters=[TENANT],
        request=None,
        responses=answers(404, 409, _201=StatementEvidenceSerializer),
    )
    def post(self, request: Request, number: str) -> Response:
        supplier_of(request)
        actor = actor_of(request)
        statement = queries.statement_or_404(actor, number)
        credential = actions.use_as_evidence(by=actor, statement=statement)
        return Response(StatementEvidenceSerializer(credential).data, status=201)
