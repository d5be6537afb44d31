"""allauth's forms where they lack a guard or a label in the reader's language."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from allauth.core.internal.cryptokit import normalize_user_code
from allauth.mfa import app_settings
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base import forms as base
from allauth.mfa.totp import forms as totp
from allauth.mfa.webauthn import forms as webauthn
from django import forms
from django.core.cache import cache
from django.utils.translation import gettext_lazy as _

_NAME = _("Name of this passkey")


class _CodeOnce:
    """A code opens once. With a tolerance it holds longer than the period for which allauth remembers it."""

    user: Any

    def clean_code(self) -> str:
        code: str = super().clean_code()  # type: ignore[misc]
        holds_seconds = app_settings.TOTP_PERIOD * (2 * app_settings.TOTP_TOLERANCE + 1)
        key = f"second-factor-used:{self.user.pk}:{normalize_user_code(code)}"
        if not cache.add(key, True, timeout=holds_seconds):
            raise get_adapter().validation_error("incorrect_code")
        return code


class _CodeField:
    """Six digits or a recovery code; "code" alone means other things on other pages."""

    label: Any = _("Code from the app, or a recovery code")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["code"]  # type: ignore[attr-defined]
        field.label, field.widget.attrs["placeholder"] = self.label, ""
        field.widget.attrs["autofocus"] = True


class AuthenticateForm(_CodeField, _CodeOnce, base.AuthenticateForm):
    pass


class ReauthenticateForm(_CodeField, _CodeOnce, base.ReauthenticateForm):
    pass


class ActivateAppForm(_CodeField, totp.ActivateTOTPForm):
    label = _("Six digits from the app")


class _UnreadableAnswer:
    """Anybody can post anything here; what no device would answer is a wrong answer, not an accident of ours."""

    def clean_credential(self) -> Any:
        with _as_a_wrong_answer():
            return super().clean_credential()  # type: ignore[misc]


@contextmanager
def _as_a_wrong_answer() -> Iterator[None]:
    try:
        yield
    except (AttributeError, IndexError, KeyError, TypeError, ValueError, struct.error) as trouble:
        raise get_adapter().validation_error("incorrect_code") from trouble


class LoginPasskeyForm(_UnreadableAnswer, webauthn.LoginWebAuthnForm):
    pass


class AuthenticatePasskeyForm(_UnreadableAnswer, webauthn.AuthenticateWebAuthnForm):
    pass


class ReauthenticatePasskeyForm(_UnreadableAnswer, webauthn.ReauthenticateWebAuthnForm):
    pass


class AddPasskeyForm(webauthn.AddWebAuthnForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"] = forms.CharField(label=_NAME, max_length=60, required=False)
        self.fields["passwordless"].label = _("Log in with this passkey alone, without a password")
        self.fields["passwordless"].help_text = _("The device then asks for your finger, face or PIN.")
        self.fields["passwordless"].initial = True

    def clean(self) -> dict[str, Any]:
        with _as_a_wrong_answer():
            return super().clean()


class RenamePasskeyForm(webauthn.EditWebAuthnForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"] = forms.CharField(label=_NAME, max_length=60)
