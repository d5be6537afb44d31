"""Credentials and targets: drafted and handed in by suppliers, reviewed and sometimes entered by buyers."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import Q, QuerySet
from django.http import Http404
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from suppliers.api.base import actor_of
from suppliers.api.disclosure_shapes import (
    CredentialNewSerializer,
    CredentialSerializer,
    CredentialWriteSerializer,
    EvidenceUploadSerializer,
    InstrumentNewSerializer,
    InstrumentSerializer,
    InstrumentWriteSerializer,
    ItemFilter,
    ItemSerializer,
    ReviewSerializer,
    TargetNewSerializer,
    TargetSerializer,
    TargetWriteSerializer,
    WriteSerializer,
)
from suppliers.api.filters import asked, supplier_ids
from suppliers.api.openapi import TENANT, answers
from suppliers.disclosure import actions, documents, queries
from suppliers.disclosure.models import Credential, Instrument, Submitted, Target
from suppliers.inventory.statement import actions as statements
from suppliers.tenants.access import supplier_for
from suppliers.tenants.roles import Right

_READ = {"GET": [Right.EVIDENCE_READ]}
_WRITE = {"PATCH": [Right.EVIDENCE_WRITE], "DELETE": [Right.EVIDENCE_WRITE]}


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
        statements.review_evidence(by=actor_of(request), item=self.one(request, pk), **verdict.validated_data)
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


# -- what the documentation says of them ---------------------------------------------------------------


def _said_of_list(view: type[_List], things: str, one: str) -> dict[str, Any]:
    return {
        "get": extend_schema(
            operation_id=f"{things}_list", summary=f"{things.capitalize()} as far as you may see them",
            parameters=[TENANT, ItemFilter], responses=answers(400, 404, _200=view.shape(many=True)),
        ),
        "post": extend_schema(
            operation_id=f"{things}_add", summary=f"Draft a {one}; procurement: enter one for a supplier",
            parameters=[TENANT], request=view.new, responses=answers(400, 404, 422, _201=view.shape),
        ),
    }  # fmt: skip


def _said_of_one(view: type[_One], things: str, one: str) -> dict[str, Any]:
    return {
        "get": extend_schema(
            operation_id=f"{things}_read", summary=f"One {one}",
            parameters=[TENANT], responses=answers(404, _200=view.shape),
        ),
        "patch": extend_schema(
            operation_id=f"{things}_change", summary="Change a draft, or what a buyer returned",
            parameters=[TENANT], request=view.write(partial=True),
            responses=answers(400, 404, 409, _200=view.shape),
        ),
        "delete": extend_schema(
            operation_id=f"{things}_discard", summary="Throw a draft away",
            parameters=[TENANT], responses=answers(404, 409, _204=None),
        ),
    }  # fmt: skip


def _said_of_act(
    view: type[_Items], things: str, deed: str, summary: str, sent: Any, *refusals: int
) -> dict[str, Any]:
    said = extend_schema(
        operation_id=f"{things}_{deed}", summary=summary, parameters=[TENANT], request=sent,
        responses=answers(404, 409, *refusals, _200=view.shape),
    )  # fmt: skip
    return {"post": said}


def _said(view: type[Any], things: str, one: str) -> dict[str, Any]:
    if issubclass(view, _List):
        return _said_of_list(view, things, one)
    if issubclass(view, _One):
        return _said_of_one(view, things, one)
    if issubclass(view, _Submit):
        return _said_of_act(view, things, "submit", "Hand in: buyers see it from now on", None)
    if issubclass(view, _Review):
        words = "Procurement accepts or returns it with a reason"
        return _said_of_act(view, things, "review", words, ReviewSerializer, 400, 422)
    sent = {"multipart/form-data": EvidenceUploadSerializer}
    words = "Attach a document; the item is a draft again"
    return _said_of_act(view, things, "document", words, sent, 400, 413, 422)


def _views(model: type[Submitted], shape: Any, write: Any, new: Any, things: str, one: str) -> dict[str, Any]:
    about = {"model": model, "shape": shape, "write": write, "new": new}
    found = {}
    for base in (_List, _One, _Submit, _Review, _Document):
        view = type(f"{model.__name__}{base.__name__}", (base,), about)
        found[base.__name__.strip("_").lower()] = extend_schema_view(**_said(view, things, one))(view)
    return found


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
