"""What the verifier raises, what the supplier answers, and when it is closed."""

from __future__ import annotations

from decimal import Decimal

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from suppliers.disclosure.models import EvidenceFile
from suppliers.inventory.models import Assignment, Finding, FindingKind, FindingReply, FindingState
from suppliers.tenants import audit, clock
from suppliers.tenants.actors import Actor
from suppliers.tenants.refusals import Refusal
from suppliers.tenants.roles import Right

from . import queries
from .actions import own, refuse_unless_under_review


@transaction.atomic
def raise_finding(
    *,
    by: Actor,
    assignment: Assignment,
    kind: str,
    text: str,
    number: int | None = None,
    effect_kgco2e: Decimal | None = None,
) -> Finding:
    """A clarification, a non-conformity or a recommendation; to a line, or to the inventory as a whole."""
    assignment = own(by, assignment)
    refuse_unless_under_review(assignment)
    if kind not in FindingKind.values or not text.strip():
        raise Refusal("finding.invalid", _("A finding has a kind and says what was found."), status=422)
    line = queries.line_of(assignment, number) if number is not None else None
    if number is not None and line is None:
        raise Refusal("sample.line", _("The inventory has no line with that number."), status=422)
    finding = Finding(
        supplier_id=assignment.supplier_id, buyer_id=assignment.buyer_id, body_id=assignment.body_id,
        assignment=assignment, line=line, kind=kind, text=text.strip(), effect_kgco2e=effect_kgco2e,
        by_id=by.user_id,
    )  # fmt: skip
    finding.save(force_insert=True)
    audit.record(by=by, act="finding.raise", subject=finding, data={"kind": kind})
    return finding


@transaction.atomic
def answer(*, by: Actor, finding: Finding, text: str, evidence: EvidenceFile | None = None) -> FindingReply:
    """The supplier's answer, with a document if there is one; the verifier closes or asks again."""
    if not (by.may(Right.EVIDENCE_WRITE) or by.may(Right.INVENTORY_WRITE)):
        raise PermissionDenied(str(Right.INVENTORY_WRITE))
    if by.scope.supplier_id != finding.supplier_id and not by.scope.is_everyone:
        raise PermissionDenied("a finding of another supplier")
    if evidence is not None and evidence.supplier_id != finding.supplier_id:
        raise PermissionDenied("a document of another supplier")
    finding = _locked(finding)
    if finding.state == FindingState.CLOSED:
        raise Refusal("finding.closed", _("This finding is closed."))
    reply = _reply(by, finding, text, evidence)
    finding.state = FindingState.ANSWERED
    finding.save(update_fields=["state"])
    audit.record(by=by, act="finding.answer", subject=finding)
    return reply


@transaction.atomic
def ask_again(*, by: Actor, finding: Finding, text: str) -> FindingReply:
    """The answer was not enough: the finding is open again."""
    finding = _of_review(by, finding)
    reply = _reply(by, finding, text, None)
    finding.state = FindingState.OPEN
    finding.save(update_fields=["state"])
    audit.record(by=by, act="finding.ask", subject=finding)
    return reply


@transaction.atomic
def close(*, by: Actor, finding: Finding, note: str = "", effect_kgco2e: Decimal | None = None) -> Finding:
    """The verifier is content. `effect_kgco2e`: what is left of the error, 0 where nothing is; None leaves it as raised.

    Whatever is left stays counted (opinions.known_error): lines of this version do not change.
    """
    finding = _of_review(by, finding)
    if finding.kind == FindingKind.NONCONFORMITY and not note.strip():
        raise Refusal("finding.note", _("Say how the non-conformity was resolved."), status=422)
    finding.state, finding.closed_at, finding.closing_note = FindingState.CLOSED, clock.now(), note.strip()
    said = {"note": note.strip()}
    if effect_kgco2e is not None:
        said |= {"was": _plain(finding.effect_kgco2e), "is": _plain(effect_kgco2e)}
        finding.effect_kgco2e = effect_kgco2e
    finding.save(update_fields=["state", "closed_at", "closing_note", "effect_kgco2e"])
    audit.record(by=by, act="finding.close", subject=finding, data=said)
    return finding


def _of_review(by: Actor, finding: Finding) -> Finding:
    by.require(Right.INVENTORY_REVIEW)
    refuse_unless_under_review(own(by, finding.assignment))
    finding = _locked(finding)
    if finding.state == FindingState.CLOSED:
        raise Refusal("finding.closed", _("This finding is closed."))
    return finding


def _reply(by: Actor, finding: Finding, text: str, evidence: EvidenceFile | None) -> FindingReply:
    if not text.strip():
        raise Refusal("finding.empty", _("Write something."), status=422)
    reply = FindingReply(
        supplier_id=finding.supplier_id, buyer_id=finding.buyer_id, body_id=finding.body_id,
        finding=finding, text=text.strip(), evidence=evidence, by_id=by.user_id,
    )  # fmt: skip
    reply.save(force_insert=True)
    return reply


def _plain(effect_kgco2e: Decimal | None) -> str:
    return "" if effect_kgco2e is None else f"{effect_kgco2e.normalize():f} kgCO2e"


def _locked(finding: Finding) -> Finding:
    found: Finding = Finding.objects.select_for_update(of=("self",)).get(
        pk=finding.pk, supplier=finding.supplier_id
    )
    return found
