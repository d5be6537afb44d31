"""A readable page of the API, drawn from its own schema: no third-party viewer, which strict CSP would refuse."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET
from drf_spectacular.generators import SchemaGenerator

METHODS = ("get", "post", "put", "patch", "delete")


@require_GET
def api_docs(request: HttpRequest) -> HttpResponse:
    schema = SchemaGenerator().get_schema(request=None, public=True)
    calls = [
        {
            "method": method.upper(),
            "path": path,
            "summary": operation.get("summary") or operation.get("description", ""),
            "parameters": [parameter["name"] for parameter in operation.get("parameters", [])],
        }
        for path, operations in schema["paths"].items()
        for method, operation in _operations(operations)
    ]
    return render(request, "api_docs.html", {"calls": calls})


def _operations(operations: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return [(method, operations[method]) for method in METHODS if method in operations]
