"""Today: what is due, what is wrong, what changed, in that order; every line ends in the act."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from greenlink import home_buyer, home_supplier, home_verifier
from suppliers.tenants import clock
from suppliers.tenants.access import TenantRequest


def today(request: TenantRequest) -> HttpResponse:
    actor, day = request.actor, clock.today()
    if actor.supplier is not None:
        return render(request, "home/supplier.html", home_supplier.context(actor.supplier, day))
    if actor.buyer is not None:
        return render(request, "home/buyer.html", home_buyer.context(actor, actor.buyer, day))
    assert actor.body is not None
    return render(request, "home/verifier.html", home_verifier.context(actor.body, day))
