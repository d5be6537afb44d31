"""Files that come in: sent, looked at, corrected, accepted, withdrawn."""

from __future__ import annotations

import re
from typing import Any

from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import generics, serializers
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from suppliers import pipeline
from suppliers.api.base import Number, actor_of, supplier_of
from suppliers.api.filters import SupplierFilter, asked, supplier_ids
from suppliers.api.openapi import TENANT, XLSX, answers
from suppliers.calc.columns import FIELDS
from suppliers.tenants.refusals import Refusal
from suppliers.tenants.roles import Right
from suppliers.uploads import annotated, queries, workbook
from suppliers.uploads.models import Upload, UploadStatus

# The report keeps every issue; an answer shows so many, and `issues_total` says how many there are.
MOST_ISSUES = 10_000
LARGEST_ROW = 2**31 - 1
LONGEST_CELL = 200
# A body somewhat too large is read to its end, so that the sender hears 413 and not a broken connection.
READ_ANYWAY = 4
_KEY = re.compile(r"[\x21-\x7e]{1,100}")


# -- shapes --------------------------------------------------------------------------------------------


class ReceivedSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    status = serializers.ChoiceField(choices=UploadStatus.choices)
    progress = Number(help_text="0 to 1.")
    url = serializers.URLField(help_text="Ask here how it went.")


class UploadRowSerializer(ReceivedSerializer):
    """One upload of a list."""

    supplier = serializers.CharField(source="supplier.code")
    filename = serializers.CharField()
    sha256 = serializers.CharField()
    rows_total = serializers.IntegerField()
    rows_valid = serializers.IntegerField()
    rows_accepted = serializers.IntegerField()
    created_at = serializers.DateTimeField()
    url = serializers.SerializerMethodField()

    def get_url(self, upload: Upload) -> str:
        return _url(self.context["request"], upload)


class IssueSerializer(serializers.Serializer[Any]):
    code = serializers.CharField()
    severity = serializers.ChoiceField(choices=["error", "warning"])
    row = serializers.IntegerField(
        allow_null=True, help_text="As the spreadsheet counts; null for a whole file."
    )
    column = serializers.CharField(allow_null=True, help_text="Field name: site, meter, carrier, start …")
    message = serializers.CharField(help_text="In the language of Accept-Language, Chinese by default.")


class UploadSerializer(serializers.Serializer[Any]):
    """How an upload stands, with its issues (10 000 at most; `issues_total` counts all)."""

    id = serializers.IntegerField()
    status = serializers.ChoiceField(choices=UploadStatus.choices)
    progress = Number(help_text="0 to 1.")
    rows_total = serializers.IntegerField()
    rows_valid = serializers.IntegerField()
    rows_accepted = serializers.IntegerField()
    issues = IssueSerializer(many=True)
    issues_total = serializers.IntegerField()


class FileSerializer(serializers.Serializer[Any]):
    file = serializers.FileField(help_text="XLSX or CSV with the columns of the template.")


class AcceptSerializer(serializers.Serializer[Any]):
    partial = serializers.BooleanField(
        default=False, help_text="Let the valid rows in although others still need fixing."
    )


class FixSerializer(serializers.Serializer[Any]):
    row = serializers.IntegerField(min_value=1, max_value=LARGEST_ROW, help_text="As the issue names it.")
    field = serializers.ChoiceField(choices=list(FIELDS))
    new = serializers.CharField(allow_blank=True, max_length=LONGEST_CELL, trim_whitespace=False)


# -- calls ---------------------------------------------------------------------------------------------


