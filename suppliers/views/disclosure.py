from django.http import HttpRequest, HttpResponse
from django.urls import path


def placeholder(request: HttpRequest) -> HttpResponse:
    return HttpResponse("")


urlpatterns = [
    path("evidence/", placeholder, name="evidence"),
    path("evidence/desk/", placeholder, name="evidence_desk"),
]
