"""What links in nightly mails begin with."""

from __future__ import annotations

import pytest
from django.core.exceptions import ImproperlyConfigured

from greenlink import public_address

HOSTS = ["greenlink.example", "127.0.0.1"]


@pytest.mark.parametrize(
    ("given", "hosts", "production", "expected"),
    [
        ("https://carbon.example/", HOSTS, True, "https://carbon.example"),
        ("http://10.0.0.7:8080/green/", HOSTS, False, "http://10.0.0.7:8080/green"),
        ("", HOSTS, True, "https://greenlink.example"),
        ("", ["*"], True, ""),
        ("", [".example"], True, ""),
        ("", HOSTS, False, "http://127.0.0.1:8000"),
    ],
)
def test_the_address(given: str, hosts: list[str], production: bool, expected: str) -> None:
    assert public_address.read(given, hosts=hosts, production=production) == expected


@pytest.mark.parametrize("given", ["greenlink.example", "ftp://x", "https://", "https://x/?a=1"])
def test_what_is_no_address_stops_the_site(given: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="PUBLIC_URL"):
        public_address.read(given, hosts=HOSTS, production=True)
