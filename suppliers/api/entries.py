"""Entries of the year's inventory beside energy records: listed, added, withdrawn; never changed."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import generics, serializers
from rest_framework.exceptions import ErrorDetail
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from suppliers.api.base import Number, actor_of, supplier_of
from suppliers.api.filters import FIRST_YEAR, LAST_YEAR, asked
from suppliers.api.openapi import TENANT, answers
from suppliers.calc import mass_balance
from suppliers.factors.models import Factor
from suppliers.factors.queries import Lookup
from suppliers.inventory import entries, entry_queries
from suppliers.inventory.models import DataQuality, EntryKind, InventoryEntry
from suppliers.sites.models import Site
from suppliers.tenants.models import Supplier
from suppliers.tenants.refusals import Refusal
from suppliers.tenants.roles import Right

READ_AND_WRITE = {"GET": [Right.RECORD_READ], "POST": [Right.INVENTORY_WRITE]}


def _one_of(names: list[str]) -> dict[str, str]:
    # A pattern, because other calls have other lists under the same names.
    return {"type": "string", "pattern": f"^({'|'.join(names)})$"}


# -- shapes --------------------------------------------------------------------------------------------


@extend_schema_field(_one_of(EntryKind.values))
class EntryKindField(serializers.ChoiceField):
    """What kind of entry it is."""


@extend_schema_field(_one_of(DataQuality.values))
class GradeField(serializers.ChoiceField):
    """A metered, B calculated, C estimated, D screening."""


class EntrySerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    year = serializers.IntegerField()
    month = serializers.IntegerField(allow_null=True)
    kind = EntryKindField(choices=EntryKind.choices)
    category = serializers.IntegerField(
        source="scope3_category", allow_null=True, help_text="Scope 3 category, 1 to 15."
    )
    gas = serializers.CharField(source="carrier")
    description = serializers.CharField()
    quantity = Number(help_text="In the unit of the factor; of a mass balance what was lost.")
    unit = serializers.CharField()
    given = serializers.DictField(
        source="balance",
        child=serializers.CharField(),
        allow_null=True,
        help_text="What was given where it was converted, or the parts of the balance.",
    )
    factor = serializers.CharField(source="factor.code", default=None, allow_null=True)
    own_factor = serializers.IntegerField(source="own_factor_id", allow_null=True)
    site = serializers.CharField(source="site.code", default=None, allow_null=True)
    data_quality = GradeField(choices=DataQuality.choices)
    document = serializers.CharField()
    evidence = serializers.IntegerField(source="evidence_id", allow_null=True)
    kgco2e = serializers.SerializerMethodField()
    withdrawn_at = serializers.DateTimeField(allow_null=True)

    @extend_schema_field(
        serializers.FloatField(allow_null=True, help_text="A preview with the potentials of AR5.")
    )
    def get_kgco2e(self, entry: InventoryEntry) -> Decimal | None:
        return entry_queries.emission(entry, self.context["lookup"])


class EntryNewSerializer(serializers.Serializer[Any]):
    year = serializers.IntegerField()
    month = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=12)
    kind = EntryKindField(choices=EntryKind.choices)
    category = serializers.IntegerField(
        required=False, allow_null=True, help_text="Scope 3 category, 1 to 15."
    )
    gas = serializers.CharField(required=False, allow_blank=True, max_length=60)
    description = serializers.CharField(max_length=200)
    quantity = serializers.DecimalField(
        required=False, allow_null=True, max_digits=20, decimal_places=6, help_text="Or the amount spent."
    )
    unit = serializers.CharField(
        required=False, allow_blank=True, max_length=20, help_text="Empty: the unit of the factor."
    )
    factor = serializers.CharField(
        required=False, allow_blank=True, max_length=60, help_text="Code of a factor."
    )
    own_factor = serializers.IntegerField(
        required=False, allow_null=True, help_text="Id of an approved own factor."
    )
    rate = serializers.DecimalField(
        required=False,
        allow_null=True,
        max_digits=16,
        decimal_places=8,
        help_text="Of spend: units of its currency per unit of the factor's.",
    )
    rate_source = serializers.CharField(required=False, allow_blank=True, max_length=200)
    site = serializers.CharField(required=False, allow_blank=True, max_length=40)
    data_quality = GradeField(choices=DataQuality.choices, required=False, allow_blank=True)
    document = serializers.CharField(required=False, allow_blank=True, max_length=120)

    def get_fields(self) -> dict[str, Any]:
        kg = {"required": False, "allow_null": True, "max_digits": 20, "decimal_places": 6}
        parts = {name: serializers.DecimalField(help_text="[kg]", **kg) for name in mass_balance.PARTS}
        return super().get_fields() | parts


class EntryFilter(serializers.Serializer[Any]):
    year = serializers.IntegerField(
        required=False, min_value=FIRST_YEAR, max_value=LAST_YEAR, help_text="Calendar year."
    )
    withdrawn = serializers.BooleanField(
        required=False, default=False, help_text="Also those that were withdrawn."
    )


# -- calls ---------------------------------------------------------------------------------------------


class EntriesView(generics.ListAPIView[InventoryEntry]):
    rights = READ_AND_WRITE
    serializer_class = EntrySerializer
    filter_backends = ()

    def get_queryset(self) -> QuerySet[InventoryEntry]:
        query = asked(EntryFilter, self.request)
        rows = _rows(supplier_of(self.request))
        if "year" in query:
            rows = rows.filter(year=query["year"])
        return rows if query["withdrawn"] else rows.filter(withdrawn_at=None)

    def get_serializer_context(self) -> dict[str, Any]:
        return super().get_serializer_context() | {"lookup": Lookup()}

    @extend_schema(
        operation_id="entries_list",
        summary="Entries of the inventory beside energy records",
        parameters=[TENANT, EntryFilter],
        responses=answers(400, _200=EntrySerializer(many=True)),
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)

    @extend_schema(
        operation_id="entries_add",
        summary="Enter scope 3, process emissions or a gas by mass balance",
        parameters=[TENANT],
        request=EntryNewSerializer,
        responses=answers(400, 422, _201=EntrySerializer),
    )
    def post(self, request: Request) -> Response:
        supplier = supplier_of(request)
        new = EntryNewSerializer(data=request.data)
        new.is_valid(raise_exception=True)
        given = _given(supplier, dict(new.validated_data))
        entry = entries.add(by=actor_of(request), supplier=supplier, given=given)
        return _answer(entry, status=201)


class EntryView(APIView):
    rights = READ_AND_WRITE

    @extend_schema(
        operation_id="entries_read",
        summary="One entry",
        parameters=[TENANT],
        responses=answers(404, _200=EntrySerializer),
    )
    def get(self, request: Request, pk: int) -> Response:
        return _answer(_own(request, pk))


class EntryWithdrawView(APIView):
    rights = {"POST": [Right.INVENTORY_WRITE]}

    @extend_schema(
        operation_id="entries_withdraw",
        summary="Withdraw an entry: it counts no longer, frozen versions keep it",
        parameters=[TENANT],
        request=None,
        responses=answers(404, _200=EntrySerializer),
    )
    def post(self, request: Request, pk: int) -> Response:
        return _answer(entries.withdraw(by=actor_of(request), entry=_own(request, pk)))


# -- parts ---------------------------------------------------------------------------------------------


def _rows(supplier: Supplier) -> QuerySet[InventoryEntry]:
    rows: QuerySet[InventoryEntry] = InventoryEntry.objects.filter(supplier=supplier)
    return rows.select_related("site", "factor", "own_factor").order_by("-year", "id")


def _own(request: Request, pk: int) -> InventoryEntry:
    supplier = actor_of(request).supplier
    if supplier is None:
        raise Http404(str(pk))
    return entry_queries.entry_or_404(supplier, pk)


def _answer(entry: InventoryEntry, status: int = 200) -> Response:
    return Response(EntrySerializer(entry, context={"lookup": Lookup()}).data, status=status)


def _given(supplier: Supplier, values: dict[str, Any]) -> entries.Given:
    parts = {name: values.pop(name, None) for name in mass_balance.PARTS}
    code, own_id, site = (values.pop(name, None) for name in ("factor", "own_factor", "site"))
    own = entry_queries.own_factors_for(supplier).filter(pk=own_id).first() if own_id is not None else None
    if own_id is not None and own is None:
        raise _unknown("own_factor")
    factor = Factor.objects.select_related("set").filter(code=code).first() if code else None
    if code and factor is None:
        raise Refusal("entry.factor", _("There is nothing with this code."), status=422)
    place = Site.objects.filter(supplier=supplier, code=site).first() if site else None
    if site and place is None:
        raise _unknown("site")
    category = values.pop("category", None)
    return entries.Given(
        **values,
        scope3_category=category,
        factor=factor,
        own_factor=own,
        site=place,
        parts=parts,
    )


def _unknown(name: str) -> serializers.ValidationError:
    return serializers.ValidationError(
        {name: ErrorDetail(str(_("There is nothing with this code.")), "does_not_exist")}
    )
