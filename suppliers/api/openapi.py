"""What the API says about itself: how to log in, which troubles a call may answer with."""

from __future__ import annotations

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse

from suppliers.api.troubles import TroubleSerializer

_TROUBLES = {
    400: "Something in the call cannot be read; `issues` names the field.",
    401: "No token or session, or a token that is unknown, expired or revoked.",
    403: "The role may not do this.",
    404: "It does not exist, or belongs to somebody else.",
    409: "The rules say no; `code` says which.",
    413: "The file is larger than the limit.",
    422: "The values can be read and cannot be used.",
}

TENANT = OpenApiParameter(
    "X-GreenLink-Tenant",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    description="Code of the tenant you speak for; required with a token of someone in several tenants.",
)


XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def answers(*troubles: int, workbook: bool = False, **good: Any) -> dict[Any, Any]:
    """Responses of a call: `answers(400, 404, _200=RecordSerializer)`. 401 and 403 are always possible."""
    described: dict[Any, Any] = {int(status.lstrip("_")): shape for status, shape in good.items()}
    if workbook:
        described[200, XLSX] = OpenApiTypes.BINARY
    for status in sorted({401, 403, *troubles}):
        described[status] = OpenApiResponse(TroubleSerializer, description=_TROUBLES[status])
    return described


class ActorScheme(OpenApiAuthenticationExtension):
    target_class = "suppliers.api.base.ActorAuthentication"
    name = ["token", "session"]

    def get_security_definition(self, auto_schema: Any) -> Any:
        return [
            {
                "type": "apiKey",
                "in": "header",
                "name": "Authorization",
                "description": "`Authorization: Token KEY`; keys come from `./run issue_token EMAIL`.",
            },
            {
                "type": "apiKey",
                "in": "cookie",
                "name": "sessionid",
                "description": "The session of the site.",
            },
        ]

    def get_security_requirement(self, auto_schema: Any) -> Any:
        return [{"token": []}, {"session": []}]
