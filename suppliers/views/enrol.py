"""Procurement enrols companies: one by a form, many by a file that is shown before anything is written."""

from __future__ import annotations

import csv
import dataclasses
import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.core import signing
from django.core.exceptions import ValidationError
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from suppliers.calc import issues
from suppliers.tenants import clock, enrolment_lists, enrolments, first_managers
from suppliers.tenants.access import TenantRequest, needs, own_buyer, supplier_for
from suppliers.tenants.enrolment_entries import MOST_ROWS, Entry, Trouble, normal_uscc
from suppliers.tenants.language import reads_chinese
from suppliers.tenants.models import Buyer, Commodity, Enrolment, EnrolmentOffer, OfferAnswer
from suppliers.tenants.refusals import Refusal
from suppliers.tenants.roles import Right, TenantKind
from suppliers.uploads.preflight import FileTrouble

from . import enrolment_files
from .saving import links_are_shown, saved, site_of

SHOWN = 50
SEEN_FOR_SECONDS = 3600  # how long a file that was shown may be confirmed
_DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")

COLUMN_LABELS: dict[str, Any] = {
    "name": gettext_lazy("Company name"),
    "name_en": gettext_lazy("English name"),
    "uscc": gettext_lazy("Credit code"),
    "code": gettext_lazy("Code"),
    "commodity": gettext_lazy("Commodity"),
    "tier": gettext_lazy("Tier"),
    "spend_cny": gettext_lazy("Spend a year, CNY"),
    "erp_code": gettext_lazy("ERP code"),
    "email": gettext_lazy("E-mail of the first manager"),
    "starts_on": gettext_lazy("First day"),
}


