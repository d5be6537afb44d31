"""At the edge: what no address of ours can mean is taken out, and what leaves carries safe headers."""

from __future__ import annotations

from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse

from suppliers.tenants.middleware import is_api

_PERMISSIONS = (
    "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=(), "
    "publickey-credentials-get=(self)"
)
_REPLACEMENT = "%EF%BF%BD"  # U+FFFD, what readers put where a character could not be read


class NoNulMiddleware:
    """PostgreSQL holds no NUL in a text. In a path it names nothing; in a page's filter it finds nothing.

    The API reads its parameters strictly and names the one that is wrong, so its query is left as it came.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "\x00" in request.path:
            raise Http404("NUL in the path")
        query = request.META.get("QUERY_STRING", "")
        if not is_api(request) and ("%00" in query or "\x00" in query):
            request.META["QUERY_STRING"] = query.replace("%00", _REPLACEMENT).replace("\x00", _REPLACEMENT)
        return self.get_response(request)


class SafeHeadersMiddleware:
    """What leaves here is for its reader alone, and what is not a page is never shown as one."""

    # Answers a browser may show or a script may read; whatever else is a file and comes as an attachment.
    _READ_IN_PLACE = frozenset({"text/html", "application/json", "text/plain", ""})

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        # Who logs out and goes back meets the login page, not what was on the screen.
        response.headers.setdefault("Cache-Control", "no-store, private")
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        response.headers.setdefault("Permissions-Policy", _PERMISSIONS)
        kind = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        if kind not in self._READ_IN_PLACE:
            response.headers.setdefault("Content-Disposition", "attachment")
        return response
