"""The site's addresses as they are where GREENLINK_OIDC names a login server."""

from django.urls import include, path

from greenlink.urls import handler400, handler403, handler404  # noqa: F401
from greenlink.urls import urlpatterns as site
from suppliers.views.account import COMPANY_PAGES

urlpatterns = [
    path("accounts/", include("allauth.socialaccount.providers.openid_connect.urls")),
    path("accounts/", include(COMPANY_PAGES)),
    *site,
]
