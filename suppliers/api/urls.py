from django.urls import path

from suppliers.api import disclosure, emissions, factors, records, sites, uploads

urlpatterns = [
    path("uploads/", uploads.UploadsView.as_view(), name="api_uploads"),
    path("uploads/template/", uploads.TemplateView.as_view(), name="api_upload_template"),
    path("uploads/<int:pk>/", uploads.UploadView.as_view(), name="api_upload"),
    path("uploads/<int:pk>/accept/", uploads.AcceptView.as_view(), name="api_upload_accept"),
    path("uploads/<int:pk>/withdraw/", uploads.WithdrawView.as_view(), name="api_upload_withdraw"),
    path("uploads/<int:pk>/fix/", uploads.FixView.as_view(), name="api_upload_fix"),
    path("uploads/<int:pk>/annotated/", uploads.AnnotatedView.as_view(), name="api_upload_annotated"),
    path("records/", records.RecordsView.as_view(), name="api_records"),
    path("sites/", sites.SitesView.as_view(), name="api_sites"),
    path("sites/<int:pk>/", sites.SiteView.as_view(), name="api_site"),
    path("meters/", sites.MetersView.as_view(), name="api_meters"),
    path("meters/<int:pk>/", sites.MeterView.as_view(), name="api_meter"),
    path("emissions/", emissions.EmissionsView.as_view(), name="api_emissions"),
    path("emissions/lines/", emissions.EmissionLinesView.as_view(), name="api_emission_lines"),
    path("emissions/lines/<int:pk>/trace/", emissions.TraceView.as_view(), name="api_emission_trace"),
    path("factors/", factors.FactorsView.as_view(), name="api_factors"),
    path("factors/<str:code>/", factors.FactorView.as_view(), name="api_factor"),
    path("credentials/", disclosure.CREDENTIALS["list"].as_view(), name="api_credentials"),
    path("credentials/<int:pk>/", disclosure.CREDENTIALS["one"].as_view(), name="api_credential"),
    path(
        "credentials/<int:pk>/submit/",
        disclosure.CREDENTIALS["submit"].as_view(),
        name="api_credential_submit",
    ),
    path(
        "credentials/<int:pk>/review/",
        disclosure.CREDENTIALS["review"].as_view(),
        name="api_credential_review",
    ),
    path(
        "credentials/<int:pk>/document/",
        disclosure.CREDENTIALS["document"].as_view(),
        name="api_credential_document",
    ),
    path("targets/", disclosure.TARGETS["list"].as_view(), name="api_targets"),
    path("targets/<int:pk>/", disclosure.TARGETS["one"].as_view(), name="api_target"),
    path("targets/<int:pk>/submit/", disclosure.TARGETS["submit"].as_view(), name="api_target_submit"),
    path("targets/<int:pk>/review/", disclosure.TARGETS["review"].as_view(), name="api_target_review"),
    path("targets/<int:pk>/document/", disclosure.TARGETS["document"].as_view(), name="api_target_document"),
]
