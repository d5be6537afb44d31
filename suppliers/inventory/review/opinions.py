"""The opinion: given, confirmed by a typed word, and from then on it stands still.

Confirming moves the inventory and, with an unmodified or modified conclusion, issues the signed statement in the same
transaction. An adverse or disclaimed opinion returns the inventory and issues no statement: a page that calls such
a paper "valid" would be read as a certificate. The opinion itself stays on file for supplier, body and program.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from decimal import Decimal

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from suppliers.disclosure import documents
from suppliers.inventory import inventories
from suppliers.inventory.models import (
    Assignment,
    Conclusion,
    Finding,
    FindingKind,
    FindingState,
    Level,
    LineCheck,
    Opinion,
    Statement,
)
from suppliers.inventory.statement import actions as statements
from suppliers.tenants import audit, clock
from suppliers.tenants.actors import Actor
from suppliers.tenants.refusals import Refusal

from . import queries
from .actions import own, refuse_unless_fit, refuse_unless_under_review

FAVOURABLE = frozenset({Conclusion.UNMODIFIED, Conclusion.MODIFIED})


@transaction.atomic
def give(
    *,
    by: Actor,
    assignment: Assignment,
    level: str,
    conclusion: str,
    text: str,
    content: bytes,
    filename: str,
    valid_until: dt.date | None = None,
) -> Opinion:
    """The conclusion with the body's own stamped opinion (a PDF, told by its content). Binding once confirmed."""
    assignment = own(by, assignment)
    if level not in Level.values or conclusion not in Conclusion.values or not text.strip():
        raise Refusal("opinion.invalid", _("An opinion has a level, a conclusion and its basis."), status=422)
    refuse_unless_ripe(by, assignment, conclusion)
    refuse_unless_ahead(valid_until, assignment)
    documents.refuse_too_large(len(content))
    ending = _pdf_ending(content)
    opinion = Opinion.objects.filter(body=assignment.body_id, assignment=assignment).first() or Opinion(
        supplier_id=assignment.supplier_id, buyer_id=assignment.buyer_id, body_id=assignment.body_id,
        assignment=assignment,
    )  # fmt: skip
    opinion.level, opinion.conclusion, opinion.text = level, conclusion, text.strip()
    opinion.valid_until = valid_until
    opinion.by_id, opinion.at = by.user_id, clock.now()
    opinion.filename = documents.safe_name(filename, ending)
    opinion.file_sha256 = hashlib.sha256(content).hexdigest()
    opinion.file.save(opinion.file_sha256, ContentFile(content), save=False)
    opinion.save()
    audit.record(
        by=by,
        act="opinion.give",
        subject=opinion,
        data={"conclusion": conclusion, "sha256": opinion.file_sha256},
    )
    return opinion


def _pdf_ending(content: bytes) -> str:
    try:
        content_type, ending = documents.content_type_of(content)
    except Refusal:
        content_type = ""
    if content_type != "application/pdf":
        raise Refusal("file.type", _("The stamped opinion must be a PDF."), status=422)
    return ending


@transaction.atomic
def confirm(*, by: Actor, assignment: Assignment, word: str) -> Statement | None:
    """The verifier's act on which the platform signs. `word`: the year of the inventory, typed."""
    assignment = own(by, assignment)
    opinion = (
        Opinion.objects.select_for_update().filter(body=assignment.body_id, assignment=assignment).first()
    )
    if opinion is None:
        raise Refusal("opinion.missing", _("There is no opinion to confirm yet."))
    refuse_unless_ripe(by, assignment, opinion.conclusion)
    refuse_unless_ahead(opinion.valid_until, assignment)
    if word.strip() != str(assignment.inventory.year):
        raise Refusal("opinion.word", _("Type the year of the inventory to confirm."), status=422)
    opinion.confirmed_at = clock.now()
    opinion.save(update_fields=["confirmed_at"])
    audit.record(by=by, act="opinion.confirm", subject=opinion, data={"conclusion": opinion.conclusion})
    if opinion.conclusion not in FAVOURABLE:
        inventories.give_back(by=by, inventory=assignment.inventory)
        return None
    inventories.verify(by=by, inventory=assignment.inventory)
    return statements.issue(by=by, opinion=opinion)


def refuse_unless_ahead(valid_until: dt.date | None, assignment: Assignment) -> None:
    """An end, if one is named, lies ahead: after today, and after the period the opinion is on."""
    period_end = dt.date(assignment.inventory.year, 12, 31)
    if valid_until is not None and valid_until <= max(clock.today(), period_end):
        raise Refusal(
            "opinion.valid_until",
            _("The validity ends after today and after the year of the inventory."),
            status=422,
        )


def refuse_unless_ripe(by: Actor, assignment: Assignment, conclusion: str) -> None:
    """An opinion out of order is refused with the code of what is missing."""
    refuse_unless_under_review(assignment)
    refuse_unless_fit(by, assignment)
    left = queries.unchecked(assignment)
    if not assignment.sample or left:
        raise Refusal("opinion.sample", _("Check every line of the sample first."), data={"lines": left[:20]})
    findings = list(Finding.objects.filter(body=assignment.body_id, assignment=assignment))
    raised = {one.line_id for one in findings}
    wrong = LineCheck.objects.filter(body=assignment.body_id, assignment=assignment, is_right=False)
    silent = sorted(wrong.exclude(line__in=raised - {None}).values_list("line__number", flat=True))
    if silent and None not in raised:  # a finding of no line may speak of several
        raise Refusal(
            "opinion.wrong_lines",
            _("Raise a finding for each line that is not right: %(lines)s.")
            % {"lines": ", ".join(f"#{number}" for number in silent[:20])},
            data={"lines": silent[:20]},
        )
    if any(one.kind == FindingKind.NONCONFORMITY and one.state != FindingState.CLOSED for one in findings):
        raise Refusal("opinion.open_findings", _("Close every non-conformity first."))
    if conclusion == Conclusion.UNMODIFIED and known_error(findings) > queries.threshold(assignment):
        raise Refusal(
            "opinion.materiality",
            _("The known errors exceed materiality; the opinion cannot be unmodified."),
        )


def known_error(findings: list[Finding]) -> Decimal:
    """Known errors of the version [kgCO2e]: amounts are added up, so that one error does not hide another."""
    return sum((abs(one.effect_kgco2e) for one in findings if one.effect_kgco2e is not None), Decimal())
