"""Evidence pages: what a supplier has proven, one item with its way, documents behind a permission check."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import messages
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from suppliers.activity import outputs
from suppliers.activity.models import Output
from suppliers.disclosure import actions, queries
from suppliers.disclosure.forms import ItemForm, ReviewForm
from suppliers.disclosure.models import EvidenceFile, Submitted
from suppliers.inventory.statement import actions as statements
from suppliers.tenants import audit, clock
from suppliers.tenants.access import TenantRequest, needs, own_supplier
from suppliers.tenants.actors import Actor
from suppliers.tenants.models import Enrolment, Supplier
from suppliers.tenants.refusals import Refusal
from suppliers.tenants.roles import Right, TenantKind

from . import evidence_desk, instrument_collisions
from .evidence_kinds import KINDS, STANDING_BADGES, Kind, Row, facts, is_held_back
from .instrument_collisions import covers

_ACT_WORDS = {
    "draft": lambda: _("Drafted"),
    "edit": lambda: _("Changed"),
    "submit": lambda: pgettext("evidence", "Handed in"),
    "enter": lambda: _("Entered by procurement"),
    "accepted": lambda: pgettext("evidence", "Accepted"),
    "returned": lambda: _("Returned"),
    "collide": lambda: _("Held back: a serial number is claimed elsewhere too"),
    "clear": lambda: _("Looked at by procurement: it counts again"),
}


@require_GET
@needs(Right.EVIDENCE_READ, kind=TenantKind.SUPPLIER)
def evidence(request: TenantRequest) -> HttpResponse:
    supplier = own_supplier(request.actor)
    standings = queries.of_supplier(supplier)
    sections = [
        {
            "kind": kind,
            "rows": [Row(standing, kind) for standing in standings[kind.slug]],
            "add": kind.url("new"),
            "covers": covers(supplier, standings[kind.slug]) if kind.slug == "instrument" else [],
        }
        for kind in KINDS.values()
    ]
    ending = [
        Row(standing, KINDS["credential"]) for standing in queries.ending_among(standings["credential"])
    ]
    return render(
        request,
        "suppliers/disclosure/evidence.html",
        {"sections": sections, "ending": ending, "buyers": _buyer_names(supplier)},
    )


@require_GET
@needs(Right.EVIDENCE_READ)
def detail(request: TenantRequest, pk: int, kind: str) -> HttpResponse:
    item = _item(request.actor, KINDS[kind], pk)
    return render(
        request, "suppliers/disclosure/detail.html", _detail_context(request.actor, KINDS[kind], item)
    )


def _detail_context(
    actor: Actor, kind: Kind, item: Submitted, form: ReviewForm | None = None
) -> dict[str, Any]:
    standing = queries.standing_of(item)
    may_write = actor.may(Right.EVIDENCE_WRITE) and actor.kind == TenantKind.SUPPLIER
    may_review = actor.may(Right.EVIDENCE_REVIEW) and actor.kind == TenantKind.BUYER
    return {
        "kind": kind,
        "row": Row(standing, kind),
        "facts": facts(kind, item),
        "is_held_back": is_held_back(item),
        "reviews": [(review, STANDING_BADGES[review.verdict]) for review in standing.reviews],
        "acts": _timeline(item),
        "may_edit": may_write and standing.is_editable,
        "may_submit": may_write and standing.word == "draft",
        "edit_url": kind.url("edit", item.pk),
        "submit_url": kind.url("submit", item.pk),
        "discard_url": kind.url("discard", item.pk),
        "review_url": kind.url("review", item.pk),
        "review_form": (form or ReviewForm()) if may_review else None,
    }


def _timeline(item: Submitted) -> list[dict[str, Any]]:
    acts = []
    for entry in audit.entries_of(item):
        word = _ACT_WORDS.get(entry.act.rpartition(".")[2])
        if word is not None:
            when = f"{entry.at:%Y-%m-%d}"
            acts.append(
                {"when": when, "who": entry.user, "what": word(), "detail": entry.data.get("note", "")}
            )
    return acts


@require_http_methods(["GET", "POST"])
@needs(Right.EVIDENCE_WRITE, kind=TenantKind.SUPPLIER)
def create(request: TenantRequest, kind: str) -> HttpResponse:
    supplier = own_supplier(request.actor)
    form = KINDS[kind].form(request.POST or None, request.FILES or None, supplier=supplier)
    if request.method == "POST" and form.is_valid():
        document = form.keep_document(by=request.actor, supplier=supplier)
        item = _draft(request.actor, KINDS[kind], supplier, form, document)
        return _saved(request, KINDS[kind], item)
    return _form_page(request, KINDS[kind], form, cancel=reverse("evidence"), item=None)


@require_http_methods(["GET", "POST"])
@needs(Right.EVIDENCE_WRITE, kind=TenantKind.SUPPLIER)
def change(request: TenantRequest, pk: int, kind: str) -> HttpResponse:
    supplier = own_supplier(request.actor)
    item = _item(request.actor, KINDS[kind], pk)
    form = KINDS[kind].form(request.POST or None, request.FILES or None, supplier=supplier, instance=item)
    if request.method == "POST" and form.is_valid():
        document = form.keep_document(by=request.actor, supplier=supplier)
        fresh = _item(request.actor, KINDS[kind], pk)  # the form has written on its own copy
        edit = outputs.edit if isinstance(fresh, Output) else actions.edit
        item = edit(by=request.actor, item=fresh, fields=form.item_fields(), evidence=document)  # type: ignore
        return _saved(request, KINDS[kind], item)
    return _form_page(request, KINDS[kind], form, cancel=KINDS[kind].url("detail", pk), item=item)


def _draft(
    actor: Actor, kind: Kind, supplier: Supplier, form: ItemForm, document: EvidenceFile | None
) -> Submitted:
    if kind.model is Output:
        return outputs.draft(by=actor, supplier=supplier, evidence=document, **form.item_fields())
    return actions.draft(
        by=actor, supplier=supplier, model=kind.model, fields=form.item_fields(), evidence=document
    )


def _saved(request: TenantRequest, kind: Kind, item: Submitted) -> HttpResponse:
    if request.POST.get("act") == "submit":
        try:
            actions.submit(by=request.actor, item=item)
            messages.success(request, _("Handed in. Procurement reviews it next."))
        except Refusal as refusal:  # the draft is kept
            messages.error(request, str(refusal.message), extra_tags=refusal.code)
    else:
        messages.success(request, _("Draft kept. Nobody else sees it until you hand it in."))
    return redirect(kind.url("detail", item.pk))


def _form_page(
    request: TenantRequest, kind: Kind, form: ItemForm, *, cancel: str, item: Submitted | None
) -> HttpResponse:
    status = 422 if request.method == "POST" else 200
    context = {"kind": kind, "form": form, "cancel_url": cancel, "item": item}
    context["buyers"] = _buyer_names(own_supplier(request.actor))
    return render(request, "suppliers/disclosure/form.html", context, status=status)


@require_POST
@needs(Right.EVIDENCE_WRITE, kind=TenantKind.SUPPLIER)
def submit(request: TenantRequest, pk: int, kind: str) -> HttpResponse:
    actions.submit(by=request.actor, item=_item(request.actor, KINDS[kind], pk))
    messages.success(request, _("Handed in. Procurement reviews it next."))
    return redirect(KINDS[kind].url("detail", pk))


@require_POST
@needs(Right.EVIDENCE_WRITE, kind=TenantKind.SUPPLIER)
def discard(request: TenantRequest, pk: int, kind: str) -> HttpResponse:
    actions.discard(by=request.actor, item=_item(request.actor, KINDS[kind], pk))
    messages.success(request, _("The draft is gone."))
    return redirect("evidence")


@require_POST
@needs(Right.EVIDENCE_REVIEW, kind=TenantKind.BUYER)
def review(request: TenantRequest, pk: int, kind: str) -> HttpResponse:
    item = _item(request.actor, KINDS[kind], pk)
    form = ReviewForm(request.POST)
    if not form.is_valid():
        context = _detail_context(request.actor, KINDS[kind], item, form)
        return render(request, "suppliers/disclosure/detail.html", context, status=422)
    statements.review_evidence(by=request.actor, item=item, **form.cleaned_data)
    messages.success(request, _("Your verdict is kept and the supplier can read it."))
    return redirect("evidence_desk")


@require_GET
@needs(Right.EVIDENCE_READ)
def document(request: TenantRequest, pk: int) -> HttpResponse:
    """The file itself: only as a download, and never as anything else than what its content said it is."""
    found = queries.document_or_404(pk, supplier=request.actor.supplier, buyer=request.actor.buyer)
    response = FileResponse(
        found.file.open("rb"), as_attachment=True, filename=found.filename, content_type=found.content_type
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return cast(HttpResponse, response)  # a stream is not one for the types


def _item(actor: Actor, kind: Kind, pk: int) -> Submitted:
    return queries.item_or_404(kind.model, pk, supplier=actor.supplier, buyer=actor.buyer)


def _buyer_names(supplier: Supplier) -> str:
    enrolments = Enrolment.objects.filter(supplier=supplier).active(clock.today())  # type: ignore
    enrolments = enrolments.select_related("buyer")
    return "、".join(sorted(enrolment.buyer.name for enrolment in enrolments))


def _of_kind(slug: str) -> list[Any]:
    about = {"kind": slug}
    return [
        path(f"evidence/{slug}s/new/", create, about, name=f"{slug}_new"),
        path(f"evidence/{slug}s/<int:pk>/", detail, about, name=f"{slug}_detail"),
        path(f"evidence/{slug}s/<int:pk>/edit/", change, about, name=f"{slug}_edit"),
        path(f"evidence/{slug}s/<int:pk>/submit/", submit, about, name=f"{slug}_submit"),
        path(f"evidence/{slug}s/<int:pk>/discard/", discard, about, name=f"{slug}_discard"),
        path(f"evidence/{slug}s/<int:pk>/review/", review, about, name=f"{slug}_review"),
    ]


urlpatterns = [
    path("evidence/", evidence, name="evidence"),
    path("evidence/files/<int:pk>/", document, name="evidence_file"),
    *[pattern for slug in KINDS for pattern in _of_kind(slug)],
    *evidence_desk.urlpatterns,
    *instrument_collisions.urlpatterns,
]
