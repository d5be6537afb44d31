"""Early warnings of the supplier who asks: list, and what is done about one."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from suppliers.api.base import actor_of, supplier_of
from suppliers.api.filters import asked
from suppliers.api.openapi import TENANT, answers
from suppliers.notices import actions, queries
from suppliers.notices.models import EarlyWarning, WarningKind, WarningState
from suppliers.tenants import clock
from suppliers.tenants.actors import Actor
from suppliers.tenants.roles import Right
from suppliers.warnings import reasons


class WarningFilter(serializers.Serializer[Any]):
    state = serializers.ChoiceField(required=False, choices=WarningState.choices)
    kind = serializers.ChoiceField(required=False, choices=WarningKind.choices)


class WarningSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    kind = serializers.ChoiceField(choices=WarningKind.choices)
    key = serializers.CharField(help_text="What it is about: the same trouble has the same key.")
    state = serializers.SerializerMethodField(
        help_text="On the day named by `snoozed_until` it is open again."
    )
    reason = serializers.SerializerMethodField(help_text="In the reader's language.")
    data = serializers.SerializerMethodField(help_text="The figures that prove it; decimals as text.")
    owner = serializers.SerializerMethodField(help_text="Id of the member who deals with it.")
    snoozed_until = serializers.DateField(allow_null=True)
    note = serializers.CharField()
    raised_at = serializers.DateTimeField()
    settled_at = serializers.DateTimeField(allow_null=True)

    @extend_schema_field(serializers.ChoiceField(choices=WarningState.choices))
    def get_state(self, warning: EarlyWarning) -> str:
        return warning.state_on(clock.today()).value

    def get_reason(self, warning: EarlyWarning) -> str:
        return reasons.reason(warning)

    @extend_schema_field(OpenApiTypes.OBJECT)
    def get_data(self, warning: EarlyWarning) -> Any:
        return warning.data

    @extend_schema_field({"type": "integer", "nullable": True})
    def get_owner(self, warning: EarlyWarning) -> int | None:
        return warning.owner_id


class WarningChangeSerializer(serializers.Serializer[Any]):
    """What to change; `snoozed` needs `snoozed_until`."""

    state = serializers.ChoiceField(required=False, choices=WarningState.choices)
    snoozed_until = serializers.DateField(required=False, allow_null=True)
    owner = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=2**31)
    note = serializers.CharField(required=False, allow_blank=True, max_length=actions.LONGEST_NOTE)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs.get("state") == WarningState.SNOOZED and not attrs.get("snoozed_until"):
            raise serializers.ValidationError({"snoozed_until": _("Say until which day.")})
        if attrs.get("snoozed_until") and attrs.get("state") != WarningState.SNOOZED:
            raise serializers.ValidationError({"state": _("A day goes with the state snoozed.")})
        return attrs


class WarningsView(generics.ListAPIView[EarlyWarning]):
    rights = {"GET": [Right.RECORD_READ]}
    serializer_class = WarningSerializer
    filter_backends = ()

    def get_queryset(self) -> QuerySet[EarlyWarning]:
        return queries.of_supplier(supplier_of(self.request), **asked(WarningFilter, self.request))

    @extend_schema(
        operation_id="warnings_list",
        summary="Early warnings of one's own company",
        parameters=[TENANT, WarningFilter],
        responses=answers(400, _200=WarningSerializer(many=True)),
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)


class WarningView(APIView):
    rights = {"GET": [Right.RECORD_READ], "PATCH": [Right.WARNING_WRITE]}

    @extend_schema(
        operation_id="warnings_read",
        summary="One early warning",
        parameters=[TENANT],
        responses=answers(404, _200=WarningSerializer),
    )
    def get(self, request: Request, pk: int) -> Response:
        return Response(WarningSerializer(queries.warning_or_404(supplier_of(request), pk)).data)

    @extend_schema(
        operation_id="warnings_change",
        summary="Done, snoozed, open again; its owner; a note",
        parameters=[TENANT],
        request=WarningChangeSerializer,
        responses=answers(400, 404, 409, 422, _200=WarningSerializer),
    )
    def patch(self, request: Request, pk: int) -> Response:
        supplier, by = supplier_of(request), actor_of(request)
        warning = queries.warning_or_404(supplier, pk)
        wanted = WarningChangeSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        said = wanted.validated_data
        with transaction.atomic():
            _apply(by, warning, said)
        return Response(WarningSerializer(queries.warning_or_404(supplier, pk)).data)


def _apply(by: Actor, warning: EarlyWarning, said: dict[str, Any]) -> None:
    if said.get("state") == WarningState.OPEN:
        actions.reopen(by=by, warning=warning)
    if "owner" in said:
        actions.assign(by=by, warning=warning, owner_id=said["owner"])
    if "note" in said:
        actions.write_note(by=by, warning=warning, note=said["note"])
    if said.get("state") == WarningState.SNOOZED:
        actions.snooze(by=by, warning=warning, until=said["snoozed_until"])
    if said.get("state") == WarningState.DONE:
        actions.settle(by=by, warning=warning)
