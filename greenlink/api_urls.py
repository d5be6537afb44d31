"""The API's map. Every app brings its own addresses; the schema is open to those who are logged in."""

from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView

from greenlink.api_docs import api_docs

urlpatterns = [
    path("schema/", SpectacularAPIView.as_view(), name="api_schema"),
    path("docs/", api_docs, name="api_docs"),
    path("v1/", include("suppliers.api.urls")),
    path("v1/", include("sparkplan.api_urls")),
    path("v1/", include("scorecards.api_urls")),
]
