"""Credentials and targets: drafted and handed in by suppliers, reviewed and sometimes entered by buyers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from django.db.models import Q, QuerySet
from django.http import Http404
from django.urls import reverse
from drf_spectacular.utils import extend_schema, extend_schema_field, extend_schema_view
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from suppliers.api.base import actor_of
from suppliers.api.filters import asked, supplier_ids
from suppliers.api.openapi import TENANT, answers
from suppliers.disclosure import actions, documents, queries, rules
from suppliers.disclosure.forms import CredentialForm, InstrumentForm, TargetForm
from suppliers.disclosure.models import (
    Credential,
    CredentialKind,
    EvidenceFile,
    Instrument,
    InstrumentKind,
    Submitted,
    Target,
    Verdict,
)
from suppliers.tenants import clock
from suppliers.tenants.access import supplier_for
from suppliers.tenants.roles import Right

STATES = ("draft", "waiting", "accepted", "returned")
_READ = {"GET": [Right.EVIDENCE_READ]}
_WRITE = {"PATCH": [Right.EVIDENCE_WRITE], "DELETE": [Right.EVIDENCE_WRITE]}


# -- shapes --------------------------------------------------------------------------------------------


class DocumentSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    filename = serializers.CharField()
    content_type = serializers.CharField()
    size_bytes = serializers.IntegerField()
    sha256 = serializers.CharField()
    url = serializers.SerializerMethodField()

    def get_url(self, document: EvidenceFile) -> str:
        return reverse("evidence_file", args=[document.pk])


class VerdictSerializer(serializers.Serializer[Any]):
    buyer = serializers.CharField(source="buyer.code")
    verdict = serializers.ChoiceField(choices=Verdict.choices)
    note = serializers.CharField()
    at = serializers.DateTimeField()


@extend_schema_field({"type": "string", "pattern": f"^({'|'.join(CredentialKind.values)})$"})
class KindField(serializers.ChoiceField):
    """One of the kinds; described by a pattern, because other calls have another list called `kind`."""


class ItemSerializer(serializers.ModelSerializer[Any]):
    """What every item carries beside its own fields; `context["standings"]` holds the verdicts by id."""

    supplier = serializers.CharField(source="supplier.code", read_only=True)
    state = serializers.SerializerMethodField()
    reviews = serializers.SerializerMethodField()
    entered_by = serializers.CharField(
        source="entered_by.code", read_only=True, default=None, allow_null=True
    )
    evidence = DocumentSerializer(read_only=True, allow_null=True)

    COMMON = ("id", "supplier", "state", "submitted_at", "entered_by", "evidence", "reviews")

    @extend_schema_field({"type": "string", "pattern": f"^({'|'.join(STATES)})$"})
    def get_state(self, item: Submitted) -> str:
        return self._standing(item).word

    @extend_schema_field(VerdictSerializer(many=True))
    def get_reviews(self, item: Submitted) -> Any:
        return VerdictSerializer(self._standing(item).reviews, many=True).data

    def _standing(self, item: Submitted) -> queries.Standing:
        standing: queries.Standing = self.context["standings"][item.pk]
        return standing


class CredentialSerializer(ItemSerializer):
    kind = KindField(choices=CredentialKind.choices)

    class Meta:
        model = Credential
        fields = (*ItemSerializer.COMMON, *CredentialForm.Meta.fields)


class TargetSerializer(ItemSerializer):
    class Meta:
        model = Target
        fields = (*ItemSerializer.COMMON, *TargetForm.Meta.fields)


@extend_schema_field({"type": "string", "pattern": f"^({'|'.join(InstrumentKind.values)})$"})
class InstrumentKindField(serializers.ChoiceField):
    """One of the kinds of proof of renewable power."""


class InstrumentSerializer(ItemSerializer):
    kind = InstrumentKindField(choices=InstrumentKind.choices)
    held_back = serializers.SerializerMethodField(
        help_text="A serial number is claimed elsewhere too: it does not count until reviewed."
    )

    class Meta:
        model = Instrument
        fields = (*ItemSerializer.COMMON, *InstrumentForm.Meta.fields, "held_back")

    def get_held_back(self, item: Instrument) -> bool:
        return item.collided_at is not None and item.cleared_at is None


class WriteSerializer(serializers.ModelSerializer[Any]):
    rule: ClassVar[Callable[..., list[rules.Trouble]]]

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        kept = {name: getattr(self.instance, name) for name in self.Meta.fields} if self.instance else {}  # type: ignore[attr-defined]
        troubles = type(self).rule(kept | attrs, clock.today())
        if troubles:
            raise serializers.ValidationError({field: [str(sentence)] for field, sentence in troubles})
        return attrs


class CredentialWriteSerializer(WriteSerializer):
    rule = staticmethod(rules.credential)
    kind = KindField(choices=CredentialKind.choices)

    class Meta:
        model = Credential
        fields = CredentialForm.Meta.fields


class TargetWriteSerializer(WriteSerializer):
    rule = staticmethod(rules.target)

    class Meta:
        model = Target
        fields = TargetForm.Meta.fields


class InstrumentWriteSerializer(WriteSerializer):
    """Serial numbers are checked by the action, which answers with `instrument.…`."""

    rule = staticmethod(rules.instrument)
    kind = InstrumentKindField(choices=InstrumentKind.choices)

    class Meta:
        model = Instrument
        fields = InstrumentForm.Meta.fields


class CredentialNewSerializer(CredentialWriteSerializer):
    supplier = serializers.CharField(
        required=False, max_length=40, help_text="Procurement only: the supplier it is entered for."
    )

    class Meta(CredentialWriteSerializer.Meta):
        fields = (*CredentialForm.Meta.fields, "supplier")  # type: ignore[assignment]


class TargetNewSerializer(TargetWriteSerializer):
    supplier = serializers.CharField(
        required=False, max_length=40, help_text="Procurement only: the supplier it is entered for."
    )

    class Meta(TargetWriteSerializer.Meta):
        fields = (*TargetForm.Meta.fields, "supplier")  # type: ignore[assignment]


class InstrumentNewSerializer(InstrumentWriteSerializer):
    supplier = serializers.CharField(
        required=False, max_length=40, help_text="Procurement only: the supplier it is entered for."
    )

    class Meta(InstrumentWriteSerializer.Meta):
        fields = (*InstrumentForm.Meta.fields, "supplier")  # type: ignore[assignment]


class ReviewSerializer(serializers.Serializer[Any]):
    verdict = serializers.ChoiceField(choices=Verdict.choices)
    note = serializers.CharField(required=False, allow_blank=True, max_length=2000, default="")


class EvidenceUploadSerializer(serializers.Serializer[Any]):
    file = serializers.FileField(help_text="PDF, PNG or JPEG, up to 10 MB.")


class ItemFilter(serializers.Serializer[Any]):
    supplier = serializers.CharField(required=False, max_length=40)
    kind = serializers.ChoiceField(required=False, choices=CredentialKind.choices)
    submitted = serializers.BooleanField(required=False, allow_null=True, default=None)


# -- calls ---------------------------------------------------------------------------------------------


class _Items:
    """The one kind of item a view is about."""

    model: ClassVar[type[Submitted]]
    shape: ClassVar[type[ItemSerializer]]
    write: ClassVar[type[WriteSerializer]]
    new: ClassVar[type[WriteSerializer]]

    def one(self, request: Request, pk: int) -> Submitted:
        actor = actor_of(request)
        return queries.item_or_404(self.model, pk, supplier=actor.supplier, buyer=actor.buyer)

    def answer(self, item: Submitted, status: int = 200) -> Response:
        context = {"standings": {item.pk: queries.standing_of(item)}}
        return Response(self.shape(item, context=context).data, status=status)


class _List(_Items, generics.ListAPIView[Any]):
    rights = {**_READ, "POST": [Right.EVIDENCE_READ]}  # the action asks for the right of supplier or buyer
    filter_backends = ()

    def get_queryset(self) -> QuerySet[Any]:
        query = asked(ItemFilter, self.request)
        rows = self.model.objects.filter(supplier_id__in=supplier_ids(self.request, query.get("supplier")))
        buyer = actor_of(self.request).buyer
        if buyer is not None:
            rows = rows.filter(Q(entered_by=None) | Q(entered_by=buyer), state="submitted")
        if query.get("kind") and self.model is Credential:
            rows = rows.filter(kind=query["kind"])
        if query.get("submitted") is not None:
            rows = rows.filter(submitted_at__isnull=not query["submitted"])
        return rows.select_related("supplier", "evidence", "entered_by").order_by("supplier__code", "-id")

    def get_serializer_class(self) -> Any:
        return self.shape

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        page = list(self.paginate_queryset(self.get_queryset()) or [])
        standings = {standing.item.pk: standing for standing in queries.standings(page)}
        return self.get_paginated_response(self.shape(page, many=True, context={"standings": standings}).data)

    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        actor = actor_of(request)
        new = self.new(data=request.data)
        new.is_valid(raise_exception=True)
        values = dict(new.validated_data)
        code = values.pop("supplier", None)
        if actor.supplier is not None:
            item = actions.draft(by=actor, supplier=actor.supplier, model=self.model, fields=values)
        else:
            actor.require(Right.EVIDENCE_REVIEW)
            if not code:
                raise serializers.ValidationError({"supplier": "required"})
            item = actions.enter(
                by=actor, supplier=supplier_for(actor, code), model=self.model, fields=values
            )
        return self.answer(self.one(request, item.pk), status=201)


class _One(_Items, APIView):
    rights = {**_READ, **_WRITE}

    def get(self, request: Request, pk: int) -> Response:
        return self.answer(self.one(request, pk))

    def patch(self, request: Request, pk: int) -> Response:
        item = self.one(request, pk)
        change = self.write(item, data=request.data, partial=True)
        change.is_valid(raise_exception=True)
        actions.edit(by=actor_of(request), item=item, fields=dict(change.validated_data))
        return self.answer(self.one(request, pk))

    def delete(self, request: Request, pk: int) -> Response:
        actions.discard(by=actor_of(request), item=self.one(request, pk))
        return Response(status=204)


class _Submit(_Items, APIView):
    rights = {"POST": [Right.EVIDENCE_WRITE]}

    def post(self, request: Request, pk: int) -> Response:
        actions.submit(by=actor_of(request), item=self.one(request, pk))
        return self.answer(self.one(request, pk))


class _Review(_Items, APIView):
    rights = {"POST": [Right.EVIDENCE_REVIEW]}

    def post(self, request: Request, pk: int) -> Response:
        verdict = ReviewSerializer(data=request.data)
        verdict.is_valid(raise_exception=True)
        actions.review(by=actor_of(request), item=self.one(request, pk), **verdict.validated_data)
        return self.answer(self.one(request, pk))


class _Document(_Items, APIView):
    rights = {"POST": [Right.EVIDENCE_WRITE]}

    def post(self, request: Request, pk: int) -> Response:
        actor = actor_of(request)
        item = self.one(request, pk)
        if actor.supplier is None:
            raise Http404(str(pk))
        sent = EvidenceUploadSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        file = sent.validated_data["file"]
        documents.refuse_too_large(file.size)
        document = documents.keep(by=actor, supplier=actor.supplier, content=file.read(), filename=file.name)
        actions.edit(by=actor, item=item, fields={}, evidence=document)
        return self.answer(self.one(request, pk))


def _described(view: type[Any], base: type[Any], things: str, one: str, filtered: bool) -> type[Any]:
    shape, new, write = view.shape, view.new, view.write
    filters = [TENANT, ItemFilter] if filtered else [TENANT]
    said: dict[type[Any], dict[str, Any]] = {
        _List: {
            "get": extend_schema(
                operation_id=f"{things}_list", summary=f"{things.capitalize()} as far as you may see them",
                parameters=filters, responses=answers(400, 404, _200=shape(many=True)),
            ),
            "post": extend_schema(
                operation_id=f"{things}_add", summary=f"Draft a {one}; procurement: enter one for a supplier",
                parameters=[TENANT], request=new, responses=answers(400, 404, 422, _201=shape),
            ),
        },
        _One: {
            "get": extend_schema(
                operation_id=f"{things}_read", summary=f"One {one}",
                parameters=[TENANT], responses=answers(404, _200=shape),
            ),
            "patch": extend_schema(
                operation_id=f"{things}_change", summary="Change a draft, or what a buyer returned",
                parameters=[TENANT], request=write(partial=True),
                responses=answers(400, 404, 409, _200=shape),
            ),
            "delete": extend_schema(
                operation_id=f"{things}_discard", summary="Throw a draft away",
                parameters=[TENANT], responses=answers(404, 409, _204=None),
            ),
        },
        _Submit: {
            "post": extend_schema(
                operation_id=f"{things}_submit", summary="Hand in: buyers see it from now on",
                parameters=[TENANT], request=None, responses=answers(404, 409, _200=shape),
            )
        },
        _Review: {
            "post": extend_schema(
                operation_id=f"{things}_review", summary="Procurement accepts or returns it with a reason",
                parameters=[TENANT], request=ReviewSerializer,
                responses=answers(400, 404, 409, 422, _200=shape),
            )
        },
        _Document: {
            "post": extend_schema(
                operation_id=f"{things}_document", summary="Attach a document; the item is a draft again",
                parameters=[TENANT], request={"multipart/form-data": EvidenceUploadSerializer},
                responses=answers(400, 404, 409, 413, 422, _200=shape),
            )
        },
    }  # fmt: skip
    return extend_schema_view(**said[base])(view)


def _views(model: type[Submitted], shape: Any, write: Any, new: Any, things: str, one: str) -> dict[str, Any]:
    about = {"model": model, "shape": shape, "write": write, "new": new}
    return {
        base.__name__.strip("_").lower(): _described(
            type(f"{model.__name__}{base.__name__}", (base,), about), base, things, one, base is _List
        )
        for base in (_List, _One, _Submit, _Review, _Document)
    }


CREDENTIALS = _views(
    Credential,
    CredentialSerializer,
    CredentialWriteSerializer,
    CredentialNewSerializer,
    "credentials",
    "credential",
)
TARGETS = _views(Target, TargetSerializer, TargetWriteSerializer, TargetNewSerializer, "targets", "target")
INSTRUMENTS = _views(
    Instrument,
    InstrumentSerializer,
    InstrumentWriteSerializer,
    InstrumentNewSerializer,
    "instruments",
    "proof of renewable power",
)
