"""Every trouble of the API as {code, message, issues?}."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions, serializers
from rest_framework.response import Response
from rest_framework.views import exception_handler

from suppliers.tenants.refusals import Refusal


class TroubleSerializer(serializers.Serializer[Any]):
    """The shape of every error."""

    code = serializers.CharField()
    message = serializers.CharField()
    issues = serializers.ListField(child=serializers.DictField(), required=False)


def answer_trouble(error: Exception, context: dict[str, Any]) -> Response | None:
    """Every error as {code, message, issues?}."""
    if isinstance(error, Refusal):
        body: dict[str, Any] = {"code": error.code, "message": str(error.message), **error.data}
        if error.issues:
            body["issues"] = error.issues
        return Response(body, status=error.status)
    response = exception_handler(error, context)
    if response is None:
        return None
    response.data = _trouble(error, response)
    return response


def _trouble(error: Exception, response: Response) -> dict[str, Any]:
    if isinstance(error, Http404):
        return {"code": "not_found", "message": str(_("Not found."))}
    if isinstance(error, PermissionDenied | exceptions.PermissionDenied):
        return {"code": "forbidden", "message": str(_("Your role may not do this."))}
    if isinstance(error, exceptions.NotAuthenticated):
        return {"code": "auth.required", "message": str(_("Log in, or send a token."))}
    if isinstance(error, exceptions.ValidationError):
        issues = [
            {"code": f"field.{getattr(first, 'code', 'invalid')}", "column": field, "message": str(first)}
            for field, first in _first_errors(error.detail)
        ]
        return {"code": "invalid", "message": str(_("Some values cannot be accepted.")), "issues": issues}
    detail = getattr(error, "detail", "")
    return {"code": str(getattr(detail, "code", "error")), "message": str(detail)}


def _first_errors(detail: Any, prefix: str = "") -> list[tuple[str, Any]]:
    if isinstance(detail, dict):
        return [pair for key, value in detail.items() for pair in _first_errors(value, f"{prefix}{key}.")]
    if isinstance(detail, list):
        return [pair for value in detail for pair in _first_errors(value, prefix)]
    return [(prefix.rstrip("."), detail)]
