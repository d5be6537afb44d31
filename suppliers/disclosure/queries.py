"""What a supplier has proven, where it stands with its buyers, and what waits on a buyer's desk."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import CharField, F, OuterRef, Q, QuerySet, Subquery, Value
from django.http import Http404

from suppliers.tenants import clock
from suppliers.tenants.models import Buyer, Supplier

from .models import Credential, EvidenceFile, Handing, Incident, Review, Submitted, Verdict

EXPIRY_STEPS_DAYS = (7, 30, 60, 90)


@dataclass(frozen=True)
class Expiry:
    """How near the end of validity is. `step` is 7, 30, 60 or 90, 0 when past, None when farther or unknown."""

    on: dt.date | None
    days: int | None
    step: int | None

    @property
    def tone(self) -> str:
        if self.step is None:
            return ""
        return "bad" if self.step in (0, 7) else "warn"


def expiry(on: dt.date | None, today: dt.date) -> Expiry:
    """The last day of validity counts as valid: it has 0 days left and falls into step 7."""
    if on is None:
        return Expiry(None, None, None)
    days = (on - today).days
    if days < 0:
        return Expiry(on, days, 0)
    return Expiry(on, days, next((step for step in EXPIRY_STEPS_DAYS if days <= step), None))


@dataclass(frozen=True)
class Standing:
    """An item with the newest verdict of each buyer who judged it as it now stands."""

    item: Submitted
    reviews: list[Review] = field(default_factory=list)

    @property
    def word(self) -> str:
        """draft, waiting, returned or accepted; one buyer's return outweighs another's acceptance."""
        verdicts = {review.verdict for review in self.reviews}
        if self.item.state == Handing.DRAFT:
            return "draft"
        if Verdict.RETURNED in verdicts:
            return "returned"
        return "accepted" if Verdict.ACCEPTED in verdicts else "waiting"

    @property
    def is_editable(self) -> bool:
        """A draft, or returned by someone and accepted by nobody. Never what procurement entered."""
        if self.item.entered_by_id:
            return False
        accepted = any(review.verdict == Verdict.ACCEPTED for review in self.reviews)
        return self.word == "draft" or (self.word == "returned" and not accepted)

    @property
    def expiry(self) -> Expiry:
        return expiry(getattr(self.item, "expires_on", None), clock.today())


def kinds() -> list[type[Submitted]]:
    """Every kind of thing that is handed in, also those of rooms above this one."""
    return sorted(Submitted.__subclasses__(), key=lambda model: model._meta.model_name or "")


def standing_of(item: Submitted) -> Standing:
    return standings([item])[0]


def standings(items: Sequence[Submitted]) -> list[Standing]:
    """Items with their verdicts, one query for all of them. A verdict before the last handing in is history."""
    wanted: dict[str, list[int]] = defaultdict(list)
    for item in items:
        wanted[item._meta.model_name or ""].append(item.pk)
    which = Q(pk__in=[])
    for subject, ids in wanted.items():
        which |= Q(subject=subject, subject_id__in=ids)
    newest: dict[tuple[str, int], dict[int, Review]] = defaultdict(dict)
    suppliers = {item.supplier_id for item in items}
    rows = Review.objects.filter(which, supplier__in=suppliers).select_related("buyer", "by")
    for row in rows.order_by("at", "id"):
        newest[(row.subject, row.subject_id)][row.buyer_id] = row
    return [
        Standing(item, [row for row in _verdicts(newest, item) if _still_counts(row, item)]) for item in items
    ]


def _verdicts(newest: dict[tuple[str, int], dict[int, Review]], item: Submitted) -> Iterable[Review]:
    return newest[(item._meta.model_name or "", item.pk)].values()


def _still_counts(review: Review, item: Submitted) -> bool:
    return item.submitted_at is not None and review.at >= item.submitted_at


def of_supplier(supplier: Supplier) -> dict[str, list[Standing]]:
    """All a supplier entered, by kind, as far as the reader may see it: a query a kind and one for verdicts."""
    items: list[Submitted] = []
    for model in kinds():
        rows = model.objects.filter(supplier=supplier).select_related("evidence", "entered_by")
        items.extend(_with_site(rows))
    by_kind: dict[str, list[Standing]] = {model._meta.model_name or "": [] for model in kinds()}
    for standing in standings(items):
        by_kind[standing.item._meta.model_name or ""].append(standing)
    return by_kind


def _with_site(rows: QuerySet[Any]) -> QuerySet[Any]:
    return rows.select_related("site") if hasattr(rows.model, "site") else rows


def item_or_404(
    model: type[Submitted], pk: int, *, supplier: Supplier | None, buyer: Buyer | None
) -> Submitted:
    """One item: the supplier's own, or for a buyer what was handed in by a supplier enrolled with it."""
    rows = model.objects.select_related("supplier", "evidence", "entered_by", "created_by").filter(pk=pk)
    if supplier is not None:
        rows = rows.filter(supplier=supplier)
    elif buyer is not None:
        rows = rows.filter(_handed_in_to(buyer))
    else:
        rows = rows.none()
    found: Submitted | None = rows.first()
    if found is None:
        raise Http404(str(pk))
    return found