class UploadsView(generics.ListAPIView[Upload]):
    """Send a file; list the files that came."""

    rights = {"GET": [Right.RECORD_READ], "POST": [Right.UPLOAD_WRITE]}
    parser_classes = [MultiPartParser]
    serializer_class = UploadRowSerializer
    filter_backends = ()

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        length = request.META.get("CONTENT_LENGTH") or "0"
        if length.isdigit() and int(length) > READ_ANYWAY * settings.UPLOAD_LIMIT_BYTES:
            raise _too_large()
        super().initial(request, *args, **kwargs)

    def handle_exception(self, exc: Exception) -> Response:
        if isinstance(exc, SuspiciousOperation):  # thousands of parts, or a field as large as a file
            exc = Refusal("body.invalid", _("The body of this request cannot be read."), status=400)
        return super().handle_exception(exc)

    def get_queryset(self) -> QuerySet[Upload]:
        return _visible(self.request, asked(SupplierFilter, self.request).get("supplier"))

    @extend_schema(
        operation_id="uploads_list",
        summary="List uploads, newest first",
        parameters=[TENANT, SupplierFilter],
        responses=answers(400, 404, _200=UploadRowSerializer(many=True)),
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)

    @extend_schema(
        operation_id="uploads_send",
        summary="Send a workbook or CSV file to be checked",
        description="The same bytes again find the same upload, unless it was withdrawn or failed.",
        parameters=[
            TENANT,
            OpenApiParameter(
                "Idempotency-Key",
                OpenApiTypes.STR,
                OpenApiParameter.HEADER,
                description="1 to 100 printable ASCII characters; sending again with the same key is once.",
            ),
        ],
        request={"multipart/form-data": FileSerializer},
        responses=answers(400, 409, 413, _202=ReceivedSerializer),
    )
    def post(self, request: Request) -> Response:
        key = _idempotency_key(request)
        content, name = _file_of(request)
        upload = pipeline.receive(
            by=actor_of(request),
            supplier=supplier_of(request),
            content=content,
            filename=name,
            idempotency_key=key,
        )
        url = _url(request, upload)
        body = {"id": upload.pk, "status": upload.status, "progress": upload.progress, "url": url}
        return Response(body, status=202, headers={"Location": url})


class UploadView(APIView):
    rights = {"GET": [Right.RECORD_READ]}

    @extend_schema(
        operation_id="uploads_read",
        summary="How an upload stands, with every issue",
        parameters=[TENANT],
        responses=answers(404, _200=UploadSerializer),
    )
    def get(self, request: Request, pk: int) -> Response:
        return Response(_detail(get_object_or_404(_visible(request), pk=pk)))


class AcceptView(APIView):
    rights = {"POST": [Right.UPLOAD_WRITE]}

    @extend_schema(
        operation_id="uploads_accept",
        summary="Turn the rows into records and emissions",
        description="Rows left bad: 409 `upload.needs_fix`, unless `partial`.",
        parameters=[TENANT],
        request=AcceptSerializer,
        responses=answers(400, 404, 409, _200=UploadSerializer),
    )
    def post(self, request: Request, pk: int) -> Response:
        upload = _own(request, pk)
        order = AcceptSerializer(data=request.data)
        order.is_valid(raise_exception=True)
        partial = order.validated_data["partial"]
        return Response(_detail(pipeline.accept(by=actor_of(request), upload=upload, partial=partial)))


class WithdrawView(APIView):
    rights = {"POST": [Right.UPLOAD_WITHDRAW]}

    @extend_schema(
        operation_id="uploads_withdraw",
        summary="Take the records of an upload out of force; nothing is deleted",
        parameters=[TENANT],
        request=None,
        responses=answers(404, 409, _200=UploadSerializer),
    )
    def post(self, request: Request, pk: int) -> Response:
        return Response(_detail(pipeline.withdraw(by=actor_of(request), upload=_own(request, pk))))


class FixView(APIView):
    rights = {"POST": [Right.UPLOAD_WRITE]}

    @extend_schema(
        operation_id="uploads_fix",
        summary="Correct one cell beside the file, and check again",
        parameters=[TENANT],
        request=FixSerializer,
        responses=answers(400, 404, 409, 422, _200=UploadSerializer),
    )
    def post(self, request: Request, pk: int) -> Response:
        upload = _own(request, pk)
        cell = FixSerializer(data=request.data)
        cell.is_valid(raise_exception=True)
        return Response(
            _detail(pipeline.fix_cell(by=actor_of(request), upload=upload, **cell.validated_data))
        )


