from django.http import HttpResponse

from suppliers.tenants.access import TenantRequest


def today(request: TenantRequest) -> HttpResponse:
    return HttpResponse("")
