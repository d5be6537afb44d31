"""The verifier's desk: the sample, each line beside its document, findings, the opinion."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from suppliers.disclosure.models import EvidenceFile
from suppliers.inventory import background
from suppliers.inventory.accounts import SCOPES
from suppliers.inventory.models import Assignment, Finding, InventoryState, Opinion
from suppliers.inventory.report import words
from suppliers.inventory.review import actions, findings, opinions, queries
from suppliers.tenants import clock
from suppliers.tenants.access import TenantRequest, needs
from suppliers.tenants.refusals import Refusal
from suppliers.tenants.roles import Right, TenantKind
from suppliers.uploads import queries as uploads
from suppliers.uploads.models import Upload

from .inventory_page import LINKS
from .review_forms import CheckForm, CloseForm, FindingForm, OpinionForm, line_numbers
from .review_words import FINDING_TONES, INVENTORY_TONES

review = needs(Right.INVENTORY_REVIEW, kind=TenantKind.BODY)


@require_GET
@review
def detail(request: TenantRequest, pk: int) -> HttpResponse:
    return _page(request, queries.assignment_or_404(request.actor, pk))


def _page(request: TenantRequest, assignment: Assignment, status: int = 200, **forms: Any) -> HttpResponse:
    under_review = assignment.inventory.state == InventoryState.UNDER_REVIEW
    numbers = assignment.sample or queries.suggestion(assignment)
    raised = queries.findings_of(assignment)
    opinion = Opinion.objects.filter(body=assignment.body_id, assignment=assignment).first()
    rows = queries.sampled(assignment, numbers)
    total = queries.total(assignment.inventory)
    covered = sum(abs(row["line"].kgco2e) for row in rows)
    context = {
        "assignment": assignment,
        "inventory": assignment.inventory,
        "tone": INVENTORY_TONES[assignment.inventory.state],
        "total": total,
        "covered": covered / total if total else None,
        "threshold": queries.threshold(assignment),
        "known_error": opinions.known_error([one.finding for one in raised]),
        "rows": rows,
        "numbers": ", ".join(str(number) for number in numbers),
        "is_confirmed": bool(assignment.sample),
        "unchecked": sum(row["check"] is None for row in rows),
        "findings": [
            (one, FINDING_TONES[one.finding.state], _close_form(one.finding, forms.get("close_form")))
            for one in raised
        ],
        "opinion": opinion,
        "under_review": under_review,
        "totals": _totals(assignment),
        "exclusions": [
            one | {"what": words.left_out(one["what"])} for one in assignment.inventory.exclusions
        ],
        "replayed": background.last_replay(assignment.inventory),
        "may_replay": not background.under_way(assignment.inventory),
        "replay_url": reverse("review_replay", args=[assignment.pk]),
        "may_begin": assignment.inventory.state == InventoryState.SUBMITTED,
        "finding_form": forms.get("finding_form") or FindingForm(prefix="finding"),
        "opinion_form": forms.get("opinion_form") or _opinion_form(opinion),
        "accreditation_expired": assignment.body.accreditation_expires_on < clock.today(),
    }
    return render(request, "suppliers/reviews/review.html", context, status=status)


def _totals(assignment: Assignment) -> list[dict[str, Any]]:
    """Each total with the lines behind it."""
    here = reverse("review_lines", args=[assignment.pk])
    return [
        {
            "label": words.TOTALS[name],
            "kg": assignment.inventory.totals.get(name),
            "url": f"{here}?{urlencode(LINKS[name])}",
        }
        for name in SCOPES
    ]


def _opinion_form(opinion: Opinion | None) -> OpinionForm:
    """Filled with what was given, so that changing one thing drops no other."""
    given = ("level", "conclusion", "text", "valid_until")
    return OpinionForm(
        prefix="opinion", initial={name: getattr(opinion, name) for name in given} if opinion else None
    )


def _close_form(finding: Finding, sent: CloseForm | None) -> CloseForm:
    return sent if sent is not None and sent.finding == finding else CloseForm(finding=finding)


@require_POST
@review
def begin(request: TenantRequest, pk: int) -> HttpResponse:
    actions.begin(by=request.actor, assignment=queries.assignment_or_404(request.actor, pk))
    messages.success(request, _("The review has begun. Confirm the sample first."))
    return redirect("review_detail", pk)


@require_POST
@review
def sample(request: TenantRequest, pk: int) -> HttpResponse:
    assignment = queries.assignment_or_404(request.actor, pk)
    numbers = line_numbers(request.POST.get("numbers", ""))
    if "add" in request.POST:  # ticked among all lines: they join what the sample holds
        ticked = line_numbers(" ".join(request.POST.getlist("add")))
        numbers = [*(assignment.sample or queries.suggestion(assignment)), *ticked]
    actions.confirm_sample(by=request.actor, assignment=assignment, numbers=numbers)
    messages.success(request, _("The sample is confirmed. Check it line by line."))
    return redirect("review_detail", pk)


@require_POST
@review
def give_back(request: TenantRequest, pk: int) -> HttpResponse:
    assignment = queries.assignment_or_404(request.actor, pk)
    actions.give_back(by=request.actor, assignment=assignment, reason=request.POST.get("reason", ""))
    messages.success(request, _("Returned. The supplier can open a new version."))
    return redirect("home")


@require_GET
@review
def line(request: TenantRequest, pk: int, number: int) -> HttpResponse:
    return _line_page(request, queries.assignment_or_404(request.actor, pk), number, CheckForm())


def _line_page(
    request: TenantRequest, assignment: Assignment, number: int, form: CheckForm, status: int = 200
) -> HttpResponse:
    found = queries.line_of(assignment, number)
    if found is None:
        raise Http404(number)
    left = [one for one in queries.unchecked(assignment) if one != number]
    context = {
        "assignment": assignment,
        "inventory": assignment.inventory,
        "line": found,
        "cells": queries.cells_beside(found),
        "check": queries.checks_of(assignment).filter(line=found).first(),
        "form": form,
        "in_sample": number in assignment.sample,
        "under_review": assignment.inventory.state == InventoryState.UNDER_REVIEW,
        "next": next((one for one in left if one > number), left[0] if left else None),
        "left": len(left),
    }
    return render(request, "suppliers/reviews/line.html", context, status=status)


@require_POST
@review
def check(request: TenantRequest, pk: int, number: int) -> HttpResponse:
    assignment = queries.assignment_or_404(request.actor, pk)
    if queries.line_of(assignment, number) is None:
        raise Http404(number)
    form = CheckForm(request.POST)
    if not form.is_valid():
        return _line_page(request, assignment, number, form, status=422)
    is_right, note = form.cleaned_data["verdict"] == "right", form.cleaned_data["note"]
    actions.check_line(by=request.actor, assignment=assignment, number=number, is_right=is_right, note=note)
    left = queries.unchecked(assignment)
    following = next((one for one in left if one > number), left[0] if left else None)
    if following is None:
        messages.success(request, _("Every line of the sample is checked."))
        return redirect("review_detail", pk)
    return redirect("review_line", pk, following)


@require_GET
@review
def document(request: TenantRequest, pk: int, number: int) -> HttpResponse:
    """The file the line came from, as it was handed in: always a download."""
    found = queries.line_of(queries.assignment_or_404(request.actor, pk), number)
    upload: Upload | None = found.upload if found else None
    if upload is None:
        raise Http404(number)
    return _download(uploads.content_of(upload), upload.filename, "application/octet-stream")


@require_GET
@review
def evidence(request: TenantRequest, pk: int, document_pk: int) -> HttpResponse:
    """A document that a line or an answer of this review names."""
    assignment = queries.assignment_or_404(request.actor, pk)
    found = queries.document_of(assignment, document_pk)
    if found is None:
        raise Http404(document_pk)
    return _evidence(found)


def _evidence(found: EvidenceFile) -> HttpResponse:
    with found.file.open("rb") as stream:
        return _download(stream.read(), found.filename, found.content_type)


@require_POST
@review
def raise_finding(request: TenantRequest, pk: int) -> HttpResponse:
    assignment = queries.assignment_or_404(request.actor, pk)
    form = FindingForm(request.POST, prefix="finding")
    if not form.is_valid():
        return _page(request, assignment, status=422, finding_form=form)
    findings.raise_finding(by=request.actor, assignment=assignment, **form.cleaned_data)
    messages.success(request, _("Raised. The supplier can read and answer it now."))
    return redirect("review_detail", pk)


@require_POST
@review
def ask_again(request: TenantRequest, pk: int) -> HttpResponse:
    finding = _finding(request, pk)
    findings.ask_again(by=request.actor, finding=finding, text=request.POST.get("text", ""))
    return redirect("review_detail", finding.assignment_id)


@require_POST
@review
def close_finding(request: TenantRequest, pk: int) -> HttpResponse:
    finding = _finding(request, pk)
    form = CloseForm(request.POST, finding=finding)
    if not form.is_valid():
        assignment = queries.assignment_or_404(request.actor, finding.assignment_id)
        return _page(request, assignment, status=422, close_form=form)
    findings.close(by=request.actor, finding=finding, **form.cleaned_data)
    messages.success(request, _("The finding is closed."))
    return redirect("review_detail", finding.assignment_id)


def _finding(request: TenantRequest, pk: int) -> Finding:
    found: Finding | None = (
        Finding.objects.filter(pk=pk, body=request.actor.scope.body_id, assignment__ended_at=None)
        .select_related("assignment")
        .first()
    )
    if found is None:
        raise Http404(pk)
    return found


@require_POST
@review
def give_opinion(request: TenantRequest, pk: int) -> HttpResponse:
    assignment = queries.assignment_or_404(request.actor, pk)
    form = OpinionForm(request.POST, request.FILES, prefix="opinion")
    if not form.is_valid():
        return _page(request, assignment, status=422, opinion_form=form)
    file = form.cleaned_data.pop("file")
    content, name = file.read(), file.name
    try:
        opinions.give(
            by=request.actor, assignment=assignment, content=content, filename=name, **form.cleaned_data
        )
    except Refusal as refusal:
        if refusal.code != "opinion.valid_until":
            raise
        form.add_error("valid_until", str(refusal.message))
        return _page(request, assignment, status=422, opinion_form=form)
    messages.success(request, _("The opinion is kept. It binds nobody until you confirm it."))
    return redirect("review_detail", pk)


@require_POST
@review
def confirm_opinion(request: TenantRequest, pk: int) -> HttpResponse:
    assignment = queries.assignment_or_404(request.actor, pk)
    statement = opinions.confirm(by=request.actor, assignment=assignment, word=request.POST.get("word", ""))
    if statement is None:
        messages.success(request, _("Confirmed. The inventory is returned; no statement is issued."))
        return redirect("review_detail", pk)
    messages.success(request, _("Confirmed and signed: statement %(number)s.") % {"number": statement.number})
    return redirect("statements")


@require_GET
@needs()
def opinion_file(request: TenantRequest, pk: int) -> HttpResponse:
    """The body's stamped opinion: for body, supplier and program; for the two others once it is confirmed."""
    reads = Right.INVENTORY_REVIEW if request.actor.kind == TenantKind.BODY else Right.RECORD_READ
    request.actor.require(reads)
    assignment = queries.assignment_or_404(request.actor, pk)
    found = Opinion.objects.filter(assignment=assignment, **request.actor.tenant_columns).first()
    if found is None or not found.file or (found.confirmed_at is None and request.actor.body is None):
        raise Http404(pk)
    with found.file.open("rb") as stream:
        return _download(stream.read(), found.filename, "application/pdf")