class _WhateverAccepted(DefaultContentNegotiation):
    """A file is a file whatever the Accept header says; troubles are JSON."""

    def select_renderer(self, request: Request, renderers: Any, format_suffix: str | None = None) -> Any:
        return renderers[0], renderers[0].media_type


class AnnotatedView(APIView):
    rights = {"GET": [Right.RECORD_READ]}
    content_negotiation_class = _WhateverAccepted

    @extend_schema(
        operation_id="uploads_annotated",
        summary="The file with every trouble marked in its cell (XLSX)",
        parameters=[TENANT],
        responses=answers(404, workbook=True),
    )
    def get(self, request: Request, pk: int) -> HttpResponse:
        upload = _own(request, pk)
        return _workbook(
            annotated.annotated_workbook(upload, _language()), f"upload-{upload.pk}-checked.xlsx"
        )


class TemplateView(APIView):
    rights = {"GET": [Right.RECORD_READ]}
    content_negotiation_class = _WhateverAccepted

    @extend_schema(
        operation_id="uploads_template",
        summary="The workbook of your own sites and meters, to be filled (XLSX)",
        parameters=[TENANT],
        responses=answers(workbook=True),
    )
    def get(self, request: Request) -> HttpResponse:
        supplier = supplier_of(request)
        return _workbook(workbook.template_workbook(supplier), f"greenlink-{supplier.code}.xlsx")


# -- parts ---------------------------------------------------------------------------------------------


def _visible(request: Request, code: str | None = None) -> QuerySet[Upload]:
    """All of one's own; for a buyer what enrolled suppliers accepted and did not take back."""
    rows = queries.uploads_of(supplier_ids=supplier_ids(request, code))
    return rows if actor_of(request).supplier else rows.filter(status=UploadStatus.ACCEPTED)


def _own(request: Request, pk: int) -> Upload:
    """One's own upload; nobody writes another's, so for others there is none."""
    supplier = actor_of(request).supplier
    if supplier is None:
        raise Http404(str(pk))
    return get_object_or_404(queries.uploads_of(supplier_ids=[supplier.pk]), pk=pk)


def _detail(upload: Upload) -> dict[str, Any]:
    found = queries.issues_of(upload, _language(), limit=MOST_ISSUES)
    shown = dict(vars(upload), issues=found, issues_total=queries.issue_count(upload))
    return dict(UploadSerializer(shown).data)


def _language() -> str:
    return get_language() or settings.LANGUAGE_CODE


def _url(request: Request, upload: Upload) -> str:
    return request.build_absolute_uri(reverse("api_upload", args=[upload.pk]))


def _idempotency_key(request: Request) -> str:
    key = request.headers.get("Idempotency-Key", "")
    if key and not _KEY.fullmatch(key):
        raise Refusal(
            "idempotency.key", _("Idempotency-Key takes 1 to 100 printable ASCII characters."), status=400
        )
    return key


def _file_of(request: Request) -> tuple[bytes, str]:
    """Content and name of the one part called `file`."""
    parts = request.FILES.getlist("file")
    if len(parts) != 1:
        raise Refusal("file.required", _("Send exactly one file in the part named “file”."), status=400)
    part = parts[0]
    if (part.size or 0) > settings.UPLOAD_LIMIT_BYTES:
        raise _too_large()
    return part.read(), part.name or ""


def _too_large() -> Refusal:
    limit = settings.UPLOAD_LIMIT_BYTES // (1024 * 1024)
    return Refusal("file.size", _("The file is larger than the limit of %d MB.") % limit, status=413)


def _workbook(content: bytes, name: str) -> HttpResponse:
    return HttpResponse(
        content, content_type=XLSX, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )
