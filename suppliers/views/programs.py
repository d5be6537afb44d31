"""The supplier's own view of its customers' programs: who reads what of it, since when, and how that changes."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Count, Min, Q
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from suppliers.activity.models import ActivityRecord
from suppliers.templatetags.greenlink import named
from suppliers.tenants import clock, enrolments
from suppliers.tenants.access import TenantRequest, needs, own_supplier
from suppliers.tenants.enrolment_entries import EARLIEST_START
from suppliers.tenants.models import Commodity, Enrolment, EnrolmentOffer, OfferAnswer, Supplier
from suppliers.tenants.refusals import Refusal
from suppliers.tenants.roles import Right, TenantKind
from suppliers.uploads.models import Upload

NONE, FROM, ALL = "none", "from", "all"


class HistoryForm(forms.Form):
    """How far back a buyer sees data: not before the enrolment, from a day on, or all there is."""

    history = forms.ChoiceField(
        label=gettext_lazy("Data from before the enrolment"),
        choices=[
            (NONE, gettext_lazy("share none of it")),
            (FROM, gettext_lazy("share it from a day on")),
            (ALL, gettext_lazy("share all of it")),
        ],
    )
    shared_from = forms.DateField(
        label=gettext_lazy("From which day"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=gettext_lazy("Only where you share from a day on."),
    )

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if (
            values.get("history") == FROM
            and not values.get("shared_from")
            and "shared_from" not in self.errors
        ):
            self.add_error("shared_from", ValidationError(_("Say from which day on."), code="required"))
        return values

    @property
    def day(self) -> dt.date | None:
        chosen = self.cleaned_data["history"]
        if chosen == ALL:
            return EARLIEST_START
        day: dt.date | None = self.cleaned_data["shared_from"] if chosen == FROM else None
        return day


def _history_of(enrolment: Enrolment) -> dict[str, Any]:
    day = enrolment.shared_from
    if day is None:
        return {"history": NONE}
    return {"history": ALL} if day <= EARLIEST_START else {"history": FROM, "shared_from": day}


@require_GET
@needs(Right.RECORD_READ, kind=TenantKind.SUPPLIER)
def programs(request: TenantRequest) -> HttpResponse:
    return _page(request)


def _page(
    request: TenantRequest,
    *,
    share: tuple[str, HistoryForm] | None = None,
    answer: tuple[int, HistoryForm] | None = None,
) -> HttpResponse:
    """`share`, `answer`: the one form that came back with errors, by buyer code or offer."""
    supplier = own_supplier(request.actor)
    rows = list(_enrolled(supplier))
    offers = list(_offers(supplier))
    words = _commodity_names({row.buyer_id for row in [*rows, *offers]})
    seen = _seen(supplier, rows)
    context = {
        "rows": [
            {
                "enrolment": row,
                "commodity": words.get((row.buyer_id, row.commodity), row.commodity),
                "data_from": row.data_from,  # type: ignore[attr-defined]
                "everything": row.data_from <= EARLIEST_START,  # type: ignore[attr-defined]
                "form": share[1]
                if share and share[0] == row.buyer.code
                else HistoryForm(initial=_history_of(row), auto_id=f"share-{row.pk}-%s"),
                "is_open": bool(share and share[0] == row.buyer.code),
                **seen[row.pk],
            }
            for row in rows
        ],
        "offers": [
            {
                "offer": offer,
                "commodity": words.get((offer.buyer_id, offer.commodity), offer.commodity),
                "form": answer[1]
                if answer and answer[0] == offer.pk
                else HistoryForm(initial={"history": NONE}, auto_id=f"offer-{offer.pk}-%s"),
            }
            for offer in offers
        ],
        "first_record": _own_records(supplier).aggregate(day=Min("start"))["day"],
        "may_answer": request.actor.may(Right.ENROLMENT_ANSWER),
    }
    status = 422 if share or answer else 200
    return render(request, "suppliers/programs/list.html", context, status=status)


def _enrolled(supplier: Supplier) -> Any:
    rows = Enrolment.objects.filter(supplier=supplier).active(clock.today()).with_data_from()  # type: ignore[attr-defined]
    return rows.select_related("buyer").order_by("started_on", "id")


def _offers(supplier: Supplier) -> Any:
    rows = EnrolmentOffer.objects.filter(supplier=supplier, answer=OfferAnswer.OPEN)
    return rows.select_related("buyer")


def _own_records(supplier: Supplier) -> Any:
    return ActivityRecord.objects.filter(supplier=supplier, withdrawn_at=None)


def _seen(supplier: Supplier, rows: list[Any]) -> dict[int, dict[str, int]]:
    """How many records and files each buyer reads: two queries, whatever the number of programs."""
    if not rows:
        return {}
    records = _own_records(supplier).aggregate(
        total=Count("id"),
        **{f"seen_{row.pk}": Count("id", filter=Q(start__gte=row.data_from)) for row in rows},
    )
    accepted = Upload.objects.filter(supplier=supplier, accepted_at__isnull=False)
    files = accepted.aggregate(
        **{f"seen_{row.pk}": Count("id", filter=Q(data_from__gte=row.data_from)) for row in rows}
    )
    return {
        row.pk: {
            "records": records[f"seen_{row.pk}"],
            "records_total": records["total"],
            "files": files[f"seen_{row.pk}"],
        }
        for row in rows
    }


def _commodity_names(buyer_ids: set[int]) -> dict[tuple[int, str], str]:
    rows = Commodity.objects.filter(buyer__in=buyer_ids)
    return {(row.buyer_id, row.code): named(row) for row in rows}


@require_POST
@needs(Right.ENROLMENT_ANSWER, kind=TenantKind.SUPPLIER)
def program_share(request: TenantRequest, buyer: str) -> HttpResponse:
    enrolment = _own_enrolment(request, buyer)
    form = HistoryForm(request.POST, auto_id=f"share-{enrolment.pk}-%s")
    if not form.is_valid():
        return _page(request, share=(buyer, form))
    enrolments.share_history(by=request.actor, enrolment=enrolment, shared_from=form.day)
    messages.success(request, _("Kept. It holds from this moment on."))
    return _back()


@require_POST
@needs(Right.ENROLMENT_ANSWER, kind=TenantKind.SUPPLIER)
def program_leave(request: TenantRequest, buyer: str) -> HttpResponse:
    enrolment = _own_enrolment(request, buyer)
    enrolments.leave(by=request.actor, enrolment=enrolment)
    messages.success(
        request,
        _("You have left the program of %(buyer)s. Your data stay yours.")
        % {"buyer": named(enrolment.buyer)},
    )
    return _back()


def _own_enrolment(request: TenantRequest, buyer: str) -> Enrolment:
    rows = _enrolled(own_supplier(request.actor))
    found: Enrolment = get_object_or_404(rows, buyer__code=buyer)
    return found


@require_POST
@needs(Right.ENROLMENT_ANSWER, kind=TenantKind.SUPPLIER)
def offer_answer(request: TenantRequest, pk: int) -> HttpResponse:
    offers = EnrolmentOffer.objects.filter(supplier=own_supplier(request.actor)).select_related("buyer")
    offer = get_object_or_404(offers, pk=pk)
    if request.POST.get("answer") == "decline":
        enrolments.decline_offer(by=request.actor, offer=offer)
        messages.success(
            request, _("Declined. %(buyer)s sees nothing of you.") % {"buyer": named(offer.buyer)}
        )
        return _back()
    form = HistoryForm(request.POST, auto_id=f"offer-{offer.pk}-%s")
    if request.POST.get("answer") != "accept":
        raise Refusal("offer.answer", _("Accept or decline."), status=422)
    if not form.is_valid():
        return _page(request, answer=(offer.pk, form))
    enrolments.accept_offer(by=request.actor, offer=offer, shared_from=form.day)
    messages.success(request, _("You take part in the program of %(buyer)s.") % {"buyer": named(offer.buyer)})
    return _back()


def _back() -> HttpResponse:
    return HttpResponseRedirect(reverse("programs"), status=303)


urlpatterns = [
    path("programs/", programs, name="programs"),
    path("programs/<slug:buyer>/share/", program_share, name="program_share"),
    path("programs/<slug:buyer>/leave/", program_leave, name="program_leave"),
    path("programs/offers/<int:pk>/", offer_answer, name="offer_answer"),
]