def waiting(
    buyer: Buyer, *, kind: str = "", commodity: str = "", words: str = "", verdict: str = ""
) -> QuerySet[Any]:
    """What lies on a buyer's desk over all enrolled suppliers, oldest first: rows of (subject, id, submitted_at).

    `verdict`: empty for what waits, else accepted or returned. One statement over all kinds.
    """
    parts = [
        _handed_in(model, buyer, verdict=verdict, commodity=commodity, words=words)
        for model in kinds()
        if kind in ("", model._meta.model_name)
    ]
    if not parts:
        return _handed_in(kinds()[0], buyer, verdict=verdict, commodity="", words="").none()
    merged = parts[0].union(*parts[1:], all=True) if len(parts) > 1 else parts[0]
    return merged.order_by("submitted_at", "subject", "id")


def _handed_in(
    model: type[Submitted], buyer: Buyer, *, verdict: str, commodity: str, words: str
) -> QuerySet[Any]:
    subject = model._meta.model_name or ""
    newest = (
        Review.objects.filter(
            buyer=buyer, subject=subject, subject_id=OuterRef("pk"), at__gte=OuterRef("submitted_at")
        )
        .order_by("-at", "-id")
        .values("verdict")[:1]
    )
    rows = model.objects.filter(_handed_in_to(buyer)).alias(verdict=Subquery(newest))
    rows = rows.filter(verdict=verdict) if verdict else rows.filter(verdict=None)
    if commodity:
        enrolled = Q(supplier__enrolments__buyer=buyer, supplier__enrolments__ended_on=None)
        rows = rows.filter(enrolled, supplier__enrolments__commodity=commodity)
    for word in words.split():
        rows = rows.filter(
            Q(supplier__code__icontains=word)
            | Q(supplier__name__icontains=word)
            | Q(supplier__name_en__icontains=word)
        )
    named = rows.annotate(subject=Value(subject, output_field=CharField())).order_by()
    return named.values("subject", "id", "submitted_at")


def _handed_in_to(buyer: Buyer) -> Q:
    """Lock one in words: handed in, not entered by another program. Enrolment is the scope's."""
    return Q(state=Handing.SUBMITTED) & (Q(entered_by=None) | Q(entered_by=buyer))


def items_of(buyer: Buyer, rows: Sequence[dict[str, Any]]) -> list[Standing]:
    """The items behind rows of `waiting`, in their order: a query for each kind among them."""
    ids: dict[str, list[int]] = defaultdict(list)
    for row in rows:
        ids[row["subject"]].append(row["id"])
    found: dict[tuple[str, int], Submitted] = {}
    for model in kinds():
        subject = model._meta.model_name or ""
        if ids[subject]:
            handed_in = model.objects.filter(_handed_in_to(buyer), pk__in=ids[subject])
            related = _with_site(handed_in.select_related("supplier", "evidence", "entered_by"))
            found |= {(subject, item.pk): item for item in related}
    items = [found[(row["subject"], row["id"])] for row in rows if (row["subject"], row["id"]) in found]
    return standings(items)


def document_or_404(pk: int, *, supplier: Supplier | None, buyer: Buyer | None) -> EvidenceFile:
    """A document its reader may open: the supplier its own; a buyer only what hangs on something it may see.

    A document on a draft, or on what another program entered, does not exist for a buyer.
    """
    document: EvidenceFile | None = EvidenceFile.objects.filter(pk=pk).first()
    if document is None or (supplier is None and buyer is None):
        raise Http404(str(pk))
    if supplier is not None:
        is_readable = document.supplier_id == supplier.pk
    else:
        assert buyer is not None
        is_readable = (
            any(model.objects.filter(_handed_in_to(buyer), evidence=document).exists() for model in kinds())
            or Incident.objects.filter(buyer=buyer, evidence=document).exists()
        )
    if not is_readable:
        raise Http404(str(pk))
    return document


def ending_among(credentials: Iterable[Standing], *, within_days: int = 90) -> list[Standing]:
    """Of a supplier's credentials the newest of each kind that ends soon or has ended, soonest first."""
    newest: dict[str, Standing] = {}
    for standing in credentials:
        credential: Any = standing.item
        if standing.word in ("draft", "returned") or credential.expires_on is None:
            continue
        known: Any = newest.get(credential.kind)
        if known is None or known.item.expires_on < credential.expires_on:
            newest[credential.kind] = standing
    limit = clock.today() + dt.timedelta(days=within_days)
    ending = [row for row in newest.values() if row.expiry.on and row.expiry.on <= limit]
    return sorted(ending, key=lambda row: row.expiry.on or dt.date.max)


def expiring(supplier: Supplier, *, within_days: int = 90) -> list[Standing]:
    """The same for a home page: two queries."""
    credentials = Credential.objects.filter(supplier=supplier).select_related("evidence", "entered_by")
    return ending_among(standings(list(credentials)), within_days=within_days)


def incidents(buyer: Buyer) -> QuerySet[Incident]:
    """Gate findings of a program, open ones first."""
    rows = Incident.objects.filter(buyer=buyer).select_related("supplier", "evidence", "by")
    return rows.order_by(F("closed_on").desc(nulls_first=True), "-opened_on", "-id")