def _download(content: bytes, filename: str, content_type: str) -> HttpResponse:
    response = HttpResponse(content, content_type=content_type)
    response.headers["Content-Disposition"] = content_disposition_header(True, filename) or "attachment"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, no-store"
    return response


urlpatterns = [
    path("reviews/<int:pk>/", detail, name="review_detail"),
    path("reviews/<int:pk>/begin/", begin, name="review_begin"),
    path("reviews/<int:pk>/sample/", sample, name="review_sample"),
    path("reviews/<int:pk>/return/", give_back, name="review_return"),
    path("reviews/<int:pk>/lines/<int:number>/", line, name="review_line"),
    path("reviews/<int:pk>/lines/<int:number>/check/", check, name="review_check"),
    path("reviews/<int:pk>/lines/<int:number>/file/", document, name="review_file"),
    path("reviews/<int:pk>/documents/<int:document_pk>/", evidence, name="review_evidence"),
    path("reviews/<int:pk>/findings/", raise_finding, name="finding_raise"),
    path("reviews/findings/<int:pk>/ask/", ask_again, name="finding_ask"),
    path("reviews/findings/<int:pk>/close/", close_finding, name="finding_close"),
    path("reviews/<int:pk>/opinion/", give_opinion, name="opinion_give"),
    path("reviews/<int:pk>/confirm/", confirm_opinion, name="opinion_confirm"),
    path("reviews/<int:pk>/opinion/file/", opinion_file, name="opinion_file"),
]
