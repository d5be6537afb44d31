"""What no address of ours can mean is turned away before any view or query sees it."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import unquote_plus

from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from suppliers.tenants.middleware import error_response, is_api


class NoNulMiddleware:
    """A NUL in an address: no text column of PostgreSQL can hold one, so it names nothing (404) or filters wrongly (400)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "\x00" in request.path:
            raise Http404("NUL in the path")
        if "\x00" in unquote_plus(request.META.get("QUERY_STRING", "")):
            if is_api(request):
                return error_response(
                    "request.characters", _("The address holds a character that cannot be read."), 400
                )
            raise BadRequest("NUL in the query")
        return self.get_response(request)
