"""Sites and meters. They are changed and closed, never deleted: records hang on them."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import generics, serializers
from rest_framework.exceptions import ErrorDetail
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from suppliers.activity.models import ActivityRecord
from suppliers.api.base import actor_of, supplier_of
from suppliers.api.filters import PeriodFilter, asked, supplier_ids
from suppliers.api.openapi import TENANT, answers
from suppliers.calc.carriers import CARRIERS
from suppliers.factors import regions
from suppliers.sites import actions
from suppliers.sites.models import Meter, Site
from suppliers.tenants.roles import Right

CODE = r"^[\w.-]+\Z"
READ_AND_WRITE = {"GET": [Right.RECORD_READ], "POST": [Right.SITE_WRITE], "PATCH": [Right.SITE_WRITE]}


# -- shapes --------------------------------------------------------------------------------------------


class SiteSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    supplier = serializers.CharField(source="supplier.code")
    code = serializers.CharField()
    name = serializers.CharField()
    name_en = serializers.CharField()
    province = serializers.CharField(help_text="CN-AH, CN-JS … or a country such as VN.")
    address = serializers.CharField()
    closed_on = serializers.DateField(allow_null=True)


class SiteChangeSerializer(serializers.Serializer[Any]):
    """The code cannot be changed: it stands in workbooks already filled."""

    name = serializers.CharField(max_length=120)
    name_en = serializers.CharField(max_length=120, required=False, allow_blank=True)
    province = serializers.ChoiceField(choices=[*regions.PROVINCES, *regions.COUNTRIES])
    address = serializers.CharField(max_length=200, required=False, allow_blank=True)
    closed_on = serializers.DateField(required=False, allow_null=True)


class SiteNewSerializer(SiteChangeSerializer):
    code = serializers.RegexField(CODE, max_length=40)


class MeterSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    supplier = serializers.CharField(source="supplier.code")
    site = serializers.CharField(source="site.code")
    code = serializers.CharField()
    name = serializers.CharField()
    name_en = serializers.CharField()
    carrier = serializers.CharField()
    parent = serializers.SerializerMethodField()
    accounting = serializers.BooleanField(help_text="Only accounting meters make emissions.")

    @extend_schema_field(serializers.CharField(allow_null=True, help_text="Code of the upper meter."))
    def get_parent(self, meter: Meter) -> str | None:
        return meter.parent.code if meter.parent else None


class MeterChangeSerializer(serializers.Serializer[Any]):
    """Code, site and carrier cannot be changed: records hang on them."""

    name = serializers.CharField(max_length=120)
    name_en = serializers.CharField(max_length=120, required=False, allow_blank=True)
    parent = serializers.CharField(
        max_length=40, required=False, allow_null=True, help_text="Code of a meter of the same site."
    )
    accounting = serializers.BooleanField(required=False)


class MeterNewSerializer(MeterChangeSerializer):
    site = serializers.CharField(max_length=40, help_text="Code of one of your sites.")
    code = serializers.RegexField(CODE, max_length=40)
    carrier = serializers.ChoiceField(choices=list(CARRIERS))


# -- calls ---------------------------------------------------------------------------------------------


class SitesView(generics.ListAPIView[Site]):
    rights = READ_AND_WRITE
    serializer_class = SiteSerializer
    filter_backends = ()

    def get_queryset(self) -> QuerySet[Site]:
        query = asked(PeriodFilter, self.request)
        rows = _sites(self.request, query.get("supplier"))
        if "site" in query:
            rows = rows.filter(code=query["site"])
        if "from" in query or "to" in query:
            return rows.filter(Exists(_records(query).filter(site=OuterRef("pk"))))
        if "carrier" in query:
            meters = Meter.objects.filter(carrier=query["carrier"], supplier=OuterRef("supplier"))
            used = Exists(_records(query).filter(site=OuterRef("pk")))
            rows = rows.filter(Exists(meters.filter(site=OuterRef("pk"))) | used)
        return rows

    @extend_schema(
        operation_id="sites_list",
        summary="Sites",
        description="`carrier`: sites with a meter or a record of it. `from`, `to`: sites with records then.",
        parameters=[TENANT, PeriodFilter],
        responses=answers(400, 404, _200=SiteSerializer(many=True)),
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)

    @extend_schema(
        operation_id="sites_add",
        summary="Add a site",
        parameters=[TENANT],
        request=SiteNewSerializer,
        responses=answers(400, 409, _201=SiteSerializer),
    )
    def post(self, request: Request) -> Response:
        new = SiteNewSerializer(data=request.data)
        new.is_valid(raise_exception=True)
        site = actions.add_site(by=actor_of(request), supplier=supplier_of(request), **new.validated_data)
        return Response(SiteSerializer(site).data, status=201)


class SiteView(APIView):
    rights = READ_AND_WRITE

    @extend_schema(
        operation_id="sites_read",
        summary="One site",
        parameters=[TENANT],
        responses=answers(404, _200=SiteSerializer),
    )
    def get(self, request: Request, pk: int) -> Response:
        return Response(SiteSerializer(get_object_or_404(_sites(request), pk=pk)).data)

    @extend_schema(
        operation_id="sites_change",
        summary="Change or close a site",
        parameters=[TENANT],
        request=SiteChangeSerializer(partial=True),
        responses=answers(400, 404, _200=SiteSerializer),
    )
    def patch(self, request: Request, pk: int) -> Response:
        site = _own(request, _sites(request), pk)
        change = SiteChangeSerializer(data=request.data, partial=True)
        change.is_valid(raise_exception=True)
        kept = {name: getattr(site, name) for name in ("name", "name_en", "province", "address", "closed_on")}
        site = actions.change_site(by=actor_of(request), site=site, **(kept | change.validated_data))
        return Response(SiteSerializer(site).data)


class MetersView(generics.ListAPIView[Meter]):
    rights = READ_AND_WRITE
    serializer_class = MeterSerializer
    filter_backends = ()

    def get_queryset(self) -> QuerySet[Meter]:
        query = asked(PeriodFilter, self.request)
        rows = _meters(self.request, query.get("supplier"))
        if "site" in query:
            rows = rows.filter(site__code=query["site"])
        if "carrier" in query:
            rows = rows.filter(carrier=query["carrier"])
        if "from" in query or "to" in query:
            rows = rows.filter(Exists(_records(query).filter(meter=OuterRef("pk"))))
        return rows

    @extend_schema(
        operation_id="meters_list",
        summary="Meters",
        description="`from`, `to`: meters with records then.",
        parameters=[TENANT, PeriodFilter],
        responses=answers(400, 404, _200=MeterSerializer(many=True)),
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)

    @extend_schema(
        operation_id="meters_add",
        summary="Add a meter",
        parameters=[TENANT],
        request=MeterNewSerializer,
        responses=answers(400, 409, _201=MeterSerializer),
    )
    def post(self, request: Request) -> Response:
        supplier = supplier_of(request)
        new = MeterNewSerializer(data=request.data)
        new.is_valid(raise_exception=True)
        values = dict(new.validated_data)
        site = Site.objects.filter(supplier=supplier, code=values.pop("site")).first()
        if site is None:
            raise _unknown("site")
        values["parent"] = _parent(site, values.get("parent"))
        meter = actions.add_meter(by=actor_of(request), site=site, **values)
        return Response(MeterSerializer(meter).data, status=201)


class MeterView(APIView):
    rights = READ_AND_WRITE

    @extend_schema(
        operation_id="meters_read",
        summary="One meter",
        parameters=[TENANT],
        responses=answers(404, _200=MeterSerializer),
    )
    def get(self, request: Request, pk: int) -> Response:
        return Response(MeterSerializer(get_object_or_404(_meters(request), pk=pk)).data)

    @extend_schema(
        operation_id="meters_change",
        summary="Change a meter",
        parameters=[TENANT],
        request=MeterChangeSerializer(partial=True),
        responses=answers(400, 404, 409, _200=MeterSerializer),
    )
    def patch(self, request: Request, pk: int) -> Response:
        meter = _own(request, _meters(request), pk)
        change = MeterChangeSerializer(data=request.data, partial=True)
        change.is_valid(raise_exception=True)
        values: dict[str, Any] = {name: getattr(meter, name) for name in ("name", "name_en", "accounting")}
        values |= change.validated_data
        values["parent"] = _parent(meter.site, values["parent"]) if "parent" in values else meter.parent
        return Response(
            MeterSerializer(actions.change_meter(by=actor_of(request), meter=meter, **values)).data
        )


# -- parts ---------------------------------------------------------------------------------------------


def _sites(request: Request, code: str | None = None) -> QuerySet[Site]:
    rows = Site.objects.filter(supplier_id__in=supplier_ids(request, code))
    return rows.select_related("supplier").order_by("supplier__code", "code")


def _meters(request: Request, code: str | None = None) -> QuerySet[Meter]:
    rows = Meter.objects.filter(supplier_id__in=supplier_ids(request, code))
    return rows.select_related("supplier", "site", "parent").order_by("supplier__code", "site__code", "code")


def _records(query: dict[str, Any]) -> QuerySet[ActivityRecord]:
    """Records in force of the same supplier as the outer row that fit carrier and days."""
    fits = Q(withdrawn_at=None, supplier=OuterRef("supplier"))
    if "carrier" in query:
        fits &= Q(carrier=query["carrier"])
    if "from" in query:
        fits &= Q(end__gte=query["from"])
    if "to" in query:
        fits &= Q(start__lte=query["to"])
    return ActivityRecord.objects.filter(fits)


def _own(request: Request, rows: QuerySet[Any], pk: int) -> Any:
    supplier = actor_of(request).supplier
    if supplier is None:
        raise Http404(str(pk))
    return get_object_or_404(rows.filter(supplier=supplier), pk=pk)


def _parent(site: Site, code: str | None) -> Meter | None:
    if not code:
        return None
    found: Meter | None = Meter.objects.filter(supplier_id=site.supplier_id, site=site, code=code).first()
    if found is None:
        raise _unknown("parent")
    return found


def _unknown(field: str) -> serializers.ValidationError:
    return serializers.ValidationError(
        {field: ErrorDetail(str(_("There is nothing with this code.")), "does_not_exist")}
    )
