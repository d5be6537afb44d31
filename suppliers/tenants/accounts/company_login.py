"""Login with a company's own account (OIDC, SAML), read from the environment; docs/accounts.md shows how.

A company's login server speaks for the mail domains named beside it and for no others: without that, any customer's
server could claim to know any person. This module is read by the settings, so it knows no models.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

OIDC_VARIABLE, SAML_VARIABLE = "GREENLINK_OIDC", "GREENLINK_SAML"
_OIDC_NEEDS = ("id", "name", "domains", "server_url", "client_id", "secret")
_SAML_NEEDS = ("id", "name", "domains", "idp")


@dataclass(frozen=True)
class CompanyLogin:
    """What the settings need of it."""

    providers: dict[str, Any] = field(default_factory=dict)
    origins: tuple[str, ...] = ()
    has_oidc: bool = False
    has_saml: bool = False

    @property
    def apps(self) -> list[str]:
        return ["allauth.socialaccount.providers.saml"] if self.has_saml else []


def read(*, oidc: str = "", saml: str = "") -> CompanyLogin:
    oidc_entries = _entries(oidc, OIDC_VARIABLE, _OIDC_NEEDS)
    saml_entries = _entries(saml, SAML_VARIABLE, _SAML_NEEDS)
    ids = [entry["id"] for entry in oidc_entries + saml_entries]
    if len(ids) != len(set(ids)):
        raise ImproperlyConfigured(f"{OIDC_VARIABLE}, {SAML_VARIABLE}: an id is used twice")
    providers = {}
    if oidc_entries:
        providers["openid_connect"] = {"APPS": [_oidc_app(entry) for entry in oidc_entries]}
    if saml_entries:
        providers["saml"] = {"APPS": [_saml_app(entry) for entry in saml_entries]}
    origins = [_origin(entry["server_url"], OIDC_VARIABLE) for entry in oidc_entries]
    origins += [_origin(_saml_address(entry), SAML_VARIABLE) for entry in saml_entries]
    origins += [origin for entry in oidc_entries + saml_entries for origin in entry.get("origins", [])]
    return CompanyLogin(providers, tuple(dict.fromkeys(origins)), bool(oidc_entries), bool(saml_entries))


def _entries(text: str, variable: str, needed: tuple[str, ...]) -> list[dict[str, Any]]:
    if not text.strip():
        return []
    try:
        entries = json.loads(text)
    except ValueError as trouble:
        raise ImproperlyConfigured(f"{variable} is not JSON: {trouble}") from trouble
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise ImproperlyConfigured(f"{variable} is a list of objects, one per login server")
    for entry in entries:
        missing = [name for name in needed if not entry.get(name)]
        if missing:
            raise ImproperlyConfigured(
                f"{variable}: {entry.get('id', 'an entry')} lacks {', '.join(missing)}"
            )
    return entries


def _oidc_app(entry: dict[str, Any]) -> dict[str, Any]:
    return {
        "provider_id": entry["id"],
        "name": entry["name"],
        "client_id": entry["client_id"],
        "secret": entry["secret"],
        "settings": {"server_url": entry["server_url"], "oauth_pkce_enabled": True, **_trust(entry)},
    }


def _saml_app(entry: dict[str, Any]) -> dict[str, Any]:
    more = {name: entry[name] for name in ("attribute_mapping", "advanced") if name in entry}
    return {
        "provider_id": entry["id"],
        "name": entry["name"],
        "client_id": entry["id"],
        "settings": {"idp": entry["idp"], "use_nameid_for_email": True, **more, **_trust(entry)},
    }


def _trust(entry: dict[str, Any]) -> dict[str, Any]:
    """`verified_email`: what the server says of its own domains counts as confirmed."""
    domains = [str(domain).lower().lstrip("@") for domain in entry["domains"]]
    return {"domains": domains, "verified_email": domains}


def _saml_address(entry: dict[str, Any]) -> str:
    idp = entry["idp"]
    return str(idp.get("sso_url") or idp.get("metadata_url") or "")


def _origin(address: str, variable: str) -> str:
    parts = urlsplit(address)
    if parts.scheme != "https" or not parts.netloc:
        raise ImproperlyConfigured(
            f"{variable}: {address or 'the address of the login server'} is no https address"
        )
    return f"{parts.scheme}://{parts.netloc}"
