"""What may be asked of a list, and whose rows the answer may hold. What cannot be read is a 400, never a guess."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail
from rest_framework.request import Request

from suppliers.api.base import actor_of
from suppliers.tenants import clock
from suppliers.tenants.access import own_buyer
from suppliers.tenants.models import Enrolment

# Years of data a factor could exist for; a number far outside is a slip of the keyboard.
FIRST_YEAR, LAST_YEAR = 1990, 2100


class SupplierFilter(serializers.Serializer[Any]):
    supplier = serializers.CharField(
        required=False,
        max_length=40,
        help_text="Code of a supplier; for buyers. Without it, all enrolled suppliers.",
    )


class PeriodFilter(SupplierFilter):
    """`site`, `carrier`, `from`, `to`; days are ISO dates, and `to` is inclusive."""

    site = serializers.CharField(required=False, max_length=40, help_text="Code of a site.")
    carrier = serializers.CharField(required=False, max_length=30, help_text="Code of a carrier.")

    def get_fields(self) -> dict[str, Any]:
        # `from` is a word of the language and cannot be declared as an attribute.
        fields: dict[str, Any] = dict(super().get_fields())
        return fields | {
            "from": serializers.DateField(required=False, help_text="First day, as 2024-01-31."),
            "to": serializers.DateField(required=False, help_text="Last day, as 2024-12-31."),
        }

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        first, last = attrs.get("from"), attrs.get("to")
        if first and last and first > last:
            raise serializers.ValidationError(
                {"to": ErrorDetail(str(_("The end is before the start.")), "reversed")}
            )
        return attrs


class YearFilter(SupplierFilter):
    year = serializers.IntegerField(
        required=False, min_value=FIRST_YEAR, max_value=LAST_YEAR, help_text="Calendar year."
    )


def asked(kind: type[serializers.Serializer[Any]], request: Request) -> dict[str, Any]:
    """The query parameters as values; what is malformed raises ValidationError (400)."""
    query = kind(data=request.query_params)
    query.is_valid(raise_exception=True)
    return dict(query.validated_data)


def supplier_ids(request: Request, code: str | None = None) -> list[int]:
    """Whose rows the asker may read: its own, or those of suppliers enrolled with it today (404 for others)."""
    actor = actor_of(request)
    if actor.supplier is not None:
        if code and code != actor.supplier.code:
            raise Http404(code)
        return [actor.supplier.pk]
    enrolments = Enrolment.objects.filter(buyer=own_buyer(actor)).active(clock.today())
    if code:
        enrolments = enrolments.filter(supplier__code=code)
    found = sorted(set(enrolments.values_list("supplier_id", flat=True)))
    if code and not found:
        raise Http404(code)
    return found