class TermsForm(forms.Form):
    """What the buyer says about an enrolled company."""

    commodity = forms.ChoiceField(label=COLUMN_LABELS["commodity"])
    tier = forms.IntegerField(label=COLUMN_LABELS["tier"], min_value=1, max_value=9, initial=1)
    spend_cny = forms.DecimalField(
        label=COLUMN_LABELS["spend_cny"], min_value=0, max_digits=16, decimal_places=2, required=False
    )
    erp_code = forms.CharField(label=COLUMN_LABELS["erp_code"], max_length=40, required=False)

    def __init__(self, *args: Any, buyer: Buyer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = Commodity.objects.filter(buyer=buyer)
        chinese = reads_chinese()
        choices = [(row.code, row.name if chinese else row.name_en) for row in rows]
        self.fields["commodity"].choices = [("", "—"), *choices]  # type: ignore[attr-defined]


class EnrolForm(TermsForm):
    name = forms.CharField(label=COLUMN_LABELS["name"], max_length=120)
    name_en = forms.CharField(label=COLUMN_LABELS["name_en"], max_length=120, required=False)
    uscc = forms.CharField(
        label=COLUMN_LABELS["uscc"],
        max_length=40,
        required=False,
        help_text=gettext_lazy("18 places. With it a company that is on the platform already is recognised."),
    )
    starts_on = forms.DateField(
        label=COLUMN_LABELS["starts_on"],
        widget=_DAY,
        help_text=gettext_lazy(
            "You see accepted data from this day on, and earlier ones only if the company shares them."
        ),
    )
    email = forms.EmailField(
        label=COLUMN_LABELS["email"],
        required=False,
        help_text=gettext_lazy(
            "Gets a link that lives seven days. A company with members of its own answers itself."
        ),
    )
    field_order = (
        *("name", "name_en", "uscc", "commodity", "tier", "spend_cny", "erp_code", "starts_on", "email"),
    )

    def entry(self) -> Entry:
        values = dict(self.cleaned_data)
        return Entry(**values | {"uscc": normal_uscc(values["uscc"])})


@require_http_methods(["GET", "POST"])
@needs(Right.ENROLMENT_WRITE, kind=TenantKind.BUYER)
def enrol(request: TenantRequest) -> HttpResponse:
    buyer = own_buyer(request.actor)
    form = EnrolForm(request.POST or None, buyer=buyer, initial={"starts_on": clock.today(), "tier": 1})
    if form.is_valid() and (done := _enrolled(request, form)):
        return _done(request, done)
    offers = EnrolmentOffer.objects.filter(buyer=buyer, answer=OfferAnswer.OPEN).order_by(
        "-created_at", "-id"
    )
    context = {
        "form": form,
        # the first choice is none
        "has_commodities": len(form.fields["commodity"].choices) > 1,  # type: ignore[attr-defined]
        "offers": offers[:SHOWN],
        "open_offers": offers.count(),
        "most_rows": MOST_ROWS,
    }
    return render(request, "suppliers/enrolments/enrol.html", context, status=422 if form.is_bound else 200)


def _enrolled(request: TenantRequest, form: EnrolForm) -> enrolment_lists.Done | None:
    """The company is invited; or the form says beside each field why not."""
    entry = form.entry()
    wanted = enrolment_lists.plan(by=request.actor, entries=[entry])
    for trouble in wanted.troubles:
        form.add_error(trouble.column or None, ValidationError(str(trouble.message), code=trouble.code))
    if not wanted.troubles and not wanted.invited:
        sentence = _("This company is enrolled or invited already. Its terms are changed on its own page.")
        form.add_error("name", ValidationError(sentence, code="enrolment.exists"))
    if form.errors:
        return None
    try:
        return enrolment_lists.apply(by=request.actor, entries=[entry], site=site_of(request))
    except Refusal as refusal:
        form.add_error(None, ValidationError(str(refusal.message), code=refusal.code))
        return None


def _done(request: TenantRequest, done: enrolment_lists.Done) -> HttpResponse:
    """Back to the list; where links are to be passed on by hand, a page shows them this once."""
    words = [
        ngettext("%(count)s company is invited.", "%(count)s companies are invited.", done.invited)
        % {"count": done.invited},
        ngettext("%(count)s enrolment is changed.", "%(count)s enrolments are changed.", done.changed)
        % {"count": done.changed},
        ngettext("%(count)s stays as it is.", "%(count)s stay as they are.", done.unchanged)
        % {"count": done.unchanged},
    ]
    counts = (done.invited, done.changed, done.unchanged)
    messages.success(request, " ".join(word for word, count in zip(words, counts, strict=True) if count))
    if done.links and links_are_shown():
        return _links_page(request, done.links)
    return HttpResponseRedirect(reverse("suppliers"), status=303)


def _links_page(request: TenantRequest, links: Sequence[first_managers.Link]) -> HttpResponse:
    site = site_of(request)
    rows = [{"company": one.company, "email": one.email, "url": f"{site}{one.path}"} for one in links]
    answer = render(request, "suppliers/enrolments/links.html", {"rows": rows})
    answer["Cache-Control"] = "no-store"
    return answer


# -- many ----------------------------------------------------------------------------------------------


@require_POST
@needs(Right.ENROLMENT_WRITE, kind=TenantKind.BUYER)
def enrol_list(request: TenantRequest) -> HttpResponse:
    """A file is shown first; the second time it comes back signed, as it was shown, and is written."""
    buyer = own_buyer(request.actor)
    if request.POST.get("shown"):
        entries = _unsealed(buyer, request.POST["shown"])
        return _done(request, enrolment_lists.apply(by=request.actor, entries=entries, site=site_of(request)))
    file = request.FILES.get("file")
    if file is None:
        raise Refusal("file.missing", _("Choose a file first."), status=422)
    try:
        content = file.read(enrolment_files.LIMIT_BYTES + 1)
        reading = enrolment_files.read(content, _commodities(buyer))
    except FileTrouble as trouble:
        return _preview(request, file.name or "", [_file_trouble(trouble)], None, "")
    plan = enrolment_lists.plan(by=request.actor, entries=reading.entries)
    troubles = sorted([*reading.troubles, *plan.troubles], key=lambda one: one.row or 0)
    sealed = "" if troubles else _sealed(buyer, reading.entries)
    return _preview(request, file.name or "", troubles, plan, sealed)


def _commodities(buyer: Buyer) -> list[tuple[str, str, str]]:
    return list(Commodity.objects.filter(buyer=buyer).values_list("code", "name", "name_en"))


def _file_trouble(trouble: FileTrouble) -> Trouble:
    if isinstance(trouble, enrolment_files.HeaderMissing):
        sentence = _("No row names the columns; name and commodity are needed.")
    else:
        sentence = issues.sentence(trouble.issue, language="zh" if reads_chinese() else "en")
    return Trouble(trouble.issue.code, None, "", sentence)


def _preview(
    request: TenantRequest,
    filename: str,
    troubles: list[Trouble],
    plan: enrolment_lists.Plan | None,
    sealed: str,
) -> HttpResponse:
    context = {
        "filename": filename,
        "troubles": [(one, COLUMN_LABELS.get(one.column, "")) for one in troubles[:SHOWN]],
        "trouble_count": len(troubles),
        "plan": plan,
        "changed": [entry for _stands, entry in plan.changed[:SHOWN]] if plan else [],
        "invited": plan.invited[:SHOWN] if plan else [],
        "shown": sealed,
        "has_work": bool(plan and (plan.invited or plan.changed)),
    }
    return render(request, "suppliers/enrolments/preview.html", context, status=422 if troubles else 200)


def _salt(buyer: Buyer) -> str:
    return f"enrolment list of {buyer.pk}"


def _sealed(buyer: Buyer, entries: list[Entry]) -> str:
    rows = [
        [
            str(value) if isinstance(value, (Decimal, dt.date)) else value
            for value in dataclasses.astuple(entry)
        ]
        for entry in entries
    ]
    return signing.dumps(rows, salt=_salt(buyer), compress=True)


def _unsealed(buyer: Buyer, text: str) -> list[Entry]:
    try:
        rows = signing.loads(text, salt=_salt(buyer), max_age=SEEN_FOR_SECONDS)
    except signing.BadSignature:
        sentence = _("What was shown has become too old. Please send the file again.")
        raise Refusal("enrolment.too_old", sentence, status=422) from None
    names = [field.name for field in dataclasses.fields(Entry)]
    found = [Entry(**dict(zip(names, row, strict=True))) for row in rows]
    return [
        dataclasses.replace(
            entry,
            spend_cny=None if entry.spend_cny is None else Decimal(entry.spend_cny),
            starts_on=None if entry.starts_on is None else dt.date.fromisoformat(str(entry.starts_on)),
        )
        for entry in found
    ]


@require_GET
@needs(Right.ENROLMENT_WRITE, kind=TenantKind.BUYER)
def enrol_template(request: TenantRequest) -> HttpResponse:
    """An empty list with its header, and a byte-order mark so that spreadsheets read Chinese names."""
    place = 1 if reads_chinese() else 0
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="enrolments.csv"'
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.write("\ufeff")
    csv.writer(response).writerow([names[place] for names in enrolment_files.HEADERS.values()])
    return response


# -- one that is there ---------------------------------------------------------------------------------


def _enrolment(request: TenantRequest, code: str) -> Enrolment:
    rows = Enrolment.objects.filter(buyer=own_buyer(request.actor)).active(clock.today())  # type: ignore[attr-defined]
    found: Enrolment = get_object_or_404(rows.select_related("supplier", "buyer"), supplier__code=code)
    return found


@require_http_methods(["GET", "POST"])
@needs(Right.ENROLMENT_WRITE, kind=TenantKind.BUYER)
def enrolment_edit(request: TenantRequest, code: str) -> HttpResponse:
    enrolment = _enrolment(request, code)
    start = {name: getattr(enrolment, name) for name in ("commodity", "tier", "spend_cny", "erp_code")}
    form = TermsForm(request.POST or None, buyer=enrolment.buyer, initial=start)
    if form.is_valid() and saved(
        form,
        lambda: enrolments.change_details(by=request.actor, enrolment=enrolment, **form.cleaned_data),
    ):
        messages.success(request, _("The terms are kept."))
        return HttpResponseRedirect(reverse("supplier_detail", args=[code]), status=303)
    context = {"form": form, "enrolment": enrolment, "today": clock.today()}
    return render(request, "suppliers/enrolments/terms.html", context, status=422 if form.is_bound else 200)


@require_POST
@needs(Right.ENROLMENT_WRITE, kind=TenantKind.BUYER)
def enrolment_end(request: TenantRequest, code: str) -> HttpResponse:
    enrolment = _enrolment(request, code)
    day = forms.DateField(required=False).clean(request.POST.get("ends_on")) or clock.today()
    enrolments.end_enrolment(by=request.actor, enrolment=enrolment, on=day)
    messages.success(
        request, _("The enrolment ends: from %(day)s on you see no data of this company.") % {"day": day}
    )
    return HttpResponseRedirect(reverse("suppliers"), status=303)


@require_POST
@needs(Right.ENROLMENT_WRITE, kind=TenantKind.BUYER)
def first_manager(request: TenantRequest, code: str) -> HttpResponse:
    supplier = supplier_for(request.actor, code)
    try:
        email = forms.EmailField().clean(request.POST.get("email"))
    except ValidationError:
        raise Refusal("enrolment.email", _("This is no e-mail address."), status=422) from None
    link = first_managers.invite(by=request.actor, supplier=supplier, email=email, site=site_of(request))
    messages.success(request, _("The invitation is made; its link lives seven days."))
    if links_are_shown():
        return _links_page(request, [link])
    return HttpResponseRedirect(reverse("supplier_detail", args=[code]), status=303)


@require_POST
@needs(Right.ENROLMENT_WRITE, kind=TenantKind.BUYER)
def offer_withdraw(request: TenantRequest, pk: int) -> HttpResponse:
    offer = get_object_or_404(EnrolmentOffer.objects.filter(buyer=own_buyer(request.actor)), pk=pk)
    enrolments.withdraw_offer(by=request.actor, offer=offer)
    messages.success(
        request, _("The invitation of %(company)s is taken back.") % {"company": offer.company_name}
    )
    return HttpResponseRedirect(reverse("enrol"), status=303)


urlpatterns = [
    path("suppliers/enrol/", enrol, name="enrol"),
    path("suppliers/enrol/list/", enrol_list, name="enrol_list"),
    path("suppliers/enrol/template/", enrol_template, name="enrol_template"),
    path("suppliers/offers/<int:pk>/withdraw/", offer_withdraw, name="offer_withdraw"),
    path("suppliers/<slug:code>/terms/", enrolment_edit, name="enrolment_edit"),
    path("suppliers/<slug:code>/end/", enrolment_end, name="enrolment_end"),
    path("suppliers/<slug:code>/first-manager/", first_manager, name="first_manager"),
]
