"""Evidence files: what may come in, told by its content and not by its name."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from dataclasses import dataclass

from django.core.files.base import ContentFile
from django.utils.translation import gettext_lazy as _

from suppliers.tenants import clock
from suppliers.tenants.actors import Actor
from suppliers.tenants.models import Supplier
from suppliers.tenants.refusals import Refusal

from .models import EvidenceFile

LIMIT_BYTES = 10 * 1024 * 1024
ACCEPTED = ".pdf,.png,.jpg,.jpeg"

_SIGNATURES = (
    (b"%PDF-", "application/pdf", ".pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png", ".png"),
    (b"\xff\xd8\xff", "image/jpeg", ".jpg"),
)


@dataclass(frozen=True)
class Attachment:
    """A document as it was sent; nobody has looked into it."""

    content: bytes
    filename: str


def content_type_of(content: bytes) -> tuple[str, str]:
    """Content type and ending of a PDF, PNG or JPEG by its first bytes; refuses the rest (`file.type`)."""
    for signature, content_type, ending in _SIGNATURES:
        if content.startswith(signature):
            return content_type, ending
    raise Refusal("file.type", _("Only PDF, PNG and JPEG can be kept as evidence."), status=422)


def refuse_too_large(size_bytes: int) -> None:
    if size_bytes > LIMIT_BYTES:
        raise Refusal("file.size", _("The document is larger than 10 MB."), status=413)
    if size_bytes == 0:
        raise Refusal("file.empty", _("The document is empty."), status=422)


def safe_name(filename: str, ending: str) -> str:
    """The name as given without paths and control characters; its ending says what the content is."""
    plain = unicodedata.normalize("NFC", filename).replace("\\", "/").rsplit("/", 1)[-1]
    plain = "".join(character for character in plain if unicodedata.category(character)[0] != "C").strip(" .")
    stem = re.sub(r"\.(pdf|png|jpe?g)$", "", plain, flags=re.IGNORECASE)[:150] or "document"
    return stem + ending


def keep(*, by: Actor, supplier: Supplier, content: bytes, filename: str) -> EvidenceFile:
    """Store a document of a supplier; the same bytes from the same person for the same tenant are one document."""
    refuse_too_large(len(content))
    content_type, ending = content_type_of(content)
    sha256 = hashlib.sha256(content).hexdigest()
    known: EvidenceFile | None = EvidenceFile.objects.filter(
        supplier=supplier, sha256=sha256, created_by=by.user_id, entered_by=by.scope.buyer_id
    ).first()
    if known is not None:
        return known
    document = EvidenceFile(
        supplier=supplier,
        filename=safe_name(filename, ending),
        sha256=sha256,
        size_bytes=len(content),
        content_type=content_type,
        created_by_id=by.user_id,
        entered_by_id=by.scope.buyer_id,
    )
    document.file.save(sha256, ContentFile(content), save=False)
    document.save(force_insert=True)
    return document


def release(document: EvidenceFile | None) -> None:
    """Something that names the document was handed in: from now on the buyers may read it."""
    if document is not None and document.released_at is None and document.entered_by_id is None:
        document.released_at = clock.now()
        document.save(update_fields=["released_at"])
