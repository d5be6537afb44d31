"""The site's map. Every room brings its own addresses; the API hangs under /api/."""

from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.urls import include, path
from django.views.decorators.http import require_POST
from django.views.i18n import set_language

from greenlink import staff, views

urlpatterns = [
    path("", views.home, name="home"),
    path("healthz", views.healthz, name="healthz"),
    path("accounts/tenant/", views.choose_tenant, name="choose_tenant"),
    path("accounts/language/", login_not_required(require_POST(set_language)), name="set_language"),
    path("accounts/", include("suppliers.views.account")),
    path("components/", views.components, name="components"),
    path("archive/", include("greenlink.archive.views")),
    path("screen/", include("greenlink.screen_urls")),
    path("api/", include("greenlink.api_urls")),
    path("admin/", staff.shut(admin.site).urls),
    path("", include("suppliers.urls")),
    path("spark/", include("sparkplan.urls")),
    path("", include("scorecards.urls")),
]

handler400 = "greenlink.views.bad_request"
handler403 = "greenlink.views.forbidden"
handler404 = "greenlink.views.not_found"
