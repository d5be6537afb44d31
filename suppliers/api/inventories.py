"""The yearly inventory: versions, totals, lines with their cells, the trace, and the report as files."""

from __future__ import annotations

from typing import Any, cast

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from suppliers.api.base import Number, Pages, actor_of, supplier_of
from suppliers.api.filters import FIRST_YEAR, LAST_YEAR, YearFilter, asked, supplier_ids
from suppliers.api.openapi import TENANT, XLSX, answers
from suppliers.calc.issues import sentence
from suppliers.inventory import inventories, inventory_queries, inventory_trace
from suppliers.inventory.inventory_queries import Account, Lines, version_or_404
from suppliers.inventory.models import Approach, Basis, Inventory, InventoryLine, InventoryState
from suppliers.inventory.report import files
from suppliers.inventory.terms import REPORTS
from suppliers.tenants.roles import Right
from suppliers.uploads.models import Upload

READ = {"GET": [Right.RECORD_READ]}


def _one_of(names: list[str]) -> dict[str, str]:
    # A pattern, because other calls have other lists under the same names.
    return {"type": "string", "pattern": f"^({'|'.join(names)})$"}


# -- shapes --------------------------------------------------------------------------------------------


@extend_schema_field(_one_of(InventoryState.values))
class InventoryStateField(serializers.ChoiceField):
    """Where a version stands."""


@extend_schema_field(_one_of(Approach.values))
class ApproachField(serializers.ChoiceField):
    """How the organisation is consolidated."""


@extend_schema_field(_one_of(Basis.values))
class BasisField(serializers.ChoiceField):
    """Direct, location-based or market-based."""


@extend_schema_field(_one_of(list(REPORTS)))
class ReportField(serializers.ChoiceField):
    """The IPCC's assessment report."""


class InventoryTotalsSerializer(serializers.Serializer[Any]):
    """Sums in kg CO2e. Location and market are never added; `beside` is in no total."""

    scope1 = Number(required=False, allow_null=True)
    scope2_location = Number(required=False, allow_null=True)
    scope2_market = Number(required=False, allow_null=True)
    scope3 = Number(required=False, allow_null=True)
    by_iso = serializers.DictField(child=Number(), required=False)
    by_scope3_category = serializers.DictField(child=Number(), required=False)
    by_gas = serializers.DictField(child=Number(), required=False)
    beside = serializers.DictField(child=Number(), required=False)
    tce = Number(required=False, help_text="Tonnes of standard coal.")
    uncertainty_percent = Number(required=False, allow_null=True)
    lines = serializers.IntegerField(required=False)


class ExclusionSerializer(serializers.Serializer[Any]):
    what = serializers.CharField(max_length=200)
    reason = serializers.CharField(max_length=400)
    percent = serializers.DecimalField(max_digits=5, decimal_places=2, required=False, allow_null=True)


class InventorySerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    supplier = serializers.CharField(source="supplier.code")
    year = serializers.IntegerField()
    version = serializers.IntegerField()
    state = InventoryStateField(choices=InventoryState.choices)
    reason = serializers.CharField()
    supersedes = serializers.IntegerField(source="supersedes_id", allow_null=True)
    frozen_at = serializers.DateTimeField(allow_null=True)
    digest = serializers.CharField(help_text="SHA-256 of lines and totals; empty while open.")
    approach = ApproachField(choices=Approach.choices)
    organisation = serializers.CharField()
    boundary = serializers.CharField()
    base_year = serializers.IntegerField(allow_null=True)
    recalculation_policy = serializers.CharField()
    recalculation_percent = Number()
    exclusions = ExclusionSerializer(many=True)
    gwp_report = serializers.CharField(source="terms.gwp_report", default="")
    fuel_set = serializers.CharField(source="terms.fuel_set", default="")
    totals = InventoryTotalsSerializer(
        help_text="Of an open version empty in lists, computed now when it is asked for."
    )


class InventoryIssueSerializer(serializers.Serializer[Any]):
    code = serializers.CharField()
    severity = serializers.CharField()
    message = serializers.CharField()


class InventoryCoverageSerializer(serializers.Serializer[Any]):
    site = serializers.CharField()
    site_name = serializers.CharField()
    carrier = serializers.CharField()
    months = serializers.ListField(child=Number(), help_text="Twelve shares of days with data, 0 to 1.")


class InventoryIntensitySerializer(serializers.Serializer[Any]):
    unit = serializers.CharField()
    output = Number()
    value = Number(help_text="kg CO2e of scopes 1 and 2 (location-based) per unit.")


class InventoryOneSerializer(InventorySerializer):
    issues = InventoryIssueSerializer(many=True)
    coverage = InventoryCoverageSerializer(many=True)
    intensities = InventoryIntensitySerializer(many=True)


class InventoryOpenSerializer(serializers.Serializer[Any]):
    year = serializers.IntegerField(min_value=FIRST_YEAR, max_value=LAST_YEAR)


