"""Signed statements: the list of who may see them, the paper, and the public page of a number."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, F, OuterRef, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from suppliers.inventory.models import Approach, Conclusion, Inventory, Level, Statement
from suppliers.inventory.statement import actions, numbers, paper, public, queries, signing
from suppliers.tenants.access import TenantRequest, needs
from suppliers.tenants.roles import Right, TenantKind

from .review_words import STATEMENT_TONES


@require_GET
@needs()
def statement_list(request: TenantRequest) -> HttpResponse:
    _may_read(request)
    found = queries.statements_for(request.actor)
    rows = [(one, STATEMENT_TONES[one.standing], _behind(one)) for one in _with_way(request, found)]
    return render(request, "suppliers/statements/list.html", {"rows": rows})


def _with_way(request: TenantRequest, found: QuerySet[Statement]) -> QuerySet[Statement]:
    """Whether the reader still sees the inventory of each: a company that left took it along."""
    actor = request.actor
    if actor.kind == TenantKind.BODY:
        return found.annotate(assignment=F("opinion__assignment_id"))
    seen = Inventory.objects.filter(actor.scope.suppliers(), pk=OuterRef("inventory_id"))
    if actor.kind == TenantKind.BUYER:
        seen = seen.filter(Inventory.buyer_sees)
    return found.annotate(in_sight=Exists(seen))


def _behind(one: Any) -> str:
    """Where the figures of a statement come from."""
    if getattr(one, "assignment", None):
        return reverse("review_lines", args=[one.assignment])
    return reverse("inventory", args=[one.inventory_id]) if getattr(one, "in_sight", False) else ""


@require_GET
@needs()
def statement_pdf(request: TenantRequest, number: str) -> HttpResponse:
    _may_read(request)
    statement = queries.statement_or_404(request.actor, number)
    url = request.build_absolute_uri(reverse("verify", args=[statement.number]))
    return _file(paper.pdf(statement.payload, url=url), f"{statement.number}.pdf", "application/pdf")


def _may_read(request: TenantRequest) -> None:
    kind = request.actor.kind
    if kind is None:
        raise PermissionDenied(str(kind))
    request.actor.require(queries.READS[kind])


@require_POST
@needs(Right.INVENTORY_REVIEW, kind=TenantKind.BODY)
def withdraw(request: TenantRequest, number: str) -> HttpResponse:
    statement = queries.statement_or_404(request.actor, number)
    actions.withdraw(by=request.actor, statement=statement, reason=request.POST.get("reason", ""))
    messages.success(request, _("The statement is withdrawn. Whoever looks it up reads so."))
    return redirect("statements")


@require_POST
@needs(Right.EVIDENCE_WRITE, kind=TenantKind.SUPPLIER)
def use_as_evidence(request: TenantRequest, number: str) -> HttpResponse:
    statement = queries.statement_or_404(request.actor, number)
    credential = actions.use_as_evidence(by=request.actor, statement=statement)
    messages.success(request, _("Handed in as ISO 14064-1 evidence. Procurement reviews it next."))
    return redirect("credential_detail", credential.pk)


# -- for everybody who holds a number ------------------------------------------------------------------


@login_not_required
@require_GET
def verify(request: HttpRequest, number: str) -> HttpResponse:
    shown = public.find(number)
    context = {
        "number": numbers.plain(number)[:40],
        "shown": shown,
        "tone": STATEMENT_TONES[shown.standing] if shown else "bad",
        "is_mistyped": shown is None and not numbers.is_well_formed(numbers.plain(number)),
        "words": _words(shown) if shown else {},
    }
    return render(request, "suppliers/statements/verify.html", context, status=200 if shown else 404)


def _words(shown: public.Shown) -> dict[str, str]:
    """The choices of the payload in the reader's language; what is not known stays out."""
    said = shown.payload
    opinion = said.get("opinion", {})
    return {
        "state": str(shown.standing.label),
        "approach": str(dict(Approach.choices).get(str(said.get("consolidation")), "")),
        "level": str(dict(Level.choices).get(str(opinion.get("level")), "")),
        "conclusion": str(dict(Conclusion.choices).get(str(opinion.get("conclusion")), "")),
    }


@login_not_required
@require_GET
def look_up(request: HttpRequest) -> HttpResponse:
    number = numbers.plain(request.GET.get("number", ""))
    if number:
        return redirect("verify", number)
    return render(request, "suppliers/statements/look_up.html")


@login_not_required
@require_GET
def verify_payload(request: HttpRequest, number: str) -> HttpResponse:
    """Exactly the bytes that were signed."""
    return _file(_shown(number).content, "payload.json", "application/json")


@login_not_required
@require_GET
def verify_signature(request: HttpRequest, number: str) -> HttpResponse:
    """The signature itself: 64 bytes."""
    return _file(_shown(number).signature_bytes, "payload.sig", "application/octet-stream")


@login_not_required
@require_GET
def verify_keys(request: HttpRequest) -> HttpResponse:
    """Every public key that statements are or were signed with."""
    return render(request, "suppliers/statements/keys.html", {"keys": signing.public_keys()})


@login_not_required
@require_GET
def verify_key(request: HttpRequest, key_id: str = "") -> HttpResponse:
    """Today's key, or the one that a statement names."""
    key = signing.find_key(key_id or signing.key_id())
    if key is None:
        raise Http404(key_id)
    return _file(key.pem, "greenlink-key.pem", "application/x-pem-file")


def _shown(number: str) -> public.Shown:
    shown = public.find(number)
    if shown is None:
        raise Http404(number)
    return shown


def _file(content: bytes, filename: str, content_type: str) -> HttpResponse:
    response = HttpResponse(content, content_type=content_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{filename}"'
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


urlpatterns = [
    path("statements/", statement_list, name="statements"),
    path("statements/<str:number>/pdf/", statement_pdf, name="statement_pdf"),
    path("statements/<str:number>/withdraw/", withdraw, name="statement_withdraw"),
    path("statements/<str:number>/evidence/", use_as_evidence, name="statement_evidence"),
    path("verify/", look_up, name="verify_look_up"),
    path("verify/keys/", verify_keys, name="verify_keys"),
    path("verify/key/", verify_key, name="verify_key"),
    path("verify/key/<str:key_id>/", verify_key, name="verify_key_named"),
    path("verify/<str:number>/", verify, name="verify"),
    path("verify/<str:number>/payload.json", verify_payload, name="verify_payload"),
    path("verify/<str:number>/payload.sig", verify_signature, name="verify_signature"),
]
