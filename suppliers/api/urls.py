from django.urls import path

from suppliers.api import (
    disclosure,
    emissions,
    entries,
    factors,
    industry,
    inventories,
    own_factors,
    records,
    sites,
    uploads,
    warnings,
)

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
    path("factor-sets/", factors.FactorSetsView.as_view(), name="api_factor_sets"),
    path("own-factors/", own_factors.OwnFactorsView.as_view(), name="api_own_factors"),
    path("own-factors/<int:pk>/", own_factors.OwnFactorView.as_view(), name="api_own_factor"),
    path(
        "own-factors/<int:pk>/document/",
        own_factors.OwnFactorDocumentView.as_view(),
        name="api_own_factor_document",
    ),
    path(
        "own-factors/<int:pk>/submit/",
        own_factors.OwnFactorSubmitView.as_view(),
        name="api_own_factor_submit",
    ),
    path(
        "own-factors/<int:pk>/retire/",
        own_factors.OwnFactorRetireView.as_view(),
        name="api_own_factor_retire",
    ),
    path(
        "own-factors/<int:pk>/review/",
        own_factors.OwnFactorReviewView.as_view(),
        name="api_own_factor_review",
    ),
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
    path("entries/", entries.EntriesView.as_view(), name="api_entries"),
    path("entries/<int:pk>/", entries.EntryView.as_view(), name="api_entry"),
    path("entries/<int:pk>/withdraw/", entries.EntryWithdrawView.as_view(), name="api_entry_withdraw"),
    path("inventories/", inventories.InventoriesView.as_view(), name="api_inventories"),
    path("inventories/<int:pk>/", inventories.InventoryView.as_view(), name="api_inventory"),
    path(
        "inventories/<int:pk>/submit/", inventories.InventorySubmitView.as_view(), name="api_inventory_submit"
    ),
    path(
        "inventories/<int:pk>/reopen/", inventories.InventoryReopenView.as_view(), name="api_inventory_reopen"
    ),
    path("inventories/<int:pk>/lines/", inventories.InventoryLinesView.as_view(), name="api_inventory_lines"),
    path(
        "inventories/<int:pk>/lines/<int:number>/trace/",
        inventories.InventoryTraceView.as_view(),
        name="api_inventory_trace",
    ),
    path("inventories/<int:pk>/report.pdf", inventories.InventoryPdfView.as_view(), name="api_inventory_pdf"),
    path(
        "inventories/<int:pk>/report.xlsx", inventories.InventoryXlsxView.as_view(), name="api_inventory_xlsx"
    ),
    path("instruments/", disclosure.INSTRUMENTS["list"].as_view(), name="api_instruments"),
    path("instruments/<int:pk>/", disclosure.INSTRUMENTS["one"].as_view(), name="api_instrument"),
    path(
        "instruments/<int:pk>/submit/",
        disclosure.INSTRUMENTS["submit"].as_view(),
        name="api_instrument_submit",
    ),
    path(
        "instruments/<int:pk>/review/",
        disclosure.INSTRUMENTS["review"].as_view(),
        name="api_instrument_review",
    ),
    path(
        "instruments/<int:pk>/document/",
        disclosure.INSTRUMENTS["document"].as_view(),
        name="api_instrument_document",
    ),
    path("warnings/", warnings.WarningsView.as_view(), name="api_warnings"),
    path("warnings/<int:pk>/", warnings.WarningView.as_view(), name="api_warning"),
    path("industry/", industry.IndustryView.as_view(), name="api_industry"),
]
