"""What pages with a form share: a refusal stays beside the form, a link begins with the site's own address."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from suppliers.tenants.refusals import Refusal


def saved(form: forms.BaseForm, act: Callable[[], Any]) -> bool:
    """Do it. A refusal becomes an error of the form, so that nothing typed is lost."""
    try:
        act()
    except Refusal as refusal:
        form.add_error(None, ValidationError(str(refusal.message), code=refusal.code))
        return False
    return True


def site_of(request: HttpRequest) -> str:
    """The address that links in mails begin with."""
    return f"{request.scheme}://{request.get_host()}"


def links_are_shown() -> bool:
    """Whether who sends a link sees it. With a mail server the link proves that its reader owns the address."""
    return not settings.EMAIL_BACKEND.startswith("django.core.mail.backends.smtp.")
