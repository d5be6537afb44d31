"""The API describes itself without a warning, and keeps to the public contract's addresses."""

from __future__ import annotations

import io

import pytest
import yaml
from django.core.management import call_command


@pytest.fixture(scope="module")
def schema() -> dict:
    out = io.StringIO()
    call_command("spectacular", validate=True, fail_on_warn=True, stdout=out)
    return yaml.safe_load(out.getvalue())


CONTRACT = {
    "uploads/": {"get", "post"},
    "uploads/{id}/": {"get"},
    "uploads/{id}/accept/": {"post"},
    "uploads/{id}/withdraw/": {"post"},
    "uploads/{id}/fix/": {"post"},
    "uploads/{id}/annotated/": {"get"},
    "uploads/template/": {"get"},
    "records/": {"get"},
    "sites/": {"get", "post"},
    "sites/{id}/": {"get", "patch"},
    "meters/": {"get", "post"},
    "meters/{id}/": {"get", "patch"},
    "emissions/": {"get"},
    "emissions/lines/": {"get"},
    "emissions/lines/{id}/trace/": {"get"},
    "factors/": {"get"},
    "credentials/": {"get", "post"},
    "targets/": {"get", "post"},
    "projects/": {"get", "post"},
    "projects/summary/": {"get"},
    "projects/{id}/savings/": {"get", "post"},
    "rankings/": {"get"},
    "rankings/{label}/": {"get"},
    "rankings/{label}/compute/": {"post"},
    "rankings/{label}/lock/": {"post"},
    "rankings/{label}/publish/": {"post"},
    "scorecards/{label}/{supplier}/": {"get"},
    "spe/{label}/": {"get"},
}


def _plain(path: str) -> str:
    """Parameters by the contract's names, whatever the code calls them."""
    names = {"{pk}": "{id}", "{code}": "{supplier}", "{supplier_code}": "{supplier}"}
    for ours, theirs in names.items():
        path = path.replace(ours, theirs)
    return path.removeprefix("/api/v1/")


def test_the_contract_is_served(schema):
    served = {_plain(path): set(calls) - {"parameters"} for path, calls in schema["paths"].items()}
    missing = {
        path: sorted(methods - served.get(path, set()))
        for path, methods in CONTRACT.items()
        if not methods <= served.get(path, set())
    }
    assert not missing


def test_every_call_says_what_it_does_and_what_it_answers(schema):
    silent = [
        f"{method.upper()} {path}"
        for path, calls in schema["paths"].items()
        for method, call in calls.items()
        if method != "parameters"
        and not (
            (call.get("summary") or call.get("description"))
            and {"200", "201", "202", "204"} & set(call["responses"])
        )
    ]
    assert not silent


def test_figures_are_numbers(schema):
    """A decimal written as a string is a figure nobody can add."""
    texts = [
        f"{name}.{field}"
        for name, shape in schema["components"]["schemas"].items()
        for field, kind in shape.get("properties", {}).items()
        if kind.get("type") == "string" and kind.get("format") == "decimal"
    ]
    assert not texts
