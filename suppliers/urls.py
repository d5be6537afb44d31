"""Pages of the ground floor: one module per room."""

from django.urls import include, path

urlpatterns = [
    path("", include("suppliers.views.uploads")),
    path("", include("suppliers.views.records")),
    path("", include("suppliers.views.sites")),
    path("", include("suppliers.views.emissions")),
    path("", include("suppliers.views.program_emissions")),
    path("", include("suppliers.views.disclosure")),
    path("", include("suppliers.views.entries")),
    path("", include("suppliers.views.inventories")),
    path("", include("suppliers.views.inventory_trace")),
    path("", include("suppliers.views.inventory_files")),
    path("", include("suppliers.views.factors")),
    path("", include("suppliers.views.own_factors")),
    path("", include("suppliers.views.enrolments")),
    path("", include("suppliers.views.programs")),
    path("", include("suppliers.views.team")),
    path("", include("suppliers.views.audit")),
    path("", include("suppliers.views.invitations")),
    path("", include("suppliers.views.keys")),
    path("", include("suppliers.views.roles")),
    path("", include("suppliers.views.privacy")),
    path("", include("suppliers.views.warnings")),
    path("", include("suppliers.views.warning_rules")),
    path("", include("suppliers.views.industry")),
    path("", include("suppliers.views.assignments")),
    path("", include("suppliers.views.reviews")),
    path("", include("suppliers.views.review_lines")),
    path("", include("suppliers.views.findings")),
    path("", include("suppliers.views.statements")),
]
