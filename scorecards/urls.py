from django.http import HttpRequest, HttpResponse
from django.urls import path


def placeholder(request: HttpRequest) -> HttpResponse:
    return HttpResponse("")


urlpatterns = [
    path("ranking/", placeholder, name="ranking"),
    path("editions/", placeholder, name="editions"),
    path("scorecard/", placeholder, name="scorecard"),
    path("methodology/", placeholder, name="methodology"),
]