class InventoryEditSerializer(serializers.Serializer[Any]):
    approach = ApproachField(choices=Approach.choices, required=False)
    organisation = serializers.CharField(required=False, allow_blank=True, max_length=4000)
    boundary = serializers.CharField(required=False, allow_blank=True, max_length=4000)
    base_year = serializers.IntegerField(
        required=False, allow_null=True, min_value=FIRST_YEAR, max_value=LAST_YEAR
    )
    recalculation_policy = serializers.CharField(required=False, allow_blank=True, max_length=4000)
    recalculation_percent = serializers.DecimalField(
        required=False, max_digits=4, decimal_places=1, min_value=0, max_value=100
    )
    exclusions = ExclusionSerializer(many=True, required=False)
    gwp_report = ReportField(choices=REPORTS, required=False)
    fuel_set = serializers.CharField(required=False, max_length=60)


class InventoryReasonSerializer(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=1000)


class InventoryLineFilter(serializers.Serializer[Any]):
    """`total` leaves what the location-based total counts: no market lines, nothing that stands beside."""

    scope = serializers.IntegerField(required=False, min_value=1, max_value=3)
    iso = serializers.IntegerField(required=False, min_value=1, max_value=6)
    scope3 = serializers.IntegerField(required=False, min_value=1, max_value=15)
    category = serializers.CharField(required=False, max_length=30)
    carrier = serializers.CharField(required=False, max_length=30)
    gas = serializers.CharField(required=False, max_length=20)
    month = serializers.IntegerField(required=False, min_value=1, max_value=12)
    basis = BasisField(choices=Basis.choices, required=False)
    total = serializers.BooleanField(required=False, default=False)


class InventoryLineSerializer(serializers.Serializer[Any]):
    number = serializers.IntegerField()
    month = serializers.IntegerField(allow_null=True)
    site = serializers.CharField(source="site.code", default=None, allow_null=True)
    scope = serializers.IntegerField()
    iso_category = serializers.IntegerField()
    scope3_category = serializers.IntegerField(allow_null=True)
    category = serializers.CharField()
    basis = BasisField(choices=Basis.choices)
    gas = serializers.CharField()
    carrier = serializers.CharField()
    description = serializers.CharField()
    quantity = Number()
    unit = serializers.CharField()
    factor = serializers.CharField(source="factor_code")
    factor_value = Number()
    gwp_value = Number()
    kgco2e = Number()
    kgce = Number(allow_null=True)
    data_quality = serializers.CharField()
    record = serializers.IntegerField(source="record_id", allow_null=True)
    document = serializers.CharField()
    file = serializers.SerializerMethodField(
        help_text="Name of the file; null where the asker may not see it."
    )
    row = serializers.IntegerField(source="upload_row", allow_null=True)

    @extend_schema_field(serializers.CharField(allow_null=True))
    def get_file(self, line: InventoryLine) -> str | None:
        found: str | None = self.context.get("files", {}).get(line.upload_id)
        return found


class InventoryTraceSerializer(serializers.Serializer[Any]):
    line = serializers.DictField()
    factor = serializers.DictField()
    gwp = serializers.DictField(allow_null=True)
    record = serializers.DictField(allow_null=True)
    entry = serializers.DictField(allow_null=True)
    instrument = serializers.DictField(allow_null=True)
    file = serializers.DictField(
        allow_null=True, help_text="File, SHA-256, row and column of the cell, who and when."
    )
    document = serializers.CharField(allow_null=True)
    evidence = serializers.DictField(allow_null=True)


class LanguageFilter(serializers.Serializer[Any]):
    language = serializers.RegexField("^(zh|en)$", required=False, help_text="zh or en.")


# -- calls ---------------------------------------------------------------------------------------------


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
            "issues": [
                {"code": one.code, "severity": one.severity, "message": sentence(one)}
                for one in account.issues
            ],
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
        summary="Freeze and hand in an open version",
        parameters=[TENANT],
        request=None,
        responses=answers(404, 409, 422, _200=InventorySerializer),
    )
    def post(self, request: Request, pk: int) -> Response:
        inventory = version_or_404(actor_of(request), pk)
        return Response(
            InventorySerializer(inventories.submit(by=actor_of(request), inventory=inventory)).data
        )


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
        return Response(inventory_trace.trace(inventory_trace.line_or_404(account, number)))


class InventoryPdfView(APIView):
    rights = READ

    @extend_schema(
        operation_id="inventories_pdf",
        summary="The report as PDF",
        parameters=[TENANT, LanguageFilter],
        responses=answers(400, 404) | {(200, "application/pdf"): OpenApiTypes.BINARY},
    )
    def get(self, request: Request, pk: int) -> HttpResponse:
        language = asked(LanguageFilter, request).get("language", "")
        content, name = files.pdf_file(version_or_404(actor_of(request), pk), language)
        return _file(content, name, "application/pdf")


class InventoryXlsxView(APIView):
    rights = READ

    @extend_schema(
        operation_id="inventories_xlsx",
        summary="The report as workbook: chapters, GRI 305, IFRS S2, lines",
        parameters=[TENANT, LanguageFilter],
        responses=answers(400, 404) | {(200, XLSX): OpenApiTypes.BINARY},
    )
    def get(self, request: Request, pk: int) -> HttpResponse:
        language = asked(LanguageFilter, request).get("language", "")
        content, name = files.xlsx_file(version_or_404(actor_of(request), pk), language)
        return _file(content, name, XLSX)


def _file(content: bytes, name: str, kind: str) -> HttpResponse:
    answer = HttpResponse(content, content_type=kind)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
