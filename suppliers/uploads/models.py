"""What came: the file as it was, what the check said of it, cells corrected beside it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from suppliers.tenants import clock
from suppliers.tenants.scope import Scope, SupplierOwned


class UploadStatus(models.TextChoices):
    RECEIVED = "received", _("received")
    CHECKING = "checking", _("being checked")
    NEEDS_FIX = "needs_fix", _("needs fixing")
    READY = "ready", _("ready to accept")
    ACCEPTED = "accepted", _("accepted")
    WITHDRAWN = "withdrawn", _("withdrawn")
    FAILED = "failed", _("could not be read")


def file_path(upload: Upload, filename: str) -> str:
    """By content, so that a name from outside never becomes a path."""
    return f"uploads/{upload.supplier_id}/{upload.sha256}"


class Upload(SupplierOwned):
    """One file as it came; the file never changes."""

    buyer_sees = Q(accepted_at__isnull=False)
    buyer_sees_sql = "accepted_at is not null"
    first_day = "data_from"
    reviewed_as = "upload"

    file = models.FileField(upload_to=file_path, max_length=200)
    filename = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    size_bytes = models.PositiveBigIntegerField()
    status = models.CharField(max_length=12, choices=UploadStatus, default=UploadStatus.RECEIVED)
    progress = models.FloatField(default=0)
    rows_total = models.PositiveIntegerField(default=0)
    rows_valid = models.PositiveIntegerField(default=0)
    rows_accepted = models.PositiveIntegerField(default=0)
    idempotency_key = models.CharField(max_length=100, blank=True)
    mapping = models.JSONField(default=dict, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    created_at = models.DateTimeField(default=clock.now)
    checked_at = models.DateTimeField(null=True)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    accepted_at = models.DateTimeField(null=True)
    # The first day any accepted row speaks of; with it the database knows which buyers may see the file.
    data_from = models.DateField(null=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    withdrawn_at = models.DateTimeField(null=True)

    class Meta(SupplierOwned.Meta):
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["supplier", "sha256"],
                condition=~Q(status__in=["withdrawn", "failed"]),
                name="upload_same_bytes_once",
            ),
            models.UniqueConstraint(
                fields=["supplier", "idempotency_key"],
                condition=~Q(idempotency_key=""),
                name="upload_key_once",
            ),
            models.CheckConstraint(condition=Q(status__in=UploadStatus.values), name="upload_status_known"),
        ]

    def __str__(self) -> str:
        return self.filename


class OfUpload(SupplierOwned):
    """Seen by those who see the upload."""

    buyer_sees_sql = "upload_id in (select u.id from suppliers_upload u)"

    class Meta(SupplierOwned.Meta):
        abstract = True

    @classmethod
    def visible_in(cls, scope: Scope) -> Q:
        visible = scope.suppliers()
        return visible & Q(upload__in=Upload.objects.all()) if scope.buyer_id is not None else visible


class UploadReport(OfUpload):
    """What the last check found: issues as rows of data, and what a page needs without reading them all."""

    upload = models.OneToOneField(Upload, on_delete=models.CASCADE, related_name="report")
    issues = models.JSONField(default=list)
    groups = models.JSONField(default=list)
    sample = models.JSONField(default=list)

    def __str__(self) -> str:
        return f"report of {self.upload_id}"


class CellFix(OfUpload):
    """A cell corrected on the page: the file stays as it came, this row says what it should read."""

    upload = models.ForeignKey(Upload, on_delete=models.PROTECT, related_name="fixes")
    row = models.PositiveIntegerField()
    field = models.CharField(max_length=20)
    old = models.TextField(blank=True)
    new = models.TextField(blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(default=clock.now)

    class Meta(OfUpload.Meta):
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.row}/{self.field}"
