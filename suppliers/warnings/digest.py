"""One mail a person with what is new: in Chinese and below it in English. Nothing new, no mail."""

from __future__ import annotations

import logging
import smtplib
from collections import defaultdict
from dataclasses import dataclass, field

from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from suppliers.notices.models import EarlyWarning, WarningState
from suppliers.tenants import clock
from suppliers.tenants.models import Membership, Supplier
from suppliers.tenants.roles import ROLES, Right

from .reasons import reason

LANGUAGES_OF_MAIL = ("zh-hans", "en")
SHOWN = 30
log = logging.getLogger(__name__)


@dataclass
class _Mail:
    """What one person has to know, by company."""

    news: list[tuple[Supplier, list[EarlyWarning]]] = field(default_factory=list)


def send(*, site: str = "") -> int:
    """Tell everybody who may deal with warnings what is open and was not told yet; the number of mails.

    Called inside the all-tenant door. `site` is the address that links begin with; not given, the site's public one.
    """
    site = site or settings.PUBLIC_URL
    news: dict[int, list[EarlyWarning]] = defaultdict(list)
    rows = EarlyWarning.objects.filter(state=WarningState.OPEN, mailed_at=None).select_related("supplier")
    for row in rows.order_by("supplier__code", "-raised_at", "id"):
        news[row.supplier_id].append(row)
    mails = _mails(news)
    sent = [mail for address, mail in sorted(mails.items()) if _sent(address, mail, site)]
    # What reached nobody is told the next night.
    told = {row.pk for mail in sent for _supplier, rows in mail.news for row in rows}
    EarlyWarning.objects.filter(pk__in=told).update(mailed_at=clock.now())
    return len(sent)


def _mails(news: dict[int, list[EarlyWarning]]) -> dict[str, _Mail]:
    may = [slug for slug, role in ROLES.items() if Right.WARNING_WRITE in role.rights]
    live = Membership.objects.live().filter(  # type: ignore[attr-defined]
        supplier__in=sorted(news), role__in=may, user__is_active=True
    )
    mails: dict[str, _Mail] = defaultdict(_Mail)
    for row in live.select_related("user").order_by("supplier_id"):
        warnings = news[row.supplier_id or 0]
        mails[row.user.email].news.append((warnings[0].supplier, warnings))
    return mails


def message(mail: _Mail, site: str) -> tuple[str, str]:
    """Subject and text, one language below the other."""
    subjects, texts = [], []
    count = sum(len(rows) for _supplier, rows in mail.news)
    for language in LANGUAGES_OF_MAIL:
        with translation.override(language):
            companies = [
                {
                    "name": (supplier.name_en if language == "en" else "") or supplier.name,
                    "lines": [(row.get_kind_display(), reason(row)) for row in rows[:SHOWN]],
                    "more": max(0, len(rows) - SHOWN),
                }
                for supplier, rows in mail.news
            ]
            subject = translation.ngettext(
                "%(count)s early warning", "%(count)s early warnings", count
            )  # fmt: skip
            subjects.append(subject % {"count": count})
            link = site.rstrip("/") + reverse("warnings") if site else ""
            context = {"companies": companies, "link": link}
            texts.append(render_to_string("emails/warning_digest.txt", context).strip())
    return "GreenLink: " + " / ".join(subjects), "\n\n--\n\n".join(texts) + "\n"


def _sent(address: str, mail: _Mail, site: str) -> bool:
    subject, text = message(mail, site)
    try:
        send_mail(subject, text, None, [address])
    except (smtplib.SMTPException, OSError):
        log.exception("a digest of warnings was not sent")
        return False
    return True
